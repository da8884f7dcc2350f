// Listed antigens → their best peptides of both classes. What stands in their wild type, or without one in the proteome, is self.
import type { FunnelRow } from '../base/index.ts'
import { isStandardPeptide } from '../bio/index.ts'
import { rounded } from '../format/index.ts'
import { type MinigeneWindow, newStretch } from '../peptide/index.ts'
import { novelWords } from '../variant/index.ts'
import type { ListedAntigen } from './antigen-list.ts'
import { type BestOfBoth, bestOfBoth, CLASS_II_COLUMNS, class2Cells, type FurtherScope, NO_ALLELE } from './best-presented.ts'
import { type FusionTier, fusionTier, inTierOrder, isFirstToScreen } from './fusion-neoantigens.ts'
import type { ScreenedAntigen } from './minigene-table.ts'
import { furtherNeoantigenId, type NeoantigenId } from './neoantigen.ts'
import { type MatchCandidate, type RefMatch, refMatchAs, refMatchOf, standsInProteome } from './reference-match.ts'
import { CLASS_I_LENGTHS } from './search-peptides.ts'

/** What to ask a proteome for: the words that the wild type does not have. */
export const listedMatchCandidate = ({ sequence, wildType }: ListedAntigen): MatchCandidate => ({
  mutant: sequence,
  wildType,
  own: new Set(),
})

export interface ListedNeoantigen extends BestOfBoth {
  readonly id: NeoantigenId
  readonly antigen: ListedAntigen
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  readonly minigene: MinigeneWindow
}

/** Best peptides of each antigen, by tier, then percentile, then name. Without a wild type, a peptide whose every 8-mer stands in the proteome is self and not taken. */
export function listedNeoantigens(
  antigens: readonly ListedAntigen[],
  scope: FurtherScope,
): { readonly neoantigens: readonly ListedNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const { hits, lengths = CLASS_I_LENGTHS } = scope
  const hitsOf = new Map(antigens.map((antigen, i) => [antigen, hits?.[i]]))
  const novel = ({ sequence, wildType }: ListedAntigen, of: readonly number[]) =>
    of.flatMap(length => novelWords(sequence, wildType, length)).filter(isStandardPeptide)
  const isSelf = (antigen: ListedAntigen, peptide: string) => {
    const own = antigen.wildType === '' ? hitsOf.get(antigen) : undefined
    return own !== undefined && standsInProteome(own, peptide)
  }
  const best = bestOfBoth(antigens, (antigen, of) => novel(antigen, of).filter(peptide => !isSelf(antigen, peptide)), scope)
  const left = new Map<string, ListedAntigen[]>()
  for (const antigen of antigens)
    if (!best.has(antigen)) {
      const made = novel(antigen, lengths).length > 0
      const reason = scope.alleles.I.length === 0 ? NO_ALLELE : made ? 'self-only' : 'no-scorable-peptide'
      left.set(reason, [...(left.get(reason) ?? []), antigen])
    }
  const neoantigens = [...best].map(([antigen, found]): ListedNeoantigen => {
    const own = hitsOf.get(antigen)
    const refMatch = antigen.wildType === '' ? refMatchAs(own, undefined) : refMatchOf(own, antigen.sequence, found.peptide)
    const minigene = stretchOf(antigen, found.peptide)
    return {
      ...found,
      id: furtherNeoantigenId('listed', antigen.id, minigene.sequence),
      antigen,
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
  neoantigens.sort(inTierOrder(({ antigen }) => antigen.id))
  const row = (reason: string, count: number, example: string): FunnelRow => ({ stage: 'antigens', reason, count, example })
  return {
    neoantigens,
    funnel: [
      row('in', antigens.length, antigens[0]?.id ?? ''),
      ...[...left].map(([reason, list]) => row(reason, list.length, list.at(-1)!.id)),
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
  ...CLASS_II_COLUMNS,
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
  ...class2Cells(row),
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
