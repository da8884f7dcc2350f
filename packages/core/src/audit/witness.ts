// What a log asks of a witness, and what the witness answers: C2SP tlog-witness (github.com/C2SP/C2SP, commit 5ba5ee8), `add-checkpoint`. A witness keeps the newest checkpoint of each log
// that it cosigned, and cosigns only what continues it. Judging is pure; keeping, signing and the time are the caller's.
import { fromBase64, type Issue, issue, ok, type Result, refuse, toBase64 } from '../base/index.ts'
import { equalBytes, HASH_BYTES, type Sha256, verifyConsistency } from './merkle.ts'
import { type Checkpoint, openCheckpoint, type VerifierKey, type Verify } from './note.ts'

/** More hashes than any proof of a tree below 2^63 has. */
const PROOF_MOST = 63

export interface CheckpointRequest {
  /** Events that the witness saw before, as the log remembers. */
  readonly older: number
  /** From `older` to the size of the checkpoint. */
  readonly proof: readonly Uint8Array[]
  readonly note: string
}

export const checkpointRequest = ({ older, proof, note }: CheckpointRequest): string =>
  `old ${older}\n${proof.map(hash => `${toBase64(hash)}\n`).join('')}\n${note}`

/** Errors: `checkpoint-request`. */
function parseCheckpointRequest(body: string): Result<CheckpointRequest, Issue> {
  const wrong = (what: string) =>
    refuse('checkpoint-request', what, 'send `old SIZE`, at most 63 hashes of the proof, an empty line and the checkpoint')
  const end = body.indexOf('\n\n')
  if (end < 0) return wrong('the empty line before the checkpoint is missing')
  const [first = '', ...hashes] = body.slice(0, end).split('\n')
  const size = /^old (0|[1-9]\d{0,15})$/.exec(first)?.[1]
  if (size === undefined || !Number.isSafeInteger(Number(size))) return wrong(`"${first}" is not the size of a checkpoint before`)
  if (hashes.length > PROOF_MOST) return wrong(`the proof has ${hashes.length} hashes`)
  const proof = hashes.map(fromBase64)
  if (!proof.every(hash => hash?.length === HASH_BYTES)) return wrong('a line of the proof is not 32 bytes of base64')
  return ok({ older: Number(size), proof: proof as Uint8Array[], note: body.slice(end + 2) })
}

export type Judgement =
  | { readonly kind: 'cosign'; readonly checkpoint: Checkpoint; readonly text: string; readonly logLines: readonly string[] }
  /** The log remembers another checkpoint than the witness: its size is told. */
  | { readonly kind: 'conflict'; readonly size: number }
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 404 | 422; readonly issue: Issue }

export interface WitnessKnowledge {
  readonly sha256: Sha256
  readonly verify: Verify
  /** Keys of the logs that are witnessed. */
  readonly logs: readonly VerifierKey[]
  /** The newest checkpoint of a log that was cosigned. */
  readonly newest: (origin: string) => Checkpoint | undefined
}

/** Statuses are those that tlog-witness asks for. */
export function judgeCheckpoint({ sha256, verify, logs, newest }: WitnessKnowledge, body: string): Judgement {
  const refused = (status: 400 | 403 | 404 | 422, problem: Issue): Judgement => ({ kind: 'refused', status, issue: problem })
  const request = parseCheckpointRequest(body)
  if (!request.ok) return refused(400, request.issue)
  const { older, proof, note } = request.value
  const origin = note.slice(0, Math.max(0, note.indexOf('\n')))
  const keys = logs.filter(key => key.name === origin)
  if (keys.length === 0)
    return refused(404, issue('log-unknown', `the log "${origin}" is not witnessed here`, 'give its verifier key to the witness by --log'))
  const opened = openCheckpoint(verify, note, keys, origin)
  if (!opened.ok) return refused(['note-signature', 'note-unsigned'].includes(opened.issue.code) ? 403 : 400, opened.issue)
  const checkpoint = opened.value
  const { size, root } = checkpoint
  if (older > size)
    return refused(400, issue('checkpoint-request', `a checkpoint of ${size} events cannot follow one of ${older}`, 'send the newest one'))
  const held = newest(origin)
  if (older !== (held?.size ?? 0)) return { kind: 'conflict', size: held?.size ?? 0 }
  const continues =
    held === undefined || older === 0
      ? proof.length === 0 && (size > 0 || equalBytes(root, sha256(new Uint8Array(0))))
      : older === size
        ? proof.length === 0 && equalBytes(root, held.root)
        : verifyConsistency(sha256, BigInt(older), BigInt(size), held.root, root, proof)
  if (!continues)
    return refused(
      422,
      issue(
        'history',
        `the checkpoint of ${size} events of ${origin} does not continue the one of ${older} that was cosigned`,
        'the log was rewritten, or the proof is wrong: compare with an export',
      ),
    )
  return {
    kind: 'cosign',
    checkpoint,
    text: note.slice(0, note.lastIndexOf('\n\n') + 1),
    logLines: checkpoint.signatures.map(signature => signature.line),
  }
}
