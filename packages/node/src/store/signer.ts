// The key of a log and the memory of what it signed. Both live outside the database: whoever rewrites the database has no key, and whoever restores an older one meets the memory.
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Checkpoint,
  checkpointText,
  formatNote,
  formatVerifierKey,
  keyId,
  type Sha256,
  type Sign,
  signatureLine,
  type VerifierKey,
  type Verify,
} from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result, toBase64 } from '@cognate/core/base'

export const sha256: Sha256 = bytes => hash('sha256', bytes, 'buffer')

/** DER of an Ed25519 public key before its 32 bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

export const verifyEd25519: Verify = (message, signature, publicKey) =>
  verify(null, message, createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' }), signature)

/** Written whole or not at all: temporary name, fsync of file and folder, rename. */
export function writeDurably(path: string, text: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'w', mode)
  try {
    const bytes = Buffer.from(text)
    // a write may be short: what did not go out has to follow, or the rename would publish half a file
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

export interface Signer {
  readonly origin: string
  readonly key: VerifierKey
  /** The signed checkpoint as a note. Refuses a log that is smaller than, or another than, what was signed before. */
  seal(size: number, root: Uint8Array, consistent: (older: Checkpoint) => boolean): Result<string, Issue>
  /** What was signed last. */
  readonly last: Checkpoint | undefined
}

export interface KeyPair {
  readonly privateKey: KeyObject
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The Ed25519 key in a file, made where it may be. Errors: `signing-key`: missing, open to others, or no key. */
export function openKey(keyFile: string, mayMake: boolean): Result<KeyPair, Issue> {
  if (!existsSync(keyFile)) {
    if (!mayMake)
      return fail(
        issue(
          'signing-key',
          `the signing key ${keyFile} is missing`,
          'put the key back from its backup; without it the log is read and not written',
        ),
      )
    writeDurably(keyFile, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  }
  if ((statSync(keyFile).mode & 0o077) !== 0)
    return fail(issue('signing-key', `the signing key ${keyFile} is open to others`, `chmod 600 ${keyFile}`))
  try {
    const privateKey = createPrivateKey(readFileSync(keyFile))
    return ok({ privateKey, publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI.length) })
  } catch {
    return fail(issue('signing-key', `${keyFile} is no private key`, 'put the key back from its backup'))
  }
}

export const signEd25519 =
  (privateKey: KeyObject): Sign =>
  message =>
    sign(null, message, privateKey)

/** The signer of `origin`, its key in `folder`, made at first use; `write` is another in tests of broken disks. Errors: `signing-key` (unreadable, open to others, or of another log). */
export function openSigner(folder: string, origin: string, write = writeDurably): Result<Signer, Issue> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const keyFile = join(folder, 'log.key')
  const stateFile = join(folder, `${origin.split('/').at(-1)}.state`)
  const opened = openKey(keyFile, !existsSync(stateFile))
  if (!opened.ok) return opened
  const { privateKey, publicKey } = opened.value
  const key: VerifierKey = { name: origin, id: keyId(sha256, origin, 'log', publicKey), type: 'log', publicKey }
  let last: Checkpoint | undefined
  if (existsSync(stateFile)) {
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as { key: string; size: number; root: string }
    if (state.key !== formatVerifierKey(key))
      return fail(
        issue(
          'signing-key',
          `the key in ${keyFile} is not the one that signed ${origin}`,
          'put the right key back; a new key is a rotation and has to be cross-signed',
        ),
      )
    last = { origin, size: state.size, root: Buffer.from(state.root, 'base64') }
  }
  return ok({
    origin,
    key,
    get last() {
      return last
    },
    seal(size, root, consistent) {
      if (last !== undefined && (size < last.size || !consistent(last)))
        return fail(
          issue(
            'log-rewritten',
            `${origin} has ${size} events that do not continue the ${last.size} signed before`,
            'the database was set back or rewritten; nothing is signed. Restore the newest backup and compare with a checkpoint kept elsewhere',
          ),
        )
      const checkpoint: Checkpoint = { origin, size, root }
      const text = checkpointText(checkpoint)
      if (last === undefined || size > last.size)
        write(stateFile, JSON.stringify({ key: formatVerifierKey(key), size, root: toBase64(root) }))
      last = checkpoint
      return ok(formatNote(text, [signatureLine(key, signEd25519(privateKey), text)]))
    },
  })
}
