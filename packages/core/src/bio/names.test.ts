import { expect, test } from 'vitest'
import { oracle, readData, value } from '../../../../test/oracle.ts'
import { normaliseGeneName, parseHlaAllele, parseHlaList, parseTyping } from './index.ts'

/** Spelling, canonical text; every form found in real files of the tools named. */
const SPELLINGS = [
  ['HLA-A*02:01', 'HLA-A*02:01'], // MHCflurry
  ['HLA-A02:01', 'HLA-A*02:01'], // pseudo-sequence file
  ['HLA-A-0201', 'HLA-A*02:01'], // Kim 2014
  ['HLA-A0201', 'HLA-A*02:01'],
  ['HLA-A*0201', 'HLA-A*02:01'], // DeepImmuno
  ['A0201', 'HLA-A*02:01'], // PRIME
  ['A*02:01', 'HLA-A*02:01'],
  ['A02:01', 'HLA-A*02:01'],
  ['A*02:01:01:01', 'HLA-A*02:01'],
  ['HLA-B3926', 'HLA-B*39:26'],
  ['A02101', 'HLA-A*02:101'],
  ['Cw0702', 'HLA-C*07:02'],
  ['hla_a_24_02_01_01', 'HLA-A*24:02'], // LOHHLA
  ['DRB1*04:05', 'HLA-DRB1*04:05'],
  ['DRB1_0101', 'HLA-DRB1*01:01'], // NetMHCIIpan
  ['HLA-DRB1*11:01', 'HLA-DRB1*11:01'],
  ['DRA*01:01-DRB1*01:01', 'HLA-DRB1*01:01'],
  ['DRA01:01-DRB101:01', 'HLA-DRB1*01:01'], // BD2016: gene digit glued to the allele
  ['HLA-DRA*01:01/DRB1*03:01', 'HLA-DRB1*03:01'], // IEDB
  ['DRA01:01-DRB301:01', 'HLA-DRB3*01:01'],
  ['HLA-DPA10103-DPB10101', 'HLA-DPA1*01:03/DPB1*01:01'],
  ['DPA101:03-DPB102:01', 'HLA-DPA1*01:03/DPB1*02:01'],
  ['HLA-DQA1*01:02/DQB1*05:01', 'HLA-DQA1*01:02/DQB1*05:01'],
  ['HLA-DQA10101-DQB10637', 'HLA-DQA1*01:01/DQB1*06:37'],
  ['H-2-Db', 'H-2-Db'],
  ['H2-Db', 'H-2-Db'],
  ['H2-IAb', 'H-2-IAb'],
] as const

test.each(SPELLINGS)('%s is %s', (written, canonical) => {
  expect(value(parseHlaAllele(written)).allele).toBe(canonical)
})

test('a serotype, a null allele and nonsense are refused with their reason', () => {
  const code = (text: string) => {
    const parsed = parseHlaAllele(text)
    return parsed.ok ? 'ok' : parsed.issue.code
  }
  expect(['A2', 'A*02', 'A*24:09N', 'HLA', '', 'XYZ*01:01', 'DPA1*01:03/DQB1*02:01'].map(code)).toEqual([
    'hla-unparsable',
    'hla-one-field',
    'hla-null-allele',
    'hla-unparsable',
    'hla-unparsable',
    'hla-unparsable',
    'hla-unparsable',
  ])
})

test('homozygous alleles count once; three at a locus are refused', () => {
  expect(value(parseHlaList(['A*02:01', 'A0201', 'B*07:02'])).map(parsed => parsed.allele)).toEqual(['HLA-A*02:01', 'HLA-B*07:02'])
  expect(parseHlaList(['A*01:01', 'A*02:01', 'A*03:01'])).toMatchObject({ ok: false, issue: { code: 'hla-too-many' } })
})

oracle('the class I alleles of 150 patients are parsed', () => {
  const names = readData('mhc/bench/neoranking_HLA_allotypes.txt').match(/\b[ABC]\*?\d\d:?\d\d\b/g) ?? []
  expect(names.length).toBeGreaterThan(500)
  expect(names.filter(name => !parseHlaAllele(name).ok)).toEqual([])
})

test('HLA-HD has no header: its first line is locus A, and it is not lost', () => {
  const text = 'A\tHLA-A*01:01:01\tHLA-A*02:01:01\nB\tHLA-B*07:02:01\t-\nC\tNot typed\tNot typed\n'
  expect(value(parseTyping('hlahd', text))).toEqual(['HLA-A*01:01:01', 'HLA-A*02:01:01', 'HLA-B*07:02:01'])
})

test('OptiType and arcasHLA results are read', () => {
  expect(
    value(
      parseTyping(
        'optitype',
        '\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n0\tA*01:01\tA*02:01\tB*07:02\tB*08:01\tC*07:01\tC*07:02\t9\t9\n',
      ),
    ),
  ).toHaveLength(6)
  expect(value(parseTyping('arcashla', '{"A": ["A*01:01:01"], "DRB1": ["DRB1*04:05:01"]}'))).toEqual(['A*01:01:01', 'DRB1*04:05:01'])
})

test('gene names are repaired where nothing is lost', () => {
  expect(value(normaliseGeneName('TRBJ2–3*01'))).toBe('TRBJ2-3*01')
  expect(value(normaliseGeneName('trav38-2-DV8*1'))).toBe('TRAV38-2/DV8*01')
  expect(value(normaliseGeneName('TRBV 6-5'))).toBe('TRBV6-5')
  expect(normaliseGeneName('TRBV6-2,TRBV6-3')).toMatchObject({ ok: false, issue: { code: 'gene-name' } })
})

test('xHLA and seq2HLA results are read', () => {
  expect(value(parseTyping('xhla', '{"subject_id":"1","hla":{"alleles":["A*01:01","A*02:01","DRB1*15:01"]}}'))).toEqual([
    'A*01:01',
    'A*02:01',
    'DRB1*15:01',
  ])
  expect(
    value(
      parseTyping(
        'seq2hla',
        "#Locus\tAllele 1\tConfidence\tAllele 2\tConfidence\nA\tA*02:01\t0.01\tA*24:02'\t0.02\nB\tB*07:02\t0\tno\tNA\n",
      ),
    ),
  ).toEqual(['A*02:01', 'A*24:02', 'B*07:02'])
  expect(parseTyping('xhla', '{"hla":{}}')).toMatchObject({ ok: false, issue: { code: 'typing-malformed' } })
})
