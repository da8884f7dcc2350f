// A log asks witnesses to cosign what it sealed (C2SP tlog-witness) and keeps their word. A witness that is slow or away holds nothing up: what was sealed meanwhile is asked for at once later.
import { checkpointRequest, openCheckpoint, parseVerifierKey, type VerifierKey } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type pg from 'pg'
import { fetchFault } from '../read/fetch-fault.ts'
import type { EventLog } from './event-log.ts'
import { sha256, verifyEd25519 } from './signer.ts'

export interface WitnessAddress {
  /** Submission prefix, without a slash at its end. */
  readonly url: string
  readonly key: VerifierKey
}

const ANSWER_WITHIN_MS = 10_000
const CLOSE_WITHIN_MS = 2_000
const RETRY_FIRST_MS = 5_000
const RETRY_MOST_MS = 5 * 60_000

/** One witness a line, URL and verifier key; `#` begins a remark. Errors: `witnesses` with the line, `verifier-key`. */
export function parseWitnesses(text: string): Result<readonly WitnessAddress[], Issue> {
  const witnesses: WitnessAddress[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/)
    if (words[0] === '') continue
    const wrong = (what: string) =>
      fail({
        ...issue('witnesses', what, 'write URL and verifier key, one witness a line, as `cognate audit witness` prints them'),
        line: i + 1,
      })
    if (words.length !== 2 || !/^https?:$/.test(URL.parse(words[0]!)?.protocol ?? '')) return wrong(`"${line.trim()}" is no witness`)
    const key = parseVerifierKey(sha256, words[1]!)
    if (!key.ok) return fail({ ...key.issue, line: i + 1 })
    if (key.value.type !== 'witness') return wrong(`${key.value.name} is the key of a log, not of a witness`)
    witnesses.push({ url: words[0]!.replace(/\/+$/, ''), key: key.value })
  }
  return witnesses.length === 0
    ? fail(issue('witnesses', 'no witness is named', 'write URL and verifier key, one witness a line'))
    : ok(witnesses)
}

/** One log at one witness. */
class WitnessedLog {
  readonly #log: EventLog
  readonly #pool: pg.Pool
  readonly #witness: WitnessAddress
  readonly #tell: (text: string) => void
  readonly #closing = new AbortController()
  /** Events of the newest checkpoint that the witness cosigned, as far as is known. */
  #known = 0
  #wanted: number | undefined
  #note = ''
  #asking: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #retryMs = RETRY_FIRST_MS

  constructor(log: EventLog, pool: pg.Pool, witness: WitnessAddress, tell: (text: string) => void) {
    this.#log = log
    this.#pool = pool
    this.#witness = witness
    this.#tell = text => tell(`${log.signer.origin}: ${text}`)
  }

  /** Only the newest checkpoint is worth asking for: it covers those before. */
  want(note: string, size: number): void {
    this.#wanted = size
    this.#note = note
    if (this.#retry === undefined) this.#askSoon()
  }

  #askSoon(): void {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
      // what was sealed between the last look and now
      if (this.#wanted !== undefined && this.#retry === undefined && !this.#closing.signal.aborted) this.#askSoon()
    })
  }

  async #ask(): Promise<void> {
    while (this.#wanted !== undefined && !this.#closing.signal.aborted) {
      const [note, size] = [this.#note, this.#wanted]
      const fault = await this.#askFor(note, size).catch((error: Error) => `cannot be reached: ${fetchFault(error)}`)
      if (this.#closing.signal.aborted) return
      if (fault !== undefined) {
        if (this.#retryMs === RETRY_FIRST_MS) this.#tell(`witness ${this.#witness.key.name} ${fault}`)
        this.#retry = setTimeout(() => {
          this.#retry = undefined
          this.#askSoon()
        }, this.#retryMs).unref()
        this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MOST_MS)
        return
      }
      if (this.#retryMs > RETRY_FIRST_MS) this.#tell(`witness ${this.#witness.key.name} answers again`)
      this.#retryMs = RETRY_FIRST_MS
      if (this.#wanted === size) this.#wanted = undefined
    }
  }

  /** What was wrong, or undefined when the cosignature is kept. */
  async #askFor(note: string, size: number): Promise<string | undefined> {
    const { tree, signer } = this.#log
    for (let attempt = 0; attempt < 2; attempt++) {
      const older = this.#known
      const answer = await fetch(`${this.#witness.url}/add-checkpoint`, {
        // a witness answers itself or not at all
        redirect: 'error',
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: checkpointRequest({ older, proof: tree.consistencyProof(older, size), note }),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      })
      const text = await answer.text()
      if (answer.status === 409) {
        const seen = Number(text)
        if (!Number.isSafeInteger(seen) || seen < 0) return `answered 409 with "${text.slice(0, 80)}"`
        // another process of this record may be ahead; a record that was set back is not
        if (seen > size) return `has seen ${seen} events, this log has ${size}: another process is ahead, or the record was set back`
        this.#known = seen
        continue
      }
      if (answer.status !== 200) return `does not cosign ${size} events: ${answer.status} ${text.trim().slice(0, 300)}`
      const opened = openCheckpoint(verifyEd25519, note + text, [signer.key, this.#witness.key], signer.origin)
      const line = opened.ok ? opened.value.signatures.find(signature => signature.key === this.#witness.key)?.line : undefined
      if (line === undefined) return `answered with no cosignature of its own${opened.ok ? '' : `: ${opened.issue.what}`}`
      await this.#pool.query('INSERT INTO cosignature (log, size, witness, line) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
        signer.origin,
        size,
        `${this.#witness.key.name}+${this.#witness.key.id}`,
        line,
      ])
      this.#known = size
      return undefined
    }
    return 'changed its mind about what it has seen; is another process asking it too?'
  }

  /** Gives a request that is under way a moment to be answered. */
  async close(): Promise<void> {
    clearTimeout(this.#retry)
    const patience = setTimeout(() => this.#closing.abort(), CLOSE_WITHIN_MS)
    await this.#asking
    clearTimeout(patience)
    this.#closing.abort()
  }
}

/** From now on every checkpoint of the logs is taken to the witnesses, the newest one first. The answer ends it. */
export async function askWitnesses(
  logs: readonly EventLog[],
  pool: pg.Pool,
  witnesses: readonly WitnessAddress[],
  tell: (text: string) => void,
): Promise<() => Promise<void>> {
  if (witnesses.length === 0) return async () => undefined
  const all: WitnessedLog[] = []
  for (const log of logs) {
    const witnessed = witnesses.map(witness => new WitnessedLog(log, pool, witness, tell))
    all.push(...witnessed)
    log.onSealed = (note, size) => {
      for (const one of witnessed) one.want(note, size)
    }
    // what was sealed while nobody asked; the log's own signature alone, for a note has one of each witness
    const { rows } = await pool.query<{ size: number; note: string }>(
      'SELECT size::float8 AS size, note FROM checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1',
      [log.signer.origin],
    )
    for (const { note, size } of rows) log.onSealed(note, size)
  }
  return async () => {
    for (const log of logs) log.onSealed = undefined
    await Promise.all(all.map(one => one.close()))
  }
}
