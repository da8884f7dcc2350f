import { parseDecimal, ratioToNumber } from '@cognate/core/base'
import { expect, test } from 'vitest'
import { oracle, readData, value } from '../../../../test/oracle.ts'
import {
  convertReading,
  doseSteps,
  type Edge,
  forecastGrowth,
  judgeReading,
  parseReading,
  poissonCopies,
  reachedFrom,
  scheduleTasks,
} from './index.ts'

const cases = <T>(name: string): T[] => (JSON.parse(readData(`clinical/manufacturing/${name}_cases.json`)) as { cases: T[] }).cases

/** Every number of `expected` is within 1e-9 of `found`, relative; chances below 1e-12 within 1e-12. */
function close(found: unknown, expected: unknown, path = ''): number {
  if (typeof expected === 'number') {
    const difference = Math.abs((found as number) - expected)
    if (!(difference <= 1e-9 * Math.abs(expected) || difference <= 1e-12)) expect.fail(`${path}: ${found} instead of ${expected}`)
    return 1
  }
  if (typeof expected === 'object' && expected !== null)
    return Object.entries(expected).reduce(
      (sum, [key, inner]) => sum + close((found as Record<string, unknown>)[key], inner, `${path}.${key}`),
      0,
    )
  expect(found, path).toBe(expected)
  return 1
}

interface LimitCase {
  id: string
  test: string
  inputs: Record<string, number | null> & { unit: string }
  limit?: { max?: number; min?: number; unit: string; strict: boolean; min_pg_ml?: number; min_fold?: number }
  expected: {
    value?: number
    pass?: boolean
    error?: string
    fold?: number
    poisson_mean_from_fraction?: number
    poisson_per_transduced?: number
  }
}

const written = (n: number | null | undefined) => (n === null || n === undefined ? undefined : String(n))

function judgedCase({ test, inputs, limit, expected }: LimitCase): unknown {
  const number = (name: string) => inputs[name]!
  if (test === 'dose') {
    const percent: Readonly<Record<string, number>> = {
      viability: number('viability'),
      cd3: number('cd3_of_viable'),
      receptor_positive: number('tcr_positive_of_cd3'),
    }
    const steps = doseSteps(
      { test: 'count', counted: 'total', viability: 'viability', cd3: 'cd3', receptor_positive: 'receptor_positive' },
      name => (name === 'count' ? String(number('total_nucleated_cells')) : String(100 * percent[name]!)),
    )
    const [, viable, viable_cd3, viable_tcr_positive] = steps.map(step => ratioToNumber(step.number!))
    return { viable, viable_cd3, viable_tcr_positive }
  }
  if (test === 'potency') {
    const reading = value(
      convertReading(value(parseReading(String(number('mutant_pg_ml')))), 'pg/mL', 'ratio', {
        wild_type_pg_ml: String(number('wild_type_pg_ml')),
      }),
    ).reading!
    const fold = ratioToNumber(reading.value)
    return { fold, pass: number('mutant_pg_ml') >= limit!.min_pg_ml! && fold >= limit!.min_fold! }
  }
  const raw =
    test === 'viability' ? String(number('live') / (number('live') + number('dead'))) : String(inputs.result ?? inputs.copies_per_cell)
  const unit = test === 'vcn' ? 'copies per cell' : (inputs.unit ?? '')
  const to = limit!.unit ?? ''
  const converted = convertReading(value(parseReading(raw)), unit, to, {
    dose_volume_ml: written(inputs.dose_volume_ml),
    body_weight_kg: written(inputs.body_weight_kg),
    transduced_fraction: written(inputs.transduced_fraction),
  })
  if (!converted.ok) return { error: converted.issue.what }
  const reading = converted.value.reading!
  const verdict = judgeReading(reading, {
    unit: to,
    low: written(limit!.min) ?? null,
    high: written(limit!.max) ?? null,
    limitPasses: !limit!.strict,
    textLimit: null,
  })
  const poisson = test === 'vcn' ? poissonCopies(number('transduced_fraction')) : undefined
  return {
    value: ratioToNumber(reading.value),
    ...(expected.value === undefined ? {} : { unit: to }),
    pass: verdict === 'pass',
    ...(poisson === undefined ? {} : { poisson_mean_from_fraction: poisson.mean, poisson_per_transduced: poisson.perTransduced }),
  }
}

oracle('release arithmetic: limits, conversions, doses and folds are those worked out by hand', () => {
  const all = cases<LimitCase>('limit')
  expect(all).toHaveLength(13)
  for (const one of all) close(judgedCase(one), one.expected, one.id)
})

