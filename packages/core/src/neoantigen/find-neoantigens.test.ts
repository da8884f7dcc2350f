import { expect, test } from 'vitest'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { type HlaAllele, parseHlaAllele, parseHlaList } from '../bio/index.ts'
import { parseFasta } from '../format/index.ts'
import type { Predictor, ScoreBlock } from '../presentation/index.ts'
import { NO_READS, type ProteinChange, type SomaticVariant, type VariantId } from '../variant/index.ts'
import { hlaStatus, indexHlaLoss, matchNear, parseHlaLoss, ReferenceMatcher, rankNeoantigens, searchPeptides } from './index.ts'

/** Percentile by table, 50 otherwise: peptide and allele decide, nothing else. */
const tablePredictor = (table: Readonly<Record<string, number>>): Predictor => ({
  id: 'table',
  mhcClass: 'I',
  minLength: 8,
  maxLength: 14,
  alleles: () => [],
  support: () => ({ ligands: 1000, affinities: 1000, distance: 0, nearest: '' }),
  predict: (peptides, alleles): ScoreBlock => {
    const percentile = Float32Array.from(peptides.flatMap(peptide => alleles.map(allele => table[`${peptide} ${allele}`] ?? 50)))
    return {
      alleles,
      peptides: peptides.length,
      presentationPercentile: percentile,
      affinityPercentile: percentile,
      presentationScore: percentile.map(p => 1 / p),
      ic50NanoMolar: percentile.map(p => 100 * p),
    }
  },
})

const KRAS = 'MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSYRKQVV'
const variant: SomaticVariant = {
  id: 'chr12-25245349-25245350-C-T' as VariantId,
  line: 9,
  chromosome: 'chr12',
  position: 25245350,
  ref: 'C',
  alt: 'T',
  start: 25245349,
  end: 25245350,
  filter: 'PASS',
  tumour: { depth: 100, vaf: 0.4, altReads: 40 },
  normal: NO_READS,
  rna: { depth: 50, vaf: 0.5, altReads: 25 },
  geneExpression: new Map([['KRAS', 40]]),
  transcriptExpression: new Map(),
  phaseSet: undefined,
  callers: [],
  caveats: [],
}
const change: ProteinChange = {
  variantId: variant.id,
  kind: 'missense',
  gene: 'KRAS',
  geneId: 'ENSG1',
  transcript: 'ENST1',
  proteinId: 'ENSP1',
  biotype: 'protein_coding',
  maneSelect: true,
  canonical: true,
  tsl: '1',
  flags: 'None',
  consequence: 'missense_variant',
  aminoAcidChange: 'G/D',
  codonChange: 'gGt/gAt',
  proteinPosition: '12',
  hgvsc: '',
  hgvsp: '',
  wildType: KRAS,
  mutant: KRAS.replace('GAGGV', 'GADGV'),
  transcriptExpression: undefined,
  geneExpression: 40,
  pvacseqIndex: '1.KRAS.ENST1.missense.12G/D',
  neighbours: [],
  nmdLikely: undefined,
}
const alleles = value(parseHlaList(['A*11:01', 'C*08:02'])).alleles.map(parsed => parsed.allele)
const SCOPE = { downstream: 100, class2Alleles: [] }
const [A1101, C0802] = alleles as [HlaAllele, HlaAllele]

test('the best peptide is the one with the lowest percentile, its wild type beside it', () => {
  const predictor = tablePredictor({ [`GADGVGKSAL ${C0802}`]: 0.1, [`VVVGADGVGK ${A1101}`]: 0.4, [`GAGGVGKSAL ${C0802}`]: 3 })
  const { neoantigens } = rankNeoantigens(searchPeptides([variant], [change], SCOPE), { I: predictor }, { ...SCOPE, alleles })
  expect(neoantigens).toHaveLength(1)
  expect(neoantigens[0]!.best).toMatchObject({ sequence: 'GADGVGKSAL', allele: C0802, wildType: 'GAGGVGKSAL', changedPositions: [3] })
  expect(neoantigens[0]!.allelesPresenting).toEqual([A1101, C0802])
  expect(neoantigens[0]!.alleleExpression).toBe(20) // 40 TPM × 0.5
  expect(neoantigens[0]!.refMatch).toBe('not-run')
})

