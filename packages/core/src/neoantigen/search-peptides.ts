// First half of the stage: protein changes → windows per variant, and the distinct peptides of both classes to score, with the reasons for what gave none.
import { Funnel } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { changeWindow, type MutatedPeptide, mutatedPeptides } from '../peptide/index.ts'
import type { ProteinChange, SomaticVariant, VariantId } from '../variant/index.ts'
import type { VariantWindow } from './best-peptide.ts'
import { shortChange } from './neoantigen.ts'
import type { MatchCandidate } from './reference-match.ts'

/** Class I peptide lengths; the flank is the longest less one, so that every peptide holds a changed residue. */
export const CLASS_I_LENGTHS = [8, 9, 10, 11] as const
export const CLASS_I_FLANK = 10

/** Class II peptides searched: the open groove lets the core slide, so one length stands for its neighbours. */
export const CLASS_II_LENGTH = 15

export interface SearchOptions {
  /** Class II molecules; empty: class II is not searched. */
  readonly class2Alleles: readonly HlaAllele[]
  /** Residues of a frameshift's tail that are searched. */
  readonly downstream: number
}

export interface Candidate {
  readonly variant: SomaticVariant
  readonly windows: readonly VariantWindow[]
}

export interface NeoantigenSearch {
  readonly candidates: readonly Candidate[]
  /** For a pass over a proteome, in order of candidates; may be left out. */
  readonly matchCandidates: readonly MatchCandidate[]
  readonly peptides: readonly string[]
  readonly class2Peptides: readonly string[]
  readonly funnel: Funnel
}

/** MANE Select, or canonical, or TSL at most 1; a flag that the file does not annotate counts as true. */
export const isPreferredTranscript = (change: ProteinChange): boolean =>
  change.maneSelect !== false || change.canonical !== false || change.tsl === '1' || change.tsl === 'Not Supported'

/** First half: windows and the distinct peptides to score (mutant and wild-type partners). */
export function searchPeptides(
  variants: readonly SomaticVariant[],
  changes: readonly ProteinChange[],
  options: SearchOptions,
): NeoantigenSearch {
  const funnel = new Funnel('neoantigens')
  const byVariant = new Map<VariantId, ProteinChange[]>()
  for (const change of changes) byVariant.set(change.variantId, [...(byVariant.get(change.variantId) ?? []), change])
  const candidates: Candidate[] = []
  const peptides = new Set<string>()
  const class2Peptides = new Set<string>()
  for (const variant of variants) {
    const windows = new Map<string, VariantWindow>()
    for (const change of byVariant.get(variant.id) ?? []) {
      funnel.add('in', change.pvacseqIndex)
      const outcome = changeWindow(change, { flank: CLASS_I_FLANK, peptideLength: CLASS_I_LENGTHS[0], downstream: options.downstream })
      if (outcome.kind === 'none') {
        funnel.add(outcome.reason, change.pvacseqIndex)
        continue
      }
      const key = `${outcome.window.wildType}|${outcome.window.mutant}|${shortChange(change)}`
      const same = windows.get(key)
      if (same !== undefined) {
        same.transcripts.push(change.transcript)
        if (isPreferredTranscript(change) && !same.preferred) windows.set(key, { ...same, change, preferred: true })
        continue
      }
      const found = CLASS_I_LENGTHS.flatMap(length => mutatedPeptides(outcome.window, change.kind, length))
      windows.set(key, {
        change,
        window: outcome.window,
        transcripts: [change.transcript],
        preferred: isPreferredTranscript(change),
        peptides: found,
        class2: options.class2Alleles.length === 0 ? [] : class2PeptidesOf(change, options.downstream),
      })
    }
    const list = [...windows.values()]
    funnel.add('windows', variant.id, list.length)
    if (list.length > 0) candidates.push({ variant, windows: list })
    for (const { peptides: found, class2 } of list) {
      collect(found, peptides)
      collect(class2, class2Peptides)
    }
  }
  funnel.add('peptides', '', peptides.size)
  const matchCandidates = candidates.map(({ windows }) => ({
    mutant: windows.map(w => w.window.mutant).join('*'),
    wildType: windows.map(w => w.window.wildType).join('*'),
    own: new Set(windows.flatMap(w => w.transcripts)),
  }))
  return { candidates, matchCandidates, peptides: [...peptides], class2Peptides: [...class2Peptides], funnel }
}

function collect(found: readonly MutatedPeptide[], into: Set<string>): void {
  for (const { sequence, wildType } of found) {
    into.add(sequence)
    if (wildType !== undefined) into.add(wildType)
  }
}

/** Peptides of class II length; none where the protein is too short for one. */
function class2PeptidesOf(change: ProteinChange, downstream: number): readonly MutatedPeptide[] {
  const outcome = changeWindow(change, { flank: CLASS_II_LENGTH - 1, peptideLength: CLASS_II_LENGTH, downstream })
  return outcome.kind === 'none' ? [] : mutatedPeptides(outcome.window, change.kind, CLASS_II_LENGTH)
}
