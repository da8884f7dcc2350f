// The shipped class I predictor: model file + kernel → the Predictor interface of core.
import { type Issue, ok, type Result } from '@cognate/core/base'
import { emptyScores, ic50OfOutput, type Predictor } from '@cognate/core/presentation'
import { modelPath } from '../read/paths.ts'
import { BLOCK, openKernel } from './class1-kernel.ts'
import { CLASS1_LENGTH_ROW, loadWeights } from './class1-network.ts'
import { loadSharedTables, moleculeTable } from './molecule-table.ts'
import { alleleCache, describeModel, type OpenedModel, openModel } from './opened-model.ts'
import { logitOfScore, percentileOf, rankTable } from './percentile.ts'

/** Errors: those of `openModel`. */
export function openClass1Predictor(path = modelPath('class1.cogm')): Result<Predictor, Issue> {
  const model = openModel(path, 'class1')
  return model.ok ? ok(makePredictor(model.value)) : model
}

function makePredictor({ file, wasm }: OpenedModel): Predictor {
  const kernel = openKernel(wasm, loadWeights(file))
  const tables = loadSharedTables(file, CLASS1_LENGTH_ROW)
  const ranks = file.tensor('ranks')
  const ranking = (name: string, row: number) => rankTable(ranks, file.row(name, row))
  const load = alleleCache(file, row => ({
    table: moleculeTable(tables, file, row),
    presentation: ranking('rank_presentation', row),
    affinity: ranking('rank_affinity', row),
  }))
  return {
    ...describeModel(file, 'I'),
    predict(peptides, alleles) {
      const wanted = alleles.map(load)
      const block = emptyScores(peptides.length, alleles)
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
            block.presentationPercentile[i] = percentileOf(presentation, logitOfScore(scores[2 * p]!))
            block.ic50NanoMolar[i] = ic50OfOutput(scores[2 * p + 1]!)
            block.affinityPercentile[i] = percentileOf(affinity, logitOfScore(scores[2 * p + 1]!))
          }
        }
      }
      return block
    },
  }
}
