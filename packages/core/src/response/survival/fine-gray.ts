// Fine and Gray's regression on the subdistribution hazard (1999, doi:10.1080/01621459.1999.10474144), Breslow's ties, variance robust and with the weights' own uncertainty.
// Who had another event stays at risk with the weight G(t-)/G(T-) of staying uncensored. Equal to R cmprsk's crr within 1e-7. O(n² p²): thousands of subjects, not millions.
import { fail, type Issue, issue, ok, type Result } from '../../base/index.ts'
import type { Covariate } from './cox.ts'
import { type EventTimes, orderByTime, tiedTimes } from './event-times.ts'
import { inverse, solve } from './linear.ts'
import { type Ratio, ratiosOf } from './ratio.ts'

export interface FineGrayModel {
  readonly cause: number
  readonly names: readonly string[]
  readonly coefficients: readonly number[]
  readonly standardErrors: readonly number[]
  readonly subdistributionRatios: readonly Ratio[]
  readonly logLikelihood: readonly [number, number]
}

interface Prepared {
  readonly time: Float64Array
  readonly status: Uint8Array
  readonly cause: number
  readonly order: Uint32Array
  /** G just before each subject's time. */
  readonly censoringBefore: Float64Array
  readonly columns: readonly Float64Array[]
  /** Distinct times of the cause, and how many had it. */
  readonly eventTimes: readonly number[]
}

/** Errors: `finegray-no-events`, `finegray-no-estimate`. */
export function fineGray(data: EventTimes, covariates: readonly Covariate[], cause: number, level = 0.95): Result<FineGrayModel, Issue> {
  const time = tiedTimes(data.time)
  const order = orderByTime(time)
  const eventTimes = [
    ...new Set(
      Array.from(order, i => i)
        .filter(i => data.status[i] === cause)
        .map(i => time[i]!),
    ),
  ]
  if (eventTimes.length === 0)
    return fail(issue('finegray-no-events', `no subject had the event of cause ${cause}`, 'a model needs events'))
  const columns = covariates.map(({ values }) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    return values.map(value => value - mean)
  })
  const prepared: Prepared = {
    time,
    status: data.status,
    cause,
    order,
    censoringBefore: censoringBefore(time, data.status, order),
    columns,
    eventTimes,
  }
  let beta: Float64Array = new Float64Array(columns.length)
  let now = derivatives(prepared, beta)
  const start = now
  for (let step = 0; step < 30; step++) {
    const move = solve(now.information, now.gradient)
    if (move === undefined)
      return fail(
        issue('finegray-no-estimate', 'the likelihood has no maximum', 'leave out covariates that are constant or made of others'),
      )
    beta = beta.map((b, j) => b + move[j]!)
    const next = derivatives(prepared, beta)
    const done = Math.abs(next.logLikelihood - now.logLikelihood) <= 1e-13 * Math.abs(now.logLikelihood)
    now = next
    if (done) break
  }
  const away = now.gradient.findIndex((g, j) => Math.abs(g) > 1e-4 * Math.max(1, Math.sqrt(now.information[j]![j]!)))
  if (away >= 0)
    return fail(
      issue(
        'finegray-no-estimate',
        `the coefficient of ${covariates[away]!.name} runs away`,
        'leave the covariate out, or join its groups',
      ),
    )
  const bread = inverse(now.information)
  if (bread === undefined) return fail(issue('finegray-no-estimate', 'the information is not definite', 'use fewer covariates'))
  const meat = scoreSpread(prepared, beta)
  const p = columns.length
  const standardErrors = Array.from({ length: p }, (_, j) => {
    let sum = 0
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) sum += bread[j]![a]! * meat[a]![b]! * bread[b]![j]!
    return Math.sqrt(sum)
  })
  return ok({
    cause,
    names: covariates.map(({ name }) => name),
    coefficients: [...beta],
    standardErrors,
    subdistributionRatios: ratiosOf(beta, standardErrors, level),
    logLikelihood: [start.logLikelihood, now.logLikelihood],
  })
}

/** Kaplan-Meier of staying uncensored, just before each subject's own time. */
function censoringBefore(time: Float64Array, status: Uint8Array, order: Uint32Array): Float64Array {
  const before = new Float64Array(time.length)
  let g = 1
  for (let from = 0; from < order.length; ) {
    let to = from
    let censored = 0
    while (to < order.length && time[order[to]!] === time[order[from]!]) {
      before[order[to]!] = g
      if (status[order[to]!] === 0) censored++
      to++
    }
    g *= 1 - censored / (order.length - from)
    from = to
  }
  return before
}

/** Weight of subject i in the risk set at t, where G just before t is `g`: 1 before its own time, then 0, or for another cause what is left of G. */
const weightAt = ({ time, status, cause, censoringBefore: own }: Prepared, i: number, t: number, g: number): number =>
  time[i]! >= t ? 1 : status[i] !== 0 && status[i] !== cause ? g / own[i]! : 0

/** G just before a time of the cause: that of a subject whose time it is. */
function beforeTimes(prepared: Prepared): ReadonlyMap<number, number> {
  return new Map(Array.from(prepared.time, (t, i) => [t, prepared.censoringBefore[i]!] as const))
}

interface Moments {
  readonly s0: number
  readonly mean: Float64Array
}

