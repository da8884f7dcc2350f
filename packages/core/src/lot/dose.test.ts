// The dose factor by factor, and the conversions of results: what is not known makes no number, and what has no number passes only where another limit decides.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  type BatchTemplate,
  cellsText,
  checkTemplate,
  type DoseRule,
  doseOf,
  doseSteps,
  judgeResult,
  type LotFile,
  limitOf,
} from './index.ts'

const TEMPLATES = JSON.parse(
  readFileSync(new URL('../../../node/data/lot-templates.json', import.meta.url), 'utf8'),
) as readonly BatchTemplate[]
const tcrT = TEMPLATES.find(({ product_type }) => product_type === 'TCR-T')!
const RESULTS: Readonly<Record<string, string>> = { count: '8e8', alive: '85', t: '95', carry: '55' }
const ALL: DoseRule = { test: 'count', counted: 'total', viability: 'alive', cd3: 't', receptor_positive: 'carry' }

const told = (rule: DoseRule, results: Readonly<Record<string, string>> = RESULTS) =>
  doseSteps(rule, name => results[name]).map(({ cells, number, basis }) => [cells, cellsText(number), basis])

test('each factor is named; from what was counted to what is stated', () => {
  expect(told(ALL)).toEqual([
    ['total cells', '800000000', 'counted (count)'],
    ['viable cells', '680000000', '× 85 % (alive)'],
    ['viable CD3+ cells', '646000000', '× 95 % (t)'],
    ['viable receptor-positive cells', '355300000', '× 55 % (carry)'],
  ])
  expect(told({ test: 'count', counted: 'viable', cd3: 't' })).toHaveLength(2)
  expect(told({ test: 'count', counted: 'viable receptor-positive' })).toEqual([
    ['viable receptor-positive cells', '800000000', 'counted (count)'],
  ])
})

test('a factor without a result, or below what could be detected, leaves what follows unknown', () => {
  const numbers = (results: Readonly<Record<string, string>>) => told(ALL, results).map(([, number, basis]) => [number, basis])
  expect(numbers({ ...RESULTS, t: '<5' }).slice(1)).toEqual([
    ['680000000', '× 85 % (alive)'],
    ['unknown', '× <5 (t)'],
    ['unknown', '× 55 % (carry)'],
  ])
  const { count: _, ...uncounted } = RESULTS
  expect(numbers(uncounted)[0]).toEqual(['unknown', 'count: no result'])
  expect(
    numbers(uncounted)
      .slice(1)
      .map(([number]) => number),
  ).toEqual(['unknown', 'unknown', 'unknown'])
})

test('only results that stand count; a template without a rule has the number of its test alone', () => {
  const row = (name: string, raw: string, status = 'reviewed') => ({ data: { test: name, raw, value: raw, status, verdict: 'pass' } })
  const file = (template: BatchTemplate, rows: readonly unknown[]) => ({ template, results: rows }) as unknown as LotFile
  const rows = [
    row('dose', '9e9', 'invalidated'),
    row('dose', '3e8'),
    row('identity CD3+ of CD45+', '90'),
    row('receptor-positive of CD3+', '50'),
  ]
  const { dose: _, ...without } = tcrT
  const last = (template: BatchTemplate) => doseOf(file(template, rows)).at(-1)
  expect([cellsText(last(tcrT)?.number), last(tcrT)?.cells]).toEqual(['135000000', 'viable receptor-positive cells'])
  expect([cellsText(last(without)?.number), last(without)?.cells]).toEqual(['300000000', 'cells'])
  expect(doseOf(file(TEMPLATES.find(({ product_type }) => product_type === 'VECTOR')!, []))).toEqual([])
})

test('a template whose dose is made of a test that is none, of no share, or of shares with a gap, is refused', () => {
  const says = (dose: DoseRule) => {
    const checked = checkTemplate({ ...tcrT, dose })
    return checked.ok ? 'ok' : checked.issue.what
  }
  expect(TEMPLATES.map(template => checkTemplate(template).ok)).toEqual([true, true, true, true])
  expect([
    says({ test: 'count', counted: 'viable' }),
    says({ test: 'dose', counted: 'viable', cd3: 'endotoxin' }),
    says({ test: 'dose', counted: 'viable', receptor_positive: 'receptor-positive of CD3+' }),
    says({ test: 'dose', counted: 'viable', viability: 'viability', cd3: 'identity CD3+ of CD45+' }),
    says({ test: 'dose', counted: 'viable receptor-positive', cd3: 'identity CD3+ of CD45+' }),
    says({ test: 'dose', counted: 'viable CD3+', receptor_positive: 'receptor-positive of CD3+' }),
  ]).toEqual([
    'the dose is made of the test "count", which the specification does not have',
    'the dose takes a share from the test "endotoxin", whose unit is EU/kg, not %',
    'the dose counts viable cells: its shares are cd3, then receptor_positive',
    'the dose counts viable cells: its shares are cd3, then receptor_positive',
    'the dose counts viable receptor-positive cells: its shares are none',
    'ok',
  ])
})

const limit = (name: string) => limitOf(tcrT.release.find(one => one.name === name)!)

test('a fold over a wild type of 0 has no number and passes only beside an absolute limit', () => {
  const judged = (raw: string, wild_type_pg_ml: string, specification = tcrT.release) => {
    const found = judgeResult(raw, 'pg/mL', limit('potency mutant over wild type'), { wild_type_pg_ml }, specification)
    return found.ok ? [found.value.verdict, found.value.value] : found.issue.code
  }
  expect([
    judged('240', '130'),
    judged('400', '130'),
    judged('240', '0'),
    judged('240', '0', []),
    judged('0', '0'),
    judged('<5', '0'),
    judged('240', '-1'),
  ]).toEqual([
    ['fail', '1.846154'],
    ['pass', '3.076923'],
    ['pass', ''],
    'conversion-input',
    'conversion-input',
    'conversion-input',
    'conversion-input',
  ])
})

test('copies stand beside what Poisson’s law expects; a percentage where a fraction is meant is refused', () => {
  const judged = (transduced_fraction: string) => judgeResult('1.4', 'copies per cell', limit('vector copies'), { transduced_fraction })
  expect(judged('0.7')).toMatchObject({
    ok: true,
    value: {
      verdict: 'pass',
      value: '2',
      basis: 'copies per cell / transduced fraction (transduced_fraction 0.7); Poisson’s law expects 1.72',
    },
  })
  expect(judged('1')).toMatchObject({ ok: true, value: { basis: expect.stringMatching(/fraction 1\)$/) } })
  expect(judged('70')).toMatchObject({ ok: false, issue: { code: 'conversion-input', what: 'transduced_fraction is 70, above 1' } })
})
