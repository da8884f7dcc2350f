// The record: requests wait in a line; whatever waits goes into one transaction that holds the log's lock, each request decided on rows as they are then; each is answered after the commit
// reached the disk. Rows and event are written together or not at all.
import { hash, randomBytes } from 'node:crypto'
import { ANYWHERE, authorise, type Role } from '@cognate/core/access'
import { type AuditEvent, type LogName, type Meaning, rowText, shownText, toHex } from '@cognate/core/audit'
import { canonicalJson, fail, type Issue, issue, type Json, ok, type Result } from '@cognate/core/base'
import {
  type AccountData,
  type CommandContext,
  changesOf,
  type Decision,
  type RecordCommand,
  type Row,
  RowSet,
  standingOf,
  type Table,
} from '@cognate/core/record'
import type pg from 'pg'
import { EventLog, type LogEntry, logEntry } from './event-log.ts'
import { RowReader } from './row-reader.ts'
import type { Signer } from './signer.ts'

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

export interface Clock {
  readonly now: () => number
  readonly monotonic: () => number
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

interface Waiting {
  readonly request: CommandRequest
  readonly answer: (result: Result<CommandAnswer, Issue>) => void
}

/** A decided request: what the transaction has to write. */
interface Written {
  readonly entry: LogEntry
  readonly rows: readonly StoredRow[]
  readonly answer: Result<CommandAnswer, Issue>
  readonly meaning: Meaning | undefined
}

interface StoredRow extends Row {
  readonly valid_from: string
  readonly event_index: number
  readonly row_sha256: string
}

const BATCH = 64
const SEAL_AFTER_EVENTS = 256
const SEAL_AFTER_MS = 1000
const CLOCK_SLACK_MS = 2000
/** Refusals that say nothing about conduct: a missing signature, a malformed request. */
const UNLOGGED = new Set(['signature-required', 'not-found', 'store-unavailable'])

export interface StoreOptions {
  readonly client: () => Promise<pg.Client>
  readonly pool: pg.Pool
  readonly signers: Readonly<Record<LogName, Signer>>
  readonly checkpointFolder: string
  /** Signs nothing: another program keeps the logs. */
  readonly reading?: boolean
  readonly clock?: Clock
  /** Called at named moments; tests of crashes end the process there. */
  readonly failpoint?: (name: 'before-write' | 'after-write' | 'after-commit' | 'after-checkpoint') => void
}

export class RecordStore {
  readonly logs: Readonly<Record<LogName, EventLog>>
  readonly pool: pg.Pool
  readonly #options: StoreOptions
  readonly #clock: Clock
  readonly #process = randomBytes(8).toString('hex')
  readonly #reader = new RowReader()
  readonly #line: Waiting[] = []
  #client: pg.Client | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #sealTimer: NodeJS.Timeout | undefined
  #closing = false
  /** Why writes are refused; undefined while all is well. */
  fault: string | undefined

  private constructor(options: StoreOptions) {
    this.#options = options
    this.#clock = options.clock ?? SYSTEM_CLOCK
    this.pool = options.pool
    const log = (name: LogName) => new EventLog(name, options.signers[name], options.checkpointFolder)
    this.logs = { record: log('record'), access: log('access') }
  }

  /** Reads both logs, and holds them against what their signers remember. Errors: `log-rewritten`. */
  static async open(options: StoreOptions): Promise<Result<RecordStore, Issue>> {
    const store = new RecordStore(options)
    const client = await store.#connected()
    for (const log of Object.values(store.logs)) {
      const { rows } = await client.query<{ size: string }>(`SELECT coalesce(max(index) + 1, 0)::text AS size FROM ${log.name}_event`)
      try {
        await log.follow(client, Number(rows[0]!.size))
      } catch (error) {
        return fail(
          issue('log-rewritten', (error as Error).message, 'restore the newest backup and compare with a checkpoint kept elsewhere'),
        )
      }
      const { last } = log.signer
      if (last !== undefined && (last.size > log.tree.size || toHex(log.tree.root(last.size)) !== toHex(last.root)))
        return fail(
          issue(
            'log-rewritten',
            `${log.signer.origin} has ${log.tree.size} events that do not continue the ${last.size} signed before`,
            'the database was set back or rewritten: restore the newest backup and compare with a checkpoint kept elsewhere',
          ),
        )
      if (options.reading === true) continue
      const sealed = await log.seal(client)
      if (!sealed.ok) return sealed
    }
    return ok(store)
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client === undefined) {
      const client = await this.#options.client()
      client.on('error', () => {
        if (this.#client === client) this.#client = undefined
      })
      this.#client = client
      this.#reader.forget()
    }
    return this.#client
  }

