// `cognate receptors` on runs that are not one lesion a file: a table of samples, hashtags, AnnData.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { data, oracle, root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const CELLS = 60

/** A run of 60 cells, the first half marked HTO-1, the second HTO-2, and one cell with both. */
function makeRun(): string {
  const folder = temporary()
  mkdirSync(join(folder, 'matrix'))
  const barcodes = Array.from({ length: CELLS }, (_, cell) => `CELL${cell}-1`)
  const contigs = barcodes.flatMap((barcode, cell) => [
    `${barcode},True,${barcode}_1,TRB,TRBV9,TRBJ1-1,True,CASF,TGTGCCAGCTTT,9,90`,
    `${barcode},True,${barcode}_2,TRA,TRAV${cell < 30 ? 12 : 13}-1,TRAJ3,True,CAF,TGTGCCTTT,5,50`,
  ])
  writeFileSync(
    join(folder, 'contigs.csv'),
    `barcode,is_cell,contig_id,chain,v_gene,j_gene,productive,cdr3,cdr3_nt,umis,reads\n${contigs.join('\n')}\n`,
  )
  writeFileSync(join(folder, 'matrix/barcodes.tsv'), `${barcodes.join('\n')}\n`)
  writeFileSync(
    join(folder, 'matrix/features.tsv'),
    'G1\tCD8A\tGene Expression\nH1\tHTO-1\tMultiplexing Capture\nH2\tHTO-2\tMultiplexing Capture\n',
  )
  const entries = barcodes.flatMap((_, cell) => {
    const [one, two] = [cell < 30 || cell === 45, cell >= 30]
    return [`1 ${cell + 1} 4`, `2 ${cell + 1} ${one ? 100 + cell : 1 + (cell % 4)}`, `3 ${cell + 1} ${two ? 90 + cell : 1 + (cell % 3)}`]
  })
  writeFileSync(
    join(folder, 'matrix/matrix.mtx'),
    `%%MatrixMarket matrix coordinate integer general\n3 ${CELLS} ${entries.length}\n${entries.join('\n')}\n`,
  )
  return folder
}

const rowsOf = (text: string) => value(parseDelimited(text, { delimiter: '\t' })).rows

test('two lesions in one run come apart by their hashtags, and the doublet is told', () => {
  const folder = makeRun()
  writeFileSync(
    join(folder, 'samples.tsv'),
    'lesion\tcontigs\tmatrix\thashtag\nliver\tcontigs.csv\tmatrix\tHTO-1\nlung\tcontigs.csv\tmatrix\tHTO-2\n',
  )
  const done = cognate(['receptors', '--samples', join(folder, 'samples.tsv'), '--out', join(folder, 'out')])
  expect([done.code, done.err.includes('hashtag-doublet')]).toEqual([0, true])
  const cells = rowsOf(gunzipSync(readFileSync(join(folder, 'out/cells.tsv.gz'))).toString())
  const lesions = new Map(cells.map(row => [row.cells[1], row.cells[0]]))
  expect(lesions.size).toBe(CELLS - 1)
  expect([lesions.get('CELL3-1'), lesions.get('CELL45-1'), lesions.get('CELL50-1')]).toEqual(['liver', undefined, 'lung'])
  expect(readFileSync(join(folder, 'out/funnel.tsv'), 'utf8')).toContain('hashtags\thashtag-doublet\t1\tCELL45-1')
})

oracle('one pair a clonotype where that is asked for', () => {
  const rowsOf = (flags: readonly string[]) => {
    const to = temporary()
    const contigs = data('singlecell/screpertoire/P17L_filtered_contig_annotations.csv.gz')
    expect(cognate(['receptors', '--contigs', `liver=${contigs}`, ...flags, '--out', to]).code).toBe(0)
    const { columns, rows } = value(parseDelimited(readFileSync(join(to, 'receptors.tsv'), 'utf8'), { delimiter: '\t' }))
    return rows.map(row => ['clonotype_id', 'pair_rank', 'receptor_id'].map(name => row.cells[columns.indexOf(name)]).join(' '))
  }
  const every = rowsOf([])
  expect(every.some(row => / 2 /.test(row))).toBe(true)
  expect(rowsOf(['--primary-only'])).toEqual(every.filter(row => / 1 /.test(row)))
})

