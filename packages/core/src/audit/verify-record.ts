// An exported record, checked without the database by someone who does not trust it: lines are canonical events 0…n−1, their Merkle root is the signed checkpoint's, older checkpoints
// lie on the same history, every row is named by exactly one event with its hash, signatures fit what was shown, times do not run backwards. Streams; one pass; memory for marks only.
import { type Issue, issue, toBase64, toHex } from '../base/index.ts'
import { type AuditEvent, parseEvent, type RecordRow, rowText, shownText } from './event.ts'
import { equalBytes, leafHash, MerkleTree, type Sha256 } from './merkle.ts'
import type { Checkpoint } from './note.ts'

export interface Finding extends Issue {
  /** First bad event, where one is. */
  readonly index?: number
}

export interface OlderCheckpoint {
  readonly label: string
  readonly checkpoint: Checkpoint
}

export interface VerifiedRecord {
  readonly log: string
  readonly size: number
  readonly root: string
  readonly rows: number
  readonly signatures: number
  /** Checkpoints kept elsewhere that lie on this history. With 0, whoever holds database and key could have rewritten it all. */
  readonly independentCheckpoints: number
  readonly findings: readonly Finding[]
  /** Reported, but no proof of change: such as a clock that jumped. */
  readonly remarks: readonly Finding[]
}

/** A step back of the clock up to this is no finding: clocks are corrected. */
export const CLOCK_TOLERANCE_MS = 2_000
/** Wall clock and the clock that nobody sets may drift apart by this between two events of one process; more is reported. */
const CLOCK_LEAP_MS = 5_000
/** Findings of one code that are told; a thousand more say no more. */
const MOST_OF_A_CODE = 5

export class RecordVerifier {
  readonly #sha256: Sha256
  readonly #utf8: (text: string) => Uint8Array
  readonly #older: readonly OlderCheckpoint[]
  readonly #olderRoots = new Map<number, Uint8Array>()
  readonly #tree: MerkleTree
  readonly #marks = new Map<string, { readonly sha256: string; readonly index: number }>()
  readonly #versions = new Map<string, number>()
  readonly #files = new Set<string>()
  readonly #findings: Finding[] = []
  readonly #remarks: Finding[] = []
  readonly #checkpoint: Checkpoint
  readonly #parse: (instant: string) => number
  #before: { readonly time: number; readonly clock: AuditEvent['clock'] } | undefined
  #index = 0
  #signatures = 0
  #rows = 0

  /** `instant` reads an RFC 3339 time as milliseconds; `utf8` encodes. Both differ in speed between runtimes. */
  constructor(
    tools: { readonly sha256: Sha256; readonly utf8: (text: string) => Uint8Array; readonly instant: (text: string) => number },
    checkpoint: Checkpoint,
    older: readonly OlderCheckpoint[],
  ) {
    this.#sha256 = tools.sha256
    this.#utf8 = tools.utf8
    this.#parse = tools.instant
    this.#checkpoint = checkpoint
    this.#older = older
    this.#tree = new MerkleTree(tools.sha256)
    this.#noteOlderRoot()
  }

  #find(code: string, what: string, index?: number): void {
    if (this.#findings.filter(finding => finding.code === code).length >= MOST_OF_A_CODE) return
    const problem = issue(code, what, 'the record was changed after it was sealed, or the export is not whole; take it again and compare')
    this.#findings.push(index === undefined ? problem : { ...problem, index })
  }

  #noteOlderRoot(): void {
    if (this.#older.some(({ checkpoint }) => checkpoint.size === this.#tree.size)) this.#olderRoots.set(this.#tree.size, this.#tree.root())
  }

