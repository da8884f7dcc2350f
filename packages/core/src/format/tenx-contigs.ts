// 10x `*_contig_annotations.csv` (Cell Ranger 2 to 9) → contig rows as the file stores them. The file's `cdr3` is the junction (C104 to F/W118 included).
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

const REQUIRED = ['barcode', 'contig_id', 'chain', 'v_gene', 'j_gene', 'productive', 'cdr3', 'cdr3_nt', 'umis']
const isTrue = (text: string) => /^true$/i.test(text)
/** `None`, `No` and empty all mean absent. */
const value = (text: string) => (text === 'None' || text === 'No' || text === 'NA' ? '' : text)

/** Errors: `column-missing`, `table-empty`, `contig-count` (umis or reads are no whole number), `contig-twice`. */
export function parseTenxContigs(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, { delimiter: ',', required: REQUIRED })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const seen = new Map<string, number>()
  const rows: ContigRow[] = []
  for (const row of table.value.rows) {
    const count = (name: string) => {
      const cell = value(get(row, name))
      return cell === '' ? 0 : Number(cell)
    }
    const umiCount = count('umis')
    const consensusCount = count('reads')
    if (!Number.isInteger(umiCount) || !Number.isInteger(consensusCount)) {
      return fail(issue('contig-count', `umis is "${get(row, 'umis')}", reads "${get(row, 'reads')}"`, 'both are whole numbers', row.line))
    }
    const sequenceId = get(row, 'contig_id')
    const before = seen.get(sequenceId)
    if (before !== undefined)
      return fail(issue('contig-twice', `contig ${sequenceId} stands on line ${before} too`, 'give each sample its own file', row.line))
    seen.set(sequenceId, row.line)
    rows.push({
      line: row.line,
      cellId: get(row, 'barcode'),
      sequenceId,
      locus: value(get(row, 'chain')),
      vCall: value(get(row, 'v_gene')).replace(/^(TRAV.*)-DV/, '$1/DV'),
      dCall: value(get(row, 'd_gene')),
      jCall: value(get(row, 'j_gene')),
      cCall: value(get(row, 'c_gene')),
      productive: isTrue(get(row, 'productive')),
      junction: value(get(row, 'cdr3_nt')).toUpperCase(),
      junctionAa: value(get(row, 'cdr3')).toUpperCase(),
      umiCount,
      consensusCount,
      isCell: get(row, 'is_cell') === '' || isTrue(get(row, 'is_cell')),
      highConfidence: get(row, 'high_confidence') === '' || isTrue(get(row, 'high_confidence')),
      fullLength: isTrue(get(row, 'full_length')),
      sequence: '',
    })
  }
  return ok(rows)
}
