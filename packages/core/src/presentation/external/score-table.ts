// Any tool's scores as a TSV with the columns allele and peptide, and any of score, percentile, ic50, affinity_percentile, core.
import { type Issue, ok, type Result, refuse } from '../../base/index.ts'
import { columnReader, numberOf, parseDelimited } from '../../format/index.ts'
import { alleleAt, type ExternalScore } from './external-score.ts'

const VALUES = ['score', 'percentile', 'ic50', 'affinity_percentile'] as const

/** Errors: `column-missing`, `score-table-no-value`, `hla-unparsable`. */
export function parseScoreTable(text: string): Result<readonly ExternalScore[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['allele', 'peptide'] })
  if (!table.ok) return table
  const { columns, rows } = table.value
  if (!VALUES.some(name => columns.includes(name)))
    return refuse('score-table-no-value', `the header has none of ${VALUES.join(', ')}`, 'add at least one of these columns')
  const get = columnReader(columns)
  const scores: ExternalScore[] = []
  for (const row of rows) {
    const allele = alleleAt(get(row, 'allele'), row.line)
    if (!allele.ok) return allele
    const optional = (name: string) => (columns.includes(name) ? get(row, name) : undefined)
    scores.push({
      peptide: get(row, 'peptide').toUpperCase(),
      allele: allele.value,
      score: numberOf(optional('score')),
      percentile: numberOf(optional('percentile')),
      ic50NanoMolar: numberOf(optional('ic50')),
      affinityPercentile: numberOf(optional('affinity_percentile')),
      core: optional('core'),
    })
  }
  return ok(scores)
}
