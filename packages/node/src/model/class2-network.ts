// The class II network in plain TypeScript: the reference that the kernel is held equal to. Layout and meaning: models/class2/network.py.
import type { ModelFile } from './model-file.ts'

export interface Class2Weights {
  readonly networks: number
  /** Hidden units of all networks, side by side. */
  readonly hidden: number
  /** [CLASS2_ROWS, hidden] */
  readonly table: Float32Array
  readonly w2: Float32Array
  readonly b2: Float32Array
}

export const CORE = 9
const FLANK = 3
const LEFT_ROW = CORE * 20
const RIGHT_ROW = LEFT_ROW + 20
const LEFT_LENGTH_ROW = RIGHT_ROW + 20
const RIGHT_LENGTH_ROW = LEFT_LENGTH_ROW + 7
const LENGTH_ROW = RIGHT_LENGTH_ROW + 7
export const CLASS2_ROWS = LENGTH_ROW + 10

export const loadClass2Weights = (file: ModelFile): Class2Weights => ({
  networks: file.header.networks,
  hidden: file.header.networks * file.header.hidden,
  table: file.tensor('w1'),
  w2: file.tensor('w2'),
  b2: file.tensor('b2'),
})

const RESIDUES = 'ACDEFGHIKLMNPQRSTVWY'

/** Output (0-1) and core offset of one peptide of 9-30 standard residues on one molecule's vector [hidden]. */
export function scoreClass2Plain(weights: Class2Weights, peptide: string, vector: Float32Array): readonly [number, number] {
  const { networks, hidden, table, w2, b2 } = weights
  const each = hidden / networks
  const registers = peptide.length - CORE + 1
  const tops = new Array<number>(networks).fill(Number.NEGATIVE_INFINITY)
  let best = 0
  let highest = -1
  const row = (at: number, residue: string | undefined) => at + RESIDUES.indexOf(residue ?? '')
  for (let r = 0; r < registers; r++) {
    const right = registers - 1 - r
    const rows: [number, number][] = [
      [LENGTH_ROW + Math.min(Math.max(peptide.length - 11, 0), 9), 1],
      [LEFT_LENGTH_ROW + Math.min(r, 6), 1],
      [RIGHT_LENGTH_ROW + Math.min(right, 6), 1],
    ]
    for (let k = 0; k < CORE; k++) rows.push([row(k * 20, peptide[r + k]), 1])
    for (let k = 1; k <= Math.min(r, FLANK); k++) rows.push([row(LEFT_ROW, peptide[r - k]), 1 / Math.min(r, FLANK)])
    for (let k = 0; k < Math.min(right, FLANK); k++) rows.push([row(RIGHT_ROW, peptide[r + CORE + k]), 1 / Math.min(right, FLANK)])
    let mean = 0
    for (let k = 0; k < networks; k++) {
      let z = b2[k]!
      for (let h = k * each; h < (k + 1) * each; h++) {
        let x = vector[h]!
        for (const [at, share] of rows) x += share * table[at * hidden + h]!
        if (x > 0) z += x * w2[h]!
      }
      tops[k] = Math.max(tops[k]!, z)
      mean += 1 / (1 + Math.exp(-z))
    }
    if (mean > highest) {
      highest = mean
      best = r
    }
  }
  return [tops.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0) / networks, best]
}
