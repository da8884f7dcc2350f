// Of each candidate's peptides the one that an allele presents best: all are scored in one call.
import type { HlaAllele } from '../bio/index.ts'
import type { Predictor } from '../presentation/index.ts'

export interface BestPresented {
  readonly peptide: string
  readonly allele: HlaAllele
  /** nM. */
  readonly ic50: number
  /** %rank, 0-100. */
  readonly percentile: number
}

/** By percentile, the first of equal ones. Candidates without peptides are not in the result. */
export function bestPresented<T>(
  peptides: ReadonlyMap<T, readonly string[]>,
  predictor: Predictor,
  alleles: readonly HlaAllele[],
): ReadonlyMap<T, BestPresented> {
  const all = [...new Set([...peptides.values()].flat())]
  const out = new Map<T, BestPresented>()
  if (all.length === 0 || alleles.length === 0) return out
  const block = predictor.predict(all, alleles)
  const place = new Map(all.map((peptide, i) => [peptide, i]))
  for (const [candidate, list] of peptides) {
    let best: { readonly peptide: string; readonly entry: number } | undefined
    for (const peptide of list)
      for (let a = 0; a < alleles.length; a++) {
        const entry = place.get(peptide)! * alleles.length + a
        if (best === undefined || block.presentationPercentile[entry]! < block.presentationPercentile[best.entry]!)
          best = { peptide, entry }
      }
    if (best === undefined) continue
    out.set(candidate, {
      peptide: best.peptide,
      allele: alleles[best.entry % alleles.length]!,
      ic50: block.ic50NanoMolar[best.entry]!,
      percentile: block.presentationPercentile[best.entry]!,
    })
  }
  return out
}
