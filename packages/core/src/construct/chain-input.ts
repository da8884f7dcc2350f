// What is known of a chain that is to be built.
import type { ChainLocusName } from './chain-locus.ts'

export interface ChainInput {
  readonly locus: ChainLocusName
  readonly vCall: string
  readonly jCall: string
  /** Residues of C104 to F/W118, both included. */
  readonly junctionAa: string
  /** Bases of the junction; empty when only residues are known. */
  readonly junctionNt: string
  /** The sequenced contig, either strand: its bases win over germline. */
  readonly contig?: string | undefined
}

export type ReconstructionMode = 'contig' | 'nucleotide' | 'amino-acid'

/** The best evidence decides: a contig, else bases of the junction, else its residues. */
export const modeOf = (input: ChainInput): ReconstructionMode =>
  input.contig !== undefined && input.contig !== '' ? 'contig' : input.junctionNt === '' ? 'amino-acid' : 'nucleotide'
