// The shipped class I predictor: model file + kernel → the Predictor interface of core.
import { readFileSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { ic50OfOutput, type Predictor, type ScoreBlock } from '@cognate/core/presentation'
import { kernelPath, modelPath } from '../read/paths.ts'
import { BLOCK, openKernel } from './class1-kernel.ts'
import { class1Table, loadWeights } from './class1-network.ts'
import { loadGatedTables } from './gated-table.ts'
import { type ModelFile, readModelFile } from './model-file.ts'
import { percentileOf, type RankTable, scoreOfLogit } from './percentile.ts'

interface LoadedAllele {
  readonly table: Float32Array
  readonly presentation: RankTable
  readonly affinity: RankTable
}

/** Errors: `model-missing`, `model-format`, `kernel-missing`. */
export function openClass1Predictor(path = modelPath('class1.cogm')): Result<Predictor, Issue> {
  const file = readModelFile(path)
  if (!file.ok) return file
  let wasm: Uint8Array<ArrayBuffer>
  try {
    wasm = new Uint8Array(readFileSync(kernelPath('class1')))
  } catch {
    return fail(issue('kernel-missing', `no scoring kernel at ${kernelPath('class1')}`, 'run `./cognate doctor`, which builds it'))
  }
  return ok(makePredictor(file.value, wasm))
}

function makePredictor(file: ModelFile, wasm: Uint8Array<ArrayBuffer>): Predictor {
  const { header } = file
  const kernel = openKernel(wasm, loadWeights(file))
  const tables = loadGatedTables(file)
  const shared = file.tensor('w1')
  const ranks = file.tensor('ranks')
  const cache = new Map<number, LoadedAllele>()
  const load = (row: number): LoadedAllele => {
    const known = cache.get(row)
    if (known !== undefined) return known
    const ranking = (name: string): RankTable => ({ ranks, scores: file.row(name, row).map(scoreOfLogit) })
    const loaded = {
      table: class1Table(file, tables, shared, row),
      presentation: ranking('rank_presentation'),
      affinity: ranking('rank_affinity'),
    }
    cache.set(row, loaded)
    return loaded
  }
  return {
    id: `${header.model} ${header.version} ${file.sha256.slice(0, 8)}`,
    mhcClass: 'I',
    minLength: header.min_length,
    maxLength: header.max_length,
    alleles: () => Object.keys(header.alleles),
    support(allele) {
      const row = header.alleles[allele]
      if (row === undefined) return undefined
      const [ligands, affinities, distance, nearest] = header.allele_support[row]!
      return { ligands, affinities, distance, nearest }
    },
    predict(peptides: readonly string[], alleles: readonly HlaAllele[]): ScoreBlock {
      const wanted = alleles.map(allele => {
        const row = header.alleles[allele]
        if (row === undefined) throw new Error(`${allele} is not supported: check support() first`)
        return load(row)
      })
      const size = peptides.length * alleles.length
      const block = {
        alleles,
        peptides: peptides.length,
        presentationScore: new Float32Array(size),
        presentationPercentile: new Float32Array(size),
        ic50NanoMolar: new Float32Array(size),
        affinityPercentile: new Float32Array(size),
      }
      // molecule by molecule, so that its table stays in the cache; blocks are encoded again for each, which costs little beside scoring
      for (const [a, { table, presentation, affinity }] of wanted.entries()) {
        kernel.loadTable(table)
        for (let from = 0; from < peptides.length; from += BLOCK) {
          const count = Math.min(BLOCK, peptides.length - from)
          kernel.loadPeptides(peptides, from, count)
          const scores = kernel.score()
          for (let p = 0; p < count; p++) {
            const i = (from + p) * alleles.length + a
            block.presentationScore[i] = scores[2 * p]!
            block.presentationPercentile[i] = percentileOf(presentation, scores[2 * p]!)
            block.ic50NanoMolar[i] = ic50OfOutput(scores[2 * p + 1]!)
            block.affinityPercentile[i] = percentileOf(affinity, scores[2 * p + 1]!)
          }
        }
      }
      return block
    },
  }
}
