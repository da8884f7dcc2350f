// Small symmetric systems: Cholesky.

/** Lower factor of a positive definite matrix; undefined when it is not, within 1e-12 of the largest diagonal. */
export function cholesky(matrix: readonly Float64Array[]): readonly Float64Array[] | undefined {
  const n = matrix.length
  const factor = Array.from({ length: n }, () => new Float64Array(n))
  const largest = matrix.reduce((most, row, i) => Math.max(most, Math.abs(row[i]!)), 0)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!
      if (i === j) {
        if (!(sum > 1e-12 * largest)) return undefined
        factor[i]![i] = Math.sqrt(sum)
      } else factor[i]![j] = sum / factor[j]![j]!
    }
  }
  return factor
}

function substitute(factor: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = factor.length
  const x = Float64Array.from(right)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!
    x[i]! /= factor[i]![i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k]![i]! * x[k]!
    x[i]! /= factor[i]![i]!
  }
  return x
}

/** x of A x = b; undefined when A is not positive definite. */
export function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array | undefined {
  const factor = cholesky(matrix)
  return factor === undefined ? undefined : substitute(factor, right)
}

/** Inverse of a positive definite matrix; undefined when it is none. */
export function inverse(matrix: readonly Float64Array[]): readonly Float64Array[] | undefined {
  const factor = cholesky(matrix)
  return factor === undefined
    ? undefined
    : matrix.map((_, i) =>
        substitute(
          factor,
          Float64Array.from(matrix, (__, k) => (k === i ? 1 : 0)),
        ),
      )
}
