// A construct's parts to scale, as SVG text.
import { escapeHtml, MUTED, svgPicture, svgText } from '../format/index.ts'

export interface MapPart {
  readonly label: string
  readonly start: number
  readonly end: number
  readonly kind: 'alpha' | 'beta' | 'user' | 'linker' | 'end' | 'junction'
}

const MAP_COLOUR = { alpha: '#7aa874', beta: '#2e6f9e', user: '#8a6fa8', linker: '#b0a18f', end: MUTED, junction: '#c8553d' } as const

/** A construct's parts to scale. */
export function constructFigure(parts: readonly MapPart[], length: number): string {
  const width = 760
  const scale = (width - 20) / length
  const body = parts.map(part => {
    const x = 10 + part.start * scale
    const w = Math.max(1, (part.end - part.start) * scale)
    const fits = w > part.label.length * 6
    return `<rect x="${x.toFixed(1)}" y="18" width="${w.toFixed(1)}" height="26" fill="${MAP_COLOUR[part.kind]}" stroke="#fff"><title>${escapeHtml(`${part.label} ${part.start + 1}-${part.end}`)}</title></rect>${fits ? svgText(x + w / 2, 35, part.label, 'text-anchor="middle" fill="#fff" font-size="10.5"') : ''}`
  })
  return svgPicture(
    width,
    62,
    'Map of the insert',
    `${body.join('')}${svgText(10, 58, '1', `fill="${MUTED}" font-size="10"`)}${svgText(width - 10, 58, `${length} nt`, `text-anchor="end" fill="${MUTED}" font-size="10"`)}`,
  )
}
