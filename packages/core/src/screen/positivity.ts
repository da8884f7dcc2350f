// Is an antigen's response above the plate's own negative wells? Distribution-free resampling: dfr-eq of Moodie 2006 (doi:10.1016/j.jim.2006.07.015)
// and dfr-2x of Moodie 2012 (PMC3360522), the latter enumerated exactly instead of drawn; and an editable empirical rule.

export type Rule = 'dfr-eq' | 'dfr-2x' | 'empirical'

export interface AntigenWells {
  readonly antigen: string
  /** Values of its wells: spots, percent or pg/mL. */
  readonly wells: readonly number[]
}

export interface Positivity {
  readonly antigen: string
  readonly statistic: number
  /** Adjusted over the antigens of the plate; undefined for the empirical rule, or where there are too few wells. */
  readonly p: number | undefined
  readonly mean: number
  readonly controlMean: number
}

/** Sums and p that differ by less than this are the same. */
const TOLERANCE = 1.5e-8

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Enough wells for a resampling test: 20 relabellings, and 3 against 3 or 2 against 4. */
export function canResample(test: number, control: number): boolean {
  return choose(test + control, test) >= 20 && ((test >= 3 && control >= 3) || (test >= 2 && control >= 4))
}

function choose(n: number, k: number): number {
  let out = 1
  for (let i = 1; i <= k; i++) out = (out * (n - k + i)) / i
  return Math.round(out)
}

/** Index sets of size k from n, in order. */
function* subsets(n: number, k: number): Generator<readonly number[]> {
  const at = Array.from({ length: k }, (_, i) => i)
  for (;;) {
    yield at
    let i = k - 1
    while (i >= 0 && at[i] === n - k + i) i--
    if (i < 0) return
    at[i]!++
    for (let j = i + 1; j < k; j++) at[j] = at[j - 1]! + 1
  }
}

/** A larger statistic has no larger p. */
function monotone(ordered: readonly number[], p: number[]): void {
  for (let i = ordered.length - 2; i >= 0; i--) p[ordered[i]!] = Math.max(p[ordered[i]!]!, p[ordered[i + 1]!]!)
}

/**
 * dfr-eq: mean(test) − mean(control) against every relabelling of wells, applied to all antigens at once; p adjusted by stepping down.
 * Antigens with another number of wells are compared among themselves.
 */
export function dfrEq(control: readonly number[], antigens: readonly AntigenWells[]): readonly Positivity[] {
  const out: Positivity[] = []
  for (const size of new Set(antigens.map(antigen => antigen.wells.length))) {
    const group = antigens.filter(antigen => antigen.wells.length === size)
    const statistic = group.map(antigen => mean(antigen.wells) - mean(control))
    const ordered = group.map((_, i) => i).sort((a, b) => statistic[a]! - statistic[b]!)
    const total = size + control.length
    const pooled = group.map(antigen => [...antigen.wells, ...control])
    const sums = pooled.map(values => values.reduce((sum, value) => sum + value, 0))
    const reached = group.map(() => 0)
    let relabellings = 0
    for (const chosen of subsets(total, size)) {
      relabellings++
      let running = Number.NEGATIVE_INFINITY
      for (const i of ordered) {
        let tested = 0
        for (const at of chosen) tested += pooled[i]![at]!
        running = Math.max(running, tested / size - (sums[i]! - tested) / control.length)
        if (running >= statistic[i]! - TOLERANCE) reached[i]!++
      }
    }
    const p = reached.map(count => count / relabellings)
    monotone(ordered, p)
    for (const [i, { antigen, wells }] of group.entries())
      out.push({
        antigen,
        statistic: statistic[i]!,
        p: canResample(size, control.length) ? p[i]! : undefined,
        mean: mean(wells),
        controlMean: mean(control),
      })
  }
  return antigens.map(({ antigen }) => out.find(row => row.antigen === antigen)!)
}

