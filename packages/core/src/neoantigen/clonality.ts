// How many of the tumour's cells carry a variant: cancer cell fraction from allele fraction, purity and copy number, or pVACseq's rule where these were not given.
import { betaBelow, betaDensity, betaQuantile } from '../base/index.ts'
import type { CopyNumber, SomaticVariant } from '../variant/index.ts'

export type Clonality = 'clonal' | 'subclonal' | 'unknown'

/** What is known of the tumour sample. */
export interface TumourPurity {
  /** Share of tumour cells in the sample, 0-1. */
  readonly purity: number
  readonly copyNumber: CopyNumber
  /** X and Y are single in a man's normal cells. */
  readonly sex?: 'female' | 'male'
}

export interface CellFraction {
  /** Share of tumour cells with the variant; 1 and more is all of them. */
  readonly ccf: number
  /** 95 % interval, from beta(alt + 1, ref + 1) of the allele fraction. */
  readonly low: number
  readonly high: number
  /** Copies of the variant in a cell that has it. */
  readonly multiplicity: number
  /** Probability that every tumour cell has it, against a uniform share in fewer, one half each beforehand. */
  readonly clonalProbability: number
  readonly clonality: Exclude<Clonality, 'unknown'>
}

/**
 * CCF = VAF · (ρ·C_T + (1 − ρ)·C_N) / (ρ·M), M the whole number from 1 to the major copy number that brings it nearest to 1, ties to the smaller
 * (McGranahan 2015, doi:10.1126/scitranslmed.aaa1408). Clonal: the interval reaches 1. Undefined without reads or segment, or where the tumour has no copy.
 */
export function cellFraction(variant: SomaticVariant, tumour: TumourPurity): CellFraction | undefined {
  const { depth, vaf } = variant.tumour
  const segment = tumour.copyNumber.at(variant.chromosome, variant.position)
  if (depth === undefined || vaf === undefined || depth === 0 || segment === undefined || segment.total <= 0) return undefined
  const { purity } = tumour
  const normalCopies = tumour.sex === 'male' && /^(chr)?[XY]$/.test(variant.chromosome) ? 1 : 2
  const alt = variant.tumour.altReads ?? Math.round(vaf * depth)
  const perCopy = (purity * segment.total + (1 - purity) * normalCopies) / purity
  const major = Math.max(1, Math.round(segment.total - segment.minor))
  const fractions = Array.from({ length: major }, (_, m) => (vaf * perCopy) / (m + 1))
  const distance = (ccf: number) => Math.abs(ccf - 1)
  const best = fractions.reduce((b, ccf, m) => (distance(ccf) < distance(fractions[b]!) - 1e-12 ? m : b), 0)
  const factor = perCopy / (best + 1)
  const high = factor * betaQuantile(0.975, alt + 1, depth - alt + 1)
  return {
    ccf: fractions[best]!,
    low: factor * betaQuantile(0.025, alt + 1, depth - alt + 1),
    high,
    multiplicity: best + 1,
    clonalProbability: clonalProbability(alt, depth, 1 / factor),
    clonality: high >= 1 ? 'clonal' : 'subclonal',
  }
}

/** Likelihood of the reads at the allele fraction of a variant in all cells, against their mean likelihood over all smaller fractions. */
function clonalProbability(alt: number, depth: number, fractionInAll: number): number {
  // ∫ binomial(alt | depth, c·v) dc over c from 0 to 1 is betaBelow(v; alt + 1, ref + 1) / v times what the likelihood at v has before its density
  const v = Math.min(fractionInAll, 1 - 1e-9)
  const all = betaDensity(v, alt + 1, depth - alt + 1)
  const fewer = betaBelow(v, alt + 1, depth - alt + 1) / v
  return all + fewer === 0 ? 0 : all / (all + fewer)
}