function derivatives(prepared: Prepared, beta: Float64Array) {
  const { time, status, cause, columns, eventTimes } = prepared
  const p = columns.length
  const gradient = new Float64Array(p)
  const information = Array.from({ length: p }, () => new Float64Array(p))
  let logLikelihood = 0
  const risks = risksOf(columns, beta, time.length)
  const g = beforeTimes(prepared)
  for (const t of eventTimes) {
    let s0 = 0
    const s1 = new Float64Array(p)
    const s2 = Array.from({ length: p }, () => new Float64Array(p))
    let deaths = 0
    for (let i = 0; i < time.length; i++) {
      const w = weightAt(prepared, i, t, g.get(t)!) * risks[i]!
      if (w > 0) {
        s0 += w
        for (let j = 0; j < p; j++) {
          const x = w * columns[j]![i]!
          s1[j]! += x
          for (let k = 0; k <= j; k++) s2[j]![k]! += x * columns[k]![i]!
        }
      }
      if (time[i] === t && status[i] === cause) {
        deaths++
        logLikelihood += Math.log(risks[i]!)
        for (let j = 0; j < p; j++) gradient[j]! += columns[j]![i]!
      }
    }
    logLikelihood -= deaths * Math.log(s0)
    for (let j = 0; j < p; j++) {
      gradient[j]! -= (deaths * s1[j]!) / s0
      for (let k = 0; k <= j; k++) information[j]![k]! += deaths * (s2[j]![k]! / s0 - (s1[j]! / s0) * (s1[k]! / s0))
    }
  }
  for (let j = 0; j < p; j++) for (let k = 0; k < j; k++) information[k]![j] = information[j]![k]!
  return { logLikelihood, gradient, information }
}

function risksOf(columns: readonly Float64Array[], beta: Float64Array, n: number): Float64Array {
  const eta = new Float64Array(n)
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) eta[i]! += column[i]! * beta[j]!
  })
  return eta.map(Math.exp)
}

/** Σ (η + ψ)(η + ψ)ᵀ: each subject's share of the score, and of the weights' estimate. */
function scoreSpread(prepared: Prepared, beta: Float64Array): readonly Float64Array[] {
  const { time, status, cause, columns, eventTimes, order } = prepared
  const n = time.length
  const p = columns.length
  const risks = risksOf(columns, beta, n)
  const g = beforeTimes(prepared)
  const moments: Moments[] = []
  const hazard: number[] = []
  for (const t of eventTimes) {
    let s0 = 0
    let deaths = 0
    const s1 = new Float64Array(p)
    for (let i = 0; i < n; i++) {
      const w = weightAt(prepared, i, t, g.get(t)!) * risks[i]!
      s0 += w
      for (let j = 0; j < p; j++) s1[j]! += w * columns[j]![i]!
      if (time[i] === t && status[i] === cause) deaths++
    }
    moments.push({ s0, mean: s1.map(s => s / s0) })
    hazard.push(deaths / s0)
  }
  const share = Array.from({ length: n }, () => new Float64Array(p))
  // of those with another cause: what their weighted part of the score is behind each time of the cause
  const later = Array.from({ length: n }, (): Float64Array[] => [])
  for (let i = 0; i < n; i++) {
    const competing = status[i] !== 0 && status[i] !== cause
    for (const [e, t] of eventTimes.entries()) {
      const w = weightAt(prepared, i, t, g.get(t)!)
      const jump = (time[i] === t && status[i] === cause ? 1 : 0) - w * risks[i]! * hazard[e]!
      const part = new Float64Array(p)
      if (w > 0) for (let j = 0; j < p; j++) part[j] = (columns[j]![i]! - moments[e]!.mean[j]!) * jump
      for (let j = 0; j < p; j++) share[i]![j]! += part[j]!
      if (competing) later[i]!.push(time[i]! < t ? part : new Float64Array(p))
    }
  }
  addCensoring(prepared, order, later, share)
  return Array.from({ length: p }, (_, a) =>
    Float64Array.from({ length: p }, (__, b) => share.reduce((sum, own) => sum + own[a]! * own[b]!, 0)),
  )
}

/** ψ of each subject: at every censoring time u, q(u)/π(u) times the jump of its own censoring martingale; q sums over T < u ≤ t, as cmprsk does at ties. */
function addCensoring(
  prepared: Prepared,
  order: Uint32Array,
  later: readonly (readonly Float64Array[])[],
  share: readonly Float64Array[],
): void {
  const { time, status, columns, eventTimes } = prepared
  const n = time.length
  const p = columns.length
  for (let from = 0; from < n; ) {
    let to = from
    let censored = 0
    const u = time[order[from]!]!
    while (to < n && time[order[to]!] === u) {
      if (status[order[to]!] === 0) censored++
      to++
    }
    if (censored > 0) {
      const risk = n - from
      const q = new Float64Array(p)
      for (let i = 0; i < n; i++) {
        if (later[i]!.length === 0 || time[i]! >= u) continue
        for (const [e, t] of eventTimes.entries()) if (t >= u) for (let j = 0; j < p; j++) q[j]! -= later[i]![e]![j]!
      }
      for (let r = from; r < n; r++) {
        const i = order[r]!
        const jump = (r < to && status[i] === 0 ? 1 : 0) - censored / risk
        for (let j = 0; j < p; j++) share[i]![j]! += (q[j]! / risk) * jump
      }
    }
    from = to
  }
}
