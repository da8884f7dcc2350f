// Every figure of R survival 3.5-3 and cmprsk: 1e-9, Cox and Fine-Gray 1e-7; designs by an independent exhaustive search.
// Whole because one reference file holds them all.
import { expect, test } from 'vitest'
import { oracle, readData, value } from '../../../../../test/oracle.ts'
import { clopperPearson, seededRandom, wilson } from '../../base/index.ts'
import { parseDelimited } from '../../format/index.ts'
import {
  aalenJohansen,
  coxModel,
  cumulativeIncidence,
  eventTimes,
  fineGray,
  grayTest,
  type IntervalKind,
  kaplanMeier,
  logRank,
  quantile,
  restrictedMean,
  rowAt,
  simonDesigns,
  survivalAt,
  type TieMethod,
} from './index.ts'

type Numbers = readonly (number | null)[]

interface KmReference {
  readonly conf_type: IntervalKind
  readonly time: Numbers
  readonly n_risk: Numbers
  readonly n_event: Numbers
  readonly n_censor: Numbers
  readonly surv: Numbers
  readonly std_err: Numbers
  readonly lower: Numbers
  readonly upper: Numbers
  readonly quantile: { readonly p: readonly number[]; readonly est: Numbers; readonly lower: Numbers; readonly upper: Numbers }
  readonly rmean: number
  readonly rmean_se: number
}

interface CoxReference {
  readonly ties: TieMethod
  readonly coef: readonly number[]
  readonly se: readonly number[]
  readonly loglik: readonly [number, number]
  readonly conf: readonly (readonly [number, number])[]
  readonly score: number
  readonly wald: number
  readonly concordance: readonly [number, number]
}

interface Reference {
  readonly kaplan_meier: Readonly<
    Record<string, { readonly time: readonly number[]; readonly status: readonly number[]; readonly km: readonly KmReference[] }>
  >
  readonly logrank: Readonly<
    Record<
      string,
      {
        readonly rho: number
        readonly n: readonly number[]
        readonly obs: readonly number[]
        readonly exp: readonly number[]
        readonly chisq: number
        readonly df: number
        readonly p: number
        readonly var: readonly (readonly number[])[]
      }
    >
  >
  readonly cox: Readonly<Record<string, CoxReference>>
  readonly competing: { readonly times: readonly number[]; readonly pstate: readonly Numbers[]; readonly se: readonly Numbers[] }
  readonly competing_ties: {
    readonly time: readonly number[]
    readonly event: readonly number[]
    readonly tm: readonly number[]
    readonly pstate: readonly Numbers[]
    readonly se: readonly Numbers[]
  }
  readonly gray: {
    readonly tests: readonly (readonly [number, number, number])[]
    readonly est: readonly Numbers[]
    readonly var: readonly Numbers[]
  }
  readonly binomial: { readonly rows: readonly (readonly [number, number, number, number, number, number])[] }
  readonly logrank_stratified: Readonly<
    Record<
      string,
      {
        readonly chisq: number
        readonly p: number
        readonly var: readonly (readonly number[])[]
        readonly obs: readonly (readonly number[])[]
      }
    >
  >
  readonly finegray: Readonly<
    Record<
      string,
      {
        readonly coef: number | readonly number[]
        readonly se: number | readonly number[]
        readonly loglik: number
        readonly loglik_null: number
      }
    >
  >
  readonly dor_lowery2025: {
    readonly time: readonly number[]
    readonly status: readonly number[]
    readonly km: readonly {
      readonly conf_type: IntervalKind
      readonly surv: Numbers
      readonly lower: Numbers
      readonly upper: Numbers
      readonly median: number
      readonly lower_median: number
      readonly upper_median: number | null
    }[]
  }
}

const reference = (): Reference => JSON.parse(readData('clinical/survival/survival_reference.json')) as Reference

