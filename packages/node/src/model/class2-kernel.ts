// Owns the WebAssembly memory of the class II kernel: weights once, one molecule's tables at a time, peptides in blocks of 256.
import { STATIC_BYTES } from '../read/kernel.ts'
import { CLASS2_ROWS, type Class2Weights, CORE, edgeRows, LEFT_ROW, RIGHT_ROW } from './class2-network.ts'
import { RESIDUE_CODE } from './residue-code.ts'

export const CLASS2_BLOCK = 256
const MAX_LENGTH = 30
/** Twenty residues at each of three weights, and a row of zeros. */
const FLANK_ROWS = 61
const MAX_REGISTERS = MAX_LENGTH - CORE + 1
/** In whole vectors of four. */
const PADDED_REGISTERS = Math.ceil(MAX_REGISTERS / 4) * 4

interface KernelExports {
  readonly scoreClass2: (...values: readonly number[]) => void
}

/** A molecule's table spread out for the kernel: networks side by side, flanks at their three weights, edges summed. */
export interface SpreadTable {
  readonly core: Float32Array
  readonly left: Float32Array
  readonly right: Float32Array
  readonly edge: Float32Array
}

/** From [networks, CLASS2_ROWS, hidden]. */
export function spreadTable(weights: Class2Weights, table: Float32Array): SpreadTable {
  const { networks, hidden } = weights
  const width = networks * hidden
  const make = (rows: number, fill: (row: number) => readonly (readonly [number, number])[]) => {
    const out = new Float32Array(rows * width)
    for (let row = 0; row < rows; row++) {
      for (const [from, share] of fill(row)) {
        for (let n = 0; n < networks; n++) {
          const at = (n * CLASS2_ROWS + from) * hidden
          for (let h = 0; h < hidden; h++) out[row * width + n * hidden + h]! += share * table[at + h]!
        }
      }
    }
    return out
  }
  const flank = (first: number) =>
    make(FLANK_ROWS, row => (row === FLANK_ROWS - 1 ? [] : [[first + (row % 20), 1 / (3 - Math.floor(row / 20))]]))
  return {
    core: make(CORE * 20, row => [[row, 1]]),
    left: flank(LEFT_ROW),
    right: flank(RIGHT_ROW),
    edge: make(MAX_REGISTERS * MAX_REGISTERS, row => {
      const before = Math.floor(row / MAX_REGISTERS)
      const after = row % MAX_REGISTERS
      return before + after < MAX_REGISTERS ? edgeRows(before, after).map(from => [from, 1] as const) : []
    }),
  }
}

export interface Class2Kernel {
  readonly loadTable: (table: SpreadTable) => void
  /** Scores `count` peptides (at most CLASS2_BLOCK) from `from`: [count, 2], output and core offset; valid until the next call. */
  readonly score: (peptides: readonly string[], from: number, count: number) => Float32Array
}

export function openClass2Kernel(wasm: Uint8Array<ArrayBuffer>, weights: Class2Weights): Class2Kernel {
  const { networks, hidden } = weights
  if (hidden % 4 !== 0) throw new Error('the kernel is written for networks whose hidden units are a multiple of 4')
  const width = networks * hidden
  let top = STATIC_BYTES
  const place = (bytes: number): number => {
    const at = Math.ceil(top / 64) * 64
    top = at + bytes
    return at
  }
  const at = {
    codes: place(CLASS2_BLOCK * MAX_LENGTH),
    lengths: place(CLASS2_BLOCK * 4),
    core: place(CORE * 20 * width * 4),
    left: place(FLANK_ROWS * width * 4),
    right: place(FLANK_ROWS * width * 4),
    edge: place(MAX_REGISTERS * MAX_REGISTERS * width * 4),
    w2: place(width * 4),
    b2: place(networks * 4),
    temperatures: place(networks * 4),
    z: place(networks * PADDED_REGISTERS * 4),
    seen: place(PADDED_REGISTERS * 4),
    out: place(CLASS2_BLOCK * 8),
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1 })
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } }).exports as unknown as KernelExports
  const f32 = new Float32Array(memory.buffer)
  f32.set(weights.w2, at.w2 / 4)
  f32.set(weights.b2, at.b2 / 4)
  f32.set(weights.temperatures, at.temperatures / 4)
  const codes = new Uint8Array(memory.buffer, at.codes, CLASS2_BLOCK * MAX_LENGTH)
  const lengths = new Int32Array(memory.buffer, at.lengths, CLASS2_BLOCK)
  return {
    loadTable(table) {
      for (const name of ['core', 'left', 'right', 'edge'] as const) f32.set(table[name], at[name] / 4)
    },
    score(peptides, from, count) {
      for (let p = 0; p < count; p++) {
        const peptide = peptides[from + p]!
        lengths[p] = peptide.length
        for (let i = 0; i < peptide.length; i++) codes[p * MAX_LENGTH + i] = RESIDUE_CODE[peptide.charCodeAt(i)]!
      }
      const { core, left, right, edge, w2, b2, z, seen, out } = at
      kernel.scoreClass2(count, networks, width, at.temperatures, at.codes, at.lengths, core, left, right, edge, w2, b2, z, seen, out)
      return new Float32Array(memory.buffer, at.out, count * 2)
    },
  }
}
