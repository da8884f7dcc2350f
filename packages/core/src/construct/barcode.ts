// Short words behind the stop codon that tell the inserts of a batch apart, by sequencing, even with a wrong base.
import { fail, type Issue, issue, ok, type Result, seededRandom } from '../base/index.ts'
import { breaches, gcShare, reverseComplement, type SequenceLimits } from '../bio/index.ts'
import { hamming } from './gate-batch.ts'

const FEWEST_DIFFERENCES = 3
const TRIES = 200_000

/**
 * `count` words of `length` bases, any two (either strand) at least three bases apart, a third to two thirds G and C, no three equal bases in a row, nothing that the limits refuse.
 * The same seed gives the same words. Errors: `barcodes-short` when so many do not fit in this length.
 */
export function makeBarcodes(count: number, length: number, limits: SequenceLimits, seed = 'barcodes'): Result<readonly string[], Issue> {
  const random = seededRandom(seed)
  // windows and ends are the insert's business
  const own = { ...limits, gcWhole: [0, 1] as const, gcWindows: [], gcEnds: undefined }
  const words: string[] = []
  for (let tries = 0; words.length < count; tries++) {
    if (tries === TRIES)
      return fail(issue('barcodes-short', `${count} barcodes of ${length} bases cannot be kept three apart`, 'use longer barcodes'))
    const word = Array.from({ length }, () => 'ACGT'[random.below(4)]!).join('')
    const share = gcShare(word)
    if (share < 0.34 || share > 0.66 || /(.)\1\1/.test(word) || breaches(word, own).length > 0) continue
    const other = reverseComplement(word)
    if (words.every(known => hamming(known, word) >= FEWEST_DIFFERENCES && hamming(known, other) >= FEWEST_DIFFERENCES)) words.push(word)
  }
  return ok(words)
}
