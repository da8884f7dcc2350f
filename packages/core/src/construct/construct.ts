// A construct: named parts that tile an insert, what was declared, and what the gate said. Offsets are 0-based half-open in the insert.
import type { Brand, Caveat } from '../base/index.ts'
import type { ChangedCodon, CodonObjective, vRegions } from '../bio/index.ts'
import type { ChainLocusName } from './chain-locus.ts'
import type { Plasmid } from './insert-into-vector.ts'
import type { UserPart } from './user-parts.ts'

/** `TCR-` and ten hex digits of the SHA-256 of the declaration. */
export type ConstructId = Brand<string, 'construct-id'>

export type PartRole =
  | 'arm'
  | 'kozak'
  | 'leader'
  | 'v-region'
  | 'junction'
  | 'j-region'
  | 'constant'
  | 'tag'
  | 'furin'
  | 'spacer'
  | '2a'
  | 'user'
  | 'stop'
  | 'barcode'

export interface ConstructPart {
  readonly role: PartRole
  readonly chain: ChainLocusName | undefined
  /** What stands on the map: `TRA junction`, or the user's name of a part. */
  readonly label: string
  readonly start: number
  readonly end: number
  /** The optimiser may not change its bases. */
  readonly locked: boolean
  /** Gene and allele with release, named set, linker, or the user's citation. */
  readonly origin: string
}

/** Residues added to a chain behind its leader (N) or behind its constant region (C). */
export interface Tag {
  readonly name: string
  readonly aa: string
  readonly chain: 'alpha' | 'beta'
  readonly place: 'N' | 'C'
}

export interface DeclaredChain {
  readonly kind: 'tcr'
  readonly locus: ChainLocusName
  /** Germline allele used, such as `TRBV10-3*01`; likewise of J. */
  readonly vCall: string
  readonly jCall: string
  readonly junctionAa: string
  /** Set when these bases must stand in the insert unchanged. */
  readonly junctionNtLocked: string | undefined
  /** Residues of the leader that a contig showed; without them the germline allele's. A leader is cleaved off: it may vary, V and J may not. */
  readonly leaderAa?: string | undefined
  readonly constantSet: string
  /** Residues of tags behind the leader and at the chain's end; empty without. */
  readonly tagN: string
  readonly tagC: string
}

/** A chimeric receptor or a payload, of parts that the user names. */
export interface DeclaredUserChain {
  readonly kind: 'user'
  readonly name: string
  readonly parts: readonly UserPart[]
}

/** One open reading between two 2A peptides. */
export type DeclaredCistron = DeclaredChain | DeclaredUserChain

/** All that the gate is told: it re-derives the rest by itself. */
export interface Declaration {
  /** From 5' to 3'. */
  readonly cistrons: readonly DeclaredCistron[]
  /** One fewer than cistrons. */
  readonly linkers: readonly string[]
  /** Arm and Kozak: all bases before the start codon. */
  readonly fivePrime: string
  readonly stop: string
  /** Barcode and arm: all bases behind the stop codon. */
  readonly threePrime: string
  /** Bases of `fivePrime` and of `threePrime` that are arms: cloning sites may stand there. */
  readonly arms: readonly [number, number]
  readonly preset: string
  /** Cloning sites of the vector, which the insert may not hold outside its arms: name → site. */
  readonly vectorSites: Readonly<Record<string, string>>
}

export interface GateResult {
  readonly check: string
  readonly verdict: 'holds' | 'fails' | 'not-applicable'
  readonly observed: string
  readonly expected: string
}

/** Which chains stand in one insert: both, one a vector, or two receptors. */
export type Layout = 'beta-alpha' | 'alpha-beta' | 'separate-alpha' | 'separate-beta' | 'multi' | 'user'

export interface BuiltChain {
  readonly locus: ChainLocusName
  readonly leaderAa: string
  readonly junctionNt: string
  /** Of V, in its own bases; the insert keeps their number. Undefined: not known. */
  readonly regions: ReturnType<typeof vRegions>
}

export interface Construct {
  readonly id: ConstructId
  /** Of the receptor; two joined by + in the layout `multi`; the name of a user's chain. */
  readonly receptorId: string
  readonly productType: 'tcr' | 'tcr+payload' | 'car'
  readonly layout: Layout
  readonly declaration: Declaration
  readonly status: 'ready' | 'refused'
  readonly insert: string
  readonly protein: string
  readonly sha256: string
  readonly parts: readonly ConstructPart[]
  readonly cai: number
  readonly gc: number
  /** Which codons were wanted; native: those of the receptor. */
  readonly codons: CodonObjective | 'native'
  /** Other than wanted, by their offset in the insert. */
  readonly changedCodons: readonly ChangedCodon[]
  readonly gate: readonly GateResult[]
  readonly caveats: readonly Caveat[]
  /** One a receptor chain of the declaration, in its order. */
  readonly chains: readonly BuiltChain[]
  /** The insert in its vector; undefined when none was given. */
  readonly plasmid: Plasmid | undefined
}

export const KOZAK = 'GCCGCCACC'
export const STOP = 'TAA'

export const failedChecks = (gate: readonly GateResult[]): readonly string[] =>
  gate.filter(result => result.verdict === 'fails').map(result => result.check)

export const receptorChains = (declaration: Declaration): readonly DeclaredChain[] =>
  declaration.cistrons.filter(cistron => cistron.kind === 'tcr')
