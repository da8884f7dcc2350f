// Principal components of a dense table by subspace iteration with a seeded start (Halko 2011, doi:10.1137/090771806): the first few of many columns, in a few passes.
// A library was tried first: the maintained one takes over ten minutes on 3,000 × 1,000 (docs/decisions/0014).
import { type Random, seededRandom } from '../base/index.ts'

/** Row by row; columns are already centred. */
export interface DenseTable {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

const PASSES = 5

/** Scores of the rows on the first `count` components, row by row, largest variance first; signs are set so that the largest loading is positive. */
export function principalScores(table: DenseTable, count: number, seed: string): Float64Array {
  const { rows, columns } = table
  // a few more directions than are asked for make the last ones converge as fast
  const width = Math.min(count + 10, columns, rows)
  let basis = orthonormal(randomBasis(columns, width, seededRandom(seed)), columns, width)
  for (let pass = 0; pass < PASSES; pass++) basis = orthonormal(backProject(table, project(table, basis, width), width), columns, width)
  const scores = project(table, basis, width)
  const { vectors, order } = symmetricEigen(gram(scores, rows, width), width)
  const kept = Math.min(count, width)
  const out = new Float64Array(rows * kept)
  for (let k = 0; k < kept; k++) {
    const e = order[k]!
    let largest = 0
    for (let column = 0; column < columns; column++) {
      let loading = 0
      for (let w = 0; w < width; w++) loading += basis[column * width + w]! * vectors[w * width + e]!
      if (Math.abs(loading) > Math.abs(largest)) largest = loading
    }
    const sign = largest < 0 ? -1 : 1
    for (let row = 0; row < rows; row++) {
      let score = 0
      for (let w = 0; w < width; w++) score += scores[row * width + w]! * vectors[w * width + e]!
      out[row * kept + k] = sign * score
    }
  }
  return out
}

const randomBasis = (columns: number, width: number, random: Random): Float64Array =>
  Float64Array.from({ length: columns * width }, () => random.normal())

/** rows × width. */
function project({ rows, columns, values }: DenseTable, basis: Float64Array, width: number): Float64Array {
  const out = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = values[row * columns + column]!
      if (x === 0) continue
      for (let w = 0; w < width; w++) out[row * width + w]! += x * basis[column * width + w]!
    }
  return out
}

/** columns × width. */
function backProject({ rows, columns, values }: DenseTable, scores: Float64Array, width: number): Float64Array {
  const out = new Float64Array(columns * width)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = values[row * columns + column]!
      if (x === 0) continue
      for (let w = 0; w < width; w++) out[column * width + w]! += x * scores[row * width + w]!
    }
  return out
}

/** Gram and Schmidt, twice over for the digits. A direction that vanishes becomes zero. */
function orthonormal(table: Float64Array, length: number, width: number): Float64Array {
  const out = table.slice()
  for (let w = 0; w < width; w++) {
    for (let round = 0; round < 2; round++)
      for (let other = 0; other < w; other++) {
        let dot = 0
        for (let i = 0; i < length; i++) dot += out[i * width + w]! * out[i * width + other]!
        for (let i = 0; i < length; i++) out[i * width + w]! -= dot * out[i * width + other]!
      }
    let norm = 0
    for (let i = 0; i < length; i++) norm += out[i * width + w]! ** 2
    const scale = norm > 1e-20 ? 1 / Math.sqrt(norm) : 0
    for (let i = 0; i < length; i++) out[i * width + w]! *= scale
  }
  return out
}

function gram(scores: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(width * width)
  for (let row = 0; row < rows; row++)
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++) out[a * width + b]! += scores[row * width + a]! * scores[row * width + b]!
  return out
}

/** Jacobi's rotations; vectors by columns, `order` from the largest value. */
function symmetricEigen(symmetric: Float64Array, n: number): { readonly vectors: Float64Array; readonly order: readonly number[] } {
  const a = symmetric.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!
        off += apq * apq
        if (apq === 0) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        rotate(a, n, p, q, c, t * c, true)
        rotate(v, n, p, q, c, t * c, false)
      }
    if (off < 1e-22) break
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((x, y) => a[y * n + y]! - a[x * n + x]!)
  return { vectors: v, order }
}

function rotate(table: Float64Array, n: number, p: number, q: number, c: number, s: number, bothSides: boolean): void {
  for (let i = 0; i < n; i++) {
    const [x, y] = [table[i * n + p]!, table[i * n + q]!]
    table[i * n + p] = c * x - s * y
    table[i * n + q] = s * x + c * y
  }
  if (!bothSides) return
  for (let i = 0; i < n; i++) {
    const [x, y] = [table[p * n + i]!, table[q * n + i]!]
    table[p * n + i] = c * x - s * y
    table[q * n + i] = s * x + c * y
  }
}
