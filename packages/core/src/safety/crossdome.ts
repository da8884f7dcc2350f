// CrossDome's likeness of two 9-mers (AntunesLab/crossdome@c2f2f4a, MIT): distances of residues over twelve components, weighted by contact.
import { normalBelow } from '../base/index.ts'
import { RESIDUES, wordCodes } from '../bio/index.ts'
import type { ResiduePairs } from './residue-pairs.ts'

/** CrossDome's background of random pairs of 9-mers. */
export const CROSSDOME_BACKGROUND = { mean: 31.97307, sd: 5.834203 }
export const CROSSDOME_LENGTH = 9
/** Weights of TCR contact as the package has them. */
export const CONTACT_WEIGHTS = [0.5, 1, 1, 2, 2, 2, 1, 1, 0.5] as const

export interface CrossdomeScore {
  readonly score: number
  readonly z: number
  readonly p: number
  /** Positions with BLOSUM80 above 0. */
  readonly positive: number
  readonly mismatches: number
}

/** Errors are values: undefined when a word is not nine standard residues. */
export function crossdome(query: string, subject: string, pairs: ResiduePairs, weights?: readonly number[]): CrossdomeScore | undefined {
  const a = wordCodes(query)
  const b = wordCodes(subject)
  if (a?.length !== CROSSDOME_LENGTH || b?.length !== CROSSDOME_LENGTH) return undefined
  let sum = 0
  let positive = 0
  let mismatches = 0
  for (let i = 0; i < CROSSDOME_LENGTH; i++) {
    const pair = a[i]! * RESIDUES + b[i]!
    sum += Math.sqrt(weights?.[i] ?? 1) * pairs.distance[pair]!
    if (pairs.blosum80[pair]! > 0) positive++
    if (a[i] !== b[i]) mismatches++
  }
  const score = sum / CROSSDOME_LENGTH
  const z = (score - CROSSDOME_BACKGROUND.mean) / CROSSDOME_BACKGROUND.sd
  return { score, z, p: normalBelow(z), positive, mismatches }
}
