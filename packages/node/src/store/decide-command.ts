// One request on the rows as they are now: who may, what is decided, who signed, and the rows and the event that come of it. Writes nothing itself.
import { randomBytes } from 'node:crypto'
import { ANYWHERE, authorise, type Role } from '@cognate/core/access'
import { type AuditEvent, type Meaning, rowText } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { type AccountData, type CommandContext, changesOf, type Decision, RowSet, standingOf } from '@cognate/core/record'
import type pg from 'pg'
import { actorOf, type CommandAnswer, type CommandRequest, hashText } from './command-request.ts'
import { type EventLog, type LogEntry, logEntry } from './event-log.ts'
import type { Instant, RecordClock } from './record-clock.ts'
import type { RowReader } from './row-reader.ts'
import { type Proofs, signatureFor } from './step-up.ts'
import type { StoredRow } from './stored-row.ts'

/** A decided request: what the transaction has to write. */
export interface Written {
  readonly entry: LogEntry
  readonly rows: readonly StoredRow[]
  readonly answer: Result<CommandAnswer, Issue>
  readonly meaning: Meaning | undefined
}

export const isRelease = ({ meaning }: Written): boolean => meaning === 'released' || meaning === 'released conditionally'

interface Stamp extends Instant {
  readonly role: Role
  readonly index: number
  readonly signature: AuditEvent['signature']
}

export class CommandDecider {
  readonly #reader: RowReader
  readonly #log: EventLog
  readonly #clock: RecordClock
  constructor(reader: RowReader, log: EventLog, clock: RecordClock) {
    this.#reader = reader
    this.#log = log
    this.#clock = clock
  }

  async #rowsFor(client: pg.Client, request: CommandRequest): Promise<RowSet> {
    const rows = new RowSet()
    const account = { table: 'account' as const, id: request.asker.account }
    rows.read([account], [], await this.#reader.read(client, [account], []))
    for (let round = 0; round < 8; round++) {
      const missing = rows.missing(request.command.needs(request.input, rows))
      if (missing.rows.length === 0 && missing.parents.length === 0) return rows
      rows.read(missing.rows, missing.parents, await this.#reader.read(client, missing.rows, missing.parents))
    }
    throw new Error(`${request.command.name} never stops needing rows`)
  }

  /** Reads what the command needs, decides, and makes what the transaction has to write under the event's number. */
  async decide(client: pg.Client, request: CommandRequest, index: number, proofs: Proofs): Promise<Result<Written, Issue>> {
    const { command, input, asker } = request
    const rows = await this.#rowsFor(client, request)
    const account = rows.get<AccountData>('account', asker.account)
    if (account === undefined) return fail(issue('account-unknown', `there is no account ${asker.account}`, 'sign in again'))
    const actor = standingOf(asker.account, account.data)
    const { at, clock } = this.#clock.instant(this.#log)
    const role = authorise(actor, command.action, command.place(input, rows) ?? ANYWHERE, at)
    if (!role.ok) return role
    const context: CommandContext = { actor, at, random: randomBytes(32) }
    const decision = command.decide(input, rows, context)
    if (!decision.ok) return decision
    const { entity } = decision.value
    // what the event is about may have been read by nobody, where it is new under an id of the decision's own making
    if (this.#reader.versionOf(entity) === undefined) await this.#reader.read(client, decision.value.writes, [])
    for (const write of decision.value.writes) if (this.#reader.versionOf(write) === undefined) await this.#reader.read(client, [write], [])
    const before = this.#reader.versionOf(entity) ?? 0
    if (request.ifVersion !== undefined && request.ifVersion !== before)
      return fail(
        issue(
          'stale',
          `${entity.table} ${entity.id} has version ${before}, you saw ${request.ifVersion}`,
          'read it again and decide on what it says now',
        ),
      )
    const signed = signatureFor(request, actor.name, { kind: entity.table, id: entity.id, version: before + 1 }, proofs, at)
    if (!signed.ok) return signed
    return ok(this.write(request, decision.value, { role: role.value, index, at, clock, signature: signed.value }, rows))
  }

  /** Rows and event of a decision. */
  write(request: CommandRequest, decision: Decision, stamp: Stamp, known: RowSet): Written {
    const { command, asker } = request
    const { index, at, signature } = stamp
    const writes =
      signature === null
        ? decision.writes
        : [
            ...decision.writes,
            {
              table: 'signature' as const,
              id: `sig:${index}`,
              parent: decision.entity.id,
              data: { ...signature, entity: { kind: decision.entity.table, id: decision.entity.id }, command: command.name, time: at },
            },
          ]
    const rows = writes.map((write): StoredRow => {
      const version = (this.#reader.versionOf(write) ?? 0) + 1
      const row = { table: write.table, id: write.id, version, parent: write.parent, data: write.data, valid_from: at, event_index: index }
      return { ...row, row_sha256: hashText(rowText(write.table, row)) }
    })
    const marks = rows.map(row => ({ table: row.table, id: row.id, version: row.version, sha256: row.row_sha256 }))
    const made = rows.find(row => row.table === decision.entity.table && row.id === decision.entity.id)
    const entity = { kind: decision.entity.table, id: decision.entity.id, version: made?.version ?? 0 }
    const event: AuditEvent = {
      v: 1,
      log: this.#log.signer.origin,
      index,
      time: at,
      clock: stamp.clock,
      actor: actorOf(asker, stamp.role),
      command: command.name,
      input: request.input,
      action: decision.action ?? command.name,
      entity,
      change: decision.writes.flatMap(write =>
        changesOf(`${write.table}/${write.id}`, known.peek(write.table, write.id)?.data, write.data),
      ),
      reason: decision.reason,
      rows: marks,
      files: decision.files ?? [],
      request: asker.request,
      signature,
    }
    const answer: CommandAnswer = { index, entity, at, rows: marks, alerts: decision.alerts ?? [] }
    return {
      entry: logEntry(event),
      rows,
      answer: decision.stop === undefined ? ok(answer) : fail(decision.stop),
      meaning: signature?.meaning,
    }
  }
}
