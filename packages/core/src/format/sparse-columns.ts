// Counts of genes in cells as compressed sparse columns, the layout every matrix format is read into.

/** Compressed sparse columns. Cell c holds entries [indptr[c], indptr[c + 1]). Row indices are 0-based. */
export interface SparseColumns {
  readonly rows: number
  readonly columns: number
  readonly indptr: Uint32Array
  readonly indices: Uint32Array
  readonly data: Float32Array
}

/** Rows become columns: one counting pass, one placing pass. */
export function transposed({ rows, columns, indptr, indices, data }: SparseColumns): SparseColumns {
  const starts = new Uint32Array(rows + 1)
  for (const row of indices) starts[row + 1]!++
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!
  const next = starts.slice()
  const out = { indices: new Uint32Array(indices.length), data: new Float32Array(data.length) }
  for (let column = 0; column < columns; column++)
    for (let i = indptr[column]!; i < indptr[column + 1]!; i++) {
      const at = next[indices[i]!]!++
      out.indices[at] = column
      out.data[at] = data[i]!
    }
  return { rows: columns, columns: rows, indptr: starts, ...out }
}
