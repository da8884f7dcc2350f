// A protein change → the stretch of wild-type and mutant protein around it, from which all mutated peptides of a length are cut.
// With flank F and peptide length F + 1, every peptide of the mutant window holds a changed residue. Rules after pVACseq 6.0.5, so that windows agree.
import { isStandardPeptide } from '../bio/index.ts'
import type { ChangeKind, ProteinChange } from '../variant/index.ts'

export interface Window {
  readonly wildType: string
  readonly mutant: string
  /** 0-based offset in the protein of the window's first residue. */
  readonly offset: number
  /** 0-based, within the mutant window: first changed residue and one past the last. */
  readonly changedStart: number
  readonly changedEnd: number
}

export type WindowOutcome = { readonly kind: 'window'; readonly window: Window } | { readonly kind: 'none'; readonly reason: WindowReason }

export type WindowReason = 'position-beyond-protein' | 'not-changed' | 'non-standard-residue' | 'no-new-peptide' | 'too-short'

export interface WindowOptions {
  /** Residues on each side of the change. */
  readonly flank: number
  /** Shortest peptide of interest: shorter windows give none. */
  readonly peptideLength: number
  /** Residues kept of a frameshift's tail. */
  readonly downstream: number
}

export type WindowInput = Pick<ProteinChange, 'kind' | 'aminoAcidChange' | 'proteinPosition' | 'wildType' | 'mutant'>

const none = (reason: WindowReason): WindowOutcome => ({ kind: 'none', reason })

/** Cut before the first stop or X; `stopped` when something was cut. */
function cutAtStop(residues: string): { text: string; stopped: boolean } {
  const at = residues.search(/[*X]/)
  return at < 0 ? { text: residues, stopped: false } : { text: residues.slice(0, at), stopped: true }
}

export function changeWindow(change: WindowInput, options: WindowOptions): WindowOutcome {
  const first = Number.parseInt(change.proteinPosition, 10)
  const position = change.kind !== 'FS' && change.aminoAcidChange.startsWith('-/') ? first : first - 1
  if (!(position >= 0) || position > change.wildType.length - (change.kind === 'stop_lost' ? 0 : 1)) return none('position-beyond-protein')
  const raw =
    change.kind === 'FS' || change.kind === 'stop_lost' ? tailWindow(change, position, options) : residueWindow(change, position, options)
  return raw === undefined ? none('not-changed') : screen(raw, options)
}

/** Frameshift and stop loss: everything behind the change is new. */
function tailWindow(change: WindowInput, position: number, { flank, downstream }: WindowOptions): Window | undefined {
  const { wildType, mutant, kind } = change
  const at = kind === 'stop_lost' ? wildType.length : position
  if (wildType.startsWith(mutant)) return undefined
  const offset = Math.max(0, at - flank)
  let changed = at
  while (changed < mutant.length && mutant[changed] === wildType[changed]) changed++
  const window = mutant.slice(offset, at + downstream)
  return { wildType: wildType.slice(offset, at + flank), mutant: window, offset, changedStart: changed - offset, changedEnd: window.length }
}

/** Substitutions, insertions, deletions. */
function residueWindow(change: WindowInput, position: number, { flank }: WindowOptions): Window | undefined {
  const protein = change.wildType
  const [wild = '', mutated = ''] = change.aminoAcidChange.split('/').map(part => (part === '-' ? '' : part))
  const w = cutAtStop(wild).text
  const m = cutAtStop(mutated)
  const width = Math.min(2 * flank + (change.kind === 'inframe_ins' ? m.text.length : w.length), protein.length)
  let offset = position - flank
  if (position < flank) offset = 0
  else if (protein.length - 1 - position < flank) offset = protein.length - width
  const wildWindow = protein.slice(offset, offset + width)
  const start = position - offset
  const mutant = wildWindow.slice(0, start) + m.text + (m.stopped ? '' : wildWindow.slice(start + w.length))
  return { wildType: wildWindow, mutant, offset, changedStart: start, changedEnd: start + m.text.length }
}

function screen(window: Window, { peptideLength }: WindowOptions): WindowOutcome {
  let { wildType, mutant, offset, changedStart, changedEnd } = window
  const standard = (residue: string | undefined) => residue !== undefined && isStandardPeptide(residue)
  if (wildType !== '' && mutant !== '') {
    if (!standard(wildType[0]) || !standard(mutant[0])) {
      wildType = wildType.slice(1)
      mutant = mutant.slice(1)
      offset++
      changedStart--
      changedEnd--
    }
    if (!standard(wildType.at(-1)) || !standard(mutant.at(-1))) {
      wildType = wildType.slice(0, -1)
      mutant = mutant.slice(0, -1)
    }
  }
  if (!isStandardPeptide(wildType) || !isStandardPeptide(mutant)) return none('non-standard-residue')
  if (mutant.length < peptideLength || wildType.length < peptideLength) return none('too-short')
  if (wildType.includes(mutant)) return none('no-new-peptide')
  return {
    kind: 'window',
    window: { wildType, mutant, offset, changedStart: Math.max(0, changedStart), changedEnd: Math.min(changedEnd, mutant.length) },
  }
}

/** Kinds whose mutant protein keeps its length relation to the wild type, so that a peptide's partner stands at the same offset. */
export const keepsOffsets = (kind: ChangeKind): boolean => kind === 'missense' || kind === 'FS' || kind === 'stop_lost'
