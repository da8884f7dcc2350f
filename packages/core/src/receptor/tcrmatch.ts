// TCRMatch (Chronister 2021, doi:10.3389/fimmu.2021.640725): likeness of two trimmed beta CDR3s over all their equal-length parts; worked from its formula.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { STANDARD_RESIDUES } from '../bio/index.ts'

const BETA = 0.11387
const SIZE = STANDARD_RESIDUES.length

/** Kernel of residue pairs in the order of STANDARD_RESIDUES, 32 a row. */
export type TcrmatchKernel = Float64Array

/** From the joint frequencies of BLOSUM62 (Henikoff 1992): a table with a header of residues. Errors: `kernel-malformed`. */
export function parseTcrmatchKernel(text: string): Result<TcrmatchKernel, Issue> {
  const rows = text
    .trim()
    .split('\n')
    .map(line => line.split('\t'))
  const head = rows[0] ?? []
  const value = (a: string, b: string) => Number(rows.find(row => row[0] === a)?.[head.indexOf(b)])
  const kernel = new Float64Array(32 * SIZE)
  const marginal = [...STANDARD_RESIDUES].map(a => [...STANDARD_RESIDUES].reduce((sum, b) => sum + value(a, b), 0))
  for (const [i, a] of [...STANDARD_RESIDUES].entries())
    for (const [j, b] of [...STANDARD_RESIDUES].entries()) kernel[i * 32 + j] = (value(a, b) / (marginal[i]! * marginal[j]!)) ** BETA
  return kernel.some(Number.isNaN)
    ? fail(issue('kernel-malformed', 'a pair of residues has no frequency', 'restore packages/node/data/blosum62-joint.tsv'))
    : ok(kernel)
}

/** Leading C and final F or W cut, as the method wants. */
export const trimmedCdr3 = (junction: string): string => junction.replace(/^C/, '').replace(/[FW]$/, '')

export interface MatchWord {
  readonly codes: Uint8Array
  /** One over the root of its likeness with itself. */
  readonly scale: number
}

/** Undefined when a letter is no standard residue. */
export function matchWord(trimmed: string, kernel: TcrmatchKernel): MatchWord | undefined {
  const codes = Uint8Array.from(trimmed, letter => STANDARD_RESIDUES.indexOf(letter))
  if (codes.some(code => code === 255) || codes.length === 0) return undefined
  return { codes, scale: 1 / Math.sqrt(allParts(codes, codes, kernel)) }
}

/** Sum over all pairs of equal-length parts of the product of residue kernels: along each diagonal a run grows by one pair at a time. */
function allParts(a: Uint8Array, b: Uint8Array, kernel: TcrmatchKernel): number {
  let sum = 0
  for (let shift = 1 - b.length; shift < a.length; shift++) {
    let run = 0
    const from = Math.max(0, shift)
    const to = Math.min(a.length, b.length + shift)
    for (let i = from; i < to; i++) {
      run = (run + 1) * kernel[(a[i]! << 5) | b[i - shift]!]!
      sum += run
    }
  }
  return sum
}

/** 0-1; 1 for the same sequence. */
export const tcrmatchScore = (a: MatchWord, b: MatchWord, kernel: TcrmatchKernel): number =>
  allParts(a.codes, b.codes, kernel) * a.scale * b.scale

/** Likeness from which two are taken to see the same; the method's own cut. */
export const TCRMATCH_NEAR = 0.97

/** Trimmed beta CDR3s, to be asked for those that are like another one; the plain body is `MatchSet`, a kernel stands at the rim. */
export interface MatchNeighbours {
  /** Numbers of those with a likeness of at least `least` whose length is at most one residue other. */
  readonly near: (trimmed: string, least: number) => readonly number[]
}

/** Words of one length with their numbers in the set. */
export interface MatchGroup {
  readonly members: readonly number[]
  readonly words: readonly MatchWord[]
}

/** By length. Texts with a letter that is no standard residue are in none. */
export function matchGroups(trimmed: readonly string[], kernel: TcrmatchKernel): ReadonlyMap<number, MatchGroup> {
  const groups = new Map<number, { readonly members: number[]; readonly words: MatchWord[] }>()
  for (const [i, text] of trimmed.entries()) {
    const word = matchWord(text, kernel)
    if (word === undefined) continue
    const group = groups.get(word.codes.length) ?? { members: [], words: [] }
    group.members.push(i)
    group.words.push(word)
    groups.set(word.codes.length, group)
  }
  return groups
}

/** Texts with a letter that is no standard residue are like nothing. */
export class MatchSet implements MatchNeighbours {
  readonly #kernel: TcrmatchKernel
  readonly #groups: ReadonlyMap<number, MatchGroup>

  constructor(trimmed: readonly string[], kernel: TcrmatchKernel) {
    this.#kernel = kernel
    this.#groups = matchGroups(trimmed, kernel)
  }

  near(trimmed: string, least: number): readonly number[] {
    const word = matchWord(trimmed, this.#kernel)
    if (word === undefined) return []
    const found: number[] = []
    for (let length = word.codes.length - 1; length <= word.codes.length + 1; length++) {
      const group = this.#groups.get(length)
      for (const [m, other] of group?.words.entries() ?? [])
        if (tcrmatchScore(word, other, this.#kernel) >= least) found.push(group!.members[m]!)
    }
    return found
  }
}
