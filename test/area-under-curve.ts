/** Area under the ROC curve by ranks, ties shared; high scores are positive. */
export function areaUnderCurve(scores: readonly number[], positive: readonly boolean[]): number {
  if (scores.some(Number.isNaN)) throw new Error('a score is not a number')
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let rankSum = 0
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) j++
    for (let k = i; k < j; k++) if (positive[order[k]!]) rankSum += (i + 1 + j) / 2
    i = j
  }
  const n1 = positive.filter(p => p).length
  return (rankSum - (n1 * (n1 + 1)) / 2) / (n1 * (scores.length - n1))
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
