// Amino acids in one- and three-letter code (IUPAC-IUB 1983, doi:10.1111/j.1432-1033.1984.tb07877.x).

export const STANDARD_RESIDUES = 'ACDEFGHIKLMNPQRSTVWY'

export const isStandardPeptide = (peptide: string): boolean => /^[ACDEFGHIKLMNPQRSTVWY]+$/.test(peptide)

const THREE_LETTERS: Readonly<Record<string, string>> = {
  A: 'Ala',
  C: 'Cys',
  D: 'Asp',
  E: 'Glu',
  F: 'Phe',
  G: 'Gly',
  H: 'His',
  I: 'Ile',
  K: 'Lys',
  L: 'Leu',
  M: 'Met',
  N: 'Asn',
  P: 'Pro',
  Q: 'Gln',
  R: 'Arg',
  S: 'Ser',
  T: 'Thr',
  V: 'Val',
  W: 'Trp',
  Y: 'Tyr',
  U: 'Sec',
  X: 'Xaa',
  '*': 'Ter',
}

/** `AG` → `AlaGly`; a stop is `Ter`. */
export const threeLetters = (residues: string): string => [...residues].map(residue => THREE_LETTERS[residue] ?? 'Xaa').join('')
