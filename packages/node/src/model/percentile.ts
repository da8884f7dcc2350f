// Score → percentile by the allele's table: scores at fixed ranks on 200,000 natural peptides, interpolated linearly, floored at the best rank.

export interface RankTable {
  /** Per cent, ascending. */
  readonly ranks: Float32Array
  /** Score at each rank, descending. */
  readonly scores: Float32Array
}

export const scoreOfLogit = (z: number): number => 1 / (1 + Math.exp(-z))

export function percentileOf(table: RankTable, score: number): number {
  const { ranks, scores } = table
  const last = scores.length - 1
  if (score >= scores[0]!) return ranks[0]!
  if (score <= scores[last]!) return ranks[last]!
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (scores[middle]! >= score) low = middle
    else high = middle
  }
  const span = scores[low]! - scores[high]!
  return span <= 0 ? ranks[low]! : ranks[low]! + ((scores[low]! - score) / span) * (ranks[high]! - ranks[low]!)
}
