import { expect } from 'vitest'
import { data, oracle, tableOf, value } from '../../../../test/oracle.ts'
import { readExpressionMatrix, readTenxH5 } from './matrix.ts'

oracle('10x HDF5, versions 2 and 3: shape, entries, sums and names as h5py reads them; two genomes unnamed are refused', async () => {
  const rows = tableOf('singlecell/matrix_expected.tsv').filter(row => row.file!.endsWith('.h5'))
  expect(rows.length).toBe(4)
  for (const row of rows) {
    const matrix = value(await readTenxH5(data(`singlecell/${row.file}`), row.group))
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
