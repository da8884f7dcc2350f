// A stretch of each insert that nothing else has: what a probe finds the transferred cells by, in blood, beside the natural receptors and the other inserts of the product.
import { type Germline, gcShare } from '../bio/index.ts'

export const PROBE_LENGTH = 25
/** Bases in a row that a probe shares with nothing else, on either strand. */
const WORD = 20
/** Share of G and C that a probe is best near; runs of one base beyond this are avoided. */
const BEST_GC = 0.5
const LONGEST_RUN = 4

export interface Probe {
  readonly sequence: string
  /** 0-based in the insert. */
  readonly start: number
}

const BASES = 'ACGT'
const MOST = 4 ** WORD

/** Words of a sequence as whole numbers, the lesser of both strands; NaN where a letter is no base. */
function wordsOf(sequence: string): Float64Array {
  const words = new Float64Array(Math.max(0, sequence.length - WORD + 1))
  let forward = 0
  let backward = 0
  let run = 0
  for (let i = 0; i < sequence.length; i++) {
    const base = BASES.indexOf(sequence[i]!)
    run = base < 0 ? 0 : run + 1
    forward = (forward * 4 + Math.max(0, base)) % MOST
    backward = Math.floor(backward / 4) + (3 - Math.max(0, base)) * (MOST / 4)
    if (i >= WORD - 1) words[i - WORD + 1] = run >= WORD ? Math.min(forward, backward) : Number.NaN
  }
  return words
}

/** One probe an insert, in their order; undefined: the insert has no stretch of its own. `natural`: germlines of whoever is given the cells. */
export function uniqueProbes(inserts: readonly string[], natural: readonly Germline[]): readonly (Probe | undefined)[] {
  const germline = new Set<number>()
  for (const { byGene } of natural)
    for (const segments of byGene.values())
      for (const segment of segments)
        for (const word of wordsOf((segment.region === 'V' ? segment.leader : '') + segment.sequence)) germline.add(word)
  const own = inserts.map(wordsOf)
  const all = new Float64Array(own.reduce((sum, words) => sum + words.length, 0))
  let at = 0
  for (const words of own) {
    all.set(words, at)
    at += words.length
  }
  all.sort()
  return inserts.map((insert, k) => {
    let best: (Probe & { readonly cost: number }) | undefined
    let alone = 0
    for (const [i, word] of own[k]!.entries()) {
      alone = !germline.has(word) && isOnce(all, word) ? alone + 1 : 0
      if (alone <= PROBE_LENGTH - WORD) continue
      const start = i + WORD - PROBE_LENGTH
      const sequence = insert.slice(start, start + PROBE_LENGTH)
      const cost = costOf(sequence)
      if (best === undefined || cost < best.cost) best = { sequence, start, cost }
    }
    return best === undefined ? undefined : { sequence: best.sequence, start: best.start }
  })
}

/** In sorted words. */
function isOnce(sorted: Float64Array, word: number): boolean {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < word) low = middle + 1
    else high = middle
  }
  return sorted[low] === word && sorted[low + 1] !== word
}

/** Least is best: far from half G and C, runs of one base, a G at the 5' end (which quenches a dye). */
function costOf(sequence: string): number {
  const run = Math.max(...[...sequence.matchAll(/(.)\1*/g)].map(([bases]) => bases.length))
  return Math.abs(gcShare(sequence) - BEST_GC) + (run > LONGEST_RUN ? run - LONGEST_RUN : 0) + (sequence.startsWith('G') ? 1 : 0)
}
