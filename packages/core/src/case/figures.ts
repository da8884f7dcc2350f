// Figures of the dossier as SVG text: no script, no outside resource, readable in print.
import type { FunnelRow } from '../base/index.ts'
import { BLUE, escapeHtml, INK, LIGHT, largest, MUTED, svgPicture as svg, svgText as text, WARM } from '../format/index.ts'

export interface FunnelStep {
  readonly label: string
  readonly count: number
}

/** Bars that narrow from step to step, on a logarithmic scale. */
export function funnelFigure(steps: readonly FunnelStep[]): string {
  const width = 640
  const row = 26
  const most = Math.log10(1 + Math.max(1, ...steps.map(step => step.count)))
  const body = steps.map((step, i) => {
    const length = Math.max(2, (380 * Math.log10(1 + step.count)) / most)
    const y = 4 + i * row
    return `<rect x="170" y="${y}" width="${length.toFixed(1)}" height="18" rx="2" fill="${i === steps.length - 1 ? WARM : BLUE}"/>${text(162, y + 13, step.label, 'text-anchor="end"')}${text(170 + length + 8, y + 13, step.count.toLocaleString('en-US'), `fill="${MUTED}"`)}`
  })
  return svg(
    width,
    steps.length * row + 22,
    'Funnel',
    body.join('') + text(170, steps.length * row + 16, 'logarithmic scale', `fill="${MUTED}" font-size="10"`),
  )
}

export interface BarRow {
  readonly label: string
  /** One a column; undefined: not known. */
  readonly counts: readonly (number | undefined)[]
}

/** Rows × columns of counts as bars; each column by its own largest, on a logarithmic scale. */
export function barsFigure(columns: readonly string[], rows: readonly BarRow[]): string {
  const [left, column, row] = [150, 180, 20]
  const most = columns.map((_, i) =>
    Math.log1p(
      largest(
        1,
        rows.map(one => one.counts[i] ?? 0),
      ),
    ),
  )
  const head = columns.map((name, i) => text(left + i * column, 14, name, 'font-weight="600"'))
  const body = rows.map(({ label, counts }, r) => {
    const y = 22 + r * row
    const bars = counts.map((count, i) => {
      const length = ((column - 70) * Math.log1p(count ?? 0)) / most[i]!
      const x = left + i * column
      return `<rect x="${x}" y="${y}" width="${length.toFixed(1)}" height="${row - 6}" rx="2" fill="${BLUE}"/>${text(x + length + 6, y + 11, count?.toLocaleString('en-US') ?? '–', `fill="${MUTED}"`)}`
    })
    return text(left - 8, y + 11, label, 'text-anchor="end"') + bars.join('')
  })
  return svg(left + columns.length * column, 26 + rows.length * row, 'Figures of each case', head.join('') + body.join(''))
}

export interface ClonotypeBar {
  readonly label: string
  readonly byLesion: ReadonlyMap<string, number>
  readonly shortlisted: boolean
}

/** Lesions × clonotypes: cells as shaded squares with their number. */
export function lesionFigure(lesions: readonly string[], clonotypes: readonly ClonotypeBar[]): string {
  const left = 230
  const column = 90
  const row = 22
  const most = Math.max(1, ...clonotypes.flatMap(c => [...c.byLesion.values()]))
  const head = lesions
    .map((lesion, i) => text(left + i * column + column / 2, 14, lesion, 'text-anchor="middle" font-weight="600"'))
    .join('')
  const body = clonotypes.map((c, r) => {
    const y = 22 + r * row
    const cells = lesions.map((lesion, i) => {
      const n = c.byLesion.get(lesion) ?? 0
      const shade = n === 0 ? 0 : 0.15 + (0.85 * Math.log1p(n)) / Math.log1p(most)
      return `<rect x="${left + i * column + 2}" y="${y}" width="${column - 4}" height="${row - 4}" rx="2" fill="${LIGHT}"/><rect x="${left + i * column + 2}" y="${y}" width="${column - 4}" height="${row - 4}" rx="2" fill="${c.shortlisted ? WARM : BLUE}" fill-opacity="${shade.toFixed(2)}"/>${text(left + i * column + column / 2, y + 13, String(n), `text-anchor="middle" fill="${shade > 0.55 ? '#fff' : INK}"`)}`
    })
    return text(left - 8, y + 13, c.label, `text-anchor="end" ${c.shortlisted ? 'font-weight="600"' : ''}`) + cells.join('')
  })
  return svg(
    left + lesions.length * column + 10,
    30 + clonotypes.length * row,
    'Cells of each clonotype in each lesion',
    head + body.join(''),
  )
}

export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly strong: boolean
  readonly label: string
}

/** Clone size (logarithmic) against signature score; strong points are above chance. */
export function cloneFigure(points: readonly ScatterPoint[], xLabel: string, yLabel: string): string {
  const [width, height, left, bottom] = [640, 300, 56, 40]
  const mostX = Math.log10(1 + Math.max(1, ...points.map(p => p.x)))
  const ys = points.map(p => p.y)
  const low = Math.min(0, ...ys)
  const high = Math.max(0.01, ...ys)
  const px = (x: number) => left + ((width - left - 20) * Math.log10(1 + x)) / mostX
  const py = (y: number) => height - bottom - ((height - bottom - 16) * (y - low)) / (high - low)
  const ticks = [1, 3, 10, 30, 100, 300, 1000]
    .filter(x => Math.log10(1 + x) <= mostX)
    .map(
      x =>
        `<line x1="${px(x)}" x2="${px(x)}" y1="${height - bottom}" y2="${height - bottom + 4}" stroke="${MUTED}"/>${text(px(x), height - bottom + 16, String(x), `text-anchor="middle" fill="${MUTED}"`)}`,
    )
  const yTicks = [low, (low + high) / 2, high].map(
    y =>
      `${text(left - 6, py(y) + 4, y.toFixed(2), `text-anchor="end" fill="${MUTED}"`)}<line x1="${left}" x2="${width - 20}" y1="${py(y)}" y2="${py(y)}" stroke="${LIGHT}"/>`,
  )
  const dots = points.map(
    p =>
      `<circle cx="${px(p.x).toFixed(1)}" cy="${py(p.y).toFixed(1)}" r="${p.strong ? 4.5 : 3}" fill="${p.strong ? WARM : BLUE}" fill-opacity="${p.strong ? 0.9 : 0.35}"><title>${escapeHtml(p.label)}</title></circle>`,
  )
  return svg(
    width,
    height,
    `${yLabel} against ${xLabel}`,
    `${yTicks.join('')}<line x1="${left}" x2="${width - 20}" y1="${height - bottom}" y2="${height - bottom}" stroke="${MUTED}"/>${ticks.join('')}${dots.join('')}${text((width + left) / 2, height - 6, xLabel, 'text-anchor="middle"')}<text transform="translate(12 ${(height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text>`,
  )
}

/** Count of a funnel row, 0 when it is not there. */
export const funnelCount = (rows: readonly FunnelRow[], stage: string, reason: string): number =>
  rows.find(row => row.stage === stage && row.reason === reason)?.count ?? 0
