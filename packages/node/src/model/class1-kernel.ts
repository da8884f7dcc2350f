// Owns the WebAssembly memory of the scoring kernel: weights once, one allele at a time, peptides in blocks of 512.
import { encodePeptide, type NetworkWeights, ROWS_PER_PEPTIDE } from './class1-network.ts'

export const BLOCK = 512

/** The compiler keeps its own tables at the start of memory. */
const STATIC_BYTES = 65536

interface KernelExports {
  readonly scoreBlock: (
    n: number,
    networks: number,
    hidden: number,
    peptides: number,
    allele: number,
    w2: number,
    b2: number,
    w3: number,
    b3: number,
    out: number,
  ) => void
  readonly firstLayers: (n: number, networks: number, hidden: number, tableRows: number, table: number, rows: number, out: number) => void
}

export interface Kernel {
  /** First layers of up to BLOCK peptides, kept until the next call. */
  readonly loadPeptides: (peptides: readonly string[], from: number, count: number) => void
  /** Scores the loaded peptides on an allele vector [networks, hidden]: [count, 2], valid until the next call. */
  readonly score: (allele: Float32Array) => Float32Array
}

export function openKernel(wasm: Uint8Array<ArrayBuffer>, weights: NetworkWeights): Kernel {
  const { networks, hidden, hidden2, tableRows } = weights
  if (hidden2 !== 32 || hidden % 4 !== 0)
    throw new Error('the kernel is written for a second layer of 32 and a first layer that is a multiple of 4')
  let top = STATIC_BYTES
  const place = (floats: number): number => {
    const at = Math.ceil(top / 64) * 64
    top = at + floats * 4
    return at
  }
  const at = {
    table: place(weights.table.length),
    w2: place(weights.w2.length),
    b2: place(weights.b2.length),
    w3: place(weights.w3.length),
    b3: place(weights.b3.length),
    allele: place(networks * hidden),
    rows: place(BLOCK * ROWS_PER_PEPTIDE),
    peptides: place(networks * BLOCK * hidden),
    out: place(BLOCK * 2),
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } })
  const kernel = instance.exports as unknown as KernelExports
  const f32 = new Float32Array(memory.buffer)
  for (const name of ['table', 'w2', 'b2', 'w3', 'b3'] as const) f32.set(weights[name], at[name] / 4)
  const rows = new Int32Array(memory.buffer, at.rows, BLOCK * ROWS_PER_PEPTIDE)
  let loaded = 0
  return {
    loadPeptides(peptides, from, count) {
      for (let i = 0; i < count; i++) encodePeptide(peptides[from + i]!, rows, i * ROWS_PER_PEPTIDE)
      kernel.firstLayers(count, networks, hidden, tableRows, at.table, at.rows, at.peptides)
      loaded = count
    },
    score(allele) {
      f32.set(allele, at.allele / 4)
      kernel.scoreBlock(loaded, networks, hidden, at.peptides, at.allele, at.w2, at.b2, at.w3, at.b3, at.out)
      return new Float32Array(memory.buffer, at.out, loaded * 2)
    },
  }
}
