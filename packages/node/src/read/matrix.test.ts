import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SparseColumns } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { data, oracle, tableOf, value } from '../../../../test/oracle.ts'
import { countsOfLogs } from './h5ad.ts'
import { readExpressionMatrix } from './matrix.ts'
import { readTenxH5 } from './tenx-h5.ts'

oracle('10x HDF5, versions 2 and 3: shape, entries, sums and names as h5py reads them; two genomes unnamed are refused', async () => {
  const rows = tableOf('singlecell/matrix_expected.tsv').filter(row => row.file!.endsWith('.h5'))
  expect(rows.length).toBe(4)
  for (const row of rows) {
    const matrix = value(await readTenxH5(data(`singlecell/${row.file}`), row.group === 'matrix' ? undefined : row.group))
    expect([row.file, matrix.genes.length, matrix.barcodes.length, matrix.counts.indices.length]).toEqual([
      row.file,
      Number(row.features),
      Number(row.cells),
      Number(row.nnz),
    ])
    expect([matrix.barcodes[0], matrix.barcodes.at(-1), matrix.genes[0], matrix.genes.at(-1)]).toEqual([
      row.first_barcode,
      row.last_barcode,
      row.first_feature,
      row.last_feature,
    ])
    expect([matrix.totals.reduce((a, b) => a + b, 0), matrix.totals[0], matrix.totals.at(-1)]).toEqual([
      Number(row.sum),
      Number(row.first_cell_sum),
      Number(row.last_cell_sum),
    ])
  }
  expect(await readExpressionMatrix(data('singlecell/tenx-matrix/1.2.0__multiple_genomes.h5'))).toMatchObject({
    ok: false,
    issue: { code: 'h5-genomes' },
  })
})

oracle('the folder with matrix.mtx.gz holds the same counts as the HDF5 file', async () => {
  const h5 = value(await readExpressionMatrix(data('singlecell/tenx-matrix/3.0.0__filtered_feature_bc_matrix.h5')))
  expect(h5.counts.rows).toBe(507)
  expect(await readExpressionMatrix(data('singlecell/mhc-does-not-exist'))).toMatchObject({ ok: false, issue: { code: 'file-missing' } })
  expect(await readExpressionMatrix(data('singlecell/scirpy'))).toMatchObject({ ok: false, issue: { code: 'matrix-files' } })
  expect(await readExpressionMatrix(data('singlecell/README.md'))).toMatchObject({ ok: false, issue: { code: 'h5-layout' } })
})

oracle('an h5ad written by anndata holds the counts, genes and cells of its Matrix Market twin', async () => {
  const folder = 'singlecell/screpertoire/scRep_example_500cells'
  const h5ad = value(await readExpressionMatrix(data(`${folder}/scRep_example.h5ad`)))
  const mtx = value(await readExpressionMatrix(data(folder)))
  expect(h5ad.counts.data.length).toBe(140_880)
  expect(h5ad.barcodes).toEqual(mtx.barcodes)
  expect(h5ad.genes).toEqual(mtx.genes)
  expect(h5ad.totals).toEqual(mtx.totals)
  expect(h5ad.counts.indptr).toEqual(mtx.counts.indptr)
  for (let cell = 0; cell < 500; cell++) expect(entries(h5ad.counts, cell)).toEqual(entries(mtx.counts, cell))
})

/** Entries of a column by row. */
const entries = ({ indptr, indices, data }: SparseColumns, column: number) =>
  [...indices.subarray(indptr[column], indptr[column + 1])]
    .map((row, i) => [row, data[indptr[column]! + i]] as const)
    .sort((a, b) => a[0] - b[0])

/** An AnnData file as anndata 0.7 lays it out: csc counts in a layer, Ensembl ids as index, symbols as old-style categories; X as given. */
async function writeH5ad(path: string, x: readonly number[], withLayer: boolean): Promise<void> {
  const h5 = await import('h5wasm/node')
  await h5.ready
  const file = new h5.File(path, 'w')
  const text = (name: string, values: readonly string[]) => file.create_dataset({ name, data: [...values], dtype: 'S20' })
  const group = (name: string, attributes: Readonly<Record<string, string>>) => {
    const made = file.create_group(name)
    for (const [key, content] of Object.entries(attributes)) made.create_attribute(key, content)
    return made
  }
  file.create_dataset({ name: 'X', data: Float32Array.from(x), shape: [2, 3] })
  group('obs', { _index: '_index' })
  text('obs/_index', ['a-1', 'b-1'])
  group('var', { _index: 'gene_ids' })
  text('var/gene_ids', ['ENSG01', 'ENSG02', 'ENSG03'])
  file.create_dataset({ name: 'var/gene_symbols', data: Int8Array.of(2, 0, 1) })
  group('var/__categories', {})
  text('var/__categories/gene_symbols', ['CD4', 'CD8A', 'CXCL13'])
  if (withLayer) {
    group('layers', {})
    group('layers/counts', { 'encoding-type': 'csc_matrix' }).create_attribute('shape', Int32Array.of(2, 3))
    // cells × genes [[5, 0, 2], [1, 7, 0]] column by column
    file.create_dataset({ name: 'layers/counts/indptr', data: Int32Array.of(0, 2, 3, 4) })
    file.create_dataset({ name: 'layers/counts/indices', data: Int32Array.of(0, 1, 1, 0) })
    file.create_dataset({ name: 'layers/counts/data', data: Float32Array.of(5, 1, 7, 2) })
  }
  file.close()
}

