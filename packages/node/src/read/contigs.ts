// Contigs of a lesion: 10x CSV or AIRR TSV, told apart by the header.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type ContigRow, parseAirr, parseTenxContigs } from '@cognate/core/format'
import { readText } from './text.ts'

export function readContigs(path: string): Result<readonly ContigRow[], Issue> {
  const text = readText(path)
  if (!text.ok) return text
  const header = text.value.split(/\r?\n/).find(line => line !== '' && !line.startsWith('##')) ?? ''
  if (header === '')
    return fail(
      inFile(path, issue('table-empty', 'the file is empty', 'give filtered_contig_annotations.csv or an AIRR Rearrangement TSV', 1)),
    )
  const rows = header.includes('\t') ? parseAirr(text.value) : parseTenxContigs(text.value)
  return rows.ok ? ok(rows.value) : fail(inFile(path, rows.issue))
}
