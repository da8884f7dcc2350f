// Policies: may this person do this here, now? Pure functions that answer with a value or the reason; the server asks before every action, the browser before it shows a button.
import { ok, type Result, refuse } from '../base/index.ts'
import { type Action, MATRIX, type Role } from './role.ts'

/** Roles hold at one site, for the studies listed, while training is valid. */
export interface Standing {
  readonly account: string
  readonly roles: readonly Role[]
  readonly site: string
  readonly studies: readonly string[]
  /** RFC 3339; a role without valid training is inactive. */
  readonly trainedUntil: string
  readonly disabled: boolean
}

/** Where the action happens; empty where it concerns no site or study, such as a reagent used for all. */
export interface Place {
  readonly site: string
  readonly study: string
}

export const ANYWHERE: Place = { site: '', study: '' }

/** The role that allows the action. Errors, all with status 403: `account-disabled`, `training-expired`, `other-site`, `other-study`, `role`. */
export function authorise(standing: Standing, action: Action, place: Place, at: string): Result<Role> {
  const remedy = 'ask somebody who holds the role, or the security officer for it'
  if (standing.disabled) return refuse('account-disabled', `${standing.account} is disabled`, remedy)
  const role = standing.roles.find(held => (MATRIX[action] as readonly Role[]).includes(held))
  if (role === undefined)
    return refuse('role', `${standing.roles.join(', ') || 'no role'} does not carry "${action}"; ${MATRIX[action].join(', ')} does`, remedy)
  if (Date.parse(standing.trainedUntil) < Date.parse(at))
    return refuse(
      'training-expired',
      `the training of ${standing.account} ended on ${standing.trainedUntil}`,
      'renew the training, then the role is active again',
    )
  if (place.site !== '' && place.site !== standing.site)
    return refuse('other-site', `${standing.account} works at ${standing.site}, this belongs to ${place.site}`, remedy)
  if (place.study !== '' && !standing.studies.includes(place.study))
    return refuse('other-study', `${standing.account} is not of the study ${place.study}`, remedy)
  return ok(role)
}

/** Duties that one person may not hold together on one thing, whatever the roles. */
export const SEPARATIONS = {
  'second-person': 'who performed a step does not verify it',
  'analyst-reviewer': 'who entered a result does not review it',
  'author-approver': 'who wrote a template does not approve it',
  'releaser-maker': 'who releases a lot performed and verified nothing on it',
  'opener-closer': 'who opened a deviation does not close it',
  'own-roles': 'nobody changes their own roles',
  'proposer-applier': 'who proposed an account does not apply it',
  'giver-taker': 'who gives a container does not take it',
  'two-scanners': 'the two persons of a bedside verification are different, each with their own authentication',
} as const
export type Separation = keyof typeof SEPARATIONS

/** Errors: `separation-…`, where `person` is among `others`. */
export const separate = (rule: Separation, person: string, others: readonly string[]): Result<string> =>
  others.includes(person)
    ? refuse(
        `separation-${rule}`,
        `${person} may not do this: ${SEPARATIONS[rule]}`,
        'another person has to do it, signed in as themselves',
      )
    : ok(person)

/** Roles that may stand together on one account: administrators and security officers hold no other. Errors: `roles`. */
export function checkRoles(roles: readonly Role[]): Result<readonly Role[]> {
  const alone = roles.find(role => role === 'administrator' || role === 'security-officer')
  if (roles.length === 0) return refuse('roles', 'an account without a role can do nothing', 'give at least one role')
  if (alone !== undefined && roles.length > 1) return refuse('roles', `${alone} holds no other role`, 'make two accounts, or drop a role')
  return ok(roles)
}
