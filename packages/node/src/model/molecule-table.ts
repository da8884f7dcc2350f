// The first layer of one molecule, made once per molecule. Gated networks mix shared tables, W(a) = W0 + Σ g_k(a) W_k; class II has gates for each core position,
// which see the residues of its pocket alone: blocks of rows with gates of their own. Additive networks share one table, to whose length rows the molecule adds a vector:
// every peptide has exactly one of those.
import type { ModelFile } from './model-file.ts'

export interface SharedTables {
  /** Networks mixed by gates; the additive ones follow them. */
  readonly gated: number
  readonly additive: number
  readonly gates: number
  readonly hidden: number
  readonly rows: number
  /** First of the rows for a peptide's length, which are the last of a table. */
  readonly lengthRow: number
  /** First row of each block that has gates of its own, and the count of rows at the end. */
  readonly blocks: readonly number[]
  /** [gated, rows, hidden] */
  readonly base: Float32Array
  /** [gated, gates, rows, hidden] */
  readonly mixed: Float32Array
  /** [additive, rows, hidden] */
  readonly shared: Float32Array
}

export function loadSharedTables(file: ModelFile, lengthRow: number): SharedTables {
  const { gated, additive, gates, hidden, rows, blocks } = file.header
  // bytes with a scale a row of `hidden`
  const mixed = file.tensor('wk')
  const scale = file.tensor('wk_scale')
  for (let row = 0, i = 0; row < scale.length; row++) for (const end = i + hidden; i < end; i++) mixed[i]! *= scale[row]!
  return {
    gated,
    additive,
    gates,
    hidden,
    rows,
    lengthRow,
    blocks: blocks ?? [0, rows],
    base: file.tensor('w0'),
    mixed,
    shared: additive > 0 ? file.tensor('w1') : new Float32Array(),
  }
}

/** [gated + additive, rows, hidden] of the molecule in one row of the tensors `gates` [molecules, gated, blocks, gates] and `vectors` [molecules, additive, hidden]. */
export function moleculeTable(tables: SharedTables, file: ModelFile, row: number): Float32Array {
  const { gated, additive, gates, hidden, rows, lengthRow, blocks, base, mixed, shared } = tables
  const size = rows * hidden
  const out = new Float32Array((gated + additive) * size)
  out.set(base)
  out.set(shared, gated * size)
  const opened = file.row('gates', row)
  let at = 0
  for (let n = 0; n < gated; n++) {
    for (let b = 0; b + 1 < blocks.length; b++) {
      const first = blocks[b]! * hidden
      const end = blocks[b + 1]! * hidden
      for (let k = 0; k < gates; k++) {
        const gate = opened[at++]!
        const from = (n * gates + k) * size
        for (let i = first; i < end; i++) out[n * size + i]! += gate * mixed[from + i]!
      }
    }
  }
  const vectors = additive > 0 ? file.row('vectors', row) : []
  for (let n = 0; n < additive; n++) {
    for (let i = lengthRow * hidden; i < size; i++) out[(gated + n) * size + i]! += vectors[n * hidden + (i % hidden)]!
  }
  return out
}
