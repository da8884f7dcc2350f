// What a new password may be: long, not the account's name, not known, and not what a program guesses first (zxcvbn: common passwords, keyboard walks, repeats,
// dates; Wheeler 2016, USENIX Security). Nothing is asked of its letters.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

const LEAST = 15
export const PASSWORD_MOST = 256
/** Of zxcvbn's scale of 0-4: at least a hundred million guesses. */
const LEAST_SCORE = 3
/** What is looked at of a very long one: the time it takes grows faster than its length. */
const LOOKED_AT = 72

let guesser: ZxcvbnFactory | undefined

/** `breached`: passwords known from breaches, a site's own list. Errors: `password`. */
export function checkPassword(account: string, password: string, breached?: ReadonlySet<string>): Result<undefined, Issue> {
  const wrong = (what: string) =>
    fail(issue('password', what, `use ${LEAST} characters or more; a sentence is good; nothing else is asked of it`))
  const length = [...password].length
  if (length < LEAST) return wrong(`the password has ${length} characters`)
  if (length > PASSWORD_MOST) return wrong(`the password has more than ${PASSWORD_MOST} characters`)
  if (new Set(password.toLowerCase()).size < 5) return wrong('the password repeats a few characters')
  if (password.toLowerCase().includes(account.toLowerCase()) && length < account.length + LEAST)
    return wrong('the password is little more than the account')
  if (breached?.has(password) === true) return wrong('the password is known from a breach')
  guesser ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
  return guesser.check(password.slice(0, LOOKED_AT), [account, 'cognate']).score < LEAST_SCORE
    ? wrong('the password is among those that are guessed first: a common one, a repeat, or a walk over the keyboard')
    : ok(undefined)
}
