// One hashed log in the database: its tree in memory, its head, its checkpoints. Appending happens inside a transaction that holds the log's lock; the tree follows after the commit.
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditEvent, eventText, type LogName, leafHash, MerkleTree } from '@cognate/core/audit'
import { type Issue, ok, type Result, toHex } from '@cognate/core/base'
import type pg from 'pg'
import { type Signer, sha256 } from './signer.ts'

const LOCKS: Readonly<Record<LogName, number>> = { record: 74_620_002, access: 74_620_003 }

const utf8 = new TextEncoder()

/** An event as the log takes it: its text, and what is asked of it often. */
export interface LogEntry {
  readonly text: string
  readonly entity: string
  /** ms. */
  readonly time: number
}

const entryOf = (text: string, event: AuditEvent): LogEntry => ({ text, entity: event.entity.id, time: Date.parse(event.time) })
export const logEntry = (event: AuditEvent): LogEntry => entryOf(eventText(event), event)

export class EventLog {
  readonly name: LogName
  readonly signer: Signer
  readonly #table: string
  readonly #checkpointFile: string
  tree = new MerkleTree(sha256)
  /** Time of the last event, ms. */
  lastTime = Number.NEGATIVE_INFINITY
  sealed = 0
  /** Told of every new checkpoint. */
  onSealed: ((note: string, size: number) => void) | undefined

  constructor(name: LogName, signer: Signer, folder: string) {
    this.name = name
    this.signer = signer
    this.#table = `${name}_event`
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#checkpointFile = join(folder, `${name}.txt`)
  }

  /** Statements that take the log's lock and tell its head; to be run in a transaction. */
  get lockSql(): string {
    return `SELECT pg_advisory_xact_lock(${LOCKS[this.name]}); SELECT coalesce(max(index) + 1, 0)::text AS size FROM ${this.#table}`
  }

  /** Reads what other processes appended. True: there was something, so kept rows are stale. */
  async follow(client: pg.ClientBase, size: number): Promise<boolean> {
    if (size === this.tree.size) return false
    if (size < this.tree.size) throw new Error(`log-rewritten: ${this.signer.origin} went from ${this.tree.size} to ${size} events`)
    while (this.tree.size < size) {
      const { rows } = await client.query<{ index: string; text: string }>(
        `SELECT e.index::text AS index, e.text FROM ${this.#table} AS e WHERE e.index >= $1 ORDER BY e.index LIMIT 5000`,
        [this.tree.size],
      )
      if (rows.length === 0) throw new Error(`log-rewritten: ${this.signer.origin} has a gap at ${this.tree.size}`)
      for (const row of rows) {
        if (Number(row.index) !== this.tree.size) throw new Error(`log-rewritten: ${this.signer.origin} has a gap at ${this.tree.size}`)
        this.note(entryOf(row.text, JSON.parse(row.text) as AuditEvent))
      }
    }
    return true
  }

  /** An event that is committed. */
  note({ text, time }: LogEntry): void {
    this.tree.append(leafHash(sha256, utf8.encode(text)))
    if (time > this.lastTime) this.lastTime = time
  }

  async insert(client: pg.ClientBase, from: number, entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return
    await client.query({
      name: `insert-${this.#table}`,
      text: `INSERT INTO ${this.#table} (index, text, entity) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])`,
      values: [entries.map((_, i) => from + i), entries.map(entry => entry.text), entries.map(entry => entry.entity)],
    })
  }

  /** Signs the present size and root; kept in the database and in a file outside it. Errors: `log-rewritten`. */
  async seal(client: pg.ClientBase): Promise<Result<string | undefined, Issue>> {
    const size = this.tree.size
    if (size === this.sealed) return ok(undefined)
    const note = this.signer.seal(size, this.tree.root(), older => toHex(this.tree.root(older.size)) === toHex(older.root))
    if (!note.ok) return note
    const file = openSync(this.#checkpointFile, 'a', 0o600)
    try {
      appendFileSync(file, `${note.value}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    await client.query('INSERT INTO checkpoint (log, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      this.signer.origin,
      size,
      note.value,
    ])
    this.sealed = size
    this.onSealed?.(note.value, size)
    return note
  }
}
