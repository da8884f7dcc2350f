// Alleles the tumour has lost, from a TSV `allele, lost (true/false), evidence`: their peptides cannot be seen any more.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface HlaLoss {
  readonly allele: HlaAllele
  readonly lost: boolean
  readonly evidence: string
}

/** Errors: `column-missing`, `hla-unparsable`, `hla-loss-value`. */
export function parseHlaLoss(text: string): Result<readonly HlaLoss[], Issue> {
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
