// Intervals of a proportion.
import { betaQuantile } from './beta.ts'

/** Two-sided 95 % of the normal distribution. */
export const Z95 = 1.959963984540054

/** Wilson's score interval of x in n (Wilson 1927, doi:10.1080/01621459.1927.10502953); shares 0-1. n = 0 gives 0 to 1. */
export function wilson(x: number, n: number, z = Z95): { readonly low: number; readonly high: number } {
  if (n === 0) return { low: 0, high: 1 }
  const p = x / n
  const z2 = z * z
  const middle = (p + z2 / (2 * n)) / (1 + z2 / n)
  const half = (z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  return { low: x === 0 ? 0 : Math.max(0, middle - half), high: x === n ? 1 : Math.min(1, middle + half) }
}

/** Exact interval of x in n (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404); shares 0-1. n = 0 gives 0 to 1. */
export function clopperPearson(x: number, n: number, level = 0.95): { readonly low: number; readonly high: number } {
  const tail = (1 - level) / 2
  return { low: x === 0 ? 0 : betaQuantile(tail, x, n - x + 1), high: x === n ? 1 : betaQuantile(1 - tail, x + 1, n - x) }
}

/** Share that would have been seen at least once with 95 % probability among n: the limit of detection; 1 for n = 0. */
export const detectionLimit = (n: number): number => (n === 0 ? 1 : 1 - 0.05 ** (1 / n))
