// Whether a duty on a lot is somebody's. The record decides again.
import { type Action, MATRIX, type Role } from '@cognate/core/access'
import type { Desk } from '../../client/desk.ts'

export interface Duty extends Desk {
  /** After something was done. */
  readonly again: () => void
}

/** By role, and not by who did the thing itself: the second person is another one. */
export const isTheirs = ({ who }: Desk, action: Action, doneBy: string): boolean =>
  who.account !== doneBy && who.roles.some(role => (MATRIX[action] as readonly Role[]).includes(role))
