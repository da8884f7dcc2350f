import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import type { Cell } from './cell.ts'
import { mapCells } from './cell-map.ts'
import { cellMapFigure } from './cell-map-figure.ts'
import { makeExpressionMatrix } from './expression-matrix.ts'
import { principalScores } from './principal-components.ts'

test('principal components of a made table of rank three hold all of its variance, uncorrelated, largest first', () => {
  const random = seededRandom('pca')
  const [rows, columns, rank] = [120, 40, 3]
  const factors = Array.from({ length: rank }, (_, k) => Array.from({ length: rows }, () => random.normal() * 3 ** (rank - k)))
  for (const factor of factors) {
    const mean = factor.reduce((sum, x) => sum + x, 0) / rows
    factor.forEach((x, i) => {
      factor[i] = x - mean
    })
  }
  const loadings = factors.map(() => Array.from({ length: columns }, () => random.normal()))
  const values = Float32Array.from({ length: rows * columns }, (_, at) =>
    factors.reduce((sum, factor, k) => sum + factor[Math.floor(at / columns)]! * loadings[k]![at % columns]!, 0),
  )
  const scores = principalScores({ rows, columns, values }, 5, 'seed')
  const column = (k: number) => Array.from({ length: rows }, (_, row) => scores[row * 5 + k]!)
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  const total = values.reduce((sum, x) => sum + x * x, 0)
  const held = [0, 1, 2, 3, 4].map(k => dot(column(k), column(k)) / total)
  expect(held[0]! + held[1]! + held[2]!).toBeCloseTo(1, 4)
  expect(held[0]! > held[1]! && held[1]! > held[2]! && held[3]! < 1e-6).toBe(true)
  expect(Math.abs(dot(column(0), column(1))) / total).toBeLessThan(1e-6)
})

/** 150 cells of three kinds, each with its own 20 of 100 genes, over two lesions. */
function made() {
  const random = seededRandom('kinds')
  const kindOf = Array.from({ length: 150 }, (_, cell) => cell % 3)
  const counts = kindOf
    .flatMap((kind, cell) =>
      Array.from(
        { length: 100 },
        (_, gene) => [gene, cell, random.below(2) + (Math.floor(gene / 20) === kind ? 4 + random.below(6) : 0)] as const,
      ),
    )
    .filter(([, , n]) => n > 0)
  const indptr = new Uint32Array(151)
  for (const [, cell] of counts) indptr[cell + 1]!++
  for (let cell = 0; cell < 150; cell++) indptr[cell + 1]! += indptr[cell]!
  const matrix = value(
    makeExpressionMatrix(
      {
        rows: 100,
        columns: 150,
        indptr,
        indices: Uint32Array.from(counts, ([gene]) => gene),
        data: Float32Array.from(counts, ([, , n]) => n),
      },
      Array.from({ length: 100 }, (_, gene) => `GENE${gene}`),
      Array.from({ length: 150 }, (_, cell) => `C${cell}`),
    ),
  )
  const cells: readonly Cell[] = kindOf.map((_, column) => ({
    lesion: column < 75 ? 'liver' : 'lung',
    barcode: `C${column}`,
    pairing: 'single pair',
    vj: [],
    vdj: [],
    column,
  }))
  return {
    kindOf,
    cells,
    matrices: new Map([
      ['liver', matrix],
      ['lung', matrix],
    ]),
  }
}

test('cells of one kind lie together on the map, whatever their lesion; the same seed draws the same map', () => {
  const { kindOf, cells, matrices } = made()
  const mapped = mapCells(cells, matrices, 'seed')
  expect(mapped.length).toBe(150)
  let alike = 0
  for (const [i, one] of mapped.entries()) {
    const nearest = mapped
      .map((other, j) => [j, (other.x - one.x) ** 2 + (other.y - one.y) ** 2] as const)
      .filter(([j]) => j !== i)
      .sort((a, b) => a[1] - b[1])
      .slice(0, 5)
    alike += nearest.filter(([j]) => kindOf[j] === kindOf[i]).length
  }
  expect(alike / (5 * 150)).toBeGreaterThan(0.95)
  expect(mapCells(cells, matrices, 'seed')).toEqual(mapped)
  const figure = cellMapFigure(
    mapped.map(cell => ({ ...cell, score: 0.5, clone: cell.cell.column === 3 ? 'C1 <CASSF>' : undefined })),
    'NeoTCR8',
  )
  expect(figure.match(/<circle /g)?.length).toBe(3 * 150 + 2 + 1)
  expect(figure).toContain('C1 &lt;CASSF&gt;')
})

test('too few cells, or too few genes in common, make no map', () => {
  const { cells, matrices } = made()
  expect(mapCells(cells.slice(0, 20), matrices, 'seed')).toEqual([])
  expect(
    mapCells(
      cells.map(cell => ({ ...cell, column: undefined })),
      matrices,
      'seed',
    ),
  ).toEqual([])
})
