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
  readonly allele: string
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

/** What a laboratory sets in pVACseq; the names of its options stand behind the members. */
export interface TierCriteria {
  /** nM; `binding_threshold`, and by allele `allele_specific_binding_thresholds`. */
  readonly bindingThreshold: number
  readonly bindingThresholds: Readonly<Record<string, number>>
  /** Per cent; `percentile_threshold`: undefined, it is not asked. Conservative: both must hold; exploratory: one is enough. */
  readonly percentileThreshold: number | undefined
  readonly percentileStrategy: 'conservative' | 'exploratory'
  /** `trna_vaf`, `trna_cov`, `expn_val`. */
  readonly rnaVaf: number
  readonly rnaDepth: number
  readonly expression: number
  /** What makes a transcript preferred: `transcript_prioritization_strategy`, `maximum_transcript_support_level`. */
  readonly transcripts: readonly ('mane_select' | 'canonical' | 'tsl')[]
  readonly maximumTsl: number
  /** `allele_specific_anchors`: weight of each position; undefined, or none for the allele: positions 1, 2, L − 1 and L. */
  readonly anchorWeights?: (allele: string, length: number) => readonly number[] | undefined
  /** `anchor_contribution_threshold`. */
  readonly anchorContribution: number
  /** nM and number; `aggregate_inclusion_binding_threshold`, `aggregate_inclusion_count_limit`. */
  readonly inclusionThreshold: number
  readonly inclusionCount: number
}

/** pVACseq's own defaults. */
export const PVACSEQ_DEFAULTS: TierCriteria = {
  bindingThreshold: 500,
  bindingThresholds: {},
  percentileThreshold: undefined,
  percentileStrategy: 'conservative',
  rnaVaf: 0.25,
  rnaDepth: 10,
  expression: 1,
  transcripts: ['mane_select', 'canonical', 'tsl'],
  maximumTsl: 1,
  anchorContribution: 0.8,
  inclusionThreshold: 5000,
  inclusionCount: 15,
}

export const bindingThreshold = (criteria: TierCriteria, allele: string): number =>
  criteria.bindingThresholds[allele] ?? criteria.bindingThreshold

function binds({ ic50Mutant, percentileMutant, allele }: TierFacts, criteria: TierCriteria): boolean {
  const affine = ic50Mutant < bindingThreshold(criteria, allele)
  const { percentileThreshold, percentileStrategy } = criteria
  if (percentileThreshold === undefined || percentileMutant === undefined) return affine
  const ranked = percentileMutant <= percentileThreshold
  return percentileStrategy === 'conservative' ? affine && ranked : affine || ranked
}

/** Positions 1, 2, L − 1 and L; pVACseq's 0, of a peptide of a new tail, is none. */
export const isAnchor = (position: number, length: number): boolean => position === 1 || position === 2 || position >= length - 1

/** Anchors by the rule of the criteria: the heaviest positions until their weights sum to more than the contribution asked for. */
function anchorTest({ anchorWeights, anchorContribution }: TierCriteria, allele: string, length: number): (position: number) => boolean {
  const weights = anchorWeights?.(allele, length)
  if (weights === undefined) return position => isAnchor(position, length)
  const anchors = new Set<number>()
  let sum = 0
  for (const [i, weight] of [...weights.entries()].sort(([i, a], [j, b]) => b - a || i - j)) {
    if (sum > anchorContribution) break
    sum += weight
    anchors.add(i + 1)
  }
  return position => anchors.has(position)
}

/** False when at most two residues changed, all at anchors, and the wild type binds as well (or is unknown): the T cell then sees self. */
export function anchorPasses(
  facts: Pick<TierFacts, 'allele' | 'changedPositions' | 'peptideLength' | 'ic50WildType'>,
  criteria: TierCriteria,
): boolean {
  const positions = facts.changedPositions
  if (positions === undefined || positions.length === 0 || positions.length > 2) return true
  if (!positions.every(anchorTest(criteria, facts.allele, facts.peptideLength))) return true
  return !(facts.ic50WildType === undefined || facts.ic50WildType < bindingThreshold(criteria, facts.allele))
}

/** MANE Select, or canonical, or of a support level that is good enough; a flag that the file does not annotate counts as true. */
export function isPreferredTranscript(
  {
    maneSelect,
    canonical,
    tsl,
  }: { readonly maneSelect: boolean | undefined; readonly canonical: boolean | undefined; readonly tsl: string },
  { transcripts, maximumTsl }: TierCriteria,
): boolean {
  const supported = tsl === 'Not Supported' || (/^\d+$/.test(tsl) && Number(tsl) <= maximumTsl)
  return (
    (transcripts.includes('mane_select') && maneSelect !== false) ||
    (transcripts.includes('canonical') && canonical !== false) ||
    (transcripts.includes('tsl') && supported)
  )
}

/** Clonal allele fraction without purity: the largest below 0.6, at most 0.5; 0.6 when there is none. */
export function clonalVaf(vafs: readonly (number | undefined)[]): number {
  const below = vafs.filter((vaf): vaf is number => vaf !== undefined && vaf < 0.6)
  return below.length === 0 ? 0.6 : Math.min(0.5, Math.max(...below))
}

export function pvacseqTier(facts: TierFacts, clonal: number, criteria: TierCriteria = PVACSEQ_DEFAULTS): PvacseqTier {
  const binding = binds(facts, criteria)
  // pVACseq's threshold of allele expression: share of RNA reads × expression × 10
  const expressed = facts.alleleExpression === undefined || facts.alleleExpression > criteria.rnaVaf * criteria.expression * 10
  const isClonal = facts.dnaVaf === undefined || facts.dnaVaf >= clonal / 2
  const anchor = anchorPasses(facts, criteria)
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
    (alleleExpression > 0 || (rnaExpression === 0 && (rnaDepth ?? 0) > criteria.rnaDepth && rnaVaf > criteria.rnaVaf))
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
