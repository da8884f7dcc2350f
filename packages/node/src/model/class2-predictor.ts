// The shipped class II predictor: model file + kernel → the Predictor interface of core. Affinity only; the core comes with every score.
import { type Issue, ok, type Result } from '@cognate/core/base'
import { ic50OfOutput, type Predictor } from '@cognate/core/presentation'
import { modelPath } from '../read/paths.ts'
import { CLASS2_BLOCK, openClass2Kernel, spreadTable } from './class2-kernel.ts'
import { CLASS2_LENGTH_ROW, loadClass2Weights } from './class2-network.ts'
import { loadSharedTables, moleculeTable } from './molecule-table.ts'
import { alleleCache, describeModel, type OpenedModel, openModel } from './opened-model.ts'
import { logitOfScore, percentileOf, rankTable } from './percentile.ts'

/** Errors: those of `openModel`. */
export function openClass2Predictor(path = modelPath('class2.cogm')): Result<Predictor, Issue> {
  const model = openModel(path, 'class2')
  return model.ok ? ok(makePredictor(model.value)) : model
}

function makePredictor({ file, wasm }: OpenedModel): Predictor {
  const weights = loadClass2Weights(file)
  const kernel = openClass2Kernel(wasm, weights)
  const tables = loadSharedTables(file, CLASS2_LENGTH_ROW)
  const ranks = file.tensor('ranks')
  const load = alleleCache(file, row => ({
    table: spreadTable(weights, moleculeTable(tables, file, row)),
    affinity: rankTable(ranks, file.row('rank_affinity', row)),
  }))
  return {
    ...describeModel(file, 'II'),
    usualAlpha: beta => file.header.usual_alpha?.[beta],
    predict(peptides, alleles) {
      const wanted = alleles.map(load)
      const size = peptides.length * alleles.length
      const score = new Float32Array(size)
      const percentile = new Float32Array(size)
      const ic50NanoMolar = new Float32Array(size)
      const coreOffset = new Int8Array(size)
      for (const [a, { table, affinity }] of wanted.entries()) {
        kernel.loadTable(table)
        for (let from = 0; from < peptides.length; from += CLASS2_BLOCK) {
          const count = Math.min(CLASS2_BLOCK, peptides.length - from)
          const scores = kernel.score(peptides, from, count)
          for (let p = 0; p < count; p++) {
            const i = (from + p) * alleles.length + a
            score[i] = scores[2 * p]!
            ic50NanoMolar[i] = ic50OfOutput(scores[2 * p]!)
            percentile[i] = percentileOf(affinity, logitOfScore(scores[2 * p]!))
            coreOffset[i] = scores[2 * p + 1]!
          }
        }
      }
      return {
        alleles,
        peptides: peptides.length,
        presentationScore: score,
        presentationPercentile: percentile,
        ic50NanoMolar,
        affinityPercentile: percentile,
        coreOffset,
      }
    },
  }
}
