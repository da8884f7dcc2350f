// One score of another tool, in our names and units. What a tool does not give is undefined.
import { fail, type Issue, ok, type Result } from '../../base/index.ts'
import { type HlaAllele, parseHlaAllele } from '../../bio/index.ts'

export interface ExternalScore {
  readonly peptide: string
  readonly allele: HlaAllele
  /** The tool's own score for presentation; high is good, the scale is the tool's. */
  readonly score?: number
  /** Presentation %rank where the tool has one, else its only %rank. Per cent, low is good. */
  readonly percentile?: number
  readonly ic50NanoMolar?: number
  readonly affinityPercentile?: number
  readonly core?: string
}

/** The canonical allele, with the line of the file at fault. */
export function alleleAt(written: string, line: number): Result<HlaAllele, Issue> {
  const parsed = parseHlaAllele(written)
  return parsed.ok ? ok(parsed.value.allele) : fail({ ...parsed.issue, line })
}
