// One pass over a proteome: the words most like a peptide, by mismatches, by CrossDome's score and by a motif. Each word counts once, with every gene that holds it.
import { byNumber, byText, normalBelow } from '../base/index.ts'
import { STANDARD_RESIDUES } from '../bio/index.ts'
import { fitsMotif, type Motif, motifWeight } from './motif.ts'
import { BREAK, type Proteome, proteinAt } from './proteome.ts'
import { RESIDUES, type ResiduePairs, wordCodes } from './residue-pairs.ts'

/** CrossDome's background of random pairs of 9-mers. */
const BACKGROUND = { mean: 31.97307, sd: 5.834203 }
export const CROSSDOME_LENGTH = 9
/** Weights of TCR contact as the package has them. */
export const CONTACT_WEIGHTS = [0.5, 1, 1, 2, 2, 2, 1, 1, 0.5] as const

export interface CrossdomeScore {
  readonly score: number
  readonly z: number
  readonly p: number
  /** Positions with BLOSUM80 above 0. */
  readonly positive: number
  readonly mismatches: number
}

/** Errors are values: undefined when a word is not nine standard residues. */
export function crossdome(query: string, subject: string, pairs: ResiduePairs, weights?: readonly number[]): CrossdomeScore | undefined {
  const a = wordCodes(query)
  const b = wordCodes(subject)
  if (a?.length !== CROSSDOME_LENGTH || b?.length !== CROSSDOME_LENGTH) return undefined
  let sum = 0
  let positive = 0
  let mismatches = 0
  for (let i = 0; i < CROSSDOME_LENGTH; i++) {
    const pair = a[i]! * RESIDUES + b[i]!
    sum += Math.sqrt(weights?.[i] ?? 1) * pairs.distance[pair]!
    if (pairs.blosum80[pair]! > 0) positive++
    if (a[i] !== b[i]) mismatches++
  }
  const score = sum / CROSSDOME_LENGTH
  const z = (score - BACKGROUND.mean) / BACKGROUND.sd
  return { score, z, p: normalBelow(z), positive, mismatches }
}

export interface ScanOptions {
  /** Words within this many mismatches are listed. */
  readonly maxMismatches: number
  /** Words with the best CrossDome score that are listed beside. */
  readonly top: number
  readonly motif?: Motif
}

export interface OffTargetWord {
  readonly word: string
  readonly genes: readonly string[]
  /** Ids of proteins that hold it. */
  readonly proteins: readonly string[]
  readonly mismatches: number
  /** 1-based positions that differ from the query. */
  readonly positions: readonly number[]
  /** Undefined for words that are no 9-mers. */
  readonly crossdome: number | undefined
  readonly z: number | undefined
  readonly p: number | undefined
  readonly motif: boolean
  readonly motifWeight: number | undefined
}

export interface ProteomeScan {
  readonly query: string
  /** Within `maxMismatches`, or fitting the motif, or among the best by score; nearest first. */
  readonly words: readonly OffTargetWord[]
  /** Distinct words of the proteome at 0, 1, … mismatches up to the limit. */
  readonly countByMismatches: readonly number[]
  readonly motifWords: number
  readonly windows: number
}

/** A window's mismatches stand above this bit, its scaled sum of distances below: room for 40 residues. */
const MISMATCH_SHIFT = 22
const SUM_MASK = (1 << MISMATCH_SHIFT) - 1
const SCALE = 256

