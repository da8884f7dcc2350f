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
  /** Of the contig; what differs otherwise stays as the cell has it. */
  readonly germlineBases?: readonly GermlineBase[] | undefined
}

/** A base that a person wants as the germline allele has it. */
export interface GermlineBase {
  /** `V 123 A>G`: 1-based in the segment, the germline's base, the contig's. */
  readonly difference: string
  readonly person: string
  readonly reason: string
}

export type ReconstructionMode = 'contig' | 'nucleotide' | 'amino-acid'

/** The best evidence decides: a contig, else bases of the junction, else its residues. */
export const modeOf = (input: ChainInput): ReconstructionMode =>
  input.contig !== undefined && input.contig !== '' ? 'contig' : input.junctionNt === '' ? 'amino-acid' : 'nucleotide'
