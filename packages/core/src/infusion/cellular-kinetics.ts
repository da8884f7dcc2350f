// Transferred cells over time, as per cent of CD3+ by one method: detection limit, peak, areas of the first month, half-life. Days from infusion, blood only, from (0, 0).

export interface KineticPoint {
  readonly day: number
  /** Per cent. */
  readonly value: number
  /** Receptor reads, templates or cells that were looked at. */
  readonly total: number
}

export interface CellularKinetics {
  /** Per cent: 3 among the total. */
  readonly detectionLimits: readonly number[]
  readonly detected: readonly boolean[]
  readonly cmax: number
  readonly tmax: number
  readonly lastDetectedDay: number | undefined
  /** Per cent × days up to day 28: straight lines; and exponential where it falls between detected points. */
  readonly auc28Linear: number
  readonly auc28LinearLog: number
  /** Least squares of ln(value) over the last detected points from the peak on; undefined with fewer than three. */
  readonly tailSlope: number | undefined
  readonly halfLifeDays: number | undefined
}

export const AREA_DAYS = 28

/** `points` in any order; `tailPoints`: how many of the last detected ones make the tail, at least three. Undefined without points. */
export function cellularKinetics(points: readonly KineticPoint[], tailPoints = 3): CellularKinetics | undefined {
  const course = points.filter(point => point.day > 0).toSorted((a, b) => a.day - b.day)
  if (course.length === 0) return undefined
  const detectionLimits = course.map(({ total }) => (total > 0 ? 300 / total : 100))
  const detected = course.map(({ value }, i) => value > 0 && value >= detectionLimits[i]!)
  const heights = course.map(({ value }, i) => (detected[i] ? value : 0))
  const peak = heights.indexOf(Math.max(...heights))
  const tail = course.filter((_, i) => detected[i] && i >= peak).slice(-Math.max(3, tailPoints))
  const tailSlope = tail.length < 3 ? undefined : slopeOfLog(tail)
  const days = course.map(({ day }) => day)
  return {
    detectionLimits,
    detected,
    cmax: heights[peak]!,
    tmax: days[peak]!,
    lastDetectedDay: days[detected.lastIndexOf(true)],
    auc28Linear: area([0, ...days], [0, ...heights], false),
    auc28LinearLog: area([0, ...days], [0, ...heights], true),
    tailSlope,
    halfLifeDays: tailSlope === undefined || tailSlope >= 0 ? undefined : -Math.LN2 / tailSlope,
  }
}

function area(days: readonly number[], heights: readonly number[], exponential: boolean): number {
  let sum = 0
  for (let i = 1; i < days.length && days[i - 1]! < AREA_DAYS; i++) {
    const [from, to] = [days[i - 1]!, days[i]!]
    const [a, b] = [heights[i - 1]!, heights[i]!]
    const end = Math.min(to, AREA_DAYS)
    const share = (end - from) / (to - from)
    if (exponential && b < a && b > 0) {
      const last = a * (b / a) ** share
      sum += ((a - last) * (end - from)) / Math.log(a / last)
    } else sum += ((a + a + (b - a) * share) / 2) * (end - from)
  }
  return sum
}

function slopeOfLog(points: readonly KineticPoint[]): number {
  const n = points.length
  const meanDay = points.reduce((sum, { day }) => sum + day, 0) / n
  const meanLog = points.reduce((sum, { value }) => sum + Math.log(value), 0) / n
  let above = 0
  let below = 0
  for (const { day, value } of points) {
    above += (day - meanDay) * (Math.log(value) - meanLog)
    below += (day - meanDay) ** 2
  }
  return above / below
}

/** The sample nearest day 28 within days 21 to 42; undefined when there is none. */
export function atOneMonth<T extends { readonly day: number }>(samples: readonly T[]): T | undefined {
  return samples
    .filter(({ day }) => day >= 21 && day <= 42)
    .toSorted((a, b) => Math.abs(a.day - 28) - Math.abs(b.day - 28) || a.day - b.day)[0]
}
