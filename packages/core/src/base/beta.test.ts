import { expect, test } from 'vitest'
import { betaBelow, betaQuantile } from './beta.ts'

// stdlib-js 0.2.3, beta-quantile
test.each([
  [0.025, 31, 71, 0.218978726304034],
  [0.975, 31, 71, 0.396147128647689],
  [0.025, 1, 1, 0.025],
])('the %f quantile of beta(%f, %f) is %f', (share, a, b, expected) => {
  expect(betaQuantile(share, a, b)).toBeCloseTo(expected, 9)
})

test('the share below the quantile is the share asked for', () => {
  for (const [a, b] of [
    [1, 200],
    [3, 3],
    [500, 2],
    [0.5, 0.5],
  ] as const)
    for (const share of [0.001, 0.3, 0.5, 0.99]) expect(betaBelow(betaQuantile(share, a, b), a, b)).toBeCloseTo(share, 9)
})
