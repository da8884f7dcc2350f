// Codon usage of a species: relative weights for the codon adaptation index (Sharp & Li 1987, doi:10.1093/nar/15.3.1281).
import { codonsOf, residueOfCodon } from './genetic-code.ts'

export interface CodonUsage {
  readonly species: 'human' | 'mouse'
  /** Occurrences of each codon in the source table. */
  readonly count: ReadonlyMap<string, number>
}

/** Synonyms of a residue, most frequent first; equal counts in codon order. */
export function codonsByUse(usage: CodonUsage, residue: string): readonly string[] {
  return codonsOf(residue).toSorted((a, b) => (usage.count.get(b) ?? 0) - (usage.count.get(a) ?? 0) || (a < b ? -1 : 1))
}

const adaptiveness = new WeakMap<CodonUsage, ReadonlyMap<string, number>>()

/** Count of the codon over the count of its best synonym, 0-1; computed once per table. */
export function relativeAdaptiveness(usage: CodonUsage, codon: string): number {
  let table = adaptiveness.get(usage)
  if (table === undefined) {
    table = new Map(
      [...usage.count].map(([each, count]) => [each, count / (usage.count.get(codonsByUse(usage, residueOfCodon(each))[0]!) ?? 1)]),
    )
    adaptiveness.set(usage, table)
  }
  return table.get(codon) ?? 0
}

/** Share of the codon among the synonyms of its residue, 0-1. */
export function codonShare(usage: CodonUsage, codon: string): number {
  let total = 0
  for (const synonym of codonsOf(residueOfCodon(codon))) total += usage.count.get(synonym) ?? 0
  return total === 0 ? 0 : (usage.count.get(codon) ?? 0) / total
}

/** Geometric mean of relative adaptiveness without Met, Trp and stops; 1 for a sequence that has no other codon. */
export function codonAdaptationIndex(usage: CodonUsage, coding: string): number {
  let sum = 0
  let n = 0
  for (let i = 0; i + 3 <= coding.length; i += 3) {
    const codon = coding.slice(i, i + 3)
    const residue = residueOfCodon(codon)
    if (residue === 'M' || residue === 'W' || residue === '*' || residue === 'X') continue
    sum += Math.log(Math.max(relativeAdaptiveness(usage, codon), 1e-6))
    n++
  }
  return n === 0 ? 1 : Math.exp(sum / n)
}
