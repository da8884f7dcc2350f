// iRECIST (doi:10.1016/S1470-2045(17)30074-8): a first progression is unconfirmed (iUPD); the next assessment confirms it (iCPD), leaves it, or opens iSD, iPR, iCR again.
// One row of the paper's table prints "> 5 mm" where all others say "≥ 5 mm": ≥ is used.
import { type Length, ofMillimetres } from './length.ts'
import type { TargetResponse } from './recist.ts'

export type ImmuneResponse = 'iCR' | 'iPR' | 'iSD' | 'iUPD' | 'iCPD' | 'NON-iCR/NON-iUPD' | 'NE'

/** What one assessment shows, against baseline and nadir as in RECIST 1.1. */
export interface ImmuneFinding {
  readonly target: TargetResponse | undefined
  /** `PD`: unequivocal progression of non-target lesions. */
  readonly nonTarget: 'CR' | 'NON-CR/NON-PD' | 'PD' | 'NE' | undefined
  readonly newLesion: boolean
  readonly targetSum: Length | undefined
  /** Sum of measured new lesions, and how many new lesions there are. */
  readonly newSum: Length
  readonly newCount: number
  /** Non-target disease, or new lesions that are not measured, grew at all since the assessment before. */
  readonly nonTargetGrew: boolean
  readonly newNonTargetGrew: boolean
}

const GROWTH = ofMillimetres(5)

/** Responses in order; each progression is held against the assessment at which it was first seen. */
export function immuneResponses(findings: readonly ImmuneFinding[]): readonly ImmuneResponse[] {
  const responses: ImmuneResponse[] = []
  let unconfirmed: ImmuneFinding | undefined
  for (const [i, finding] of findings.entries()) {
    const before = findings[i - 1]
    const response = respond(finding, unconfirmed, before)
    if (response === 'iUPD') unconfirmed ??= finding
    // shrinkage re-opens: the bar has to be passed anew
    else if (response !== 'NE') unconfirmed = undefined
    responses.push(response)
  }
  return responses
}

function respond(finding: ImmuneFinding, unconfirmed: ImmuneFinding | undefined, before: ImmuneFinding | undefined): ImmuneResponse {
  const { target, nonTarget } = finding
  if (unconfirmed !== undefined) {
    const since = before ?? unconfirmed
    const grew = (now: Length | undefined, then: Length | undefined) => now !== undefined && then !== undefined && now - then >= GROWTH
    const further =
      (target === 'PD' && grew(finding.targetSum, unconfirmed.targetSum)) ||
      (nonTarget === 'PD' && finding.nonTargetGrew) ||
      (finding.newLesion && (grew(finding.newSum, unconfirmed.newSum) || finding.newNonTargetGrew || finding.newCount > since.newCount))
    if (further) return 'iCPD'
  }
  const newNow = finding.newLesion && (unconfirmed === undefined || finding.newCount > 0)
  if (target === 'PD' || nonTarget === 'PD' || newNow) return 'iUPD'
  if (target === undefined) return nonTarget === 'CR' ? 'iCR' : nonTarget === 'NON-CR/NON-PD' ? 'NON-iCR/NON-iUPD' : 'NE'
  if (target === 'NE') return 'NE'
  if (target === 'CR') return nonTarget === undefined || nonTarget === 'CR' ? 'iCR' : 'iPR'
  return target === 'PR' ? 'iPR' : 'iSD'
}

/** iBOR: best of iCR, iPR, iSD before the first iCPD; with none of these iCPD, else iUPD, else NE. No confirmation of iCR or iPR unless a trial asks for it. */
export function bestImmuneResponse(responses: readonly ImmuneResponse[]): ImmuneResponse {
  const confirmed = responses.indexOf('iCPD')
  const open = confirmed < 0 ? responses : responses.slice(0, confirmed)
  const best = (['iCR', 'iPR', 'iSD', 'NON-iCR/NON-iUPD'] as const).find(kind => open.includes(kind))
  if (best !== undefined) return best
  return confirmed >= 0 ? 'iCPD' : responses.includes('iUPD') ? 'iUPD' : 'NE'
}
