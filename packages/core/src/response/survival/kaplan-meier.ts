// Kaplan-Meier with Greenwood's variance, five kinds of interval, quantiles and restricted mean. Events stand before censorings at a tie.
// The kind of interval changes the printed answer: it is part of every result. Equal to R survival 3.5-3 (survfit, quantile, rmean).
import { normalQuantile } from '../../base/index.ts'
import { type EventTimes, tiedTimes } from './event-times.ts'

export const INTERVAL_KINDS = ['log', 'log-log', 'plain', 'logit', 'arcsin'] as const
export type IntervalKind = (typeof INTERVAL_KINDS)[number]

/** One entry a distinct time, ascending. A value that is not defined (behind the last event when no one is left) is NaN. */
export interface KaplanMeier {
  readonly interval: IntervalKind
  readonly level: number
  readonly time: Float64Array
  readonly atRisk: Uint32Array
  readonly events: Uint32Array
  readonly censored: Uint32Array
  readonly survival: Float64Array
  readonly standardError: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** O(n log n): events and censorings are sorted apart and merged. */
export function kaplanMeier(data: EventTimes, interval: IntervalKind = 'log', level = 0.95): KaplanMeier {
  const time = tiedTimes(data.time)
  const pick = (event: boolean) => time.filter((_, i) => (data.status[i] !== 0) === event).sort()
  const [died, left] = [pick(true), pick(false)]
  const n = time.length
  const times = new Float64Array(n)
  const atRisk = new Uint32Array(n)
  const events = new Uint32Array(n)
  const censored = new Uint32Array(n)
  let rows = 0
  for (let i = 0, j = 0; i < died.length || j < left.length; rows++) {
    const t = Math.min(died[i] ?? Number.POSITIVE_INFINITY, left[j] ?? Number.POSITIVE_INFINITY)
    times[rows] = t
    atRisk[rows] = n - i - j
    const [fromI, fromJ] = [i, j]
    while (died[i] === t) i++
    while (left[j] === t) j++
    events[rows] = i - fromI
    censored[rows] = j - fromJ
  }
  const survival = new Float64Array(rows)
  const standardError = new Float64Array(rows)
  const lower = new Float64Array(rows)
  const upper = new Float64Array(rows)
  const z = normalQuantile(1 - (1 - level) / 2)
  let s = 1
  let greenwood = 0
  for (let k = 0; k < rows; k++) {
    const [at, d] = [atRisk[k]!, events[k]!]
    s = d === at ? 0 : s * (1 - d / at)
    greenwood += d === at ? 0 : d / (at * (at - d))
    survival[k] = s
    standardError[k] = s === 0 ? Number.NaN : s * Math.sqrt(greenwood)
    const [low, high] = limits(s, Math.sqrt(greenwood), z, interval)
    lower[k] = low
    upper[k] = high
  }
  return {
    interval,
    level,
    time: times.slice(0, rows),
    atRisk: atRisk.slice(0, rows),
    events: events.slice(0, rows),
    censored: censored.slice(0, rows),
    survival,
    standardError,
    lower,
    upper,
  }
}

/** `e`: standard error of ln S. */
function limits(s: number, e: number, z: number, kind: IntervalKind): readonly [number, number] {
  if (s === 0) return [Number.NaN, Number.NaN]
  const cut = (x: number) => Math.min(1, Math.max(0, x))
  if (kind === 'plain') return [cut(s - z * s * e), cut(s + z * s * e)]
  if (kind === 'log') return [cut(s * Math.exp(-z * e)), cut(s * Math.exp(z * e))]
  if (s === 1) return [Number.NaN, Number.NaN]
  if (kind === 'log-log') {
    const centre = Math.log(-Math.log(s))
    const half = (z * e) / Math.log(s)
    return [Math.exp(-Math.exp(centre - half)), Math.exp(-Math.exp(centre + half))]
  }
  if (kind === 'logit') {
    const centre = Math.log(s / (1 - s))
    const half = (z * e) / (1 - s)
    return [1 - 1 / (1 + Math.exp(centre - half)), 1 - 1 / (1 + Math.exp(centre + half))]
  }
  const angle = Math.asin(Math.sqrt(s))
  const half = 0.5 * z * e * Math.sqrt(s / (1 - s))
  return [Math.sin(Math.max(0, angle - half)) ** 2, Math.sin(Math.min(Math.PI / 2, angle + half)) ** 2]
}

export interface Quantile {
  /** Undefined: not reached. */
  readonly estimate: number | undefined
  readonly lower: number | undefined
  readonly upper: number | undefined
}

const SAME = 1.4901161193847656e-8

/** Time by which a share `p` has had the event: first time with S ≤ 1 − p, the middle of the step where S is 1 − p; the interval by the same rule on the limits. */
export function quantile(curve: KaplanMeier, p: number): Quantile {
  const of = (values: Float64Array): number | undefined => {
    const last = values.findLastIndex(value => !Number.isNaN(value))
    for (let k = 0; k <= last; k++) {
      if (Number.isNaN(values[k]!) || values[k]! > 1 - p + SAME) continue
      if (values[k]! < 1 - p - SAME) return curve.time[k]
      let next = k + 1
      while (next <= last && !(values[next]! < values[k]! - SAME)) next++
      // no drop follows: the time itself, as R prints a fit; R's quantile() takes the middle to the last censoring, which is no drop
      return next > last ? curve.time[k] : (curve.time[k]! + curve.time[next]!) / 2
    }
    return undefined
  }
  return { estimate: of(curve.survival), lower: of(curve.lower), upper: of(curve.upper) }
}

export const median = (curve: KaplanMeier): Quantile => quantile(curve, 0.5)

export interface SurvivalAt {
  readonly survival: number
  /** NaN where the kind of interval has none. */
  readonly lower: number
  readonly upper: number
  /** Followed for as long or longer. */
  readonly atRisk: number
}

/** S at a time; 1 before the first. Undefined behind the last time while somebody is still without event: nobody was followed so long. */
export function survivalAt(curve: KaplanMeier, at: number): SurvivalAt | undefined {
  const k = curve.time.findLastIndex(t => t <= at)
  const next = curve.time.findIndex(t => t >= at)
  const atRisk = next < 0 ? 0 : curve.atRisk[next]!
  if (k < 0) {
    // with everybody still without event some kinds have no limits
    const limit = curve.interval === 'log' || curve.interval === 'plain' ? 1 : Number.NaN
    return curve.time.length === 0 ? undefined : { survival: 1, lower: limit, upper: limit, atRisk }
  }
  if (next < 0 && curve.survival[k]! > 0) return undefined
  return { survival: curve.survival[k]!, lower: curve.lower[k]!, upper: curve.upper[k]!, atRisk }
}

/** Area under the curve up to `until` (default: the last time) and its standard error; undefined without subjects. */
export function restrictedMean(
  curve: KaplanMeier,
  until = curve.time.at(-1),
): { readonly mean: number; readonly standardError: number; readonly until: number } | undefined {
  if (until === undefined) return undefined
  const rows = curve.time.filter(t => t <= until).length
  const areas = new Float64Array(rows + 1)
  let from = 0
  let level = 1
  let area = 0
  for (let k = 0; k <= rows; k++) {
    const to = k < rows ? curve.time[k]! : until
    areas[k] = (to - from) * level
    area += areas[k]!
    from = to
    level = curve.survival[k] ?? level
  }
  // what lies behind each time
  let behind = 0
  let variance = 0
  for (let k = rows - 1; k >= 0; k--) {
    behind += areas[k + 1]!
    const [n, d] = [curve.atRisk[k]!, curve.events[k]!]
    if (n > d) variance += (behind * behind * d) / (n * (n - d))
  }
  return { mean: area, standardError: Math.sqrt(variance), until }
}
