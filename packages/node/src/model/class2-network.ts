// The class II networks in plain TypeScript: the reference that the kernel is held equal to. Layout and meaning: models/class2/network.py.
import type { ModelFile } from './model-file.ts'
import { RESIDUE_CODE } from './residue-code.ts'

export interface Class2Weights {
  readonly networks: number
  /** Hidden units of one network. */
  readonly hidden: number
  /** By network: registers add up as temperature · log Σ exp(z / temperature). */
  readonly temperatures: Float32Array
  /** [networks, hidden] */
  readonly w2: Float32Array
  readonly b2: Float32Array
}

export const CORE = 9
const FLANK = 3
export const LEFT_ROW = CORE * 20
export const RIGHT_ROW = LEFT_ROW + 20
const LEFT_LENGTH_ROW = RIGHT_ROW + 20
const RIGHT_LENGTH_ROW = LEFT_LENGTH_ROW + 7
export const CLASS2_LENGTH_ROW = RIGHT_LENGTH_ROW + 7
/** Rows of a molecule's table: core residues, mean of the residues on its left and right, flank lengths, peptide length. */
export const CLASS2_ROWS = CLASS2_LENGTH_ROW + 10

export const loadClass2Weights = (file: ModelFile): Class2Weights => ({
  networks: file.header.gated,
  hidden: file.header.hidden,
  temperatures: file.tensor('temperatures'),
  w2: file.tensor('w2'),
  b2: file.tensor('b2'),
})

/** Table rows of the flank lengths and of the peptide's length, for a core with that many residues before and after it. */
export const edgeRows = (before: number, after: number): readonly [number, number, number] => [
  LEFT_LENGTH_ROW + Math.min(before, 6),
  RIGHT_LENGTH_ROW + Math.min(after, 6),
  CLASS2_LENGTH_ROW + Math.min(Math.max(before + CORE + after - 11, 0), 9),
]

/** Output (0-1) and core offset of one peptide of 9-30 standard residues on a molecule's table [networks, CLASS2_ROWS, hidden]. */
export function scoreClass2Plain(weights: Class2Weights, peptide: string, table: Float32Array): readonly [number, number] {
  const { networks, hidden, temperatures, w2, b2 } = weights
  const registers = peptide.length - CORE + 1
  const registerScores = Array.from({ length: networks }, (): number[] => [])
  let best = 0
  let highest = -1
  const code = (at: number) => RESIDUE_CODE[peptide.charCodeAt(at)]!
  for (let r = 0; r < registers; r++) {
    const after = registers - 1 - r
    const rows: [number, number][] = edgeRows(r, after).map(row => [row, 1])
    for (let k = 0; k < CORE; k++) rows.push([k * 20 + code(r + k), 1])
    for (let k = 1; k <= Math.min(r, FLANK); k++) rows.push([LEFT_ROW + code(r - k), 1 / Math.min(r, FLANK)])
    for (let k = 0; k < Math.min(after, FLANK); k++) rows.push([RIGHT_ROW + code(r + CORE + k), 1 / Math.min(after, FLANK)])
    let mean = 0
    for (let n = 0; n < networks; n++) {
      let z = b2[n]!
      for (let h = 0; h < hidden; h++) {
        let x = 0
        for (const [row, share] of rows) x += share * table[(n * CLASS2_ROWS + row) * hidden + h]!
        z += Math.max(x, 0) * w2[n * hidden + h]!
      }
      registerScores[n]!.push(z)
      mean += 1 / (1 + Math.exp(-z))
    }
    if (mean > highest) {
      highest = mean
      best = r
    }
  }
  const pooled = registerScores.map((zs, n) => temperatures[n]! * Math.log(zs.reduce((sum, z) => sum + Math.exp(z / temperatures[n]!), 0)))
  return [pooled.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0) / networks, best]
}