function columns(name: string): (column: string) => readonly string[] {
  const table = value(parseDelimited(readData(`clinical/survival/${name}.csv`), { delimiter: ',' }))
  return column => table.rows.map(row => row.cells[table.columns.indexOf(column)]!)
}
const numbers = (cells: readonly string[]): Float64Array =>
  Float64Array.from(cells, cell => (cell === '' || cell === 'NA' ? Number.NaN : Number(cell)))

let compared = 0
function close(name: string, ours: number | undefined, theirs: number | null | undefined, within: number): string[] {
  compared++
  const missing = ours === undefined || Number.isNaN(ours)
  if (theirs === null || theirs === undefined) return missing ? [] : [`${name}: ${ours}, none expected`]
  if (missing) return [`${name}: none, ${theirs} expected`]
  return Math.abs(ours - theirs) <= within * Math.max(1, Math.abs(theirs)) ? [] : [`${name}: ${ours} ${theirs}`]
}
const closeAll = (name: string, ours: ArrayLike<number>, theirs: Numbers, within: number): string[] => {
  if (ours.length !== theirs.length) return [`${name}: ${ours.length} values, ${theirs.length} expected`]
  return theirs.flatMap((t, i) => close(`${name}[${i}]`, ours[i]!, t, within))
}

oracle('Kaplan-Meier: seven sets, five kinds of interval: counts, survival, errors, limits, quantiles, restricted mean', () => {
  const wrong: string[] = []
  compared = 0
  const sets = Object.entries(reference().kaplan_meier)
  for (const [name, { time, status, km }] of sets)
    for (const expected of km) {
      const curve = kaplanMeier(eventTimes(time, status), expected.conf_type)
      const at = `${name} ${expected.conf_type}`
      wrong.push(
        ...closeAll(`${at} time`, curve.time, expected.time, 1e-9),
        ...closeAll(`${at} risk`, curve.atRisk, expected.n_risk, 0),
        ...closeAll(`${at} event`, curve.events, expected.n_event, 0),
        ...closeAll(`${at} censor`, curve.censored, expected.n_censor, 0),
        ...closeAll(`${at} surv`, curve.survival, expected.surv, 1e-9),
        ...closeAll(`${at} se`, curve.standardError, expected.std_err, 1e-9),
        ...closeAll(`${at} lower`, curve.lower, expected.lower, 1e-9),
        ...closeAll(`${at} upper`, curve.upper, expected.upper, 1e-9),
        ...expected.quantile.p.flatMap((p, i) => {
          const q = quantile(curve, p)
          return [
            ...close(`${at} q${p}`, q.estimate, expected.quantile.est[i], 1e-9),
            ...close(`${at} q${p} lower`, q.lower, expected.quantile.lower[i], 1e-9),
            ...close(`${at} q${p} upper`, q.upper, expected.quantile.upper[i], 1e-9),
          ]
        }),
        ...closeAll(
          `${at} at each time`,
          expected.time.map(t => survivalAt(curve, t!)!.survival),
          expected.surv,
          1e-9,
        ),
        ...closeAll(
          `${at} at risk`,
          expected.time.map(t => survivalAt(curve, t!)!.atRisk),
          expected.n_risk,
          0,
        ),
        ...close(`${at} rmean`, restrictedMean(curve)?.mean, expected.rmean, 1e-9),
        ...close(`${at} rmean se`, restrictedMean(curve)?.standardError, expected.rmean_se, 1e-9),
      )
    }
  expect(sets.length).toBe(7)
  expect(compared).toBeGreaterThan(5000)
  expect(wrong).toEqual([])
})

oracle('durations of response of the group’s eight responders of the published third cohort', () => {
  const { time, status, km } = reference().dor_lowery2025
  const wrong = km.flatMap(expected => {
    const curve = kaplanMeier(eventTimes(time, status), expected.conf_type)
    const middle = quantile(curve, 0.5)
    return [
      ...closeAll('surv', curve.survival, expected.surv, 1e-9),
      ...closeAll('lower', curve.lower, expected.lower, 1e-9),
      ...closeAll('upper', curve.upper, expected.upper, 1e-9),
      ...close('median', middle.estimate, expected.median, 1e-9),
      ...close('lower', middle.lower, expected.lower_median, 1e-9),
      ...close('upper', middle.upper, expected.upper_median, 1e-9),
    ]
  })
  expect([km.length, wrong]).toEqual([2, []])
})

