// One receptor × mutation with all its evidence: what the choice is made from.
import type { Caveat } from '../base/index.ts'

export type EvidenceLevel = 0 | 1 | 2 | 3 | 4

/** What a screen said of a receptor and one mutation. */
export interface ScreenEvidence {
  readonly neoantigenId: string
  /** Positive single minigene or long peptide, by plate. */
  readonly positivePlates: readonly string[]
  /** Wells of the positive plate with most of them. */
  readonly positiveWells: number
  /** Positive in a pool or construct that holds other mutations too. */
  readonly pooled: boolean
  readonly deconvolved: boolean
  /** Undefined: not tested. */
  readonly wildTypePositive: boolean | undefined
  readonly ec50: number | undefined
  /** EC50 of the wild type over that of the mutant, or a bound that it exceeds. */
  readonly mutantOverWildType: number | undefined
  /** Allele shown by single-allele presenters or by the titration; empty: not shown. */
  readonly hla: string
  readonly ambiguousHla: boolean
}

export interface Candidate {
  readonly receptorId: string
  readonly clonotypeId: string
  readonly lineage: string
  readonly cells: number
  readonly lesions: number
  readonly flags: readonly string[]
  /** Other alpha × beta pairs of the clonotype that were not tested. */
  readonly untestedPairs: number
  /** Shortlisted by a signature, or known from a database. */
  readonly suspected: boolean
  readonly evidence: ScreenEvidence | undefined
  /** `KRAS G12D`; empty when nothing was shown. */
  readonly mutation: string
  readonly hlaStatus: 'kept' | 'lost' | 'unknown'
  readonly isPatientsHla: boolean | undefined
  readonly expression: number | undefined
  /** Cancer cell fraction, 0-1. */
  readonly ccf: number | undefined
  readonly safety: { readonly red: number; readonly untestedRed: number } | undefined
  readonly constructStatus: string | undefined
  readonly caveats: readonly Caveat[]
}

/** Wild type weaker by at least this counts as specific; unverified. */
export const SPECIFIC_FOLD = 10
const WELLS = 2
const REPEATS = 2

/**
 * 4: EC50 of a minimal peptide on a named HLA, wild type silent or ten times weaker. 3: positive alone in two wells and on two plates, wild type negative.
 * 2: a deconvolved or pooled hit, or positive without wild-type control. 1: signature or database. 0: nothing.
 */
export function evidenceLevel({ evidence, suspected }: Candidate): EvidenceLevel {
  if (evidence !== undefined) {
    const silent = evidence.wildTypePositive === false
    const specific = evidence.mutantOverWildType !== undefined ? evidence.mutantOverWildType >= SPECIFIC_FOLD : silent
    if (evidence.ec50 !== undefined && evidence.hla !== '' && specific) return 4
    if (evidence.positivePlates.length >= REPEATS && evidence.positiveWells >= WELLS && silent) return 3
    if (evidence.positivePlates.length > 0 || evidence.pooled || evidence.deconvolved || evidence.ec50 !== undefined) return 2
  }
  return suspected ? 1 : 0
}

export type Gate =
  | 'evidence'
  | 'wild-type-reactive'
  | 'red-word'
  | 'hla-not-patients'
  | 'hla-lost'
  | 'not-expressed'
  | 'viral-match'
  | 'construct-impossible'
  | 'pair-unproven'

export const GATE_TEXT: Readonly<Record<Gate, string>> = {
  evidence: 'evidence below level 3',
  'wild-type-reactive': 'sees the wild type too',
  'red-word': 'an off-target word of class red is untested or positive',
  'hla-not-patients': "the restricting HLA is not the patient's",
  'hla-lost': 'the tumour lost the restricting HLA',
  'not-expressed': 'the mutation is not expressed',
  'viral-match': 'both chains are known from a virus',
  'construct-impossible': 'no construct passed every check',
  'pair-unproven': 'the clonotype has another chain pair that was not tested',
}

/** Evidence from this level on is enough. */
export const GATE_LEVEL = 3

export function failedGates(candidate: Candidate): readonly Gate[] {
  const { evidence } = candidate
  const failed: Gate[] = []
  if (evidenceLevel(candidate) < GATE_LEVEL) failed.push('evidence')
  if (evidence?.wildTypePositive === true && !((evidence.mutantOverWildType ?? 0) >= SPECIFIC_FOLD)) failed.push('wild-type-reactive')
  else if (evidence?.mutantOverWildType !== undefined && evidence.mutantOverWildType < SPECIFIC_FOLD) failed.push('wild-type-reactive')
  if (candidate.safety !== undefined && candidate.safety.untestedRed > 0) failed.push('red-word')
  if (candidate.isPatientsHla === false) failed.push('hla-not-patients')
  if (candidate.hlaStatus === 'lost') failed.push('hla-lost')
  if (candidate.expression === 0) failed.push('not-expressed')
  if (candidate.flags.includes('viral-match')) failed.push('viral-match')
  if (candidate.constructStatus !== undefined && candidate.constructStatus !== 'ready') failed.push('construct-impossible')
  if (candidate.untestedPairs > 0) failed.push('pair-unproven')
  return failed
}
