// The stretch that a tandem minigene or long peptide carries: the change with 12 residues on each side (25 residues for one substitution).
import { changeWindow, type WindowInput } from './window.ts'

export const MINIGENE_FLANK = 12

export interface MinigeneWindow {
  readonly sequence: string
  readonly wildType: string
  /** 1-based position of the first changed residue. */
  readonly changeOffset: number
}

/** Undefined when the change gives no new peptide. A frameshift's whole tail is kept. */
export function minigeneWindow(change: WindowInput): MinigeneWindow | undefined {
  const out = changeWindow(change, { flank: MINIGENE_FLANK, peptideLength: 8, downstream: Number.MAX_SAFE_INTEGER })
  return out.kind === 'window'
    ? { sequence: out.window.mutant, wildType: out.window.wildType, changeOffset: out.window.changedStart + 1 }
    : undefined
}
