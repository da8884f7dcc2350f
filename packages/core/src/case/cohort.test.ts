// What cases have in common: planted, and counted by hand.
import { expect, test } from 'vitest'
import { type FinishedCase, gatherCohort } from './cohort.ts'
import { cohortFiles } from './cohort-report.ts'

const TYPING = ['A*01:01', 'A*02:01', 'B*07:02', 'B*08:01', 'C*07:01', 'C*07:02']
const variants = (from: number, count: number) => new Set(Array.from({ length: count }, (_, i) => `chr1-${from + i}-${from + i + 1}-C-T`))
const made = (id: string, more: Partial<FinishedCase> = {}): FinishedCase => ({
  kind: 'finished',
  id,
  synthetic: true,
  hla: ['A*02:01'],
  funnel: [],
  variants: new Set(),
  neoantigens: [],
  receptors: [],
  measured: new Map(),
  ...more,
})
const receptor = (alpha: string, beta: string) => ({ tra_v_call: 'TRAV1-1', tra_junction: alpha, trb_v_call: 'TRBV18', trb_junction: beta })
const codes = (cases: readonly FinishedCase[]) =>
  gatherCohort(cases).pairs.map(pair => [pair.a, pair.b, pair.findings.map(f => f.code).join()])

test('two tumours may share a few hotspots, not a tenth of their variants', () => {
  const shares = (count: number, of: number) =>
    codes([made('A', { variants: variants(0, of) }), made('B', { variants: variants(of - count, 2 * of) })])
  expect(shares(4, 20)).toEqual([['A', 'B', '']])
  expect(shares(5, 50)).toEqual([['A', 'B', 'shared-variants']])
  expect(shares(5, 51)).toEqual([['A', 'B', '']])
  expect(shares(0, 50)).toEqual([])
})

test('a receptor counts when both junctions are equal to the base; one chain alone does not', () => {
  const one = made('A', { receptors: [receptor('TGTGCC', 'TGTAGC'), receptor('TGTGCA', 'TGTTTT')] })
  expect(codes([one, made('B', { receptors: [receptor('TGTGCC', 'TGTTTT'), receptor('TGTGCC', '')] })])).toEqual([])
  expect(codes([one, made('B', { receptors: [receptor('TGTGCC', 'TGTAGC')] })])).toEqual([['A', 'B', 'shared-receptors']])
})

test('a public receptor is two junctions in two patients, letter by letter; whether it was made apart is told', () => {
  const pair = (id: string, bases: string, alpha = 'CAVF', beta = 'CASF', flags = '') => ({
    ...receptor(bases, 'TGTAGC'),
    receptor_id: id,
    tra_junction_aa: alpha,
    trb_junction_aa: beta,
    flags,
  })
  const cohort = gatherCohort([
    made('A', { receptors: [pair('R1', 'TGTGCC', 'CAVF', 'CASF', 'mait'), pair('R2', 'TGTGCC'), pair('R3', 'TGTAAA', 'CAVW')] }),
    made('B', { receptors: [pair('R9', 'TGCGCC', 'CAVF', 'CASF', 'viral-match,mait'), pair('R8', 'TGTCCC', 'CAVW', '')] }),
    made('C', { receptors: [pair('R7', 'TGTGGG', 'CAVY'), pair('R6', 'TGTTTT', 'CAVL')] }),
    made('D', { receptors: [pair('R5', 'TGTGGG', 'CAVY')] }),
  ])
  expect(cohort.publicReceptors.map(({ cases, madeApart, doubtful }) => [cases.map(one => one.receptor), madeApart, doubtful])).toEqual([
    [['R1', 'R9'], true, []],
    [['R7', 'R5'], false, ['C and D']],
  ])
  expect(cohortFiles(cohort, 'Cognate').get('public-receptors.tsv')!.split('\n').slice(1, 3)).toEqual([
    'CAVF\tCASF\t2\tA:R1 B:R9\tmait,viral-match\ttrue\t',
    'CAVY\tCASF\t2\tC:R7 D:R5\t\tfalse\tmay be one person: C and D',
  ])
})

