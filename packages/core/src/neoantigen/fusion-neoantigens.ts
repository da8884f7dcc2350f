// Fusions → their best peptide, tiered as pVACfuse tiers them (rules after griffithlab/pVACtools 6.0.5).
import { byNumber, byText, type FunnelRow } from '../base/index.ts'
import { rounded } from '../format/index.ts'
import { fusionPeptides, fusionWindow, MINIGENE_FLANK } from '../peptide/index.ts'
import { WEAK_BINDER_PERCENTILE } from '../presentation/index.ts'
import type { Fusion } from '../variant/index.ts'
import { type BestOfBoth, bestOfBoth, CLASS_II_COLUMNS, class2Cells, type FurtherScope, NO_ALLELE } from './best-presented.ts'
import type { ScreenedAntigen } from './minigene-table.ts'
import { furtherNeoantigenId, type NeoantigenId } from './neoantigen.ts'
import { PVACSEQ_DEFAULTS } from './pvacseq-tier.ts'
import { MATCH_LENGTH, type MatchCandidate, type RefMatch, refMatchOf } from './reference-match.ts'
import { CLASS_I_LENGTHS, flankOf } from './search-peptides.ts'

export const FUSION_TIERS = ['Pass', 'PoorBinder', 'RefMatch', 'LowReadSupport', 'LowExpr', 'ProbPos', 'Poor'] as const
export type FusionTier = (typeof FUSION_TIERS)[number]

export interface FusionFacts {
  readonly ic50: number
  readonly refMatch: boolean
  readonly problematic: boolean
  readonly readSupport: number | undefined
  readonly expression: number | undefined
}

const LEAST_READS = 5
/** FFPM. */
const LEAST_EXPRESSION = 0.1

/** `Pass` when all hold; the name of the only one that fails; else `Poor`. What was not measured holds. */
export function fusionTier({ ic50, refMatch, problematic, readSupport, expression }: FusionFacts): FusionTier {
  const fails: FusionTier[] = []
  if (!(ic50 < PVACSEQ_DEFAULTS.bindingThreshold)) fails.push('PoorBinder')
  if (refMatch) fails.push('RefMatch')
  if (readSupport !== undefined && readSupport < LEAST_READS) fails.push('LowReadSupport')
  if (expression !== undefined && expression < LEAST_EXPRESSION) fails.push('LowExpr')
  if (problematic) fails.push('ProbPos')
  return fails.length === 0 ? 'Pass' : fails.length === 1 ? fails[0]! : 'Poor'
}

/** The order of fusions, splice junctions and listed antigens: by tier, then percentile, then name. */
export const inTierOrder =
  <T extends { readonly tier: FusionTier; readonly percentile: number }>(nameOf: (one: T) => string) =>
  (a: T, b: T): number =>
    FUSION_TIERS.indexOf(a.tier) - FUSION_TIERS.indexOf(b.tier) || byNumber(a.percentile, b.percentile) || byText(nameOf(a), nameOf(b))

export interface FusionNeoantigen extends BestOfBoth {
  readonly id: NeoantigenId
  readonly fusion: Fusion
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  /** 12 residues on each side of the junction, or 12 and the whole new tail. */
  readonly minigene: string
  /** 1-based first residue behind the junction in `minigene`. */
  readonly junctionOffset: number
}

/** What to ask a proteome for: the words that cross the junction, or stand in the new tail. */
export function fusionMatchCandidate(fusion: Fusion): MatchCandidate {
  const window = fusionWindow(fusion, MATCH_LENGTH - 1)
  return { mutant: window?.sequence ?? '', wildType: '', own: new Set() }
}

/** Peptides of a class that cross the junction, or stand in the new tail. */
function peptidesOf(fusion: Fusion, lengths: readonly number[]): readonly string[] {
  const window = fusionWindow(fusion, flankOf(lengths))
  return window === undefined ? [] : lengths.flatMap(length => fusionPeptides(window, fusion.inFrame, length))
}

