// Scores of a gene set per cell, deterministic: mean of ln(1 + CP10K), scanpy's score_genes with all controls, and UCell.
// UCell: Andreatta & Carmona 2021, doi:10.1016/j.csbj.2021.06.043; score_genes: Wolf 2018, doi:10.1186/s13059-017-1382-0. Written from the formulas.

import type { ExpressionMatrix } from './expression-matrix.ts'
import { GENE_ALIASES } from './gene-aliases.table.ts'

export interface Signature {
  readonly name: string
  readonly lineage: 'CD8' | 'CD4' | 'any'
  readonly genes: readonly string[]
  /** Genes that should be low; none where it is left out. */
  readonly down?: readonly string[]
  readonly source: string
}

export interface ResolvedSignature {
  readonly signature: Signature
  /** Rows of genes found, distinct. */
  readonly rows: readonly number[]
  readonly present: number
  readonly missing: readonly string[]
}

const REVERSE = new Map(Object.entries(GENE_ALIASES).map(([old, current]) => [current, old]))

/** Genes of a set in a matrix; old and current symbols are tried when `aliases` is on. Two rows of one symbol: the first. */
export function resolveSignature(signature: Signature, matrix: ExpressionMatrix, aliases = true): ResolvedSignature {
  const rows = new Set<number>()
  const missing: string[] = []
  for (const gene of signature.genes) {
    const names = aliases ? [gene, GENE_ALIASES[gene], REVERSE.get(gene)] : [gene]
    const row = names.map(name => (name === undefined ? undefined : matrix.rowsOf.get(name)?.[0])).find(found => found !== undefined)
    if (row === undefined) missing.push(gene)
    else rows.add(row)
  }
  return { signature, rows: [...rows].sort((a, b) => a - b), present: rows.size, missing }
}

const CP10K = 1e4

/** Mean over the set of ln(1 + 10,000 · count / total), per cell. */
export function meanScore(matrix: ExpressionMatrix, set: ResolvedSignature): Float64Array {
  const weight = new Float64Array(matrix.counts.rows)
  for (const row of set.rows) weight[row] = 1 / set.rows.length
  return weightedLogSum(matrix, weight)
}

/** Σ over genes of weight · ln(1 + CP10K), one pass over the entries. */
export function weightedLogSum(matrix: ExpressionMatrix, weight: Float64Array): Float64Array {
  const { indptr, indices, data, columns } = matrix.counts
  const out = new Float64Array(columns)
  for (let cell = 0; cell < columns; cell++) {
    const factor = matrix.totals[cell]! > 0 ? CP10K / matrix.totals[cell]! : 0
    let sum = 0
    for (let i = indptr[cell]!; i < indptr[cell + 1]!; i++) {
      const w = weight[indices[i]!]!
      if (w !== 0) sum += w * Math.log1p(data[i]! * factor)
    }
    out[cell] = sum
  }
  return out
}

/** Mean over cells of ln(1 + CP10K), per gene. */
export function geneMeans(matrix: ExpressionMatrix): Float64Array {
  const { indptr, indices, data, columns, rows } = matrix.counts
  const sums = new Float64Array(rows)
  for (let cell = 0; cell < columns; cell++) {
    const factor = matrix.totals[cell]! > 0 ? CP10K / matrix.totals[cell]! : 0
    for (let i = indptr[cell]!; i < indptr[cell + 1]!; i++) sums[indices[i]!]! += Math.log1p(data[i]! * factor)
  }
  for (let g = 0; g < rows; g++) sums[g]! /= columns
  return sums
}

const roundHalfEven = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))

/** scanpy's score_genes with 25 bins and every gene of a touched bin as control: no draw. */
export function scoreGenes(matrix: ExpressionMatrix, set: ResolvedSignature): Float64Array {
  const means = geneMeans(matrix)
  const n = means.length
  const order = Array.from(means.keys()).sort((a, b) => means[a]! - means[b]!)
  const rank = new Float64Array(n)
  for (let i = 0; i < n; i++) rank[order[i]!] = i > 0 && means[order[i]!] === means[order[i - 1]!] ? rank[order[i - 1]!]! : i + 1
  const items = roundHalfEven(n / 24)
  const bin = (gene: number) => Math.floor(rank[gene]! / items)
  const touched = new Set(set.rows.map(bin))
  const inSet = new Set(set.rows)
  const controls: number[] = []
  for (let gene = 0; gene < n; gene++) if (touched.has(bin(gene)) && !inSet.has(gene)) controls.push(gene)
  const weight = new Float64Array(n)
  for (const row of set.rows) weight[row]! += 1 / set.rows.length
  for (const row of controls) weight[row]! -= 1 / controls.length
  return weightedLogSum(matrix, weight)
}

