// When will there be enough cells? Growth is log-linear, ln N(d) = a + r·d, with a normal prior on start and rate, updated by each count; closed form, no chance.
// Days are counted from the seeding; a split on a count's own day comes after the count. Source: spec of the record §6.
import { normalBelow, normalQuantile, ok, type Result, refuse } from '../base/index.ts'

export interface CellCount {
  readonly day: number
  /** Viable cells. */
  readonly viable: number
  readonly replicates?: number
}

export interface GrowthModel {
  /** Growth rate, per day: mean and standard deviation before any count. A site refits them from its closed lots. */
  readonly rateMean: number
  readonly rateSd: number
  /** Coefficient of variation of one replicate of a count. */
  readonly countCv: number
  /** Standard deviation of what the line leaves out, on the log scale. */
  readonly processSd: number
}

/** 0.36 per day is 2,000-fold in 21 days (doi:10.1186/s12967-018-1384-z); the rest is not verified. */
export const DEFAULT_GROWTH: GrowthModel = { rateMean: 0.36, rateSd: 0.12, countCv: 0.15, processSd: 0.1 }

export interface ForecastInput {
  readonly seed: CellCount
  readonly counts: readonly CellCount[]
  /** `kept`: fraction of the culture that stays. */
  readonly splits: readonly { readonly day: number; readonly kept: number }[]
  readonly target: { readonly receptorPositiveDose: number; readonly receptorFraction: number; readonly recovery: number }
  readonly horizonDays: number
  readonly model: GrowthModel
}

export interface ForecastDay {
  readonly day: number
  readonly median: number
  readonly p10: number
  readonly p90: number
  readonly probReached: number
}

export interface Forecast {
  readonly ratePerDay: number
  readonly rateSd: number
  readonly doublingDays: number
  readonly logIntercept: number
  readonly neededViable: number
  readonly byDay: readonly ForecastDay[]
  /** First whole day with at least that probability; undefined: not within the horizon. */
  readonly firstDay: { readonly p10: number | undefined; readonly p50: number | undefined; readonly p90: number | undefined }
  /** The count that already meets the target. */
  readonly reachedAt: CellCount | undefined
}

/** A culture so far: what the growth rate is learned from. */
export type GrowthCourse = Pick<ForecastInput, 'seed' | 'counts' | 'splits'>

/** Fraction of the culture that the splits before a day have left. */
const keptFraction =
  (splits: ForecastInput['splits']) =>
  (day: number): number =>
    splits.reduce((kept, split) => (split.day < day ? kept * split.kept : kept), 1)

/** Precision matrix and right side of the normal equations for ln N(d) = a + r·d; without a prior the counts alone decide the rate. */
export function growthEquations(
  { seed, counts, splits, model }: GrowthCourse & { readonly model: Pick<GrowthModel, 'countCv' | 'processSd'> },
  prior?: { readonly mean: number; readonly sd: number },
): { readonly aa: number; readonly ar: number; readonly rr: number; readonly ya: number; readonly yr: number } {
  const keptBefore = keptFraction(splits)
  const countVariance = Math.log(1 + model.countCv ** 2)
  let aa = (seed.replicates ?? 1) / countVariance
  let ar = 0
  let rr = prior === undefined ? 0 : 1 / prior.sd ** 2
  let ya = aa * Math.log(seed.viable)
  let yr = prior === undefined ? 0 : rr * prior.mean
  for (const count of counts) {
    const t = count.day - seed.day
    const weight = 1 / (countVariance / (count.replicates ?? 1) + model.processSd ** 2)
    const y = Math.log(count.viable / keptBefore(count.day))
    aa += weight
    ar += weight * t
    rr += weight * t * t
    ya += weight * y
    yr += weight * t * y
  }
  return { aa, ar, rr, ya, yr }
}

/** What no count and no split of a course may be. Errors: `forecast`. */
export function checkCourse({ seed, counts, splits }: GrowthCourse): Result<undefined> {
  const wrong = (what: string) => refuse('forecast', what, 'check the counts, the splits and the target')
  if (!(seed.viable > 0)) return wrong('the seeded number of viable cells is not above 0')
  for (const count of counts) {
    if (!(count.viable > 0)) return wrong(`the count on day ${count.day} is not above 0`)
    if (!(count.day >= seed.day)) return wrong(`the count on day ${count.day} lies before the seeding`)
    if (count.replicates !== undefined && !(count.replicates >= 1)) return wrong(`the count on day ${count.day} has no replicates`)
  }
  for (const split of splits)
    if (!(split.kept > 0 && split.kept <= 1))
      return wrong(`the split on day ${split.day} keeps ${split.kept}, not a share above 0 and at most 1`)
  return ok(undefined)
}

/** Half-width of the band from the 10th to the 90th percentile, in standard deviations. */
const Z90 = normalQuantile(0.9)

/** Errors: `forecast` where a number is out of its range. */
export function forecastGrowth({ seed, counts, splits, target, horizonDays, model }: ForecastInput): Result<Forecast> {
  const wrong = (what: string) => refuse('forecast', what, 'check the counts, the splits and the target')
  const checked = checkCourse({ seed, counts, splits })
  if (!checked.ok) return checked
  if (!(target.receptorFraction > 0 && target.receptorFraction <= 1))
    return wrong('the receptor-positive fraction is not above 0 and at most 1')
  if (!(target.recovery > 0 && target.recovery <= 1)) return wrong('the recovery is not above 0 and at most 1')
  if (!Number.isInteger(horizonDays) || horizonDays < 0 || horizonDays > 3650)
    return wrong('the horizon is not a number of days up to 3,650')

  const keptBefore = keptFraction(splits)
  const { aa, ar, rr, ya, yr } = growthEquations({ seed, counts, splits, model }, { mean: model.rateMean, sd: model.rateSd })
  const determinant = aa * rr - ar * ar
  const [varA, covar, varR] = [rr / determinant, -ar / determinant, aa / determinant]
  const a = varA * ya + covar * yr
  const r = covar * ya + varR * yr
  const neededViable = target.receptorPositiveDose / (target.receptorFraction * target.recovery)
  const byDay = Array.from({ length: horizonDays + 1 }, (_, day): ForecastDay => {
    const t = day - seed.day
    const mean = a + r * t + Math.log(keptBefore(day))
    const sd = Math.sqrt(varA + 2 * t * covar + t * t * varR + model.processSd ** 2)
    return {
      day,
      median: Math.exp(mean),
      p10: Math.exp(mean - Z90 * sd),
      p90: Math.exp(mean + Z90 * sd),
      probReached: normalBelow((mean - Math.log(neededViable)) / sd),
    }
  })
  const first = (p: number) => byDay.find(entry => entry.probReached >= p)?.day
  return ok({
    ratePerDay: r,
    rateSd: Math.sqrt(varR),
    doublingDays: Math.LN2 / r,
    logIntercept: a,
    neededViable,
    byDay,
    firstDay: { p10: first(0.1), p50: first(0.5), p90: first(0.9) },
    reachedAt: [seed, ...counts].find(count => count.viable >= neededViable),
  })
}