const coded = (cells: readonly string[], levels: readonly string[]) => Uint8Array.from(cells, cell => levels.indexOf(cell))
const CELL_TYPES = ['squamous', 'smallcell', 'adeno', 'large']

oracle('log-rank and Peto tests, two and four groups, plain and stratified', () => {
  const { logrank, logrank_stratified } = reference()
  const [aml, ovarian, veteran] = ['aml', 'ovarian', 'veteran'].map(columns) as [
    ReturnType<typeof columns>,
    ReturnType<typeof columns>,
    ReturnType<typeof columns>,
  ]
  const veteranTimes = { time: numbers(veteran('time')), status: Uint8Array.from(veteran('status'), Number) }
  const ours = {
    aml: logRank(
      { time: numbers(aml('time')), status: Uint8Array.from(aml('status'), Number) },
      coded(aml('x'), ['Maintained', 'Nonmaintained']),
      2,
    ),
    ovarian: logRank(
      { time: numbers(ovarian('futime')), status: Uint8Array.from(ovarian('fustat'), Number) },
      coded(ovarian('rx'), ['1', '2']),
      2,
    ),
    veteran_celltype: logRank(veteranTimes, coded(veteran('celltype'), CELL_TYPES), 4),
    veteran_celltype_peto: logRank(veteranTimes, coded(veteran('celltype'), CELL_TYPES), 4, 1),
  }
  const wrong = Object.entries(ours).flatMap(([name, test]) => {
    const expected = logrank[name]!
    return [
      ...closeAll(`${name} n`, test.subjects, expected.n, 0),
      ...closeAll(`${name} observed`, test.observed, expected.obs, 1e-9),
      ...closeAll(`${name} expected`, test.expected, expected.exp, 1e-9),
      ...expected.var.flatMap((row, i) => closeAll(`${name} variance`, test.variance[i]!, row, 1e-9)),
      ...close(`${name} chi-square`, test.chiSquare, expected.chisq, 1e-9),
      ...close(`${name} df`, test.df, expected.df, 0),
      ...close(`${name} p`, test.p, expected.p, 1e-9),
    ]
  })
  const stratified = logRank(veteranTimes, coded(veteran('trt'), ['1', '2']), 2, 0, coded(veteran('celltype'), CELL_TYPES))
  const expected = logrank_stratified.veteran_trt_by_celltype!
  wrong.push(
    ...close('stratified', stratified.chiSquare, expected.chisq, 1e-9),
    ...close('stratified p', stratified.p, expected.p, 1e-9),
    ...expected.var.flatMap((row, i) => closeAll('stratified variance', stratified.variance[i]!, row, 1e-9)),
    ...closeAll(
      'stratified observed',
      stratified.observed,
      expected.obs.map(row => row.reduce((a, b) => a + b, 0)),
      1e-9,
    ),
  )
  expect(Object.keys(logrank).sort()).toEqual(Object.keys(ours).sort())
  expect(wrong).toEqual([])
})

