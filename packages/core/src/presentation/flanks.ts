// What the residues beside a peptide say of its being cut out of its protein: how much oftener ligands of class I have such neighbours than random peptides do.
// The mean of the ratio over random natural peptides is 1, so a percentile divided by it is a percentile still (docs/decisions/0018). Class I alone: no class II ligands were to be had.
import { FLANK_WEIGHTS } from './flank-weights.table.ts'

/** Residues that are read on either side. */
export const FLANK_RESIDUES = 5

/** Log-odds, a column a letter; `-` is beyond the protein's end. `before`: outermost position first; `after`: innermost first. */
export interface FlankWeights {
  readonly letters: string
  readonly before: readonly (readonly number[])[]
  readonly after: readonly (readonly number[])[]
}

/**
 * Ratio for the residues before and behind a peptide of class I, five of each being read. `-` says that the protein ends there (`*` too); a residue that is
 * not given, or is none of the twenty, weighs nothing.
 */
export type FlankModel = (before: string, after: string) => number

const END = '-'.charCodeAt(0)
const STOP = '*'.charCodeAt(0)

export function flankModel({ letters, before, after }: FlankWeights): FlankModel {
  // innermost position first, on both sides
  const byCode = (rows: readonly (readonly number[])[]) =>
    rows.map(row => {
      const ofCode = new Float64Array(128)
      for (let i = 0; i < letters.length; i++) ofCode[letters.charCodeAt(i)] = row[i]!
      return ofCode
    })
  const left = byCode(before.toReversed())
  const right = byCode(after)
  return (leading, trailing) => Math.exp(side(left, leading, leading.length - 1, -1) + side(right, trailing, 0, 1))
}

function side(weights: readonly Float64Array[], residues: string, innermost: number, outwards: 1 | -1): number {
  let logOdds = 0
  let ended = false
  for (let k = 0; k < FLANK_RESIDUES; k++) {
    const code = residues.charCodeAt(innermost + k * outwards)
    ended ||= code === END || code === STOP
    logOdds += weights[k]![ended ? END : code] ?? 0
  }
  return logOdds
}

/** The shipped weights. */
export const flankRatio: FlankModel = flankModel(FLANK_WEIGHTS)

/** Ratio of the peptide of a length that begins at an offset of its protein. What does not begin with M is taken for a piece, whose ends are no ends of a protein. */
export function flankRatioAt(protein: string, offset: number, length: number): number {
  const end = offset + length
  const mark = protein.startsWith('M') ? '-' : ''
  return flankRatio(
    offset < FLANK_RESIDUES ? mark + protein.slice(0, offset) : protein.slice(offset - FLANK_RESIDUES, offset),
    end + FLANK_RESIDUES > protein.length ? protein.slice(end) + mark : protein.slice(end, end + FLANK_RESIDUES),
  )
}

/** Below the lowest percentile of the models, so that nothing is ever 0. */
const LOWEST_PERCENTILE = 0.0001

/** Share of random natural peptides, flanks and all, that do at least as well, in per cent. */
export const percentileWithFlanks = (percentile: number, ratio: number): number =>
  Math.min(100, Math.max(LOWEST_PERCENTILE, percentile / ratio))
