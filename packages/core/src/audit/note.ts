// Signed notes and checkpoints of a log: C2SP signed-note, tlog-checkpoint and tlog-cosignature (github.com/C2SP/C2SP, commit 5ba5ee8).
// A note is text, an empty line and lines `— NAME BASE64(key id ‖ signature)`. Signing and checking come in as arguments.
import { concatBytes, utf8ToBytes as utf8 } from '@noble/hashes/utils.js'
import { fromBase64, fromHex, type Issue, issue, ok, type Result, refuse, toBase64, toHex } from '../base/index.ts'
import { HASH_BYTES, type Sha256 } from './merkle.ts'

/** Ed25519 of a message by a raw 32-byte public key. */
export type Verify = (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean
export type Sign = (message: Uint8Array) => Uint8Array

/** A log's own signature, or a witness's cosignature with its time. */
export const SIGNATURE_TYPES = { log: 0x01, witness: 0x04 } as const
export type SignatureType = keyof typeof SIGNATURE_TYPES

/** `NAME+HEX(key id)+BASE64(type ‖ public key)`, the way a key is handed to who shall trust it. */
export interface VerifierKey {
  readonly name: string
  /** Four bytes, hex. */
  readonly id: string
  readonly type: SignatureType
  readonly publicKey: Uint8Array
}

export function keyId(sha256: Sha256, name: string, type: SignatureType, publicKey: Uint8Array): string {
  return toHex(sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, SIGNATURE_TYPES[type]), publicKey)).subarray(0, 4))
}

export const formatVerifierKey = (key: VerifierKey): string =>
  `${key.name}+${key.id}+${toBase64(concatBytes(Uint8Array.of(SIGNATURE_TYPES[key.type]), key.publicKey))}`

/** Errors: `verifier-key`. */
export function parseVerifierKey(sha256: Sha256, text: string): Result<VerifierKey, Issue> {
  const wrong = (what: string) =>
    refuse('verifier-key', `"${text}" is no verifier key: ${what}`, 'write NAME+KEYID+BASE64, as `cognate audit key` prints it')
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim())
  if (match === null) return wrong('three parts are expected')
  const bytes = fromBase64(match[3]!)
  if (bytes === undefined || bytes.length !== 1 + HASH_BYTES) return wrong('the key is 33 bytes of base64')
  const type = (Object.keys(SIGNATURE_TYPES) as SignatureType[]).find(name => SIGNATURE_TYPES[name] === bytes[0])
  if (type === undefined) return wrong(`signature type ${bytes[0]} is not known`)
  const publicKey = bytes.slice(1)
  if (keyId(sha256, match[1]!, type, publicKey) !== match[2]) return wrong('the key id is not that of the key')
  return ok({ name: match[1]!, id: match[2]!, type, publicKey })
}

export interface NoteSignature {
  readonly key: VerifierKey
  /** Seconds since 1970 that a witness signed with; undefined for a log's own. */
  readonly time: number | undefined
  /** The signature as it stands in the note, with its newline. */
  readonly line: string
}

export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string
  /** By trusted keys, all good; at least one. */
  readonly signatures: readonly NoteSignature[]
}

/** What a signature is made over. A witness signs the time with the text (tlog-cosignature). */
export const signedBytes = (type: SignatureType, text: string, time: number | undefined): Uint8Array =>
  utf8(type === 'log' ? text : `cosignature/v1\ntime ${time}\n${text}`)

const big64 = (value: number): Uint8Array => Uint8Array.from({ length: 8 }, (_, i) => Number((BigInt(value) >> BigInt(56 - 8 * i)) & 255n))

/** One signature line for a note's text. */
export function signatureLine(key: VerifierKey, sign: Sign, text: string, time?: number): string {
  const signature = sign(signedBytes(key.type, text, time))
  const body = time === undefined ? signature : concatBytes(big64(time), signature)
  return `— ${key.name} ${toBase64(concatBytes(fromHex(key.id)!, body))}\n`
}

