// The beta distribution: what a count of hits among tries says about the share behind it. Incomplete beta by Lentz's continued fraction (Numerical Recipes 6.4), quantile by bisection.

const COEFFICIENTS = [76.1800917294715, -86.5053203294168, 24.0140982408309, -1.23173957245016, 0.1208650973866179e-2, -0.5395239384953e-5]

/** Natural log of the gamma function for x > 0, by Lanczos; relative error below 2e-10. */
export function logGamma(x: number): number {
  let series = 1.000000000190015
  let y = x
  for (const c of COEFFICIENTS) series += c / ++y
  const t = x + 5.5
  return (x + 0.5) * Math.log(t) - t + Math.log((2.506628274631 * series) / x)
}

/** Share of the beta(a, b) distribution at or below x. */
export function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * continuedFraction(x, a, b)) / a : 1 - (front * continuedFraction(1 - x, b, a)) / b
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / safe(1 + even * d)
    c = safe(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / safe(1 + odd * d)
    c = safe(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return h
}

/** Density of the beta(a, b) distribution at 0 < x < 1. */
export const betaDensity = (x: number, a: number, b: number): number =>
  Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x))

/** The x with `share` of the beta(a, b) distribution at or below it. */
export function betaQuantile(share: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let i = 0; i < 200 && high - low > 1e-15; i++) {
    const middle = (low + high) / 2
    if (betaBelow(middle, a, b) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}
