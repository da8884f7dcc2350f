// Pictures of a trial's read-out: waterfall, spider, swimmer, Kaplan-Meier with the numbers at risk. Each comes with the table of what it draws; marks carry the same values.
// Whole because the four share one frame. Told apart in greyscale: by shade, dash and mark.
import {
  BLUE,
  type Cell,
  dataAttributes,
  INK,
  LabelPlaces,
  LIGHT,
  largest,
  MUTED,
  smallest,
  svgLine,
  svgPicture,
  svgText,
  ticks,
  WARM,
} from '../format/index.ts'
import type { KaplanMeier } from './survival/index.ts'

export interface Figure {
  readonly name: string
  readonly title: string
  readonly svg: string
  /** The table of what is drawn. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const WIDTH = 760
const LEFT = 86
const RIGHT = 24
/** More lanes than this are not drawn; the table has them all. */
const MOST_LANES = 100

export interface WaterfallBar {
  readonly subject: string
  /** Per cent of baseline, least up to progression; undefined: no measurable disease, or not measured. */
  readonly change: number | undefined
  readonly response: string
  /** Progression was a new lesion: marked with a star. */
  readonly newLesion: boolean
}

/** Largest growth left, largest shrinkage right; lines at +20 and −30 %. Subjects without a change are named below. */
export function waterfallFigure(bars: readonly WaterfallBar[]): Figure {
  const drawn = bars.filter(bar => bar.change !== undefined).toSorted((a, b) => b.change! - a.change! || (a.subject < b.subject ? -1 : 1))
  const left = bars.filter(bar => bar.change === undefined).map(bar => bar.subject)
  const top = 24
  const height = 300
  const most = largest(
    20,
    drawn.map(bar => bar.change!),
  )
  const least = smallest(
    -30,
    drawn.map(bar => bar.change!),
  )
  const y = (change: number) => top + ((most - change) / (most - least)) * height
  const width = Math.min(56, (WIDTH - LEFT - RIGHT) / Math.max(1, drawn.length))
  const body = drawn.map((bar, i) => {
    const x = LEFT + 8 + i * width
    const change = bar.change!
    const shade = bar.response === 'CR' || bar.response === 'PR' ? BLUE : bar.response === 'PD' ? INK : MUTED
    const edge = change >= 0 ? y(change) - 4 : y(change) + 13
    const values = dataAttributes({ subject: bar.subject, change: change.toFixed(1), response: bar.response })
    const thick = width > 12 ? width - 6 : width * 0.85
    return [
      `<rect x="${x.toFixed(1)}" y="${y(Math.max(0, change)).toFixed(1)}" width="${thick.toFixed(2)}" height="${Math.max(1, Math.abs(y(0) - y(change))).toFixed(1)}" fill="${shade}" ${values}/>`,
      ...(width < 24
        ? []
        : [
            svgText(
              x + thick / 2,
              edge,
              `${change > 0 ? '+' : ''}${change.toFixed(0)}${bar.newLesion ? ' *' : ''}`,
              'text-anchor="middle" font-size="11"',
            ),
            svgText(x + thick / 2, change >= 0 ? y(0) + 14 : y(0) - 5, bar.response, `text-anchor="middle" font-size="10" fill="${MUTED}"`),
          ]),
    ].join('')
  })
  const lines = [20, 0, -30].map(
    at =>
      svgLine(LEFT, y(at), WIDTH - RIGHT, y(at), `stroke="${at === 0 ? INK : MUTED}" ${at === 0 ? '' : 'stroke-dasharray="5 4"'}`) +
      svgText(LEFT - 8, y(at) + 4, `${at > 0 ? '+' : ''}${at} %`, `text-anchor="end" fill="${MUTED}"`),
  )
  const foot = top + height + 30
  const note = `best change of the sum of targets up to progression; * progression by a new lesion${left.length === 0 ? '' : `; no bar: ${left.length > 12 ? `${left.length} subjects` : left.join(', ')}`}`
  return {
    name: 'waterfall',
    title: 'Best change from baseline',
    svg: svgPicture(
      WIDTH,
      foot + 14,
      'Best change from baseline',
      `${lines.join('')}${body.join('')}${svgText(LEFT, foot, note, `fill="${MUTED}" font-size="11"`)}`,
      `${drawn.length} subjects, from ${drawn[0]?.change?.toFixed(0) ?? 'none'} to ${drawn.at(-1)?.change?.toFixed(0) ?? 'none'} per cent`,
    ),
    columns: ['subject', 'best_change_pct', 'response', 'new_lesion'],
    rows: [...drawn, ...bars.filter(bar => bar.change === undefined)].map(bar => [
      bar.subject,
      bar.change?.toFixed(6),
      bar.response,
      bar.newLesion ? 'yes' : 'no',
    ]),
  }
}

export interface SpiderCourse {
  readonly subject: string
  readonly response: string
  /** Days from start, per cent of baseline; baseline is (0, 0). */
  readonly points: readonly { readonly day: number; readonly change: number; readonly overall: string }[]
}

export function spiderFigure(courses: readonly SpiderCourse[], monthDays: number): Figure {
  const top = 20
  const height = 320
  const all = courses.flatMap(course => course.points)
  const last = largest(
    1,
    all.map(point => point.day / monthDays),
  )
  const most = largest(
    30,
    all.map(point => point.change),
  )
  const least = smallest(
    -30,
    all.map(point => point.change),
  )
  const x = (day: number) => LEFT + ((WIDTH - LEFT - 110) * day) / monthDays / last
  const y = (change: number) => top + ((most - change) / (most - least)) * height
  const grid = [-100, -75, -50, -30, 0, 20, 50, 100]
    .filter(at => at >= least && at <= most)
    .map(
      at =>
        svgLine(
          LEFT,
          y(at),
          WIDTH - 110,
          y(at),
          `stroke="${at === 0 ? INK : LIGHT}" ${at === 20 || at === -30 ? `stroke-dasharray="5 4" style="stroke:${MUTED}"` : ''}`,
        ) + svgText(LEFT - 8, y(at) + 4, `${at > 0 ? '+' : ''}${at} %`, `text-anchor="end" fill="${MUTED}"`),
    )
  const axis = ticks(last)
    .filter(at => at <= last)
    .map(at => svgText(x(at * monthDays), top + height + 18, String(at), `text-anchor="middle" fill="${MUTED}"`))
  const labels = new LabelPlaces(courses.length)
  const body = courses.map(course => {
    const responded = course.response === 'CR' || course.response === 'PR'
    const points = [{ day: 0, change: 0, overall: '' }, ...course.points]
    const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.day).toFixed(1)} ${y(point.change).toFixed(1)}`).join('')
    const end = points.at(-1)!
    // names that would lie on each other move down
    const at = labels.placeAt(x(end.day), y(end.change) + 4)
    const marks = course.points.map(
      point =>
        `<circle cx="${x(point.day).toFixed(1)}" cy="${y(point.change).toFixed(1)}" r="${point.overall === 'PD' ? 5 : 3.5}" fill="${point.overall === 'PD' ? '#fff' : responded ? BLUE : MUTED}" stroke="${responded ? BLUE : MUTED}" stroke-width="1.5" ${dataAttributes({ subject: course.subject, day: point.day, change: point.change.toFixed(1), overall: point.overall })}/>`,
    )
    return `<path d="${path}" fill="none" stroke="${responded ? BLUE : MUTED}" stroke-width="1.8" ${responded ? '' : 'stroke-dasharray="6 3"'}/>${marks.join('')}${at === undefined ? '' : svgText(x(end.day) + 8, at, course.subject, 'font-size="11"')}`
  })
  const foot = `${svgText((LEFT + WIDTH - 110) / 2, top + height + 38, 'months from start', 'text-anchor="middle"')}${svgText(LEFT, top + height + 56, 'whole line: confirmed response; dashed: none; open mark: progression', `fill="${MUTED}" font-size="11"`)}`
  return {
    name: 'spider',
    title: 'Change of the sum of targets over time',
    svg: svgPicture(
      WIDTH,
      top + height + 66,
      'Change of the sum of targets over time',
      `${grid.join('')}${axis.join('')}${body.join('')}${foot}`,
      `${courses.length} subjects`,
    ),
    columns: ['subject', 'day', 'change_pct', 'overall'],
    rows: courses.flatMap(course => course.points.map(point => [course.subject, point.day, point.change.toFixed(6), point.overall])),
  }
}

export interface SwimmerLane {
  readonly subject: string
  readonly note: string
  /** Days from start. */
  readonly end: number
  readonly response: { readonly from: number; readonly to: number } | undefined
  readonly progression: number | undefined
  readonly newTherapy: number | undefined
  readonly death: number | undefined
  readonly ongoing: boolean
}

export function swimmerFigure(lanes: readonly SwimmerLane[], monthDays: number): Figure {
  const all = lanes.toSorted((a, b) => b.end - a.end || (a.subject < b.subject ? -1 : 1))
  const ordered = all.slice(0, MOST_LANES)
  const row = 26
  const top = 12
  const last = largest(
    1,
    lanes.map(lane => lane.end / monthDays),
  )
  const x = (day: number) => LEFT + ((WIDTH - LEFT - 60) * day) / monthDays / last
  const base = top + ordered.length * row
  const axis = ticks(last)
    .filter(at => at <= last)
    .map(
      at =>
        svgLine(x(at * monthDays), top, x(at * monthDays), base, `stroke="${LIGHT}"`) +
        svgText(x(at * monthDays), base + 16, String(at), `text-anchor="middle" fill="${MUTED}"`),
    )
  const body = ordered.map((lane, i) => {
    const y = top + i * row
    const middle = y + 9
    const parts = [
      svgText(LEFT - 8, y + 13, lane.subject, 'text-anchor="end"'),
      `<rect x="${x(0)}" y="${y + 3}" width="${Math.max(1, x(lane.end) - x(0)).toFixed(1)}" height="12" fill="${LIGHT}" stroke="${MUTED}" stroke-width="0.5" ${dataAttributes({ subject: lane.subject, end: lane.end })}/>`,
    ]
    if (lane.response !== undefined)
      parts.push(
        `<rect x="${x(lane.response.from).toFixed(1)}" y="${y + 3}" width="${Math.max(1, x(lane.response.to) - x(lane.response.from)).toFixed(1)}" height="12" fill="${BLUE}" ${dataAttributes({ subject: lane.subject, response: lane.response.from, until: lane.response.to })}/>`,
      )
    if (lane.progression !== undefined)
      parts.push(
        `<path d="M${x(lane.progression).toFixed(1)} ${middle - 7}l7 14h-14z" fill="#fff" stroke="${WARM}" stroke-width="2" ${dataAttributes({ subject: lane.subject, progression: lane.progression })}/>`,
      )
    if (lane.newTherapy !== undefined)
      parts.push(
        `<rect x="${(x(lane.newTherapy) - 5).toFixed(1)}" y="${middle - 5}" width="10" height="10" fill="#fff" stroke="${INK}" stroke-width="2" ${dataAttributes({ subject: lane.subject, therapy: lane.newTherapy })}/>`,
      )
    if (lane.death !== undefined)
      parts.push(
        `<path d="M${(x(lane.death) - 5).toFixed(1)} ${middle - 5}l10 10m0 -10l-10 10" stroke="${INK}" stroke-width="2.5" ${dataAttributes({ subject: lane.subject, death: lane.death })}/>`,
      )
    if (lane.ongoing) parts.push(`<path d="M${(x(lane.end) + 3).toFixed(1)} ${middle - 5}l10 5l-10 5z" fill="${INK}"/>`)
    parts.push(svgText(x(lane.end) + 20, y + 13, lane.note, `font-size="11" fill="${MUTED}"`))
    return parts.join('')
  })
  const foot = `${svgText((LEFT + WIDTH - 60) / 2, base + 34, 'months from start', 'text-anchor="middle"')}${svgText(LEFT, base + 52, `dark: response; △ progression; □ new therapy; × death; ▶ alive at the cut${all.length > ordered.length ? `; the ${MOST_LANES} longest of ${all.length}` : ''}`, `fill="${MUTED}" font-size="11"`)}`
  return {
    name: 'swimmer',
    title: 'Course of every subject',
    svg: svgPicture(WIDTH, base + 62, 'Course of every subject', `${axis.join('')}${body.join('')}${foot}`, `${lanes.length} subjects`),
    columns: ['subject', 'end_day', 'response_from', 'response_to', 'progression_day', 'new_therapy_day', 'death_day', 'alive_at_cut'],
    rows: all.map(lane => [
      lane.subject,
      lane.end,
      lane.response?.from,
      lane.response?.to,
      lane.progression,
      lane.newTherapy,
      lane.death,
      lane.ongoing ? 'yes' : 'no',
    ]),
  }
}

/** Steps, ticks of censoring, band of the interval, numbers at risk below. `curve` in days. */
export function kaplanMeierFigure(name: string, title: string, curve: KaplanMeier, monthDays: number): Figure {
  const top = 16
  const height = 260
  const n = curve.atRisk[0] ?? 0
  const last = Math.max(1, (curve.time.at(-1) ?? 0) / monthDays)
  const x = (day: number) => LEFT + ((WIDTH - LEFT - RIGHT) * day) / monthDays / last
  const y = (share: number) => top + (1 - share) * height
  const columns = ['day', 'months', 'at_risk', 'events', 'censored', 'survival', 'lower', 'upper']
  const value = (share: number) => (Number.isNaN(share) ? undefined : share.toFixed(6))
  const rows = Array.from(curve.time, (day, i) => [
    day,
    (day / monthDays).toFixed(2),
    curve.atRisk[i]!,
    curve.events[i]!,
    curve.censored[i]!,
    value(curve.survival[i]!),
    value(curve.lower[i]!),
    value(curve.upper[i]!),
  ])
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    at =>
      svgLine(LEFT, y(at), WIDTH - RIGHT, y(at), `stroke="${at === 0 ? INK : LIGHT}"`) +
      svgText(LEFT - 8, y(at) + 4, `${100 * at} %`, `text-anchor="end" fill="${MUTED}"`),
  )
  const marks = ticks(last).filter(at => at <= last + 1e-9)
  const axis = marks.map(at => svgText(x(at * monthDays), top + height + 18, String(at), `text-anchor="middle" fill="${MUTED}"`))
  const riskAt = (day: number) => {
    const next = curve.time.findIndex(t => t >= day)
    return next < 0 ? 0 : curve.atRisk[next]!
  }
  const risk = marks.map(at => svgText(x(at * monthDays), top + height + 58, String(riskAt(at * monthDays)), 'text-anchor="middle"'))
  const step = (of: Float64Array, first: number): readonly (readonly [number, number])[] => {
    const points: (readonly [number, number])[] = [[0, first]]
    let level = first
    for (let i = 0; i < curve.time.length; i++) {
      points.push([curve.time[i]!, level])
      if (!Number.isNaN(of[i]!)) level = of[i]!
      points.push([curve.time[i]!, level])
    }
    return points
  }
  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([day, share], i) => `${i === 0 ? 'M' : 'L'}${x(day).toFixed(1)} ${y(share).toFixed(1)}`).join('')
  const band = n === 0 ? '' : `<path d="${path([...step(curve.upper, 1), ...step(curve.lower, 1).toReversed()])}Z" fill="${LIGHT}"/>`
  const ends = Array.from(curve.time, (day, i) => ({ day, i }))
    .filter(({ i }) => curve.censored[i]! > 0)
    .map(({ day, i }) =>
      svgLine(x(day), y(curve.survival[i]!) - 6, x(day), y(curve.survival[i]!) + 6, `stroke="${INK}" stroke-width="1.5"`),
    )
  const drops = Array.from(
    curve.time,
    (day, i) =>
      `<circle cx="${x(day).toFixed(1)}" cy="${y(curve.survival[i]!).toFixed(1)}" r="1.5" fill="${BLUE}" ${dataAttributes({ day, survival: value(curve.survival[i]!) ?? '', risk: curve.atRisk[i]! })}/>`,
  )
  const empty =
    n === 0
      ? svgText(WIDTH / 2, top + height / 2, 'no subject', `text-anchor="middle" fill="${MUTED}"`)
      : `<path d="${path(step(curve.survival, 1))}" fill="none" stroke="${BLUE}" stroke-width="2.2"/>`
  const foot = `${svgText((LEFT + WIDTH - RIGHT) / 2, top + height + 36, 'months', 'text-anchor="middle"')}${svgText(LEFT - 8, top + height + 58, 'at risk', 'text-anchor="end"')}${svgText(LEFT, top + height + 78, `band: ${Math.round(100 * curve.level)} % interval, ${curve.interval}; upright strokes: censored`, `fill="${MUTED}" font-size="11"`)}`
  return {
    name,
    title,
    svg: svgPicture(
      WIDTH,
      top + height + 88,
      title,
      `${band}${grid.join('')}${axis.join('')}${empty}${ends.join('')}${drops.join('')}${risk.join('')}${foot}`,
      `${n} subjects, ${curve.events.reduce((a, b) => a + b, 0)} events`,
    ),
    columns,
    rows,
  }
}
