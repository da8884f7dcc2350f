// Who looks at a lot, and whether a duty is theirs. The record decides again.
import { type Action, MATRIX, type Role } from '@cognate/core/access'
import type { WhoAnswer } from '../../client/answers.ts'
import type { Client } from '../../client/record-client.ts'

export interface Duty {
  readonly client: Client
  readonly who: WhoAnswer
  /** After something was done. */
  readonly again: () => void
}

/** By role, and not by who did the thing itself: the second person is another one. */
export const isTheirs = ({ who }: Duty, action: Action, doneBy: string): boolean =>
  who.account !== doneBy && who.roles.some(role => (MATRIX[action] as readonly Role[]).includes(role))
