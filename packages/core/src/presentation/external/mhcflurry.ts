// The CSV of `mhcflurry-predict` (MHCflurry 2.x) → scores.
import { type Issue, ok, type Result } from '../../base/index.ts'
import { columnReader, numberOf, parseDelimited } from '../../format/index.ts'
import { alleleAt, type ExternalScore } from './external-score.ts'

/** Errors: `column-missing`, `csv-quote`, `hla-unparsable`. */
export function parseMhcflurry(text: string): Result<readonly ExternalScore[], Issue> {
  const table = parseDelimited(text, { delimiter: ',', required: ['allele', 'peptide', 'mhcflurry_affinity'] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const scores: ExternalScore[] = []
  for (const row of table.value.rows) {
    const allele = alleleAt(get(row, 'allele'), row.line)
    if (!allele.ok) return allele
    const optional = (name: string) => (table.value.columns.includes(name) ? numberOf(get(row, name)) : undefined)
    scores.push({
      peptide: get(row, 'peptide'),
      allele: allele.value,
      score: optional('mhcflurry_presentation_score'),
      percentile: optional('mhcflurry_presentation_percentile') ?? optional('mhcflurry_affinity_percentile'),
      ic50NanoMolar: optional('mhcflurry_affinity'),
      affinityPercentile: optional('mhcflurry_affinity_percentile'),
    })
  }
  return ok(scores)
}
