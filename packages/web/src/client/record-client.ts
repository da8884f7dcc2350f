// The record's HTTP interface from the browser. The session is a cookie that no script can read; the token against forged requests stays in this tab.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'

const CSRF = 'cognate-csrf'

export interface SignIn {
  readonly account: string
  readonly password: string
  readonly code: string
}

export interface Client {
  readonly get: <T>(path: string) => Promise<Result<T>>
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
  const call = async (method: string, path: string, body?: unknown): Promise<Result<Response, Issue>> => {
    try {
      const reply = await send(`/api/v1${path}`, {
        method,
        headers: {
          accept: 'application/json',
          'x-csrf-token': kept.getItem(CSRF) ?? '',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return reply.ok ? ok(reply) : problemOf(reply)
    } catch {
      return fail(issue('server', 'the server cannot be reached', 'check the connection, and that `cognate serve` runs'))
    }
  }
  return {
    async get<T>(path: string) {
      const reply = await call('GET', path)
      return reply.ok ? ok((await reply.value.json()) as T) : reply
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
