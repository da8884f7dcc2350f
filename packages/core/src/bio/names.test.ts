import { expect, test } from 'vitest'
import { oracle, readData, value } from '../../../../test/oracle.ts'
import {
  carries,
  expandGlString,
  membersOf,
  normaliseGeneName,
  parseHlaAllele,
  parseHlaList,
  parseHlaTyping,
  parseTyping,
} from './index.ts'

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
  expect(
    ['A2', 'Cw10', 'DR53', 'A*02', 'A*02:ANGA', 'A*24:09N', 'HLA', '', 'XYZ*01:01', 'DPA1*01:03/DQB1*02:01', 'A*02:01/B*07:02'].map(code),
  ).toEqual([
    'hla-serotype',
    'hla-serotype',
    'hla-serotype',
    'hla-one-field',
    'hla-code',
    'hla-null-allele',
    'hla-unparsable',
    'hla-unparsable',
    'hla-unparsable',
    'hla-unparsable',
    'hla-unparsable',
  ])
})

test('alleles that a typing could not tell apart stay together, in whatever order and short form they are written', () => {
  const allele = (text: string) => value(parseHlaAllele(text)).allele
  expect(['A*02:01/A*02:09', 'HLA-A*02:09/A*02:01', 'A*02:01/02:09', 'A*02:01/09', 'A*02:01:01/02:09'].map(allele)).toEqual(
    Array(5).fill('HLA-A*02:01/A*02:09'),
  )
  // alleles that differ in the third field are one protein
  expect(allele('A*02:01:01/A*02:01:02')).toBe('HLA-A*02:01')
  expect(membersOf(allele('DQA1*05:01/DQB1*02:01/DQB1*02:02'))).toEqual(['HLA-DQA1*05:01/DQB1*02:01', 'HLA-DQA1*05:01/DQB1*02:02'])
  expect(value(parseHlaAllele('A*02:01/A*02:09')).caveats.map(one => one.code)).toEqual(['hla-ambiguous'])
  // one of the two may be null: the other is scored, and it is said
  expect(value(parseHlaAllele('A*24:02/A*24:09N'))).toMatchObject({ allele: 'HLA-A*24:02', caveats: [{ code: 'hla-null-allele' }] })
})

test('a genotype list string gives one name a copy of a gene', () => {
  // operators and their precedence: Milius 2013, doi:10.1111/tan.12150
  expect(expandGlString('HLA-A*02:01/HLA-A*02:09+HLA-A*03:01^HLA-B*07:02+HLA-B*08:01')).toEqual([
    'HLA-A*02:01/HLA-A*02:09',
    'HLA-A*03:01',
    'HLA-B*07:02',
    'HLA-B*08:01',
  ])
  expect(expandGlString('DRB1*03:01~DRB3*01:01+DRB1*04:01~DRB4*01:03')).toEqual(['DRB1*03:01', 'DRB1*04:01', 'DRB3*01:01', 'DRB4*01:03'])
  // two possible genotypes, the second the other way round: each copy holds what it may be
  expect(value(parseHlaList(['A*02:01+A*30:12|A*30:02+A*02:01'])).alleles.map(one => one.allele)).toEqual([
    'HLA-A*02:01',
    'HLA-A*30:02/A*30:12',
  ])
})

test('null alleles are left out and told; a person has two alleles of a locus, a list has as many as it likes', () => {
  const list = value(parseHlaList(['A*02:01', 'A*24:09N', 'A*01:01', 'A*03:01']))
  expect(list.alleles).toHaveLength(3)
  expect(list.caveats.map(one => one.code)).toEqual(['hla-null-allele'])
  expect(parseHlaTyping(['A*01:01', 'A*02:01', 'A*03:01'])).toMatchObject({ ok: false, issue: { code: 'hla-too-many' } })
  expect(parseHlaTyping(['DRB1*01:01', 'DRB1*03:01', 'DRB1*04:01'])).toMatchObject({ ok: false, issue: { code: 'hla-too-many' } })
  expect(parseHlaTyping(['DRB3*01:01', 'DRB4*01:03', 'DRB5*01:01'])).toMatchObject({ ok: false, issue: { code: 'hla-too-many' } })
  expect(value(parseHlaTyping(['A*01:01', 'B*07:02'])).caveats[0]!.text).toBe(
    'HLA-C, HLA-DRB1, HLA-DQB1, HLA-DPB1 not typed: what they present is not known',
  )
})

test('a molecule is the patient’s when each of its genes is typed with an allele that it may be', () => {
  const typing = value(parseHlaList(['A*02:01/A*02:09', 'DQA1*05:01', 'DQB1*02:01', 'DPB1*04:01'])).alleles.map(one => one.allele)
  const is = (text: string) => carries(typing, value(parseHlaAllele(text)).allele)
  expect(['A*02:09', 'DQA1*05:01/DQB1*02:01', 'DPA1*01:03/DPB1*04:01'].map(is)).toEqual([true, true, true])
  expect(['A*02:06', 'B*07:02', 'DQA1*03:01/DQB1*02:01', 'DQA1*05:01/DQB1*03:01', 'DPA1*01:03/DPB1*02:01'].map(is)).toEqual(
    Array(5).fill(false),
  )
})

test('homozygous alleles count once', () => {
  expect(value(parseHlaList(['A*02:01', 'A0201', 'B*07:02'])).alleles.map(parsed => parsed.allele)).toEqual(['HLA-A*02:01', 'HLA-B*07:02'])
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

oracle('the names of a library of 15,998 molecules are parsed, all but its null allele', () => {
  const [, ...names] = readData('mhc/pseudo/caphla_HLA_library.csv.gz').trim().split(/\r?\n/)
  expect(names.length).toBe(15_998)
  const refused = names.flatMap(name => {
    const parsed = parseHlaAllele(name)
    return parsed.ok ? [] : [`${name} ${parsed.issue.code}`]
  })
  expect(refused).toEqual(['HLA-DRB5*01:08N hla-null-allele'])
})
