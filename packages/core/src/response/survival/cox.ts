// Cox's proportional hazards by Newton's method on the partial likelihood: ties by Efron, Breslow or the exact (discrete) likelihood, strata.
// Equal to R survival's coxph within 1e-7. No number is given where the likelihood has no maximum.
import { chiSquareAbove, fail, type Issue, issue, ok, type Result } from '../../base/index.ts'
import { type Concordance, concordanceOf } from './concordance.ts'
import { type EventTimes, orderByTime, tiedTimes } from './event-times.ts'
import { inverse, solve } from './linear.ts'
import { type Ratio, ratiosOf } from './ratio.ts'

export type TieMethod = 'efron' | 'breslow' | 'exact'

export interface Covariate {
  readonly name: string
  readonly values: Float64Array
}

export interface CoxModel {
  readonly ties: TieMethod
  readonly subjects: number
  readonly events: number
  readonly names: readonly string[]
  readonly coefficients: readonly number[]
  readonly standardErrors: readonly number[]
  /** exp(coefficient) with its interval. */
  readonly hazardRatios: readonly Ratio[]
  readonly logLikelihood: readonly [number, number]
  readonly score: number
  readonly wald: number
  readonly likelihoodRatio: number
  /** Of the likelihood ratio. */
  readonly p: number
  readonly concordance: Concordance
  readonly iterations: number
}

const CONVERGED = 1e-9
const MOST_STEPS = 30
/** A last step that still moves a coefficient by this share says that it is running away (R's toler.inf). */
const RUNNING = Math.sqrt(1e-9)

interface Derivatives {
  readonly logLikelihood: number
  readonly gradient: Float64Array
  readonly information: readonly Float64Array[]
}

/**
 * `strata`: 0-based stratum of each subject. Errors: `cox-no-events`, `cox-collinear` (a covariate is constant, or made of others), `monotone-likelihood` (which coefficient has
 * no finite estimate), `cox-not-converged`.
 */
