// Which peptide of a variant pVACseq's aggregated report shows, and what it counts, by its rules (griffithlab/pVACtools 6.0.5, BSD-3-Clause-Clear).
import { byText } from '../base/index.ts'
import { anchorPasses, bindingThreshold, type TierCriteria } from './pvacseq-tier.ts'

/** One peptide of one transcript on one allele. Undefined: not known. */
export interface Epitope {
  readonly peptide: string
  readonly allele: string
  readonly transcript: string
  readonly ic50Mutant: number
  readonly ic50WildType: number | undefined
  readonly changedPositions: readonly number[] | undefined
  readonly proteinCoding: boolean
  /** `isPreferredTranscript`. */
  readonly preferred: boolean
  readonly problematic: boolean
  readonly maneSelect: boolean
  readonly canonical: boolean
  readonly tsl: string
  readonly transcriptLength: number
  readonly transcriptExpression: number | undefined
}

export interface AggregatedEpitopes<T> {
  readonly best: T
  /** Distinct peptides that stand in the report, at least the best one, and those of them that bind. */
  readonly included: number
  readonly passing: number
  /** Peptides of the report that bind, by allele. */
  readonly passingByAllele: ReadonlyMap<string, number>
}

/** Support levels in order; none known stands last. */
const level = (tsl: string): number => (/^\d+$/.test(tsl) ? Number(tsl) : 6)

/** Protein coding, of a preferred transcript, without a problematic residue, not changed at anchors alone; then affinity, then the better transcript. */
function compareEpitopes(criteria: TierCriteria): (a: Epitope, b: Epitope) => number {
  const anchored = (one: Epitope) => !anchorPasses({ ...one, peptideLength: one.peptide.length }, criteria)
  return (a, b) =>
    Number(b.proteinCoding) - Number(a.proteinCoding) ||
    Number(b.preferred) - Number(a.preferred) ||
    Number(a.problematic) - Number(b.problematic) ||
    Number(anchored(a)) - Number(anchored(b)) ||
    a.ic50Mutant - b.ic50Mutant ||
    Number(b.maneSelect) - Number(a.maneSelect) ||
    Number(b.canonical) - Number(a.canonical) ||
    level(a.tsl) - level(b.tsl) ||
    b.transcriptLength - a.transcriptLength ||
    (b.transcriptExpression ?? 0) - (a.transcriptExpression ?? 0) ||
    byText(a.transcript, b.transcript) ||
    byText(a.peptide, b.peptide) ||
    byText(a.allele, b.allele)
}

/** All epitopes of one variant; undefined for none. */
export function aggregateEpitopes<T extends Epitope>(epitopes: readonly T[], criteria: TierCriteria): AggregatedEpitopes<T> | undefined {
  const compare = compareEpitopes(criteria)
  const byPeptide = new Map<string, T>()
  for (const epitope of epitopes) {
    const before = byPeptide.get(epitope.peptide)
    if (before === undefined || compare(epitope, before) < 0) byPeptide.set(epitope.peptide, epitope)
  }
  const ranked = [...byPeptide.values()].sort(compare)
  const [best] = ranked
  if (best === undefined) return undefined
  const affine = new Map<string, number>()
  for (const { peptide, ic50Mutant } of epitopes) affine.set(peptide, Math.min(affine.get(peptide) ?? Number.POSITIVE_INFINITY, ic50Mutant))
  const within = ranked.filter(({ peptide }) => affine.get(peptide)! < criteria.inclusionThreshold).slice(0, criteria.inclusionCount)
  const included = new Set((within.length === 0 ? [best] : within).map(({ peptide }) => peptide))
  const binding = new Map<string, Set<string>>()
  for (const { peptide, allele, ic50Mutant } of epitopes)
    if (included.has(peptide) && ic50Mutant < bindingThreshold(criteria, allele))
      binding.set(allele, (binding.get(allele) ?? new Set()).add(peptide))
  return {
    best,
    included: included.size,
    passing: new Set([...binding.values()].flatMap(peptides => [...peptides])).size,
    passingByAllele: new Map([...binding].map(([allele, peptides]) => [allele, peptides.size])),
  }
}
