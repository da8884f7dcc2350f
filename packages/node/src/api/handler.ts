// What a handler is given, and what it answers.
import { type Issue, type Json, ok, type Result } from '@cognate/core/base'
import type { OpenRecord } from '../store/open-record.ts'
import type { Clock } from '../store/record-clock.ts'
import type { Cases } from './case-handlers.ts'
import type { Credentials } from './credentials.ts'
import type { PersonKeys } from './person.ts'
import type { Call } from './server.ts'
import type { TrialPlace } from './trial-desk.ts'

export interface Answer {
  readonly body: unknown
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Session token to set; empty ends it. */
  readonly cookie?: string
  /** Token of the station, to be kept. */
  readonly stationCookie?: string
}
export type Handled = Result<Answer, Issue>
export type Handler = (call: Call) => Promise<Handled>

export interface HandlerTools {
  readonly record: OpenRecord
  readonly credentials: Credentials
  readonly clock: Clock
  readonly personKeys: PersonKeys
  readonly metrics: { readonly requests: ReadonlyMap<string, number>; readonly milliseconds: number }
  /** Undefined: the server was given no folder of cases. */
  readonly cases: Cases | undefined
  /** Undefined: the server was given no folder of trials. */
  readonly trials: TrialPlace | undefined
  /** Commands of the record are taken from registered stations alone. */
  readonly stationsOnly: boolean
  readonly setup: { readonly token: () => string | undefined; readonly used: () => void }
}

/** Handlers by the names of their routes. */
export type Handlers = Readonly<Record<string, Handler>>

export const done = (body: unknown, more: Omit<Answer, 'body'> = {}): Handled => ok({ body, ...more })
/** A field of a body as text; empty where it is not there. */
export const text = (body: Json, name: string): string => String((body as Record<string, Json>)[name] ?? '')