test('h5ad: counts of a layer by columns win over a normalised X; symbols come from categories; X alone is refused when it is no count', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-h5ad-'))
  const path = join(folder, 'a.h5ad')
  await writeH5ad(path, [1.2, 0, 0.4, 0.3, 1.9, 0], true)
  const { genes, barcodes, counts } = value(await readExpressionMatrix(path))
  expect([genes, barcodes, [0, 1].map(cell => entries(counts, cell))]).toEqual([
    ['CXCL13', 'CD4', 'CD8A'],
    ['a-1', 'b-1'],
    [
      [
        [0, 5],
        [2, 2],
      ],
      [
        [0, 1],
        [1, 7],
      ],
    ],
  ])
  const logged = join(folder, 'b.h5ad')
  await writeH5ad(logged, [1.2, 0, 0.4, 0.3, 1.9, 0], false)
  expect(await readExpressionMatrix(logged)).toMatchObject({ ok: false, issue: { code: 'h5ad-not-counts' } })
  const dense = join(folder, 'c.h5ad')
  await writeH5ad(dense, [5, 0, 2, 1, 7, 0], false)
  expect(value(await readExpressionMatrix(dense)).totals).toEqual(Float64Array.of(7, 8))
})

test('h5ad: counts come back from their logarithms when asked for, whatever the scale and base; what is no logarithm of counts is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-h5ad-'))
  // cells [[5, 0, 1], [1, 7, 2]] in counts per ten thousand, as scanpy writes them, and to base 2
  const scaled = [5 / 6, 0, 1 / 6, 0.1, 0.7, 0.2].map(share => share * 1e4)
  for (const [name, logarithm] of [
    ['natural', Math.log1p],
    ['binary', (x: number) => Math.log2(1 + x)],
  ] as const) {
    const path = join(folder, `${name}.h5ad`)
    await writeH5ad(path, scaled.map(logarithm), false)
    const refused = await readExpressionMatrix(path)
    expect(refused).toMatchObject({ ok: false, issue: { code: 'h5ad-not-counts', remedy: expect.stringContaining('--already-log') } })
    const { counts } = value(await readExpressionMatrix(path, { alreadyLog: true }))
    expect([0, 1].map(cell => entries(counts, cell).map(([, count]) => count))).toEqual([
      [5, 1],
      [1, 7, 2],
    ])
  }
  for (const [name, x] of [
    ['scaled', [-1.2, 0, 0.4, 0.3, 1.9, -0.1]],
    ['corrected', [1.2, 0, 0.45, 0.3, 1.9, 0.77]],
  ] as const) {
    const path = join(folder, `${name}.h5ad`)
    await writeH5ad(path, x, false)
    expect(await readExpressionMatrix(path, { alreadyLog: true })).toMatchObject({ ok: false, issue: { code: 'h5ad-not-counts' } })
  }
})

oracle(
  'the counts of 500 real cells come back from their logarithms: every rank, and every count but of cells without a single molecule',
  async () => {
    const folder = 'singlecell/screpertoire/scRep_example_500cells'
    const { counts, totals } = value(await readExpressionMatrix(data(`${folder}/scRep_example.h5ad`)))
    const logs = counts.data.slice()
    for (let cell = 0; cell < counts.columns; cell++)
      for (let i = counts.indptr[cell]!; i < counts.indptr[cell + 1]!; i++) logs[i] = Math.log1p((1e4 * counts.data[i]!) / totals[cell]!)
    const taken = countsOfLogs({ ...counts, data: logs })!
    let same = 0
    for (let cell = 0; cell < counts.columns; cell++) {
      const [from, to] = [counts.indptr[cell]!, counts.indptr[cell + 1]!]
      const least = Math.min(...counts.data.subarray(from, to))
      const [ours, theirs] = [taken.data, counts.data].map(values => [...values.subarray(from, to)])
      expect(ours).toEqual(theirs!.map(count => count / least))
      if (least === 1) same++
    }
    expect(same).toBeGreaterThan(490)
  },
)

oracle('of a file of two genomes the named one is read', async () => {
  const path = data('singlecell/tenx-matrix/1.2.0__multiple_genomes.h5')
  const refused = await readExpressionMatrix(path, { genome: 'hg38' })
  expect(refused).toMatchObject({ ok: false, issue: { code: 'h5-genomes', what: expect.stringContaining('hg38 is none of them') } })
  const names = tableOf('singlecell/matrix_expected.tsv')
    .filter(row => row.file!.endsWith('multiple_genomes.h5'))
    .map(row => row.group!)
  expect(names.length).toBe(2)
  for (const genome of names) expect(value(await readExpressionMatrix(path, { genome })).genes.length).toBeGreaterThan(100)
})
