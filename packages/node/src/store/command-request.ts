// What the record is asked and what it answers.
import { hash } from 'node:crypto'
import type { Role } from '@cognate/core/access'
import type { AuditEvent, Meaning } from '@cognate/core/audit'
import { canonicalJson, type Issue, type Json } from '@cognate/core/base'
import type { RecordCommand, Table } from '@cognate/core/record'

/** SHA-256 of a text as UTF-8, in hex. */
export const hashText = (text: string): string => hash('sha256', text, 'hex')

/** Who asks, from where, and with what proof. */
export interface Asker {
  readonly account: string
  /** SHA-256 of the session's token. */
  readonly session: string
  readonly factors: readonly string[]
  readonly station: string
  readonly request: string
}

/** The asker as an event names them. */
export const actorOf = ({ account, session, factors, station }: Asker, role: string): AuditEvent['actor'] => ({
  account,
  role,
  session,
  factors,
  station,
})

export interface CommandRequest {
  readonly command: RecordCommand
  readonly input: Json
  readonly asker: Asker
  /** SHA-256 of the step-up token. */
  readonly signature?: string
  /** Version that the asker saw. */
  readonly ifVersion?: number
  readonly idempotencyKey?: string
}

export interface CommandAnswer {
  readonly index: number
  readonly entity: { readonly kind: Table; readonly id: string; readonly version: number }
  readonly at: string
  readonly rows: readonly { readonly table: string; readonly id: string; readonly version: number; readonly sha256: string }[]
  readonly alerts: readonly { readonly to: readonly Role[]; readonly text: string }[]
}

/** What a signer has to see before signing. */
export interface SignatureWanted extends Issue {
  readonly code: 'signature-required'
  readonly meaning: Meaning
  readonly shown: string
  readonly shown_sha256: string
}

/** What an Idempotency-Key stands for: the same command on the same input. */
export const bodyHash = (request: CommandRequest): string =>
  hashText(canonicalJson({ command: request.command.name, input: request.input }))
