// SVG as text: no script, no outside resource, text as text, a title and a description for those who do not see it.
import { escapeHtml } from './html.ts'

export const INK = '#1c2833'
export const MUTED = '#5d6d7e'
export const BLUE = '#2e6f9e'
export const LIGHT = '#dbe7f0'
export const WARM = '#c8553d'

/** A whole picture. `description` says in words what is to be seen. */
export function svgPicture(width: number, height: number, title: string, body: string, description = ''): string {
  const more = description === '' ? '' : `<desc>${escapeHtml(description)}</desc>`
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}" xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="12" fill="${INK}"><title>${escapeHtml(title)}</title>${more}${body}</svg>`
}

/** `more`: attributes as they stand. */
export const svgText = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${escapeHtml(content)}</text>`

export const svgLine = (x1: number, y1: number, x2: number, y2: number, more: string): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${more}/>`

const round = (x: number): string => String(Math.round(x * 10) / 10)

/** Values of a picture's mark, so that what is drawn can be read back and compared with the table beside it. */
export const dataAttributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `data-${name}="${escapeHtml(String(value))}"`)
    .join(' ')

/** Round values from 0 to at least `most`, about `steps` of them. */
export function ticks(most: number, steps = 6): readonly number[] {
  const rough = Math.max(most, 1e-9) / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= rough)!
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** Largest of many values, and of `start`: an argument list has an end, a loop has none. */
export const largest = (start: number, values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), start)
export const smallest = (start: number, values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value), start)

const MOST_LABELS = 40
const LABEL_HEIGHT = 12
const LABEL_WIDTH = 90

/** Where names beside a picture's courses go, so that none lies on another; beyond forty courses there are none. */
export class LabelPlaces {
  readonly #taken: { readonly x: number; readonly y: number }[] = []
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  /** The height for a name at x that would best stand at y; undefined: leave it out. */
  placeAt(x: number, y: number): number | undefined {
    if (this.#count > MOST_LABELS) return undefined
    let at = y
    while (this.#taken.some(other => Math.abs(other.y - at) < LABEL_HEIGHT && Math.abs(other.x - x) < LABEL_WIDTH)) at += LABEL_HEIGHT
    this.#taken.push({ x, y: at })
    return at
  }
}
