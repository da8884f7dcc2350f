// Expression of one lesion: genes × cells as sparse columns, with the totals that normalisation needs. Counts are UMIs.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { SparseColumns } from '../format/index.ts'

export interface ExpressionMatrix {
  readonly counts: SparseColumns
  /** Symbols in row order. */
  readonly genes: readonly string[]
  readonly barcodes: readonly string[]
  /** Rows by symbol; several rows may share one. */
  readonly rowsOf: ReadonlyMap<string, readonly number[]>
  /** Total counts per cell. */
  readonly totals: Float64Array
  /** What was counted beside genes: hashtags, surface proteins, other feature barcodes. */
  readonly features: readonly FeatureBarcode[]
}

export interface FeatureBarcode {
  readonly name: string
  /** As 10x writes it: `Antibody Capture`, `Multiplexing Capture`, `Custom`, … */
  readonly type: string
  /** Count in each cell. */
  readonly counts: Float32Array
}

/** Errors: `matrix-genes`, `matrix-barcodes` when names and matrix disagree in number; `barcode-twice`. */
export function makeExpressionMatrix(
  counts: SparseColumns,
  genes: readonly string[],
  barcodes: readonly string[],
  features: readonly FeatureBarcode[] = [],
): Result<ExpressionMatrix, Issue> {
  if (genes.length !== counts.rows)
    return fail(
      issue(
        'matrix-genes',
        `${genes.length} gene names for ${counts.rows} rows`,
        'take features, barcodes and matrix from the same folder',
      ),
    )
  if (barcodes.length !== counts.columns)
    return fail(
      issue(
        'matrix-barcodes',
        `${barcodes.length} barcodes for ${counts.columns} columns`,
        'take features, barcodes and matrix from the same folder',
      ),
    )
  if (new Set(barcodes).size !== barcodes.length)
    return fail(issue('barcode-twice', 'a barcode stands twice', 'give each sample its own matrix'))
  const rowsOf = new Map<string, number[]>()
  genes.forEach((gene, row) => {
    const rows = rowsOf.get(gene)
    if (rows === undefined) rowsOf.set(gene, [row])
    else rows.push(row)
  })
  const totals = new Float64Array(counts.columns)
  for (let cell = 0; cell < counts.columns; cell++) {
    let sum = 0
    for (let i = counts.indptr[cell]!; i < counts.indptr[cell + 1]!; i++) sum += counts.data[i]!
    totals[cell] = sum
  }
  return ok({ counts, genes, barcodes, rowsOf, totals, features })
}

/** Rows of another feature type than `Gene Expression` become feature barcodes: they are no genes, and count in no total. */
export function splitFeatures(matrix: ExpressionMatrix, types: readonly (string | undefined)[]): Result<ExpressionMatrix, Issue> {
  if (types.every(type => type === undefined || type === '' || type === 'Gene Expression')) return ok(matrix)
  const keep = types.map(type => type === 'Gene Expression')
  const place = new Int32Array(keep.length).fill(-1)
  let rows = 0
  keep.forEach((kept, row) => {
    if (kept) place[row] = rows++
  })
  const { counts } = matrix
  const features = types.flatMap((type, row) =>
    keep[row] === true ? [] : [{ row, name: matrix.genes[row]!, type: type ?? '', counts: new Float32Array(counts.columns) }],
  )
  const featureOf = new Map(features.map(feature => [feature.row, feature]))
  const indptr = new Uint32Array(counts.columns + 1)
  const indices = new Uint32Array(counts.indices.length)
  const data = new Float32Array(counts.data.length)
  let at = 0
  for (let cell = 0; cell < counts.columns; cell++) {
    for (let i = counts.indptr[cell]!; i < counts.indptr[cell + 1]!; i++) {
      const row = place[counts.indices[i]!]!
      if (row < 0) {
        featureOf.get(counts.indices[i]!)!.counts[cell] = counts.data[i]!
        continue
      }
      indices[at] = row
      data[at++] = counts.data[i]!
    }
    indptr[cell + 1] = at
  }
  return makeExpressionMatrix(
    { rows, columns: counts.columns, indptr, indices: indices.subarray(0, at), data: data.subarray(0, at) },
    matrix.genes.filter((_, row) => keep[row]),
    matrix.barcodes,
    features.map(({ name, type, counts }) => ({ name, type, counts })),
  )
}

/** Count of a gene (all rows of the symbol) in a cell. */
export function countOf(matrix: ExpressionMatrix, gene: string, cell: number): number {
  const rows = matrix.rowsOf.get(gene)
  if (rows === undefined) return 0
  let sum = 0
  const { indptr, indices, data } = matrix.counts
  for (let i = indptr[cell]!; i < indptr[cell + 1]!; i++) if (rows.includes(indices[i]!)) sum += data[i]!
  return sum
}

/**
 * Contig barcode → column. With a prefix, barcodes join as prefix + barcode. Without, as written; if none joins, without a trailing `-1` on both sides.
 */
export function joinBarcodes(matrix: ExpressionMatrix, cells: readonly string[], prefix = ''): ReadonlyMap<string, number> {
  const exact = new Map(matrix.barcodes.map((barcode, i) => [barcode, i]))
  const columns = new Map<string, number>()
  for (const cell of cells) {
    const column = exact.get(prefix + cell)
    if (column !== undefined) columns.set(cell, column)
  }
  if (columns.size > 0) return columns
  const strip = (barcode: string) => barcode.replace(/-\d+$/, '')
  const stripped = new Map<string, number>()
  matrix.barcodes.forEach((barcode, i) => {
    stripped.set(strip(barcode), stripped.has(strip(barcode)) ? -1 : i)
  })
  for (const cell of cells) {
    const column = stripped.get(prefix + strip(cell))
    if (column !== undefined && column >= 0) columns.set(cell, column)
  }
  return columns
}
