// The command line as a client of a record's HTTP interface: a session kept in a file that only its owner reads, signatures proven at the terminal.
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type Issue, issue } from '@cognate/core/base'
import type { Command } from 'commander'
import { COOKIE, STATION_COOKIE } from '../api/cookies.ts'
import { fetchFault } from '../read/fetch-fault.ts'
import { userPath } from '../read/paths.ts'
import { InputFault } from './exit.ts'

export const withServer = (command: Command): Command =>
  command
    .option('--server <url>', 'server of the record', 'http://127.0.0.1:8420')
    .option('--session <file>', 'file that keeps the session; only its owner may read it', '.cognate-session')
    .option(
      '--station <file>',
      'file that says which registered station this computer is, as `account station` writes it',
      '.cognate-station',
    )

export interface ClientFlags {
  readonly server: string
  readonly session: string
  readonly station: string
}

interface SavedSession {
  readonly server: string
  readonly cookie: string
  readonly csrf: string
}

/** Asks at the terminal, without showing secrets; COGNATE_PASSWORD and COGNATE_CODE answer for scripts. */
export async function ask(question: string, variable: string): Promise<string> {
  const given = process.env[variable]
  if (given !== undefined) return given
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY === true })
  process.stderr.write(`${question}: `)
  const answer = await lines.question('')
  lines.close()
  process.stderr.write('\n')
  return answer
}

export interface Proof {
  readonly password: string
  /** Empty: none is given. */
  readonly code: string
}

/** Value of a cookie that an answer sets; '' where it sets none. */
const cookieOf = (reply: Response, name: string): string =>
  reply.headers
    .getSetCookie()
    .find(set => set.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .split(';')[0] ?? ''

/** Writes what nobody else may read. */
function keep(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  chmodSync(path, 0o600)
}

export class RecordClient {
  readonly #flags: ClientFlags
  #saved: SavedSession | undefined
  #station = ''

  constructor(flags: ClientFlags) {
    this.#flags = flags
    const path = userPath(flags.session)
    if (existsSync(path)) this.#saved = JSON.parse(readFileSync(path, 'utf8')) as SavedSession
    const station = userPath(flags.station)
    if (existsSync(station)) this.#station = readFileSync(station, 'utf8').trim()
  }

  #cookies(): Readonly<Record<string, string>> {
    const held = [
      ...(this.#saved === undefined ? [] : [`${COOKIE}=${this.#saved.cookie}`]),
      ...(this.#station === '' ? [] : [`${STATION_COOKIE}=${this.#station}`]),
    ]
    return {
      ...(held.length === 0 ? {} : { cookie: held.join('; ') }),
      ...(this.#saved === undefined ? {} : { 'x-csrf-token': this.#saved.csrf }),
    }
  }

  async #send(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    try {
      return await fetch(`${this.#flags.server}/api/v1${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...this.#cookies(),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
      })
    } catch (error) {
      throw new InputFault(
        issue(
          'server',
          `${this.#flags.server} cannot be reached: ${fetchFault(error as Error)}`,
          'start it with `cognate serve`, or name it by --server',
        ),
      )
    }
  }

  async #problem(reply: Response): Promise<never> {
    const problem = (await reply.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string; line?: number }
    throw new InputFault({
      code: problem.code ?? 'server',
      what: problem.title ?? `the server answered ${reply.status}`,
      remedy: problem.detail ?? 'see the server’s log',
      ...(problem.line === undefined ? {} : { line: problem.line }),
    } as Issue)
  }

  async signIn(account: string): Promise<void> {
    this.#saved = undefined
    const password = await ask('password', 'COGNATE_PASSWORD')
    const reply = await this.#send('POST', '/sessions', {
      account,
      password,
      code: await ask('one-time code', 'COGNATE_CODE'),
      station: 'command line',
    })
    if (!reply.ok) return this.#problem(reply)
    const cookie = cookieOf(reply, COOKIE)
    const { csrf } = (await reply.json()) as { csrf: string }
    keep(userPath(this.#flags.session), JSON.stringify({ server: this.#flags.server, cookie, csrf } satisfies SavedSession))
  }

  /** Makes this computer a registered station. */
  async bindStation(station: string, code: string): Promise<void> {
    const reply = await this.#send('POST', '/stations/binding', { station, code })
    if (!reply.ok) return this.#problem(reply)
    keep(userPath(this.#flags.station), `${cookieOf(reply, STATION_COOKIE)}\n`)
  }

  /** Posts what is no command of the record. */
  async open(path: string, body: unknown): Promise<string> {
    const reply = await this.#send('POST', path, body)
    return reply.ok ? reply.text() : this.#problem(reply)
  }

  async signOut(): Promise<void> {
    await this.#send('DELETE', '/session', undefined)
    rmSync(userPath(this.#flags.session), { force: true })
  }

  async get(path: string, accept = 'application/json'): Promise<string> {
    const reply = await this.#send('GET', path, undefined, { accept })
    return reply.ok ? reply.text() : this.#problem(reply)
  }

  /** Stores bytes in the record; answers their SHA-256. */
  async putFile(bytes: Uint8Array): Promise<string> {
    const reply = await this.#send('PUT', '/files', bytes, { 'content-type': 'application/octet-stream' })
    return reply.ok ? ((await reply.json()) as { sha256: string }).sha256 : this.#problem(reply)
  }

  /** Asks for password and code at each signature. */
  async #askProof(): Promise<Proof> {
    return {
      password: await ask('password', 'COGNATE_PASSWORD'),
      code: await ask('one-time code (empty after the first signature of the session)', 'COGNATE_CODE'),
    }
  }

  /** Asks once, for a list of things that were shown before: the code proves the first signature, the password all of them. */
  signer(): () => Promise<Proof> {
    let held: Proof | undefined
    return async () => {
      const proof = held ?? (await this.#askProof())
      held = { password: proof.password, code: '' }
      return proof
    }
  }

  /** A command; where it has to be signed, what is shown is printed and the signer proven. */
  async post(path: string, body: unknown, proof: () => Promise<Proof> = () => this.#askProof()): Promise<string> {
    const key = randomUUID()
    const first = await this.#send('POST', path, body, { 'idempotency-key': key })
    if (first.ok) return first.text()
    if (first.status !== 428) return this.#problem(first)
    const wanted = (await first.json()) as { shown: string; shown_sha256: string; meaning: string }
    process.stderr.write(`to be signed (${wanted.meaning}):\n${JSON.stringify(JSON.parse(wanted.shown), null, 2)}\n`)
    const { password, code } = await proof()
    const proven = await this.#send('POST', '/signatures', {
      shown_sha256: wanted.shown_sha256,
      meaning: wanted.meaning,
      password,
      ...(code === '' ? {} : { code }),
    })
    if (!proven.ok) return this.#problem(proven)
    const { token } = (await proven.json()) as { token: string }
    const done = await this.#send('POST', path, body, { 'idempotency-key': key, 'x-signature-token': token })
    return done.ok ? done.text() : this.#problem(done)
  }
}
