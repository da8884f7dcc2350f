// Harrell's concordance of a risk score with times, and its standard error by the infinitesimal jackknife. O(n log n) by a Fenwick tree over the scores' ranks.
import { type EventTimes, orderByTime } from './event-times.ts'

export interface Concordance {
  /** NaN when no two subjects can be compared. */
  readonly concordance: number
  readonly standardError: number
}

class Counts {
  readonly tree: Uint32Array
  readonly ranks: number
  total = 0
  constructor(ranks: number) {
    this.ranks = ranks
    this.tree = new Uint32Array(ranks + 1)
  }
  add(rank: number): void {
    this.total++
    for (let k = rank + 1; k <= this.ranks; k += k & -k) this.tree[k]!++
  }
  /** How many have a rank below. */
  below(rank: number): number {
    let sum = 0
    for (let k = rank; k > 0; k -= k & -k) sum += this.tree[k]!
    return sum
  }
}

/** A pair counts when the earlier had the event (a censoring at the same time is later) and both are of one stratum; a higher score should go first. */
export function concordanceOf({ time, status }: EventTimes, score: Float64Array, strata?: Uint8Array): Concordance {
  const n = time.length
  const values = [...new Set(score)].sort((a, b) => a - b)
  const rankOf = new Map(values.map((value, rank) => [value, rank]))
  const rank = Uint32Array.from(score, value => rankOf.get(value)!)
  // of each subject: concordant pairs with ties as halves, and pairs
  const good = new Float64Array(n)
  const pairs = new Float64Array(n)
  const order = orderByTime(time)
  const last = strata === undefined ? 0 : strata.reduce((a, b) => Math.max(a, b), 0)
  for (let stratum = 0; stratum <= last; stratum++) {
    const members = strata === undefined ? order : order.filter(i => strata[i] === stratum)
    const blocks = blocksOf(members, time)
    const later = new Counts(values.length)
    for (const block of blocks.toReversed()) {
      for (const i of block) if (status[i] === 0) later.add(rank[i]!)
      for (const i of block) if (status[i] !== 0) count(i, later, rank[i]!, true, good, pairs)
      for (const i of block) if (status[i] !== 0) later.add(rank[i]!)
    }
    const earlier = new Counts(values.length)
    for (const block of blocks) {
      for (const i of block) if (status[i] !== 0) count(i, earlier, rank[i]!, false, good, pairs)
      for (const i of block) if (status[i] !== 0) earlier.add(rank[i]!)
      for (const i of block) if (status[i] === 0) count(i, earlier, rank[i]!, false, good, pairs)
    }
  }
  let all = 0
  let right = 0
  for (let i = 0; i < n; i++) {
    all += pairs[i]! / 2
    right += good[i]! / 2
  }
  const concordance = right / all
  let variance = 0
  for (let i = 0; i < n; i++) variance += ((good[i]! - concordance * pairs[i]!) / all) ** 2
  return { concordance, standardError: Math.sqrt(variance) }
}

/** `first`: the subject is the earlier of the pairs, so lower scores of the others agree. */
function count(i: number, others: Counts, rank: number, first: boolean, good: Float64Array, pairs: Float64Array): void {
  const lower = others.below(rank)
  const equal = others.below(rank + 1) - lower
  const higher = others.total - lower - equal
  good[i]! += (first ? lower : higher) + equal / 2
  pairs[i]! += others.total
}

/** Members in blocks of one time. */
function blocksOf(order: Uint32Array, time: Float64Array): readonly Uint32Array[] {
  const blocks: Uint32Array[] = []
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && time[order[to]!] === time[order[from]!]) to++
    blocks.push(order.subarray(from, to))
    from = to
  }
  return blocks
}