  /** One line of `events.ndjson`, without its newline; `bytes`: as it stands in the file, where the caller has them. */
  event(line: string, bytes = this.#utf8(line)): AuditEvent | undefined {
    const index = this.#index++
    this.#tree.append(leafHash(this.#sha256, bytes))
    this.#noteOlderRoot()
    const parsed = parseEvent(line)
    if (!parsed.ok) {
      this.#find(parsed.issue.code, `event ${index}: ${parsed.issue.what}`, index)
      return undefined
    }
    const event = parsed.value
    if (event.index !== index) this.#find('event-index', `the event at place ${index} calls itself ${event.index}`, index)
    if (event.log !== this.#checkpoint.origin) this.#find('event-log', `event ${index} is of the log ${event.log}`, index)
    this.#checkClock(event, index)
    for (const row of event.rows) {
      const key = `${row.table}/${row.id}`
      const versioned = `${key}/${row.version}`
      const held = this.#versions.get(key) ?? 0
      if (row.version !== held + 1) this.#find('row-version', `event ${index} writes version ${row.version} of ${key} after ${held}`, index)
      this.#versions.set(key, row.version)
      if (this.#marks.has(versioned))
        this.#find('row-twice', `event ${index} names ${versioned}, which event ${this.#marks.get(versioned)!.index} wrote`, index)
      // of a part, the place of a line is not the event's index; of a whole, a difference was found above
      this.#marks.set(versioned, { sha256: row.sha256, index: event.index })
    }
    for (const file of event.files) this.#files.add(file)
    if (event.signature !== null) {
      this.#signatures++
      const shown = toHex(this.#sha256(this.#utf8(shownText(event.command, event.entity, event.input, event.signature.meaning))))
      if (event.signature.shown_sha256 !== shown)
        this.#find('signature', `the signature of event ${index} was given for another record`, index)
      if (event.signature.account !== event.actor.account)
        this.#find('signature', `event ${index} is signed by another account than the one that acted`, index)
    }
    return event
  }

  #checkClock(event: AuditEvent, index: number): void {
    const time = this.#parse(event.time)
    const before = this.#before
    this.#before = { time, clock: event.clock }
    if (before === undefined) return
    if (time < before.time - CLOCK_TOLERANCE_MS)
      this.#find('event-time', `event ${index} is ${((before.time - time) / 1000).toFixed(1)} s before the one before it`, index)
    if (before.clock.process !== event.clock.process) return
    const drift = time - before.time - (Number(event.clock.monotonic) - Number(before.clock.monotonic))
    if (event.clock.source === 'held' || Math.abs(drift) > CLOCK_LEAP_MS)
      this.#remarks.push({
        ...issue(
          'clock-jump',
          `the clock moved by ${(drift / 1000).toFixed(1)} s before event ${index}${event.clock.source === 'held' ? ' (it stood behind the log and was held)' : ''}`,
          'see the site’s log of clock corrections',
        ),
        index,
      })
  }

  /** One row of `rows/TABLE.ndjson`. */
  row(table: string, row: RecordRow & { readonly row_sha256?: string }): void {
    this.#rows++
    const key = `${table}/${row.id}/${row.version}`
    const mark = this.#marks.get(key)
    if (mark === undefined) {
      this.#find('row-unknown', `no event wrote the row ${key}`)
      return
    }
    if (mark.index !== row.event_index)
      this.#find('row-event', `the row ${key} names event ${row.event_index}; event ${mark.index} wrote it`, mark.index)
    const hash = toHex(this.#sha256(this.#utf8(rowText(table, row))))
    if (hash !== mark.sha256 || row.row_sha256 !== hash)
      this.#find('row-changed', `the row ${key} is not what event ${mark.index} wrote`, mark.index)
    this.#marks.delete(key)
  }

  /** Files that events name. */
  get files(): ReadonlySet<string> {
    return this.#files
  }

  file(sha256: string, found: string | undefined): void {
    if (found === undefined) this.#find('file-missing', `the file ${sha256} that an event names is not there`)
    else if (found !== sha256) this.#find('file-changed', `the file ${sha256} has the hash ${found}`)
  }

  /** `wholeRows`: the export has every row; then a mark without its row is a finding. */
  finish({ wholeRows }: { readonly wholeRows: boolean }): VerifiedRecord {
    const { size, root } = this.#checkpoint
    if (this.#tree.size !== size)
      this.#find('size', `the export has ${this.#tree.size} events, its checkpoint ${size}`, Math.min(this.#tree.size, size))
    else if (!equalBytes(this.#tree.root(), root)) this.#find('root', 'the events do not have the root that the checkpoint signs')
    let independent = 0
    for (const { label, checkpoint } of this.#older) {
      const found = this.#olderRoots.get(checkpoint.size)
      if (checkpoint.size > size)
        this.#find('history', `${label} knows ${checkpoint.size} events, the export ends at ${size}: later ones were cut off`, size)
      else if (found === undefined || !equalBytes(found, checkpoint.root))
        this.#find('history', `the first ${checkpoint.size} events are not those that ${label} sealed: history was rewritten`)
      else independent++
    }
    if (wholeRows) {
      let missing = 0
      for (const [key, { index }] of this.#marks)
        if (missing++ === 0) this.#find('row-missing', `the row ${key} that event ${index} wrote is not there`, index)
      if (missing > 1) this.#find('row-missing', `${missing} rows that events wrote are not there`)
    }
    return {
      log: this.#checkpoint.origin,
      size: this.#tree.size,
      root: toBase64(this.#tree.root()),
      rows: this.#rows,
      signatures: this.#signatures,
      independentCheckpoints: independent,
      findings: this.#findings,
      remarks: this.#remarks,
    }
  }
}
