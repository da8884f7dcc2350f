// A VCF file → called variants, streamed: one pass, no index.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { parseVcfHeader, parseVcfRecord, type VcfHeader } from '@cognate/core/format'
import { VariantCaller, type VariantCalls, type VariantOptions } from '@cognate/core/variant'
import { type OwnRouteInput, openOwnRoute } from './own-route.ts'
import { eachLine } from './text.ts'

/** `own`: work consequences out from an annotation and a genome instead of reading the VCF's CSQ. */
export async function callVariantsOf(path: string, options: VariantOptions, own?: OwnRouteInput): Promise<Result<VariantCalls, Issue>> {
  if (own !== undefined) {
    const opened = await openOwnRoute(own)
    if (!opened.ok) return opened
    const calls = await callVariantsOf(path, { ...options, own: opened.value.route })
    return calls.ok ? ok({ ...calls.value, caveats: [...opened.value.caveats, ...calls.value.caveats] }) : calls
  }
  const head: string[] = []
  let header: VcfHeader | undefined
  let caller: VariantCaller | undefined
  const read = await eachLine(path, (line, number) => {
    if (header === undefined || caller === undefined) {
      head.push(line)
      if (line.startsWith('##')) return undefined
      const parsed = parseVcfHeader(head)
      if (!parsed.ok) return parsed.issue
      const opened = VariantCaller.open(parsed.value, options)
      if (!opened.ok) return opened.issue
      header = parsed.value
      caller = opened.value
      return undefined
    }
    if (line === '') return undefined
    const record = parseVcfRecord(line, number, header)
    if (!record.ok) return record.issue
    const added = caller.add(record.value)
    return added.ok ? undefined : added.issue
  })
  if (!read.ok) return read
  if (caller === undefined)
    return fail(
      inFile(path, issue('vcf-header', 'the file ends before a #CHROM line', 'give a complete VCF file', Math.max(1, head.length))),
    )
  const calls = caller.finish()
  return calls.ok ? ok(calls.value) : fail(inFile(path, calls.issue))
}
