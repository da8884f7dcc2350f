// A coefficient as a ratio with its interval and Wald's p.
import { chiSquareAbove, normalQuantile } from '../../base/index.ts'

export interface Ratio {
  readonly ratio: number
  readonly low: number
  readonly high: number
  readonly p: number
}

/** exp(coefficient) of each, with its interval of a level. */
export function ratiosOf(coefficients: ArrayLike<number>, standardErrors: readonly number[], level: number): readonly Ratio[] {
  const z = normalQuantile(1 - (1 - level) / 2)
  return standardErrors.map((se, j) => {
    const beta = coefficients[j]!
    return { ratio: Math.exp(beta), low: Math.exp(beta - z * se), high: Math.exp(beta + z * se), p: chiSquareAbove((beta / se) ** 2, 1) }
  })
}