/** UCell's rank cap. */
export const UCELL_MAX_RANK = 1500

/** Counts below this, a power of two, have four places in the histogram. */
const SMALL = 2048

/**
 * For each cell the sum over the set's genes of a value of their ranks, highest count first: `tied` gives it for genes of one count, which share the ranks from `first` to `last`
 * (1-based), genes without a count the last ones. A histogram of the cell's counts gives all ranks: no sorting. Counts above 65,535 tie.
 */
export function rankSums(matrix: ExpressionMatrix, set: ResolvedSignature, tied: (first: number, last: number) => number): Float64Array {
  const { indptr, indices, data, columns, rows } = matrix.counts
  const inSet = new Uint8Array(rows)
  for (const row of set.rows) inSet[row] = 1
  const out = new Float64Array(columns)
  const histogram = new Uint32Array(1 << 16)
  // four of the small counts side by side: neighbours do not wait for each other's place
  const small = new Uint32Array(4 * SMALL)
  const valueAt = new Float64Array(1 << 16)
  const counts = new Uint16Array(rows)
  for (let cell = 0; cell < columns; cell++) {
    const [from, to] = [indptr[cell]!, indptr[cell + 1]!]
    let bits = 0
    for (let i = from; i < to; i++) {
      const count = data[i]! | 0
      bits |= count
      small[((i & 3) * SMALL) | (count & (SMALL - 1))]!++
    }
    let highest = Math.min(SMALL - 1, bits)
    let expressed = to - from
    if (bits < SMALL) expressed -= small[0]! + small[SMALL]! + small[2 * SMALL]! + small[3 * SMALL]!
    for (let count = highest; count >= 0; count--) {
      histogram[count] = small[count]! + small[SMALL + count]! + small[2 * SMALL + count]! + small[3 * SMALL + count]!
      small[count] = small[SMALL + count] = small[2 * SMALL + count] = small[3 * SMALL + count] = 0
    }
    if (bits >= SMALL) {
      // a gene beyond the small table: the cell is counted again, plainly
      histogram.fill(0, 0, SMALL)
      expressed = 0
      for (let i = from; i < to; i++) {
        const count = Math.min(data[i]!, 65535)
        if (count === 0) continue
        histogram[count]!++
        expressed++
        if (count > highest) highest = count
      }
    }
    histogram[0] = 0
    let found = 0
    for (let i = from; i < to; i++) if (inSet[indices[i]!] !== 0 && data[i] !== 0) counts[found++] = Math.min(data[i]!, 65535)
    let before = 0
    for (let count = highest; count > 0; count--) {
      const here = histogram[count]!
      if (here === 0) continue
      valueAt[count] = tied(before + 1, before + here)
      before += here
      histogram[count] = 0
    }
    let sum = 0
    for (let k = 0; k < found; k++) sum += valueAt[counts[k]!]!
    out[cell] = found < set.present ? sum + (set.present - found) * tied(expressed + 1, rows) : sum
  }
  return out
}

/**
 * UCell per cell: genes ranked by count, descending, ties averaged, ranks capped at min(1500, genes). A set gene that the matrix lacks takes the cap
 * (`impute`) or leaves the set (`skip`).
 */
export function uCell(matrix: ExpressionMatrix, set: ResolvedSignature, missing: 'impute' | 'skip' = 'impute'): Float64Array {
  const cap = Math.min(UCELL_MAX_RANK, matrix.counts.rows)
  const absent = missing === 'impute' ? set.missing.length : 0
  const n = set.present + absent
  const smallest = (n * (n + 1)) / 2
  return rankSums(matrix, set, (first, last) => Math.min((first + last) / 2, cap)).map(sum =>
    n === 0 ? 0 : 1 - (absent * cap + sum - smallest) / (n * cap - smallest),
  )
}
