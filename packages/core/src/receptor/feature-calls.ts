// Which cells carry a feature barcode (hashtag, surface protein): two normal distributions over ln(1 + count), background and signal, fitted by expectation-maximisation.
// As GMM-Demux does for hashtags (Xin 2020, doi:10.1186/s13059-020-02084-2); deterministic: it starts from quantiles, not from chance.
import type { FeatureBarcode } from './expression-matrix.ts'

export interface FeatureCalls {
  readonly feature: FeatureBarcode
  /** True where the cell is of the upper distribution with a probability of at least `CALL_PROBABILITY`. */
  readonly positive: readonly boolean[]
  /** False: the two distributions are not apart, so no cell is called. */
  readonly separated: boolean
  /** Count from which a cell is positive; infinite when not separated. */
  readonly threshold: number
}

export const CALL_PROBABILITY = 0.9
/** The means are a factor of at least this apart, and the upper one counts at least `LEAST_SIGNAL`: a single heap of noise is not cut in two. Ours, unverified. */
const LEAST_FACTOR = 4
const LEAST_SIGNAL = 5
const ROUNDS = 200
/** Least standard deviation of ln(1 + count): cells without a count are all alike. */
const LEAST_SPREAD = 0.15

export function callFeature(feature: FeatureBarcode): FeatureCalls {
  const x = Float64Array.from(feature.counts, Math.log1p)
  const fit = x.length < 10 ? undefined : fitMixture(x)
  const apart = fit !== undefined && fit.high.mean - fit.low.mean >= Math.log(LEAST_FACTOR) && Math.expm1(fit.high.mean) >= LEAST_SIGNAL
  if (!apart) return { feature, positive: Array.from(x, () => false), separated: false, threshold: Number.POSITIVE_INFINITY }
  // above the mean of the background only: a wide signal has a lower tail that reaches below it
  const isPositive = (value: number) => value > fit.low.mean && upperShare(fit, value) >= CALL_PROBABILITY
  const positive = Array.from(x, isPositive)
  const called = Array.from(feature.counts).filter((_, cell) => positive[cell])
  return {
    feature,
    positive,
    separated: true,
    threshold: called.reduce((least, count) => Math.min(least, count), Number.POSITIVE_INFINITY),
  }
}

interface Heap {
  readonly mean: number
  readonly spread: number
  readonly weight: number
}

interface Mixture {
  readonly low: Heap
  readonly high: Heap
}

const density = ({ mean, spread, weight }: Heap, x: number): number => (weight / spread) * Math.exp(-0.5 * ((x - mean) / spread) ** 2)

function upperShare({ low, high }: Mixture, x: number): number {
  const [a, b] = [density(low, x), density(high, x)]
  return a + b === 0 ? Number(x > high.mean) : b / (a + b)
}

function fitMixture(x: Float64Array): Mixture {
  const sorted = x.toSorted()
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!
  // between the bulk of the background and the best cells; a tag on few cells still gets its heap
  const middle = (at(0.5) + at(0.995)) / 2
  let fit: Mixture = heapsOf(x, value => Number(value > middle))
  for (let round = 0; round < ROUNDS; round++) {
    const next = heapsOf(x, value => upperShare(fit, value))
    const moved = Math.abs(next.low.mean - fit.low.mean) + Math.abs(next.high.mean - fit.high.mean)
    fit = next
    if (moved < 1e-9) break
  }
  return fit.low.mean <= fit.high.mean ? fit : { low: fit.high, high: fit.low }
}

function heapsOf(x: Float64Array, share: (value: number) => number): Mixture {
  const sums = [
    [0, 0, 0],
    [0, 0, 0],
  ]
  for (const value of x) {
    const up = share(value)
    for (const [sum, weight] of [
      [sums[0]!, 1 - up],
      [sums[1]!, up],
    ] as const) {
      sum[0]! += weight
      sum[1]! += weight * value
      sum[2]! += weight * value * value
    }
  }
  const [low, high] = sums.map(([n, s, q]) => {
    const weight = Math.max(n!, 1e-9)
    const mean = s! / weight
    return { mean, spread: Math.max(LEAST_SPREAD, Math.sqrt(Math.max(0, q! / weight - mean * mean))), weight: weight / x.length }
  })
  return { low: low!, high: high! }
}
