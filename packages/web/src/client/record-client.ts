// The record's HTTP interface from the browser. The session is a cookie that no script can read; the token against forged requests stays in this tab.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'

const CSRF = 'cognate-csrf'

/** What proves a person beside the password. */
export type SecondFactor = { readonly code: string } | { readonly passkey: object }

export type SignIn = { readonly account: string; readonly password: string } & SecondFactor

/** What proves a signer: the password, a second factor, or both; empty texts are not given. */
export interface SignerProof {
  readonly password: string
  readonly code?: string
  readonly passkey?: object
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
  /** To be typed at the station. */
  readonly station_code?: string
  readonly alerts?: readonly { readonly to: readonly string[]; readonly text: string }[]
}

/** What the record says to a wish: it is done, or what has to be signed first. */
export type Said = { readonly kind: 'done'; readonly done: Done } | { readonly kind: 'sign'; readonly what: ToSign }

export interface Client {
  readonly get: <T>(path: string) => Promise<Result<T>>
  /** `token`: the proof of the signer. */
  readonly command: (wish: Wish, token?: string) => Promise<Result<Said>>
  /** A proof for exactly what was shown, good once. */
  readonly sign: (what: ToSign, proof: SignerProof) => Promise<Result<string>>
  /** Sets password and second factor; the secret and the recovery codes are shown this once. */
  readonly enrol: (given: Enrolling, password: string) => Promise<Result<Enrolled>>
  /** The first code of the authenticator ends it. */
  readonly confirm: (given: Enrolling, code: string) => Promise<Result<undefined>>
  /** Asks with a body, or has something done that is no command of the record. */
  readonly post: <T>(path: string, body: object) => Promise<Result<T>>
  readonly end: (path: string) => Promise<Result<undefined>>
  /** `heard` is told each line while it comes; the end of the answer is the end of the promise. */
  readonly follow: (path: string, heard: (line: string) => void) => Promise<Result<undefined>>
  /** Stores the bytes that the server has under `path` as an attachment; answers their SHA-256. */
  readonly attach: (path: string) => Promise<Result<string>>
  /** Stores bytes as an attachment; answers their SHA-256. */
  readonly store: (bytes: ArrayBuffer) => Promise<Result<string>>
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
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Response | undefined> => {
    try {
      return await send(`/api/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'x-csrf-token': kept.getItem(CSRF) ?? '',
          ...(body === undefined ? {} : { 'content-type': body instanceof ArrayBuffer ? 'application/octet-stream' : 'application/json' }),
          ...more,
        },
        ...(body === undefined ? {} : { body: body instanceof ArrayBuffer ? body : JSON.stringify(body) }),
      })
    } catch {
      return undefined
    }
  }
  const unreached = () => fail(issue('server', 'the server cannot be reached', 'check the connection, and that `cognate serve` runs'))
  const call = async (method: string, path: string, body?: object): Promise<Result<Response, Issue>> => {
    const reply = await reach(method, path, body)
    return reply === undefined ? unreached() : reply.ok ? ok(reply) : problemOf(reply)
  }
  const store = async (bytes: ArrayBuffer): Promise<Result<string, Issue>> => {
    const stored = await reach('PUT', '/files', bytes)
    if (stored === undefined) return unreached()
    return stored.ok ? ok(((await stored.json()) as { sha256: string }).sha256) : problemOf(stored)
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
    async sign({ sha256, meaning }, proof) {
      const given = Object.fromEntries(Object.entries(proof).filter(([, value]) => value !== ''))
      const reply = await call('POST', '/signatures', { shown_sha256: sha256, meaning, ...given })
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
    async post<T>(path: string, body: object) {
      const reply = await call('POST', path, body)
      if (!reply.ok) return reply
      const text = await reply.value.text()
      return ok((text === '' ? undefined : JSON.parse(text)) as T)
    },
    async end(path) {
      const reply = await call('DELETE', path)
      return reply.ok ? ok(undefined) : reply
    },
    async follow(path, heard) {
      const reply = await call('GET', path)
      if (!reply.ok) return reply
      const reader = reply.value.body?.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
        const lines = (rest + part.value).split('\n')
        rest = lines.pop()!
        for (const line of lines) heard(line)
      }
      return ok(undefined)
    },
    async attach(path) {
      const reply = await call('GET', path)
      if (!reply.ok) return reply
      return store(await reply.value.arrayBuffer())
    },
    store,
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
