// Which residues drive a score: at each position, the score's log-odds less their mean over the other nineteen residues.
import { type HlaAllele, STANDARD_RESIDUES } from '../bio/index.ts'
import type { Predictor } from './predictor.ts'

export interface ResidueEffect {
  /** From 1. */
  readonly position: number
  readonly residue: string
  /** Natural log-odds of the presentation score; above 0 the residue helps. */
  readonly effect: number
  /** Residue that would score best here. */
  readonly best: string
}

/** One entry per residue of the peptide. The peptide must be scorable. */
export function residueEffects(predictor: Predictor, peptide: string, allele: HlaAllele): readonly ResidueEffect[] {
  const variants: string[] = []
  for (let i = 0; i < peptide.length; i++)
    for (const residue of STANDARD_RESIDUES) variants.push(peptide.slice(0, i) + residue + peptide.slice(i + 1))
  const scores = predictor.predict(variants, [allele]).presentationScore
  const logOdds = (score: number) => {
    const p = Math.min(1 - 1e-7, Math.max(1e-7, score))
    return Math.log(p / (1 - p))
  }
  return [...peptide].map((residue, i) => {
    const here = Array.from({ length: 20 }, (_, r) => logOdds(scores[i * 20 + r]!))
    const own = here[STANDARD_RESIDUES.indexOf(residue)]!
    const others = (here.reduce((sum, z) => sum + z, 0) - own) / 19
    return { position: i + 1, residue, effect: own - others, best: STANDARD_RESIDUES[here.indexOf(Math.max(...here))]! }
  })
}
