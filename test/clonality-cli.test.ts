import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { root, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const vcf = join(root, 'examples/crc-001/somatic.vcf.gz')
const base = ['neoantigens', '--vcf', vcf, '--tumour', 'TUMOR_DNA', '--hla', 'A*02:01,C*08:02', '--quiet']

test('with purity and copy number every neoantigen of a covered segment has its cell fraction, and the words say so', () => {
  const folder = temporary()
  const segments = join(folder, 'segments.tsv')
  const chromosomes = [...Array.from({ length: 22 }, (_, i) => `chr${i + 1}`), 'chrX']
  writeFileSync(segments, `chrom\tstart\tend\ttotal\tminor\n${chromosomes.map(c => `${c}\t1\t300000000\t2\t1`).join('\n')}\n`)
  const done = cognate([...base, '--purity', '0.7', '--copy-number', segments, '--out', join(folder, 'out')])
  expect([done.code, done.err]).toEqual([0, expect.not.stringContaining('bug')])
  const table = value(parseDelimited(readFileSync(join(folder, 'out/neoantigens.tsv'), 'utf8'), { delimiter: '\t' }))
  const at = (name: string) => table.columns.indexOf(name)
  expect(table.rows.length).toBeGreaterThan(50)
  for (const { cells } of table.rows) {
    const [vaf, ccf, low, high, clonal] = ['dna_vaf', 'ccf', 'ccf_low', 'ccf_high', 'clonal_probability'].map(name =>
      Number(cells[at(name)]),
    )
    expect(ccf).toBeCloseTo((vaf! * 2) / 0.7, 2)
    expect(low! < ccf! && ccf! < high! && clonal! >= 0 && clonal! <= 1).toBe(true)
    expect(cells[at('clonality')]).toBe(high! >= 1 ? 'clonal' : 'subclonal')
    expect(cells[at('reasons')]).toContain('of tumour cells')
  }
})

test('purity without copy number, and a share that is none, are refused', () => {
  const alone = cognate([...base, '--purity', '0.7', '--out', temporary()])
  expect([alone.code, alone.err.includes('purity-incomplete')]).toEqual([1, true])
  expect(cognate([...base, '--purity', '70', '--out', temporary()]).code).toBe(2)
})

test('hotspots of the user’s table are flagged in a column and as a reason; the order stays', () => {
  const folder = temporary()
  const out = join(folder, 'hotspots')
  const plain = join(folder, 'no-hotspots')
  expect(cognate([...base, '--out', plain]).code).toBe(0)
  const rows = (path: string) => value(parseDelimited(readFileSync(join(path, 'neoantigens.tsv'), 'utf8'), { delimiter: '\t' }))
  const [first] = rows(plain).rows
  const at = (name: string) => first!.cells[rows(plain).columns.indexOf(name)]!
  const table = join(folder, 'hotspots.tsv')
  writeFileSync(table, `gene\tchange\tsource\n${at('gene')}\t${/[A-Z]\d+/.exec(at('amino_acid_change'))![0]}\tmade up\n`)
  expect(cognate([...base, '--hotspots', table, '--out', out]).code).toBe(0)
  const { columns, rows: flagged } = rows(out)
  const cells = (name: string) => flagged.map(row => row.cells[columns.indexOf(name)])
  expect(cells('neoantigen_id')).toEqual(rows(plain).rows.map(row => row.cells[columns.indexOf('neoantigen_id')]))
  expect(cells('hotspot').filter(text => text !== '').length).toBeGreaterThanOrEqual(1)
  expect([cells('hotspot')[0], cells('reasons')[0]]).toEqual([
    expect.stringMatching(/ \(made up\)$/),
    expect.stringContaining('known hotspot: '),
  ])
  const half = cognate([...base, '--id-column', 'x', '--out', out])
  expect([half.code, half.err]).toEqual([2, expect.stringContaining("'--id-column' and '--value-column' belong together")])
})

test('whatever the spelling of the patient’s alleles, the receptors published for them are named', () => {
  const table = (hla: string) => {
    const out = temporary()
    const done = cognate([...base.map(word => (word === 'A*02:01,C*08:02' ? hla : word)), '--out', out])
    expect([done.code, done.err]).toEqual([0, expect.not.stringContaining('bug')])
    return readFileSync(join(out, 'off-the-shelf.tsv'), 'utf8')
  }
  const plain = table('A*02:01,C*08:02')
  expect(plain).toContain('KRAS\tG12D\tGADGVGKSAL\t10-19\tC*08:02')
  expect(table('A0201,HLA-C0802')).toBe(plain)
  expect(table('A*02:01:01+A*24:09N^C*08:02+C*08:02')).toBe(plain)
})

test('a typing of three alleles at a locus is refused', () => {
  const done = cognate([...base.map(word => (word === 'A*02:01,C*08:02' ? 'A*01:01,A*02:01,A*03:01' : word)), '--out', temporary()])
  expect([done.code, done.err.includes('hla-too-many')]).toEqual([1, true])
})
