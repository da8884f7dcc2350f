// Owns the WebAssembly memory of the class II kernel: weights once, then batches of peptides on all wanted molecules.
import { type Class2Weights, CORE } from './class2-network.ts'

export const CLASS2_BLOCK = 256
const MAX_LENGTH = 30
const MAX_REGISTERS = MAX_LENGTH - CORE + 1
/** The compiler keeps its own tables at the start of memory. */
const STATIC_BYTES = 65536

const RESIDUE = new Uint8Array(128)
for (const [i, residue] of [...'ACDEFGHIKLMNPQRSTVWY'].entries()) RESIDUE[residue.charCodeAt(0)] = i

interface KernelExports {
  readonly scoreClass2: (...values: readonly number[]) => void
}

export interface Class2Kernel {
  /** Scores `count` peptides (at most CLASS2_BLOCK) from `from`: [count, alleles, 2], output and core offset; valid until the next call. */
  readonly score: (peptides: readonly string[], from: number, count: number) => Float32Array
}

/** `vectors` [alleles, hidden]: the molecules that every call scores. */
export function openClass2Kernel(wasm: WebAssembly.Module, weights: Class2Weights, vectors: Float32Array): Class2Kernel {
  const { networks, hidden } = weights
  if ((hidden / networks) % 12 !== 0) throw new Error('the kernel is written for networks whose hidden units are a multiple of 12')
  const alleles = vectors.length / hidden
  let top = STATIC_BYTES
  const place = (bytes: number): number => {
    const at = Math.ceil(top / 64) * 64
    top = at + bytes
    return at
  }
  const at = {
    codes: place(CLASS2_BLOCK * MAX_LENGTH),
    lengths: place(CLASS2_BLOCK * 4),
    table: place(weights.table.length * 4),
    vectors: place(vectors.length * 4),
    w2: place(hidden * 4),
    b2: place(networks * 4),
    sums: place(MAX_REGISTERS * hidden * 4),
    z: place(MAX_REGISTERS * networks * 4),
    out: place(CLASS2_BLOCK * alleles * 8),
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1 })
  const kernel = new WebAssembly.Instance(wasm, { env: { memory } }).exports as unknown as KernelExports
  const f32 = new Float32Array(memory.buffer)
  f32.set(weights.table, at.table / 4)
  f32.set(vectors, at.vectors / 4)
  f32.set(weights.w2, at.w2 / 4)
  f32.set(weights.b2, at.b2 / 4)
  const codes = new Uint8Array(memory.buffer, at.codes, CLASS2_BLOCK * MAX_LENGTH)
  const lengths = new Int32Array(memory.buffer, at.lengths, CLASS2_BLOCK)
  return {
    score(peptides, from, count) {
      for (let p = 0; p < count; p++) {
        const peptide = peptides[from + p]!
        lengths[p] = peptide.length
        for (let i = 0; i < peptide.length; i++) codes[p * MAX_LENGTH + i] = RESIDUE[peptide.charCodeAt(i)]!
      }
      kernel.scoreClass2(count, networks, hidden, alleles, at.codes, at.lengths, at.table, at.vectors, at.w2, at.b2, at.sums, at.z, at.out)
      return new Float32Array(memory.buffer, at.out, count * alleles * 2)
    },
  }
}
