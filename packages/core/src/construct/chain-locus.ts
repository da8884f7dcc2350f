// The four loci of receptor chains. TRG pairs with TRD; the delta chain, which has D segments as beta has, stands where beta stands.

/** Alpha-like or beta-like. */
export type ChainLocusName = 'TRA' | 'TRB' | 'TRG' | 'TRD'

export type ChainName = 'alpha' | 'beta' | 'gamma' | 'delta'

export const CHAIN_NAME: Readonly<Record<ChainLocusName, ChainName>> = { TRA: 'alpha', TRB: 'beta', TRG: 'gamma', TRD: 'delta' }

export const isBetaLike = (locus: ChainLocusName): boolean => locus === 'TRB' || locus === 'TRD'

/** Residues that the last base of J and the first two of C make, in every open J of the locus but one mouse TRBJ; a test holds this against the germlines. */
export const JUNCTION_RESIDUES: Readonly<Record<ChainLocusName, string>> = { TRA: 'NDHY', TRB: 'E', TRG: 'D', TRD: 'RG' }
