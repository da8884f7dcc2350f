// A peptide as a strip: its residues, the changed ones marked, and beside each how much it helps or hurts its presentation on one allele.
import type { PresentAnswer } from '../client/case-answers.ts'

/** A peptide with its changed residues marked; positions from 1. */
export const Marked = ({ peptide, changed }: { readonly peptide: string; readonly changed: readonly number[] }) => (
  <code>{[...peptide].map((residue, i) => (changed.includes(i + 1) ? <mark key={`P${i + 1}`}>{residue}</mark> : residue))}</code>
)

/** `1,9`, as neoantigens.tsv writes them. */
export const positionsOf = (text: string): readonly number[] => text.split(',').filter(Boolean).map(Number)

const [COLUMN, HALF, LETTERS] = [30, 32, 26]
/** Log-odds at which a bar is full. */
const FULL = 4

export function PeptideStrip({
  effects: { peptide, allele, residues },
  changed,
  core,
}: {
  readonly effects: PresentAnswer['effects'][number]
  readonly changed: readonly number[]
  /** The nine residues that bind, from 0; undefined where all do. */
  readonly core?: number
}) {
  const width = residues.length * COLUMN + 8
  const height = 2 * HALF + LETTERS
  const words = residues
    .map(({ residue, position, effect }) => `${residue}${position} ${effect > 0 ? '+' : ''}${effect.toFixed(1)}`)
    .join(', ')
  return (
    <div className="scroll">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`${peptide} on ${allele}: log-odds of each residue against the other nineteen: ${words}`}
      >
        {core === undefined ? null : <rect x={4 + core * COLUMN} y={HALF} width={9 * COLUMN} height={LETTERS} fill="#dbe7f0" />}
        {residues.map(({ position, residue, effect, best }) => {
          const x = 4 + (position - 1) * COLUMN
          const bar = (Math.min(FULL, Math.abs(effect)) / FULL) * (HALF - 2)
          return (
            <g key={position}>
              <title>
                {residue}
                {position}: {effect.toFixed(2)}; {best} would be best here
              </title>
              {changed.includes(position) ? <rect x={x + 1} y={HALF} width={COLUMN - 2} height={LETTERS} fill="#f6c9bf" /> : null}
              <rect
                x={x + 4}
                y={effect > 0 ? HALF - bar : HALF + LETTERS}
                width={COLUMN - 8}
                height={bar}
                fill={effect > 0 ? '#2e6f9e' : '#c8553d'}
              />
              <text x={x + COLUMN / 2} y={HALF + 18} textAnchor="middle" fontFamily="ui-monospace, monospace" fontSize="16">
                {residue}
              </text>
            </g>
          )
        })}
      </svg>
    </div>
  )
}
