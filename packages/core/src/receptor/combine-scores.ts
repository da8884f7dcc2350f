// Several signatures and lesions of one clone → one p, and the share of false discoveries among clones at least as good. The Cauchy combination (Liu & Xie 2020,
// doi:10.1080/01621459.2018.1554485) holds for small p whatever the dependence, and signatures that share genes depend on each other.
import type { Lineage } from './lineage.ts'
import type { LesionScore, ScoredClonotype } from './receptor.ts'
import type { Signature } from './signature-score.ts'

/** The signature of a lineage: a CD8 set speaks about CD8 and unknown clones, a CD4 set about CD4 and unknown clones. */
export const speaksAbout = (signature: Signature, lineage: Lineage): boolean =>
  signature.lineage === 'any' || lineage === 'unknown' || signature.lineage === lineage

export interface CombinedScore {
  /** Chance of scores as high as these for random cells of the lesions and lineage. */
  readonly p: number
  /** Benjamini and Hochberg's: expected share of chance finds among the clones with a p as small. */
  readonly q: number
  /** Scores that were combined. */
  readonly scores: number
}

/** Equal weights. A p of 1 would outweigh every small one: it counts as 1 − 1/(2 · 1,000). */
export function cauchyCombination(ps: readonly number[]): number {
  const mean = ps.reduce((sum, p) => sum + Math.tan((0.5 - Math.min(p, 0.9995)) * Math.PI), 0) / ps.length
  return mean > 1e15 ? 1 / (mean * Math.PI) : 0.5 - Math.atan(mean) / Math.PI
}

/** Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; same order as `ps`. */
export function falseDiscoveryRates(ps: readonly number[]): readonly number[] {
  const order = Array.from(ps.keys()).sort((a, b) => ps[a]! - ps[b]!)
  const q = new Array<number>(ps.length)
  let least = 1
  for (let rank = order.length; rank > 0; rank--) {
    const i = order[rank - 1]!
    least = Math.min(least, (ps[i]! * ps.length) / rank)
    q[i] = least
  }
  return q
}

/** Clones without a score of a signature that speaks about them are left out. */
export function combineScores(
  clones: readonly ScoredClonotype[],
  signatures: readonly Signature[],
): ReadonlyMap<ScoredClonotype, CombinedScore> {
  const byName = new Map(signatures.map(signature => [signature.name, signature]))
  const relevant = (clone: ScoredClonotype): readonly LesionScore[] =>
    clone.scores.filter(score => speaksAbout(byName.get(score.signature)!, clone.lineage))
  const scored = clones.map(clone => ({ clone, scores: relevant(clone) })).filter(({ scores }) => scores.length > 0)
  const ps = scored.map(({ scores }) => cauchyCombination(scores.map(({ score }) => score.p)))
  const qs = falseDiscoveryRates(ps)
  return new Map(scored.map(({ clone, scores }, i) => [clone, { p: ps[i]!, q: qs[i]!, scores: scores.length }]))
}
