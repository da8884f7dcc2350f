// The record's HTTP interface from the browser. The session is a cookie that no script can read; the token against forged requests stays in this tab.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'

const CSRF = 'cognate-csrf'

export interface SignIn {
  readonly account: string
  readonly password: string
  readonly code: string
}

/** An account and both halves of its enrolment code. */
export interface Enrolling {
  readonly account: string
  readonly officer_code: string
  readonly administrator_code: string
}

export interface Enrolled {
  readonly secret: string
  /** SVG. */
  readonly qr: string
  readonly recovery: readonly string[]
}

/** A command of the record on what was seen. */
export interface Wish {
  readonly path: string
  readonly body: object
  /** Version of the row that is on the screen; a newer one is refused. Undefined: no row was shown. */
  readonly version: number | undefined
  /** The same for every try of one wish. */
  readonly key: string
}

/** What has to be signed before it is done: the whole of it, its SHA-256, and what the signature means. */
export interface ToSign {
  readonly shown: string
  readonly sha256: string
  readonly meaning: string
}

/** Something is told to somebody; delivery is the site's. */
export interface Done {
  readonly entity: { readonly kind: string; readonly id: string; readonly version: number }
  /** Of an account: the half of the enrolment code that this person hands over. */
  readonly officer_code?: string
  readonly administrator_code?: string
  readonly alerts?: readonly { readonly to: readonly string[]; readonly text: string }[]
}

/** What the record says to a wish: it is done, or what has to be signed first. */
export type Said = { readonly kind: 'done'; readonly done: Done } | { readonly kind: 'sign'; readonly what: ToSign }

export interface Client {
  readonly get: <T>(path: string) => Promise<Result<T>>
  /** `token`: the proof of the signer. */
  readonly command: (wish: Wish, token?: string) => Promise<Result<Said>>
  /** A proof for exactly what was shown, good once. */
  readonly sign: (what: ToSign, password: string, code: string) => Promise<Result<string>>
  /** Sets password and second factor; the secret and the recovery codes are shown this once. */
  readonly enrol: (given: Enrolling, password: string) => Promise<Result<Enrolled>>
  /** The first code of the authenticator ends it. */
  readonly confirm: (given: Enrolling, code: string) => Promise<Result<undefined>>
  /** What a person does about their own proofs, with password and code in the body. */
  readonly prove: (path: string, body: object) => Promise<Result<undefined>>
  readonly signIn: (given: SignIn) => Promise<Result<undefined>>
  readonly signOut: () => Promise<void>
}

interface Problem {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
}

async function problemOf(reply: Response): Promise<Result<never, Issue>> {
  const problem = (await reply.json().catch(() => ({}))) as Problem
  return fail(
    issue(problem.code ?? 'server', problem.title ?? `the server answered ${reply.status}`, problem.detail ?? 'ask the administrator'),
  )
}

/** `send` and `kept`: the browser's own, or a test's. */
export function makeClient(send: typeof fetch = fetch, kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = sessionStorage): Client {
  const reach = async (
    method: string,
    path: string,
    body?: unknown,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response | undefined> => {
    try {
      return await send(`/api/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'x-csrf-token': kept.getItem(CSRF) ?? '',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch {
      return undefined
    }
  }
  const unreached = () => fail(issue('server', 'the server cannot be reached', 'check the connection, and that `cognate serve` runs'))
  const call = async (method: string, path: string, body?: unknown): Promise<Result<Response, Issue>> => {
    const reply = await reach(method, path, body)
    return reply === undefined ? unreached() : reply.ok ? ok(reply) : problemOf(reply)
  }
  return {
    async get<T>(path: string) {
      const reply = await call('GET', path)
      return reply.ok ? ok((await reply.value.json()) as T) : reply
    },
    async command({ path, body, version, key }, token) {
      const reply = await reach('POST', path, body, {
        'idempotency-key': key,
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
        ...(token === undefined ? {} : { 'x-signature-token': token }),
      })
      if (reply === undefined) return unreached()
      if (reply.ok) return ok({ kind: 'done', done: (await reply.json()) as Done })
      if (reply.status !== 428) return problemOf(reply)
      const { shown, shown_sha256: sha256, meaning } = (await reply.json()) as { shown: string; shown_sha256: string; meaning: string }
      return ok({ kind: 'sign', what: { shown, sha256, meaning } })
    },
    async sign({ sha256, meaning }, password, code) {
      const reply = await call('POST', '/signatures', { shown_sha256: sha256, meaning, password, ...(code === '' ? {} : { code }) })
      return reply.ok ? ok(((await reply.value.json()) as { token: string }).token) : reply
    },
    async enrol(given, password) {
      const reply = await call('POST', '/enrolments', { ...given, password })
      return reply.ok ? ok((await reply.value.json()) as Enrolled) : reply
    },
    async confirm(given, code) {
      const reply = await call('POST', '/enrolments/confirmation', { ...given, code })
      return reply.ok ? ok(undefined) : reply
    },
    async prove(path, body) {
      const reply = await call('POST', path, body)
      return reply.ok ? ok(undefined) : reply
    },
    async signIn(given) {
      const reply = await call('POST', '/sessions', { ...given, station: 'browser' })
      if (!reply.ok) return reply
      kept.setItem(CSRF, ((await reply.value.json()) as { csrf: string }).csrf)
      return ok(undefined)
    },
    async signOut() {
      await call('DELETE', '/session')
      kept.removeItem(CSRF)
    },
  }
}
