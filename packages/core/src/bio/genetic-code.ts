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

/** Letter → 0-3 in the order of BASES; other letters −1. */
const BASE_NUMBER = new Int8Array(128).fill(-1)
for (let i = 0; i < 4; i++) BASE_NUMBER[BASES.charCodeAt(i)] = i
const RESIDUE_CODES = { 1: codes(TABLES[1]!), 2: codes(TABLES[2]!) } as const
const UNKNOWN = 'X'.charCodeAt(0)

function codes(table: string): Uint8Array {
  return Uint8Array.from(table, letter => letter.charCodeAt(0))
}

/** Residues made into text at a time: an argument list has a limit. */
const PIECE = 4096

/** Applied, not spread: spreading a typed array walks its iterator and is several times slower. */
const textOf = (letters: Uint8Array): string => String.fromCharCode.apply(null, letters as unknown as number[])

/** Whole codons only: one or two bases left over at the end are ignored. `*` is a stop, `X` a codon with another letter than A, C, G or T. */
export function translate(sequence: string, table: 1 | 2 = 1): string {
  const residues = Math.floor(sequence.length / 3)
  if (residues <= SHORT) return translateShort(sequence, residues, TABLES[table]!)
  const letters = new Uint8Array(residues)
  const code = RESIDUE_CODES[table]
  for (let i = 0, at = 0; i < residues; i++, at += 3) {
    const a = BASE_NUMBER[sequence.charCodeAt(at)] ?? -1
    const b = BASE_NUMBER[sequence.charCodeAt(at + 1)] ?? -1
    const c = BASE_NUMBER[sequence.charCodeAt(at + 2)] ?? -1
    letters[i] = (a | b | c) < 0 ? UNKNOWN : code[16 * a + 4 * b + c]!
  }
  let out = ''
  for (let i = 0; i < residues; i += PIECE) out += textOf(letters.subarray(i, i + PIECE))
  return out
}

/** Up to this many codons text is put together letter by letter: an array costs more. */
const SHORT = 16

function translateShort(sequence: string, residues: number, letters: string): string {
  let out = ''
  for (let at = 0; at < 3 * residues; at += 3) {
    const a = BASE_NUMBER[sequence.charCodeAt(at)] ?? -1
    const b = BASE_NUMBER[sequence.charCodeAt(at + 1)] ?? -1
    const c = BASE_NUMBER[sequence.charCodeAt(at + 2)] ?? -1
    out += (a | b | c) < 0 ? 'X' : letters[16 * a + 4 * b + c]!
  }
  return out
}