test('a peptide that only a lost allele presents is tier HlaLost and stands behind all others', () => {
  const predictor = tablePredictor({ [`GADGVGKSAL ${C0802}`]: 0.1 })
  const hlaLoss = [{ allele: C0802, lost: true, lesion: '', evidence: 'LOHHLA' }]
  const { neoantigens } = rankNeoantigens(
    searchPeptides([variant], [change], SCOPE),
    { I: predictor },
    {
      alleles,
      ...SCOPE,
      hlaLoss,
    },
  )
  expect(neoantigens[0]!.tier).toBe('HlaLost')
  expect(neoantigens[0]!.reasons[0]).toBe('only HLA-C*08:02 presents it, and the tumour has lost that allele')
})

test('a lost allele is never the best allele when another presents', () => {
  const predictor = tablePredictor({ [`GADGVGKSAL ${C0802}`]: 0.1, [`VVVGADGVGK ${A1101}`]: 0.4 })
  const hlaLoss = [{ allele: C0802, lost: true, lesion: '', evidence: '' }]
  const { neoantigens } = rankNeoantigens(
    searchPeptides([variant], [change], SCOPE),
    { I: predictor },
    {
      alleles,
      ...SCOPE,
      hlaLoss,
    },
  )
  expect(neoantigens[0]!.best.allele).toBe(A1101)
  expect(neoantigens[0]!.tier).not.toBe('HlaLost')
})

test('a class II molecule of which a chain is lost presents nothing either', () => {
  const predictor = tablePredictor({ [`VVVGADGVGK ${A1101}`]: 0.4 })
  const [dr, dq] = value(parseHlaList(['DRB1*07:01', 'DQA1*05:01/DQB1*02:01']))
    .alleles.map(parsed => parsed.allele)
    .toReversed() as [HlaAllele, HlaAllele]
  const scope = { downstream: 100, class2Alleles: [dr, dq] }
  const II = {
    ...tablePredictor(
      Object.fromEntries([
        [`KLVVVGADGVGKSAL ${dq}`, 0.2],
        [`KLVVVGADGVGKSAL ${dr}`, 3],
      ]),
    ),
    mhcClass: 'II' as const,
    maxLength: 30,
  }
  const best = (hlaLoss: string | undefined) =>
    rankNeoantigens(
      searchPeptides([variant], [change], scope),
      { I: predictor, II },
      { ...scope, alleles: [A1101], hlaLoss: hlaLoss === undefined ? undefined : value(parseHlaLoss(hlaLoss)) },
    ).neoantigens[0]!.class2?.allele
  expect(best(undefined)).toBe(dq)
  expect(best('allele\tlost\nDQB1*02:01\ttrue\n')).toBe(dr)
})

test('loss is told by true and false or by a status, lesion by lesion; one lesion that lost an allele is enough', () => {
  const table =
    'allele\tstatus\tlesion\ttool\nC*08:02\tkept\tlung-1\tLOHHLA\nC*08:02\tlost\tliver-2\tLOHHLA\nA*11:01\tunknown\tliver-2\t\nB*07:02\tkept\t\t\n'
  const losses = indexHlaLoss(value(parseHlaLoss(table)))
  const status = (name: string) => hlaStatus(losses, value(parseHlaAllele(name)).allele)
  expect(status('C*08:02')).toEqual({ lost: true, lesions: ['liver-2'] })
  expect(status('C*08:02/C*08:09')).toEqual({ lost: true, lesions: ['liver-2'] })
  expect(status('B*07:02')).toEqual({ lost: false, lesions: [] })
  expect(status('A*11:01')).toBeUndefined()
  expect(parseHlaLoss('allele\tstatus\nA*11:01\tmaybe\n')).toMatchObject({ ok: false, issue: { code: 'hla-loss-value', line: 2 } })
  expect(parseHlaLoss('allele\tcopies\nA*11:01\t1\n')).toMatchObject({ ok: false, issue: { code: 'column-missing' } })
})

