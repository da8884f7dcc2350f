// Owns the WebAssembly memory of the class I kernel: weights once, one molecule's table at a time, peptides in blocks of 512.
import { STATIC_BYTES } from '../read/kernel.ts'
import { CLASS1_ROWS, encodePeptide, type NetworkWeights, ROWS_PER_PEPTIDE } from './class1-network.ts'

export const BLOCK = 512

interface KernelExports {
  readonly scoreBlock: (...values: readonly number[]) => void
}

export interface Kernel {
  /** Row numbers of up to BLOCK peptides, kept until the next call. */
  readonly loadPeptides: (peptides: readonly string[], from: number, count: number) => void
  /** Makes a molecule's table [networks, CLASS1_ROWS, hidden] the current one. */
  readonly loadTable: (table: Float32Array) => void
  /** Scores the loaded peptides on the current table: [count, 2], valid until the next call. */
  readonly score: () => Float32Array
}

export function openKernel(wasm: Uint8Array<ArrayBuffer>, weights: NetworkWeights): Kernel {
  const { networks, gated, hidden, hidden2 } = weights
  if (hidden2 !== 32 || hidden % 64 !== 0)
    throw new Error('the kernel is written for a second layer of 32 and a first layer that is a multiple of 64')
  let top = STATIC_BYTES
  const place = (floats: number): number => {
    const at = Math.ceil(top / 64) * 64
    top = at + floats * 4
    return at
  }
  const at = {
    w2: place(weights.w2.length),
    b2: place(weights.b2.length),
    w3: place(weights.w3.length),
    b3: place(weights.b3.length),
    rows: place(BLOCK * ROWS_PER_PEPTIDE),
    h: place(hidden),
    open: place(hidden / 32),
    table: place(networks * CLASS1_ROWS * hidden),
    out: place(BLOCK * 2),
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } })
  const kernel = instance.exports as unknown as KernelExports
  const f32 = new Float32Array(memory.buffer)
  for (const name of ['w2', 'b2', 'w3', 'b3'] as const) f32.set(weights[name], at[name] / 4)
  const rows = new Int32Array(memory.buffer, at.rows, BLOCK * ROWS_PER_PEPTIDE)
  let loaded = 0
  return {
    loadPeptides(peptides, from, count) {
      for (let i = 0; i < count; i++) encodePeptide(peptides[from + i]!, rows, i * ROWS_PER_PEPTIDE)
      loaded = count
    },
    loadTable: table => f32.set(table, at.table / 4),
    score() {
      kernel.scoreBlock(loaded, networks, gated, hidden, CLASS1_ROWS, at.rows, at.table, at.h, at.open, at.w2, at.b2, at.w3, at.b3, at.out)
      return new Float32Array(memory.buffer, at.out, loaded * 2)
    },
  }
}
