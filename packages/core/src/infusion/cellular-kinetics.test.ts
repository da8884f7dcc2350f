import { expect, test } from 'vitest'
import { oracle, readData } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { atOneMonth, cellularKinetics } from './index.ts'

interface Case {
  readonly id: string
  readonly tail_points: number
  readonly points: readonly { day: number; value: number; n_total: number }[]
  readonly expected: {
    detection_limit_pct: number[]
    detected: boolean[]
    cmax: number
    tmax: number
    last_detected_day: number
    auc_0_28_linear: number
    auc_0_28_linlog: number
    tail_slope_per_day: number
    half_life_days: number
  }
}

oracle('limits, peak, areas of the first month and half-life of three courses', () => {
  const { cases } = JSON.parse(readData('clinical/persistence/kinetics_cases.json')) as { cases: readonly Case[] }
  expect(cases.length).toBe(3)
  for (const { id, points, tail_points, expected } of cases) {
    const ours = cellularKinetics(
      points.map(p => ({ day: p.day, value: p.value, total: p.n_total })),
      tail_points,
    )!
    expect([id, ours.detected, ours.cmax, ours.tmax, ours.lastDetectedDay]).toEqual([
      id,
      expected.detected,
      expected.cmax,
      expected.tmax,
      expected.last_detected_day,
    ])
    const numbers = [ours.auc28Linear, ours.auc28LinearLog, ours.tailSlope!, ours.halfLifeDays!, ...ours.detectionLimits]
    const theirs = [
      expected.auc_0_28_linear,
      expected.auc_0_28_linlog,
      expected.tail_slope_per_day,
      expected.half_life_days,
      ...expected.detection_limit_pct,
    ]
    theirs.forEach((value, i) => {
      expect(Math.abs(numbers[i]! - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)))
    })
  }
})

test('the order of samples changes nothing; the sample of one month is the nearest to day 28', () => {
  const random = seededRandom('kinetics')
  for (let run = 0; run < 50; run++) {
    const points = Array.from({ length: 3 + random.below(6) }, (_, i) => ({
      day: 5 * i + 1 + random.below(5),
      value: random.below(40),
      total: 20_000,
    }))
    expect(cellularKinetics(points.toReversed())).toEqual(cellularKinetics(points))
  }
  expect([atOneMonth([{ day: 14 }, { day: 30 }, { day: 26 }])?.day, atOneMonth([{ day: 20 }, { day: 43 }])]).toEqual([26, undefined])
})
