// DNA letters: upper-case A C G T, N for unknown.

export const isDna = (sequence: string): boolean => /^[ACGT]*$/.test(sequence)

const COMPLEMENT: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A', N: 'N' }

/** Reverse complement; letters outside ACGTN stay as they are. */
export function reverseComplement(sequence: string): string {
  let out = ''
  for (let i = sequence.length - 1; i >= 0; i--) out += COMPLEMENT[sequence[i]!] ?? sequence[i]!
  return out
}

/** Share of G and C in [from, to), 0-1. */
export function gcShare(sequence: string, from = 0, to = sequence.length): number {
  let gc = 0
  for (let i = from; i < to; i++) if (sequence[i] === 'G' || sequence[i] === 'C') gc++
  return to > from ? gc / (to - from) : 0
}