oracle('Cox models: Efron, Breslow, exact ties, strata, five covariates, missing values left out, with concordance and its error', () => {
  const [aml, ovarian, veteran, lung] = ['aml', 'ovarian', 'veteran', 'lung'].map(columns) as ReturnType<typeof columns>[]
  const dummy = (cells: readonly string[], level: string) => ({
    name: level,
    values: Float64Array.from(cells, cell => (cell === level ? 1 : 0)),
  })
  const models: Record<
    string,
    { time: Float64Array; status: Uint8Array; x: { name: string; values: Float64Array }[]; strata?: Uint8Array }
  > = {
    aml: { time: numbers(aml!('time')), status: Uint8Array.from(aml!('status'), Number), x: [dummy(aml!('x'), 'Nonmaintained')] },
    ovarian: {
      time: numbers(ovarian!('futime')),
      status: Uint8Array.from(ovarian!('fustat'), Number),
      x: ['rx', 'age'].map(name => ({ name, values: numbers(ovarian!(name)) })),
    },
    veteran: {
      time: numbers(veteran!('time')),
      status: Uint8Array.from(veteran!('status'), Number),
      x: [
        ...['trt', 'karno'].map(name => ({ name, values: numbers(veteran!(name)) })),
        ...CELL_TYPES.slice(1).map(type => dummy(veteran!('celltype'), type)),
      ],
    },
    therneau_test1_strata: {
      time: Float64Array.of(4, 3, 1, 1, 2, 2, 3),
      status: Uint8Array.of(1, 1, 1, 0, 1, 1, 0),
      x: [{ name: 'x', values: Float64Array.of(0, 2, 1, 1, 1, 0, 0) }],
      strata: Uint8Array.of(0, 0, 0, 0, 1, 1, 1),
    },
  }
  const whole = ['age', 'sex', 'ph.ecog'].map(name => numbers(lung!(name)))
  const kept = Array.from(whole[0]!, (_, i) => i).filter(i => whole.every(column => !Number.isNaN(column[i]!)))
  models.lung = {
    time: Float64Array.from(kept, i => Number(lung!('time')[i])),
    status: Uint8Array.from(kept, i => Number(lung!('status')[i]) - 1),
    x: ['age', 'sex', 'ph.ecog'].map((name, k) => ({ name, values: Float64Array.from(kept, i => whole[k]![i]!) })),
  }
  const cox = Object.entries(reference().cox)
  expect(cox.length).toBe(9)
  const wrong = cox.flatMap(([name, expected]) => {
    const data = models[name.replace(/_(efron|breslow|exact)$/, '')]!
    const model = value(coxModel(data, data.x, expected.ties, data.strata))
    return [
      ...closeAll(`${name} coef`, model.coefficients, expected.coef, 1e-7),
      ...closeAll(`${name} se`, model.standardErrors, expected.se, 1e-7),
      ...closeAll(`${name} loglik`, model.logLikelihood, expected.loglik, 1e-9),
      ...expected.conf.flatMap(([low, high], j) => [
        ...close(`${name} low`, model.hazardRatios[j]!.low, low, 1e-7),
        ...close(`${name} high`, model.hazardRatios[j]!.high, high, 1e-7),
      ]),
      ...close(`${name} score`, model.score, expected.score, 1e-7),
      ...close(`${name} wald`, model.wald, expected.wald, 1e-7),
      ...close(`${name} concordance`, model.concordance.concordance, expected.concordance[0], 1e-9),
      ...close(`${name} concordance se`, model.concordance.standardError, expected.concordance[1], 1e-7),
    ]
  })
  expect(wrong).toEqual([])
})

test('a coefficient without a finite estimate, a constant and a made-up covariate are refused by name', () => {
  const data = eventTimes([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 0, 0, 0, 0])
  const x = (name: string, ...values: number[]) => ({ name, values: Float64Array.from(values) })
  const code = (...covariates: { name: string; values: Float64Array }[]) => {
    const model = coxModel(data, covariates)
    return model.ok ? 'ok' : `${model.issue.code} ${model.issue.what}`
  }
  expect(code(x('dose', 1, 1, 1, 1, 0, 0, 0, 0))).toMatch(/^monotone-likelihood .*dose/)
  expect(code(x('same', 2, 2, 2, 2, 2, 2, 2, 2))).toMatch(/^cox-collinear same/)
  expect(code(x('a', 1, 0, 1, 0, 1, 0, 1, 0), x('twice a', 2, 0, 2, 0, 2, 0, 2, 0))).toMatch(/^cox-collinear twice a/)
  expect(coxModel(eventTimes([1, 2], [0, 0]), [x('a', 0, 1)])).toMatchObject({ ok: false, issue: { code: 'cox-no-events' } })
})

