// The prior of a site's forecast, held to R: rates by weighted least squares, spread and mean by metafor 3.8-1, rma(rates, se^2, method = "PM").
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { fitGrowth, type GrowthCourse } from './index.ts'

const course = (
  counts: readonly (readonly [day: number, viable: number, replicates: number])[],
  splits: GrowthCourse['splits'] = [],
): GrowthCourse => {
  const [seed, ...others] = counts.map(([day, viable, replicates]) => ({ day, viable, replicates }))
  return { seed: seed!, counts: others, splits }
}
const LOTS = new Map([
  [
    'L-1',
    course(
      [
        [0, 1e6, 2],
        [4, 3.1e6, 1],
        [7, 9.2e6, 2],
        [10, 3.4e7, 2],
        [14, 9e7, 3],
        [21, 4.1e8, 3],
      ],
      [{ day: 12, kept: 0.5 }],
    ),
  ],
  [
    'L-2',
    course([
      [0, 2e6, 1],
      [5, 1.9e7, 2],
      [9, 8.8e7, 2],
      [14, 9.1e8, 2],
    ]),
  ],
  [
    'L-3',
    course([
      [0, 5e5, 2],
      [3, 1.2e6, 2],
      [7, 3.9e6, 2],
      [12, 1.6e7, 2],
      [16, 5.2e7, 2],
    ]),
  ],
  [
    'L-4',
    course(
      [
        [0, 1e6, 1],
        [6, 1.1e7, 1],
        [11, 6.5e7, 1],
        [18, 3.3e8, 1],
      ],
      [{ day: 8, kept: 0.8 }],
    ),
  ],
])
const close = (found: number, expected: number) => expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9)

test('rates, mean and spread are R’s', () => {
  const { lots, mean, meanSe, among, model } = value(fitGrowth(LOTS))
  const rates = [0.333512524613317, 0.43306791961563, 0.289799853096039, 0.341954275862879]
  const errors = [0.00745521018518667, 0.0142873607385315, 0.00995408094462125, 0.0125218687020695]
  lots.forEach(({ rate, se }, i) => {
    close(rate, rates[i]!)
    close(se, errors[i]!)
  })
  close(mean, 0.348960057718466)
  close(meanSe, 0.0299271595294914)
  close(among, 0.0587752316738854)
  expect(model.rateSd).toBeCloseTo(Math.hypot(0.0587752316738854, 0.0299271595294914), 9)
})

test('lots that differ less than their counts do have no spread of their own; two lots, and a lot without counts, are refused', () => {
  const one = LOTS.get('L-3')!
  const same = new Map(['A', 'B', 'C'].map(id => [id, one]))
  expect(value(fitGrowth(same)).among).toBe(0)
  const refused = (lots: ReadonlyMap<string, GrowthCourse>) => {
    const fit = fitGrowth(lots)
    return fit.ok ? 'ok' : fit.issue.code
  }
  expect(refused(new Map([...LOTS].slice(0, 2)))).toBe('growth-lots')
  expect(refused(new Map([...LOTS, ['L-5', { ...one, counts: [] }]]))).toBe('growth-counts')
  expect(refused(new Map([...LOTS, ['L-5', { ...one, splits: [{ day: 1, kept: 2 }] }]]))).toBe('forecast')
})
