// Amino acids in one- and three-letter code (IUPAC-IUB 1983, doi:10.1111/j.1432-1033.1984.tb07877.x).

export const STANDARD_RESIDUES = 'ACDEFGHIKLMNPQRSTVWY'

export const RESIDUES = STANDARD_RESIDUES.length

const CODE = new Int8Array(128).fill(-1)
for (let i = 0; i < RESIDUES; i++) CODE[STANDARD_RESIDUES.charCodeAt(i)] = i

/** Number of a residue by its character code, in the order of STANDARD_RESIDUES; −1 for any other letter. */
export const residueCode = (letter: number): number => CODE[letter] ?? -1

/** Numbers of a word's residues; undefined when it holds another letter. */
export function wordCodes(word: string): Uint8Array | undefined {
  const codes = new Uint8Array(word.length)
  for (let i = 0; i < word.length; i++) {
    const code = residueCode(word.charCodeAt(i))
    if (code < 0) return undefined
    codes[i] = code
  }
  return codes
}

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
