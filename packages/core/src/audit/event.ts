// One entry of the audit log: who did what to which record, when, why, and the hashes of every row it wrote. The stored text is the canonical JSON (RFC 8785) and is never
// written again; quantities inside are decimal texts, because JSON numbers are doubles and would alter 0.10.
import { canonicalJson, type Issue, isCanonicalText, type Json, ok, type Result, refuse } from '../base/index.ts'

/** The two logs of a site: what was changed, and who looked at or was refused what. */
export const LOGS = ['record', 'access'] as const
export type LogName = (typeof LOGS)[number]

/** Why a person signed (21 CFR 11.50(a)(3)). */
export const MEANINGS = [
  'opened',
  'performed',
  'verified',
  'reviewed',
  'approved',
  'released',
  'released conditionally',
  'accepts',
  'rejected',
  'recalled',
  'adjudicated',
] as const
export type Meaning = (typeof MEANINGS)[number]

/** A row that the event wrote, by the SHA-256 of its canonical JSON. */
export interface RowMark {
  readonly table: string
  readonly id: string
  readonly version: number
  readonly sha256: string
}

export interface EventActor {
  readonly account: string
  readonly role: string
  /** SHA-256 of the session token: which sitting, without the secret. */
  readonly session: string
  readonly factors: readonly string[]
  readonly station: string
}

export interface EventSignature {
  readonly account: string
  /** Printed name of the signer at that time. */
  readonly name: string
  readonly meaning: Meaning
  /** SHA-256 of `shownText` of the event: exactly what was on the screen. */
  readonly shown_sha256: string
  /** How the signer proved to be the signer at that moment. */
  readonly method: string
}

export interface AuditEvent {
  readonly v: 1
  readonly log: string
  readonly index: number
  /** RFC 3339, UTC, milliseconds; never before the event before it. */
  readonly time: string
  /** `system`, or `held` where the clock stood behind the log; milliseconds of a clock that nobody sets, with the process it belongs to. */
  readonly clock: { readonly source: 'system' | 'held'; readonly process: string; readonly monotonic: string }
  readonly actor: EventActor
  /** What was asked: the command and its input as it was read. */
  readonly command: string
  readonly input: Json
  /** What it came to; another than the command where the answer is a stop. */
  readonly action: string
  /** `version`: that which the event made, or 0 where it made none. */
  readonly entity: { readonly kind: string; readonly id: string; readonly version: number }
  readonly change: readonly { readonly path: string; readonly old: Json; readonly new: Json }[]
  readonly reason: string
  readonly rows: readonly RowMark[]
  /** SHA-256 of attached files. */
  readonly files: readonly string[]
  readonly request: string
  readonly signature: EventSignature | null
}

/** What a signer is shown and signs: the command with every value of it, on that version of that record, and what the signature means. */
export const shownText = (command: string, entity: AuditEvent['entity'], input: Json, meaning: Meaning): string =>
  canonicalJson({ command, entity, input, meaning } as unknown as Json)

export const eventText = (event: AuditEvent): string => canonicalJson(event as unknown as Json)

const KEYS = [
  'action',
  'actor',
  'change',
  'clock',
  'command',
  'entity',
  'files',
  'index',
  'input',
  'log',
  'reason',
  'request',
  'rows',
  'signature',
  'time',
  'v',
]
const MEMBERS = KEYS.join()
const HEX = /^[0-9a-f]{64}$/

/** Reads a line of an export: canonical JSON of an event and nothing else. Errors: `event-malformed`. */
export function parseEvent(text: string): Result<AuditEvent, Issue> {
  const wrong = (what: string) =>
    refuse('event-malformed', `the line is no event: ${what}`, 'the export was changed; take it again from the record')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return wrong('it is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong('it is no object')
  if (!isCanonicalText(text, parsed as Json)) return wrong('it is not in canonical form')
  const event = parsed as AuditEvent
  if (Object.keys(event).join() !== MEMBERS) return wrong('its members are not those of an event')
  if (event.v !== 1) return wrong(`version ${event.v} is not known`)
  if (!Number.isSafeInteger(event.index) || event.index < 0) return wrong('its index is no whole number')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(event.time)) return wrong('its time is not UTC with milliseconds')
  if (!Array.isArray(event.rows) || event.rows.some(row => !HEX.test(row.sha256) || !Number.isSafeInteger(row.version) || row.version < 1))
    return wrong('a row mark is damaged')
  if (!Array.isArray(event.files) || event.files.some(file => !HEX.test(file))) return wrong('a file mark is damaged')
  return ok(event)
}

/** A regulated row as it is stored, exported and hashed; `row_sha256` is the hash of the canonical JSON of the rest. */
export interface RecordRow {
  readonly id: string
  readonly version: number
  /** What it belongs to, such as the lot of a step; empty where nothing. */
  readonly parent: string
  readonly valid_from: string
  readonly event_index: number
  readonly data: { readonly [key: string]: Json | undefined }
}

export const rowText = (table: string, row: RecordRow): string =>
  canonicalJson({
    table,
    id: row.id,
    version: row.version,
    parent: row.parent,
    valid_from: row.valid_from,
    event_index: row.event_index,
    data: row.data,
  })