oracle('competing risks: Aalen-Johansen with ties and without, incidences by group, Gray’s test, Fine and Gray', () => {
  const { competing, competing_ties, gray, finegray } = reference()
  const mgus = columns('mgus2')
  const data = { time: numbers(mgus('etime')), status: Uint8Array.from(mgus('event'), Number) }
  const whole = aalenJohansen(data, 2)
  const wrong = competing.times.flatMap((at, i) => {
    const k = rowAt(whole.time, at)
    return [
      ...closeAll(`state ${at}`, whole.probability[k]!, competing.pstate[i]!, 1e-9),
      ...closeAll(`se ${at}`, whole.standardError[k]!, competing.se[i]!, 1e-9),
    ]
  })
  const ties = aalenJohansen(eventTimes(competing_ties.time, competing_ties.event), 2)
  wrong.push(
    ...closeAll('ties time', ties.time, competing_ties.tm, 0),
    ...competing_ties.pstate.flatMap((row, i) => closeAll('ties state', ties.probability[i]!, row, 1e-9)),
    ...competing_ties.se.flatMap((row, i) => closeAll('ties se', ties.standardError[i]!, row, 1e-9)),
  )
  const sex = coded(mgus('sex'), ['F', 'M'])
  gray.tests.forEach(([chiSquare, p, df], i) => {
    const test = grayTest(data, sex, 2, i + 1)
    wrong.push(
      ...close(`gray ${i + 1}`, test.chiSquare, chiSquare, 1e-9),
      ...close(`gray p ${i + 1}`, test.p, p, 1e-9),
      ...close('df', test.df, df, 0),
    )
  })
  const of = (group: number, cause: number) => {
    const members = Array.from(sex, (g, i) => [g, i] as const)
      .filter(([g]) => g === group)
      .map(([, i]) => i)
    return cumulativeIncidence(
      { time: data.time.filter((_, i) => members.includes(i)), status: data.status.filter((_, i) => members.includes(i)) },
      cause,
    )
  }
  // rows: F and M with cause 1, then with cause 2; columns 60, 120 and 240 months
  ;[of(0, 1), of(1, 1), of(0, 2), of(1, 2)].forEach((curve, row) => {
    ;[60, 120, 240].forEach((at, column) => {
      const k = rowAt(curve.time, at)
      wrong.push(
        ...close(`incidence ${row} ${at}`, curve.incidence[k], gray.est[row]![column], 1e-9),
        ...close(`variance ${row} ${at}`, curve.variance[k], gray.var[row]![column], 1e-9),
      )
    })
  })
  const age = { name: 'age', values: numbers(mgus('age')) }
  const male = { name: 'male', values: Float64Array.from(sex) }
  for (const [name, covariates] of [
    ['mgus2_pcm_age_male', [age, male]],
    ['mgus2_pcm_male', [male]],
  ] as const) {
    const expected = finegray[name]!
    const model = value(fineGray(data, covariates, 1))
    wrong.push(
      ...closeAll(`${name} coef`, model.coefficients, [expected.coef].flat(), 1e-7),
      ...closeAll(`${name} se`, model.standardErrors, [expected.se].flat(), 1e-7),
      ...closeAll(`${name} loglik`, model.logLikelihood, [expected.loglik_null, expected.loglik], 1e-9),
    )
  }
  expect(wrong).toEqual([])
})

oracle('314 exact and Wilson intervals; the published Wilson intervals to the printed digit', () => {
  const { rows } = reference().binomial
  const wrong = rows.flatMap(([n, x, exactLow, exactHigh, wilsonLow, wilsonHigh]) => {
    const [exact, score] = [clopperPearson(x, n), wilson(x, n)]
    return [
      ...close(`${x}/${n} exact`, exact.low, exactLow, 1e-9),
      ...close(`${x}/${n} exact`, exact.high, exactHigh, 1e-9),
      ...close(`${x}/${n} wilson`, score.low, wilsonLow, 1e-9),
      ...close(`${x}/${n} wilson`, score.high, wilsonHigh, 1e-9),
    ]
  })
  expect([rows.length, wrong]).toEqual([314, []])
})

