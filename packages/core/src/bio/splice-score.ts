// Strength of a splice site that a sequence would show to the spliceosome, 0-100. A gammaretroviral genome is spliced: strong sites in an insert cost titre.
import { ACCEPTOR_PERCENT, DONOR_PERCENT } from './splice-score.table.ts'

const BASE: Readonly<Record<string, number>> = { A: 0, C: 1, G: 2, T: 3 }

/** Donor whose GT starts at `gt` (0-based); 0 without GT or context. AAGGTAAGT scores 100. */
export function donorScore(sequence: string, gt: number): number {
  if (gt < 3 || gt + 6 > sequence.length || sequence[gt] !== 'G' || sequence[gt + 1] !== 'T') return 0
  let sum = 0
  for (let i = 0; i < 9; i++) sum += DONOR_PERCENT[BASE[sequence[gt - 3 + i]!]!]?.[i] ?? 0
  return (100 * (sum - 51)) / 600
}

/** Acceptor whose AG starts at `ag` (0-based); 0 without AG, context, or with another AG in the 11 bases upstream. */
export function acceptorScore(sequence: string, ag: number): number {
  const start = ag - 13
  if (start < 0 || start + 17 > sequence.length || sequence[ag] !== 'A' || sequence[ag + 1] !== 'G') return 0
  const upstream: number[] = []
  for (let i = 0; i < 11; i++) {
    if (i < 10 && sequence[start + i] === 'A' && sequence[start + i + 1] === 'G') return 0
    upstream.push(ACCEPTOR_PERCENT[BASE[sequence[start + i]!]!]![i]!)
  }
  upstream.sort((a, b) => b - a)
  let t1 = 0
  for (let i = 0; i < 8; i++) t1 += upstream[i]!
  let t2 = 0
  for (let i = 12; i < 16; i++) t2 += ACCEPTOR_PERCENT[BASE[sequence[start + i]!]!]![i]!
  return (50 * (t1 - 66)) / 397 + (50 * (t2 - 12)) / 293
}
