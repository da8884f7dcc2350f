// Who sits before the screen, and what they may ask the record to write.
import type { WhoAnswer } from './answers.ts'
import type { CommandForm } from './command-forms.ts'
import type { Client } from './record-client.ts'

export interface Desk {
  readonly client: Client
  readonly who: WhoAnswer
  /** The commands of this person's roles; empty until the interface has been read. */
  readonly forms: readonly CommandForm[]
}
