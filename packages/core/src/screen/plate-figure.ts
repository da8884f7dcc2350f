// Plates as people see them: wells shaded by value on a square-root scale, calls ringed, controls marked.
import { escapeHtml } from '../format/index.ts'
import { type MappedWell, type ReadWell, wellPlace, wellsOf } from './plate.ts'

const CELL = 44
const MARGIN = 30

/** One SVG of all plates; `ringed` tells which wells belong to a positive call. */
export function plateFigure(wells: readonly ReadWell[], ringed: (well: ReadWell) => boolean): string {
  const highest = Math.max(1, ...wells.map(well => well.value ?? 0))
  return plates(wells, 'Plates', (well, top) => drawn(well, top, Math.sqrt((well.value ?? 0) / highest), ringed(well)))
}

/** Light enough for dark text; the eighth effector's neighbours in the list have other tints. */
const TINTS = ['#cfe3f1', '#f6d7cc', '#d7ead0', '#e6dcf0', '#f7ecc8', '#cdeae6', '#f3d3e2', '#e0e0e0'] as const

/** What is to be pipetted where: each effector in a tint of its own, named above its plate; antigens in the wells. */
export function layoutFigure(wells: readonly MappedWell[]): string {
  const effectors = [...new Set(wells.map(well => well.effector).filter(name => name !== ''))]
  const tintOf = (name: string) => TINTS[effectors.indexOf(name) % TINTS.length]!
  const legend = (own: readonly MappedWell[], top: number) =>
    effectors
      .filter(name => own.some(well => well.effector === name))
      .map(
        (name, i) =>
          `<rect x="${MARGIN + 90 + i * 150}" y="${top + 6}" width="12" height="12" fill="${tintOf(name)}" stroke="#999"/><text x="${MARGIN + 107 + i * 150}" y="${top + 16}">${escapeHtml(name)}</text>`,
      )
      .join('')
  return plates(
    wells,
    'Plate map',
    (well, top) => {
      const { x, y } = centre(well.well, top)
      const label = well.kind === 'negative' ? '−' : well.kind === 'positive' ? '+' : well.antigen
      const dose = well.doseMolar === undefined ? '' : well.doseMolar === 0 ? 'blank' : well.doseMolar.toExponential(0)
      return `<g><title>${escapeHtml(`${well.plate} ${well.well} ${well.effector} ${well.antigen || well.kind} ${well.presenterHla} ${dose}`.trim())}</title><circle cx="${x}" cy="${y}" r="19" fill="${well.effector === '' ? '#fff' : tintOf(well.effector)}" stroke="#bbb"/><text x="${x}" y="${y + (dose === '' ? 3 : -1)}" text-anchor="middle" font-size="${label.length > 7 ? 6.5 : 8}" fill="#222">${escapeHtml(label.slice(0, 9))}</text>${dose === '' ? '' : `<text x="${x}" y="${y + 9}" text-anchor="middle" font-size="7" fill="#222">${dose}</text>`}</g>`
    },
    legend,
  )
}

/** Plates below each other, 96 wells or 384; wells that the map does not name stay grey. `above` stands beside a plate's name. */
function plates<W extends { readonly plate: string; readonly well: string }>(
  wells: readonly W[],
  title: string,
  draw: (well: W, top: number) => string,
  above: (own: readonly W[], top: number) => string = () => '',
): string {
  const names = [...new Set(wells.map(well => well.plate))]
  const rows = Math.max(...wells.map(well => wellPlace(well.well).row)) >= 8 ? 16 : 8
  const columns = rows === 16 ? 24 : 12
  const height = rows * CELL + MARGIN + 34
  const width = columns * CELL + MARGIN + 10
  const parts: string[] = []
  for (const [p, plate] of names.entries()) {
    const top = p * height
    const own = wells.filter(other => other.plate === plate)
    parts.push(`<text x="${MARGIN}" y="${top + 16}" font-weight="600">${escapeHtml(plate)}</text>${above(own, top)}`)
    for (let column = 0; column < columns; column++)
      parts.push(`<text x="${MARGIN + CELL * (column + 0.5)}" y="${top + 36}" text-anchor="middle" fill="#555">${column + 1}</text>`)
    for (let row = 0; row < rows; row++)
      parts.push(
        `<text x="${MARGIN - 10}" y="${top + 44 + CELL * (row + 0.6)}" text-anchor="middle" fill="#555">${String.fromCharCode(65 + row)}</text>`,
      )
    const used = new Set(own.map(well => well.well))
    for (const name of wellsOf(rows === 16 ? 384 : 96)) if (!used.has(name)) parts.push(unused(name, top))
    for (const well of own) parts.push(draw(well, top))
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${names.length * height}" width="${width}" height="${names.length * height}" font-family="system-ui,sans-serif" font-size="11" role="img" aria-label="${title}"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>\n`
}

const centre = (well: string, top: number): { readonly x: number; readonly y: number } => {
  const { row, column } = wellPlace(well)
  return { x: MARGIN + CELL * (column + 0.5), y: top + 44 + CELL * (row + 0.5) }
}

/** A well that the map does not name. */
function unused(well: string, top: number): string {
  const { x, y } = centre(well, top)
  return `<circle cx="${x}" cy="${y}" r="19" fill="#f4f4f4" stroke="#bbb"/>`
}

function drawn(well: ReadWell, top: number, share: number, ring: boolean): string {
  const { x, y } = centre(well.well, top)
  // one hue from white to dark blue: reads in grey too
  const channel = (from: number, to: number) => Math.round(from + (to - from) * share)
  const fill = well.kind === 'empty' ? '#f4f4f4' : `rgb(${channel(255, 8)},${channel(255, 64)},${channel(255, 129)})`
  const text = share > 0.55 ? '#fff' : '#222'
  const label = well.kind === 'negative' ? '−' : well.kind === 'positive' ? '+' : well.antigen
  const shown = well.value === undefined ? (well.kind === 'empty' ? '' : '?') : `${well.censored ? '≥' : ''}${Math.round(well.value)}`
  return `<g><title>${escapeHtml(`${well.plate} ${well.well} ${well.effector} ${well.antigen || well.kind}: ${shown}`)}</title><circle cx="${x}" cy="${y}" r="19" fill="${fill}" stroke="${ring ? '#d55e00' : '#bbb'}" stroke-width="${ring ? 3.5 : 1}"/><text x="${x}" y="${y - 2}" text-anchor="middle" fill="${text}">${shown}</text><text x="${x}" y="${y + 10}" text-anchor="middle" font-size="8" fill="${text}">${escapeHtml(label.slice(0, 8))}</text></g>`
}