test('a table of samples that shares a run without hashtags, or names one that is not there, is refused', () => {
  const folder = makeRun()
  const codes = ['hashtag-missing', 'hashtag-twice', 'hashtag-unknown', 'manifest-row', 'column-missing']
  const refused = (table: string) => {
    writeFileSync(join(folder, 'samples.tsv'), table)
    const done = cognate(['receptors', '--samples', join(folder, 'samples.tsv'), '--out', join(folder, 'out')])
    return [done.code, codes.find(code => done.err.includes(code)) ?? done.err]
  }
  const head = 'lesion\tcontigs\tmatrix\thashtag\n'
  expect(refused(`${head}liver\tcontigs.csv\tmatrix\tHTO-1\nlung\tcontigs.csv\tmatrix\t\n`)).toEqual([1, 'hashtag-missing'])
  expect(refused(`${head}liver\tcontigs.csv\tmatrix\tHTO-1\nlung\tcontigs.csv\tmatrix\tHTO-1\n`)).toEqual([1, 'hashtag-twice'])
  expect(refused(`${head}liver\tcontigs.csv\tmatrix\tHTO-9\n`)).toEqual([1, 'hashtag-unknown'])
  expect(refused('lesion\tcontigs\tspleen\nliver\tcontigs.csv\tx\n')).toEqual([1, 'manifest-row'])
  expect(refused('lesion\tmatrix\nliver\tx\n')).toEqual([1, 'column-missing'])
})

oracle('a matrix from AnnData gives the tables that Matrix Market gives', () => {
  const folder = temporary()
  const runs = ['P17B', 'P17L']
  const tables = ['scRep_example.h5ad', ''].map(matrix => {
    const out = join(folder, matrix === '' ? 'mtx' : 'h5ad')
    const given = runs.flatMap(run => [
      '--contigs',
      `${run}=${data(`singlecell/screpertoire/${run}_filtered_contig_annotations.csv.gz`)}`,
      '--matrix',
      `${run}=${data(`singlecell/screpertoire/scRep_example_500cells/${matrix}`)}`,
      '--barcode-prefix',
      `${run}=${run}_`,
    ])
    const done = cognate(['receptors', ...given, '--out', out])
    expect([done.code, done.err]).toEqual([0, done.err])
    return readFileSync(join(out, 'clonotypes.tsv'), 'utf8')
  })
  expect(rowsOf(tables[0]!).length).toBeGreaterThan(1000)
  expect(tables[0]).toBe(tables[1])
})

test('cells outside the limits keep their receptor and leave the scores, each with what is wrong with it', () => {
  const out = temporary()
  const liver = join(root, 'examples/crc-001/liver-1')
  const base = ['receptors', '--contigs', `liver=${join(liver, 'filtered_contig_annotations.csv')}`]
  const all = [...base, '--matrix', `liver=${join(liver, 'filtered_feature_bc_matrix.h5')}`, '--quiet']
  const cells = (...more: readonly string[]) => {
    expect(cognate([...all, ...more, '--out', out]).code).toBe(0)
    const table = value(parseDelimited(gunzipSync(readFileSync(join(out, 'cells.tsv.gz'))).toString(), { delimiter: '\t' }))
    return table.rows.map(
      row => [row.cells[table.columns.indexOf('clonotype_id')]!, row.cells[table.columns.indexOf('not_scored')]!] as const,
    )
  }
  const usual = cells()
  expect(new Set(usual.map(([, fault]) => fault))).toEqual(new Set(['']))
  const strict = cells('--cell-limits', 'genes=150-15000,counts=200-100000')
  expect(new Set(strict.map(([, fault]) => fault))).toEqual(new Set(['', 'few-genes', 'few-counts']))
  expect(strict.map(([clonotype]) => clonotype)).toEqual(usual.map(([clonotype]) => clonotype))
  const funnel = readFileSync(join(out, 'funnel.tsv'), 'utf8')
  expect(funnel).toMatch(/^scores\tnot-scored-few-genes\t\d+\tliver [ACGT]+-1$/m)
  expect(cognate([...all, '--cell-limits', 'genes=15000-200', '--out', out]).code).toBe(2)
})