/** Bootstrap means of centred values, exactly: every multiset with its multinomial weight. */
function bootstrapMeans(values: readonly number[]): { readonly means: readonly number[]; readonly weights: readonly number[] } {
  const n = values.length
  const centre = mean(values)
  const means: number[] = []
  const weights: number[] = []
  const factorial = [1]
  for (let i = 1; i <= n; i++) factorial.push(factorial[i - 1]! * i)
  const all = n ** n
  const walk = (at: number, left: number, sum: number, divisor: number) => {
    if (at === n - 1) {
      means.push((sum + left * (values[at]! - centre)) / n)
      weights.push(factorial[n]! / (divisor * factorial[left]!) / all)
      return
    }
    for (let taken = 0; taken <= left; taken++)
      walk(at + 1, left - taken, sum + taken * (values[at]! - centre), divisor * factorial[taken]!)
  }
  walk(0, n, 0, 1)
  return { means, weights }
}

/** P(difference of bootstrap means < t), by walking the two sorted lists. */
function chanceBelow(test: readonly number[], control: readonly number[], limits: readonly number[]): readonly number[] {
  const a = bootstrapMeans(test)
  const b = bootstrapMeans(control)
  const order = b.means.map((_, i) => i).sort((x, y) => b.means[x]! - b.means[y]!)
  const sorted = order.map(i => b.means[i]!)
  // weight of controls from a place on: test − control < t means control > test − t
  const tail = new Float64Array(sorted.length + 1)
  for (let i = sorted.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + b.weights[order[i]!]!
  return limits.map(limit => {
    let chance = 0
    for (let i = 0; i < a.means.length; i++) {
      const above = a.means[i]! - limit
      let low = 0
      let high = sorted.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (sorted[middle]! > above + 1e-12) high = middle
        else low = middle + 1
      }
      chance += a.weights[i]! * tail[low]!
    }
    return Math.min(1, chance)
  })
}

/** dfr-2x: is the response more than twice the control? On log10; wells with a zero get one added, on both sides of that antigen. */
export function dfr2x(control: readonly number[], antigens: readonly AntigenWells[]): readonly Positivity[] {
  const logs = antigens.map(({ wells }) => {
    const add = [...wells, ...control].some(value => value === 0) ? 1 : 0
    const log = (value: number) => Math.log10(value + add)
    return { test: wells.map(log), control: control.map(log) }
  })
  const statistic = logs.map(({ test, control: own }) => mean(test) - mean(own) - Math.log10(2))
  const below = logs.map(({ test, control: own }) => chanceBelow(test, own, statistic))
  const p = statistic.map((t, i) => {
    let none = 1
    for (let j = 0; j < statistic.length; j++) if (statistic[j]! <= t) none *= below[j]![i]!
    return 1 - none
  })
  monotone(
    statistic.map((_, i) => i).sort((a, b) => statistic[a]! - statistic[b]!),
    p,
  )
  return antigens.map(({ antigen, wells }, i) => ({
    antigen,
    statistic: statistic[i]!,
    p: canResample(wells.length, control.length) ? p[i]! : undefined,
    mean: mean(wells),
    controlMean: mean(control),
  }))
}

/** Cut-offs of the empirical rule: a response is at least `fold` times the control and at least `above` more. Laboratories set their own. */
export interface EmpiricalCut {
  readonly fold: number
  readonly above: number
}

/** Unvalidated defaults by unit of the wells; every report says so. */
export const EMPIRICAL_CUTS: Readonly<Record<'spots' | 'percent' | 'pg/mL', EmpiricalCut>> = {
  spots: { fold: 2, above: 50 },
  percent: { fold: 2, above: 1 },
  'pg/mL': { fold: 2, above: 200 },
}

export function empiricalRule(control: readonly number[], antigens: readonly AntigenWells[]): readonly Positivity[] {
  return antigens.map(({ antigen, wells }) => ({
    antigen,
    statistic: mean(wells) / Math.max(mean(control), 1e-9),
    p: undefined,
    mean: mean(wells),
    controlMean: mean(control),
  }))
}

export const isEmpiricallyPositive = (row: Positivity, cut: EmpiricalCut): boolean =>
  row.mean >= cut.fold * row.controlMean && row.mean >= row.controlMean + cut.above
