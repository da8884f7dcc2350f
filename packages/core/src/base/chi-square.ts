// The chi-square distribution. Incomplete gamma by series and continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31).
import { logGamma } from './beta.ts'

/** P(X > x) of a chi-square with `df` degrees of freedom. */
export function chiSquareAbove(x: number, df: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x <= 0 || df === 0) return 1
  const a = df / 2
  const y = x / 2
  const front = Math.exp(a * Math.log(y) - y - logGamma(a))
  if (y < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < 10_000 && Math.abs(term) > 1e-17 * sum; n++) {
      term *= y / (a + n)
      sum += term
    }
    return 1 - front * sum
  }
  let fraction = y + 1 - a
  let c = 1e300
  let d = 1 / fraction
  let h = d
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a)
    fraction += 2
    d = 1 / (an * d + fraction)
    c = fraction + an / c
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return front * h
}
