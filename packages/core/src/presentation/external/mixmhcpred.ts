// The table of MixMHCpred 2.x and 3.x → scores: one row a peptide, Score_A0201 and %Rank_A0201 for each allele; lines of `#` before it.
import { fail, type Issue, issue, ok, type Result } from '../../base/index.ts'
import { numberOf, parseDelimited } from '../../format/index.ts'
import { alleleAt, type ExternalScore } from './external-score.ts'

/** Errors: `column-missing`, `mixmhcpred-no-allele`, `hla-unparsable`. */
export function parseMixMhcPred(text: string): Result<readonly ExternalScore[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', comment: '#', required: ['Peptide', 'Score_bestAllele', 'BestAllele'] })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const named = columns.flatMap((column, c) => (/^Score_(?!bestAllele)/.test(column) ? [{ name: column.slice(6), c }] : []))
  if (named.length === 0) return fail(issue('mixmhcpred-no-allele', 'the table has no column Score_ALLELE', 'give the output unchanged'))
  const scores: ExternalScore[] = []
  for (const { name, c } of named) {
    const allele = alleleAt(name, 1)
    if (!allele.ok) return allele
    const rank = columns.indexOf(`%Rank_${name}`)
    for (const row of rows)
      scores.push({
        peptide: row.cells[columns.indexOf('Peptide')]!,
        allele: allele.value,
        score: numberOf(row.cells[c]),
        percentile: numberOf(row.cells[rank]),
      })
  }
  return ok(scores)
}
