// What another tool proposed beside what we rank: is its peptide in our list, with which peptide did we go, and how do we score its own.
import { type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { type Cell, rounded } from '../format/index.ts'
import { type Predictor, scorePairs } from '../presentation/index.ts'
import type { Neoantigen } from './neoantigen.ts'
import type { PeerPeptide, PeerTable } from './peer-table.ts'
import type { NeoantigenSearch } from './search-peptides.ts'

export type PeerStatus =
  /** The peptide is the best of one of our rows. */
  | 'same-peptide'
  /** The variant is in our list, with another peptide. */
  | 'same-variant'
  /** No window of this case holds the peptide: the variant was not called, not taken, or is of another case. */
  | 'not-in-list'

export interface PeerComparison {
  readonly tool: string
  readonly peer: PeerPeptide
  readonly status: PeerStatus
  /** 1-based; undefined when not in the list. */
  readonly rank: number | undefined
  readonly neoantigen: Neoantigen | undefined
  /** Our scores of the tool's own peptide and allele; undefined when our model has not the allele or the length. */
  readonly percentile: number | undefined
  readonly ic50NanoMolar: number | undefined
}

/** One row a peptide and allele of the tables, in their order. */
export function comparePeers(
  tables: readonly PeerTable[],
  search: NeoantigenSearch,
  neoantigens: readonly Neoantigen[],
  predictor: Predictor,
): readonly PeerComparison[] {
  const rankOf = new Map(neoantigens.map((row, i) => [row.variantId, i]))
  const scoreOf = peerScores(tables, predictor)
  return tables.flatMap(({ tool, peptides }) =>
    peptides.map((peer): PeerComparison => {
      // self by position counts as held only where the wild type has not the same peptide
      const holders = search.candidates.filter(({ windows }) =>
        windows.some(({ window }) => window.mutant.includes(peer.peptide) && !window.wildType.includes(peer.peptide)),
      )
      const ranks = holders.flatMap(({ variant }) => rankOf.get(variant.id) ?? []).sort((a, b) => a - b)
      const same = ranks.find(rank => neoantigens[rank]!.best.sequence === peer.peptide)
      const rank = same ?? ranks[0]
      return {
        tool,
        peer,
        status: same === undefined ? (rank === undefined ? 'not-in-list' : 'same-variant') : 'same-peptide',
        rank: rank === undefined ? undefined : rank + 1,
        neoantigen: rank === undefined ? undefined : neoantigens[rank],
        ...scoreOf(peer),
      }
    }),
  )
}

/** Our scores of the tools' own peptides; alleles that our model has not, or that cannot be read, give none. */
function peerScores(
  tables: readonly PeerTable[],
  predictor: Predictor,
): (peer: PeerPeptide) => Pick<PeerComparison, 'percentile' | 'ic50NanoMolar'> {
  const alleles = new Map<string, HlaAllele>()
  for (const written of new Set(tables.flatMap(({ peptides }) => peptides.map(({ allele }) => allele)))) {
    const parsed = parseHlaAllele(written)
    if (parsed.ok && predictor.support(parsed.value.allele) !== undefined) alleles.set(written, parsed.value.allele)
  }
  const pairs = tables.flatMap(({ peptides }) =>
    peptides.flatMap(({ peptide, allele }) => (alleles.has(allele) ? [{ peptide, allele: alleles.get(allele)! }] : [])),
  )
  const scores = scorePairs(pairs, predictor)
  return ({ peptide, allele }) => {
    const known = alleles.get(allele)
    const score = known === undefined ? undefined : scores(peptide, known)
    return { percentile: score?.percentile, ic50NanoMolar: score?.ic50NanoMolar }
  }
}

export const PEER_COLUMNS = [
  'tool',
  'gene',
  'change',
  'peptide',
  'allele',
  'peer_ic50',
  'peer_percentile',
  'status',
  'rank',
  'best_peptide',
  'best_allele',
  'tier',
  'ic50',
  'percentile',
] as const

export const peerCells = ({ tool, peer, status, rank, neoantigen, percentile, ic50NanoMolar }: PeerComparison): readonly Cell[] => [
  tool,
  peer.gene === '' ? neoantigen?.gene : peer.gene,
  peer.change,
  peer.peptide,
  peer.allele,
  peer.ic50NanoMolar,
  peer.percentile,
  status,
  rank,
  neoantigen?.best.sequence,
  neoantigen?.best.allele,
  neoantigen?.tier,
  rounded(ic50NanoMolar, 4),
  rounded(percentile, 4),
]