  /** One piece of work with the connection at a time. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work, work)
    this.#tail = next.catch(() => undefined)
    return next
  }

  /** One command, decided and written; resolves after the commit is on disk. */
  run(request: CommandRequest): Promise<Result<CommandAnswer, Issue>> {
    if (this.#closing) return Promise.resolve(fail(issue('store-unavailable', 'the record is being closed', 'ask again in a moment')))
    return new Promise(resolve => {
      this.#line.push({ request, answer: resolve })
      if (this.#line.length === 1) this.#takeLine()
    })
  }

  #takeLine(): void {
    void this.#exclusive(async () => {
      const batch = this.#line.splice(0, BATCH)
      if (this.#line.length > 0) this.#takeLine()
      try {
        await this.#commit(batch)
      } catch (error) {
        await this.#afterFailure(batch, error)
      }
    })
  }

  /** One of a batch that cannot be written must not take the others with it. */
  async #afterFailure(batch: readonly Waiting[], error: unknown): Promise<void> {
    await this.#rollBack()
    if (batch.length > 1 && this.#client !== undefined) {
      for (const one of batch)
        try {
          await this.#commit([one])
        } catch (inner) {
          await this.#afterFailure([one], inner)
        }
      return
    }
    const what = error instanceof Error ? error.message : String(error)
    this.fault = what
    for (const one of batch)
      one.answer(
        fail(
          issue(
            'store-unavailable',
            `the record could not be written: ${what}`,
            'nothing was acknowledged; ask again with the same Idempotency-Key when the store is ready',
          ),
        ),
      )
  }

