// Wells and wrong answers of a screen before it is begun, against the figures of a simulation by others of 156 mutations in constructs of twelve.
import { expect, test } from 'vitest'
import { adaptiveWells, forecastStrategies } from './index.ts'

const REQUEST = { antigens: 156, together: 12, coverage: 3, seed: 'cognate' }

test('156 mutations in twelves: 25, 47 and 73 wells in two rounds for 1, 3 and 6 hits; 39 in one, with fewer wrong answers than a random arrangement gives', () => {
  const forecast = forecastStrategies(REQUEST, [1, 3, 6])
  expect(forecast.map(one => [one.hits, Math.round(one.adaptiveWells), one.oneRoundWells])).toEqual([
    [1, 25, 39],
    [3, 47, 39],
    [6, 73, 39],
  ])
  // a random arrangement has 0, 0.9 and 6.5
  expect(forecast[0]!.falsePositives).toBe(0)
  expect(forecast[1]!.falsePositives).toBeLessThan(0.9)
  expect(forecast[2]!.falsePositives).toBeLessThan(6.5)
  expect(forecast.map(one => one.exact)).toEqual(forecast.map(one => one.exact).toSorted((a, b) => b - a))
  expect(forecastStrategies(REQUEST, [1, 3, 6])).toEqual(forecast)
})

test('wells of two rounds are what drawing hits by hand gives; more hits than antigens are no forecast', () => {
  // seven antigens in constructs of three, three and one: any one hit
  const request = { antigens: 7, together: 3, coverage: 2, seed: 'x' }
  expect(adaptiveWells(request, 1)).toBeCloseTo(3 + (3 * 3 + 3 * 3 + 1) / 7, 12)
  expect(adaptiveWells(request, 7)).toBeCloseTo(3 + 7, 12)
  expect(forecastStrategies(request, [1, 8]).map(({ hits }) => hits)).toEqual([1])
})