oracle('growth forecasts equal the closed form of an independent program to 1e-9', () => {
  interface Case {
    id: string
    seed: { day: number; viable: number; replicates?: number }
    counts: { day: number; viable: number; replicates?: number }[]
    splits?: { day: number; kept: number }[]
    target: { tcr_positive_dose: number; tcr_fraction: number; recovery: number }
    horizon_days: number
    model: { rate_mean: number; rate_sd: number; count_cv: number; process_sd: number }
    expected: Record<string, unknown>
  }
  const all = cases<Case>('expansion')
  expect(all).toHaveLength(5)
  for (const one of all) {
    const found = value(
      forecastGrowth({
        seed: one.seed,
        counts: one.counts,
        splits: one.splits ?? [],
        target: {
          receptorPositiveDose: one.target.tcr_positive_dose,
          receptorFraction: one.target.tcr_fraction,
          recovery: one.target.recovery,
        },
        horizonDays: one.horizon_days,
        model: { rateMean: one.model.rate_mean, rateSd: one.model.rate_sd, countCv: one.model.count_cv, processSd: one.model.process_sd },
      }),
    )
    const compared = close(
      {
        rate_per_day: found.ratePerDay,
        rate_sd: found.rateSd,
        doubling_days: found.doublingDays,
        log_intercept: found.logIntercept,
        needed_viable: found.neededViable,
        by_day: found.byDay.map(({ probReached, ...day }) => ({ ...day, prob_reached: probReached })),
        first_day_p10: found.firstDay.p10 ?? null,
        first_day_p50: found.firstDay.p50 ?? null,
        first_day_p90: found.firstDay.p90 ?? null,
      },
      one.expected,
      one.id,
    )
    expect(compared).toBeGreaterThan(100)
  }
})

oracle('schedules equal the critical path of an independent program to 1e-9', () => {
  interface Case {
    id: string
    ask_days: number[]
    tasks: { id: string; after: string[]; min: number; mode: number; max: number; not_before?: number }[]
    expected: Record<string, unknown>
  }
  for (const one of cases<Case>('schedule')) {
    const found = value(
      scheduleTasks(
        one.tasks.map(({ not_before, ...task }) => (not_before === undefined ? task : { ...task, notBefore: not_before })),
        one.ask_days,
      ),
    )
    const tasks = Object.fromEntries(
      found.tasks.map(task => [
        task.id,
        { earliest_start: task.earliestStart, earliest_finish: task.earliestFinish, latest_finish: task.latestFinish, slack: task.slack },
      ]),
    )
    const compared = close(
      { days: found.days, critical: found.critical, sd_days: found.sdDays, tasks, prob_by: found.probBy },
      one.expected,
      one.id,
    )
    expect(compared).toBeGreaterThan(20)
  }
})

oracle('a recall reaches what the worked genealogy says, and no more', () => {
  const all = cases<{ edges: Edge[]; queries: { start: string; affected: string[] }[] }>('recall')
  const queries = all.flatMap(one => one.queries.map(query => ({ query, edges: one.edges })))
  expect(queries.length).toBeGreaterThanOrEqual(3)
  for (const { query, edges } of queries) expect(reachedFrom(edges, query.start)).toEqual(query.affected)
})

test('a value below detection passes an upper limit and says nothing to a lower one', () => {
  const limit = { unit: 'EU/mL', limitPasses: false, textLimit: null }
  const below = value(parseReading('<0.25'))
  expect(judgeReading(below, { ...limit, low: null, high: '0.25' })).toBe('pass')
  expect(judgeReading(below, { ...limit, low: null, high: '0.1' })).toBe('indeterminate')
  expect(judgeReading(below, { ...limit, low: '0.1', high: null })).toBe('indeterminate')
  expect(judgeReading(below, { ...limit, low: '0.25', high: null })).toBe('fail')
  expect(judgeReading(value(parseReading('>2000')), { ...limit, low: '200', high: null })).toBe('pass')
})

test.each(['1,000', '0,5', '', '1 000', '5 EU', '0x10', 'NaN', '1e999'])('"%s" is refused as a number, not guessed', text => {
  expect(parseReading(text).ok).toBe(false)
})

test('0.1 + 0.2 is 0.3: decimals are compared as decimals', () => {
  expect(parseDecimal('0.30')).toMatchObject({ ok: true, value: { over: 30n, under: 100n } })
  expect(judgeReading(value(parseReading('0.30')), { unit: '', low: '0.3', high: '0.3', limitPasses: true, textLimit: null })).toBe('pass')
})
