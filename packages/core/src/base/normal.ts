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
