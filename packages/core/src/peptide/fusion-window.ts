// The stretch around a fusion's junction, and the peptides that cross it. Both parents' proteins are self.
import { isStandardPeptide } from '../bio/index.ts'
import type { Fusion } from '../variant/index.ts'

export interface FusionWindow {
  readonly sequence: string
  /** 0-based place in `sequence` of the first residue behind the junction. */
  readonly junction: number
}

/** In frame `flank` residues on each side, out of frame the whole new tail; undefined when a letter inside is no standard residue. */
export function fusionWindow(
  { left, right, inFrame }: Pick<Fusion, 'left' | 'right' | 'inFrame'>,
  flank: number,
): FusionWindow | undefined {
  const before = left.slice(Math.max(0, left.length - flank))
  let behind = inFrame ? right.slice(0, flank) : right
  // one unknown residue at the very end is cut off
  if (behind !== '' && !isStandardPeptide(behind.at(-1)!)) behind = behind.slice(0, -1)
  const sequence = before + behind
  return isStandardPeptide(sequence) && behind !== '' ? { sequence, junction: before.length } : undefined
}

/** Peptides of a length with residues of both sides, or of the new tail; none that a parent's own stretch holds. */
export function fusionPeptides({ sequence, junction }: FusionWindow, inFrame: boolean, length: number): readonly string[] {
  const left = sequence.slice(0, junction)
  const right = inFrame ? sequence.slice(junction) : ''
  const peptides: string[] = []
  for (let at = Math.max(0, junction - length + 1); at + length <= sequence.length; at++) {
    if (inFrame && at >= junction) break
    const peptide = sequence.slice(at, at + length)
    if (!left.includes(peptide) && !right.includes(peptide)) peptides.push(peptide)
  }
  return peptides
}
