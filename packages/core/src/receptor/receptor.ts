// A receptor: one alpha × beta pair of a clonotype, with the reasons for its place on the list.
import type { Brand, Caveat } from '../base/index.ts'
import type { Clonotype, ClonotypeChain } from './call-clonotypes.ts'
import type { CloneScore } from './clone-score.ts'
import type { Lineage } from './lineage.ts'

/** `RC-` and ten hex digits over both chain keys. */
export type ReceptorId = Brand<string, 'receptor-id'>

export interface Receptor {
  readonly id: ReceptorId
  readonly rank: number
  readonly clonotype: Clonotype
  /** 1 for the commonest pair of the clonotype. */
  readonly pairRank: number
  readonly alpha: ClonotypeChain
  readonly beta: ClonotypeChain
  readonly lineage: Lineage
  /** Cells of the clonotype that show both chains. */
  readonly cells: number
  readonly scores: readonly LesionScore[]
  readonly supportingSets: readonly string[]
  readonly shortlisted: boolean
  readonly evidenceLevel: 0 | 1
  /** `viral-match`, `known-tumour-one-chain`, …: what known receptors say; empty when none were given. */
  readonly specificity: readonly string[]
  readonly reasons: readonly string[]
  readonly caveats: readonly Caveat[]
}

export interface LesionScore {
  readonly lesion: string
  readonly signature: string
  readonly score: CloneScore
  readonly cells: number
}

export interface ScoredClonotype {
  readonly clonotype: Clonotype
  readonly lineage: Lineage
  readonly scores: readonly LesionScore[]
}
