// One pass over a proteome: the words most like a peptide, by mismatches, by CrossDome's score and by a motif. Each word counts once, with every gene that holds it.
import { byNumber, byText } from '../base/index.ts'
import { RESIDUES, STANDARD_RESIDUES, wordCodes } from '../bio/index.ts'
import { CONTACT_WEIGHTS, CROSSDOME_LENGTH, crossdome } from './crossdome.ts'
import { fitsMotif, type Motif, motifWeight } from './motif.ts'
import { BREAK, type Proteome, proteinAt } from './proteome.ts'
import type { ResiduePairs } from './residue-pairs.ts'

/** Length of the words that a sieve knows, and entries a position of its tables: residues from 0, BREAK last. */
export const SIEVE_LENGTH = CROSSDOME_LENGTH
export const SIEVE_WIDTH = 32

/** What a sieve is asked about a query. */
export interface SieveRequest {
  readonly query: Uint8Array
  /** SIEVE_LENGTH × SIEVE_WIDTH: a whole number never above the scaled distance; 255 at BREAK. */
  readonly bounds: Uint8Array
  /** Windows with as many residues of the query are taken whatever their bound; at least 1. */
  readonly leastMatches: number
}

/** Looks over all windows of a proteome and names those worth a closer look: a kernel's work, which the rim supplies. */
export type WindowSieve = (request: SieveRequest) => {
  /** Share of the windows that `sample` counts. */
  readonly sampled: number
  /** How many of them have each saturated sum of bounds, 0-255; valid until the next call. */
  readonly sample: () => Uint32Array
  /** Calls with the start of each window with a sum of at most `threshold`, or matches enough; windows across a BREAK may be among them. */
  readonly collect: (threshold: number, take: (start: number) => void) => void
}

export interface ScanOptions {
  /** Makes a scan of 9-mers without a motif faster; the answer is the same. */
  readonly sieve?: WindowSieve
  /** Words within this many mismatches are listed. */
  readonly maxMismatches: number
  /** Words with the best CrossDome score that are listed beside. */
  readonly top: number
  readonly motif?: Motif
  /** The best words by CrossDome's score with the weights of contact, instead of without. */
  readonly byContact?: boolean
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
  /** The score with residues that face the receptor counted twice. */
  readonly crossdomeContact: number | undefined
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
  for (let i = 0; i < length; i++) {
    const weight = scored ? Math.sqrt(options.byContact === true ? CONTACT_WEIGHTS[i]! : 1) : 1
    for (let b = 0; b < RESIDUES; b++) table[i * RESIDUES + b] = weight * pairs.distance[codes[i]! * RESIDUES + b]!
  }
  const motif = options.motif?.length === length ? options.motif : undefined
  const look = new CloseLook(codes, table, proteome, options, motif)
  if (options.sieve === undefined || motif !== undefined || !scored || options.maxMismatches >= length || !sieved(look, options.sieve))
    walk(look)
  const scoreOf = (one: OffTargetWord) => (options.byContact === true ? one.crossdomeContact : one.crossdome)
  const { found, best } = look
  best.finish()
  const countByMismatches = new Array<number>(options.maxMismatches + 1).fill(0)
  let motifWords = 0
  for (const { mismatches, motif: fits } of found.values()) {
    if (mismatches <= options.maxMismatches) countByMismatches[mismatches]!++
    if (fits) motifWords++
  }
  const words = [...found]
    .filter(([, held]) => held.motif || held.mismatches <= options.maxMismatches || (scored && held.sum <= best.limit))
    .map(([word, held]) => offTarget(word, held, query, codes, proteome, pairs, motif))
    .sort((a, b) => byNumber(scoreOf(a), scoreOf(b)) || a.mismatches - b.mismatches || byText(a.word, b.word))
  return { query, words, countByMismatches, motifWords, windows: windowsOf(proteome, length) }
}

/** Windows without a letter that ends words. */
function windowsOf({ codes }: Proteome, length: number): number {
  let windows = 0
  let start = 0
  for (let end = codes.indexOf(BREAK); end >= 0; end = codes.indexOf(BREAK, start)) {
    windows += Math.max(0, end - start - length + 1)
    start = end + 1
  }
  return windows + Math.max(0, codes.length - start - length + 1)
}

interface FoundWord {
  readonly places: number[]
  readonly mismatches: number
  readonly sum: number
  readonly motif: boolean
}

/** Exact mismatches and sum of one window after another; keeps the distinct words that are wanted. */
class CloseLook {
  readonly codes: Uint8Array
  readonly table: Float64Array
  readonly proteome: Proteome
  readonly options: ScanOptions
  readonly motif: Motif | undefined
  readonly #scored: boolean
  found = new Map<string, FoundWord>()
  best: BestWords

  constructor(codes: Uint8Array, table: Float64Array, proteome: Proteome, options: ScanOptions, motif: Motif | undefined) {
    this.codes = codes
    this.table = table
    this.proteome = proteome
    this.options = options
    this.motif = motif
    this.#scored = codes.length === CROSSDOME_LENGTH
    this.best = new BestWords(options.top)
  }

  restart(): void {
    this.found = new Map()
    this.best = new BestWords(this.options.top)
  }

