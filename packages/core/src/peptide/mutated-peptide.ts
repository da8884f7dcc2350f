// A window → its mutated peptides, each with the residues that changed and its wild-type partner.
import type { ChangeKind } from '../variant/index.ts'
import { keepsOffsets, type Window } from './window.ts'

export interface MutatedPeptide {
  readonly sequence: string
  /** 0-based offset in the mutant window. */
  readonly offset: number
  /** Wild-type peptide to compare with; undefined when less than half of the residues agree. */
  readonly wildType: string | undefined
  /** 1-based positions within the peptide of residues that differ from the wild type. */
  readonly changedPositions: readonly number[]
}

/** Residues that agree before the first difference, from the left. */
function agreeLeft(a: string, b: string): number {
  let n = 0
  while (n < a.length && a[n] === b[n]) n++
  return n
}

/** The same from the right. */
function agreeRight(a: string, b: string): number {
  let n = 0
  while (n < a.length && a[a.length - 1 - n] === b[b.length - 1 - n]) n++
  return n
}

const identical = (a: string, b: string): number => {
  let n = 0
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) n++
  return n
}

/**
 * All peptides of `length` that hold a changed residue (or span a deletion's join) and do not occur in the wild-type window, in window order.
 * Partner rules after pVACseq: same offset; for in-frame indels the same-offset window or the one shifted by the length difference,
 * whichever agrees over more consecutive residues from its own side (ties: left; once right, always right).
 */
export function mutatedPeptides(window: Window, kind: ChangeKind, length: number): readonly MutatedPeptide[] {
  const { wildType, mutant } = window
  const shift = wildType.length - mutant.length
  const peptides: MutatedPeptide[] = []
  let fromRight = false
  for (let offset = 0; offset + length <= mutant.length; offset++) {
    const sequence = mutant.slice(offset, offset + length)
    const left = wildType.slice(offset, offset + length)
    const right = offset + shift < 0 ? '' : wildType.slice(offset + shift, offset + shift + length)
    let partner = left
    if (!keepsOffsets(kind)) {
      if (!fromRight && right.length === length && agreeRight(sequence, right) > agreeLeft(sequence, left)) fromRight = true
      if (fromRight) partner = right
    }
    if (wildType.includes(sequence)) continue
    const usable = partner.length === length && identical(sequence, partner) >= Math.ceil(length / 2)
    peptides.push({
      sequence,
      offset,
      wildType: usable ? partner : undefined,
      changedPositions: changedPositions(window, offset, sequence, usable ? partner : undefined),
    })
  }
  return peptides
}

/** Positions that differ from the partner; without one, the residues that the variant wrote (a pure deletion: the two of the join). */
function changedPositions(window: Window, offset: number, sequence: string, partner: string | undefined): readonly number[] {
  const positions: number[] = []
  if (partner !== undefined) {
    for (let i = 0; i < sequence.length; i++) if (sequence[i] !== partner[i]) positions.push(i + 1)
    return positions
  }
  const isDeletion = window.changedEnd <= window.changedStart
  const from = isDeletion ? window.changedStart - 1 : window.changedStart
  const to = isDeletion ? window.changedStart + 1 : window.changedEnd
  for (let i = Math.max(from, offset); i < Math.min(to, offset + sequence.length); i++) positions.push(i - offset + 1)
  return positions
}
