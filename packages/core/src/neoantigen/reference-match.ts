// Does a mutant window share an 8-mer with another human protein? One pass over the proteome; memory holds the candidates' words only.
import { residueCode } from '../bio/index.ts'

export const MATCH_LENGTH = 8

export interface MatchCandidate {
  /** Mutant window. */
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

/** For each candidate the protein that shares a changed 8-mer, or undefined. */
export class ReferenceMatcher {
  readonly #wanted = new Map<number, number[]>()
  readonly #candidates: readonly MatchCandidate[]
  readonly #hits: (ProteomeProtein | undefined)[]
  #proteins = 0

  constructor(candidates: readonly MatchCandidate[]) {
    this.#candidates = candidates
    this.#hits = candidates.map(() => undefined)
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
      const list = this.#wanted.get(word)
      if (list === undefined) return
      for (const c of list) if (this.#hits[c] === undefined && !this.#candidates[c]!.own.has(protein.id)) this.#hits[c] = protein
    })
  }

  get proteins(): number {
    return this.#proteins
  }

  hits(): readonly (ProteomeProtein | undefined)[] {
    return this.#hits
  }
}
