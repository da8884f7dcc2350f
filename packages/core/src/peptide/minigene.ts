// The stretch that a tandem minigene or long peptide carries: 12 residues, the change, 12 residues; cut at the protein's ends.
// Practice: Parkhurst 2017, doi:10.1158/1078-0432.CCR-16-2680. A deletion is 12 + 12 over the join, a frameshift 12 and its whole tail.
import { sha256Hex } from '../base/index.ts'
import { changeWindow, type WindowInput } from './window.ts'

export const MINIGENE_FLANK = 12

/** A name out of the neoantigen and the residues: it never stands for another stretch, whatever is ranked, tiled or designed anew. A number would, and a plate that was named by an older one would be read as another mutation. */
export const minigeneId = (neoantigenId: string, residues: string): string => `MG-${sha256Hex(`${neoantigenId}\n${residues}`).slice(0, 8)}`

export interface MinigeneWindow {
  readonly sequence: string
  /** Wild-type residues of the same stretch. */
  readonly wildType: string
  /** 1-based position of the first changed residue. */
  readonly changeOffset: number
}

/** Undefined when the change gives no new peptide of 8 residues. */
export function minigeneWindow(change: WindowInput): MinigeneWindow | undefined {
  const out = changeWindow(change, { flank: MINIGENE_FLANK, peptideLength: 8, downstream: Number.MAX_SAFE_INTEGER })
  if (out.kind === 'none') return undefined
  const { offset, changedStart, changedEnd, mutant, wildType } = out.window
  const from = Math.max(0, changedStart - MINIGENE_FLANK)
  const isTail = change.kind === 'FS' || change.kind === 'stop_lost'
  return {
    sequence: isTail ? mutant.slice(from) : change.mutant.slice(offset + from, offset + changedEnd + MINIGENE_FLANK),
    wildType: wildType.slice(
      from,
      changedStart + MINIGENE_FLANK + (isTail ? 0 : change.wildType.length - change.mutant.length + changedEnd - changedStart),
    ),
    changeOffset: changedStart - from + 1,
  }
}

/** Of two whole proteins: 12 residues before the first new one, and what is new with 12 behind it, or the whole new tail. */
export function newStretch(mutant: string, wildType: string): MinigeneWindow {
  const most = Math.min(mutant.length, wildType.length)
  let from = 0
  while (from < most && mutant[from] === wildType[from]) from++
  let shared = 0
  while (shared < most - from && mutant.at(-1 - shared) === wildType.at(-1 - shared)) shared++
  const start = Math.max(0, from - MINIGENE_FLANK)
  const behind = Math.max(0, shared - MINIGENE_FLANK)
  return {
    sequence: mutant.slice(start, mutant.length - behind),
    wildType: shared === 0 ? wildType.slice(start, from + MINIGENE_FLANK) : wildType.slice(start, wildType.length - behind),
    changeOffset: from - start + 1,
  }
}
