// Pictures of a trial's cells and toxicities; each with the table of what it draws.
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
} from '../format/index.ts'

export interface CellCourse {
  readonly subject: string
  readonly responded: boolean
  /** Per cent of CD3+ by one method. */
  readonly points: readonly { readonly day: number; readonly value: number; readonly detectionLimit: number }[]
}

const WIDTH = 760
const LEFT = 64
const RIGHT = 96

/** Logarithmic in per cent, square root in days, so that the first month and the years are both seen. Open marks: below the limit, drawn at it. */
export function cellCourseFigure(courses: readonly CellCourse[], method: string) {
  const top = 16
  const height = 300
  const all = courses.flatMap(course => course.points)
  const last = largest(
    28,
    all.map(point => point.day),
  )
  const shown = (point: CellCourse['points'][number]) => Math.max(point.value, point.detectionLimit)
  const low = Math.floor(Math.log10(smallest(1, all.map(shown))))
  const x = (day: number) => LEFT + (WIDTH - LEFT - RIGHT) * Math.sqrt(day / last)
  const y = (percent: number) => top + ((2 - Math.log10(percent)) / (2 - low)) * height
  const powers = Array.from({ length: 3 - low }, (_, i) => low + i)
  const grid = powers.map(
    power =>
      svgLine(LEFT, y(10 ** power), WIDTH - RIGHT, y(10 ** power), `stroke="${LIGHT}"`) +
      svgText(LEFT - 8, y(10 ** power) + 4, `${10 ** power} %`, `text-anchor="end" fill="${MUTED}"`),
  )
  const axis = [7, 28, 90, 180, 365, 730, 1095]
    .filter(day => day <= last)
    .map(
      day =>
        svgLine(x(day), top, x(day), top + height, `stroke="${LIGHT}"`) +
        svgText(x(day), top + height + 18, String(day), `text-anchor="middle" fill="${MUTED}"`),
    )
  const labels = new LabelPlaces(courses.length)
  const body = courses.map(course => {
    const points = course.points.toSorted((a, b) => a.day - b.day)
    if (points.length === 0) return ''
    const colour = course.responded ? BLUE : MUTED
    const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.day).toFixed(1)} ${y(shown(point)).toFixed(1)}`).join('')
    const at = labels.placeAt(x(points.at(-1)!.day), y(shown(points.at(-1)!)) + 4)
    const marks = points.map(
      point =>
        `<circle cx="${x(point.day).toFixed(1)}" cy="${y(shown(point)).toFixed(1)}" r="3.5" fill="${point.value < point.detectionLimit ? '#fff' : colour}" stroke="${colour}" stroke-width="1.5" ${dataAttributes({ subject: course.subject, day: point.day, percent: point.value })}/>`,
    )
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8" ${course.responded ? '' : 'stroke-dasharray="6 3"'}/>${marks.join('')}${at === undefined ? '' : svgText(x(points.at(-1)!.day) + 8, at, course.subject, 'font-size="11"')}`
  })
  const foot = `${svgText((LEFT + WIDTH - RIGHT) / 2, top + height + 38, 'days from infusion (square root)', 'text-anchor="middle"')}${svgText(LEFT, top + height + 56, `per cent of CD3+ in blood, ${method}; whole line: confirmed response; open: below the limit of detection`, `fill="${MUTED}" font-size="11"`)}`
  const rows: readonly (readonly Cell[])[] = courses.flatMap(course =>
    course.points.map(point => [course.subject, point.day, point.value, point.detectionLimit, method]),
  )
  return {
    name: 'persistence',
    title: 'Transferred cells in blood',
    svg: svgPicture(
      WIDTH,
      top + height + 66,
      'Transferred cells in blood',
      `${grid.join('')}${axis.join('')}${body.join('')}${foot}`,
      `${courses.length} subjects`,
    ),
    columns: ['subject', 'day', 'percent_of_cd3', 'detection_limit', 'method'],
    rows,
  }
}

const SHADES = ['#e8eef3', '#b9cbd9', '#7f9db5', '#3f6a8c', INK]

/** Subjects by worst grade of each term; terms by how many have grade 3 or more. */
export function toxicityFigure(grades: ReadonlyMap<string, ReadonlyMap<number, number>>, treated: number) {
  const left = 250
  const row = 22
  const severe = (counts: ReadonlyMap<number, number>) => [...counts].filter(([grade]) => grade >= 3).reduce((sum, [, n]) => sum + n, 0)
  const total = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0)
  const terms = [...grades].toSorted(([a, x], [b, y]) => severe(y) - severe(x) || total(y) - total(x) || (a < b ? -1 : 1))
  const unit = (WIDTH - left - 60) / Math.max(1, treated)
  const body = terms.map(([term, counts], i) => {
    let at = left
    const cells = [...counts]
      .toSorted(([a], [b]) => a - b)
      .map(([grade, n]) => {
        const rect = `<rect x="${at.toFixed(1)}" y="${30 + i * row}" width="${(n * unit).toFixed(1)}" height="${row - 6}" fill="${SHADES[Math.min(4, grade - 1)]}" stroke="#fff" ${dataAttributes({ term, grade, subjects: n })}/>${svgText(at + (n * unit) / 2, 42 + i * row, String(n), `text-anchor="middle" font-size="11" fill="${grade >= 4 ? '#fff' : INK}"`)}`
        at += n * unit
        return rect
      })
    return svgText(left - 8, 42 + i * row, term, 'text-anchor="end"') + cells.join('')
  })
  const key = [1, 2, 3, 4, 5].map(
    grade =>
      `<rect x="${left + (grade - 1) * 78}" y="6" width="14" height="12" fill="${SHADES[grade - 1]}"/>${svgText(left + (grade - 1) * 78 + 18, 16, `grade ${grade}`, `font-size="11" fill="${MUTED}"`)}`,
  )
  const height = 30 + terms.length * row
  const axis = ticks(treated, Math.min(7, treated))
    .filter(at => at <= treated && Number.isInteger(at))
    .map(at => svgText(left + at * unit, height + 14, String(at), `text-anchor="middle" fill="${MUTED}"`))
  return {
    name: 'toxicity',
    title: 'Adverse events by worst grade',
    svg: svgPicture(
      WIDTH,
      height + 36,
      'Adverse events by worst grade',
      `${key.join('')}${body.join('')}${axis.join('')}${svgText(left, height + 30, `subjects of ${treated}, each once a term`, `font-size="11" fill="${MUTED}"`)}`,
    ),
    columns: ['term', 'grade', 'subjects'],
    rows: terms.flatMap(([term, counts]) =>
      [...counts].toSorted(([a], [b]) => a - b).map(([grade, n]): readonly Cell[] => [term, grade, n]),
    ),
  }
}
