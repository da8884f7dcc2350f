// The record: requests wait in a line; whatever waits goes into one transaction that holds the log's lock, each request decided on rows as they are then; each is answered after the commit
// reached the disk. Rows and event are written together or not at all. What a request makes is decide-command.ts. Whole in one file: line, transaction and seals share one connection.
import type { AuditEvent, LogName } from '@cognate/core/audit'
import { fail, type Issue, issue, type Json, ok, type Result, toHex } from '@cognate/core/base'
import { type Decision, type RecordCommand, RowSet } from '@cognate/core/record'
import type pg from 'pg'
import { accessEntry, refusalEntry } from './access-entry.ts'
import { type Asker, type CommandAnswer, type CommandRequest, hashText } from './command-request.ts'
import { CommandDecider, isRelease, type Written } from './decide-command.ts'
import { EventLog, type LogEntry } from './event-log.ts'
import { type AnsweredBefore, earlierAnswers, keepAnswers } from './idempotency.ts'
import { type Clock, RecordClock, SYSTEM_CLOCK } from './record-clock.ts'
import { RowReader } from './row-reader.ts'
import type { Signer } from './signer.ts'
import { takeProofs } from './step-up.ts'
import { insertRows } from './stored-row.ts'

interface Waiting {
  readonly request: CommandRequest
  readonly answer: (result: Result<CommandAnswer, Issue>) => void
}

const BATCH = 64
const SEAL_AFTER_EVENTS = 256
const SEAL_AFTER_MS = 1000
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
  readonly #clock: RecordClock
  readonly #reader = new RowReader()
  readonly #decider: CommandDecider
  readonly #line: Waiting[] = []
  #client: pg.Client | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #sealTimer: NodeJS.Timeout | undefined
  #closing = false
  /** Why writes are refused; undefined while all is well. */
  fault: string | undefined

  private constructor(options: StoreOptions) {
    this.#options = options
    this.#clock = new RecordClock(options.clock ?? SYSTEM_CLOCK)
    this.pool = options.pool
    const log = (name: LogName) => new EventLog(name, options.signers[name], options.checkpointFolder)
    this.logs = { record: log('record'), access: log('access') }
    this.#decider = new CommandDecider(this.#reader, this.logs.record, this.#clock)
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
    const requests = batch.map(one => one.request)
    const proofs = await takeProofs(client, requests)
    const answered = await earlierAnswers(client, requests)
    const written: { waiting: Waiting; result: Written }[] = []
    const refused: { waiting: Waiting; issue: Issue }[] = []
    const refusals: LogEntry[] = []
    for (const waiting of batch) {
      const earlier = answered.get(waiting.request)
      if (earlier !== undefined) {
        refused.push({ waiting, issue: earlier })
        continue
      }
      const decided = await this.#decider.decide(client, waiting.request, record.tree.size + written.length, proofs)
      if (decided.ok) {
        for (const row of decided.value.rows) this.#reader.put(row)
        written.push({ waiting, result: decided.value })
        if (!decided.value.answer.ok)
          refusals.push(refusalEntry(access, this.#clock, waiting.request, decided.value.answer.issue, access.tree.size + refusals.length))
      } else {
        refused.push({ waiting, issue: decided.issue })
        if (!UNLOGGED.has(decided.issue.code))
          refusals.push(refusalEntry(access, this.#clock, waiting.request, decided.issue, access.tree.size + refusals.length))
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
    await keepAnswers(
      client,
      written.map(({ waiting, result }) => ({ request: waiting.request, answer: result.answer })),
    )
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
        const entry = accessEntry(access, this.#clock, asker, role, { command: what.action, input: {}, ...what }, access.tree.size)
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
    const asker: Asker = { account: 'system', session: hashText(this.#clock.process), factors: [], station: 'server', request: 'system' }
    return this.#exclusive(async () => {
      const client = await this.#connected()
      try {
        const begun = (await client.query(`BEGIN; ${record.lockSql}`)) as unknown as pg.QueryResult<{ size: string }>[]
        if (await record.follow(client, Number(begun[2]!.rows[0]!.size))) this.#reader.forget()
        const known = new RowSet()
        known.read(decision.writes, [], await this.#reader.read(client, decision.writes, []))
        const instant = this.#clock.instant(record)
        const request: CommandRequest = { command: { name: command } as RecordCommand, input, asker }
        const written = this.#decider.write(
          request,
          decision,
          { ...instant, role: 'administrator', index: record.tree.size, signature: null },
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
