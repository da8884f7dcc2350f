// The map of cells as three panels: whose lesion, how high the signature, which of the shortlisted clones.
import { byText } from '../base/index.ts'
import { escapeHtml, INK, LIGHT, MUTED, svgPicture, svgText, WARM } from '../format/index.ts'
import type { MappedCell } from './cell-map.ts'

export interface DrawnCell extends MappedCell {
  /** Undefined: not scored. */
  readonly score: number | undefined
  /** Name of the clone where it is shortlisted. */
  readonly clone: string | undefined
}

const SIDE = 300
const GAP = 16
const TOP = 26
/** Colour-blind safe (Okabe & Ito), then grey. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#f0e442', '#000000']
const REST = '#c9d3da'

/** `signature` names the score. A legend stands below each panel; beyond eight lesions or clones colours end. */
export function cellMapFigure(cells: readonly DrawnCell[], signature: string): string {
  if (cells.length === 0) return ''
  const xs = cells.map(cell => cell.x)
  const ys = cells.map(cell => cell.y)
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  // the axes mean nothing: each fills its panel
  const [across, down] = [(SIDE - 16) / Math.max(right - left, 1e-9), (SIDE - 16) / Math.max(high - low, 1e-9)]
  const place = (cell: DrawnCell, panel: number) =>
    `cx="${(panel * (SIDE + GAP) + 8 + (cell.x - left) * across).toFixed(1)}" cy="${(TOP + 8 + (high - cell.y) * down).toFixed(1)}"`
  const dots = (panel: number, order: readonly DrawnCell[], fill: (cell: DrawnCell) => string, radius: (cell: DrawnCell) => number) =>
    order.map(cell => `<circle ${place(cell, panel)} r="${radius(cell)}" fill="${fill(cell)}"/>`).join('')
  const lesions = [...new Set(cells.map(cell => cell.cell.lesion))].sort(byText)
  const clones = commonest(cells.flatMap(cell => (cell.clone === undefined ? [] : [cell.clone]))).slice(0, COLOURS.length)
  const colourOf = (names: readonly string[], name: string | undefined) =>
    name === undefined ? REST : (COLOURS[names.indexOf(name)] ?? REST)
  const scores = cells.flatMap(cell => (cell.score === undefined ? [] : [cell.score])).sort((a, b) => a - b)
  const [floor, top] = [scores[Math.floor(0.02 * scores.length)] ?? 0, scores[Math.floor(0.98 * (scores.length - 1))] ?? 1]
  const shade = (score: number | undefined) =>
    score === undefined ? LIGHT : mixed(LIGHT, WARM, (score - floor) / Math.max(top - floor, 1e-9))
  const panels = [
    dots(
      0,
      cells,
      cell => colourOf(lesions, cell.cell.lesion),
      () => 1.6,
    ),
    dots(
      1,
      cells.toSorted((a, b) => (a.score ?? -1) - (b.score ?? -1)),
      cell => shade(cell.score),
      () => 1.8,
    ),
    dots(
      2,
      cells.toSorted((a, b) => Number(clones.includes(a.clone ?? '')) - Number(clones.includes(b.clone ?? ''))),
      cell => colourOf(clones, cell.clone),
      cell => (clones.includes(cell.clone ?? '') ? 2.6 : 1.2),
    ),
  ]
  const titles = ['lesion', `${signature}, 2 to 98 % of cells`, 'shortlisted clones']
  const frame = titles
    .map(
      (title, panel) =>
        `${svgText(panel * (SIDE + GAP), 16, title, 'font-weight="600"')}<rect x="${panel * (SIDE + GAP)}" y="${TOP}" width="${SIDE}" height="${SIDE}" fill="none" stroke="${LIGHT}"/>`,
    )
    .join('')
  const legend = (panel: number, names: readonly string[]) =>
    names
      .slice(0, COLOURS.length)
      .map((name, i) => {
        const [x, y] = [panel * (SIDE + GAP) + (i % 2) * (SIDE / 2), TOP + SIDE + 18 + Math.floor(i / 2) * 16]
        return `<circle cx="${x + 5}" cy="${y - 4}" r="4" fill="${COLOURS[i]}"/>${svgText(x + 14, y, name.length > 22 ? `${name.slice(0, 21)}…` : name, `font-size="11" fill="${INK}"`)}`
      })
      .join('')
  const bar = scores.length === 0 ? svgText(SIDE + GAP, TOP + SIDE + 18, 'no cell was scored', `fill="${MUTED}"`) : scoreBar(floor, top)
  const rows = Math.ceil(Math.min(COLOURS.length, Math.max(lesions.length, clones.length, 1)) / 2)
  return svgPicture(
    3 * SIDE + 2 * GAP,
    TOP + SIDE + 12 + 16 * Math.max(2, rows),
    'Cells with a receptor, UMAP of their expression',
    `${frame}${panels.join('')}${legend(0, lesions)}${bar}${clones.length === 0 ? svgText(2 * (SIDE + GAP), TOP + SIDE + 18, 'no clone is on the shortlist', `fill="${MUTED}"`) : legend(2, clones)}`,
    `${cells.length} cells of ${lesions.map(escapeHtml).join(', ')}`,
  )
}

function scoreBar(floor: number, top: number): string {
  const [x, y] = [SIDE + GAP, TOP + SIDE + 8]
  const steps = Array.from(
    { length: 20 },
    (_, i) => `<rect x="${x + i * 8}" y="${y}" width="8" height="10" fill="${mixed(LIGHT, WARM, i / 19)}"/>`,
  )
  return `${steps.join('')}${svgText(x, y + 24, floor.toFixed(2), `font-size="11" fill="${MUTED}"`)}${svgText(x + 160, y + 24, top.toFixed(2), `font-size="11" fill="${MUTED}" text-anchor="end"`)}`
}

const commonest = (names: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
}

/** A colour between two, at 0 to 1. */
function mixed(from: string, to: string, at: number): string {
  const share = Math.max(0, Math.min(1, at))
  const channel = (colour: string, k: number) => Number.parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16)
  return `#${[0, 1, 2]
    .map(k =>
      Math.round(channel(from, k) + share * (channel(to, k) - channel(from, k)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}
