// Weights of the rank's log-odds terms. They are priors set by hand, not yet fitted on outcomes; every output says so.
export const RANK_WEIGHTS = {
  version: 'priors-2',
  /** × −log10(percentile / 2), limited to the interval. */
  presentation: 1,
  presentationLow: -1,
  presentationHigh: 2.3,
  /** × log2(1 + allele expression), at most `expressionHigh`. */
  expression: 0.3,
  expressionHigh: 5,
  clonal: 0.5,
  subclonal: -0.5,
  seenInRna: 0.3,
  novelTail: 0.3,
  /** The change lies at anchors only and the wild type binds nearly as well (WT/MT IC50 below 2). */
  anchorOnly: -0.7,
  /** Each further allele that presents a peptide of the variant at 2 % or better. */
  furtherAllele: 0.1,
  /** × −log10(percentile / 5) of the best class II peptide, from 0 to `classTwoHigh`: CD4 T cells may help, or be the product. */
  classTwo: 0.2,
  classTwoHigh: 1.7,
} as const
