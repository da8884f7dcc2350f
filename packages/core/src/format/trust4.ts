// TRUST4's `*_barcode_report.tsv` (one cell a line, its chains as comma lists) → contig rows. TRUST4's CDR3 is the junction, C104 to F/W118.
// Layout: liulab-dfci/TRUST4, README, "barcode_report.tsv". Its `*_airr.tsv` and `*_barcode_airr.tsv` are AIRR tables.
import { type Issue, ok, type Result } from '../base/index.ts'
import { type ContigRow, contigRow, countIn, isJunctionAa } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

const CHAINS = ['chain1', 'chain2', 'secondary_chain1', 'secondary_chain2'] as const

/** True for the header line of a barcode report. */
export const isTrust4Header = (header: string): boolean => /^#?barcode\tcell_type\tchain1\t/.test(header)

/** V, D, J, C, cdr3_nt, cdr3_aa, read_cnt, consensus_id, CDR3_germline_similarity, consensus_full_length. */
const FIELDS = 10

/** `*` is no chain; several secondary chains are joined by `;`. Errors: `column-missing`, `table-empty`, `row-too-long`, `contig-count`. */
export function parseTrust4Cells(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text.replace(/^#/, ''), { delimiter: '\t', required: ['barcode', 'cell_type', 'chain1', 'chain2'] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const rows: ContigRow[] = []
  for (const row of table.value.rows) {
    const cellId = get(row, 'barcode')
    for (const column of CHAINS)
      for (const chain of get(row, column).split(';')) {
        const fields = chain.split(',')
        if (fields.length < FIELDS - 2) continue
        const [vCall, dCall, jCall, cCall, bases, residues, reads, name, , whole] = fields.map(field => (field === '*' ? '' : field))
        const count = countIn(reads ?? '', `read count of ${column}`, row.line)
        if (!count.ok) return count
        rows.push(
          contigRow({
            line: row.line,
            cellId,
            sequenceId: `${cellId}_${name ?? ''}`,
            vCall: vCall ?? '',
            dCall,
            jCall: jCall ?? '',
            cCall,
            productive: isJunctionAa(residues ?? ''),
            junction: (bases ?? '').toUpperCase(),
            junctionAa: isJunctionAa(residues ?? '') ? residues! : '',
            umiCount: count.value,
            consensusCount: count.value,
            fullLength: whole === '1',
          }),
        )
      }
  }
  return ok(rows)
}
