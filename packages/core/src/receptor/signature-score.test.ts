import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { data, oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { MatrixMarketReader } from '../format/index.ts'
import {
  type ExpressionMatrix,
  makeExpressionMatrix,
  meanScore,
  resolveSignature,
  type Signature,
  scoreClones,
  scoreGenes,
  uCell,
} from './index.ts'

function realMatrix(): ExpressionMatrix {
  const folder = 'singlecell/screpertoire/scRep_example_500cells'
  const reader = new MatrixMarketReader()
  reader.push(gunzipSync(readFileSync(data(`${folder}/matrix.mtx.gz`))))
  const lines = (name: string) => readData(`${folder}/${name}`).trim().split('\n')
  return value(
    makeExpressionMatrix(
      value(reader.finish()),
      lines('features.tsv.gz').map(line => line.split('\t')[1] ?? line),
      lines('barcodes.tsv.gz'),
    ),
  )
}

oracle('mean, score_genes and UCell of 7 gene sets on 500 cells equal the reference programs to 1e-6', () => {
  const matrix = realMatrix()
  const expected = tableOf('singlecell/score-oracles/scRep_500_expected.tsv.gz')
  const genes = Map.groupBy(tableOf('signatures/signatures.tsv'), row => row.signature!)
  const methods = {
    mean: meanScore,
    score_genes_all_controls: scoreGenes,
    UCell_impute: (m: ExpressionMatrix, s: ReturnType<typeof resolveSignature>) => uCell(m, s, 'impute'),
    UCell_skip: (m: ExpressionMatrix, s: ReturnType<typeof resolveSignature>) => uCell(m, s, 'skip'),
  }
  let compared = 0
  for (const name of [
    'NeoTCR8',
    'NeoTCR4',
    'NeoTCR_PBL',
    'Hanada_CD8_27',
    'Oliveira_TumorSpecific_74',
    'Lowery_CD8_neg',
    'Yost_CD8_Exh_100',
  ]) {
    const signature: Signature = { name, lineage: 'any', genes: genes.get(name)!.map(row => row.gene!), source: '' }
    // the references match exact symbols
    const set = resolveSignature(signature, matrix, false)
    for (const [method, score] of Object.entries(methods)) {
      const ours = score(matrix, set)
      expected.forEach((row, cell) => {
        const theirs = Number(row[`${name}|${method}`])
        if (!(Math.abs(ours[cell]! - theirs) <= 1e-6)) expect.fail(`${name} ${method} cell ${cell}: ${ours[cell]} instead of ${theirs}`)
        compared++
      })
    }
  }
  expect(compared).toBe(7 * 4 * 500)
})

test('old and current symbols find each other', () => {
  const reader = new MatrixMarketReader()
  reader.push(new TextEncoder().encode('%%MatrixMarket matrix coordinate integer general\n2 1 2\n1 1 3\n2 1 1\n'))
  const matrix = value(makeExpressionMatrix(value(reader.finish()), ['PLAAT3', 'CARS'], ['c1']))
  const set = resolveSignature({ name: 's', lineage: 'CD8', genes: ['PLA2G16', 'CARS1', 'GZMB'], source: '' }, matrix)
  expect(set.present).toBe(2)
  expect(set.missing).toEqual(['GZMB'])
})

test('a clone of high cells passes, the best of fifty singletons does not', () => {
  const cells = Float64Array.from({ length: 60 }, (_, i) => (i < 10 ? 1 : 0.1 + (i % 7) / 100))
  const clones = [Array.from({ length: 10 }, (_, i) => i), ...Array.from({ length: 50 }, (_, i) => [10 + i])]
  const [clone, ...singles] = scoreClones(cells, clones, 'seed')
  expect(clone).toMatchObject({ mean: 1, passes: true })
  expect(singles.filter(score => score.passes)).toEqual([])
  expect(scoreClones(cells, clones, 'seed')).toEqual(scoreClones(cells, clones, 'seed'))
})
