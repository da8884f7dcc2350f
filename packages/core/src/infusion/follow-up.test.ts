// Due days of the follow-up, counted by hand.
import { expect, test } from 'vitest'
import type { BatchTemplate, LotData } from '../lot/index.ts'
import type { Row } from '../record/index.ts'
import type { InfusionData } from './bedside-commands.ts'
import { DEFAULT_FOLLOW_UP, type FollowUpData, followUpLine, monthsAfter } from './follow-up.ts'

test('months are months of the calendar; a day that a month has not is its last', () => {
  expect([
    monthsAfter('2026-03-02', 0),
    monthsAfter('2026-03-02', 3),
    monthsAfter('2026-10-31', 4),
    monthsAfter('2026-11-30', 3),
    monthsAfter('2028-02-29', 12),
    monthsAfter('2024-02-29', 48),
    monthsAfter('2026-12-15', 1),
    monthsAfter('2026-03-02', 180),
  ]).toEqual(['2026-03-02', '2026-06-02', '2027-02-28', '2027-02-28', '2029-02-28', '2028-02-29', '2027-01-15', '2041-03-02'])
})

test('the default has a sample before, at 3, 6 and 12 months, and every year to the fifteenth', () => {
  expect(DEFAULT_FOLLOW_UP.map(({ months }) => months)).toEqual([
    0, 3, 6, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180,
  ])
})

const lot = { id: 'L', data: { coi: 'C', subject: 'S' } } as unknown as Row<LotData>
const infusion = (id: string, at: string) => ({ id, data: { started_at: at } }) as unknown as Row<InfusionData>
const sample = (visit: string, outcome: FollowUpData['outcome']) => ({ data: { visit, outcome } }) as unknown as Row<FollowUpData>
const line = (today: string, taken: readonly Row<FollowUpData>[], template = {} as BatchTemplate) =>
  followUpLine(lot, template, [infusion('later', '2026-03-05T09:00:00Z'), infusion('first', '2026-03-02T23:30:00+01:00')], taken, today)!

test('months count from the first infusion, on the day of the place where it was given', () => {
  const { given_on, infusion: first, visits, overdue, next_due } = line('2026-03-02', [])
  expect([given_on, first, overdue, next_due]).toEqual(['2026-03-02', 'first', 0, '2026-03-02'])
  expect(visits.slice(0, 3).map(({ visit, due, state }) => [visit, due, state])).toEqual([
    ['baseline', '2026-03-02', 'due'],
    ['month-3', '2026-06-02', 'later'],
    ['month-6', '2026-09-02', 'later'],
  ])
})

test('a sample is due a month around its day and overdue afterwards; one that was missed stays so until it is taken', () => {
  const state = (today: string, taken: readonly Row<FollowUpData>[]) => line(today, taken).visits[1]!.state
  expect(['2026-05-02', '2026-05-03', '2026-06-02', '2026-07-02', '2026-07-03'].map(day => state(day, []))).toEqual([
    'later',
    'due',
    'due',
    'due',
    'overdue',
  ])
  expect(state('2026-09-01', [sample('month-3', 'missed')])).toBe('overdue')
  expect(state('2026-09-01', [sample('month-3', 'archived')])).toBe('done')
  const all = line(
    '2042-01-01',
    DEFAULT_FOLLOW_UP.map(({ visit }) => sample(visit, 'negative')),
  )
  expect([all.overdue, all.next_due]).toEqual([0, ''])
})

test('a template’s own schedule stands instead; where nothing was given nothing is due', () => {
  const own = line('2026-03-02', [], { follow_up: [{ visit: 'week-4', months: 1, source: 'synthetic' }] } as unknown as BatchTemplate)
  expect(own.visits.map(({ visit, due }) => [visit, due])).toEqual([['week-4', '2026-04-02']])
  expect(followUpLine(lot, {} as BatchTemplate, [], [], '2026-03-02')).toBeUndefined()
})
