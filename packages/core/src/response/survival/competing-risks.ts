// Competing risks: Aalen-Johansen incidences with the infinitesimal jackknife, incidences by group with Aalen's variance, Gray's test.
// Status 0 is censored, k ≥ 1 the cause. Equal to R survival (multi-state survfit) and cmprsk (cuminc).
import { chiSquareAbove } from '../../base/index.ts'
import { type EventTimes, orderByTime, tiedTimes } from './event-times.ts'
import { solve } from './linear.ts'

export interface Incidences {
  /** Distinct times with an event of any cause, ascending. */
  readonly time: Float64Array
  /** Rows by time; columns: event-free, cause 1, cause 2 … */
  readonly probability: readonly Float64Array[]
  readonly standardError: readonly Float64Array[]
}

/** O(subjects × event times). */
export function aalenJohansen(data: EventTimes, causes: number): Incidences {
  const time = tiedTimes(data.time)
  const order = orderByTime(time)
  const n = order.length
  const states = causes + 1
  let p = new Float64Array(states)
  p[0] = 1
  // derivative of each state's probability by each subject's weight
  const influence = Array.from({ length: states }, () => new Float64Array(n))
  const times: number[] = []
  const probability: Float64Array[] = []
  const standardError: Float64Array[] = []
  for (let from = 0; from < n; ) {
    let to = from
    const died = new Float64Array(states)
    while (to < n && time[order[to]!] === time[order[from]!]) {
      died[data.status[order[to]!]!]!++
      to++
    }
    const events = died.reduce((sum, d, k) => (k === 0 ? sum : sum + d), 0)
    if (events > 0) {
      const risk = n - from
      const hazard = died.map(d => d / risk)
      const all = events / risk
      const before = p[0]!
      const next = Float64Array.from(p)
      next[0] = before * (1 - all)
      for (let k = 1; k < states; k++) next[k]! += before * hazard[k]!
      for (let r = 0; r < n; r++) {
        const i = order[r]!
        const atRisk = r >= from
        const cause = r >= from && r < to ? data.status[i]! : 0
        const free = influence[0]![i]!
        let lost = 0
        for (let k = 1; k < states; k++) {
          const change = atRisk ? ((cause === k ? 1 : 0) - hazard[k]!) / risk : 0
          lost += change
          influence[k]![i]! += free * hazard[k]! + before * change
        }
        influence[0]![i] = free * (1 - all) - before * lost
      }
      p = next
      times.push(time[order[from]!]!)
      probability.push(Float64Array.from(p))
      standardError.push(Float64Array.from(influence, row => Math.sqrt(row.reduce((sum, u) => sum + u * u, 0))))
    }
    from = to
  }
  return { time: Float64Array.from(times), probability, standardError }
}

/** Row of the last time at or before `at`; -1 before the first. */
export const rowAt = (time: Float64Array, at: number): number => time.findLastIndex(t => t <= at)

export interface GroupIncidence {
  readonly time: Float64Array
  readonly incidence: Float64Array
  /** Aalen's variance, as cmprsk prints it. */
  readonly variance: Float64Array
}

/** Incidence of one cause with Aalen's variance. */
export function cumulativeIncidence(data: EventTimes, cause: number): GroupIncidence {
  const time = tiedTimes(data.time)
  const order = orderByTime(time)
  const n = order.length
  const times: number[] = []
  const incidence: number[] = []
  const variance: number[] = []
  let free = 1
  let f = 0
  let [v1, v2, v3] = [0, 0, 0]
  for (let from = 0; from < n; ) {
    let to = from
    let own = 0
    let other = 0
    while (to < n && time[order[to]!] === time[order[from]!]) {
      const s = data.status[order[to]!]!
      if (s === cause) own++
      else if (s !== 0) other++
      to++
    }
    const risk = n - from
    if (own + other > 0) {
      const after = (free * (risk - own - other)) / risk
      if (own > 0) f += (free * own) / risk
      const spread = (d: number) => (free * free * (d > 1 ? 1 - (d - 1) / (risk - 1) : 1) * d) / (risk * risk)
      if (other > 0 && after > 0) {
        const [a, b, s] = [f / after, 1 / after, spread(other)]
        v1 += a * a * s
        v2 += a * b * s
        v3 += b * b * s
      }
      if (own > 0) {
        const b = after > 0 ? 1 / after : 0
        const a = 1 + b * f
        const s = spread(own)
        v1 += a * a * s
        v2 += a * b * s
        v3 += b * b * s
        times.push(time[order[from]!]!)
        incidence.push(f)
        variance.push(v1 + f * f * v3 - 2 * f * v2)
      }
      free = after
    }
    from = to
  }
  return { time: Float64Array.from(times), incidence: Float64Array.from(incidence), variance: Float64Array.from(variance) }
}