test('a whole typing that is equal is told, a part of one is not', () => {
  expect(codes([made('A', { hla: TYPING }), made('B', { hla: TYPING.toReversed() })])).toEqual([['A', 'B', 'same-typing']])
  // as another program spells it, and with class II beside it
  const spelled = [...TYPING.map(name => `HLA-${name.replace(/[*:]/g, '')}`), 'DRB1*04:05']
  expect(codes([made('A', { hla: TYPING }), made('B', { hla: spelled })])).toEqual([['A', 'B', 'same-typing']])
  expect(codes([made('A', { hla: TYPING }), made('B', { hla: [...TYPING.slice(1), 'C*03:04'] })])).toEqual([])
  expect(codes([made('A', { hla: TYPING.slice(0, 4) }), made('B', { hla: TYPING.slice(0, 4) })])).toEqual([])
  expect(codes([made('A'), made('B')])).toEqual([])
})

test('the same bytes in two cases are told with both their paths', () => {
  const pair = gatherCohort([made('A', { measured: new Map([['f00 ', 'a.vcf']]) }), made('B', { measured: new Map([['f00 ', 'b.vcf']]) })])
    .pairs[0]!
  expect(pair.sharedInputs).toEqual(['a.vcf = b.vcf'])
  expect(pair.findings.map(f => f.code)).toEqual(['same-input'])
})

test('every pair is compared, those with nothing in common are not listed', () => {
  const cases = Array.from({ length: 12 }, (_, i) => made(`C${i}`, { variants: variants(1000 * i, 30) }))
  const cohort = gatherCohort([...cases, { kind: 'unfinished', id: 'X', why: 'no file' }])
  expect([cohort.compared, cohort.pairs.length, cohort.cases.length]).toEqual([66, 0, 13])
})

test('a mutated sequence of two patients is listed with the alleles that present it in both, and with the doubt about them', () => {
  const row = (allele: string, presenting: string) => ({
    gene: 'KRAS',
    amino_acid_change: 'G12D',
    minigene_25: 'MTEYKLVVVGADGVGKSALTIQLI',
    best_peptide: 'GADGVGKSAL',
    best_allele: allele,
    percentile_mt: '0.09',
    alleles_presenting: presenting,
  })
  const other = { ...row('HLA-B*07:02', 'HLA-B*07:02'), minigene_25: 'MTEYKLVVVGAVGVGKSALTIQLI', amino_acid_change: 'G12V' }
  const cases = [
    made('A', { neoantigens: [row('HLA-C*08:02', 'HLA-C*08:02,HLA-A*11:01')], receptors: [receptor('TGTGCC', 'TGTAGC')] }),
    made('B', { neoantigens: [row('HLA-A*11:01', 'HLA-A*11:01'), other] }),
    made('C', { neoantigens: [row('HLA-C*08:02', 'HLA-C*08:02')], receptors: [receptor('TGTGCC', 'TGTAGC')] }),
  ]
  const [shared, ...rest] = gatherCohort(cases).recurrent
  expect(rest).toEqual([])
  expect([shared!.gene, shared!.change, shared!.cases.map(one => one.id), shared!.sharedAlleles, shared!.doubtful]).toEqual([
    'KRAS',
    'G12D',
    ['A', 'B', 'C'],
    ['HLA-A*11:01', 'HLA-C*08:02'],
    ['A and C'],
  ])
})

test('the page escapes what comes from files, and unknown figures stay empty', () => {
  const files = cohortFiles(
    gatherCohort([
      made('A', { funnel: [{ stage: 'variants', reason: 'in', count: 3, example: '' }] }),
      { kind: 'unfinished', id: 'B', why: '<script>' },
    ]),
    'Cognate',
  )
  expect(files.get('cohort.html')).toContain('&lt;script&gt;')
  const [head, first] = files
    .get('cohort.tsv')!
    .split('\n')
    .map(line => line.split('\t'))
  expect([first![head!.indexOf('variant_records')], first![head!.indexOf('protein_changes')], first![head!.indexOf('cells')]]).toEqual([
    '3',
    '0',
    '',
  ])
})
