// First half of the stage: protein changes → windows per variant, and the distinct peptides of both classes to score, with the reasons for what gave none.
import { Funnel } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { changeWindow, type MutatedPeptide, mutatedPeptides } from '../peptide/index.ts'
import type { ProteinChange, SomaticVariant, VariantId } from '../variant/index.ts'
import type { VariantWindow } from './best-peptide.ts'
import { shortChange } from './neoantigen.ts'
import { isPreferredTranscript, PVACSEQ_DEFAULTS, type TierCriteria } from './pvacseq-tier.ts'
import type { MatchCandidate } from './reference-match.ts'

/** Class I peptide lengths; the flank is the longest less one, so that every peptide holds a changed residue. */
export const CLASS_I_LENGTHS: readonly number[] = [8, 9, 10, 11]

/** Class II peptides searched: the open groove lets the core slide, so one length stands for its neighbours. */
export const CLASS_II_LENGTHS: readonly number[] = [15]

/** Residues beside a change that a peptide of the longest length can reach. */
export const flankOf = (lengths: readonly number[]): number => Math.max(...lengths) - 1

export interface SearchOptions {
  /** Class II molecules; empty: class II is not searched. */
  readonly class2Alleles: readonly HlaAllele[]
  /** Residues of a frameshift's tail that are searched. */
  readonly downstream: number
  /** Of the peptides; the defaults otherwise. */
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** Which transcripts are preferred; pVACseq's defaults otherwise. */
  readonly criteria?: TierCriteria
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

/** First half: windows and the distinct peptides to score (mutant and wild-type partners). */
export function searchPeptides(
  variants: readonly SomaticVariant[],
  changes: readonly ProteinChange[],
  options: SearchOptions,
): NeoantigenSearch {
  const { criteria = PVACSEQ_DEFAULTS, lengths = CLASS_I_LENGTHS, class2Lengths = CLASS_II_LENGTHS } = options
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
      const outcome = changeWindow(change, { flank: flankOf(lengths), peptideLength: Math.min(...lengths), downstream: options.downstream })
      if (outcome.kind === 'none') {
        funnel.add(outcome.reason, change.pvacseqIndex)
        continue
      }
      const key = `${outcome.window.wildType}|${outcome.window.mutant}|${shortChange(change)}`
      const same = windows.get(key)
      if (same !== undefined) {
        same.transcripts.push(change.transcript)
        if (isPreferredTranscript(change, criteria) && !same.preferred) windows.set(key, { ...same, change, preferred: true })
        continue
      }
      const found = lengths.flatMap(length => mutatedPeptides(outcome.window, change.kind, length))
      windows.set(key, {
        change,
        window: outcome.window,
        transcripts: [change.transcript],
        preferred: isPreferredTranscript(change, criteria),
        peptides: found,
        class2: options.class2Alleles.length === 0 ? [] : class2PeptidesOf(change, class2Lengths, options.downstream),
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

/** Peptides of the class II lengths; none where the protein is too short for one. */
function class2PeptidesOf(change: ProteinChange, lengths: readonly number[], downstream: number): readonly MutatedPeptide[] {
  const outcome = changeWindow(change, { flank: flankOf(lengths), peptideLength: Math.min(...lengths), downstream })
  return outcome.kind === 'none' ? [] : lengths.flatMap(length => mutatedPeptides(outcome.window, change.kind, length))
}
