// Listed antigens → their best peptides of both classes. What stands in their wild type, or without one in the proteome, is self.
import { byNumber, byText, type FunnelRow } from '../base/index.ts'
import { type HlaAllele, isStandardPeptide } from '../bio/index.ts'
import { rounded } from '../format/index.ts'
import { type MinigeneWindow, newStretch } from '../peptide/index.ts'
import { type Predictors, unscorable } from '../presentation/index.ts'
import { novelWords } from '../variant/index.ts'
import type { ListedAntigen } from './antigen-list.ts'
import { type BestPresented, bestPresented } from './best-presented.ts'
import { FUSION_TIERS, type FusionTier, fusionTier, isFirstToScreen } from './fusion-neoantigens.ts'
import type { ScreenedAntigen } from './minigene-table.ts'
import { furtherNeoantigenId, type NeoantigenId } from './neoantigen.ts'
import { type MatchCandidate, type ReferenceHits, type RefMatch, refMatchAs, refMatchOf, standsInProteome } from './reference-match.ts'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS } from './search-peptides.ts'

/** What to ask a proteome for: the words that the wild type does not have. */
export const listedMatchCandidate = ({ sequence, wildType }: ListedAntigen): MatchCandidate => ({
  mutant: sequence,
  wildType,
  own: new Set(),
})

export interface ListedNeoantigen extends BestPresented {
  readonly id: NeoantigenId
  readonly antigen: ListedAntigen
  readonly class2: BestPresented | undefined
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  readonly minigene: MinigeneWindow
}

export interface ListedScope {
  readonly predictors: Predictors
  readonly alleles: { readonly I: readonly HlaAllele[]; readonly II: readonly HlaAllele[] }
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** Of `listedMatchCandidate`, in the order of the antigens; undefined: no proteome was given. */
  readonly hits: readonly ReferenceHits[] | undefined
}

/** Best peptides of each antigen, by tier, then percentile, then name. Without a wild type, a peptide whose every 8-mer stands in the proteome is self and not taken. */
export function listedNeoantigens(
  antigens: readonly ListedAntigen[],
  { predictors, alleles, hits, lengths = CLASS_I_LENGTHS, class2Lengths = CLASS_II_LENGTHS }: ListedScope,
): { readonly neoantigens: readonly ListedNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const left = new Map<string, { count: number; example: string }>()
  const leave = (reason: string, { id }: ListedAntigen) => left.set(reason, { count: (left.get(reason)?.count ?? 0) + 1, example: id })
  const peptidesOf = (antigen: ListedAntigen, of: readonly number[]) =>
    of.flatMap(length => novelWords(antigen.sequence, antigen.wildType, length)).filter(isStandardPeptide)
  const peptides = new Map<ListedAntigen, readonly string[]>()
  const class2Peptides = new Map<ListedAntigen, readonly string[]>()
  for (const [i, antigen] of antigens.entries()) {
    const foreign = (words: readonly string[]) =>
      antigen.wildType === '' && hits !== undefined ? words.filter(word => !standsInProteome(hits[i]!, word)) : words
    const words = peptidesOf(antigen, lengths).filter(word => unscorable(predictors.I, word) === undefined)
    const kept = foreign(words)
    if (kept.length > 0) peptides.set(antigen, kept)
    else leave(words.length > 0 ? 'self-only' : 'no-scorable-peptide', antigen)
    const { II } = predictors
    if (II !== undefined && alleles.II.length > 0)
      class2Peptides.set(antigen, foreign(peptidesOf(antigen, class2Lengths).filter(word => unscorable(II, word) === undefined)))
  }
  const best = bestPresented(peptides, predictors.I, alleles.I)
  const class2 = predictors.II === undefined ? undefined : bestPresented(class2Peptides, predictors.II, alleles.II)
  const neoantigens = [...best].map(([antigen, found]): ListedNeoantigen => {
    const own = hits?.[antigens.indexOf(antigen)]
    const refMatch = antigen.wildType === '' ? refMatchAs(own, undefined) : refMatchOf(own, antigen.sequence, found.peptide)
    const minigene = stretchOf(antigen, found.peptide)
    return {
      ...found,
      id: furtherNeoantigenId('listed', antigen.id, minigene.sequence),
      antigen,
      class2: class2?.get(antigen),
      refMatch,
      tier: fusionTier({
        ic50: found.ic50,
        refMatch: refMatch === 'yes',
        problematic: false,
        readSupport: undefined,
        expression: undefined,
      }),
      minigene,
    }
  })
  neoantigens.sort(
    (a, b) =>
      FUSION_TIERS.indexOf(a.tier) - FUSION_TIERS.indexOf(b.tier) ||
      byNumber(a.percentile, b.percentile) ||
      byText(a.antigen.id, b.antigen.id),
  )
  const row = (reason: string, count: number, example: string): FunnelRow => ({ stage: 'antigens', reason, count, example })
  return {
    neoantigens,
    funnel: [
      row('in', antigens.length, antigens[0]?.id ?? ''),
      ...[...left].map(([reason, { count, example }]) => row(reason, count, example)),
      row('out', neoantigens.length, neoantigens[0]?.antigen.id ?? ''),
    ],
  }
}

/** A minigene of 25 residues is whole; of a longer sequence so many beside the best peptide make a nonamer the middle of 25. */
const WHOLE = 25
const BESIDE = 8

function stretchOf({ sequence, wildType }: ListedAntigen, peptide: string): MinigeneWindow {
  if (wildType !== '') return newStretch(sequence, wildType)
  const at = sequence.indexOf(peptide)
  const from = sequence.length <= WHOLE ? 0 : Math.max(0, at - BESIDE)
  const to = sequence.length <= WHOLE ? sequence.length : at + peptide.length + BESIDE
  return { sequence: sequence.slice(from, to), wildType: '', changeOffset: at - from + 1 }
}

export const LISTED_COLUMNS = [
  'rank',
  'neoantigen_id',
  'antigen_id',
  'gene',
  'best_peptide',
  'best_allele',
  'tier',
  'ic50_mt',
  'percentile_mt',
  'class_ii_best_peptide',
  'class_ii_allele',
  'class_ii_percentile',
  'length',
  'minigene',
  'change_offset',
  'ref_match',
] as const

export const listedCells = (row: ListedNeoantigen, rank: number): readonly (string | number | undefined)[] => [
  rank,
  row.id,
  row.antigen.id,
  row.antigen.gene,
  row.peptide,
  row.allele,
  row.tier,
  rounded(row.ic50, 5),
  rounded(row.percentile, 4),
  row.class2?.peptide,
  row.class2?.allele,
  rounded(row.class2?.percentile, 4),
  row.antigen.sequence.length,
  row.minigene.sequence,
  row.minigene.changeOffset,
  row.refMatch,
]

/** For the screen: a listed antigen without a gene goes by its name. */
export const screenedListed = (row: ListedNeoantigen): ScreenedAntigen => {
  const { id, gene } = row.antigen
  return {
    id: row.id,
    gene: gene === '' ? id : gene,
    change: gene === '' ? 'listed antigen' : id,
    minigene: row.minigene,
    bestPeptide: row.peptide,
    bestAllele: row.allele,
    isFirst: isFirstToScreen(row),
  }
}
