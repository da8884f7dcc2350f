// VCF files → called variants, streamed: one pass a file, no index.
import { fail, type Issue, inFile, issue, ok, type Result, refuse } from '@cognate/core/base'
import { parseVcfHeader, parseVcfRecord, type VcfHeader } from '@cognate/core/format'
import { mergeCalls, type NamedCalls, VariantCaller, type VariantCalls, type VariantOptions } from '@cognate/core/variant'
import { eachLine } from './text.ts'

/** A somatic VCF, with the caller that wrote it where there are several. */
export interface VcfInput {
  readonly caller: string
  readonly path: string
}

/** One file, or several callers of one tumour merged: variants that at least `leastCallers` of them pass. Errors: `too-few-files`, and those of the files. */
export async function callVariantsOf(
  files: readonly VcfInput[],
  options: VariantOptions,
  leastCallers = 1,
): Promise<Result<VariantCalls, Issue>> {
  if (leastCallers > files.length)
    return refuse(
      'too-few-files',
      `${leastCallers} callers are asked for and ${files.length} VCF files were given`,
      'give as many files, or ask for fewer',
    )
  const named: NamedCalls[] = []
  for (const { caller, path } of files) {
    const calls = await callFile(path, files.length > 1 ? { ...options, samplesMayDiffer: true } : options)
    if (!calls.ok) return calls
    named.push({ caller, calls: calls.value })
  }
  return ok(named.length === 1 ? named[0]!.calls : mergeCalls(named, leastCallers))
}

async function callFile(path: string, options: VariantOptions): Promise<Result<VariantCalls, Issue>> {
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
    if (line.trim() === '') return undefined
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
