// Usage: calibrate.ts MODEL.cogm PEPTIDES.txt PART/PARTS [ROW,ROW,…]. Fills the rank tables of a model that was just trained: the kernel scores the peptides on every molecule,
// and the scores at the model's ranks are written in place as half-precision logits (a half-precision score would lose its order near 0 and 1).
// Molecules with training data are scored on all peptides, the others on every second. Several processes may each do a part.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { must } from '../packages/node/src/cli/exit.ts'
import { BLOCK, openKernel } from '../packages/node/src/model/class1-kernel.ts'
import { CLASS1_LENGTH_ROW, loadWeights } from '../packages/node/src/model/class1-network.ts'
import { CLASS2_BLOCK, openClass2Kernel, spreadTable } from '../packages/node/src/model/class2-kernel.ts'
import { CLASS2_LENGTH_ROW, loadClass2Weights } from '../packages/node/src/model/class2-network.ts'
import { type ModelFile, readModelFile } from '../packages/node/src/model/model-file.ts'
import { loadSharedTables, moleculeTable } from '../packages/node/src/model/molecule-table.ts'
import { compileKernel } from '../scripts/build.mjs'

/** Scores of the peptides on the molecule in one row of the file, by the tensor they calibrate. */
type Scorer = (row: number, peptides: readonly string[]) => ReadonlyMap<string, Float32Array>

async function class1Scorer(file: ModelFile): Promise<Scorer> {
  const kernel = openKernel(await compileKernel('class1-kernel'), loadWeights(file))
  const tables = loadSharedTables(file, CLASS1_LENGTH_ROW)
  return (row, peptides) => {
    kernel.loadTable(moleculeTable(tables, file, row))
    const presentation = new Float32Array(peptides.length)
    const affinity = new Float32Array(peptides.length)
    for (let from = 0; from < peptides.length; from += BLOCK) {
      const count = Math.min(BLOCK, peptides.length - from)
      kernel.loadPeptides(peptides, from, count)
      const scores = kernel.score()
      for (let p = 0; p < count; p++) {
        presentation[from + p] = scores[2 * p]!
        affinity[from + p] = scores[2 * p + 1]!
      }
    }
    return new Map([
      ['rank_presentation', presentation],
      ['rank_affinity', affinity],
    ])
  }
}

async function class2Scorer(file: ModelFile): Promise<Scorer> {
  const weights = loadClass2Weights(file)
  const kernel = openClass2Kernel(await compileKernel('class2-kernel'), weights)
  const tables = loadSharedTables(file, CLASS2_LENGTH_ROW)
  return (row, peptides) => {
    kernel.loadTable(spreadTable(weights, moleculeTable(tables, file, row)))
    const affinity = new Float32Array(peptides.length)
    for (let from = 0; from < peptides.length; from += CLASS2_BLOCK) {
      const count = Math.min(CLASS2_BLOCK, peptides.length - from)
      const scores = kernel.score(peptides, from, count)
      for (let p = 0; p < count; p++) affinity[from + p] = scores[2 * p]!
    }
    return new Map([['rank_affinity', affinity]])
  }
}

const [path = '', peptideFile = '', part = '0/1', rows] = process.argv.slice(2)
const only = rows === undefined ? undefined : new Set(rows.split(',').map(Number))
const [mine = 0, parts = 1] = part.split('/').map(Number)
const file = must(readModelFile(path))
const peptides = readFileSync(peptideFile, 'utf8').trim().split('\n')
const half = peptides.filter((_, i) => i % 2 === 0)
const ranks = file.tensor('ranks')
const scorer = file.header.hidden2 === undefined ? await class2Scorer(file) : await class1Scorer(file)
const descriptor = openSync(path, 'r+')
file.header.allele_support.forEach(([ligands, affinities], row) => {
  if (row % parts !== mine || only?.has(row) === false) return
  for (const [tensor, scores] of scorer(row, ligands + affinities > 0 ? peptides : half)) {
    scores.sort().reverse()
    const at = (rank: number) => scores[Math.max(0, Math.ceil((rank / 100) * scores.length) - 1)]!
    const logits = Float16Array.from(ranks, (rank, i) => {
      // the worst of all peptides tells nothing: below 1e-7 the last rank takes the score of the one before it
      const floor = i === ranks.length - 1 ? Math.min(1e-7, at(ranks[i - 1]!)) : 1e-30
      const y = Math.min(1 - 1e-7, Math.max(floor, at(rank)))
      return Math.log(y / (1 - y))
    })
    writeSync(descriptor, new Uint8Array(logits.buffer), 0, logits.byteLength, file.rowOffset(tensor, row))
  }
  if (row % 200 === mine) process.stdout.write(`  percentiles of molecule ${row} of ${file.header.allele_support.length}\n`)
})
closeSync(descriptor)
