// TCRdist (Dash 2017, doi:10.1038/nature22383; rules as in phbradley/TCRdock@c5a7af4): how unlike two receptors are in the loops that touch peptide and MHC.
import { blosum62, STANDARD_RESIDUES } from '../bio/index.ts'

/** Distances of residue codes, 32 a row; code 20 is a gap of an alignment, 21 any other letter. */
const WIDTH = 32
const GAP = 20
const OTHER = 21
const GAP_RESIDUE = 4

const TABLE = new Uint8Array(WIDTH * WIDTH).fill(GAP_RESIDUE)
for (const [i, a] of [...STANDARD_RESIDUES].entries())
  for (const [j, b] of [...STANDARD_RESIDUES].entries()) TABLE[i * WIDTH + j] = i === j ? 0 : Math.min(4, 4 - blosum62(a, b))
TABLE[GAP * WIDTH + GAP] = 0

const codeOf = (letter: string): number => {
  if (letter === '.' || letter === '-' || letter === '*') return GAP
  const code = STANDARD_RESIDUES.indexOf(letter)
  return code < 0 ? OTHER : code
}
const codes = (text: string): Uint8Array => Uint8Array.from(text, codeOf)

/** Residues of a junction that are left out at its ends. */
const N_TRIM = 3
const C_TRIM = 2
const JUNCTION_WEIGHT = 3

export interface TcrdistOptions {
  /** Cost of a residue that one junction has more; 12 in tcrdist, 4 in scirpy. */
  readonly gap: number
}

export const TCRDIST_GAP = 12

/** Distance of two junctions, Cys to Phe/Trp, of one locus. */
export function junctionDistance(a: string, b: string, { gap }: TcrdistOptions = { gap: TCRDIST_GAP }): number {
  return encodedDistance(codes(a), codes(b), gap)
}

function encodedDistance(a: Uint8Array, b: Uint8Array, gap: number): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  const missing = long.length - short.length
  let sum = 0
  if (missing === 0) {
    for (let i = N_TRIM; i < short.length - C_TRIM; i++) sum += TABLE[(short[i]! << 5) | long[i]!]!
    return JUNCTION_WEIGHT * sum
  }
  const gapAt = Math.min(6, 3 + Math.floor((short.length - 5) / 2))
  for (let i = N_TRIM; i < gapAt; i++) sum += TABLE[(short[i]! << 5) | long[i]!]!
  const rest = short.length - gapAt
  for (let i = C_TRIM; i < rest; i++) sum += TABLE[(short[short.length - 1 - i]! << 5) | long[long.length - 1 - i]!]!
  return JUNCTION_WEIGHT * sum + gap * missing
}

/** Aligned CDR1, CDR2 and CDR2.5 of a V gene; `.` is a gap. */
export interface VLoops {
  readonly cdr1: string
  readonly cdr2: string
  readonly cdr25: string
}

/** Distance of two V genes over their aligned loops. */
export function loopDistance(a: VLoops, b: VLoops): number {
  let sum = 0
  for (const loop of ['cdr1', 'cdr2', 'cdr25'] as const) {
    const x = a[loop]
    const y = b[loop]
    for (let i = 0; i < Math.max(x.length, y.length); i++) sum += TABLE[(codeOf(x[i] ?? '.') << 5) | codeOf(y[i] ?? '.')]!
  }
  return sum
}

/** Junctions encoded once, for many comparisons. */
export class JunctionSet {
  readonly #codes: Uint8Array
  readonly #starts: Int32Array
  readonly #gap: number

  constructor(junctions: readonly string[], { gap }: TcrdistOptions = { gap: TCRDIST_GAP }) {
    this.#starts = new Int32Array(junctions.length + 1)
    for (const [i, junction] of junctions.entries()) this.#starts[i + 1] = this.#starts[i]! + junction.length
    this.#codes = new Uint8Array(this.#starts[junctions.length]!)
    for (const [i, junction] of junctions.entries()) this.#codes.set(codes(junction), this.#starts[i]!)
    this.#gap = gap
  }

  get size(): number {
    return this.#starts.length - 1
  }

  /** Distance of junction `i` to every junction, written to `out`. */
  row(i: number, out: Uint16Array): void {
    const all = this.#codes
    const starts = this.#starts
    const gap = this.#gap
    const from = starts[i]!
    const length = starts[i + 1]! - from
    for (let j = 0; j < this.size; j++) {
      const at = starts[j]!
      const other = starts[j + 1]! - at
      let sum = 0
      if (other === length) {
        for (let k = N_TRIM; k < length - C_TRIM; k++) sum += TABLE[(all[from + k]! << 5) | all[at + k]!]!
        out[j] = JUNCTION_WEIGHT * sum
        continue
      }
      const short = length < other ? from : at
      const long = length < other ? at : from
      const shortLength = length < other ? length : other
      const longLength = length < other ? other : length
      const gapAt = Math.min(6, 3 + ((shortLength - 5) >> 1))
      for (let k = N_TRIM; k < gapAt; k++) sum += TABLE[(all[short + k]! << 5) | all[long + k]!]!
      const shortEnd = short + shortLength - 1
      const longEnd = long + longLength - 1
      for (let k = C_TRIM; k < shortLength - gapAt; k++) sum += TABLE[(all[shortEnd - k]! << 5) | all[longEnd - k]!]!
      out[j] = JUNCTION_WEIGHT * sum + gap * (longLength - shortLength)
    }
  }
}

export interface PairedReceptor {
  readonly alphaV: string
  readonly alphaJunction: string
  readonly betaV: string
  readonly betaJunction: string
}

/** Alpha and beta together; undefined when a V gene has no loops in the reference. */
export function pairedDistance(a: PairedReceptor, b: PairedReceptor, loops: ReadonlyMap<string, VLoops>): number | undefined {
  const [alphaA, alphaB, betaA, betaB] = [a.alphaV, b.alphaV, a.betaV, b.betaV].map(gene => loops.get(gene))
  if (alphaA === undefined || alphaB === undefined || betaA === undefined || betaB === undefined) return undefined
  return (
    loopDistance(alphaA, alphaB) +
    loopDistance(betaA, betaB) +
    junctionDistance(a.alphaJunction, b.alphaJunction) +
    junctionDistance(a.betaJunction, b.betaJunction)
  )
}
