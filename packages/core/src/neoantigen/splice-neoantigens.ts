// New splice junctions → their best peptide. A peptide counts when it crosses or follows the junction and stands in no protein of the gene; tiers as for fusions.
import { byNumber, byText, type FunnelRow } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { rounded } from '../format/index.ts'
import { MINIGENE_FLANK } from '../peptide/index.ts'
import type { Predictor } from '../presentation/index.ts'
import { novelWords, type SpliceCandidate } from '../variant/index.ts'
import { type BestPresented, bestPresented } from './best-presented.ts'
import { FUSION_TIERS, type FusionTier, fusionTier } from './fusion-neoantigens.ts'
import { type MatchCandidate, type ReferenceHits, type RefMatch, refMatchOf } from './reference-match.ts'
import { CLASS_I_LENGTHS } from './search-peptides.ts'

export interface SpliceNeoantigen extends BestPresented {
  /** The first of the candidates with these peptides. */
  readonly candidate: SpliceCandidate
  readonly transcripts: readonly string[]
  readonly tier: FusionTier
  readonly refMatch: RefMatch
  /** 12 residues before the first new one, and what is new with 12 behind it, or the whole tail. */
  readonly minigene: string
  /** 1-based first new residue in `minigene`. */
  readonly changeOffset: number
}

/** Peptides that neither the wild type nor a sibling transcript makes. */
export const splicePeptides = (
  { product, wildType, siblings }: SpliceCandidate,
  lengths: readonly number[] = CLASS_I_LENGTHS,
): readonly string[] =>
  lengths.flatMap(length => novelWords(product.protein, wildType, length).filter(word => !siblings.some(protein => protein.includes(word))))

/** Where mutant and wild type part, and how many residues at the end they share beyond that. */
function newStretch(mutant: string, wildType: string): { readonly from: number; readonly shared: number } {
  const most = Math.min(mutant.length, wildType.length)
  let from = 0
  while (from < most && mutant[from] === wildType[from]) from++
  let shared = 0
  while (shared < most - from && mutant.at(-1 - shared) === wildType.at(-1 - shared)) shared++
  return { from, shared }
}

/** What to ask a proteome for: the words of the new protein that no protein of its gene has. */
export const spliceMatchCandidate = ({ product, wildType, siblings, transcript }: SpliceCandidate): MatchCandidate => ({
  mutant: product.protein,
  wildType: [wildType, ...siblings].join('*'),
  own: new Set([transcript]),
})

/** `hits`: of `spliceMatchCandidate`, in the order of the candidates. Best peptide of each junction and protein; transcripts that make the same peptides stand together. */
export function spliceNeoantigens(
  candidates: readonly SpliceCandidate[],
  predictor: Predictor,
  alleles: readonly HlaAllele[],
  lengths: readonly number[] = CLASS_I_LENGTHS,
  hits?: readonly ReferenceHits[],
): { readonly neoantigens: readonly SpliceNeoantigen[]; readonly funnel: readonly FunnelRow[] } {
  const groups = new Map<string, { first: SpliceCandidate; transcripts: string[]; peptides: readonly string[] }>()
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
    if (group === undefined) groups.set(key, { first: candidate, transcripts: [candidate.transcript], peptides })
    else group.transcripts.push(candidate.transcript)
  }
  const best = bestPresented(new Map([...groups.values()].map(group => [group, group.peptides])), predictor, alleles)
  const neoantigens = [...best].map(([{ first, transcripts }, found]): SpliceNeoantigen => {
    const { protein } = first.product
    const { from, shared } = newStretch(protein, first.wildType)
    const start = Math.max(0, from - MINIGENE_FLANK)
    const refMatch = refMatchOf(hits?.[candidates.indexOf(first)], protein, found.peptide)
    return {
      ...found,
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
      minigene: protein.slice(start, Math.min(protein.length, protein.length - shared + MINIGENE_FLANK)),
      changeOffset: from - start + 1,
    }
  })
  neoantigens.sort(
    (a, b) =>
      FUSION_TIERS.indexOf(a.tier) - FUSION_TIERS.indexOf(b.tier) ||
      byNumber(a.percentile, b.percentile) ||
      byText(a.candidate.junction.id, b.candidate.junction.id),
  )
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
    row.minigene,
    row.changeOffset,
    product.stopped ? '' : 'no-stop',
    row.refMatch,
  ]
}
