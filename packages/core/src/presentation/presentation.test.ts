import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import {
  agreements,
  anchorPositions,
  class2Molecules,
  compareModels,
  fixed,
  motifLogo,
  motifsOf,
  type Predictor,
  residueEffects,
  spearman,
  withUnsettledAlleles,
} from './index.ts'

/** Likes L at P2 and V at the end, nothing else. */
const toy: Predictor = {
  id: 'toy',
  mhcClass: 'I',
  minLength: 8,
  maxLength: 14,
  alleles: () => ['HLA-A*02:01'],
  support: () => ({ ligands: 1000, affinities: 1000, distance: 0, nearest: '' }),
  predict: (peptides, alleles) => {
    const score = Float32Array.from(peptides, p => 1 / (1 + Math.exp(4 - 3 * Number(p[1] === 'L') - 3 * Number(p.endsWith('V')))))
    return {
      alleles,
      peptides: peptides.length,
      presentationScore: score,
      presentationPercentile: score,
      ic50NanoMolar: score,
      affinityPercentile: score,
    }
  },
}
const A2 = 'HLA-A*02:01' as HlaAllele

test('the motif of a molecule that likes L at P2 and V at P9 shows just these, and they are its anchors', () => {
  const [motif] = motifsOf(toy, [A2])
  expect(anchorPositions(motif!)).toEqual([2, 9])
  expect(motif!.bits[3]).toBeLessThan(0.2)
  const svg = motifLogo(motif!)
  expect(svg.startsWith('<svg')).toBe(true)
  expect(svg).toContain('anchors P2, P9')
  expect(svg.match(/>V<\/text>/g)?.length).toBeGreaterThanOrEqual(1)
})

test('which residues drive a score: the anchors do, and the better residue is named', () => {
  const effects = residueEffects(toy, 'GLGGVFTAA', A2)
  expect(effects.map(e => Number(e.effect.toFixed(2)))).toEqual([0, 3, 0, 0, 0, 0, 0, 0, expect.closeTo(-0.16, 2)])
  expect(effects[8]!.best).toBe('V')
})

test('an allele that was not settled gets the worst rank of those it may be, peptide by peptide, with that one’s other values', () => {
  const ranks: Record<string, number> = { 'HLA-A*02:01': 1, 'HLA-A*02:06': 4, 'HLA-B*07:02': 2 }
  const ranked: Predictor = {
    ...toy,
    support: allele => (ranks[allele] === undefined ? undefined : { ligands: ranks[allele]!, affinities: 0, distance: 0, nearest: allele }),
    // the second peptide turns the order round
    predict: (peptides, alleles) => {
      const of = (p: number, a: number) => (p === 0 ? ranks[alleles[a]!]! : 10 - ranks[alleles[a]!]!)
      const values = Float32Array.from({ length: peptides.length * alleles.length }, (_, i) =>
        of(Math.floor(i / alleles.length), i % alleles.length),
      )
      const scaled = values.map(value => value * 100)
      return {
        alleles,
        peptides: peptides.length,
        presentationScore: scaled,
        presentationPercentile: values,
        ic50NanoMolar: scaled,
        affinityPercentile: scaled,
      }
    },
  }
  const wrapped = withUnsettledAlleles(ranked)
  const unsettled = 'HLA-A*02:01/A*02:06' as HlaAllele
  const block = wrapped.predict(['SIINFEKLV', 'GLGGVFTAV'], [unsettled, 'HLA-B*07:02' as HlaAllele])
  expect([...block.presentationPercentile]).toEqual([4, 2, 9, 8])
  expect([...block.ic50NanoMolar]).toEqual([400, 200, 900, 800])
  expect(wrapped.support(unsettled)?.ligands).toBe(1)
  expect(wrapped.support('HLA-A*02:01/A*02:09' as HlaAllele)).toBeUndefined()
})

test('a chain that was not settled stays so in its molecule', () => {
  const alleles = ['DQA1*05:01', 'DQB1*02:01/DQB1*02:02', 'DRB1*04:01/DRB1*04:04'].map(name => value(parseHlaAllele(name)).allele)
  const { molecules, caveats } = class2Molecules(alleles)
  expect(molecules).toEqual(['HLA-DRB1*04:01/DRB1*04:04', 'HLA-DQA1*05:01/DQB1*02:01/DQB1*02:02'])
  expect(caveats).toEqual([])
})

test('models are compared pair by pair; strong against no binder is a disagreement', () => {
  const score = (peptide: string, percentile: number) => ({ peptide, allele: A2, percentile })
  const models = [
    { model: 'one', scores: [score('A', 0.1), score('B', 1), score('C', 40), score('D', 5)] },
    { model: 'two', scores: [score('A', 9), score('B', 2), score('C', 30)] },
  ]
  const rows = compareModels(models, 'I')
  expect(rows.map(row => [row.peptide, row.disagree])).toEqual([
    ['A', true],
    ['B', false],
    ['C', false],
    ['D', false],
  ])
  expect(agreements(rows, models)).toEqual([{ allele: A2, model: 'two', pairs: 3, spearman: 0.5, by: 'percentile' }])
  expect(
    spearman([
      [1, 2],
      [2, 2],
      [3, 9],
    ]),
  ).toBeCloseTo(0.866, 3)
})

test('class II molecules of a full typing: three DR, and DP and DQ in cis and trans', () => {
  const names = [
    'DRB1*04:01',
    'DRB1*15:01',
    'DRB4*01:01',
    'DPA1*01:03',
    'DPB1*04:01',
    'DPB1*02:01',
    'DQA1*01:02',
    'DQA1*03:01',
    'DQB1*03:02',
    'DQB1*06:02',
  ]
  const made = class2Molecules(names.map(name => value(parseHlaAllele(name)).allele))
  expect(made.molecules).toHaveLength(9)
  expect(made.caveats.map(c => c.text.slice(0, 25))).toEqual(['DQA1*01:02 and DQB1*03:02', 'DQA1*03:01 and DQB1*06:02'])
  expect(class2Molecules(['HLA-DPA1*01:03' as HlaAllele]).caveats[0]!.code).toBe('beta-missing')
})

test('fixed decimals are those of toFixed', () => {
  for (const n of [0, 0.005, 0.99999, 1, 61.84123, 99.99996, 1234.56, 50000, 123456.7]) {
    for (const decimals of [1, 4, 5]) expect(Math.abs(Number(fixed(n, decimals)) - n)).toBeLessThanOrEqual(0.5000001 * 10 ** -decimals)
    expect(fixed(n, 4)).toMatch(/^\d+\.\d{4}$/)
  }
})
