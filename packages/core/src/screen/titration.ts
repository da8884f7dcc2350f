// Dose titration: four-parameter logistic by least squares, EC50 with a profile interval, and an honest answer where the curve does not reach its plateau.
import { betaBelow, betaQuantile } from '../base/index.ts'

export type TitrationKind = 'full' | 'above-range' | 'no-response'

export interface TitrationFit {
  readonly kind: TitrationKind
  readonly bottom: number
  readonly top: number
  /** Molar; for `above-range` the bound that the true value exceeds; undefined for `no-response`. */
  readonly ec50: number | undefined
  readonly ec50Low: number | undefined
  readonly ec50High: number | undefined
  readonly hill: number
  /** Residual sum of squares of the curve and of a constant. */
  readonly rss: number
  readonly rssConstant: number
  /** F test of the curve against a constant. */
  readonly p: number
}

export interface Dose {
  /** Above 0; the blank is not a dose. */
  readonly molar: number
  readonly response: number
}

const HILL = [0.3, 3] as const
const LEAST_P = 0.01

interface Inner {
  readonly rss: number
  readonly bottom: number
  readonly top: number
}

/** Best bottom and top for a given shape: a straight line through the logistic's values; a falling curve is not a response. */
function linear(x: readonly number[], y: readonly number[], logEc50: number, hill: number): Inner {
  const n = x.length
  let sf = 0
  let sff = 0
  let sy = 0
  let sfy = 0
  const f = x.map(dose => 1 / (1 + 10 ** ((logEc50 - dose) * hill)))
  for (let i = 0; i < n; i++) {
    sf += f[i]!
    sff += f[i]! * f[i]!
    sy += y[i]!
    sfy += f[i]! * y[i]!
  }
  const determinant = n * sff - sf * sf
  let slope = determinant > 1e-12 * n * n ? (n * sfy - sf * sy) / determinant : 0
  if (slope < 0) slope = 0
  const bottom = (sy - slope * sf) / n
  let rss = 0
  for (let i = 0; i < n; i++) rss += (y[i]! - bottom - slope * f[i]!) ** 2
  return { rss, bottom, top: bottom + slope }
}

/** Least value of `at` between two ends, by golden section. */
function golden(at: (x: number) => number, from: number, to: number, rounds = 60): number {
  const share = (Math.sqrt(5) - 1) / 2
  let a = from
  let b = to
  let c = b - share * (b - a)
  let d = a + share * (b - a)
  let fc = at(c)
  let fd = at(d)
  for (let i = 0; i < rounds; i++) {
    if (fc < fd) {
      b = d
      d = c
      fd = fc
      c = b - share * (b - a)
      fc = at(c)
    } else {
      a = c
      c = d
      fc = fd
      d = a + share * (b - a)
      fd = at(d)
    }
  }
  return (a + b) / 2
}

/** Best hill for a given EC50: the valley may have two floors, so the better of a coarse grid is refined. */
function bestHill(x: readonly number[], y: readonly number[], logEc50: number): { readonly hill: number; readonly inner: Inner } {
  const grid = Array.from({ length: 13 }, (_, i) => HILL[0] * (HILL[1] / HILL[0]) ** (i / 12))
  const values = grid.map(hill => linear(x, y, logEc50, hill).rss)
  const at = values.indexOf(Math.min(...values))
  const hill = golden(h => linear(x, y, logEc50, h).rss, grid[Math.max(0, at - 1)]!, grid[Math.min(12, at + 1)]!)
  return { hill, inner: linear(x, y, logEc50, hill) }
}

/** Upper tail of the F distribution. */
const upperF = (f: number, a: number, b: number): number => (f <= 0 ? 1 : betaBelow(b / (b + a * f), b / 2, a / 2))

/** 95 % point of F(1, b). */
function quantileF(b: number): number {
  const x = betaQuantile(0.95, 0.5, b / 2)
  return (b * x) / (1 - x)
}

/** Undefined with fewer than five doses or a single concentration: there is nothing to fit. */
export function fitTitration(doses: readonly Dose[]): TitrationFit | undefined {
  const used = doses.filter(dose => dose.molar > 0)
  const x = used.map(dose => Math.log10(dose.molar))
  const y = used.map(dose => dose.response)
  const n = used.length
  if (n < 5 || new Set(x).size < 2) return undefined
  const from = Math.min(...x) - 1
  const to = Math.max(...x) + 1
  const steps = 8 * Math.ceil(to - from)
  const grid = Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps)
  const profile = (logEc50: number) => bestHill(x, y, logEc50).inner.rss
  const values = grid.map(profile)
  const at = values.indexOf(Math.min(...values))
  const logEc50 = golden(profile, grid[Math.max(0, at - 1)]!, grid[Math.min(steps, at + 1)]!, 80)
  const { hill, inner } = bestHill(x, y, logEc50)
  const average = y.reduce((sum, value) => sum + value, 0) / n
  const rssConstant = y.reduce((sum, value) => sum + (value - average) ** 2, 0)
  const freedom = n - 4
  const p = freedom < 1 ? 1 : upperF((rssConstant - inner.rss) / 3 / (inner.rss / freedom), 3, freedom)
  const base = { bottom: inner.bottom, top: inner.top, hill, rss: inner.rss, rssConstant, p }
  if (!(p <= LEAST_P)) return { ...base, kind: 'no-response', ec50: undefined, ec50Low: undefined, ec50High: undefined }
  const limit = inner.rss * (1 + (freedom < 1 ? Number.POSITIVE_INFINITY : quantileF(freedom) / freedom))
  const low = 10 ** profileEdge(profile, logEc50, from, limit)
  const high = 10 ** profileEdge(profile, logEc50, to, limit)
  const highest = 10 ** Math.max(...x)
  // a plateau needs a dose ten times the EC50
  if (10 ** logEc50 > highest / 10) return { ...base, kind: 'above-range', ec50: highest / 10, ec50Low: highest / 10, ec50High: undefined }
  return { ...base, kind: 'full', ec50: 10 ** logEc50, ec50Low: low, ec50High: high }
}

/** Where the profile crosses the limit between the best place and an end; the end itself when it never does. */
function profileEdge(profile: (x: number) => number, best: number, end: number, limit: number): number {
  if (profile(end) <= limit) return end
  let inside = best
  let outside = end
  for (let i = 0; i < 40; i++) {
    const middle = (inside + outside) / 2
    if (profile(middle) <= limit) inside = middle
    else outside = middle
  }
  return inside
}

/** How many times less sensitive the receptor is to the wild type; `atLeast` where the wild type gave only a bound, or nothing up to its highest dose. */
export function mutantOverWildType(
  mutant: TitrationFit,
  wildType: TitrationFit,
  highestWildTypeDose: number,
): { readonly ratio: number; readonly atLeast: boolean } | undefined {
  if (mutant.kind !== 'full') return undefined
  if (wildType.kind === 'full') return { ratio: wildType.ec50! / mutant.ec50!, atLeast: false }
  const bound = wildType.kind === 'above-range' ? wildType.ec50! : highestWildTypeDose / 10
  return { ratio: bound / mutant.ec50!, atLeast: true }
}
