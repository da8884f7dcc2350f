// Translation by the NCBI genetic codes (https://www.ncbi.nlm.nih.gov/Taxonomy/Utils/wprintgc.cgi): 1 standard, 2 vertebrate mitochondrial.

const BASES = 'TCAG'
const TABLES: Readonly<Record<number, string>> = {
  1: 'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG',
  2: 'FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG',
}

const CODE = new Map<string, string>()
const SYNONYMS = new Map<string, string[]>()
for (let i = 0; i < 64; i++) {
  const codon = BASES[i >> 4]! + BASES[(i >> 2) & 3]! + BASES[i & 3]!
  const residue = TABLES[1]![i]!
  CODE.set(codon, residue)
  SYNONYMS.set(residue, [...(SYNONYMS.get(residue) ?? []), codon].sort())
}
const MITOCHONDRIAL = new Map([...CODE.keys()].map((codon, i) => [codon, TABLES[2]![i]!] as const))

/** Residue of a codon; `X` when a letter is not A, C, G or T. */
export const residueOfCodon = (codon: string, table: 1 | 2 = 1): string => (table === 1 ? CODE : MITOCHONDRIAL).get(codon) ?? 'X'

/** Codons of a residue in alphabetical order; `*` gives the stops; empty for an unknown letter. */
export const codonsOf = (residue: string): readonly string[] => SYNONYMS.get(residue) ?? []

/** Whole codons only: one or two bases left over at the end are ignored. `*` is a stop. */
export function translate(sequence: string, table: 1 | 2 = 1): string {
  let out = ''
  for (let i = 0; i + 3 <= sequence.length; i += 3) out += residueOfCodon(sequence.slice(i, i + 3), table)
  return out
}

/** Up to the first stop, which is left out. */
export function translateToStop(sequence: string, table: 1 | 2 = 1): string {
  const protein = translate(sequence, table)
  const stop = protein.indexOf('*')
  return stop < 0 ? protein : protein.slice(0, stop)
}
