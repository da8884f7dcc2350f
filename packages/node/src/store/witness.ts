// A witness: another machine's word that a log only ever grew (C2SP tlog-witness, tlog-cosignature). It holds a key and, for each log, the newest checkpoint that it cosigned; what does not
// continue that is not cosigned. Kept on disk before it is answered; one process a folder.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { type Checkpoint, formatNote, judgeCheckpoint, keyId, openCheckpoint, signatureLine, type VerifierKey } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { openKey, sha256, signEd25519, verifyEd25519, writeDurably } from './signer.ts'

export interface WitnessPlace {
  readonly folder: string
  /** Name in every cosignature, such as `auditor.example/w1`. */
  readonly name: string
  readonly logs: readonly VerifierKey[]
  /** ms since 1970. */
  readonly now?: () => number
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly type: string
  readonly body: string
}

const TEXT = 'text/plain; charset=utf-8'

export class Witness {
  readonly key: VerifierKey
  readonly #place: WitnessPlace
  readonly #sign: (text: string) => string
  readonly #newest = new Map<string, Checkpoint>()
  readonly #lock: Server

  private constructor(place: WitnessPlace, key: VerifierKey, sign: (text: string) => string, lock: Server) {
    this.#place = place
    this.key = key
    this.#sign = sign
    this.#lock = lock
  }

  /** Errors: `witness-name`, `signing-key`, `folder`, `folder-in-use`; `witness-state`: what was cosigned before cannot be read, or is not by this key. */
  static async open(place: WitnessPlace): Promise<Result<Witness, Issue>> {
    if (!/^[^\s+]+$/.test(place.name))
      return fail(
        issue(
          'witness-name',
          `"${place.name}" is no name of a witness`,
          'write it without spaces and plus signs, such as auditor.example/w1',
        ),
      )
    mkdirSync(place.folder, { recursive: true, mode: 0o700 })
    const lock = await holdFolder(place.folder)
    if (!lock.ok) return lock
    const opened = Witness.#openHeld(place, lock.value)
    if (!opened.ok) lock.value.close()
    return opened
  }

  static #openHeld(place: WitnessPlace, lock: Server): Result<Witness, Issue> {
    const mine = place.logs.map(log => log.name).filter(origin => existsSync(noteFile(place.folder, origin)))
    const pair = openKey(join(place.folder, 'witness.key'), mine.length === 0)
    if (!pair.ok) return pair
    const { privateKey, publicKey } = pair.value
    const key: VerifierKey = { name: place.name, id: keyId(sha256, place.name, 'witness', publicKey), type: 'witness', publicKey }
    const now = place.now ?? Date.now
    const witness = new Witness(place, key, text => signatureLine(key, signEd25519(privateKey), text, Math.floor(now() / 1000)), lock)
    for (const origin of mine) {
      const file = noteFile(place.folder, origin)
      const opened = openCheckpoint(verifyEd25519, readFileSync(file, 'utf8'), [...place.logs, key], origin)
      if (!opened.ok || !opened.value.signatures.some(signature => signature.key === key))
        return fail({
          ...issue(
            'witness-state',
            `the checkpoint of ${origin} is not one that ${place.name} cosigned${opened.ok ? '' : `: ${opened.issue.what}`}`,
            'put the folder back from its backup; a witness that forgot what it saw is worth nothing',
          ),
          file,
        })
      witness.#newest.set(origin, opened.value)
    }
    return ok(witness)
  }

  /** `POST add-checkpoint`. One at a time: nothing waits between the check and the disk. */
  add(body: string): WitnessAnswer {
    const { folder, logs } = this.#place
    const judged = judgeCheckpoint({ sha256, verify: verifyEd25519, logs, newest: origin => this.#newest.get(origin) }, body)
    if (judged.kind === 'conflict') return { status: 409, type: 'text/x.tlog.size', body: `${judged.size}\n` }
    if (judged.kind === 'refused') return { status: judged.status, type: TEXT, body: `${judged.issue.what}; ${judged.issue.remedy}\n` }
    const line = this.#sign(judged.text)
    const { origin } = judged.checkpoint
    writeDurably(noteFile(folder, origin), formatNote(judged.text, [...judged.logLines, line]))
    this.#newest.set(origin, judged.checkpoint)
    return { status: 200, type: TEXT, body: line }
  }

  /** `GET HASH/checkpoint`: the newest cosigned checkpoint of a log, by the SHA-256 of its origin. */
  checkpoint(originSha256: string): WitnessAnswer {
    const origin = [...this.#newest.keys()].find(name => originHash(name) === originSha256)
    return origin === undefined
      ? { status: 404, type: TEXT, body: 'no checkpoint of that log was cosigned\n' }
      : { status: 200, type: TEXT, body: readFileSync(noteFile(this.#place.folder, origin), 'utf8') }
  }

  close(): void {
    this.#lock.close()
  }
}

const originHash = (origin: string): string => createHash('sha256').update(origin).digest('hex')
const noteFile = (folder: string, origin: string): string => join(folder, `${originHash(origin)}.checkpoint`)

const LOCK = 'lock.sock'

/** The folder is this process's until it closes or dies: a socket that listens says so, and one that nobody listens on is left from before. Errors: `folder-in-use`. */
async function holdFolder(folder: string): Promise<Result<Server, Issue>> {
  const path = join(folder, LOCK)
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = createServer(socket => socket.destroy())
    const fault = await new Promise<NodeJS.ErrnoException | undefined>(resolve => {
      server.once('error', resolve)
      server.listen(path, () => resolve(undefined))
    })
    if (fault === undefined) return ok(server.unref())
    if (fault.code !== 'EADDRINUSE')
      return fail(
        issue('folder', `${path} cannot be made: ${fault.message}`, 'name a folder with a shorter path that this user may write to'),
      )
    if (await isListening(path)) break
    rmSync(path, { force: true })
  }
  return fail(issue('folder-in-use', `another process is the witness in ${folder}`, 'stop it first; one folder has one witness'))
}

const isListening = (path: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
