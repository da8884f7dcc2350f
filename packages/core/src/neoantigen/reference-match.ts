// Does a mutant peptide, with its neighbours, share an 8-mer with another human protein? One pass over the proteome; memory holds the candidates' words only.
import { residueCode } from '../bio/index.ts'

export const MATCH_LENGTH = 8

export interface MatchCandidate {
  /** Mutant windows, with a letter between them that is no residue. */
  readonly mutant: string
  /** Wild-type window: words that stand in it are self by construction and are not asked. */
  readonly wildType: string
  /** Transcripts of the candidate: hits in these are not counted. */
  readonly own: ReadonlySet<string>
}

export interface ProteomeProtein {
  readonly id: string
  readonly gene: string
  readonly sequence: string
}

const TOP = 20 ** (MATCH_LENGTH - 1)

/** Calls `visit` with each 8-mer's number (base 20, below 2^35); words with another letter are skipped. */
function eachWord(sequence: string, visit: (word: number) => void): void {
  let word = 0
  let length = 0
  for (let i = 0; i < sequence.length; i++) {
    const code = residueCode(sequence.charCodeAt(i))
    if (code < 0) {
      word = 0
      length = 0
      continue
    }
    word = (word % TOP) * 20 + code
    if (++length >= MATCH_LENGTH) visit(word)
  }
}

/** Changed 8-mers of a candidate that stand in another protein, by number, with the first such protein. */
export type ReferenceHits = ReadonlyMap<number, ProteomeProtein>

export class ReferenceMatcher {
  readonly #wanted = new Map<number, number[]>()
  readonly #candidates: readonly MatchCandidate[]
  readonly #hits: Map<number, ProteomeProtein>[]
  #proteins = 0

  constructor(candidates: readonly MatchCandidate[]) {
    this.#candidates = candidates
    this.#hits = candidates.map(() => new Map())
    candidates.forEach((candidate, c) => {
      const self = new Set<number>()
      eachWord(candidate.wildType, word => self.add(word))
      eachWord(candidate.mutant, word => {
        if (self.has(word)) return
        const list = this.#wanted.get(word)
        if (list === undefined) this.#wanted.set(word, [c])
        else if (list.at(-1) !== c) list.push(c)
      })
    })
  }

  add(protein: ProteomeProtein): void {
    this.#proteins++
    eachWord(protein.sequence, word => {
      for (const c of this.#wanted.get(word) ?? [])
        if (!this.#hits[c]!.has(word) && !this.#candidates[c]!.own.has(protein.id)) this.#hits[c]!.set(word, protein)
    })
  }

  get proteins(): number {
    return this.#proteins
  }

  hits(): readonly ReferenceHits[] {
    return this.#hits
  }
}

/**
 * The protein that shares an 8-mer with the peptide or with the seven residues on either side of it in its window; undefined when none does.
 * What stands further away, as in the long tail of a frameshift, is not what the T cell sees (pVACseq asks the same stretch).
 */
export function matchNear(hits: ReferenceHits, window: string, peptide: string): ProteomeProtein | undefined {
  const at = window.indexOf(peptide)
  if (at < 0) return undefined
  const beside = MATCH_LENGTH - 1
  let found: ProteomeProtein | undefined
  eachWord(window.slice(Math.max(0, at - beside), at + peptide.length + beside), word => {
    found ??= hits.get(word)
  })
  return found
}

/** Whether every 8-mer of a peptide stands in the proteome: then it is taken for self, though its words may come of several proteins. */
export function standsInProteome(hits: ReferenceHits, peptide: string): boolean {
  let isSelf = peptide.length >= MATCH_LENGTH
  eachWord(peptide, word => {
    isSelf &&= hits.has(word)
  })
  return isSelf
}

/** How one table after another tells it. */
export type RefMatch = 'not-run' | 'no' | 'yes'

/** `match`: as `matchNear` found it. */
export const refMatchAs = (hits: ReferenceHits | undefined, match: ProteomeProtein | undefined): RefMatch =>
  hits === undefined ? 'not-run' : match === undefined ? 'no' : 'yes'

export const refMatchOf = (hits: ReferenceHits | undefined, window: string, peptide: string): RefMatch =>
  refMatchAs(hits, hits === undefined ? undefined : matchNear(hits, window, peptide))
