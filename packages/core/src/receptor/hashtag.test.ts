import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { contigRow } from '../format/index.ts'
import { cauchyCombination, falseDiscoveryRates } from './combine-scores.ts'
import { type FeatureBarcode, makeExpressionMatrix, splitFeatures } from './expression-matrix.ts'
import { callFeature } from './feature-calls.ts'
import { findReceptors } from './find-receptors.ts'
import { splitByHashtag } from './hashtag.ts'
import { surfaceLineage } from './lineage.ts'

const CELLS = 2000

/** Counts with overdispersion: a Poisson-like draw around a log-normal rate. */
function counts(random: ReturnType<typeof seededRandom>, rate: (cell: number) => number): Float32Array {
  return Float32Array.from({ length: CELLS }, (_, cell) => Math.max(0, Math.round(rate(cell) * Math.exp(0.5 * random.normal()))))
}

/** Three hashtags over two lesions; 8 % of the cells are doublets of two tags, 4 % carry none. */
function run() {
  const random = seededRandom('hashtags')
  const tags = Array.from({ length: CELLS }, () => {
    const draw = random.unit()
    const first = random.below(3)
    return draw < 0.04 ? [] : draw < 0.12 ? [first, (first + 1 + random.below(2)) % 3] : [first]
  })
  const features: FeatureBarcode[] = [0, 1, 2].map(tag => ({
    name: `HTO-${tag + 1}`,
    type: 'Antibody Capture',
    counts: counts(random, cell => (tags[cell]!.includes(tag) ? 150 : 4)),
  }))
  const barcodes = Array.from({ length: CELLS }, (_, cell) => `CELL${cell}-1`)
  const genes = { rows: 1, columns: CELLS, indptr: new Uint32Array(CELLS + 1), indices: new Uint32Array(0), data: new Float32Array(0) }
  return { tags, matrix: value(makeExpressionMatrix(genes, ['CD3E'], barcodes, features)) }
}

const chain = (cell: number) =>
  contigRow({
    line: 1,
    cellId: `CELL${cell}-1`,
    sequenceId: `CELL${cell}-1_1`,
    vCall: 'TRBV9',
    jCall: 'TRBJ1-1',
    productive: true,
    junction: 'TGTTTT',
    junctionAa: 'CF',
    umiCount: 3,
  })

test('cells of a made run go to the lesion of their hashtag, doublets and unmarked cells are left behind', () => {
  const { tags, matrix } = run()
  const lesionOf = ['liver', 'lung', 'lung']
  const split = value(
    splitByHashtag({
      run: 'run',
      contigs: Array.from({ length: CELLS }, (_, cell) => chain(cell)),
      matrix,
      hashtags: new Map(lesionOf.map((lesion, tag) => [`HTO-${tag + 1}`, lesion])),
    }),
  )
  const given = new Map(split.lesions.flatMap(({ lesion, contigs }) => contigs.map(row => [row.cellId, lesion] as const)))
  let right = 0
  tags.forEach((own, cell) => {
    const lesions = new Set(own.map(tag => lesionOf[tag]))
    if ((lesions.size === 1 ? [...lesions][0] : undefined) === given.get(`CELL${cell}-1`)) right++
  })
  expect(right / CELLS).toBeGreaterThan(0.98)
  const count = (reason: string) => split.funnel.find(row => row.reason === reason)?.count ?? 0
  expect(count('in')).toBe(CELLS)
  expect(count('out') + count('hashtag-none') + count('hashtag-doublet')).toBe(CELLS)
  expect(count('hashtag-doublet')).toBeGreaterThan(50)
})

test('a hashtag that no cell carries is not cut in two, and one that is not there is named', () => {
  const random = seededRandom('noise')
  expect(callFeature({ name: 'HTO-9', type: 'Antibody Capture', counts: counts(random, () => 4) })).toMatchObject({ separated: false })
  const { matrix } = run()
  expect(splitByHashtag({ run: 'run', contigs: [chain(1)], matrix, hashtags: new Map([['HTO-7', 'liver']]) })).toMatchObject({
    ok: false,
    issue: { code: 'hashtag-unknown' },
  })
})

test('antibodies against CD4 and CD8 tell the lineage, whatever they are called', () => {
  const random = seededRandom('surface')
  const isCd8 = (cell: number) => cell % 3 === 0
  const features: FeatureBarcode[] = [
    { name: 'CD8a_TotalSeqC', type: 'Antibody Capture', counts: counts(random, cell => (isCd8(cell) ? 200 : 6)) },
    { name: 'anti-human CD4', type: 'Antibody Capture', counts: counts(random, cell => (isCd8(cell) ? 6 : 200)) },
    { name: 'CD45RA', type: 'Antibody Capture', counts: counts(random, () => 50) },
  ]
  const surface = surfaceLineage({ ...run().matrix, features })
  const called = Array.from({ length: CELLS }, (_, cell) => surface?.of(cell))
  expect(called.filter((lineage, cell) => lineage === (isCd8(cell) ? 'CD8' : 'CD4')).length / CELLS).toBeGreaterThan(0.98)
  expect(surfaceLineage(run().matrix)).toBeUndefined()
})

test('rows that are no gene leave the matrix and its totals', () => {
  const all = value(
    makeExpressionMatrix(
      { rows: 3, columns: 2, indptr: Uint32Array.of(0, 2, 4), indices: Uint32Array.of(0, 1, 1, 2), data: Float32Array.of(5, 90, 7, 2) },
      ['CD3E', 'HTO-1', 'CD8A'],
      ['a', 'b'],
    ),
  )
  const split = value(splitFeatures(all, ['Gene Expression', 'Multiplexing Capture', 'Gene Expression']))
  expect([split.genes, [...split.totals], split.features]).toEqual([
    ['CD3E', 'CD8A'],
    [5, 2],
    [{ name: 'HTO-1', type: 'Multiplexing Capture', counts: Float32Array.of(90, 7) }],
  ])
})

test('combined p of independent uniform p stays uniform where it is small, and of one p is that p', () => {
  const random = seededRandom('cauchy')
  const draws = 20_000
  const ps = Array.from({ length: draws }, () => cauchyCombination([random.unit(), random.unit(), random.unit()]))
  for (const level of [0.001, 0.01, 0.05]) {
    const share = ps.filter(p => p <= level).length / draws
    expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / draws) + 0.1 * level)
  }
  // the same p three times: full dependence changes nothing
  expect(cauchyCombination([0.003, 0.003, 0.003])).toBeCloseTo(0.003, 10)
})

test('false discovery rates are those of R p.adjust(method = "BH")', () => {
  const ps = [0.01, 0.04, 0.03, 0.005, 0.5]
  const expected = [0.025, 0.05, 0.05, 0.025, 0.5]
  falseDiscoveryRates(ps).forEach((q, i) => {
    expect(q).toBeCloseTo(expected[i]!, 12)
  })
})

test('a bulk repertoire is no list of cells', () => {
  expect(
    findReceptors([{ lesion: 'liver', contigs: [{ ...chain(1), cellId: '' }], matrix: undefined }], {
      signatures: [],
      candidates: 1,
      seed: 's',
    }),
  ).toMatchObject({ ok: false, issue: { code: 'no-cells' } })
})