export interface GrayTest {
  readonly chiSquare: number
  readonly df: number
  readonly p: number
}

/** Gray's test that the incidence of one cause is the same in all groups (Gray 1988, doi:10.1214/aos/1176350951; rho 0). `group`: 0-based. */
export function grayTest(data: EventTimes, group: Uint8Array, groups: number, cause: number): GrayTest {
  const time = tiedTimes(data.time)
  const order = orderByTime(time)
  const zeros = () => new Float64Array(groups)
  const square = () => Array.from({ length: groups }, zeros)
  const risk = zeros()
  for (const g of group) risk[g]!++
  const score = zeros()
  const v3 = zeros()
  const v2 = square()
  const c = square()
  const spread = square()
  let f1 = zeros()
  let free = zeros().fill(1)
  let pooled = 0
  for (let from = 0; from < order.length; ) {
    let to = from
    const own = zeros()
    const other = zeros()
    const leaving = zeros()
    while (to < order.length && time[order[to]!] === time[order[from]!]) {
      const i = order[to]!
      const g = group[i]!
      leaving[g]!++
      if (data.status[i] === cause) own[g]!++
      else if (data.status[i] !== 0) other[g]!++
      to++
    }
    const nd1 = own.reduce((a, b) => a + b, 0)
    const nd2 = other.reduce((a, b) => a + b, 0)
    if (nd1 + nd2 > 0) {
      const there = Array.from({ length: groups }, (_, g) => g).filter(g => risk[g]! > 0)
      const after = Float64Array.from(free)
      const nextF1 = Float64Array.from(f1)
      let tr = 0
      let tq = 0
      for (const g of there) {
        after[g] = (free[g]! * (risk[g]! - own[g]! - other[g]!)) / risk[g]!
        nextF1[g] = f1[g]! + (free[g]! * own[g]!) / risk[g]!
        tr += risk[g]! / free[g]!
        tq += (risk[g]! * (1 - f1[g]!)) / free[g]!
      }
      const next = pooled + nd1 / tr
      const a = square()
      for (const g of there) {
        const t1 = risk[g]! / free[g]!
        for (const h of there) {
          const t2 = risk[h]! / free[h]!
          a[g]![h] = (g === h ? t1 : 0) - (t1 * t2) / tr
          c[g]![h]! += (a[g]![h]! * nd1) / (tr * (1 - pooled))
        }
        score[g]! += own[g]! - (nd1 * risk[g]! * (1 - f1[g]!)) / (free[g]! * tq)
      }
      if (nd1 > 0)
        for (const k of there) {
          const t4 = after[k]! > 0 ? 1 - (1 - next) / after[k]! : 1
          const t5 = nd1 > 1 ? 1 - (nd1 - 1) / (tr * free[k]! - 1) : 1
          const t3 = (t5 * free[k]! * nd1) / (tr * risk[k]!)
          v3[k]! += t4 * t4 * t3
          for (let i = 0; i < groups; i++) {
            const t1 = a[i]![k]! - t4 * c[i]![k]!
            v2[i]![k]! += t1 * t4 * t3
            for (let j = 0; j < groups; j++) spread[i]![j]! += t1 * (a[j]![k]! - t4 * c[j]![k]!) * t3
          }
        }
      if (nd2 > 0)
        for (let k = 0; k < groups; k++) {
          if (!(after[k]! > 0) || other[k] === 0) continue
          const t4 = (1 - next) / after[k]!
          const t5 = other[k]! > 1 ? 1 - (other[k]! - 1) / (risk[k]! - 1) : 1
          const t3 = (t5 * free[k]! ** 2 * other[k]!) / risk[k]! ** 2
          v3[k]! += t4 * t4 * t3
          for (let i = 0; i < groups; i++) {
            v2[i]![k]! -= t4 * c[i]![k]! * t4 * t3
            for (let j = 0; j < groups; j++) spread[i]![j]! += t4 * c[i]![k]! * t4 * c[j]![k]! * t3
          }
        }
      pooled = next
      f1 = nextF1
      free = after
    }
    for (let g = 0; g < groups; g++) risk[g]! -= leaving[g]!
    from = to
  }
  const df = groups - 1
  const variance = Array.from({ length: df }, (_, i) =>
    Float64Array.from({ length: df }, (__, j) => {
      let sum = spread[i]![j]!
      for (let k = 0; k < groups; k++) sum += c[i]![k]! * c[j]![k]! * v3[k]! + c[i]![k]! * v2[j]![k]! + c[j]![k]! * v2[i]![k]!
      return sum
    }),
  )
  const right = score.slice(0, df)
  const solved = solve(variance, right)
  const chiSquare = solved === undefined ? 0 : right.reduce((sum, value, i) => sum + value * solved[i]!, 0)
  return { chiSquare, df, p: chiSquareAbove(chiSquare, df) }
}
