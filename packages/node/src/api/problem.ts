// Issues as RFC 9457 problem documents: one place where a code becomes a status. Nothing of a problem tells identifying data: issues hold ids and rules.
import type { Issue } from '@cognate/core/base'

const STATUS: Readonly<Record<string, number>> = {
  input: 422,
  body: 400,
  'not-found': 404,
  'no-route': 404,
  'sign-in': 401,
  'signature-required': 428,
  'signature-spent': 403,
  'signature-other': 409,
  'signature-refused': 403,
  csrf: 403,
  role: 403,
  'training-expired': 403,
  'account-disabled': 403,
  'station-unknown': 403,
  'station-code': 403,
  'other-site': 403,
  'other-study': 403,
  locked: 429,
  'rate-limit': 429,
  stale: 412,
  'idempotency-key': 422,
  'idempotency-busy': 409,
  'store-unavailable': 503,
  'files-unreachable': 503,
  'payload-too-large': 413,
  'media-type': 415,
  'file-kind': 415,
  bug: 500,
}

/** What is not named is a conflict with what the record says. */
export const statusOf = (problem: Issue): number => STATUS[problem.code] ?? (problem.code.startsWith('separation-') ? 403 : 409)

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly instance: string
}

export const problemOf = (problem: Issue, request: string): Problem & Readonly<Record<string, unknown>> => {
  const { code, what, remedy, ...more } = problem
  return {
    type: `urn:cognate:issue:${code}`,
    title: what,
    status: statusOf(problem),
    detail: remedy,
    code,
    instance: `urn:cognate:request:${request}`,
    ...more,
  }
}
