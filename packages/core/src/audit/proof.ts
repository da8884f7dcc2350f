// That one event is in a log, as a text of its own: place, hashes up to the root, and the signed checkpoint of that root, after C2SP's tlog-proof. Whoever has the event's text and the log's key
// needs nothing else. The form is recalled from C2SP and was not held against its text.
import { utf8ToBytes as utf8 } from '@noble/hashes/utils.js'
import { fromBase64, type Issue, ok, type Result, refuse, toBase64 } from '../base/index.ts'
import { HASH_BYTES, leafHash, type Sha256, verifyInclusion } from './merkle.ts'
import { openCheckpoint, type VerifierKey, type Verify } from './note.ts'

const HEAD = 'c2sp.org/tlog-proof@v1'

/** `checkpoint`: a signed note of a size above `index`, whose root the hashes lead to. */
export const formatProof = (index: number, hashes: readonly Uint8Array[], checkpoint: string): string =>
  `${[HEAD, `index ${index}`, ...hashes.map(toBase64)].join('\n')}\n\n${checkpoint}`

export interface ProvenEvent {
  readonly index: number
  /** Events of the log when the checkpoint was signed. */
  readonly size: number
  readonly origin: string
}

/** Is this event's canonical text in the log of the key? Errors: `proof`, and those of the checkpoint. */
export function verifyProof(
  sha256: Sha256,
  verify: Verify,
  { event, proof, key }: { readonly event: string; readonly proof: string; readonly key: VerifierKey },
): Result<ProvenEvent, Issue> {
  const wrong = (what: string) => refuse('proof', what, 'take the proof again from the record')
  const split = proof.indexOf('\n\n')
  const [head, place, ...lines] = proof.slice(0, Math.max(0, split)).split('\n')
  const index = /^index (0|[1-9]\d{0,14})$/.exec(place ?? '')?.[1]
  const hashes = lines.map(fromBase64)
  if (split < 0 || head !== HEAD || index === undefined || !hashes.every(hash => hash?.length === HASH_BYTES))
    return wrong('this is no proof of an event')
  const checkpoint = openCheckpoint(verify, proof.slice(split + 2), [key], key.name)
  if (!checkpoint.ok) return checkpoint
  const { size, root, origin } = checkpoint.value
  return verifyInclusion(sha256, BigInt(index), BigInt(size), leafHash(sha256, utf8(event)), hashes as readonly Uint8Array[], root)
    ? ok({ index: Number(index), size, origin })
    : wrong(`the event is not event ${index} of the log that the checkpoint seals: its text was changed, or the proof is another's`)
}
