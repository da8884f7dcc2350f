// A construct: named parts that tile an insert, what was declared, and what the gate said. Offsets are 0-based half-open in the insert.
import type { Brand, Caveat } from '../base/index.ts'

/** `TCR-` and ten hex digits of the SHA-256 of the declaration. */
export type ConstructId = Brand<string, 'construct-id'>

export interface ConstructPart {
  readonly role: 'kozak' | 'leader' | 'v-region' | 'junction' | 'j-region' | 'constant' | 'furin' | 'spacer' | '2a' | 'stop'
  readonly chain: 'alpha' | 'beta' | undefined
  readonly start: number
  readonly end: number
  /** Gene and allele with release, named set, or linker. */
  readonly origin: string
}

export interface DeclaredChain {
  /** Germline allele used, such as `TRBV10-3*01`; likewise of J. */
  readonly vCall: string
  readonly jCall: string
  readonly junctionAa: string
  /** Set when these bases must stand in the insert unchanged. */
  readonly junctionNtLocked: string | undefined
  /** Residues of the leader that a contig showed; without them the germline allele's. A leader is cleaved off: it may vary, V and J may not. */
  readonly leaderAa?: string | undefined
}

/** All that the gate is told: it re-derives the rest by itself. */
export interface Declaration {
  readonly alpha: DeclaredChain
  readonly beta: DeclaredChain
  readonly constantSet: string
  readonly linker: string
  readonly order: 'beta-alpha' | 'alpha-beta'
  readonly fivePrime: string
  readonly stop: string
  readonly preset: string
}

export interface GateResult {
  readonly check: string
  readonly verdict: 'holds' | 'fails' | 'not-applicable'
  readonly observed: string
  readonly expected: string
}

export interface Construct {
  readonly id: ConstructId
  readonly receptorId: string
  readonly declaration: Declaration
  readonly status: 'ready' | 'refused'
  readonly insert: string
  readonly protein: string
  readonly sha256: string
  readonly parts: readonly ConstructPart[]
  readonly cai: number
  readonly gc: number
  readonly notBestCodons: number
  readonly gate: readonly GateResult[]
  readonly caveats: readonly Caveat[]
  readonly leaderAlphaAa: string
  readonly leaderBetaAa: string
  readonly junctionAlphaNt: string
  readonly junctionBetaNt: string
}

export const KOZAK = 'GCCGCCACC'
export const STOP = 'TAA'

export const failedChecks = (gate: readonly GateResult[]): readonly string[] =>
  gate.filter(result => result.verdict === 'fails').map(result => result.check)
