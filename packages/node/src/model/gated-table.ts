// The first layer of one molecule: W(a) = W0 + Σ g_k(a) W_k. Both models keep the shared tables and the gates of every molecule; the mixture is made once per molecule.
import type { ModelFile } from './model-file.ts'

export interface GatedTables {
  readonly networks: number
  readonly gates: number
  /** [networks, rows · hidden] */
  readonly base: Float32Array
  /** [networks, gates, rows · hidden] */
  readonly mixed: Float32Array
}

export function loadGatedTables(file: ModelFile): GatedTables {
  const { gated, gates, hidden } = file.header
  // bytes with a scale a row of `hidden`
  const mixed = file.tensor('wk')
  const scale = file.tensor('wk_scale')
  for (let row = 0, i = 0; row < scale.length; row++) for (const end = i + hidden; i < end; i++) mixed[i]! *= scale[row]!
  return { networks: gated, gates, base: file.tensor('w0'), mixed }
}

/** [networks, rows, hidden] of the molecule in row `row` of the tensor `gates`. */
export function moleculeTable(tables: GatedTables, file: ModelFile, row: number): Float32Array {
  const { networks, gates, base, mixed } = tables
  const opened = file.row('gates', row)
  const table = Float32Array.from(base)
  const size = base.length / networks
  for (let n = 0; n < networks; n++) {
    for (let k = 0; k < gates; k++) {
      const gate = opened[n * gates + k]!
      const from = (n * gates + k) * size
      for (let i = 0, to = n * size; i < size; i++, to++) table[to]! += gate * mixed[from + i]!
    }
  }
  return table
}
