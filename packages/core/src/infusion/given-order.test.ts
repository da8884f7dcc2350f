// The dose that was given: by volume of one suspension, exactly; nothing is assumed for what was not recorded.
import { expect, test } from 'vitest'
import type { LotFile } from '../lot/index.ts'
import type { Row } from '../record/index.ts'
import { type DoseOrderData, givenOrder, type InfusionData } from './index.ts'

const bag = (id: string, volume_ml: string, kind = 'bag') => ({ id, data: { kind, volume_ml } })
const file = (more: { raw?: string; share?: string } = {}) =>
  ({
    row: { id: 'L' },
    lot: {
      subject: 'S',
      arms: [
        { receptor: 'R1', share: more.share ?? '0.3' },
        { receptor: 'R2', share: '0.7' },
      ],
    },
    template: { release: [{ name: 'dose', unit: 'cells' }] },
    results: [{ data: { test: 'dose', raw: more.raw ?? '3e8', status: 'reviewed', verdict: 'pass' } }],
    // the tube for retention is none of the dose
    containers: [bag('B1', '33.3'), bag('B2', '66.6'), bag('T1', '5', 'tube')],
  }) as unknown as LotFile
const order = { id: 'O', data: { lot: 'L', containers: ['B1', 'B2'], cells: '3e8' } } as unknown as Row<DoseOrderData>
const infusion = (container: string, end?: Readonly<Record<string, string>>) =>
  ({
    id: `O:${container}`,
    data: {
      order: 'O',
      container,
      started_at: '2026-03-24T10:00:00Z',
      ...(end === undefined
        ? {}
        : { end: { thawed_at: '2026-03-24T09:50:00Z', stopped_at: '2026-03-24T10:20:00Z', why_not_all: '', reaction: '', ...end } }),
    },
  }) as unknown as Row<InfusionData>

test('cells of each container, of all, and by receptor', () => {
  const given = givenOrder(
    order,
    file(),
    [infusion('B1', { volume_given_ml: '33.3' }), infusion('B2', { volume_given_ml: '33.3' })],
    '2026-03-24T04:00:00Z',
  )
  expect(
    given.containers.map(one => [one.container, one.fraction, one.cells, one.minutes, one.hours_from_release, one.minutes_from_thaw]),
  ).toEqual([
    ['B1', 1, 100_000_000, 20, 6, 10],
    ['B2', 0.5, 100_000_000, 20, 6, 10],
  ])
  expect([given.cells, given.arms.map(arm => arm.cells), given.open]).toEqual([200_000_000, [60_000_000, 140_000_000], []])
})

test('what is not known makes no number, and is named', () => {
  const of = (lot: LotFile, infusions: readonly Row<InfusionData>[]) => {
    const { cells, open, arms } = givenOrder(order, lot, infusions, '')
    return [cells, arms.map(arm => arm.cells), open]
  }
  const both = [infusion('B1', { volume_given_ml: '33.3' }), infusion('B2', { volume_given_ml: '66.6' })]
  expect([
    of(file(), [both[0]!]),
    of(file(), [both[0]!, infusion('B2')]),
    of({ ...file(), results: [] }, both),
    of(file({ share: '' }), both),
  ]).toEqual([
    [100_000_000, [30_000_000, 70_000_000], ['B2 was not given']],
    [undefined, [undefined, undefined], ['the end of B2 was not recorded']],
    [undefined, [undefined, undefined], ['the lot has no result of a dose in cells']],
    [300_000_000, [undefined, 210_000_000], ['the share of R1 was not recorded']],
  ])
})
