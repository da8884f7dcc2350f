// AIRR Rearrangement TSV (schema 1.4.1, https://docs.airr-community.org) → contig rows. `umi_count` and the older `duplicate_count` are the same thing.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type ContigRow, locusOfGenes } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

const isTrue = (text: string) => /^t(rue)?$/i.test(text)
/** First of several equally good calls. */
const first = (text: string) => text.split(',')[0]!.trim()

/** Errors: `column-missing`, `table-empty`, `contig-count`. Lines that start with `##` are skipped. */
export function parseAirr(text: string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, {
    delimiter: '\t',
    comment: '##',
    required: ['sequence_id', 'v_call', 'j_call', 'junction', 'productive'],
  })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const has = (name: string) => table.value.columns.includes(name)
  const rows: ContigRow[] = []
  for (const row of table.value.rows) {
    const count = (names: readonly string[]) => {
      const name = names.find(column => has(column) && get(row, column) !== '')
      return name === undefined ? 0 : Number(get(row, name))
    }
    const umiCount = count(['umi_count', 'duplicate_count'])
    const consensusCount = count(['consensus_count'])
    if (Number.isNaN(umiCount) || Number.isNaN(consensusCount))
      return fail(issue('contig-count', 'a count is no number', 'umi_count and consensus_count are numbers', row.line))
    const vCall = first(get(row, 'v_call'))
    const jCall = first(get(row, 'j_call'))
    rows.push({
      line: row.line,
      cellId: get(row, has('cell_id') ? 'cell_id' : 'cell_barcode'),
      sequenceId: get(row, 'sequence_id'),
      locus: get(row, 'locus') || locusOfGenes(vCall, jCall),
      vCall,
      dCall: first(get(row, 'd_call')),
      jCall,
      cCall: first(get(row, 'c_call')),
      productive: isTrue(get(row, 'productive')),
      junction: get(row, 'junction').toUpperCase(),
      junctionAa: get(row, 'junction_aa').toUpperCase(),
      umiCount,
      consensusCount,
      isCell: !has('is_cell') || isTrue(get(row, 'is_cell')),
      highConfidence: true,
      fullLength: !has('complete_vdj') || isTrue(get(row, 'complete_vdj')),
      sequence: get(row, 'sequence').toUpperCase(),
    })
  }
  return ok(rows)
}
