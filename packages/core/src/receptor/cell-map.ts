// Cells with a receptor on a plane, for people to look at: variable genes → principal components → UMAP (McInnes 2018, arXiv:1802.03426, by umap-js). A picture, no evidence:
// distances on it mean little, and lesions are not corrected for their runs.
import { UMAP } from 'umap-js'
import { seededRandom } from '../base/index.ts'
import type { Cell } from './cell.ts'
import type { ExpressionMatrix } from './expression-matrix.ts'
import { type DenseTable, principalScores } from './principal-components.ts'

export interface MappedCell {
  readonly cell: Cell
  readonly x: number
  readonly y: number
}

/** Cells drawn at most: UMAP takes two seconds for each thousand. */
export const MOST_MAPPED = 2000
const VARIABLE_GENES = 1000
const COMPONENTS = 15
const NEIGHBOURS = 15
const CP10K = 1e4
/** Values of a scaled gene beyond this are cut, as Seurat and scanpy do. */
const MOST_DEVIATION = 10
/** Receptor and antibody genes would draw each clone apart by its own receptor. */
const RECEPTOR_GENE = /^(TR[ABGD][VDJC]|IG[HKL][VDJCMGAE])/

/** `cells` in order of interest: the first `MOST_MAPPED` with expression are mapped. Fewer than 30 cells or 50 shared genes make no map. */
export function mapCells(cells: readonly Cell[], matrices: ReadonlyMap<string, ExpressionMatrix>, seed: string): readonly MappedCell[] {
  const chosen = cells.filter(cell => cell.column !== undefined && matrices.has(cell.lesion)).slice(0, MOST_MAPPED)
  const used = new Set(chosen.map(cell => cell.lesion))
  const genes = sharedGenes([...matrices].filter(([lesion]) => used.has(lesion)).map(([, matrix]) => matrix))
  if (chosen.length < 30 || genes.length < 50) return []
  const scaled = scaledExpression(chosen, matrices, genes)
  const components = Math.min(COMPONENTS, scaled.columns, chosen.length - 1)
  const scores = principalScores(scaled, components, seed)
  const random = seededRandom(`${seed} map`)
  const umap = new UMAP({ nNeighbors: Math.min(NEIGHBOURS, chosen.length - 1), minDist: 0.3, nEpochs: 200, random: random.unit })
  const placed = umap.fit(chosen.map((_, i) => Array.from(scores.subarray(i * components, (i + 1) * components))))
  return chosen.map((cell, i) => ({ cell, x: placed[i]![0]!, y: placed[i]![1]! }))
}

/** Symbols that stand in every matrix, in the order of the first. */
function sharedGenes(matrices: readonly ExpressionMatrix[]): readonly string[] {
  const [first, ...others] = matrices
  return first === undefined
    ? []
    : [...first.rowsOf.keys()].filter(gene => !RECEPTOR_GENE.test(gene) && others.every(matrix => matrix.rowsOf.has(gene)))
}

type SeeEntry = (cell: number, gene: number, value: number) => void

/** ln(1 + CP10K) of each count above 0, cell by cell. Of several rows of one symbol the first speaks. */
function eachEntry(
  cells: readonly Cell[],
  matrices: ReadonlyMap<string, ExpressionMatrix>,
  places: ReadonlyMap<ExpressionMatrix, Int32Array>,
  see: SeeEntry,
): void {
  for (const [i, cell] of cells.entries()) {
    const matrix = matrices.get(cell.lesion)!
    const place = places.get(matrix)!
    const { indptr, indices, data } = matrix.counts
    const factor = CP10K / Math.max(1, matrix.totals[cell.column!]!)
    for (let k = indptr[cell.column!]!; k < indptr[cell.column! + 1]!; k++) {
      const gene = place[indices[k]!]!
      if (gene >= 0) see(i, gene, Math.log1p(data[k]! * factor))
    }
  }
}

/** The genes whose variance over mean is largest, to mean 0 and variance 1, cut at ±10. */
function scaledExpression(cells: readonly Cell[], matrices: ReadonlyMap<string, ExpressionMatrix>, genes: readonly string[]): DenseTable {
  const places = new Map<ExpressionMatrix, Int32Array>()
  for (const matrix of matrices.values()) {
    const place = new Int32Array(matrix.counts.rows).fill(-1)
    for (const [at, gene] of genes.entries()) {
      const row = matrix.rowsOf.get(gene)?.[0]
      if (row !== undefined) place[row] = at
    }
    places.set(matrix, place)
  }
  const n = cells.length
  const mean = new Float64Array(genes.length)
  const square = new Float64Array(genes.length)
  eachEntry(cells, matrices, places, (_, gene, value) => {
    mean[gene]! += value / n
    square[gene]! += (value * value) / n
  })
  const spread = square.map((sum, gene) => Math.sqrt(Math.max(0, sum - mean[gene]! ** 2)))
  const dispersion = spread.map((deviation, gene) => (mean[gene]! > 0 ? deviation ** 2 / mean[gene]! : 0))
  const chosen = Array.from(dispersion.keys())
    .filter(gene => dispersion[gene]! > 1e-9)
    .sort((a, b) => dispersion[b]! - dispersion[a]! || a - b)
    .slice(0, VARIABLE_GENES)
  const columns = chosen.length
  const column = new Int32Array(genes.length).fill(-1)
  const values = new Float32Array(n * columns)
  const scale = (gene: number, value: number) => Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, (value - mean[gene]!) / spread[gene]!))
  for (const [at, gene] of chosen.entries()) {
    column[gene] = at
    const absent = scale(gene, 0)
    for (let i = 0; i < n; i++) values[i * columns + at] = absent
  }
  eachEntry(cells, matrices, places, (i, gene, value) => {
    if (column[gene]! >= 0) values[i * columns + column[gene]!] = scale(gene, value)
  })
  return { rows: n, columns, values }
}
