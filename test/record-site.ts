// A site for tests of the record: a store in a folder of its own, a clock that the test sets, persons of every role who sign in as people do, and a client that signs what it is shown.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '@cognate/core/access'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { Secret, TOTP } from 'otpauth'
import { COOKIE } from '../packages/node/src/api/cookies.ts'
import { buildServer, type RecordServer, type ServerOptions } from '../packages/node/src/api/server.ts'
import { type OpenRecord, openRecord } from '../packages/node/src/store/open-record.ts'

export const CHEAP_ARGON = { memoryCost: 4096, timeCost: 1 }
export const DAY = 86_400_000
export const MINUTE = 60_000

/** A clock that stands until it is moved. */
export class TestClock {
  time: number
  ticks = 0
  constructor(start = '2026-03-02T08:00:00.000Z') {
    this.time = Date.parse(start)
  }
  readonly now = () => this.time
  readonly monotonic = () => this.time - Date.parse('2026-01-01T00:00:00Z')
  forward(ms: number): string {
    this.time += ms
    return new Date(this.time).toISOString()
  }
  get iso(): string {
    return new Date(this.time).toISOString()
  }
}

export interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a route answers is asserted by the test that asks
  readonly body: any
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** The reply to what has to succeed. */
export function fine(reply: Reply): Reply {
  if (reply.status !== 201 && reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`)
  return reply
}

export class Person {
  readonly #site: Site
  readonly account: string
  password = 'correct horse battery staple'
  secret = ''
  cookie = ''
  csrf = ''
  #signed = false
  #lastStep = 0

  constructor(site: Site, account: string) {
    this.#site = site
    this.account = account
  }

  /** A code that was not used yet: waits for the next step where the last is used up. */
  code(): string {
    const { clock } = this.#site
    if (Math.floor(clock.time / 30_000) <= this.#lastStep) clock.time = (this.#lastStep + 1) * 30_000
    this.#lastStep = Math.floor(clock.time / 30_000)
    return new TOTP({ secret: Secret.fromBase32(this.secret), digits: 6, period: 30 }).generate({ timestamp: clock.time })
  }

  async enrol(officer_code: string, administrator_code: string): Promise<void> {
    const given = { account: this.account, officer_code, administrator_code }
    const enrolled = await this.#site.call('POST', '/enrolments', { ...given, password: this.password })
    if (enrolled.status !== 201) throw new Error(`${this.account} could not enrol: ${enrolled.text}`)
    this.secret = enrolled.body.secret
    const confirmed = await this.#site.call('POST', '/enrolments/confirmation', { ...given, code: this.code() })
    if (confirmed.status !== 200) throw new Error(`${this.account} could not confirm: ${confirmed.text}`)
  }

  async signIn(): Promise<Reply> {
    const reply = await this.#site.call('POST', '/sessions', { account: this.account, password: this.password, code: this.code() })
    if (reply.status === 201) {
      this.csrf = reply.body.csrf
      this.cookie = /__Host-cognate=([^;]+)/.exec(String(reply.headers['set-cookie']))?.[1] ?? ''
      this.#signed = false
    }
    return reply
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const ask = () => this.#site.call(method, path, body, { 'x-csrf-token': this.csrf, ...headers }, this.cookie)
    const reply = await ask()
    if (reply.status !== 401 || this.cookie === '') return reply
    // the session was idle too long: people sign in again
    await this.signIn()
    return ask()
  }

  get = (path: string, headers?: Record<string, string>) => this.call('GET', path, undefined, headers)

  /** A command, signed where it has to be: what is shown is signed, by password and code the first time, by password afterwards. */
  async do(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const key = randomUUID()
    const asked = await this.call('POST', path, body, { 'idempotency-key': key, ...headers })
    if (asked.status !== 428) return asked
    const token = await this.sign(asked.body.shown_sha256, asked.body.meaning)
    return this.call('POST', path, body, { 'idempotency-key': key, 'x-signature-token': token, ...headers })
  }

  async sign(shown_sha256: string, meaning: string): Promise<string> {
    const signed = await this.call('POST', '/signatures', {
      shown_sha256,
      meaning,
      password: this.password,
      ...(this.#signed ? {} : { code: this.code() }),
    })
    if (signed.status !== 201) throw new Error(`${this.account} could not sign: ${signed.text}`)
    this.#signed = true
    return signed.body.token
  }
}

export class Site {
  readonly record: OpenRecord
  server: RecordServer
  readonly clock: TestClock
  readonly folder: string
  readonly people = new Map<string, Person>()

  constructor(record: OpenRecord, server: RecordServer, clock: TestClock, folder: string) {
    this.record = record
    this.server = server
    this.clock = clock
    this.folder = folder
  }

  get app(): FastifyInstance {
    return this.server.app
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    cookie = '',
  ): Promise<Reply> {
    const options: InjectOptions = {
      method,
      url: path.startsWith('/api') ? path : `/api/v1${path}`,
      headers,
      ...(cookie === '' ? {} : { cookies: { [COOKIE]: cookie } }),
    }
    if (body !== undefined) options.payload = body as InjectOptions['payload'] & object
    const reply = await this.app.inject(options)
    const type = String(reply.headers['content-type'] ?? '')
    return {
      status: reply.statusCode,
      body: type.includes('json') && reply.payload !== '' ? JSON.parse(reply.payload) : undefined,
      headers: reply.headers,
      text: reply.payload,
    }
  }

  person(account: string): Person {
    const person = this.people.get(account)
    if (person === undefined) throw new Error(`nobody is called ${account}`)
    return person
  }

  /** First start: officer `xena`, administrator `yves`. */
  async setUp(): Promise<void> {
    const made = await this.call('POST', '/setup', {
      token: this.server.setupToken,
      site: 'site-a',
      studies: ['ST-1'],
      officer: { id: 'xena', name: 'Xena Officer' },
      administrator: { id: 'yves', name: 'Yves Administrator' },
    })
    if (made.status !== 201) throw new Error(made.text)
    for (const { account, officer_code, administrator_code } of made.body) {
      const person = new Person(this, account)
      this.people.set(account, person)
      await person.enrol(officer_code, administrator_code)
      await person.signIn()
    }
  }

  /** An account with these roles, signed in. */
  async hire(
    account: string,
    roles: readonly Role[],
    more: { site?: string; studies?: readonly string[]; trained_until?: string } = {},
  ): Promise<Person> {
    const proposed = await this.person('xena').do('/accounts', {
      id: account,
      name: `${account} (synthetic)`,
      roles,
      site: more.site ?? 'site-a',
      studies: more.studies ?? ['ST-1'],
      trained_until: more.trained_until ?? '2030-01-01T00:00:00Z',
      reason: 'hired',
    })
    if (proposed.status !== 201) throw new Error(proposed.text)
    const applied = await this.person('yves').do(`/accounts/${account}/application`, {})
    if (applied.status !== 201) throw new Error(applied.text)
    const person = new Person(this, account)
    this.people.set(account, person)
    await person.enrol(proposed.body.officer_code, applied.body.administrator_code)
    await person.signIn()
    return person
  }

  async close(): Promise<void> {
    await this.app.close()
    await this.record.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface SiteOptions extends ServerOptions {
  readonly databaseUrl?: string
  readonly folder?: string
  readonly testClock?: TestClock
}

export async function openSite(options: SiteOptions = {}): Promise<Site> {
  const clock = options.testClock ?? new TestClock()
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'cognate-site-'))
  const record = await openRecord({ folder, databaseUrl: options.databaseUrl, site: 'cognate.example/site-a', clock })
  if (!record.ok) throw new Error(`${record.issue.what} (${record.issue.remedy})`)
  const server = await buildServer(record.value, {
    clock,
    argon: CHEAP_ARGON,
    limits: { authentication: 1_000_000, other: 1_000_000 },
    log: line => (line.includes('"level":"error"') ? console.error(line) : undefined),
    ...options,
  })
  return new Site(record.value, server, clock, folder)
}