  /** As many distinct words as are wanted lie below `sum`. */
  surelyBest(sum: number): boolean {
    let below = 0
    for (const word of this.found.values()) if (word.sum < sum) below++
    return below >= this.options.top
  }

  /** True when the limit of the best sums fell. */
  at(from: number): boolean {
    const { codes, table, motif } = this
    const all = this.proteome.codes
    let mismatches = 0
    let sum = 0
    for (let i = 0; i < codes.length; i++) {
      const code = all[from + i]!
      if (code === BREAK) return false
      if (code !== codes[i]) mismatches++
      sum += table[i * RESIDUES + code]!
    }
    const fits = motif !== undefined && fitsMotif(motif, all, from)
    const { maxMismatches } = this.options
    if (mismatches > maxMismatches && !fits && !(this.#scored && sum <= this.best.limit)) return false
    const word = wordAt(all, from, codes.length)
    const held = this.found.get(word)
    if (held !== undefined) {
      held.places.push(from)
      return false
    }
    this.found.set(word, { places: [from], mismatches, sum, motif: fits })
    if (!this.#scored || !this.best.add(sum)) return false
    prune(this.found, this.best.limit, maxMismatches)
    return true
  }
}

/** Every window: most are settled by whole numbers, their mismatches and a sum that is never above the true one. */
function walk(look: CloseLook): void {
  const { codes, table, motif, best } = look
  const { maxMismatches } = look.options
  const length = codes.length
  const bounds = new Int32Array(length * RESIDUES)
  for (let i = 0; i < length; i++)
    for (let b = 0; b < RESIDUES; b++)
      bounds[i * RESIDUES + b] = Math.floor(table[i * RESIDUES + b]! * SCALE) + (codes[i] === b ? 0 : 1 << MISMATCH_SHIFT)
  const all = look.proteome.codes
  const settles = motif === undefined
  let broken = 0
  let floor = best.limit * SCALE
  for (let at = 0; at < all.length; at++) {
    // `broken` is the first place behind the last letter that ends words
    if (all[at] === BREAK) {
      broken = at + 1
      continue
    }
    const from = at - length + 1
    if (from < broken) continue
    let packed = 0
    for (let i = 0, row = 0; i < length; i++, row += RESIDUES) packed += bounds[row + all[from + i]!]!
    if (settles && packed >> MISMATCH_SHIFT > maxMismatches && (packed & SUM_MASK) > floor) continue
    if (look.at(from)) floor = best.limit * SCALE
  }
}

/** Share of a random word's distance at which the bounds saturate: the best words lie far below it. */
const SATURATION = 0.75
const HIGHEST_BOUND = 254

/** Candidates from a sieve. False when the best words are not surely among them: then every window has to be looked at. */
function sieved(look: CloseLook, sieve: WindowSieve): boolean {
  const { codes, table, options } = look
  const scale = 255 / ((SATURATION * table.reduce((sum, value) => sum + value, 0)) / RESIDUES)
  const bounds = new Uint8Array(SIEVE_LENGTH * SIEVE_WIDTH).fill(255)
  for (let i = 0; i < codes.length; i++)
    for (let b = 0; b < RESIDUES; b++) bounds[i * SIEVE_WIDTH + b] = Math.min(255, Math.floor(table[i * RESIDUES + b]! * scale))
  const asked = sieve({ query: codes, bounds, leastMatches: codes.length - options.maxMismatches })
  const counts = asked.sample()
  // twice as many as wanted, for words that stand in several proteins count once, and room for the chance of a sample
  const expected = 2 * options.top * asked.sampled
  const wanted = expected + 3 * Math.sqrt(expected)
  let threshold = 0
  for (let seen = counts[0]!; seen < wanted && threshold < HIGHEST_BOUND; seen += counts[threshold]!) threshold++
  for (; threshold <= HIGHEST_BOUND; threshold += 12) {
    look.restart()
    asked.collect(threshold, start => look.at(start))
    // a window that was not collected lies at (threshold + 1) / scale or behind
    if (options.top === 0 || look.surelyBest((threshold + 1) / scale)) return true
  }
  look.restart()
  return false
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
  held: { readonly places: readonly number[]; readonly mismatches: number; readonly motif: boolean },
  queryWord: string,
  query: Uint8Array,
  proteome: Proteome,
  pairs: ResiduePairs,
  motif: Motif | undefined,
): OffTargetWord {
  const names = held.places.map(place => proteome.names[proteinAt(proteome, place)]!)
  const codes = wordCodes(word)!
  const score = crossdome(queryWord, word, pairs)
  const weight = motif === undefined ? Number.NaN : motifWeight(motif, codes)
  return {
    word,
    genes: [...new Set(names.map(name => name.gene))].filter(gene => gene !== '').sort(byText),
    proteins: [...new Set(names.map(name => name.id))].sort(byText),
    mismatches: held.mismatches,
    positions: [...query.keys()].filter(i => query[i] !== codes[i]).map(i => i + 1),
    crossdome: score?.score,
    crossdomeContact: crossdome(queryWord, word, pairs, CONTACT_WEIGHTS)?.score,
    z: score?.z,
    p: score?.p,
    motif: held.motif,
    motifWeight: Number.isNaN(weight) ? undefined : weight,
  }
}
