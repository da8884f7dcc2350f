// Best overall response, with or without confirmation: the rules of pharmaverse/admiralonco, parameters by name. Dates are days.
import type { OverallResponse } from './recist.ts'

/** ND: not done. */
export type AssessedResponse = OverallResponse | 'ND'
export type BestResponse = AssessedResponse | 'MISSING'

export interface DatedResponse {
  /** Day number. */
  readonly day: number
  readonly response: AssessedResponse
}

export interface ConfirmationRules {
  /** Days from start from which on a stable disease counts. */
  readonly stableMinDays: number
  /** Days between a response and the one that confirms it. */
  readonly minDays: number
  /** Assessments that could not be evaluated, at most, between the two. */
  readonly maxNotEvaluable: number
  /** A stable disease between two partial responses is let through. */
  readonly acceptStable: boolean
  /** A subject without any assessment is NE, not MISSING. */
  readonly missingAsNotEvaluable: boolean
}

export interface DatedBest {
  readonly response: BestResponse
  /** Undefined for a subject without an assessment. */
  readonly day: number | undefined
}

/** Assessments up to the first progression, in order of day. */
export function untilProgression(assessments: readonly DatedResponse[]): readonly DatedResponse[] {
  const ordered = assessments.toSorted((a, b) => a.day - b.day)
  const first = ordered.findIndex(assessment => assessment.response === 'PD')
  return first < 0 ? ordered : ordered.slice(0, first + 1)
}

/** A CR is confirmed by a CR at least `minDays` later with nothing but CR and few NE between; a PR by CR or PR, with no PR after a CR on the way. */
export function isConfirmed(assessments: readonly DatedResponse[], index: number, rules: ConfirmationRules): boolean {
  const { day, response } = assessments[index]!
  if (response !== 'CR' && response !== 'PR') return false
  const confirms = response === 'CR' ? ['CR'] : ['CR', 'PR']
  const end = assessments.findIndex((other, k) => k > index && confirms.includes(other.response) && other.day >= day + rules.minDays)
  if (end < 0) return false
  const stretch = assessments.slice(index + 1, end + 1).map(other => other.response)
  const count = (kind: AssessedResponse) => stretch.filter(other => other === kind).length
  if (count('NE') > rules.maxNotEvaluable) return false
  if (response === 'CR') return stretch.every(other => other === 'CR' || other === 'NE')
  if (!stretch.every(other => ['CR', 'PR', 'NE', 'SD'].includes(other)) || count('SD') > (rules.acceptStable ? 1 : 0)) return false
  const complete = stretch.indexOf('CR')
  return complete < 0 || stretch.lastIndexOf('PR') < complete
}

/** First day of a confirmed CR or PR. */
export const firstConfirmedResponse = (assessments: readonly DatedResponse[], rules: ConfirmationRules): number | undefined =>
  assessments.find((_, i) => isConfirmed(assessments, i, rules))?.day

/** First day of a CR or PR, confirmed or not. */
export const firstResponse = (assessments: readonly DatedResponse[]): number | undefined =>
  assessments.find(({ response }) => response === 'CR' || response === 'PR')?.day

type Candidate = readonly [BestResponse, (assessment: DatedResponse, index: number) => boolean]

/** `assessments` in order of day, up to progression; `start`: the day that stable disease is counted from. */
export function bestResponse(
  assessments: readonly DatedResponse[],
  start: number,
  rules: ConfirmationRules,
  confirmed: boolean,
): DatedBest {
  const is =
    (...kinds: readonly AssessedResponse[]) =>
    ({ response }: DatedResponse) =>
      kinds.includes(response)
  const late = ({ day }: DatedResponse) => day >= start + rules.stableMinDays
  const candidates: readonly Candidate[] = confirmed
    ? [
        ['CR', (a, i) => is('CR')(a) && isConfirmed(assessments, i, rules)],
        ['PR', (a, i) => is('PR')(a) && isConfirmed(assessments, i, rules)],
        ['SD', a => is('CR', 'PR', 'SD')(a) && late(a)],
        ['NON-CR/NON-PD', a => is('NON-CR/NON-PD')(a) && late(a)],
        ['PD', is('PD')],
        ['NE', is('CR', 'PR', 'SD', 'NON-CR/NON-PD', 'NE')],
        ['ND', is('ND')],
      ]
    : [
        ['CR', is('CR')],
        ['PR', is('PR')],
        ['SD', a => is('SD')(a) && late(a)],
        ['NON-CR/NON-PD', a => is('NON-CR/NON-PD')(a) && late(a)],
        ['PD', is('PD')],
        ['NE', is('SD', 'NON-CR/NON-PD', 'NE')],
        ['ND', is('ND')],
      ]
  for (const [response, fits] of candidates) {
    const found = assessments.find(fits)
    if (found !== undefined) return { response, day: found.day }
  }
  return { response: rules.missingAsNotEvaluable ? 'NE' : 'MISSING', day: undefined }
}
