// A motif as a sequence logo (Schneider & Stephens 1990, doi:10.1093/nar/18.20.6097): letters as tall as their share of the position's bits. SVG, self-contained.
import { STANDARD_RESIDUES } from '../bio/index.ts'
import { escapeHtml } from '../format/index.ts'
import { anchorPositions, type Motif } from './motif.ts'

const COLUMN = 34
const HEIGHT = 130
const LEFT = 40
const TOP = 30
const BOTTOM = 28

/** Height of a capital in units of the font size, for the faces named in FONT. */
const CAP = 0.716
const FONT = 'Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif'

/** By chemistry: acidic, basic, polar, amide, small hydrophobic, aromatic, proline and glycine. Contrast with white at least 3:1. */
const COLOURS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ['DE', '#c62828'],
      ['KRH', '#1f5fb4'],
      ['STC', '#2e7d32'],
      ['NQ', '#7b3fa0'],
      ['AVILM', '#222222'],
      ['FYW', '#9a5b00'],
      ['PG', '#5f6b76'],
    ] as const
  ).flatMap(([residues, colour]) => [...residues].map(residue => [residue, colour])),
)

/** Letters below this share of the full height are left out: they would be specks. */
const SMALLEST = 0.012

export function motifLogo(motif: Motif): string {
  const top = Math.max(1, Math.ceil(Math.max(...motif.bits)))
  const width = LEFT + 9 * COLUMN + 12
  const y = (bits: number) => TOP + HEIGHT * (1 - bits / top)
  const parts: string[] = []
  const anchors = new Set(anchorPositions(motif))
  for (const [position, bits] of motif.bits.entries()) {
    const x = LEFT + position * COLUMN
    let below = 0
    const letters = motif.frequencies[position]!.map((share, r) => ({ residue: STANDARD_RESIDUES[r]!, height: share * bits })).sort(
      (a, b) => a.height - b.height,
    )
    for (const { residue, height } of letters) {
      if (height / top >= SMALLEST) {
        const pixels = (height / top) * HEIGHT
        parts.push(letter(residue, x + 2, y(below), COLUMN - 4, pixels))
      }
      below += height
    }
    const label = `P${position + 1}`
    parts.push(
      `<text x="${x + COLUMN / 2}" y="${TOP + HEIGHT + 16}" text-anchor="middle" font-size="12"${anchors.has(position + 1) ? ' font-weight="bold"' : ''}>${label}</text>`,
    )
  }
  const ticks = Array.from({ length: top + 1 }, (_, bits) => bits)
    .map(
      bits =>
        `<path d="M${LEFT - 5} ${y(bits)}H${LEFT}" stroke="#555"/><text x="${LEFT - 8}" y="${y(bits) + 4}" text-anchor="end" font-size="11">${bits}</text>`,
    )
    .join('')
  const title = `${motif.allele}: motif of the best ${motif.peptides} of 20,000 random peptides; anchors ${[...anchors].map(a => `P${a}`).join(', ')}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${TOP + HEIGHT + BOTTOM}" width="${width}" height="${TOP + HEIGHT + BOTTOM}" font-family="${FONT}" role="img" aria-label="${escapeHtml(title)}"><title>${escapeHtml(title)}</title><rect width="100%" height="100%" fill="#fff"/><text x="${LEFT}" y="18" font-size="14" font-weight="bold">${escapeHtml(motif.allele)}</text><text x="14" y="${TOP + HEIGHT / 2}" font-size="11" text-anchor="middle" transform="rotate(-90 14 ${TOP + HEIGHT / 2})">bits</text><path d="M${LEFT} ${TOP}V${TOP + HEIGHT}H${LEFT + 9 * COLUMN}" fill="none" stroke="#555"/>${ticks}${parts.join('')}</svg>`
}

/** One capital stretched into a box whose lower left corner is (x, y). */
function letter(residue: string, x: number, y: number, width: number, height: number): string {
  const scale = height / (CAP * 100)
  return `<text transform="translate(${x.toFixed(1)} ${y.toFixed(2)}) scale(1 ${scale.toFixed(4)})" font-size="100" font-weight="bold" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${COLOURS[residue]}">${residue}</text>`
}