test('the group’s printed intervals are Wilson’s (Lowery 2025)', () => {
  const printed = (x: number, n: number) => {
    const { low, high } = wilson(x, n)
    return `${(100 * low).toFixed(1)}-${(100 * high).toFixed(1)}`
  }
  expect([printed(3, 39), printed(8, 34), printed(11, 73)]).toEqual(['2.7-20.3', '12.4-40.0', '8.6-25.0'])
})

oracle('Simon’s designs: optimal and minimax of seven settings', () => {
  const { designs } = JSON.parse(readData('clinical/survival/simon_two_stage.json')) as {
    designs: readonly {
      p0: number
      p1: number
      alpha: number
      beta: number
      optimal: Record<string, number>
      minimax: Record<string, number>
    }[]
  }
  const wrong = designs.flatMap(({ p0, p1, alpha, beta, optimal, minimax }) => {
    const ours = value(simonDesigns(p0, p1, alpha, beta))
    const kinds = [
      ['optimal', ours.optimal, optimal],
      ['minimax', ours.minimax, minimax],
    ] as const
    return kinds.flatMap(([name, design, expected]) =>
      Object.keys(expected).flatMap(key => close(`${p0} ${p1} ${name} ${key}`, design[key as keyof typeof design], expected[key], 1e-9)),
    )
  })
  expect([designs.length, wrong]).toEqual([7, []])
})

test('survival at a time: 1 before the first, as before it between two, and unknown behind the last without an event', () => {
  const curve = kaplanMeier(eventTimes([2, 4, 6], [1, 1, 0]), 'log')
  expect([0, 1, 3, 5, 6, 7].map(at => [survivalAt(curve, at)?.survival.toFixed(3), survivalAt(curve, at)?.atRisk])).toEqual([
    ['1.000', 3],
    ['1.000', 3],
    ['0.667', 2],
    ['0.333', 1],
    ['0.333', 1],
    [undefined, undefined],
  ])
  // everybody had the event: it stays at none
  expect(survivalAt(kaplanMeier(eventTimes([2, 4], [1, 1])), 9)).toMatchObject({ survival: 0, atRisk: 0 })
  expect(survivalAt(kaplanMeier(eventTimes([2], [1]), 'log-log'), 1)).toMatchObject({ survival: 1, lower: Number.NaN })
  expect(survivalAt(kaplanMeier(eventTimes([], [])), 1)).toBeUndefined()
})

test('order of subjects and unit of time change nothing; one subject, all censored and no subject give curves without a number out of place', () => {
  const random = seededRandom('survival')
  for (let run = 0; run < 50; run++) {
    const n = 2 + random.below(30)
    const time = Array.from({ length: n }, () => 1 + random.below(12))
    const status = time.map(() => random.below(2))
    const turn = time.map((_, i) => i).sort(() => random.below(3) - 1)
    const [a, b] = [
      kaplanMeier(eventTimes(time, status)),
      kaplanMeier(
        eventTimes(
          turn.map(i => time[i]!),
          turn.map(i => status[i]!),
        ),
      ),
    ]
    expect([...b.survival]).toEqual([...a.survival])
    const days = kaplanMeier(
      eventTimes(
        time.map(t => t * 30.4375),
        status,
      ),
    )
    expect([...days.lower]).toEqual([...a.lower])
  }
  expect(kaplanMeier(eventTimes([], [])).time.length).toBe(0)
  expect(quantile(kaplanMeier(eventTimes([5, 6], [0, 0])), 0.5)).toEqual({ estimate: undefined, lower: undefined, upper: undefined })
  // a tie that floating point would lose
  expect(kaplanMeier(eventTimes([0.1 + 0.2, 0.3], [1, 1])).time.length).toBe(1)
})
