// New splice junctions → their best peptide. A peptide counts when it crosses or follows the junction and stands in no protein of the gene; tiers as for fusions.
import type { FunnelRow } from '../base/index.ts'
import { rounded } from '../format/index.ts'
import { type MinigeneWindow, newStretch } from '../peptide/index.ts'
import { novelWords, type SpliceCandidate } from '../variant/index.ts'
import { type BestOfBoth, bestOfBoth, CLASS_II_COLUMNS, class2Cells, type FurtherScope } from './best-presented.ts'
import { type FusionTier, fusionTier, inTierOrder, isFirstToScreen } from './fusion-neoantigens.ts'
import type { ScreenedAntigen } from './minigene-table.ts'
import { furtherNeoantigenId, type NeoantigenId } from './neoantigen.ts'
import { type MatchCandidate, type RefMatch, refMatchOf } from './reference-match.ts'
import { CLASS_I_LENGTHS } from './search-peptides.ts'

export interface SpliceNeoantigen extends BestOfBoth {
  readonly id: NeoantigenId
  /** The first of the candidates with these peptides. */
  readonly candidate: SpliceCandidate
  readonly transcripts: readonly string[]
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  readonly minigene: MinigeneWindow
}

/** Peptides that neither the wild type nor a sibling transcript makes. */
export const splicePeptides = (
  { product, wildType, siblings }: SpliceCandidate,
  lengths: readonly number[] = CLASS_I_LENGTHS,
): readonly string[] =>
  lengths.flatMap(length => novelWords(product.protein, wildType, length).filter(word => !siblings.some(protein => protein.includes(word))))

/** What to ask a proteome for: the words of the new protein that no protein of its gene has. */
export const spliceMatchCandidate = ({ product, wildType, siblings, transcript }: SpliceCandidate): MatchCandidate => ({
  mutant: product.protein,
  wildType: [wildType, ...siblings].join('*'),
  own: new Set([transcript]),
})

/** `scope.hits`: of `spliceMatchCandidate`. Best peptides of each junction and protein; transcripts that make the same peptides stand together. */
export function spliceNeoantigens(
  candidates: readonly SpliceCandidate[],
  scope: FurtherScope,
): { readonly neoantigens: readonly SpliceNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const { lengths = CLASS_I_LENGTHS, hits } = scope
  const groups = new Map<string, { first: SpliceCandidate; transcripts: string[] }>()
  let selfOnly = 0
  let example = ''
  for (const candidate of candidates) {
    const peptides = splicePeptides(candidate, lengths)
    if (peptides.length === 0) {
      selfOnly++
      example = `${candidate.junction.id} ${candidate.transcript}`
      continue
    }
    const key = `${candidate.junction.id} ${peptides.join(' ')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: candidate, transcripts: [candidate.transcript] })
    else group.transcripts.push(candidate.transcript)
  }
  const best = bestOfBoth([...groups.values()], ({ first }, of) => splicePeptides(first, of), scope)
  const neoantigens = [...best].map(([{ first, transcripts }, found]): SpliceNeoantigen => {
    const { protein } = first.product
    const minigene = newStretch(protein, first.wildType)
    const refMatch = refMatchOf(hits?.[candidates.indexOf(first)], protein, found.peptide)
    return {
      ...found,
      id: furtherNeoantigenId('splicing', `${first.junction.id} ${transcripts.join(',')}`, minigene.sequence),
      candidate: first,
      transcripts,
      refMatch,
      tier: fusionTier({
        ic50: found.ic50,
        refMatch: refMatch === 'yes',
        problematic: false,
        readSupport: first.junction.reads,
        expression: undefined,
      }),
      minigene,
    }
  })
  neoantigens.sort(inTierOrder(({ candidate }) => candidate.junction.id))
  return {
    neoantigens,
    funnel: selfOnly === 0 ? [] : [{ stage: 'splicing', reason: 'no-new-peptide', count: selfOnly, example }],
  }
}

export const SPLICE_COLUMNS = [
  'rank',
  'junction_id',
  'variant_ids',
  'gene',
  'transcripts',
  'kind',
  'anchor',
  'best_peptide',
  'best_allele',
  'tier',
  'ic50_mt',
  'percentile_mt',
  'junction_reads',
  'chromosome',
  'left_exon_end',
  'right_exon_start',
  'minigene',
  'change_offset',
  'caveats',
  'ref_match',
  'neoantigen_id',
  ...CLASS_II_COLUMNS,
] as const

/** Places are 1-based: the last base of the left exon, the first of the right one. */
export const spliceCells = (row: SpliceNeoantigen, rank: number): readonly (string | number | undefined)[] => {
  const { junction, product, gene, variantIds } = row.candidate
  return [
    rank,
    junction.id,
    variantIds.join(','),
    gene,
    row.transcripts.join(','),
    product.kind,
    junction.anchor,
    row.peptide,
    row.allele,
    row.tier,
    rounded(row.ic50, 5),
    rounded(row.percentile, 4),
    junction.reads,
    junction.chromosome,
    junction.left,
    junction.right + 1,
    row.minigene.sequence,
    row.minigene.changeOffset,
    product.stopped ? '' : 'no-stop',
    row.refMatch,
    row.id,
    ...class2Cells(row),
  ]
}

export const screenedSplicing = (row: SpliceNeoantigen): ScreenedAntigen => ({
  id: row.id,
  gene: row.candidate.gene,
  change: `splicing ${row.candidate.junction.id}`,
  minigene: row.minigene,
  bestPeptide: row.peptide,
  bestAllele: row.allele,
  isFirst: isFirstToScreen(row),
})