/** `scope.hits`: of `fusionMatchCandidate`. Best peptides of each fusion; by tier, then percentile, then id. */
export function fusionNeoantigens(
  fusions: readonly Fusion[],
  scope: FurtherScope,
): { readonly neoantigens: readonly FusionNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const { lengths = CLASS_I_LENGTHS, hits } = scope
  const presented = bestOfBoth(fusions, peptidesOf, scope)
  const left = fusions.filter(fusion => !presented.has(fusion))
  const neoantigens: FusionNeoantigen[] = []
  for (const [fusion, best] of presented) {
    const minigene = fusionWindow(fusion, MINIGENE_FLANK)
    const refMatch = refMatchOf(hits?.[fusions.indexOf(fusion)], fusionWindow(fusion, flankOf(lengths))?.sequence ?? '', best.peptide)
    neoantigens.push({
      id: furtherNeoantigenId('fusion', fusion.id, minigene?.sequence ?? ''),
      fusion,
      ...best,
      tier: fusionTier({
        ic50: best.ic50,
        refMatch: refMatch === 'yes',
        problematic: false,
        readSupport: fusion.readSupport,
        expression: fusion.expression,
      }),
      refMatch,
      minigene: minigene?.sequence ?? '',
      junctionOffset: (minigene?.junction ?? 0) + 1,
    })
  }
  neoantigens.sort(inTierOrder(({ fusion }) => fusion.id))
  return {
    neoantigens,
    funnel: [
      { stage: 'fusions', reason: 'in', count: fusions.length, example: fusions[0]?.id ?? '' },
      ...(left.length > 0
        ? [
            {
              stage: 'fusions',
              reason: scope.alleles.I.length === 0 ? NO_ALLELE : 'no-junction-peptide',
              count: left.length,
              example: left.at(-1)!.id,
            },
          ]
        : []),
      { stage: 'fusions', reason: 'out', count: neoantigens.length, example: neoantigens[0]?.fusion.id ?? '' },
    ],
  }
}

export const FUSION_COLUMNS = [
  'rank',
  'fusion_id',
  'gene',
  'transcripts',
  'kind',
  'best_peptide',
  'best_allele',
  'tier',
  'ic50_mt',
  'percentile_mt',
  'read_support',
  'expression_ffpm',
  'source',
  'minigene',
  'junction_offset',
  'ref_match',
  'neoantigen_id',
  ...CLASS_II_COLUMNS,
] as const

export const fusionCells = (row: FusionNeoantigen, rank: number): readonly (string | number | undefined)[] => [
  rank,
  row.fusion.id,
  row.fusion.gene,
  row.fusion.transcripts,
  row.fusion.inFrame ? 'inframe_fusion' : 'frameshift_fusion',
  row.peptide,
  row.allele,
  row.tier,
  rounded(row.ic50, 5),
  rounded(row.percentile, 4),
  row.fusion.readSupport,
  row.fusion.expression,
  row.fusion.source,
  row.minigene,
  row.junctionOffset,
  row.refMatch,
  row.id,
  ...class2Cells(row),
]

/** Presented, and nothing but perhaps the affinity speaks against it. */
export const isFirstToScreen = ({ tier, percentile }: { readonly tier: FusionTier; readonly percentile: number }): boolean =>
  percentile <= WEAK_BINDER_PERCENTILE && (tier === 'Pass' || tier === 'PoorBinder')

/** Undefined where a letter near the junction is no residue. */
export const screenedFusion = (row: FusionNeoantigen): ScreenedAntigen | undefined =>
  row.minigene === ''
    ? undefined
    : {
        id: row.id,
        gene: row.fusion.gene,
        change: row.fusion.inFrame ? 'inframe fusion' : 'frameshift fusion',
        minigene: { sequence: row.minigene, wildType: '', changeOffset: Math.min(row.junctionOffset, row.minigene.length) },
        bestPeptide: row.peptide,
        bestAllele: row.allele,
        isFirst: isFirstToScreen(row),
      }
