// Which peptide of a variant is presented best, and by which alleles.
import type { HlaAllele } from '../bio/index.ts'
import type { MutatedPeptide, Window } from '../peptide/index.ts'
import { bindingCore, flankRatioAt, type ScoreBlock, WEAK_BINDER_PERCENTILE } from '../presentation/index.ts'
import type { ProteinChange } from '../variant/index.ts'
import type { BestPeptide } from './neoantigen.ts'
import type { Epitope } from './pvacseq-best.ts'

/** One window of a variant with the transcripts that give it. */
export interface VariantWindow {
  readonly change: ProteinChange
  readonly window: Window
  readonly transcripts: string[]
  readonly preferred: boolean
  readonly peptides: readonly MutatedPeptide[]
  /** Peptides of class II length from the wider window around the same change. */
  readonly class2: readonly MutatedPeptide[]
}

export interface PeptideScore {
  readonly percentile: number
  readonly ic50: number
  readonly score: number
  readonly core: string | undefined
}

/** Reads one peptide × allele entry of a score block. */
export class Scores {
  readonly #place: ReadonlyMap<string, number>
  readonly #block: ScoreBlock
  constructor(peptides: readonly string[], block: ScoreBlock) {
    this.#place = new Map(peptides.map((peptide, i) => [peptide, i]))
    this.#block = block
  }

  at(peptide: string | undefined, allele: number): PeptideScore | undefined {
    const p = peptide === undefined ? undefined : this.#place.get(peptide)
    if (p === undefined) return undefined
    const i = p * this.#block.alleles.length + allele
    return {
      percentile: this.#block.presentationPercentile[i]!,
      ic50: this.#block.ic50NanoMolar[i]!,
      score: this.#block.presentationScore[i]!,
      core: this.#block.coreOffset === undefined ? undefined : bindingCore('II', peptide!, this.#block.coreOffset[i]!),
    }
  }
}

export interface ChosenPeptide {
  readonly best: BestPeptide
  readonly from: VariantWindow
  /** 0-based, in the mutant window of its class. */
  readonly offset: number
}

/** Lowest presentation percentile over the windows' peptides of one class and the given alleles; ties by IC50, then by text. */
export function bestPeptide(
  windows: readonly VariantWindow[],
  scores: Scores,
  alleles: readonly HlaAllele[],
  indices: readonly number[],
  peptidesOf: (window: VariantWindow) => readonly MutatedPeptide[] = window => window.peptides,
): ChosenPeptide | undefined {
  let chosen: ChosenPeptide | undefined
  for (const from of windows) {
    for (const peptide of peptidesOf(from)) {
      for (const a of indices) {
        const mutant = scores.at(peptide.sequence, a)
        if (mutant === undefined) continue
        const current = chosen?.best
        const better =
          current === undefined ||
          mutant.percentile < current.percentileMutant ||
          (mutant.percentile === current.percentileMutant &&
            (mutant.ic50 < current.ic50Mutant || (mutant.ic50 === current.ic50Mutant && peptide.sequence < current.sequence)))
        if (!better) continue
        const wild = scores.at(peptide.wildType, a)
        chosen = {
          from,
          offset: peptide.offset,
          best: {
            sequence: peptide.sequence,
            allele: alleles[a]!,
            wildType: peptide.wildType,
            changedPositions: peptide.changedPositions,
            ic50Mutant: mutant.ic50,
            ic50WildType: wild?.ic50,
            percentileMutant: mutant.percentile,
            percentileWildType: wild?.percentile,
            presentationScore: mutant.score,
            core: mutant.core,
          },
        }
      }
    }
  }
  return chosen
}

/** Flank ratio of the chosen class I peptide in its mutant protein; undefined where the file's protein does not hold it there. */
export function flankRatioOf({ best, from, offset }: ChosenPeptide): number | undefined {
  const { mutant } = from.change
  const at = from.window.offset + offset
  return mutant.startsWith(best.sequence, at) ? flankRatioAt(mutant, at, best.sequence.length) : undefined
}

export function presentingAlleles(
  windows: readonly VariantWindow[],
  scores: Scores,
  alleles: readonly HlaAllele[],
  indices: readonly number[],
): readonly HlaAllele[] {
  const presents = (a: number) =>
    windows.some(w => w.peptides.some(peptide => (scores.at(peptide.sequence, a)?.percentile ?? 100) <= WEAK_BINDER_PERCENTILE))
  return indices.filter(presents).map(a => alleles[a]!)
}

/** An epitope of ours, with what the report prints beside it. */
export interface ScoredEpitope extends Epitope {
  readonly change: ProteinChange
  /** Mutant window that holds it. */
  readonly window: string
  readonly allele: HlaAllele
  readonly percentileMutant: number
  readonly percentileWildType: number | undefined
}

/** Every class I peptide of every transcript on every allele, for pVACseq's report. */
export function epitopesOf(windows: readonly VariantWindow[], scores: Scores, alleles: readonly HlaAllele[]): readonly ScoredEpitope[] {
  return windows.flatMap(({ change, window, preferred, peptides }) =>
    peptides.flatMap(({ sequence, wildType, changedPositions }) =>
      alleles.flatMap((allele, a) => {
        const mutant = scores.at(sequence, a)
        if (mutant === undefined) return []
        const wild = scores.at(wildType, a)
        const epitope: ScoredEpitope = {
          change,
          window: window.mutant,
          peptide: sequence,
          allele,
          transcript: change.transcript,
          ic50Mutant: mutant.ic50,
          ic50WildType: wild?.ic50,
          percentileMutant: mutant.percentile,
          percentileWildType: wild?.percentile,
          changedPositions: wildType === undefined ? undefined : changedPositions,
          proteinCoding: change.biotype === 'protein_coding',
          preferred,
          problematic: false,
          maneSelect: change.maneSelect === true,
          canonical: change.canonical === true,
          tsl: change.tsl,
          transcriptLength: change.wildType.length,
          transcriptExpression: change.transcriptExpression,
        }
        return [epitope]
      }),
    ),
  )
}
