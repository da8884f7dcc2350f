// VCF text → called variants, for tests.
import { parseVcfHeader, parseVcfRecord } from '@cognate/core/format'
import { DEFAULT_VARIANT_OPTIONS, VariantCaller, type VariantOptions } from '@cognate/core/variant'

export function callText(text: string, options: Partial<VariantOptions>): ReturnType<VariantCaller['finish']> {
  const lines = text.split('\n')
  const header = parseVcfHeader(lines)
  if (!header.ok) return header
  const caller = VariantCaller.open(header.value, { ...DEFAULT_VARIANT_OPTIONS, ...options })
  if (!caller.ok) return caller
  for (let i = header.value.lines; i < lines.length; i++) {
    if (lines[i] === '') continue
    const record = parseVcfRecord(lines[i]!, i + 1, header.value)
    if (!record.ok) return record
    const added = caller.value.add(record.value)
    if (!added.ok) return added
  }
  return caller.value.finish()
}
