// A request under an Idempotency-Key is answered once: asked again, it gets the answer it got.
import { type Issue, issue, ok, type Result } from '@cognate/core/base'
import type pg from 'pg'
import { bodyHash, type CommandAnswer, type CommandRequest } from './command-request.ts'

export interface AnsweredBefore extends Issue {
  readonly answer: Result<CommandAnswer, Issue>
}

interface Answered {
  readonly request: CommandRequest
  readonly answer: Result<CommandAnswer, Issue>
}

/** Requests of the batch that were answered before under their key, or stand in it twice. */
export async function earlierAnswers(client: pg.Client, requests: readonly CommandRequest[]): Promise<Map<CommandRequest, Issue>> {
  const keyed = requests.filter(request => request.idempotencyKey !== undefined)
  const found = new Map<CommandRequest, Issue>()
  if (keyed.length === 0) return found
  const { rows } = await client.query<{ account: string; key: string; body_sha256: string; answer: CommandAnswer }>(
    'SELECT account, key, body_sha256, answer FROM idempotency WHERE (account, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
    [keyed.map(request => request.asker.account), keyed.map(request => request.idempotencyKey!)],
  )
  const before = new Map(rows.map(row => [`${row.account}/${row.key}`, row]))
  const seen = new Map<string, string>()
  for (const request of keyed) {
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

/** Keeps what was answered, in the transaction that wrote it. */
export async function keepAnswers(client: pg.Client, answered: readonly Answered[]): Promise<void> {
  const keyed = answered.flatMap(({ request, answer }) =>
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
