import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { NO_READS, parseCopyNumber, type SomaticVariant, type VariantId } from '../variant/index.ts'
import { cellFraction, parseHlaLoss } from './index.ts'

const variant = (alt: number, depth: number, chromosome = 'chr1'): SomaticVariant => ({
  id: `${chromosome}-99-100-A-T` as VariantId,
  line: 2,
  chromosome,
  position: 100,
  ref: 'A',
  alt: 'T',
  start: 99,
  end: 100,
  filter: 'PASS',
  tumour: { depth, vaf: alt / depth, altReads: alt },
  normal: NO_READS,
  rna: NO_READS,
  geneExpression: new Map(),
  transcriptExpression: new Map(),
  phaseSet: undefined,
  callers: [],
  caveats: [],
})
const plain = (total: number, minor: number) =>
  value(parseCopyNumber(`chrom\tstart\tend\ttotal\tminor\n1\t1\t1000\t${total}\t${minor}\nX\t1\t1000\t1\t0\n`))

test('a heterozygous variant of a pure diploid tumour is in all cells at half of the reads', () => {
  const found = cellFraction(variant(50, 100), { purity: 1, copyNumber: plain(2, 1) })!
  expect([found.ccf, found.multiplicity, found.clonality]).toEqual([1, 1, 'clonal'])
  expect(found.low).toBeLessThan(1)
  expect(found.high).toBeGreaterThan(1)
  expect(found.clonalProbability).toBeGreaterThan(0.8)
})

test('purity 0.6: 30 % of the reads are all cells, 9 % are not', () => {
  const tumour = { purity: 0.6, copyNumber: plain(2, 1) }
  expect(cellFraction(variant(60, 200), tumour)!.ccf).toBeCloseTo(1, 12)
  const few = cellFraction(variant(18, 200), tumour)!
  expect(few.ccf).toBeCloseTo(0.3, 12)
  expect(few.clonality).toBe('subclonal')
  expect(few.clonalProbability).toBeLessThan(1e-6)
})

test('a variant on both copies after a gain: two of three copies, in every cell', () => {
  const found = cellFraction(variant(67, 100), { purity: 1, copyNumber: plain(3, 1) })!
  expect(found.multiplicity).toBe(2)
  expect(found.ccf).toBeCloseTo(1.005, 3)
})

test('X of a man: one copy in tumour and normal cells', () => {
  const found = cellFraction(variant(60, 100, 'chrX'), { purity: 0.6, copyNumber: plain(2, 1), sex: 'male' })!
  expect(found.ccf).toBeCloseTo(1, 12)
})

test('no segment, no reads: nothing is claimed', () => {
  const tumour = { purity: 0.6, copyNumber: plain(2, 1) }
  expect(cellFraction(variant(5, 10, 'chr9'), tumour)).toBeUndefined()
  expect(cellFraction({ ...variant(5, 10), tumour: NO_READS }, tumour)).toBeUndefined()
})

test('the segment files of four programs are recognised by their header', () => {
  const at = (text: string) => {
    const { source, at } = value(parseCopyNumber(text))
    const segment = at('chr7', 500)!
    return [source, segment.total, segment.minor]
  }
  expect(at('sample\tchr\tstartpos\tendpos\tnMajor\tnMinor\nT\t7\t1\t1000\t2\t1\n')).toEqual(['ascat', 3, 1])
  expect(at('chrom\tseg\tnum.mark\tstart\tend\tcf.em\ttcn.em\tlcn.em\n7\t1\t9\t1\t1000\t1\t4\t2\n7\t2\t9\t1001\t2000\t1\t4\tNA\n')).toEqual(
    ['facets', 4, 2],
  )
  expect(at('"chromosome"\t"start.pos"\t"end.pos"\t"Bf"\t"CNt"\t"A"\t"B"\n"chr7"\t1\t1000\t0.3\t3\t2\t1\n')).toEqual(['sequenza', 3, 1])
  expect(at('chromosome\tstart\tend\tcopyNumber\tminorAlleleCopyNumber\n7\t1\t1000\t2.02\t0.98\n')).toEqual(['purple', 2.02, 0.98])
  expect(parseCopyNumber('a\tb\n1\t2\n')).toMatchObject({ ok: false, issue: { code: 'copy-number-unknown' } })
  expect(parseCopyNumber('chrom\tstart\tend\ttotal\tminor\n1\tx\t9\t2\t1\n')).toMatchObject({ ok: false, issue: { line: 2 } })
})

test('LOHHLA: fewer than half a copy with p below 0.01 is lost; its columns are called HLA_A whatever the locus', () => {
  const head = 'region\tHLA_A_type1\tHLA_A_type2\tHLA_type1copyNum_withBAFBin\tHLA_type2copyNum_withBAFBin\tPVal_unique\tLossAllele\n'
  const rows = value(
    parseHlaLoss(
      `${head}T\thla_a_02_01_01\thla_a_24_02_01_01\t0.1\t1.9\t0.0001\thla_a_02_01_01\nT\thla_b_07_02_01\thla_b_08_01_01\t0.3\t1.1\t0.2\tNA\nT\thla_c_07_01_01\thla_c_07_02_01\tNA\tNA\tNA\tNA\n`,
    ),
  )
  expect(rows.map(row => [row.allele, row.lost])).toEqual([
    ['HLA-A*02:01', true],
    ['HLA-A*24:02', false],
    ['HLA-B*07:02', false],
    ['HLA-B*08:01', false],
  ])
})

test('a copy number that is no number is refused by its line; NA is not known', () => {
  const segments = (row: string) => parseCopyNumber(`chrom\tstart\tend\ttotal\tminor\n1\t1\t9\t2\t1\n${row}\n`)
  expect(value(segments('2\t1\t9\tNA\tNA')).segments.length).toBe(1)
  for (const row of ['2\t1\t9\t1e999\t1', '2\t1\t9\ttwo\t1', '2\t1\t9\t2\tx', '\t1\t9\t2\t1'])
    expect(segments(row)).toMatchObject({ ok: false, issue: { code: 'copy-number-value', line: 3 } })
})
