// A command of the record: what a person asks to be written, which rows it needs to know, who may ask, what it means to sign it, and the pure decision. The store reads the rows, decides,
// and writes rows and event in one transaction; nobody else writes. Routes, documentation, command line and role tests are made from these definitions.
import { z } from 'zod'
import type { Action, Place, Role, Standing } from '../access/index.ts'
import type { Meaning } from '../audit/index.ts'
import type { Issue, Json, Result } from '../base/index.ts'

/** Regulated tables: rows are added as versions, never changed. */
export const TABLES = [
  'account',
  'subject',
  'therapy',
  'specimen',
  'selection',
  'construct',
  'template',
  'donor',
  'material',
  'movement',
  'equipment',
  'lot',
  'step',
  'result',
  'oos',
  'deviation',
  'container',
  'custody',
  'dose_order',
  'scan',
  'infusion',
  'follow_up',
  'recall',
  'station',
  'signature',
] as const
export type Table = (typeof TABLES)[number]

export interface RowRef {
  readonly table: Table
  readonly id: string
}

export type RowData = { readonly [key: string]: Json | undefined }

/** The newest version of a row. */
export interface Row<T = RowData> {
  readonly table: Table
  readonly id: string
  readonly version: number
  readonly parent: string
  readonly data: T
}

/** Rows that a decision was given. Asking for one that was not read is a bug and throws. */
export interface Rows {
  get<T = RowData>(table: Table, id: string): Row<T> | undefined
  /** The row where it was read already, for `needs` and `place`, which are asked before everything is there. */
  peek<T = RowData>(table: Table, id: string): Row<T> | undefined
  /** All rows of the table that belong to `parent`, in the order of their ids. */
  of<T = RowData>(table: Table, parent: string): readonly Row<T>[]
  /** Those of them that were read already, as `peek`. */
  peekOf<T = RowData>(table: Table, parent: string): readonly Row<T>[]
}

/** What has to be read; asked again after each reading until nothing new is named. */
export interface Needs {
  readonly rows?: readonly RowRef[]
  /** Everything that belongs to these. */
  readonly parents?: readonly string[]
}

export interface RowWrite {
  readonly table: Table
  readonly id: string
  readonly parent: string
  readonly data: RowData
}

/** Somebody has to be told: shown on the board and in the answer; delivery is the site's. */
export interface Alert {
  readonly to: readonly Role[]
  readonly text: string
}

export interface Decision {
  /** What the event is about. */
  readonly entity: RowRef
  readonly writes: readonly RowWrite[]
  readonly reason: string
  readonly files?: readonly string[]
  readonly alerts?: readonly Alert[]
  /** Written as another action than the command's own, such as `identity-mismatch`. */
  readonly action?: string
  /** What was written is itself a stop: the asker gets this issue, and the event stands. */
  readonly stop?: Issue
}

export interface CommandContext {
  readonly actor: Standing & { readonly name: string }
  /** RFC 3339, UTC, ms. */
  readonly at: string
  /** What chance gave for this request: 32 bytes, for ids. */
  readonly random: Uint8Array
}

export interface RecordCommand<Input = unknown> {
  /** `lot.open`: also the action of its event. */
  readonly name: string
  /** Below `/api/v1/`; `:id` is the entity's id and becomes `input.id`. */
  readonly path: string
  readonly title: string
  readonly action: Action
  /** The meaning of the signature it needs; undefined where none is needed. */
  readonly meaning?: Meaning
  readonly input: z.ZodType<Input>
  /** What has happened to the lot afterwards, in the words of its machine; undefined: the command is no lot’s. */
  readonly event?: string
  needs(input: Input, rows: Rows): Needs
  /** Site and study that it touches, for the scope of roles. */
  place(input: Input, rows: Rows): Place
  decide(input: Input, rows: Rows, context: CommandContext): Result<Decision>
}

/** Keeps the input's type inside the definition and forgets it outside. */
export const defineCommand = <Input>(command: RecordCommand<Input>): RecordCommand => command as unknown as RecordCommand

/** Identifiers that people and machines write: no white space, nothing that a path or a CSV would read as its own. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:*+-]{0,79}$/, 'an id has 1 to 80 letters, digits and . _ : * + -, and begins with a letter or digit')
export const textSchema = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(/^[^\u0000]*$/, 'a NUL is no text')
/** An instant, UTC or with its offset. */
export const instantSchema = z.iso.datetime({ offset: true })
export const daySchema = z.iso.date()
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits')
/** Of a file that is attached: whoever fills in a form chooses the file. */
export const fileSchema = sha256Schema.meta({ 'x-file': true })
/** A decimal as typed; JSON numbers are doubles and are not taken. */
export const decimalSchema = z
  .string()
  .regex(/^[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?$/, 'a decimal has digits and a point, such as 0.25 or 1e8; no commas')
