import { expect, test } from 'vitest'
import { byNumber, nearest } from './index.ts'

test('the nearest name: a beginning comes before a few edits', () => {
  expect(nearest('twist', ['none', 'twist-like', 'gen9-like'], 1)).toEqual(['twist-like'])
  expect(nearest('TRAV12-22', ['TRAV12-2', 'TRAV1-2'], 1)).toEqual(['TRAV12-2'])
})

test('numbers ascend, what is unknown stands last', () => {
  expect([3, undefined, 1, Number.NaN, 2].toSorted(byNumber).slice(0, 3)).toEqual([1, 2, 3])
})
