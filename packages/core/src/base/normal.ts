// The normal distribution, to nearly double precision.

/** P(Z < z): series within 3 of the mean, continued fraction in the tails (Abramowitz and Stegun 26.2.11, 26.2.14). */
export function normalBelow(z: number): number {
  if (Number.isNaN(z)) return Number.NaN
  const x = Math.abs(z)
  if (x > 38) return z < 0 ? 0 : 1
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  let tail: number
  if (x < 3) {
    let term = x
    let sum = x
    for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
      term *= (x * x) / k
      sum += term
    }
    tail = 0.5 - density * sum
  } else {
    let fraction = x
    for (let k = 120; k >= 1; k--) fraction = x + k / fraction
    tail = density / fraction
  }
  return z < 0 ? tail : 1 - tail
}

/** The z with P(Z < z) = p, 0 < p < 1, by Newton's steps from Abramowitz and Stegun 26.2.23. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * Math.log(p))
  let z = -(t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3))
  for (let i = 0; i < 20; i++) {
    const step = (normalBelow(z) - p) / (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI))
    z -= step
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(z))) break
  }
  return z
}