/** Undefined when the query holds a letter that is no standard residue. */
export function scanProteome(query: string, proteome: Proteome, pairs: ResiduePairs, options: ScanOptions): ProteomeScan | undefined {
  const codes = wordCodes(query)
  if (codes === undefined || codes.length === 0) return undefined
  const length = codes.length
  const scored = length === CROSSDOME_LENGTH
  const table = new Float64Array(length * RESIDUES)
  for (let i = 0; i < length; i++) for (let b = 0; b < RESIDUES; b++) table[i * RESIDUES + b] = pairs.distance[codes[i]! * RESIDUES + b]!
  const bounds = new Int32Array(length * RESIDUES)
  for (let i = 0; i < length; i++)
    for (let b = 0; b < RESIDUES; b++)
      bounds[i * RESIDUES + b] = Math.floor(table[i * RESIDUES + b]! * SCALE) + (codes[i] === b ? 0 : 1 << MISMATCH_SHIFT)
  const motif = options.motif?.length === length ? options.motif : undefined
  const found = new Map<string, { places: number[]; mismatches: number; sum: number; motif: boolean }>()
  const best = new BestWords(options.top)
  const all = proteome.codes
  const settles = motif === undefined
  let windows = 0
  let broken = 0
  const { maxMismatches } = options
  const size = all.length
  let limit = best.limit
  let floor = limit * SCALE
  for (let at = 0; at < size; at++) {
    // `broken` is the first place behind the last letter that ends words
    if (all[at] === BREAK) {
      broken = at + 1
      continue
    }
    const from = at - length + 1
    if (from < broken) continue
    windows++
    let packed = 0
    for (let i = 0, row = 0; i < length; i++, row += RESIDUES) packed += bounds[row + all[from + i]!]!
    // most windows are settled by whole numbers: their mismatches, and a sum that is never above the true one
    if (settles && packed >> MISMATCH_SHIFT > maxMismatches && (packed & SUM_MASK) > floor) continue
    let mismatches = 0
    let sum = 0
    for (let i = 0; i < length; i++) {
      const code = all[from + i]!
      if (code !== codes[i]) mismatches++
      sum += table[i * RESIDUES + code]!
    }
    const fits = motif !== undefined && fitsMotif(motif, all, from)
    if (mismatches > maxMismatches && !fits && !(scored && sum <= limit)) continue
    const word = wordAt(all, from, length)
    const held = found.get(word)
    if (held !== undefined) {
      held.places.push(from)
      continue
    }
    found.set(word, { places: [from], mismatches, sum, motif: fits })
    if (scored && best.add(sum)) {
      limit = best.limit
      floor = limit * SCALE
      prune(found, limit, maxMismatches)
    }
  }
  best.finish()
  const countByMismatches = new Array<number>(options.maxMismatches + 1).fill(0)
  let motifWords = 0
  for (const { mismatches, motif: fits } of found.values()) {
    if (mismatches <= options.maxMismatches) countByMismatches[mismatches]!++
    if (fits) motifWords++
  }
  const words = [...found]
    .filter(([, held]) => held.motif || held.mismatches <= options.maxMismatches || (scored && held.sum <= best.limit))
    .map(([word, held]) => offTarget(word, held, codes, proteome, scored, motif))
    .sort((a, b) => byNumber(a.crossdome, b.crossdome) || a.mismatches - b.mismatches || byText(a.word, b.word))
  return { query, words, countByMismatches, motifWords, windows }
}

/** Words that fell behind the best while the scan went on are let go. */
function prune(found: Map<string, { mismatches: number; sum: number; motif: boolean }>, limit: number, maxMismatches: number): void {
  for (const [word, held] of found) if (held.sum > limit && held.mismatches > maxMismatches && !held.motif) found.delete(word)
}

/** The `count` least sums of distinct words so far; `limit` is the largest of them. */
class BestWords {
  readonly #count: number
  #sums: number[] = []
  limit: number

  constructor(count: number) {
    this.#count = count
    this.limit = count === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  /** True when the list was cut, so that others may be let go. */
  add(sum: number): boolean {
    if (this.#count === 0) return false
    this.#sums.push(sum)
    if (this.#sums.length < 4 * this.#count + 64) return false
    this.#sums = this.#sums.sort((a, b) => a - b).slice(0, this.#count)
    this.limit = this.#sums.at(-1)!
    return true
  }

  finish(): void {
    if (this.#sums.length > this.#count) this.limit = this.#sums.sort((a, b) => a - b)[this.#count - 1]!
  }
}

function wordAt(codes: Uint8Array, from: number, length: number): string {
  let out = ''
  for (let i = 0; i < length; i++) out += STANDARD_RESIDUES[codes[from + i]!]!
  return out
}

function offTarget(
  word: string,
  held: { readonly places: readonly number[]; readonly mismatches: number; readonly sum: number; readonly motif: boolean },
  query: Uint8Array,
  proteome: Proteome,
  scored: boolean,
  motif: Motif | undefined,
): OffTargetWord {
  const names = held.places.map(place => proteome.names[proteinAt(proteome, place)]!)
  const codes = wordCodes(word)!
  const score = held.sum / CROSSDOME_LENGTH
  const z = (score - BACKGROUND.mean) / BACKGROUND.sd
  const weight = motif === undefined ? Number.NaN : motifWeight(motif, codes)
  return {
    word,
    genes: [...new Set(names.map(name => name.gene))].filter(gene => gene !== '').sort(byText),
    proteins: [...new Set(names.map(name => name.id))].sort(byText),
    mismatches: held.mismatches,
    positions: [...query.keys()].filter(i => query[i] !== codes[i]).map(i => i + 1),
    crossdome: scored ? score : undefined,
    z: scored ? z : undefined,
    p: scored ? normalBelow(z) : undefined,
    motif: held.motif,
    motifWeight: Number.isNaN(weight) ? undefined : weight,
  }
}
