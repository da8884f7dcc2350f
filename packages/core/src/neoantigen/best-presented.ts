// Of each candidate's peptides the ones that the patient's alleles present best, of either class: all are scored in one call a class.
import type { HlaAllele } from '../bio/index.ts'
import { rounded } from '../format/index.ts'
import { type Predictor, type Predictors, unscorable } from '../presentation/index.ts'
import type { ReferenceHits } from './reference-match.ts'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS } from './search-peptides.ts'

export interface BestPresented {
  readonly peptide: string
  readonly allele: HlaAllele
  /** nM. */
  readonly ic50: number
  /** %rank, 0-100. */
  readonly percentile: number
}

/** The best class I peptide, and beside it the best of class II, where such molecules were typed and a peptide is long enough. */
export interface BestOfBoth extends BestPresented {
  readonly class2: BestPresented | undefined
}

/** What fusions, splice junctions and listed antigens are scored against, and what the proteome said of them. */
export interface FurtherScope {
  readonly predictors: Predictors
  /** Alleles that the tumour has kept. */
  readonly alleles: { readonly I: readonly HlaAllele[]; readonly II: readonly HlaAllele[] }
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** Of the candidates in their order; undefined: no proteome was given. */
  readonly hits: readonly ReferenceHits[] | undefined
}

/** Why nothing is presented: the tumour has lost every class I allele that was typed. */
export const NO_ALLELE = 'no-class-i-allele-kept'

/** `peptidesOf`: of the lengths of one class. Candidates without a class I peptide are not in the result. */
export function bestOfBoth<T>(
  candidates: readonly T[],
  peptidesOf: (candidate: T, lengths: readonly number[]) => readonly string[],
  { predictors, alleles, lengths = CLASS_I_LENGTHS, class2Lengths = CLASS_II_LENGTHS }: FurtherScope,
): ReadonlyMap<T, BestOfBoth> {
  const of = (predictor: Predictor | undefined, own: readonly HlaAllele[], wanted: readonly number[]) => {
    if (predictor === undefined || own.length === 0) return new Map<T, BestPresented>()
    const scorable = (candidate: T) => peptidesOf(candidate, wanted).filter(peptide => unscorable(predictor, peptide) === undefined)
    return bestPresented(new Map(candidates.map(candidate => [candidate, scorable(candidate)])), predictor, own)
  }
  const class2 = of(predictors.II, alleles.II, class2Lengths)
  return new Map(
    [...of(predictors.I, alleles.I, lengths)].map(([candidate, best]) => [candidate, { ...best, class2: class2.get(candidate) }]),
  )
}

/** By percentile, the first of equal ones. Candidates without peptides are not in the result. */
function bestPresented<T>(
  peptides: ReadonlyMap<T, readonly string[]>,
  predictor: Predictor,
  alleles: readonly HlaAllele[],
): ReadonlyMap<T, BestPresented> {
  const all = [...new Set([...peptides.values()].flat())]
  const out = new Map<T, BestPresented>()
  if (all.length === 0) return out
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

export const CLASS_II_COLUMNS = ['class_ii_best_peptide', 'class_ii_allele', 'class_ii_percentile'] as const
export const class2Cells = ({ class2 }: BestOfBoth): readonly (string | number | undefined)[] => [
  class2?.peptide,
  class2?.allele,
  rounded(class2?.percentile, 4),
]
