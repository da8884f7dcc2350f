import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { cellQuality, DEFAULT_CELL_LIMITS, makeExpressionMatrix } from './index.ts'

/** One cell a column: how many genes have how many molecules each, and molecules of MT-CO1, the first gene. */
function matrixOf(cells: readonly (readonly [genes: number, each: number, mitochondrial: number])[], genes: number, first = 'MT-CO1') {
  const indptr = [0]
  const indices: number[] = []
  const counts: number[] = []
  for (const [seen, each, mitochondrial] of cells) {
    if (mitochondrial > 0) {
      indices.push(0)
      counts.push(mitochondrial)
    }
    for (let gene = 1; gene <= seen; gene++) {
      indices.push(gene)
      counts.push(each)
    }
    indptr.push(indices.length)
  }
  const sparse = {
    rows: genes,
    columns: cells.length,
    indptr: Uint32Array.from(indptr),
    indices: Uint32Array.from(indices),
    data: Float32Array.from(counts),
  }
  const names = [first, ...Array.from({ length: genes - 1 }, (_, i) => `G${i}`)]
  return value(
    makeExpressionMatrix(
      sparse,
      names,
      cells.map((_, i) => `cell-${i}`),
    ),
  )
}

test('cells outside the limits, both ends of which are allowed, are told by what is wrong with them', () => {
  const cells = [
    [250, 2, 0],
    [249, 4, 0],
    [15_000, 1, 0],
    [15_001, 1, 0],
    [499, 1, 0],
    [400, 250, 0],
    [400, 251, 0],
    [460, 2, 80],
    [460, 2, 81],
  ] as const
  const { faultOf, caveats } = cellQuality('liver', matrixOf(cells, 20_000), undefined)
  expect(cells.map((_, column) => faultOf(column))).toEqual([
    undefined, // 250 genes, 500 molecules
    'few-genes',
    undefined,
    'many-genes',
    'few-counts',
    undefined, // 100,000 molecules
    'many-counts',
    undefined, // 80 of 1,000 molecules are mitochondrial: 8 %
    'mitochondrial',
  ])
  expect(caveats).toEqual([])
})

test('a panel is not judged by limits made for whole transcriptomes, unless they are given; without mitochondrial genes that is said', () => {
  const panel = matrixOf([[40, 1, 0]], 500)
  expect([cellQuality('liver', panel, undefined).faultOf(0), cellQuality('liver', panel, DEFAULT_CELL_LIMITS).faultOf(0)]).toEqual([
    undefined,
    'few-genes',
  ])
  expect(cellQuality('liver', panel, undefined).caveats[0]!.code).toBe('cell-quality-not-assessed')
  expect(cellQuality('liver', panel, 'none')).toMatchObject({ caveats: [] })
  const nuclei = matrixOf([[400, 2, 0]], 20_000, 'G-1')
  expect(cellQuality('liver', nuclei, undefined).caveats[0]!.code).toBe('mitochondria-not-assessed')
})
