// Courses of the infused receptors: per cent of T cells on a log axis over days, Wilson intervals, open marks at the limit of detection where nothing was found.
import { escapeHtml } from '../format/index.ts'
import type { PersistenceRow } from './persistence.ts'

const WIDTH = 760
const HEIGHT = 420
const LEFT = 64
const RIGHT = 150
const TOP = 20
const BOTTOM = 46
/** Okabe and Ito's colours: told apart by colour-blind readers. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const
const MARKS = ['circle', 'square', 'diamond'] as const

/** SVG of the blood samples; day 0 is the infusion. */
export function persistenceFigure(rows: readonly PersistenceRow[]): string {
  const blood = rows.filter(row => row.kind === 'blood' && row.cells > 0)
  const receptors = [...new Set(blood.map(row => row.receptorId))]
  const days = blood.map(row => row.day)
  const from = Math.min(0, ...days)
  const to = Math.max(1, ...days)
  const least = Math.min(...blood.map(row => row.detectionLimit), ...blood.filter(row => row.insert > 0).map(row => row.low), 1)
  const low = Math.floor(Math.log10(least))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, ...blood.map(row => row.high)))))
  const x = (day: number) => LEFT + ((day - from) / (to - from)) * (WIDTH - LEFT - RIGHT)
  const y = (percent: number) => HEIGHT - BOTTOM - ((Math.log10(percent) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)
  const parts: string[] = []
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power).toFixed(1)
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${10 ** power} %</text>`,
    )
  }
  for (const day of [...new Set(days)].sort((a, b) => a - b))
    parts.push(`<text x="${x(day).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${day}</text>`)
  parts.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">days from infusion</text>`)
  for (const [i, id] of receptors.entries()) {
    const colour = COLOURS[i % COLOURS.length]!
    const course = blood.filter(row => row.receptorId === id).sort((a, b) => a.day - b.day)
    const height = (row: PersistenceRow) => (row.insert > 0 ? row.percent : row.detectionLimit)
    // a line through limits of detection would draw a course that nobody saw
    const after = course.filter(row => row.day >= 0 && row.insert > 0)
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${after.map(row => `${x(row.day).toFixed(1)},${y(height(row)).toFixed(1)}`).join(' ')}"/>`,
    )
    for (const row of course) {
      const cx = x(row.day)
      if (row.insert > 0)
        parts.push(
          `<line x1="${cx.toFixed(1)}" x2="${cx.toFixed(1)}" y1="${y(Math.max(row.low, 10 ** low)).toFixed(1)}" y2="${y(row.high).toFixed(1)}" stroke="${colour}"/>`,
        )
      parts.push(mark(MARKS[i % MARKS.length]!, cx, y(height(row)), colour, row.insert > 0))
    }
    const label = TOP + 14 + 20 * i
    parts.push(mark(MARKS[i % MARKS.length]!, WIDTH - RIGHT + 20, label - 4, colour, true))
    parts.push(`<text x="${WIDTH - RIGHT + 32}" y="${label}">${escapeHtml(id)}</text>`)
  }
  parts.push(`<text x="${WIDTH - RIGHT + 14}" y="${TOP + 22 + 20 * receptors.length}" fill="#555">open: below the limit</text>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui,sans-serif" font-size="12" role="img" aria-label="Infused receptors in blood over time"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`
}

function mark(shape: (typeof MARKS)[number], x: number, y: number, colour: string, filled: boolean): string {
  const paint = `fill="${filled ? colour : '#fff'}" stroke="${colour}" stroke-width="1.5"`
  const at = (value: number) => value.toFixed(1)
  if (shape === 'circle') return `<circle cx="${at(x)}" cy="${at(y)}" r="4.5" ${paint}/>`
  if (shape === 'square') return `<rect x="${at(x - 4)}" y="${at(y - 4)}" width="8" height="8" ${paint}/>`
  return `<path d="M${at(x)} ${at(y - 5.5)}L${at(x + 5.5)} ${at(y)}L${at(x)} ${at(y + 5.5)}L${at(x - 5.5)} ${at(y)}Z" ${paint}/>`
}