export function coxModel(
  data: EventTimes,
  covariates: readonly Covariate[],
  ties: TieMethod = 'efron',
  strata?: Uint8Array,
  level = 0.95,
): Result<CoxModel, Issue> {
  const time = tiedTimes(data.time)
  const events = data.status.reduce((sum, s) => sum + (s !== 0 ? 1 : 0), 0)
  if (events === 0) return fail(issue('cox-no-events', 'no subject had the event', 'a model needs events'))
  // centred, so that exp stays small
  const columns = covariates.map(({ values }) => {
    const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
    return values.map(value => value - mean)
  })
  const constant = covariates.find((_, j) => columns[j]!.every(value => Math.abs(value) < 1e-12))
  if (constant !== undefined)
    return fail(issue('cox-collinear', `${constant.name} is the same for every subject`, 'leave it out of the model'))
  const groups = risksets(time, strata)
  const at = (beta: Float64Array) => derivatives(groups, time, data.status, columns, beta, ties)
  let beta: Float64Array = new Float64Array(columns.length)
  const start = at(beta)
  const scoreStep = solve(start.information, start.gradient)
  if (scoreStep === undefined) return fail(collinear(covariates, start.information))
  const score = dot(scoreStep, start.gradient)
  let now = start
  let step: Float64Array = scoreStep
  let iterations = 0
  let converged = false
  while (!converged && iterations < MOST_STEPS) {
    iterations++
    let next = beta.map((b, j) => b + step[j]!)
    let there = at(next)
    for (let half = 0; half < 30 && !(there.logLikelihood >= now.logLikelihood - 1e-12 * Math.abs(now.logLikelihood)); half++) {
      next = next.map((b, j) => (b + beta[j]!) / 2)
      there = at(next)
    }
    converged = Math.abs(1 - now.logLikelihood / there.logLikelihood) <= CONVERGED || there.logLikelihood === 0
    beta = next
    now = there
    const further = solve(now.information, now.gradient)
    if (further === undefined) return fail(monotone(covariates, beta, undefined))
    step = further
  }
  const away = step.findIndex((s, j) => Math.abs(s) > CONVERGED && Math.abs(s) > RUNNING * Math.abs(beta[j]!))
  if (away >= 0) return fail(monotone(covariates, beta, away))
  if (!converged) return fail(issue('cox-not-converged', `no maximum within ${MOST_STEPS} steps`, 'use fewer covariates'))
  const covariance = inverse(now.information)
  if (covariance === undefined) return fail(monotone(covariates, beta, undefined))
  const standardErrors = covariance.map((row, j) => Math.sqrt(row[j]!))
  const wald = now.information.reduce((sum, row, j) => sum + beta[j]! * dot(row, beta), 0)
  const likelihoodRatio = 2 * (now.logLikelihood - start.logLikelihood)
  const risk = new Float64Array(time.length)
  columns.forEach((column, j) => {
    for (let i = 0; i < risk.length; i++) risk[i]! += column[i]! * beta[j]!
  })
  return ok({
    ties,
    subjects: time.length,
    events,
    names: covariates.map(({ name }) => name),
    coefficients: [...beta],
    standardErrors,
    hazardRatios: ratiosOf(beta, standardErrors, level),
    logLikelihood: [start.logLikelihood, now.logLikelihood],
    score,
    wald,
    likelihoodRatio,
    p: chiSquareAbove(likelihoodRatio, columns.length),
    concordance: concordanceOf({ time, status: data.status }, risk, strata),
    iterations,
  })
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

const monotone = (covariates: readonly Covariate[], beta: Float64Array, which: number | undefined): Issue => {
  const j = which ?? beta.reduce((most, value, k) => (Math.abs(value) > Math.abs(beta[most]!) ? k : most), 0)
  return issue(
    'monotone-likelihood',
    `the coefficient of ${covariates[j]!.name} runs away (${beta[j]! > 0 ? 'up' : 'down'}): on one side of it no subject, or every subject, had the event`,
    'there is no estimate; leave the covariate out, or join its groups',
  )
}

function collinear(covariates: readonly Covariate[], information: readonly Float64Array[]): Issue {
  // the first covariate with which the matrix is no longer definite
  const first = covariates.findIndex((_, j) => {
    const part = information.slice(0, j + 1).map(row => row.slice(0, j + 1))
    return solve(part, new Float64Array(j + 1)) === undefined
  })
  return issue('cox-collinear', `${covariates[Math.max(0, first)]!.name} is made of the covariates before it`, 'leave it out of the model')
}

/** Subjects of each stratum in descending order of time. */
function risksets(time: Float64Array, strata: Uint8Array | undefined): readonly Uint32Array[] {
  const order = orderByTime(time).reverse()
  if (strata === undefined) return [order]
  const last = strata.reduce((a, b) => Math.max(a, b), 0)
  return Array.from({ length: last + 1 }, (_, s) => order.filter(i => strata[i] === s))
}

function derivatives(
  groups: readonly Uint32Array[],
  time: Float64Array,
  status: Uint8Array,
  columns: readonly Float64Array[],
  beta: Float64Array,
  ties: TieMethod,
): Derivatives {
  const p = columns.length
  const gradient = new Float64Array(p)
  const information = Array.from({ length: p }, () => new Float64Array(p))
  let logLikelihood = 0
  const eta = new Float64Array(time.length)
  for (let j = 0; j < p; j++) for (let i = 0; i < eta.length; i++) eta[i]! += columns[j]![i]! * beta[j]!
  for (const order of groups) {
    let s0 = 0
    const s1 = new Float64Array(p)
    const s2 = Array.from({ length: p }, () => new Float64Array(p))
    for (let from = 0; from < order.length; ) {
      let to = from
      let deaths = 0
      let d0 = 0
      const d1 = new Float64Array(p)
      const d2 = Array.from({ length: p }, () => new Float64Array(p))
      while (to < order.length && time[order[to]!] === time[order[from]!]) {
        const i = order[to]!
        const risk = Math.exp(eta[i]!)
        const dead = status[i] !== 0
        s0 += risk
        if (dead) {
          deaths++
          d0 += risk
          logLikelihood += eta[i]!
        }
        for (let j = 0; j < p; j++) {
          const x = columns[j]![i]!
          s1[j]! += risk * x
          if (dead) {
            gradient[j]! += x
            d1[j]! += risk * x
          }
          for (let k = 0; k <= j; k++) {
            const xx = risk * x * columns[k]![i]!
            s2[j]![k]! += xx
            if (dead) d2[j]![k]! += xx
          }
        }
        to++
      }
      if (deaths > 1 && ties === 'exact') {
        const exact = exactTerms(order.subarray(0, to), deaths, eta, columns)
        logLikelihood -= exact.logSum
        for (let j = 0; j < p; j++) {
          gradient[j]! -= exact.mean[j]!
          for (let k = 0; k <= j; k++) information[j]![k]! += exact.spread[j]![k]!
        }
      } else {
        for (let death = 0; death < deaths; death++) {
          const share = ties === 'efron' ? death / deaths : 0
          const sum = s0 - share * d0
          logLikelihood -= Math.log(sum)
          for (let j = 0; j < p; j++) {
            const mean = (s1[j]! - share * d1[j]!) / sum
            gradient[j]! -= mean
            for (let k = 0; k <= j; k++) {
              const other = (s1[k]! - share * d1[k]!) / sum
              information[j]![k]! += (s2[j]![k]! - share * d2[j]![k]!) / sum - mean * other
            }
          }
        }
      }
      from = to
    }
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) information[k]![j] = information[j]![k]!
  return { logLikelihood, gradient, information }
}

/** Sum over all sets of so many members of the risk set, with its derivatives: elementary symmetric polynomials, one member at a time. */
function exactTerms(members: Uint32Array, deaths: number, eta: Float64Array, columns: readonly Float64Array[]) {
  const p = columns.length
  // the largest risk is taken out, so that products stay finite
  let top = Number.NEGATIVE_INFINITY
  for (const i of members) top = Math.max(top, eta[i]!)
  const sum = new Float64Array(deaths + 1)
  sum[0] = 1
  const first = Array.from({ length: deaths + 1 }, () => new Float64Array(p))
  const second = Array.from({ length: deaths + 1 }, () => new Float64Array(p * p))
  for (const i of members) {
    const risk = Math.exp(eta[i]! - top)
    for (let m = deaths; m >= 1; m--) {
      for (let j = 0; j < p; j++) {
        const x = columns[j]![i]!
        for (let k = 0; k <= j; k++) {
          const y = columns[k]![i]!
          second[m]![j * p + k]! +=
            risk * (second[m - 1]![j * p + k]! + x * first[m - 1]![k]! + y * first[m - 1]![j]! + x * y * sum[m - 1]!)
        }
      }
      for (let j = 0; j < p; j++) first[m]![j]! += risk * (first[m - 1]![j]! + columns[j]![i]! * sum[m - 1]!)
      sum[m]! += risk * sum[m - 1]!
    }
  }
  const whole = sum[deaths]!
  const mean = first[deaths]!.map(value => value / whole)
  const spread = Array.from({ length: p }, (_, j) =>
    Float64Array.from({ length: p }, (__, k) => (k <= j ? second[deaths]![j * p + k]! / whole - mean[j]! * mean[k]! : 0)),
  )
  return { logSum: Math.log(whole) + deaths * top, mean, spread }
}
