// What a predictor of peptide presentation answers, whoever makes it: our model, an adapter to another tool, a table of scores.
import type { HlaAllele } from '../bio/index.ts'

/** One peptide on one allele. Percentiles: share of random natural peptides that score at least as well, in per cent; low is good, never 0. */
export interface Prediction {
  readonly peptide: string
  readonly allele: HlaAllele
  /** 0-1, high is good. */
  readonly presentationScore: number
  readonly presentationPercentile: number
  readonly ic50NanoMolar: number
  readonly affinityPercentile: number
}

/** Scores of peptides × alleles, peptide by peptide: entry p · alleles + a. */
export interface ScoreBlock {
  readonly alleles: readonly HlaAllele[]
  readonly peptides: number
  readonly presentationScore: Float32Array
  readonly presentationPercentile: Float32Array
  readonly ic50NanoMolar: Float32Array
  readonly affinityPercentile: Float32Array
}

export interface AlleleSupport {
  /** Ligands and affinity measurements of this molecule in training. */
  readonly ligands: number
  readonly affinities: number
  /** Residues of the 34 that differ from the nearest trained molecule. */
  readonly distance: number
  readonly nearest: string
}

export interface Predictor {
  /** Name and version, printed with every score. */
  readonly id: string
  readonly minLength: number
  readonly maxLength: number
  /** Undefined: the allele is not supported. */
  readonly support: (allele: HlaAllele) => AlleleSupport | undefined
  readonly alleles: () => readonly string[]
  /** Peptides must be of supported length and residues (`isScorable`), alleles supported. */
  readonly predict: (peptides: readonly string[], alleles: readonly HlaAllele[]) => ScoreBlock
}

/** Why a peptide gets no score; undefined when it can be scored. */
export function unscorable(predictor: Predictor, peptide: string): 'residue-unsupported' | 'length-unsupported' | undefined {
  if (!/^[ACDEFGHIKLMNPQRSTVWY]+$/.test(peptide)) return 'residue-unsupported'
  return peptide.length < predictor.minLength || peptide.length > predictor.maxLength ? 'length-unsupported' : undefined
}

/** NetMHCpan's convention for class I: strong at most 0.5 %, weak at most 2 %. */
export const STRONG_BINDER_PERCENTILE = 0.5
export const WEAK_BINDER_PERCENTILE = 2

export const binderClass = (percentile: number): 'strong' | 'weak' | '-' =>
  percentile <= STRONG_BINDER_PERCENTILE ? 'strong' : percentile <= WEAK_BINDER_PERCENTILE ? 'weak' : '-'

/** Fewer ligands than this in training: the caveat `allele-low-support`. */
export const LOW_SUPPORT_LIGANDS = 100

/** 50,000^(1 − y): the affinity output y of 0-1 as nanomolar (Nielsen 2003, doi:10.1110/ps.0239403). */
export const ic50OfOutput = (y: number): number => 50000 ** (1 - y)
