import { expect, test } from 'vitest'
import { seededRandom } from '../base/index.ts'
import { FLANK_WEIGHTS } from './flank-weights.table.ts'
import { flankModel, flankRatio, flankRatioAt, percentileWithFlanks } from './flanks.ts'

const weight = (side: 'before' | 'after', position: number, letter: string): number =>
  FLANK_WEIGHTS[side][position]![FLANK_WEIGHTS.letters.indexOf(letter)]!

test('the ratio is the product of the ten residues beside the peptide, whatever lies further out', () => {
  const logOdds =
    [...'LVVVG'].reduce((sum, letter, k) => sum + weight('before', k, letter), 0) +
    [...'TIQLI'].reduce((sum, letter, k) => sum + weight('after', k, letter), 0)
  expect(flankRatio('LVVVG', 'TIQLI')).toBeCloseTo(Math.exp(logOdds), 12)
  expect(flankRatio('MTEYKLVVVG', 'TIQLIQNHFV')).toBe(flankRatio('LVVVG', 'TIQLI'))
  expect(flankRatioAt('MTEYKLVVVGADGVGKSALTIQLIQNHFV', 10, 9)).toBe(flankRatio('LVVVG', 'TIQLI'))
})

test('the end of a protein counts as far as it goes; a residue that is not known counts nothing', () => {
  expect(flankRatio('', '')).toBe(1)
  expect(flankRatio('XXXXX', 'UBZ')).toBe(1)
  expect(flankRatio('', '-')).toBeCloseTo(Math.exp([0, 1, 2, 3, 4].reduce((sum, k) => sum + weight('after', k, '-'), 0)), 12)
  expect(flankRatio('', 'K*')).toBe(flankRatio('', 'K----'))
  expect(flankRatio('-M', '')).toBe(flankRatio('----M', ''))
  expect(flankRatio('M', '')).not.toBe(flankRatio('-M', ''))
  // first and last peptide of a protein
  expect(flankRatioAt('MSIINFEKLK', 0, 9)).toBe(flankRatio('-', 'K-'))
  expect(flankRatioAt('MSIINFEKLK', 1, 9)).toBe(flankRatio('-M', '-'))
  // a piece of one
  expect(flankRatioAt('GSIINFEKLK', 1, 9)).toBe(flankRatio('G', ''))
})

test('residues that cut well before and behind a ligand raise the ratio, a proline beside it lowers it', () => {
  expect(flankRatio('AAAAR', 'KAAAA')).toBeGreaterThan(1.5)
  expect(flankRatio('AAAAP', 'PAAAA')).toBeLessThan(0.7)
})

test('a percentile divided by the ratio stays a percentile: above 0, at most 100', () => {
  expect(percentileWithFlanks(0.5, 2)).toBe(0.25)
  expect(percentileWithFlanks(90, 0.5)).toBe(100)
  expect(percentileWithFlanks(0.0005, 50)).toBeGreaterThan(0)
})

test('other weights make another model', () => {
  const nothing = FLANK_WEIGHTS.before.map(row => row.map(() => 0))
  const onlyAfter = flankModel({ ...FLANK_WEIGHTS, before: nothing })
  const random = seededRandom('flanks')
  const residues = () => Array.from({ length: 5 }, () => 'ACDEFGHIKLMNPQRSTVWY'[random.below(20)]).join('')
  for (let i = 0; i < 50; i++) {
    const [before, after] = [residues(), residues()]
    expect(onlyAfter(before, after)).toBe(flankRatio('', after))
    expect(flankRatio(before, after)).toBeCloseTo(flankRatio(before, '') * flankRatio('', after), 10)
  }
})
