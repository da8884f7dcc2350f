// Closed lots of a site → the growth rate that its next lot is expected to have, and how much lots differ: the prior of the forecast.
// Each lot's rate by weighted least squares; lots are drawn from a normal distribution whose spread is estimated after Paule and Mandel (J Res Natl Bur Stand 1982, doi:10.6028/jres.087.022).
import { ok, type Result, refuse } from '../base/index.ts'
import { checkCourse, DEFAULT_GROWTH, type GrowthCourse, type GrowthModel, growthEquations } from './forecast.ts'

export interface LotGrowth {
  readonly id: string
  readonly counts: number
  /** Per day, with its standard error by the counts alone. */
  readonly rate: number
  readonly se: number
}

export interface GrowthFit {
  readonly lots: readonly LotGrowth[]
  /** Mean of the site's lots, and its standard error. */
  readonly mean: number
  readonly meanSe: number
  /** Standard deviation among lots. */
  readonly among: number
  /** For the next lot: the mean, and the spread among lots with what is not known of the mean. */
  readonly model: GrowthModel
}

/** Fewer lots say nothing about how much lots differ. */
const LEAST_LOTS = 3

/** Errors: `growth-lots` (fewer than three), `growth-counts` (a lot without a count behind its seeding), `forecast`, each naming the lot. */
export function fitGrowth(
  courses: ReadonlyMap<string, GrowthCourse>,
  known: Pick<GrowthModel, 'countCv' | 'processSd'> = DEFAULT_GROWTH,
): Result<GrowthFit> {
  if (courses.size < LEAST_LOTS)
    return refuse(
      'growth-lots',
      `${courses.size} lots were given`,
      `give at least ${LEAST_LOTS} closed lots; until then the forecast keeps its own prior`,
    )
  const lots: LotGrowth[] = []
  for (const [id, course] of courses) {
    const checked = checkCourse(course)
    if (!checked.ok) return refuse(checked.issue.code, `${id}: ${checked.issue.what}`, checked.issue.remedy)
    const counts = course.counts.filter(({ day }) => day > course.seed.day).length
    if (counts === 0) return refuse('growth-counts', `${id} has no count after its seeding`, 'leave the lot out, or add its counts')
    const { aa, ar, rr, ya, yr } = growthEquations({ ...course, model: known })
    const determinant = aa * rr - ar * ar
    lots.push({ id, counts, rate: (aa * yr - ar * ya) / determinant, se: Math.sqrt(aa / determinant) })
  }
  const { mean, meanSe, among } = pauleMandel(lots)
  return ok({
    lots,
    mean,
    meanSe,
    among,
    model: { rateMean: mean, rateSd: Math.sqrt(among ** 2 + meanSe ** 2), countCv: known.countCv, processSd: known.processSd },
  })
}

/** The variance among lots at which the weighted squares of the deviations are as many as the lots less one; 0 where they are fewer without any. */
function pauleMandel(lots: readonly LotGrowth[]): { readonly mean: number; readonly meanSe: number; readonly among: number } {
  const at = (variance: number) => {
    const weights = lots.map(({ se }) => 1 / (se ** 2 + variance))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const mean = lots.reduce((sum, { rate }, i) => sum + weights[i]! * rate, 0) / total
    const squares = lots.reduce((sum, { rate }, i) => sum + weights[i]! * (rate - mean) ** 2, 0)
    return { mean, meanSe: Math.sqrt(1 / total), excess: squares - (lots.length - 1) }
  }
  let low = 0
  let high = 1
  while (at(high).excess > 0) high *= 2
  // the excess falls with the variance: halved until nothing is left between
  if (at(0).excess > 0)
    for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2)
      if (at(middle).excess > 0) low = middle
      else high = middle
  const { mean, meanSe } = at(low)
  return { mean, meanSe, among: Math.sqrt(low) }
}