export const formatNote = (text: string, lines: readonly string[]): string => `${text}\n${lines.join('')}`

/**
 * Reads a note and checks it against trusted keys: unknown signatures are ignored, one bad signature of a trusted key refuses the note, and at least one must be good.
 * Errors: `note-malformed`, `note-signature`, `note-unsigned`.
 */
export function openNote(verify: Verify, note: string, trusted: readonly VerifierKey[]): Result<SignedNote, Issue> {
  const malformed = (what: string) =>
    refuse('note-malformed', `the signed note is malformed: ${what}`, 'take the checkpoint again from where it was published')
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) return malformed('a control character stands in it')
  const split = note.lastIndexOf('\n\n')
  if (split < 0) return malformed('the empty line before the signatures is missing')
  if (!note.endsWith('\n')) return malformed('the last line does not end')
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > 100) return malformed('it has more than 100 signatures')
  const good: NoteSignature[] = []
  for (const line of lines) {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line)
    const bytes = match === null ? undefined : fromBase64(match[2]!)
    if (match === null || bytes === undefined || bytes.length < 5) return malformed(`"${line}" is no signature line`)
    const id = toHex(bytes.subarray(0, 4))
    const key = trusted.find(known => known.name === match[1] && known.id === id)
    if (key === undefined) continue
    if (good.some(before => before.key === key)) return malformed(`two signatures of ${key.name}`)
    const time = key.type === 'witness' ? Number(bytes.subarray(4, 12).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)) : undefined
    const signature = bytes.subarray(key.type === 'witness' ? 12 : 4)
    if (signature.length !== 64 || !verify(signedBytes(key.type, text, time), signature, key.publicKey))
      return refuse(
        'note-signature',
        `the signature of ${key.name} (${id}) does not fit the text`,
        'the text was changed, or another key signed it',
      )
    good.push({ key, time, line: `${line}\n` })
  }
  if (good.length === 0)
    return refuse(
      'note-unsigned',
      'no trusted key signed the note',
      'give the key of the log by --key; keys inside an export prove nothing',
    )
  return ok({ text, signatures: good })
}

/** What a log says of itself at a moment: so many events, and this root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`

/** Errors: `checkpoint`, and `checkpoint-origin` where the text is another log's. */
export function parseCheckpoint(text: string, origin: string): Result<Checkpoint, Issue> {
  const wrong = (what: string) =>
    refuse('checkpoint', `this is no checkpoint: ${what}`, 'three lines are expected: origin, number of events, root')
  const [name, sizeText, rootText] = text.split('\n')
  if (name === undefined || name === '' || sizeText === undefined || rootText === undefined) return wrong('a line is missing')
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(Number(sizeText))) return wrong(`"${sizeText}" is no number of events`)
  const root = fromBase64(rootText)
  if (root === undefined || root.length !== HASH_BYTES) return wrong('the root is not 32 bytes of base64')
  if (name !== origin)
    return refuse('checkpoint-origin', `the checkpoint is of ${name}, not of ${origin}`, 'give a checkpoint of the same log')
  return ok({ origin: name, size: Number(sizeText), root })
}

/** A note that is a checkpoint of the log `origin`, signed by the log's own trusted key. Errors: those of `openNote` and `parseCheckpoint`, `note-unsigned`. */
export function openCheckpoint(
  verify: Verify,
  note: string,
  trusted: readonly VerifierKey[],
  origin: string,
): Result<Checkpoint & { readonly signatures: readonly NoteSignature[] }, Issue> {
  const opened = openNote(verify, note, trusted)
  if (!opened.ok) return opened
  const checkpoint = parseCheckpoint(opened.value.text, origin)
  if (!checkpoint.ok) return checkpoint
  if (!opened.value.signatures.some(({ key }) => key.type === 'log' && key.name === origin))
    return {
      ok: false,
      issue: issue('note-unsigned', `no trusted key of ${origin} signed the checkpoint`, 'give the key of the log by --key'),
    }
  return ok({ ...checkpoint.value, signatures: opened.value.signatures })
}
