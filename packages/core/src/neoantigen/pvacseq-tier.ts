// pVACseq's tiers from our numbers by the same rules (griffithlab/pVACtools 6.0.5, BSD-3-Clause-Clear), so that tables can be compared.
export const PVACSEQ_TIERS = [
  'Pass',
  'PoorBinder',
  'RefMatch',
  'PoorTranscript',
  'LowExpr',
  'Anchor',
  'Subclonal',
  'ProbPos',
  'Poor',
  'NoExpr',
] as const
export type PvacseqTier = (typeof PVACSEQ_TIERS)[number]

/** Undefined is NA: not known. */
export interface TierFacts {
  readonly ic50Mutant: number
  readonly ic50WildType: number | undefined
  readonly percentileMutant?: number
  readonly rnaExpression: number | undefined
  readonly rnaVaf: number | undefined
  readonly rnaDepth: number | undefined
  readonly alleleExpression: number | undefined
  readonly dnaVaf: number | undefined
  readonly preferredTranscript: boolean
  readonly refMatch: boolean
  readonly problematic: boolean
  /** 1-based; undefined when unknown. */
  readonly changedPositions: readonly number[] | undefined
  readonly peptideLength: number
}

export const BINDING_THRESHOLD_NANOMOLAR = 500
/** trna_vaf 0.25 × expression 1 × 10: pVACseq's allele-expression threshold. */
export const ALLELE_EXPRESSION_THRESHOLD = 2.5
export const RNA_VAF_THRESHOLD = 0.25
export const RNA_DEPTH_THRESHOLD = 10

/** Positions 1, 2, L − 1 and L. */
export const isAnchor = (position: number, length: number): boolean => position <= 2 || position >= length - 1

/** False when at most two residues changed, all at anchors, and the wild type binds as well (or is unknown): the T cell then sees self. */
export function anchorPasses(facts: Pick<TierFacts, 'changedPositions' | 'peptideLength' | 'ic50WildType'>): boolean {
  const positions = facts.changedPositions
  if (positions === undefined || positions.length === 0 || positions.length > 2) return true
  if (!positions.every(position => isAnchor(position, facts.peptideLength))) return true
  return !(facts.ic50WildType === undefined || facts.ic50WildType < BINDING_THRESHOLD_NANOMOLAR)
}

/** Clonal allele fraction without purity: the largest below 0.6, at most 0.5; 0.6 when there is none. */
export function clonalVaf(vafs: readonly (number | undefined)[]): number {
  const below = vafs.filter((vaf): vaf is number => vaf !== undefined && vaf < 0.6)
  return below.length === 0 ? 0.6 : Math.min(0.5, Math.max(...below))
}

export function pvacseqTier(facts: TierFacts, clonal: number): PvacseqTier {
  const binding = facts.ic50Mutant < BINDING_THRESHOLD_NANOMOLAR
  const expressed = facts.alleleExpression === undefined || facts.alleleExpression > ALLELE_EXPRESSION_THRESHOLD
  const isClonal = facts.dnaVaf === undefined || facts.dnaVaf >= clonal / 2
  const anchor = anchorPasses(facts)
  const checks = {
    binding,
    expressed,
    clonal: isClonal,
    transcript: facts.preferredTranscript,
    ref: !facts.refMatch,
    prob: !facts.problematic,
    anchor,
  }
  type Check = keyof typeof checks
  const allBut = (...left: Check[]) => (Object.keys(checks) as Check[]).every(check => left.includes(check) || checks[check])
  if (allBut()) return 'Pass'
  if (!binding && allBut('binding')) return 'PoorBinder'
  if (facts.refMatch && allBut('ref')) return 'RefMatch'
  if (facts.problematic && allBut('prob')) return 'ProbPos'
  if (!facts.preferredTranscript && allBut('transcript', 'anchor')) return 'PoorTranscript'
  if (!anchor && allBut('anchor')) return 'Anchor'
  if (!isClonal && allBut('clonal')) return 'Subclonal'
  const { rnaVaf, rnaExpression, rnaDepth, alleleExpression } = facts
  const low =
    rnaVaf !== undefined &&
    rnaExpression !== undefined &&
    alleleExpression !== undefined &&
    (alleleExpression > 0 || (rnaExpression === 0 && (rnaDepth ?? 0) > RNA_DEPTH_THRESHOLD && rnaVaf > RNA_VAF_THRESHOLD))
  if (low && allBut('expressed')) return 'LowExpr'
  if (!low && (rnaExpression === 0 || rnaVaf === 0)) return 'NoExpr'
  return 'Poor'
}

/** pVACseq's order within a case: tier, then rank of IC50 plus rank of allele expression (dense, ties share), then gene and change. */
export function pvacseqOrder<
  T extends { tier: PvacseqTier; ic50Mutant: number; alleleExpression: number | undefined; gene: string; change: string },
>(rows: readonly T[]): readonly T[] {
  const dense = (values: readonly number[]) => new Map([...new Set(values)].map((value, i) => [value, i + 1]))
  const ic50 = dense(rows.map(row => row.ic50Mutant).toSorted((a, b) => a - b))
  const expression = dense(rows.map(row => row.alleleExpression ?? Number.NEGATIVE_INFINITY).toSorted((a, b) => b - a))
  const key = (row: T) => ic50.get(row.ic50Mutant)! + expression.get(row.alleleExpression ?? Number.NEGATIVE_INFINITY)!
  return rows.toSorted(
    (a, b) =>
      PVACSEQ_TIERS.indexOf(a.tier) - PVACSEQ_TIERS.indexOf(b.tier) ||
      key(a) - key(b) ||
      (a.gene < b.gene ? -1 : a.gene > b.gene ? 1 : 0) ||
      (a.change < b.change ? -1 : a.change > b.change ? 1 : 0),
  )
}
