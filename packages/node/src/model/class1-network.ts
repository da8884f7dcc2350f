// The class I networks in plain TypeScript: the reference that the kernel is held equal to. Layout and meaning: models/class1/network.py.
import type { ModelFile } from './model-file.ts'
import { RESIDUE_CODE } from './residue-code.ts'

export interface NetworkWeights {
  readonly networks: number
  /** The first so many networks give the presentation output, the others the affinity output. */
  readonly gated: number
  readonly hidden: number
  readonly hidden2: number
  /** [networks, hidden, hidden2] */
  readonly w2: Float32Array
  readonly b2: Float32Array
  /** [networks, hidden2] */
  readonly w3: Float32Array
  readonly b3: Float32Array
}

/** Residues read from each end of the peptide. */
const ENDS = 5
const MIDDLE_ROW = 2 * ENDS * 20
export const CLASS1_LENGTH_ROW = MIDDLE_ROW + 20
/** Rows of a molecule's table: ten end residues, the middle residues, lengths 8 to 14. */
export const CLASS1_ROWS = CLASS1_LENGTH_ROW + 7

export const loadWeights = (file: ModelFile): NetworkWeights => ({
  networks: file.header.gated + file.header.additive,
  gated: file.header.gated,
  hidden: file.header.hidden,
  hidden2: file.header.hidden2!,
  w2: file.tensor('w2'),
  b2: file.tensor('b2'),
  w3: file.tensor('w3'),
  b3: file.tensor('b3'),
})

/** i32 per peptide in the kernel's input: count of end and length rows, count of middle rows, row numbers. */
export const ROWS_PER_PEPTIDE = 17

/** Table rows of a peptide of 8-14 standard residues, written at `at`. */
export function encodePeptide(peptide: string, rows: Int32Array, at: number): void {
  const length = peptide.length
  const middle = Math.max(0, length - 2 * ENDS)
  rows[at] = 2 * ENDS + 1
  rows[at + 1] = middle
  let to = at + 2
  for (let k = 0; k < ENDS; k++) {
    rows[to++] = k * 20 + RESIDUE_CODE[peptide.charCodeAt(k)]!
    rows[to++] = (ENDS + k) * 20 + RESIDUE_CODE[peptide.charCodeAt(length - ENDS + k)]!
  }
  rows[to++] = CLASS1_LENGTH_ROW + length - 8
  for (let k = 0; k < middle; k++) rows[to++] = MIDDLE_ROW + RESIDUE_CODE[peptide.charCodeAt(ENDS + k)]!
}

/** Presentation and affinity outputs (0-1) of one peptide on a molecule's table [networks, CLASS1_ROWS, hidden]. */
export function scorePlain(weights: NetworkWeights, peptide: string, table: Float32Array): readonly [number, number] {
  const { networks, gated, hidden, hidden2, w2, b2, w3, b3 } = weights
  const rows = new Int32Array(ROWS_PER_PEPTIDE)
  encodePeptide(peptide, rows, 0)
  const outputs: [number, number] = [0, 0]
  for (let k = 0; k < networks; k++) {
    const second = Array.from({ length: hidden2 }, (_, j) => b2[k * hidden2 + j]!)
    for (let h = 0; h < hidden; h++) {
      let x = 0
      for (let r = 0; r < rows[0]!; r++) x += table[(k * CLASS1_ROWS + rows[2 + r]!) * hidden + h]!
      for (let r = 0; r < rows[1]!; r++) x += table[(k * CLASS1_ROWS + rows[2 + rows[0]! + r]!) * hidden + h]! / rows[1]!
      if (x > 0) for (let j = 0; j < hidden2; j++) second[j]! += x * w2[(k * hidden + h) * hidden2 + j]!
    }
    let z = b3[k]!
    for (let j = 0; j < hidden2; j++) z += Math.max(0, second[j]!) * w3[k * hidden2 + j]!
    if (k < gated) outputs[0] += z / gated
    else outputs[1] += 1 / (1 + Math.exp(-z)) / (networks - gated)
  }
  return [1 / (1 + Math.exp(-outputs[0])), outputs[1]]
}