test('an 8-mer shared with another protein is a match; the own transcript is not asked', () => {
  const search = searchPeptides([variant], [change], SCOPE)
  const window = search.candidates[0]!.windows[0]!.window.mutant
  const matcher = new ReferenceMatcher(search.matchCandidates)
  matcher.add({ id: 'ENST1', gene: 'KRAS', sequence: change.mutant })
  expect(matchNear(matcher.hits()[0]!, window, 'GADGVGKSAL')).toBeUndefined()
  matcher.add({ id: 'ENST9', gene: 'OTHER', sequence: `MMMM${change.mutant.slice(6, 14)}MMMM` })
  expect(matchNear(matcher.hits()[0]!, window, 'GADGVGKSAL')?.gene).toBe('OTHER')
})

test('what a long tail shares with self far from the best peptide is told and not held against it', () => {
  const matcher = new ReferenceMatcher([{ mutant: 'MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ', wildType: '', own: new Set() }])
  matcher.add({ id: 'ENST9', gene: 'OTHER', sequence: 'EERLGLIE' })
  const [hits] = matcher.hits()
  // QISFVKSHF and seven residues on end before RQLEERLG…: the shared word begins beyond them
  expect(matchNear(hits!, 'MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ', 'TAYIAKQRQ')).toBeUndefined()
  expect(matchNear(hits!, 'MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ', 'HFSRQLEER')?.gene).toBe('OTHER')
})

oracle('pVACseq’s reference match: 6 of 6 epitopes, by the words of each with its seven neighbours', () => {
  const folder = 'variants/pvactools/reference_match'
  const windows = new Map(value(parseFasta(readData(`${folder}/input.fasta`))).map(({ id, sequence }) => [id, sequence]))
  const rows = tableOf(`${folder}/output.peptide_fasta.tsv`)
  const candidates = rows.map(row => ({
    mutant: windows.get(`MT.${row.Index}`)!,
    wildType: windows.get(`WT.${row.Index}`)!,
    own: new Set([row.Transcript!]),
  }))
  const matcher = new ReferenceMatcher(candidates)
  for (const { description, sequence } of value(parseFasta(readData(`${folder}/Homo_sapiens.GRCh38.pep.short.fa.gz`)))) {
    const [, transcript = ''] = /transcript:(ENST\d+)/.exec(description) ?? []
    matcher.add({ id: transcript, gene: '', sequence })
  }
  const hits = matcher.hits()
  const ours = rows.map((row, i) => (matchNear(hits[i]!, candidates[i]!.mutant, row['MT Epitope Seq']!) === undefined ? 'False' : 'True'))
  expect(ours).toEqual(rows.map(row => row['Reference Match']))
  expect([rows.length, ours.filter(flag => flag === 'True').length]).toEqual([6, 2])
})

test('two windows that differ only in transcripts are one, and name both', () => {
  const twin = { ...change, transcript: 'ENST2', pvacseqIndex: '2.KRAS.ENST2.missense.12G/D' }
  const { neoantigens } = rankNeoantigens(
    searchPeptides([variant], [change, twin], SCOPE),
    { I: tablePredictor({}) },
    {
      alleles,
      ...SCOPE,
    },
  )
  expect(neoantigens[0]!.transcripts).toEqual(['ENST1', 'ENST2'])
})

test('a class II molecule adds its best 15-mer, with core and term, and says so in words', () => {
  const one = tablePredictor({ [`GADGVGKSAL ${C0802}`]: 0.1 })
  const DR = 'HLA-DRB1*04:01' as HlaAllele
  const scores = tablePredictor({ [`KLVVVGADGVGKSAL ${DR}`]: 0.5 })
  const two: Predictor = {
    ...scores,
    mhcClass: 'II',
    minLength: 9,
    maxLength: 30,
    predict: (peptides, molecules) => ({
      ...scores.predict(peptides, molecules),
      coreOffset: new Int8Array(peptides.length * molecules.length).fill(3),
    }),
  }
  const scope = { downstream: 100, class2Alleles: [DR] }
  const search = searchPeptides([variant], [change], scope)
  expect(search.class2Peptides.filter(peptide => peptide.includes('GADGV')).every(peptide => peptide.length === 15)).toBe(true)
  const [found] = rankNeoantigens(search, { I: one, II: two }, { ...scope, alleles }).neoantigens
  expect(found!.class2).toMatchObject({ sequence: 'KLVVVGADGVGKSAL', allele: DR, core: 'VVGADGVGK', percentileMutant: 0.5 })
  expect(found!.reasons).toContain(`class II: rank 0.50 % on ${DR}, core VVGADGVGK`)
})