  async #rollBack(): Promise<void> {
    this.#reader.forget()
    await this.#client?.query('ROLLBACK').catch(() => {
      this.#client = undefined
    })
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const client = await this.#connected()
    const { record, access } = this.logs
    const begun = (await client.query(`BEGIN; ${record.lockSql}; ${access.lockSql}`)) as unknown as pg.QueryResult<{ size: string }>[]
    if (await record.follow(client, Number(begun[2]!.rows[0]!.size))) this.#reader.forget()
    await access.follow(client, Number(begun[4]!.rows[0]!.size))
    const proofs = await this.#takeProofs(client, batch)
    const answered = await this.#earlierAnswers(client, batch)
    const written: { waiting: Waiting; result: Written }[] = []
    const refused: { waiting: Waiting; issue: Issue }[] = []
    const refusals: LogEntry[] = []
    for (const waiting of batch) {
      const earlier = answered.get(waiting.request)
      if (earlier !== undefined) {
        refused.push({ waiting, issue: earlier })
        continue
      }
      const decided = await this.#decide(client, waiting.request, record.tree.size + written.length, proofs)
      if (decided.ok) {
        for (const row of decided.value.rows) this.#reader.put(row)
        written.push({ waiting, result: decided.value })
        if (!decided.value.answer.ok)
          refusals.push(this.#refusal(waiting.request, decided.value.answer.issue, access.tree.size + refusals.length))
      } else {
        refused.push({ waiting, issue: decided.issue })
        if (!UNLOGGED.has(decided.issue.code))
          refusals.push(this.#refusal(waiting.request, decided.issue, access.tree.size + refusals.length))
      }
    }
    this.#options.failpoint?.('before-write')
    await record.insert(
      client,
      record.tree.size,
      written.map(one => one.result.entry),
    )
    await insertRows(
      client,
      written.flatMap(one => one.result.rows),
    )
    await access.insert(client, access.tree.size, refusals)
    await this.#keepAnswers(client, written)
    this.#options.failpoint?.('after-write')
    await client.query('COMMIT')
    this.#options.failpoint?.('after-commit')
    for (const one of written) record.note(one.result.entry)
    for (const entry of refusals) access.note(entry)
    this.fault = undefined
    const unsealed = await this.#sealAfter(client, written)
    if (record.tree.size > record.sealed || access.tree.size > access.sealed) this.#sealSoon()
    for (const { waiting, result } of written) waiting.answer(unsealed !== undefined && isRelease(result) ? fail(unsealed) : result.answer)
    for (const { waiting, issue: problem } of refused)
      waiting.answer(problem.code === 'answered' ? (problem as AnsweredBefore).answer : fail(problem))
  }

  /** Seals where a release or enough events wait for it. What is committed stays so, whatever happens here: a fault stops the next, and a release is not answered as done. */
  async #sealAfter(client: pg.Client, written: readonly { readonly result: Written }[]): Promise<Issue | undefined> {
    const { record } = this.logs
    if (!written.some(({ result }) => isRelease(result)) && record.tree.size - record.sealed < SEAL_AFTER_EVENTS) return undefined
    try {
      const sealed = await record.seal(client)
      this.#options.failpoint?.('after-checkpoint')
      if (sealed.ok) return undefined
      this.fault = sealed.issue.what
      return sealed.issue
    } catch (error) {
      this.fault = (error as Error).message
      return issue(
        'store-unavailable',
        `it is written and not sealed: ${this.fault}`,
        'mend the disk or the key; ask again with the same Idempotency-Key',
      )
    }
  }

  #sealSoon(): void {
    this.#sealTimer ??= setTimeout(() => {
      this.#sealTimer = undefined
      void this.sealAll()
    }, SEAL_AFTER_MS)
  }

  /** Seals both logs now. */
  sealAll(): Promise<void> {
    if (this.#options.reading === true) return Promise.resolve()
    return this.#exclusive(async () => {
      try {
        const client = await this.#connected()
        for (const log of Object.values(this.logs)) {
          const sealed = await log.seal(client)
          if (!sealed.ok) this.fault = sealed.issue.what
        }
      } catch (error) {
        this.fault = (error as Error).message
      }
    })
  }

  /** Step-up tokens of the batch, used up by being read. */
  async #takeProofs(client: pg.Client, batch: readonly Waiting[]): Promise<Map<string, StepUp>> {
    const tokens = batch.flatMap(one => one.request.signature ?? [])
    if (tokens.length === 0) return new Map()
    const { rows } = await client.query<StepUp>(
      'DELETE FROM step_up WHERE token_sha256 = ANY($1) RETURNING token_sha256, session_sha256, shown_sha256, meaning, method, until',
      [tokens],
    )
    return new Map(rows.map(row => [row.token_sha256, row]))
  }

  /** Requests of the batch that were answered before under their key, or stand in it twice. */
  async #earlierAnswers(client: pg.Client, batch: readonly Waiting[]): Promise<Map<CommandRequest, Issue>> {
    const keyed = batch.filter(one => one.request.idempotencyKey !== undefined)
    const found = new Map<CommandRequest, Issue>()
    if (keyed.length === 0) return found
    const { rows } = await client.query<{ account: string; key: string; body_sha256: string; answer: CommandAnswer }>(
      'SELECT account, key, body_sha256, answer FROM idempotency WHERE (account, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
      [keyed.map(one => one.request.asker.account), keyed.map(one => one.request.idempotencyKey!)],
    )
    const before = new Map(rows.map(row => [`${row.account}/${row.key}`, row]))
    const seen = new Map<string, string>()
    for (const { request } of keyed) {
      const key = `${request.asker.account}/${request.idempotencyKey}`
      const body = bodyHash(request)
      const held = before.get(key)
      const twin = seen.get(key)
      if (held !== undefined ? held.body_sha256 !== body : twin !== undefined && twin !== body)
        found.set(request, issue('idempotency-key', 'this Idempotency-Key was used for another request', 'use a new key for a new request'))
      else if (held !== undefined) found.set(request, { ...issue('answered', '', ''), answer: ok(held.answer) } as AnsweredBefore)
      else if (twin !== undefined)
        found.set(request, issue('idempotency-busy', 'the same request is being answered', 'ask again in a moment'))
      seen.set(key, body)
    }
    return found
  }

  async #keepAnswers(client: pg.Client, written: readonly { waiting: Waiting; result: Written }[]): Promise<void> {
    const keyed = written.flatMap(({ waiting: { request }, result: { answer } }) =>
      request.idempotencyKey !== undefined && answer.ok ? [{ request, answer: answer.value }] : [],
    )
    if (keyed.length === 0) return
    await client.query(
      'INSERT INTO idempotency (account, key, body_sha256, status, answer, at) SELECT account, key, body, 200, answer::json, now() FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS t (account, key, body, answer)',
      [
        keyed.map(one => one.request.asker.account),
        keyed.map(one => one.request.idempotencyKey!),
        keyed.map(one => bodyHash(one.request)),
        keyed.map(one => JSON.stringify(one.answer)),
      ],
    )
  }

  #instant(log: EventLog): { readonly at: string; readonly clock: AuditEvent['clock'] } {
    const now = this.#clock.now()
    const held = now < log.lastTime - CLOCK_SLACK_MS
    return {
      at: new Date(Math.max(now, log.lastTime)).toISOString(),
      clock: { source: held ? 'held' : 'system', process: this.#process, monotonic: this.#clock.monotonic().toFixed(3) },
    }
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

  async #decide(
    client: pg.Client,
    request: CommandRequest,
    index: number,
    proofs: ReadonlyMap<string, StepUp>,
  ): Promise<Result<Written, Issue>> {
    const { command, input, asker } = request
    const rows = await this.#rowsFor(client, request)
    const account = rows.get<AccountData>('account', asker.account)
    if (account === undefined) return fail(issue('account-unknown', `there is no account ${asker.account}`, 'sign in again'))
    const actor = standingOf(asker.account, account.data)
    const { at, clock } = this.#instant(this.logs.record)
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
    const signed = this.#signature(request, actor.name, { kind: entity.table, id: entity.id, version: before + 1 }, proofs, at)
    if (!signed.ok) return signed
    return ok(this.#write(request, decision.value, { role: role.value, index, at, clock, signature: signed.value }, rows))
  }

  #signature(
    request: CommandRequest,
    name: string,
    entity: AuditEvent['entity'],
    proofs: ReadonlyMap<string, StepUp>,
    at: string,
  ): Result<AuditEvent['signature'], Issue> {
    const { command, input, asker } = request
    if (command.meaning === undefined) return ok(null)
    const shown = shownText(command.name, entity, input, command.meaning)
    const shownSha = hashText(shown)
    const wanted: SignatureWanted = {
      code: 'signature-required',
      what: `"${command.title}" has to be signed: ${command.meaning}`,
      remedy: 'show it, sign it by POST /api/v1/signatures with its hash and meaning, and send it again with the token',
      meaning: command.meaning,
      shown,
      shown_sha256: shownSha,
    }
    if (request.signature === undefined) return fail(wanted)
    const proof = proofs.get(request.signature)
    if (proof === undefined || proof.session_sha256 !== asker.session || proof.until.getTime() < Date.parse(at))
      return fail(
        issue(
          'signature-spent',
          'the signature token is used, too old, or of another session',
          'sign again; a token is good once, for five minutes',
        ),
      )
    if (proof.shown_sha256 !== shownSha || proof.meaning !== command.meaning)
      return fail({
        ...wanted,
        code: 'signature-other',
        what: 'the signature was given for something else than what would be written now',
      } as Issue)
    return ok({ account: asker.account, name, meaning: command.meaning, shown_sha256: shownSha, method: proof.method })
  }

  #write(
    request: CommandRequest,
    decision: Decision,
    stamp: {
      readonly role: Role
      readonly index: number
      readonly at: string
      readonly clock: AuditEvent['clock']
      readonly signature: AuditEvent['signature']
    },
    known: RowSet,
  ): Written {
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
      log: this.logs.record.signer.origin,
      index,
      time: at,
      clock: stamp.clock,
      actor: { account: asker.account, role: stamp.role, session: asker.session, factors: asker.factors, station: asker.station },
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

  /** An event of the access log: somebody looked, exported, or was refused. */
  #accessEvent(
    asker: Asker,
    role: string,
    what: {
      readonly command: string
      readonly input: Json
      readonly action: string
      readonly entity: AuditEvent['entity']
      readonly reason: string
    },
    index: number,
  ): LogEntry {
    const { at, clock } = this.#instant(this.logs.access)
    return logEntry({
      v: 1,
      log: this.logs.access.signer.origin,
      index,
      time: at,
      clock,
      actor: { account: asker.account, role, session: asker.session, factors: asker.factors, station: asker.station },
      ...what,
      change: [],
      rows: [],
      files: [],
      request: asker.request,
      signature: null,
    })
  }

  #refusal(request: CommandRequest, problem: Issue, index: number): LogEntry {
    // what was asked is kept as its hash: a refused input may hold anything
    const input = { sha256: hashText(canonicalJson(request.input)) }
    return this.#accessEvent(
      request.asker,
      '',
      {
        command: request.command.name,
        input,
        action: 'refused',
        entity: { kind: 'command', id: request.command.name, version: 0 },
        reason: problem.code,
      },
      index,
    )
  }

  /** Notes a look at identifying data, an export, a refused read or a sign-in; resolves after it is on disk. */
  noteAccess(
    asker: Asker,
    role: string,
    what: { readonly action: string; readonly entity: AuditEvent['entity']; readonly reason: string },
  ): Promise<void> {
    const { access } = this.logs
    return this.#exclusive(async () => {
      const client = await this.#connected()
      try {
        const begun = (await client.query(`BEGIN; ${access.lockSql}`)) as unknown as pg.QueryResult<{ size: string }>[]
        await access.follow(client, Number(begun[2]!.rows[0]!.size))
        const entry = this.#accessEvent(asker, role, { command: what.action, input: {}, ...what }, access.tree.size)
        await access.insert(client, access.tree.size, [entry])
        await client.query('COMMIT')
        access.note(entry)
        this.#sealSoon()
      } catch (error) {
        await this.#rollBack()
        throw error
      }
    })
  }

  /** What the program itself does to the record: set-up, migrations. Nobody is asked; the actor is `system`. */
  runAsSystem(command: string, input: Json, decision: Decision): Promise<CommandAnswer> {
    const { record } = this.logs
    const asker: Asker = { account: 'system', session: hashText(this.#process), factors: [], station: 'server', request: 'system' }
    return this.#exclusive(async () => {
      const client = await this.#connected()
      try {
        const begun = (await client.query(`BEGIN; ${record.lockSql}`)) as unknown as pg.QueryResult<{ size: string }>[]
        if (await record.follow(client, Number(begun[2]!.rows[0]!.size))) this.#reader.forget()
        const known = new RowSet()
        known.read(decision.writes, [], await this.#reader.read(client, decision.writes, []))
        const { at, clock } = this.#instant(record)
        const request: CommandRequest = { command: { name: command } as RecordCommand, input, asker }
        const written = this.#write(
          request,
          decision,
          { role: 'administrator', index: record.tree.size, at, clock, signature: null },
          known,
        )
        await record.insert(client, record.tree.size, [written.entry])
        await insertRows(client, written.rows)
        await client.query('COMMIT')
        for (const row of written.rows) this.#reader.put(row)
        record.note(written.entry)
        this.#sealSoon()
        if (!written.answer.ok) throw new Error('a system decision does not stop')
        return written.answer.value
      } catch (error) {
        await this.#rollBack()
        throw error
      }
    })
  }

  /** Ends in good order: nothing waits, both logs are sealed. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    await this.#tail
    if (this.#sealTimer !== undefined) clearTimeout(this.#sealTimer)
    await this.sealAll()
    await this.#client?.end()
    await this.pool.end()
  }
}

const isRelease = ({ meaning }: Written): boolean => meaning === 'released' || meaning === 'released conditionally'

interface StepUp {
  readonly token_sha256: string
  readonly session_sha256: string
  readonly shown_sha256: string
  readonly meaning: string
  readonly method: string
  readonly until: Date
}

interface AnsweredBefore extends Issue {
  readonly answer: Result<CommandAnswer, Issue>
}

const bodyHash = (request: CommandRequest): string => hashText(canonicalJson({ command: request.command.name, input: request.input }))

/** One statement a table, rows as arrays. */
async function insertRows(client: pg.Client, rows: readonly StoredRow[]): Promise<void> {
  const byTable = new Map<Table, StoredRow[]>()
  for (const row of rows) {
    const held = byTable.get(row.table)
    if (held === undefined) byTable.set(row.table, [row])
    else held.push(row)
  }
  for (const [table, list] of byTable)
    await client.query({
      name: `insert-${table}`,
      text: `INSERT INTO ${table} (id, version, parent, valid_from, event_index, row_sha256, data) SELECT id, version, parent, valid_from, event_index, row_sha256, data::json FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[]) AS t (id, version, parent, valid_from, event_index, row_sha256, data)`,
      values: [
        list.map(row => row.id),
        list.map(row => row.version),
        list.map(row => row.parent),
        list.map(row => row.valid_from),
        list.map(row => row.event_index),
        list.map(row => row.row_sha256),
        list.map(row => JSON.stringify(row.data)),
      ],
    })
}
