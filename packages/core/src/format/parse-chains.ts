// Parse Biosciences' TCR barcode report (one cell a line, `TRA_V`, `TRA_cdr3_nt`, `secondary_TRB_…`) → contig rows. Without the bases of the junction no receptor can be
// built: the pipeline's `tcr_annotation_airr.tsv` has them, and its `cell_barcode` is read as AIRR's cell_id.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type ContigRow, contigRow, countIn, isJunctionAa } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

export const isParseHeader = (header: string): boolean => /^Barcode\t/.test(header) && /\tTR[AB]_V(\t|$)/.test(header)

const PREFIXES = ['TRA', 'TRB', 'TRG', 'TRD', 'secondary_TRA', 'secondary_TRB', 'secondary_TRG', 'secondary_TRD']

/** Errors: `parse-without-bases`, `contig-count`, and those of a table. */
export function parseParseCells(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['Barcode'] })
  if (!table.ok) return table
  const { columns, rows: lines } = table.value
  const get = columnReader(columns)
  const prefixes = PREFIXES.filter(prefix => columns.includes(`${prefix}_V`))
  if (!prefixes.some(prefix => columns.includes(`${prefix}_cdr3_nt`)))
    return fail(
      issue(
        'parse-without-bases',
        'the report has residues of the junctions and no bases (TRA_cdr3_nt)',
        'give tcr_annotation_airr.tsv of the same run: a receptor is built from bases',
        1,
      ),
    )
  const rows: ContigRow[] = []
  for (const row of lines)
    for (const prefix of prefixes) {
      const cell = (name: string) => {
        const text = get(row, `${prefix}_${name}`)
        return /^(nan|na|none|\*)$/i.test(text) ? '' : text
      }
      const bases = cell('cdr3_nt').toUpperCase()
      if (bases === '') continue
      const umis = countIn(cell('transcript_count'), `${prefix}_transcript_count`, row.line)
      const reads = countIn(cell('read_count'), `${prefix}_read_count`, row.line)
      if (!umis.ok) return umis
      if (!reads.ok) return reads
      const aa = cell('cdr3_aa')
      rows.push(
        contigRow({
          line: row.line,
          cellId: get(row, 'Barcode'),
          sequenceId: `${get(row, 'Barcode')}_${prefix}`,
          vCall: cell('V'),
          dCall: cell('D'),
          jCall: cell('J'),
          cCall: cell('C'),
          productive: isJunctionAa(aa),
          junction: bases,
          junctionAa: isJunctionAa(aa) ? aa : '',
          umiCount: umis.value,
          consensusCount: reads.value,
        }),
      )
    }
  return ok(rows)
}
