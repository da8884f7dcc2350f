// The class I network in plain TypeScript: the reference that the kernel is held equal to. Layout and meaning: models/class1/network.py.
import type { ModelFile } from './model-file.ts'

export interface NetworkWeights {
  readonly networks: number
  readonly hidden: number
  readonly hidden2: number
  /** Rows of the first-layer table: 10 × 20 end residues, 20 middle residues, lengths. */
  readonly tableRows: number
  /** [networks, tableRows, hidden] */
  readonly table: Float32Array
  /** [networks, hidden, hidden2] */
  readonly w2: Float32Array
  readonly b2: Float32Array
  /** [networks, 2, hidden2]: output by output. */
  readonly w3: Float32Array
  readonly b3: Float32Array
}

/** Residues read from each end of the peptide. */
const ENDS = 5

export function loadWeights(file: ModelFile): NetworkWeights {
  const { networks, hidden, hidden2 = 32, end = ENDS, min_length, max_length } = file.header
  const tableRows = 2 * end * 20 + 20 + (max_length - min_length + 1)
  const join = (name: string) => {
    const parts = Array.from({ length: networks }, (_, k) => file.tensor(`${k}.${name}`))
    const out = new Float32Array(parts.reduce((n, part) => n + part.length, 0))
    let at = 0
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }
  const w3 = join('w3')
  const transposed = new Float32Array(w3.length)
  for (let k = 0; k < networks; k++) {
    for (let j = 0; j < hidden2; j++)
      for (let o = 0; o < 2; o++) transposed[k * hidden2 * 2 + o * hidden2 + j] = w3[k * hidden2 * 2 + j * 2 + o]!
  }
  return { networks, hidden, hidden2, tableRows, table: join('w1'), w2: join('w2'), b2: join('b2'), w3: transposed, b3: join('b3') }
}

/** Allele's part of the first layer, [networks, hidden]. */
export function alleleVector(file: ModelFile, row: number): Float32Array {
  const { networks, hidden } = file.header
  const out = new Float32Array(networks * hidden)
  for (let k = 0; k < networks; k++) out.set(file.row(`${k}.alleles`, row), k * hidden)
  return out
}

/** i32 per peptide in the kernel's input: count of end and length rows, count of middle rows, row numbers. */
export const ROWS_PER_PEPTIDE = 17
const MIDDLE_ROW = 2 * ENDS * 20
const LENGTH_ROW = MIDDLE_ROW + 20

const RESIDUE = new Int32Array(128).fill(-1)
for (const [i, residue] of [...'ACDEFGHIKLMNPQRSTVWY'].entries()) RESIDUE[residue.charCodeAt(0)] = i

/** Table rows of a peptide of 8-14 standard residues, written at `at`. */
export function encodePeptide(peptide: string, rows: Int32Array, at: number): void {
  const length = peptide.length
  const middle = Math.max(0, length - 2 * ENDS)
  rows[at] = 2 * ENDS + 1
  rows[at + 1] = middle
  let to = at + 2
  for (let k = 0; k < ENDS; k++) {
    rows[to++] = k * 20 + RESIDUE[peptide.charCodeAt(k)]!
    rows[to++] = (ENDS + k) * 20 + RESIDUE[peptide.charCodeAt(length - ENDS + k)]!
  }
  rows[to++] = LENGTH_ROW + length - 8
  for (let k = 0; k < middle; k++) rows[to++] = MIDDLE_ROW + RESIDUE[peptide.charCodeAt(ENDS + k)]!
}

/** Presentation and affinity outputs (0-1) of one peptide on one allele. */
export function scorePlain(weights: NetworkWeights, peptide: string, allele: Float32Array): readonly [number, number] {
  const { networks, hidden, hidden2, tableRows, table, w2, b2, w3, b3 } = weights
  const rows = new Int32Array(ROWS_PER_PEPTIDE)
  encodePeptide(peptide, rows, 0)
  const outputs: [number, number] = [0, 0]
  for (let k = 0; k < networks; k++) {
    const second = Array.from({ length: hidden2 }, (_, j) => b2[k * hidden2 + j]!)
    for (let h = 0; h < hidden; h++) {
      let x = allele[k * hidden + h]!
      for (let r = 0; r < rows[0]!; r++) x += table[(k * tableRows + rows[2 + r]!) * hidden + h]!
      for (let r = 0; r < rows[1]!; r++) x += table[(k * tableRows + rows[2 + rows[0]! + r]!) * hidden + h]! / rows[1]!
      if (x > 0) for (let j = 0; j < hidden2; j++) second[j]! += x * w2[(k * hidden + h) * hidden2 + j]!
    }
    for (const o of [0, 1] as const) {
      let z = b3[k * 2 + o]!
      for (let j = 0; j < hidden2; j++) z += Math.max(0, second[j]!) * w3[(k * 2 + o) * hidden2 + j]!
      outputs[o] += 1 / (1 + Math.exp(-z)) / networks
    }
  }
  return outputs
}
