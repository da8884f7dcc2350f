// Signing: what a signer is shown, the token that proves it, good once and for a short time.
import { type AuditEvent, shownText } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type pg from 'pg'
import { type CommandRequest, hashText, type SignatureWanted } from './command-request.ts'

interface StepUp {
  readonly token_sha256: string
  readonly session_sha256: string
  readonly shown_sha256: string
  readonly meaning: string
  readonly method: string
  readonly until: Date
}

/** Step-up tokens by their hash. */
export type Proofs = ReadonlyMap<string, StepUp>

/** Step-up tokens of the batch, used up by being read. */
export async function takeProofs(client: pg.Client, requests: readonly CommandRequest[]): Promise<Proofs> {
  const tokens = requests.flatMap(request => request.signature ?? [])
  if (tokens.length === 0) return new Map()
  const { rows } = await client.query<StepUp>(
    'DELETE FROM step_up WHERE token_sha256 = ANY($1) RETURNING token_sha256, session_sha256, shown_sha256, meaning, method, until',
    [tokens],
  )
  return new Map(rows.map(row => [row.token_sha256, row]))
}

/** The signature that a command needs, or null; an issue that shows what is to be signed where no token proves it. */
export function signatureFor(
  request: CommandRequest,
  name: string,
  entity: AuditEvent['entity'],
  proofs: Proofs,
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
