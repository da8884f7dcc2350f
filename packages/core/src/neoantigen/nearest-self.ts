// Self peptides that look like a neoantigen to a T cell: the same residues but for two at most outside the anchors P2 and PΩ, presented by the same allele.
// T cells against such a peptide may have been deleted in the thymus, or may meet it elsewhere in the body.
import { byText, caveat } from '../base/index.ts'
import { residueCode } from '../bio/index.ts'
import { type Predictor, scorePairs, WEAK_BINDER_PERCENTILE } from '../presentation/index.ts'
import type { Neoantigen } from './neoantigen.ts'
import type { ProteomeProtein } from './reference-match.ts'

/** Residues outside the anchors that may differ. */
export const NEAR_MISMATCHES = 2

export interface NearestSelf {
  readonly sequence: string
  readonly gene: string
  readonly protein: string
  /** Differing residues outside the anchors, and in all. */
  readonly facingMismatches: number
  readonly mismatches: number
  readonly percentile: number
}

export interface SelfQuery {
  readonly peptide: string
  /** Its own wild type is no finding. */
  readonly wildType: string | undefined
  readonly own: ReadonlySet<string>
}

type Hit = Omit<NearestSelf, 'percentile'>

/** Queries of one length. With two mismatches one of three groups of residues is the same: only words that share a group are compared. */
class LengthIndex {
  readonly length: number
  readonly #facing: readonly number[]
  readonly #groups: readonly { readonly places: readonly number[]; readonly table: (number[] | undefined)[] }[]
  readonly #queries: readonly SelfQuery[]
  readonly #hits: Map<string, Hit>[]

  constructor(length: number, queries: readonly SelfQuery[]) {
    this.length = length
    this.#queries = queries
    this.#hits = queries.map(() => new Map())
    this.#facing = Array.from({ length }, (_, i) => i).filter(i => i !== 1 && i !== length - 1)
    const cut = (share: number) => Math.floor((this.#facing.length * share) / 3)
    this.#groups = [0, 1, 2].map(g => {
      const places = this.#facing.slice(cut(g), cut(g + 1))
      const table = new Array<number[] | undefined>(20 ** places.length)
      queries.forEach(({ peptide }, q) => {
        const key = places.reduce((sum, place) => sum * 20 + residueCode(peptide.charCodeAt(place)), 0)
        const list = table[key]
        if (list === undefined) table[key] = [q]
        else list.push(q)
      })
      return { places, table }
    })
  }

  add(protein: ProteomeProtein, codes: Int8Array): void {
    let broken = 0
    for (let end = 0; end < codes.length; end++) {
      if (codes[end]! < 0) broken = end + 1
      const from = end - this.length + 1
      if (from < broken) continue
      for (const { places, table } of this.#groups) {
        let key = 0
        for (const place of places) key = key * 20 + codes[from + place]!
        const list = table[key]
        if (list !== undefined) for (const q of list) this.#compare(q, protein, from)
      }
    }
  }

  #compare(q: number, protein: ProteomeProtein, from: number): void {
    const { peptide, wildType, own } = this.#queries[q]!
    const { sequence } = protein
    let facingMismatches = 0
    for (const place of this.#facing)
      if (sequence.charCodeAt(from + place) !== peptide.charCodeAt(place) && ++facingMismatches > NEAR_MISMATCHES) return
    const word = sequence.slice(from, from + this.length)
    if (word === wildType || own.has(protein.id) || this.#hits[q]!.has(word)) return
    const anchors = Number(word[1] !== peptide[1]) + Number(word.at(-1) !== peptide.at(-1))
    this.#hits[q]!.set(word, {
      sequence: word,
      gene: protein.gene,
      protein: protein.id,
      facingMismatches,
      mismatches: facingMismatches + anchors,
    })
  }

  hits(q: number): readonly Hit[] {
    return [...this.#hits[q]!.values()]
  }
}

/** One pass over a proteome for the near self peptides of many queries of 8-11 standard residues; memory holds queries and findings. */
export class NearestSelfFinder {
  readonly #indices: readonly LengthIndex[]
  readonly #places: readonly { readonly index: LengthIndex; readonly at: number }[]

  constructor(queries: readonly SelfQuery[]) {
    const byLength = new Map<number, SelfQuery[]>()
    const at = queries.map(query => {
      const list = byLength.get(query.peptide.length) ?? []
      byLength.set(query.peptide.length, list)
      return list.push(query) - 1
    })
    const indices = new Map([...byLength].map(([length, list]) => [length, new LengthIndex(length, list)]))
    this.#indices = [...indices.values()]
    this.#places = queries.map((query, q) => ({ index: indices.get(query.peptide.length)!, at: at[q]! }))
  }

  add(protein: ProteomeProtein): void {
    const { sequence } = protein
    const codes = new Int8Array(sequence.length)
    for (let i = 0; i < codes.length; i++) codes[i] = residueCode(sequence.charCodeAt(i))
    for (const index of this.#indices) index.add(protein, codes)
  }

  /** Distinct near words of each query, in order of queries. */
  hits(): readonly (readonly Hit[])[] {
    return this.#places.map(({ index, at }) => index.hits(at))
  }
}

export const selfQueries = (neoantigens: readonly Neoantigen[]): readonly SelfQuery[] =>
  neoantigens.map(({ best, transcripts }) => ({ peptide: best.sequence, wildType: best.wildType, own: new Set(transcripts) }))

/** Adds to each neoantigen the nearest of its near words that its allele presents at 2 % or better. `hits` as `NearestSelfFinder.hits` gives them. */
export function withNearestSelf(
  neoantigens: readonly Neoantigen[],
  hits: readonly (readonly Hit[])[],
  predictor: Predictor,
): readonly Neoantigen[] {
  const scoreOf = scorePairs(
    neoantigens.flatMap(({ best }, n) => hits[n]!.map(({ sequence }) => ({ peptide: sequence, allele: best.allele }))),
    predictor,
  )
  return neoantigens.map((neoantigen, n) => {
    const presented = hits[n]!.map(
      (hit): NearestSelf => ({
        ...hit,
        percentile: scoreOf(hit.sequence, neoantigen.best.allele)?.percentile ?? Number.POSITIVE_INFINITY,
      }),
    ).filter(self => self.percentile <= WEAK_BINDER_PERCENTILE)
    const nearest = presented.sort(
      (a, b) =>
        a.facingMismatches - b.facingMismatches ||
        a.mismatches - b.mismatches ||
        a.percentile - b.percentile ||
        byText(a.sequence, b.sequence),
    )[0]
    return nearest === undefined ? neoantigen : told(neoantigen, nearest)
  })
}

function told(neoantigen: Neoantigen, self: NearestSelf): Neoantigen {
  const { sequence, gene, protein, facingMismatches, percentile } = self
  const where = gene === '' ? protein : gene
  const apart =
    facingMismatches === 0
      ? 'the same outside P2 and the last residue'
      : `${facingMismatches} ${facingMismatches === 1 ? 'residue' : 'residues'} apart outside P2 and the last`
  const caveats =
    facingMismatches > 0
      ? neoantigen.caveats
      : [
          ...neoantigen.caveats,
          caveat(
            'looks-like-self',
            `to a T cell ${neoantigen.best.sequence} looks like ${sequence} of ${where}, which the same allele presents`,
          ),
        ]
  return {
    ...neoantigen,
    nearestSelf: self,
    reasons: [...neoantigen.reasons, `nearest presented self: ${sequence} of ${where}, ${apart}, rank ${percentile.toPrecision(2)} %`],
    caveats,
  }
}
