// Every lesion of every subject over time: a lane each, a disc as wide as the lesion, other marks where only its state is known. What the sums hide is seen here: lesions that shrink while one grows.
import {
  BLUE,
  type Cell,
  dataAttributes,
  INK,
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
import type { Figure } from './figures.ts'
import { formatLength, type Length, millimetres } from './length.ts'
import type { Finding, LesionRole } from './lesion.ts'

export interface LesionCourse {
  readonly subject: string
  readonly lesion: string
  readonly role: LesionRole
  readonly organ: string
  /** Days from start, in order; what was not assessed is left out. */
  readonly points: readonly { readonly day: number; readonly length: Length | undefined; readonly state: Finding['state'] }[]
}

const WIDTH = 760
const LEFT = 210
const RIGHT = 30
const LANE = 24
/** More lanes than this are not drawn; the table has them all. */
const MOST_LANES = 150

export function lesionMapFigure(courses: readonly LesionCourse[], monthDays: number): Figure {
  const drawn = courses.slice(0, MOST_LANES)
  const days = courses.flatMap(course => course.points.map(({ day }) => day))
  const first = smallest(0, days)
  const last = largest(monthDays, days)
  const most = largest(
    10,
    courses.flatMap(course => course.points.flatMap(({ length }) => (length === undefined ? [] : [millimetres(length)]))),
  )
  const x = (day: number) => LEFT + 14 + ((WIDTH - LEFT - RIGHT - 14) * (day - first)) / (last - first)
  const radius = (length: Length) => Math.max(1.5, 11 * Math.sqrt(millimetres(length) / most))
  const top = 14
  const base = top + drawn.length * LANE
  const axis = ticks(last / monthDays).map(
    at =>
      svgLine(x(at * monthDays), top, x(at * monthDays), base, `stroke="${LIGHT}"`) +
      svgText(x(at * monthDays), base + 16, String(at), `text-anchor="middle" fill="${MUTED}"`),
  )
  const body = drawn.map((course, i) => {
    const y = top + i * LANE + LANE / 2
    const isFirst = drawn[i - 1]?.subject !== course.subject
    const head = isFirst
      ? svgLine(8, y - LANE / 2, WIDTH - RIGHT, y - LANE / 2, `stroke="${MUTED}" stroke-width="0.5"`) +
        svgText(8, y + 4, course.subject, 'font-size="11"')
      : ''
    const name = svgText(
      LEFT - 4,
      y + 4,
      `${course.lesion}${course.organ === '' ? '' : ` ${course.organ.toLowerCase()}`}`,
      `text-anchor="end" font-size="11" fill="${course.role === 'target' ? INK : MUTED}"`,
    )
    const marks = course.points.map(point => {
      const at = x(point.day)
      const values = dataAttributes({
        subject: course.subject,
        lesion: course.lesion,
        day: point.day,
        seen: point.length === undefined ? (point.state ?? '') : formatLength(point.length),
      })
      if (point.length !== undefined) {
        const gone = point.length === 0
        return `<circle cx="${at.toFixed(1)}" cy="${y}" r="${gone ? 4 : radius(point.length).toFixed(1)}" fill="${gone ? '#fff' : course.role === 'new' ? WARM : BLUE}" stroke="${course.role === 'new' ? WARM : BLUE}" ${gone ? 'stroke-dasharray="2 2"' : ''} ${values}/>`
      }
      if (point.state === 'absent')
        return `<rect x="${(at - 4).toFixed(1)}" y="${y - 4}" width="8" height="8" fill="#fff" stroke="${MUTED}" stroke-dasharray="2 2" ${values}/>`
      const grew = point.state === 'unequivocal'
      return `<rect x="${(at - 4).toFixed(1)}" y="${y - 4}" width="8" height="8" fill="${grew ? WARM : point.state === 'equivocal' ? '#fff' : MUTED}" stroke="${grew ? WARM : MUTED}" ${grew ? `transform="rotate(45 ${at.toFixed(1)} ${y})"` : ''} ${values}/>`
    })
    return head + name + marks.join('')
  })
  const more = courses.length > drawn.length ? `; the first ${MOST_LANES} of ${courses.length} lesions` : ''
  const foot = `${svgText((LEFT + WIDTH - RIGHT) / 2, base + 34, 'months from start', 'text-anchor="middle"')}${svgText(8, base + 52, `disc: its area as the length, the largest ${most} mm; dashed: gone; square: only its state is read; turned square: unequivocally grown or new${more}`, `fill="${MUTED}" font-size="11"`)}`
  return {
    name: 'lesions',
    title: 'Every lesion over time',
    svg: svgPicture(WIDTH, base + 62, 'Every lesion over time', `${axis.join('')}${body.join('')}${foot}`, `${courses.length} lesions`),
    columns: ['subject', 'lesion', 'role', 'organ', 'day', 'mm', 'state'],
    rows: courses.flatMap(course =>
      course.points.map((point): readonly Cell[] => [
        course.subject,
        course.lesion,
        course.role,
        course.organ,
        point.day,
        point.length === undefined ? '' : formatLength(point.length),
        point.state ?? '',
      ]),
    ),
  }
}
