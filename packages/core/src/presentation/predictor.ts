// What a predictor of peptide presentation answers, whoever makes it: our models, an adapter to another tool, a table of scores.
import { type HlaAllele, isStandardPeptide } from '../bio/index.ts'

export type MhcClass = 'I' | 'II'

/** Scores of peptides × alleles, peptide by peptide: entry p · alleles + a. NaN: this predictor gave no such score. */
export interface ScoreBlock {
  readonly alleles: readonly HlaAllele[]
  readonly peptides: number
  /** 0-1, high is good. Class II: the affinity output, for the model knows no ligands. */
  readonly presentationScore: Float32Array
  /** Percentiles: share of random natural peptides that score at least as well, in per cent; low is good, never 0. */
  readonly presentationPercentile: Float32Array
  readonly ic50NanoMolar: Float32Array
  readonly affinityPercentile: Float32Array
  /** First residue of the nine that bind, from 0. Class II only. */
  readonly coreOffset?: Int8Array
}

/** A block to be filled, without cores. */
export function emptyScores(peptides: number, alleles: readonly HlaAllele[]): ScoreBlock {
  const size = peptides * alleles.length
  return {
    alleles,
    peptides,
    presentationScore: new Float32Array(size),
    presentationPercentile: new Float32Array(size),
    ic50NanoMolar: new Float32Array(size),
    affinityPercentile: new Float32Array(size),
  }
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
  readonly mhcClass: MhcClass
  readonly minLength: number
  readonly maxLength: number
  /** Undefined: the allele is not supported. */
  readonly support: (allele: HlaAllele) => AlleleSupport | undefined
  readonly alleles: () => readonly string[]
  /** Class II: the α chain most often seen with this β chain in training, as `DPA1*01:03`. */
  readonly usualAlpha?: (beta: string) => string | undefined
  /** Peptides must be of supported length and residues (`unscorable`), alleles supported. */
  readonly predict: (peptides: readonly string[], alleles: readonly HlaAllele[]) => ScoreBlock
}

/** The predictors of a run: class II may be absent. */
export interface Predictors {
  readonly I: Predictor
  readonly II?: Predictor
}

/** Why a peptide gets no score; undefined when it can be scored. */
export function unscorable(
  predictor: Pick<Predictor, 'minLength' | 'maxLength'>,
  peptide: string,
): 'residue-unsupported' | 'length-unsupported' | undefined {
  if (!isStandardPeptide(peptide)) return 'residue-unsupported'
  return peptide.length < predictor.minLength || peptide.length > predictor.maxLength ? 'length-unsupported' : undefined
}

/** The conventions of NetMHCpan 4.1 (strong at most 0.5 %, weak at most 2 %) and of NetMHCIIpan 4.3 (1 % and 5 %). */
export const STRONG_BINDER_PERCENTILE = 0.5
export const WEAK_BINDER_PERCENTILE = 2
export const STRONG_BINDER_PERCENTILE_II = 1
export const WEAK_BINDER_PERCENTILE_II = 5

export const weakBinderPercentile = (mhcClass: MhcClass): number => (mhcClass === 'I' ? WEAK_BINDER_PERCENTILE : WEAK_BINDER_PERCENTILE_II)

export function binderClass(percentile: number, mhcClass: MhcClass = 'I'): 'strong' | 'weak' | '-' {
  const strong = mhcClass === 'I' ? STRONG_BINDER_PERCENTILE : STRONG_BINDER_PERCENTILE_II
  return percentile <= strong ? 'strong' : percentile <= weakBinderPercentile(mhcClass) ? 'weak' : '-'
}

/** Fewer ligands (class II: affinities) than this in training: the caveat `allele-low-support`. */
export const LOW_SUPPORT_LIGANDS = 100

/** 50,000^(1 − y): the affinity output y of 0-1 as nanomolar (Nielsen 2003, doi:10.1110/ps.0239403). */
export const ic50OfOutput = (y: number): number => 50000 ** (1 - y)

/** The nine residues that bind. Class I: five from the N terminus and four from the C terminus, as the model reads them; an 8-mer has no core of nine. */
export function bindingCore(mhcClass: MhcClass, peptide: string, offset: number): string {
  if (mhcClass === 'II') return peptide.slice(offset, offset + 9)
  return peptide.length < 9 ? '' : peptide.slice(0, 5) + peptide.slice(-4)
}

export interface PairScore {
  readonly percentile: number
  readonly ic50NanoMolar: number
}

/** Presentation percentile and affinity of chosen pairs, an allele at a time; the alleles must be supported. Undefined for a peptide that cannot be scored. */
export function scorePairs(
  pairs: readonly { readonly peptide: string; readonly allele: HlaAllele }[],
  predictor: Predictor,
): (peptide: string, allele: HlaAllele) => PairScore | undefined {
  const wanted = new Map<HlaAllele, Set<string>>()
  for (const { peptide, allele } of pairs) {
    if (unscorable(predictor, peptide) !== undefined) continue
    const peptides = wanted.get(allele)
    if (peptides === undefined) wanted.set(allele, new Set([peptide]))
    else peptides.add(peptide)
  }
  const scores = new Map<HlaAllele, Map<string, PairScore>>()
  for (const [allele, set] of wanted) {
    const peptides = [...set]
    const { presentationPercentile, ic50NanoMolar } = predictor.predict(peptides, [allele])
    scores.set(
      allele,
      new Map(peptides.map((peptide, p) => [peptide, { percentile: presentationPercentile[p]!, ic50NanoMolar: ic50NanoMolar[p]! }])),
    )
  }
  return (peptide, allele) => scores.get(allele)?.get(peptide)
}
