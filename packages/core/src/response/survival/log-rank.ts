// Log-rank test of several groups, weighted by S(t-)^rho, stratified if asked. Equal to R survival's survdiff.
import { chiSquareAbove } from '../../base/index.ts'
import { type EventTimes, orderByTime, tiedTimes } from './event-times.ts'
import { solve } from './linear.ts'

export interface LogRank {
  readonly rho: number
  /** Subjects a group. */
  readonly subjects: readonly number[]
  readonly observed: readonly number[]
  readonly expected: readonly number[]
  /** Groups × groups. */
  readonly variance: readonly Float64Array[]
  readonly chiSquare: number
  readonly df: number
  readonly p: number
}

/** `group`: 0-based group of each subject; `strata`: 0-based, one each; rho 0 is the log-rank test, 1 Peto and Peto's. */
export function logRank(data: EventTimes, group: Uint8Array, groups: number, rho = 0, strata?: Uint8Array): LogRank {
  const time = tiedTimes(data.time)
  const order = orderByTime(time)
  const observed = new Float64Array(groups)
  const expected = new Float64Array(groups)
  const variance = Array.from({ length: groups }, () => new Float64Array(groups))
  const subjects = new Float64Array(groups)
  for (const g of group) subjects[g]!++
  const last = strata === undefined ? 0 : strata.reduce((a, b) => Math.max(a, b), 0)
  for (let stratum = 0; stratum <= last; stratum++) {
    const members = strata === undefined ? order : order.filter(i => strata[i] === stratum)
    addStratum(time, data.status, group, members, rho, observed, expected, variance)
  }
  // a group that nothing is expected of says nothing
  const used = Array.from({ length: groups }, (_, g) => g).filter(g => expected[g]! > 0)
  const df = Math.max(0, used.length - 1)
  const kept = used.slice(1)
  const difference = Float64Array.from(kept, g => observed[g]! - expected[g]!)
  const solved = solve(
    kept.map(g => Float64Array.from(kept, h => variance[g]![h]!)),
    difference,
  )
  let chiSquare = 0
  if (solved !== undefined) for (let i = 0; i < kept.length; i++) chiSquare += difference[i]! * solved[i]!
  return {
    rho,
    subjects: [...subjects],
    observed: [...observed],
    expected: [...expected],
    variance,
    chiSquare,
    df,
    p: chiSquareAbove(chiSquare, df),
  }
}

function addStratum(
  time: Float64Array,
  status: Uint8Array,
  group: Uint8Array,
  order: Uint32Array,
  rho: number,
  observed: Float64Array,
  expected: Float64Array,
  variance: readonly Float64Array[],
): void {
  const groups = observed.length
  const risk = new Float64Array(groups)
  for (const i of order) risk[group[i]!]!++
  let n = order.length
  let survival = 1
  const died = new Float64Array(groups)
  for (let from = 0; from < order.length; ) {
    const t = time[order[from]!]!
    let to = from
    let d = 0
    died.fill(0)
    while (to < order.length && time[order[to]!]! === t) {
      const i = order[to]!
      if (status[i] !== 0) {
        d++
        died[group[i]!]!++
      }
      to++
    }
    if (d > 0) {
      const weight = rho === 0 ? 1 : survival ** rho
      const spread = n > 1 ? (weight * weight * d * (n - d)) / (n - 1) : 0
      for (let g = 0; g < groups; g++) {
        observed[g]! += weight * died[g]!
        expected[g]! += (weight * d * risk[g]!) / n
        for (let h = 0; h < groups; h++) variance[g]![h]! += spread * (risk[g]! / n) * ((g === h ? 1 : 0) - risk[h]! / n)
      }
      survival *= 1 - d / n
    }
    for (let k = from; k < to; k++) risk[group[order[k]!]!]!--
    n -= to - from
    from = to
  }
}
