// A list of antigens: the forms it comes in, what of it is self, and what of it goes on the plates.
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import type { HlaAllele } from '../bio/index.ts'
import { emptyScores, type Predictor } from '../presentation/index.ts'
import {
  listedMatchCandidate,
  listedNeoantigens,
  parseListedAntigens,
  ReferenceMatcher,
  type ScreenedAntigen,
  screenedListed,
  screeningOrder,
} from './index.ts'

const A2 = 'HLA-A*02:01' as HlaAllele

/** Likes leucine at the end: a percentile of 1, 50 for every other peptide. */
const predictor: Predictor = {
  id: 'leucine',
  mhcClass: 'I',
  minLength: 8,
  maxLength: 14,
  support: () => undefined,
  alleles: () => [A2],
  predict: (peptides, alleles) => {
    const block = emptyScores(peptides.length, alleles)
    peptides.forEach((peptide, i) => {
      block.presentationPercentile[i] = peptide.endsWith('L') ? 1 : 50
      block.ic50NanoMolar[i] = peptide.endsWith('L') ? 20 : 20_000
    })
    return block
  },
}

const read = (text: string) =>
  value(parseListedAntigens(text)).map(({ id, gene, sequence, wildType }) => ({ id, gene, sequence, wildType }))
const fault = (text: string) => {
  const read = parseListedAntigens(text)
  return read.ok ? 'read' : [read.issue.code, read.issue.line]
}
const best = (text: string, proteome?: readonly string[]) => {
  const antigens = value(parseListedAntigens(text))
  const matcher = new ReferenceMatcher(antigens.map(listedMatchCandidate))
  for (const [i, sequence] of (proteome ?? []).entries()) matcher.add({ id: `P${i}`, gene: `G${i}`, sequence })
  return listedNeoantigens(antigens, {
    predictors: { I: predictor },
    alleles: { I: [A2], II: [] },
    lengths: [9],
    hits: proteome === undefined ? undefined : matcher.hits(),
  })
}

test('FASTA, a pair of wild type and mutant, a table, and a peptide a line are the same list', () => {
  const mutant = { id: '1.KRAS.ENST1.missense.12G/D', gene: 'KRAS', sequence: 'VVVGADGVGK', wildType: 'VVVGAGGVGK' }
  expect(read(`>WT.${mutant.id}\nVVVGA\nGGVGK\n>MT.${mutant.id}\nvvvgadgvgk*\n`)).toEqual([mutant])
  expect(read(`id,gene,sequence,wild_type\n${mutant.id},KRAS,${mutant.sequence},${mutant.wildType}\n`)).toEqual([mutant])
  expect(read('>E7 GN=E7 Human papillomavirus\nMHGDTPTL\n')).toEqual([{ id: 'E7', gene: 'E7', sequence: 'MHGDTPTL', wildType: '' }])
  expect(read('VVVGADGVGK\n\nyMLDLQPET\n').map(({ id }) => id)).toEqual(['VVVGADGVGK', 'YMLDLQPET'])
  expect(read('peptide\nVVVGADGVGK\n').map(({ id }) => id)).toEqual(['VVVGADGVGK'])
})

test('what is no list of antigens is refused at its line', () => {
  expect(fault('')).toEqual(['table-empty', 1])
  expect(fault('name\tlength\nE7\t98\n')).toEqual(['column-missing', 1])
  expect(fault('id\tsequence\nE7\tMHGD-TPTL\n')).toEqual(['antigen-sequence', 2])
  expect(fault('id\tsequence\nE7\t\n')).toEqual(['antigen-sequence', 2])
  expect(fault('id\tsequence\nE7\tMHGDTPTL\nE7\tMHGDTPTI\n')).toEqual(['row-twice', 3])
  expect(fault(`>gene\n${'ACGT'.repeat(10)}\n`)).toEqual(['antigen-sequence', 1])
})

test('a peptide of the wild type, or whose every 8-mer stands in the proteome, is self: another one is the best', () => {
  const listed = 'id\tsequence\twild_type\nA\tGGGGGGGGLAAAAAAAAL\t\n'
  expect(best(listed).neoantigens[0]!.peptide).toBe('GGGGGGGGL')
  expect(best(listed, ['MMGGGGGGGGLMM']).neoantigens[0]!.peptide).toBe('AAAAAAAAL')
  const { neoantigens, funnel } = best('id\tsequence\twild_type\nA\tGGGGGGGGL\t\nB\tGGGGX\t\n', ['MMGGGGGGGGLMM'])
  expect(neoantigens).toEqual([])
  expect(funnel.map(({ reason, count }) => [reason, count])).toEqual([
    ['in', 2],
    ['self-only', 1],
    ['no-scorable-peptide', 1],
    ['out', 0],
  ])
  const mutant = best('id\tsequence\twild_type\nA\tGGGGGGGGLAAAAAAAAL\tGGGGGGGGLAAAAAAAAI\n').neoantigens[0]!
  expect([mutant.peptide, mutant.minigene.changeOffset]).toEqual(['AAAAAAAAL', 13])
  expect(mutant.minigene).toMatchObject({ sequence: 'GGGLAAAAAAAAL'.slice(-13), wildType: 'GGGLAAAAAAAAI'.slice(-13) })
})

test('a minigene is the whole of a short sequence, and 8 residues beside the best peptide of a long one', () => {
  const long = `${'A'.repeat(40)}CDEFGHIKL${'A'.repeat(40)}`
  const { minigene } = best(`${long}\n`).neoantigens[0]!
  expect(minigene).toEqual({ sequence: `${'A'.repeat(8)}CDEFGHIKL${'A'.repeat(8)}`, wildType: '', changeOffset: 9 })
  expect(best('AAACDEFGHIKLAAA\n').neoantigens[0]!.minigene).toEqual({ sequence: 'AAACDEFGHIKLAAA', wildType: '', changeOffset: 4 })
})

test('on the plates, what an allele presents comes before variants that none presents; what stands there already is not made twice', () => {
  const of = (name: string, isFirst: boolean, sequence = name): ScreenedAntigen => ({
    id: name as ScreenedAntigen['id'],
    gene: name,
    change: '',
    minigene: { sequence, wildType: '', changeOffset: 1 },
    bestPeptide: '',
    bestAllele: '',
    isFirst,
  })
  const { antigens, repeated } = screeningOrder(
    [of('V1', true), of('V2', false), of('V3', true), of('V4', true, 'V1')],
    [of('F1', false), of('F2', true), of('F3', true, 'V3'), of('F4', true, 'F2')],
  )
  expect(antigens.map(({ gene }) => gene)).toEqual(['V1', 'F2', 'V2', 'V3', 'F1'])
  expect(repeated.map(({ gene }) => gene)).toEqual(['V4', 'F3', 'F4'])
  const [e7] = best('id\tsequence\nE7\tAAACDEFGHIKLAAA\n').neoantigens
  expect(screenedListed(e7!)).toMatchObject({ gene: 'E7', change: 'listed antigen', bestPeptide: 'CDEFGHIKL', isFirst: true })
})
