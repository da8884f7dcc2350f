// Whether a duty on a lot is somebody's. The record decides again.
import type { Action } from '@cognate/core/access'
import { mayDo } from '../../client/command-forms.ts'
import type { Desk } from '../../client/desk.ts'

export interface Duty extends Desk {
  /** After something was done. */
  readonly again: () => void
}

/** By role, and not by who did the thing itself: the second person is another one. */
export const isTheirs = ({ who }: Desk, action: Action, doneBy: string): boolean => who.account !== doneBy && mayDo(who, action)
