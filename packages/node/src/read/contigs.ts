// Contigs of a lesion: 10x CSV or JSON, AIRR TSV or BD Rhapsody CSV, told apart by the first line.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type ContigRow, isBdHeader, parseAirr, parseBdContigs, parseTenxContigs, parseTenxJson } from '@cognate/core/format'
import { readText } from './text.ts'

export function readContigs(path: string): Result<readonly ContigRow[], Issue> {
  const text = readText(path)
  if (!text.ok) return text
  const header = text.value.split(/\r?\n/).find(line => line !== '' && !line.startsWith('#')) ?? ''
  if (header === '')
    return fail(
      inFile(path, issue('table-empty', 'the file is empty', 'give filtered_contig_annotations.csv or an AIRR Rearrangement TSV', 1)),
    )
  const parse = /^\s*[[{]/.test(header)
    ? parseTenxJson
    : header.includes('\t')
      ? parseAirr
      : isBdHeader(header)
        ? parseBdContigs
        : parseTenxContigs
  const rows = parse(text.value)
  return rows.ok ? ok(rows.value) : fail(inFile(path, rows.issue))
}
