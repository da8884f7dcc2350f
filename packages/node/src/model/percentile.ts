// Score → percentile by the allele's table: logits at fixed ranks on natural peptides, interpolated linearly between them, floored at the best rank.
// In logits, for between two ranks of poor peptides the scores themselves differ by orders of magnitude.

export interface RankTable {
  /** Per cent, ascending. */
  readonly ranks: Float32Array
  /** Logit of the score at each rank, descending. */
  readonly scores: Float32Array
}

/**
 * A table from a model file. The score at the last rank, the worst of all peptides, is chance: it is put three steps beyond the one before it,
 * where the tail of the logits ends within a few tenths of a per cent.
 */
export function rankTable(ranks: Float32Array, logits: Float32Array): RankTable {
  const scores = Float32Array.from(logits)
  const last = scores.length - 1
  scores[last] = scores[last - 1]! - 3 * (scores[last - 2]! - scores[last - 1]!)
  return { ranks, scores }
}

export const logitOfScore = (y: number): number => Math.log(y / (1 - y))

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
