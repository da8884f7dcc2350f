// A laboratory's table against the samples of two lots: what matches, and each reason to wait.
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { parseDelimited } from '../format/index.ts'
import { type AwaitedTest, matchResults, type ReleaseTest } from './index.ts'

const release = (name: string, unit: string, low: string | null, high: string | null, text_limit: string | null = null): ReleaseTest => ({
  name,
  method: 'synthetic',
  unit,
  low,
  high,
  limit_passes: true,
  text_limit,
  source: 'unverified',
  required_before_release: true,
})
const awaits = (lot: string, test: ReleaseTest, results: AwaitedTest['results'] = []): AwaitedTest => ({
  lot,
  subject: `${lot}-S`,
  test,
  specification: [test],
  results,
})
const there = (status: 'entered' | 'invalidated', verdict: 'fail' | 'undecided') => ({ raw: '41', unit: '%', status, verdict })

const AWAITED: ReadonlyMap<string, readonly AwaitedTest[]> = new Map([
  ['V1', [awaits('L1', release('viability', '%', '70', null))]],
  ['E1', [awaits('L1', release('endotoxin', 'EU/kg', null, '5'))]],
  [
    'M1',
    [
      awaits('L1', release('mycoplasma', 'text', null, null, 'not detected')),
      awaits('L1', release('sterility', 'text', null, null, 'no growth')),
    ],
  ],
  ['V2', [awaits('L2', release('viability', '%', '70', null), [there('entered', 'fail')])]],
  ['V3', [awaits('L3', release('viability', '%', '70', null), [there('invalidated', 'fail'), there('entered', 'undecided')])]],
])
const HEAD = 'sample,result,unit,tested_at,test,subject,dose_volume_ml,body_weight_kg'
const AT = '2026-03-24T09:30:00+01:00'
const match = (...lines: readonly string[]) => matchResults(value(parseDelimited([HEAD, ...lines].join('\n'), { delimiter: ',' })), AWAITED)

test('a row goes by its sample to lot and test, with the verdict that it would have', () => {
  const { matched, waiting } = match(
    `V1,70,%,${AT},,L1-S,,`,
    `E1,0.5,EU/mL,${AT},,,400,70`,
    `M1,Detected,text,${AT},mycoplasma,,,`,
    `M1,no growth,text,${AT},sterility,,,`,
    `V3,69.9,%,${AT},,,,`,
  )
  expect(waiting).toEqual([])
  expect(matched.map(one => [one.line, one.lot, one.test, one.verdict])).toEqual([
    [2, 'L1', 'viability', 'pass'],
    [3, 'L1', 'endotoxin', 'pass'],
    [4, 'L1', 'mycoplasma', 'fail'],
    [5, 'L1', 'sterility', 'pass'],
    [6, 'L3', 'viability', 'fail'],
  ])
  expect(matched[1]?.inputs).toEqual({ dose_volume_ml: '400', body_weight_kg: '70' })
})

test('without body weight the result is taken as reported, undecided', () => {
  expect(match(`E1,0.5,EU/mL,${AT},,,400,`).matched).toMatchObject([
    { verdict: 'undecided', raw: '0.5', inputs: { dose_volume_ml: '400' } },
  ])
})

test.each([
  [`V9,91,%,${AT},,,,`, 'sample-unknown'],
  [`V1,91,%,${AT},endotoxin,,,`, 'test-unknown'],
  [`M1,not detected,text,${AT},,,,`, 'test-ambiguous'],
  [`V1,91,%,${AT},,L2-S,,`, 'subject-differs'],
  [`V2,91,%,${AT},,,,`, 'result-there'],
  ['V1,91,%,24.03.2026,,,,', 'time'],
  [`V1,"91,5",%,${AT},,,,`, 'decimal'],
  [`V1,"1,000",%,${AT},,,,`, 'decimal'],
  [`V1,0.91,fraction,${AT},,,,`, 'unit'],
])('%s waits: %s', (line, code) => {
  const { matched, waiting } = match(line)
  expect([matched, waiting.map(one => [one.line, one.issue.code, one.issue.line])]).toEqual([[], [[2, code, 2]]])
})

test('a test that stands twice is taken once; the second row waits and names the first', () => {
  const { matched, waiting } = match(`V1,91,%,${AT},,,,`, `V1,92,%,${AT},,,,`)
  expect([matched.map(one => one.raw), waiting.map(one => [one.issue.code, one.issue.what.includes('line 2')])]).toEqual([
    ['91'],
    [['row-twice', true]],
  ])
})
