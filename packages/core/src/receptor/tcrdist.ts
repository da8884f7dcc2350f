// TCRdist (Dash 2017, doi:10.1038/nature22383; rules as in phbradley/TCRdock@c5a7af4): how unlike two receptors are in the loops that touch peptide and MHC.
import { blosum62, geneOf, STANDARD_RESIDUES } from '../bio/index.ts'
import type { VLoops } from './v-loops.ts'

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
/** Codes of a junction's residues, below 32. */
export const residueCodes = (text: string): Uint8Array => Uint8Array.from(text, codeOf)
/** Distance of two codes, 0-4. */
export const residueDistance = (a: number, b: number): number => TABLE[(a << 5) | b]!

/** Residues of a junction that are left out at its ends. */
const N_TRIM = 3
const C_TRIM = 2
export const JUNCTION_WEIGHT = 3

export interface TcrdistOptions {
  /** Cost of a residue that one junction has more; 12 in tcrdist, 4 in scirpy. */
  readonly gap: number
}

export const TCRDIST_GAP = 12

/** Distance of two junctions, Cys to Phe/Trp, of one locus. */
export function junctionDistance(a: string, b: string, { gap }: TcrdistOptions = { gap: TCRDIST_GAP }): number {
  return encodedDistance(residueCodes(a), residueCodes(b), gap)
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

/** One chain: V gene, an allele or not, and junction. */
export interface DistanceChain {
  readonly v: string
  readonly junction: string
}

/** TCRdist of a chain: loops of V and junction. Undefined when a V gene has no loops. */
export function chainDistance(a: DistanceChain, b: DistanceChain, loops: ReadonlyMap<string, VLoops>): number | undefined {
  const [x, y] = [a.v, b.v].map(v => loops.get(v) ?? loops.get(geneOf(v)))
  return x === undefined || y === undefined ? undefined : loopDistance(x, y) + junctionDistance(a.junction, b.junction)
}

/** Codes of residues and gaps that occur: a pair of them is looked up at once. */
const CODES = 22

/** Distances of one junction of a set to all of them; the plain body is `JunctionSet`, a kernel stands at the rim. */
export interface JunctionDistances {
  readonly size: number
  /** Distance of junction `i` to every junction, written to `out`. */
  readonly row: (i: number, out: Uint16Array) => void
}

/** Which positions of a query are compared with those of a junction of another length: [k1, end1) at the same place, [k2, end2) moved by `shift`. */
export interface AlignedStretches {
  readonly k1: number
  readonly end1: number
  readonly k2: number
  readonly end2: number
  readonly shift: number
  /** Residues that one has more. */
  readonly missing: number
}

export function alignedStretches(length: number, other: number): AlignedStretches {
  if (other === length) return { k1: N_TRIM, end1: Math.max(N_TRIM, length - C_TRIM), k2: 0, end2: 0, shift: 0, missing: 0 }
  const short = Math.min(length, other)
  const gapAt = Math.min(6, 3 + Math.floor((short - 5) / 2))
  // behind the gap both are counted from their ends
  const k2 = length - (short - gapAt)
  return {
    k1: N_TRIM,
    end1: Math.max(N_TRIM, gapAt),
    k2,
    end2: Math.max(k2, length - C_TRIM),
    shift: other - length,
    missing: Math.abs(other - length),
  }
}

/** Junctions of one length: the place of the first in the codes and in the order. */
interface Group {
  readonly length: number
  readonly at: number
  readonly first: number
  readonly count: number
}

/**
 * Junctions encoded once, for many comparisons. They are held by length, so that one length's comparisons are one loop of fixed bounds,
 * and neighbours are looked up in pairs, in tables made for one query.
 */
export class JunctionSet implements JunctionDistances {
  readonly #codes: Uint8Array
  /** Code of a residue and of the one behind it. */
  readonly #pairs: Uint16Array
  /** Place of junction i in `codes`, and its length. */
  readonly #starts: Int32Array
  readonly #lengths: Uint8Array
  /** Lengths with the place of their first junction in `codes` and in `order`. */
  readonly #groups: readonly Group[]
  /** Junctions by length. */
  readonly #order: Int32Array
  readonly #gap: number
  #tables = new Uint8Array(0)
  #near: Uint16Array | undefined

  constructor(junctions: readonly string[], { gap }: TcrdistOptions = { gap: TCRDIST_GAP }) {
    const count = junctions.length
    this.#lengths = Uint8Array.from(junctions, junction => junction.length)
    this.#order = Int32Array.from(junctions.keys()).sort((a, b) => this.#lengths[a]! - this.#lengths[b]! || a - b)
    this.#starts = new Int32Array(count)
    this.#codes = new Uint8Array(junctions.reduce((sum, junction) => sum + junction.length, 1))
    const groups: { length: number; at: number; first: number; count: number }[] = []
    let at = 0
    for (const [place, i] of this.#order.entries()) {
      const length = this.#lengths[i]!
      if (groups.at(-1)?.length !== length) groups.push({ length, at, first: place, count: 0 })
      groups.at(-1)!.count++
      this.#starts[i] = at
      this.#codes.set(residueCodes(junctions[i]!), at)
      at += length
    }
    this.#groups = groups
    this.#pairs = new Uint16Array(this.#codes.length)
    for (let i = 0; i + 1 < this.#codes.length; i++) this.#pairs[i] = (this.#codes[i]! << 5) | this.#codes[i + 1]!
    this.#gap = gap
  }

  get size(): number {
    return this.#starts.length
  }

  /** Distance of every pair of codes to the query's residues at k and k + 1, 1,024 entries a place. */
  #makeTables(query: Uint8Array): void {
    const { length } = query
    if (this.#tables.length < length << 10) this.#tables = new Uint8Array(length << 10)
    const tables = this.#tables
    for (let k = N_TRIM; k + 1 < length; k++) {
      const here = query[k]! << 5
      const next = query[k + 1]! << 5
      for (let x = 0; x < CODES; x++) {
        const first = TABLE[here | x]!
        const base = (k << 10) | (x << 5)
        for (let y = 0; y < CODES; y++) tables[base | y] = first + TABLE[next | y]!
      }
    }
  }

  /** Distance of junction `i` to every junction, written to `out`. */
  row(i: number, out: Uint16Array): void {
    const query = this.#codes.subarray(this.#starts[i]!, this.#starts[i]! + this.#lengths[i]!)
    this.#makeTables(query)
    for (const group of this.#groups) this.#compare(query, group, out)
  }

  /** Junctions of the set at most `most` from another one. */
  near(junction: string, most: number): readonly number[] {
    const query = residueCodes(junction)
    this.#makeTables(query)
    this.#near ??= new Uint16Array(this.size)
    const found: number[] = []
    for (const group of this.#groups) {
      if (this.#gap * Math.abs(group.length - query.length) > most) continue
      this.#compare(query, group, this.#near)
      for (let place = group.first; place < group.first + group.count; place++) {
        const i = this.#order[place]!
        if (this.#near[i]! <= most) found.push(i)
      }
    }
    return found
  }

  /** Two stretches of one length's junctions, each pair of neighbours looked up in the tables of the query. */
  #compare(query: Uint8Array, group: Group, out: Uint16Array): void {
    const { k1, end1, k2, end2, shift, missing } = alignedStretches(query.length, group.length)
    const base = this.#gap * missing
    const tables = this.#tables
    const pairs = this.#pairs
    const all = this.#codes
    const order = this.#order
    const { length, first, count } = group
    let at = group.at
    for (let m = 0; m < count; m++, at += length) {
      let sum = 0
      let k = k1
      for (; k + 1 < end1; k += 2) sum += tables[(k << 10) | pairs[at + k]!]!
      if (k < end1) sum += TABLE[(query[k]! << 5) | all[at + k]!]!
      for (k = k2; k + 1 < end2; k += 2) sum += tables[(k << 10) | pairs[at + shift + k]!]!
      if (k < end2) sum += TABLE[(query[k]! << 5) | all[at + shift + k]!]!
      out[order[first + m]!] = JUNCTION_WEIGHT * sum + base
    }
  }
}
