// Proteins as one run of residue codes, so that a scan walks an array; a letter that is no standard residue ends every word.
import { residueCode } from '../bio/index.ts'

/** Above all residues; five bits, as the sieve's tables have. */
export const BREAK = 31

export interface ProteinName {
  readonly id: string
  /** Empty when the header names none. */
  readonly gene: string
}

export interface Proteome {
  /** Residue codes; BREAK between proteins and at other letters. */
  readonly codes: Uint8Array
  /** Start of each protein in `codes`. */
  readonly starts: Int32Array
  readonly names: readonly ProteinName[]
}

/** Gathers proteins as they are read. */
export class ProteomeBuilder {
  #codes = new Uint8Array(1 << 20)
  #length = 0
  readonly #starts: number[] = []
  readonly #names: ProteinName[] = []

  add(name: ProteinName, sequence: string): void {
    while (this.#length + sequence.length + 1 > this.#codes.length) {
      const larger = new Uint8Array(2 * this.#codes.length)
      larger.set(this.#codes)
      this.#codes = larger
    }
    this.#starts.push(this.#length)
    this.#names.push(name)
    for (let i = 0; i < sequence.length; i++) {
      const code = residueCode(sequence.charCodeAt(i))
      this.#codes[this.#length++] = code < 0 ? BREAK : code
    }
    this.#codes[this.#length++] = BREAK
  }

  finish(): Proteome {
    return { codes: this.#codes.slice(0, this.#length), starts: Int32Array.from(this.#starts), names: this.#names }
  }
}

/** Protein that holds a place of `codes`. */
export function proteinAt(proteome: Proteome, place: number): number {
  let low = 0
  let high = proteome.starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (proteome.starts[middle]! <= place) low = middle
    else high = middle
  }
  return low
}
