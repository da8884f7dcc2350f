// Alleles the tumour has lost, from a TSV `allele, lost (true/false), evidence` or LOHHLA's table: their peptides cannot be seen any more.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface HlaLoss {
  readonly allele: HlaAllele
  readonly lost: boolean
  readonly evidence: string
}

/** LOHHLA's own thresholds: fewer than half a copy left, and unequal coverage of the two alleles with p below 0.01 (McGranahan 2017, doi:10.1016/j.cell.2017.10.001). */
const LOST_COPIES = 0.5
const LOST_P_VALUE = 0.01

/** LOHHLA writes one row a locus; its columns are called HLA_A for every locus. Both alleles of the row are judged. */
function parseLohhla(text: string): Result<readonly HlaLoss[], Issue> {
  const table = parseDelimited(text, {
    delimiter: '\t',
    required: ['HLA_A_type1', 'HLA_A_type2', 'HLA_type1copyNum_withBAFBin', 'HLA_type2copyNum_withBAFBin', 'PVal_unique'],
  })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const losses: HlaLoss[] = []
  for (const row of table.value.rows) {
    const p = Number(get(row, 'PVal_unique'))
    for (const side of ['1', '2'] as const) {
      const allele = parseHlaAllele(get(row, `HLA_A_type${side}`))
      if (!allele.ok) return fail({ ...allele.issue, line: row.line })
      const written = get(row, `HLA_type${side}copyNum_withBAFBin`)
      const copies = Number(written)
      if (written === '' || written === 'NA' || Number.isNaN(copies)) continue
      const lost = copies < LOST_COPIES && p < LOST_P_VALUE
      losses.push({ allele: allele.value.allele, lost, evidence: `LOHHLA: ${copies.toFixed(2)} copies, p ${get(row, 'PVal_unique')}` })
    }
  }
  return ok(losses)
}

/** Errors: `column-missing`, `hla-unparsable`, `hla-loss-value`. */
export function parseHlaLoss(text: string): Result<readonly HlaLoss[], Issue> {
  if (text.slice(0, text.indexOf('\n')).includes('HLA_A_type1')) return parseLohhla(text)
  const table = parseDelimited(text, { delimiter: '\t', required: ['allele', 'lost'] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const losses: HlaLoss[] = []
  for (const row of table.value.rows) {
    const allele = parseHlaAllele(get(row, 'allele'))
    if (!allele.ok) return fail({ ...allele.issue, line: row.line })
    const lost = get(row, 'lost').toLowerCase()
    if (lost !== 'true' && lost !== 'false')
      return fail(issue('hla-loss-value', `lost is "${get(row, 'lost')}"`, 'write true or false', row.line))
    losses.push({ allele: allele.value.allele, lost: lost === 'true', evidence: get(row, 'evidence') })
  }
  return ok(losses)
}
