// `audit verify`: an exported folder, checked offline with keys and older checkpoints that come from elsewhere.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordRow } from '@cognate/core/audit'
import {
  type Checkpoint,
  type Finding,
  leafHash,
  type NoteSignature,
  type OlderCheckpoint,
  openCheckpoint,
  parseEvent,
  parseVerifierKey,
  RecordVerifier,
  type VerifiedRecord,
  type VerifierKey,
  verifyInclusion,
} from '@cognate/core/audit'
import { fail, fromBase64, type Issue, isCanonicalText, issue, type Json, ok, type Result, toBase64 } from '@cognate/core/base'
import { manifestOf } from './export-record.ts'
import { sha256, verifyEd25519 } from './signer.ts'

const CHUNK = 1 << 20
const encoder = new TextEncoder()
const utf8 = (text: string) => encoder.encode(text)

/** Lines that end with a newline and nothing else; the last has to end too. */
export function* linesOf(path: string): Generator<readonly [line: string, bytes: Uint8Array]> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    let rest = Buffer.alloc(0)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = rest.length === 0 ? chunk.subarray(0, read) : Buffer.concat([rest, chunk.subarray(0, read)])
      let from = 0
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
        const line = bytes.subarray(from, at)
        yield [exactText(line), line]
        from = at + 1
      }
      rest = Buffer.from(bytes.subarray(from))
    }
    if (rest.length > 0) yield [`${exactText(rest)}\u0000`, rest]
  } finally {
    closeSync(file)
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** The text of the bytes, or a text that no event has where they are not UTF-8. */
function exactText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return '\u0000'
  }
}

export interface VerifyOptions {
  readonly folder: string
  /** Verifier keys that are trusted, as texts. */
  readonly keys: readonly string[]
  /** Files with one or more older checkpoints. */
  readonly since: readonly string[]
  readonly witnesses?: readonly string[]
}

export interface Cosigned {
  readonly witness: string
  /** Events that it saw, and when, RFC 3339. */
  readonly size: number
  readonly time: string
}

export interface Verification extends VerifiedRecord {
  readonly proven: boolean
  /** The most that each trusted witness cosigned. */
  readonly witnesses: readonly Cosigned[]
}

type SignedCheckpoint = Checkpoint & { readonly signatures: readonly NoteSignature[] }

/** Checkpoints of a file: notes one after another, an empty line between them. */
function notesOf(text: string): readonly string[] {
  const notes: string[] = []
  let lines: string[] = []
  for (const line of text.replace(/\n+$/, '').split('\n')) {
    // after signature lines, an empty line or a new text begins the next note
    if (lines.at(-1)?.startsWith('— ') && !line.startsWith('— ')) {
      notes.push(`${lines.join('\n')}\n`)
      lines = []
      if (line === '') continue
    }
    lines.push(line)
  }
  if (lines.length > 0) notes.push(`${lines.join('\n')}\n`)
  return notes
}

/** Errors, all of usage: `folder`, `verifier-key`, `since`. What is wrong with the export is in `findings`. */
export function verifyExport(options: VerifyOptions): Result<Verification, Issue> {
  const { folder } = options
  if (!existsSync(join(folder, 'checkpoint')) || !existsSync(join(folder, 'events.ndjson')))
    return fail(
      issue('folder', `${folder} is no export: checkpoint or events.ndjson is missing`, 'name a folder that `cognate audit export` wrote'),
    )
  const keys: VerifierKey[] = []
  for (const text of [...options.keys, ...(options.witnesses ?? [])]) {
    const key = parseVerifierKey(sha256, text)
    if (!key.ok) return key
    keys.push(key.value)
  }
  const origin = keys.find(key => key.type === 'log')?.name
  if (origin === undefined)
    return fail(issue('verifier-key', 'no key of a log is given', 'give the log’s key by --key; it does not come from the export'))
  const older: OlderCheckpoint[] = []
  for (const file of options.since)
    for (const note of notesOf(readFileSync(file, 'utf8'))) {
      const opened = openCheckpoint(verifyEd25519, note, keys, origin)
      if (!opened.ok)
        return fail({ ...issue('since', `${file}: ${opened.issue.what}`, 'give a checkpoint of the same log, kept elsewhere'), file })
      older.push({ label: `${file} (${opened.value.size})`, checkpoint: opened.value })
    }
  const opened = openCheckpoint(verifyEd25519, exactText(readFileSync(join(folder, 'checkpoint'))), keys, origin)
  if (!opened.ok) return ok(unproven(origin, [{ ...opened.issue, what: `checkpoint: ${opened.issue.what}` }]))
  const kept = openKept(folder, keys, origin, older)
  const part = existsSync(join(folder, 'proofs'))
  // a part has no tree to hold older checkpoints against
  const cosigned = eachOnce(part ? [opened.value] : [opened.value, ...kept.checkpoints]).filter(hasWitness)
  const witnesses = keys.filter(key => key.type === 'witness').map(key => ({ key, newest: newestBy(key, cosigned) }))
  const verified = part ? verifyPart(folder, opened.value) : verifyWhole(folder, opened.value, [...older, ...cosigned.map(asWitnessed)])
  const all = [
    ...verified.findings,
    ...checkManifest(folder),
    ...kept.findings,
    ...witnesses
      .filter(({ newest }) => newest === undefined)
      .map(({ key }) =>
        issue(
          'witness',
          `no checkpoint of this export is cosigned by ${key.name}`,
          'the log never reached it, or its cosignatures were taken out',
        ),
      ),
  ]
  return ok({
    ...verified,
    findings: all,
    proven: all.length === 0,
    witnesses: witnesses.flatMap(({ newest }) => newest ?? []),
  })
}

const hasWitness = ({ signatures }: SignedCheckpoint): boolean => signatures.some(({ key }) => key.type === 'witness')

const eachOnce = (checkpoints: readonly SignedCheckpoint[]): readonly SignedCheckpoint[] => [
  ...new Map(checkpoints.map(one => [`${one.size} ${toBase64(one.root)}`, one])).values(),
]

/** What a witness cosigned lies outside the reach of whoever holds database and key, wherever the note is kept. */
const asWitnessed = (checkpoint: SignedCheckpoint): OlderCheckpoint => ({
  label: `the checkpoint that ${checkpoint.signatures.flatMap(({ key }) => (key.type === 'witness' ? key.name : [])).join(' and ')} cosigned`,
  checkpoint,
})

function newestBy(key: VerifierKey, checkpoints: readonly SignedCheckpoint[]): Cosigned | undefined {
  const seen = checkpoints.flatMap(({ size, signatures }) => {
    const signature = signatures.find(one => one.key === key)
    return signature === undefined ? [] : { witness: key.name, size, time: new Date(1000 * (signature.time ?? 0)).toISOString() }
  })
  return seen.reduce<Cosigned | undefined>((most, one) => (most === undefined || one.size > most.size ? one : most), undefined)
}

const unproven = (log: string, findings: readonly Finding[]): Verification => ({
  log,
  size: 0,
  root: '',
  rows: 0,
  signatures: 0,
  independentCheckpoints: 0,
  findings,
  remarks: [],
  proven: false,
  witnesses: [],
})

const tools = { sha256, utf8, instant: (text: string) => Date.parse(text) }

function verifyWhole(folder: string, checkpoint: Checkpoint, older: readonly OlderCheckpoint[]): VerifiedRecord {
  const verifier = new RecordVerifier(tools, checkpoint, older)
  for (const [line, bytes] of linesOf(join(folder, 'events.ndjson'))) verifier.event(line, bytes)
  const wrong = readRows(folder, (table, row) => verifier.row(table, row))
  checkFiles(folder, verifier)
  const done = verifier.finish({ wholeRows: checkpoint.origin.endsWith('/record') })
  return { ...done, findings: [...done.findings, ...wrong] }
}

/** A part: each event by its own proof, rows by their events. */
function verifyPart(folder: string, checkpoint: SignedCheckpoint): VerifiedRecord {
  const findings: Finding[] = []
  const proofs = readdirSync(join(folder, 'proofs')).sort()
  const lines = Array.from(linesOf(join(folder, 'events.ndjson')), ([line]) => line)
  if (lines.length !== proofs.length)
    findings.push(issue('size', `there are ${lines.length} events and ${proofs.length} proofs`, 'take the export again'))
  let signatures = 0
  lines.forEach((line, i) => {
    const file = proofs[i]
    if (file === undefined) return
    const given = readCanonical(join(folder, 'proofs', file)) as { index: number; size: number; proof: string[] } | undefined
    const path = given?.proof?.map(fromBase64) ?? []
    const event = parseEvent(line)
    const good =
      given !== undefined &&
      given.size === checkpoint.size &&
      path.every(hash => hash !== undefined) &&
      event.ok &&
      event.value.index === given.index &&
      verifyInclusion(sha256, BigInt(given.index), BigInt(given.size), leafHash(sha256, utf8(line)), path as Uint8Array[], checkpoint.root)
    if (!good)
      findings.push({
        ...issue('proof', `the event of ${file} is not proven by it`, 'the event or its proof was changed; take the export again'),
        index: given?.index ?? i,
      })
    if (event.ok && event.value.signature !== null) signatures++
  })
  // rows: the marks of the events of this part
  const verifier = new RecordVerifier(tools, checkpoint, [])
  for (const line of lines) verifier.event(line)
  const wrong = readRows(folder, (table, row) => verifier.row(table, row))
  checkFiles(folder, verifier)
  const inPart = new Set([
    'row-changed',
    'row-unknown',
    'row-event',
    'row-missing',
    'signature',
    'file-changed',
    'event-malformed',
    'event-log',
  ])
  const done = verifier.finish({ wholeRows: true })
  return {
    ...done,
    size: lines.length,
    root: toBase64(checkpoint.root),
    signatures,
    independentCheckpoints: hasWitness(checkpoint) ? 1 : 0,
    findings: [...findings, ...done.findings.filter(finding => inPart.has(finding.code)), ...wrong],
  }
}

function readRows(folder: string, take: (table: string, row: RecordRow & { readonly row_sha256?: string }) => void): readonly Finding[] {
  const wrong: Finding[] = []
  const rows = join(folder, 'rows')
  for (const name of existsSync(rows) ? readdirSync(rows).sort() : [])
    for (const [line] of linesOf(join(rows, name))) {
      const row = parseCanonical(line)
      if (row === undefined || !isRow(row as unknown as Json))
        wrong.push(issue('row-malformed', `rows/${name} has a line that is no row`, 'the export was changed; take it again'))
      else take(name.replace(/\.ndjson$/, ''), row)
    }
  return wrong
}

const isRow = (value: Json): boolean =>
  typeof value === 'object' && value !== null && 'id' in value && 'version' in value && 'parent' in value && 'data' in value

function parseCanonical(text: string): (RecordRow & { readonly row_sha256?: string }) | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isCanonicalText(text, value) ? (value as unknown as RecordRow) : undefined
  } catch {
    return undefined
  }
}

const readCanonical = (path: string): unknown => {
  const text = exactText(readFileSync(path))
  return text.endsWith('\n') ? parseCanonical(text.slice(0, -1)) : undefined
}

function checkFiles(folder: string, verifier: RecordVerifier): void {
  const manifest = manifestOf(folder)
  for (const sha256 of verifier.files) verifier.file(sha256, manifest[`files/${sha256}`])
}

function checkManifest(folder: string): readonly Finding[] {
  const path = join(folder, 'manifest.json')
  const wrong = (what: string): readonly Finding[] => [issue('manifest', what, 'the export was changed; take it again')]
  if (!existsSync(path)) return wrong('manifest.json is missing')
  const listed = readCanonical(path) as Readonly<Record<string, string>> | undefined
  if (listed === undefined) return wrong('manifest.json is damaged')
  const found = manifestOf(folder)
  const names = [...new Set([...Object.keys(listed), ...Object.keys(found)])].sort()
  return names.flatMap(name => {
    if (found[name] === undefined) return wrong(`${name} is listed and not there`)
    if (listed[name] === undefined) return wrong(`${name} is there and not listed`)
    return found[name] === listed[name] ? [] : wrong(`${name} is not what the manifest says`)
  })
}

/** Checkpoints inside the export are history too: each has to be signed. Only those that a trusted witness cosigned are an independent word. */
function openKept(
  folder: string,
  keys: readonly VerifierKey[],
  origin: string,
  older: readonly OlderCheckpoint[],
): { readonly checkpoints: readonly SignedCheckpoint[]; readonly findings: readonly Finding[] } {
  const kept = join(folder, 'checkpoints')
  const checkpoints: SignedCheckpoint[] = []
  const findings: Finding[] = []
  const outside = new Map(older.map(one => [one.checkpoint.size, one.checkpoint]))
  const wrong = (what: string) => findings.push(issue('checkpoint', what, 'the export was changed; take it again'))
  for (const name of existsSync(kept) ? readdirSync(kept).sort() : []) {
    const opened = openCheckpoint(verifyEd25519, exactText(readFileSync(join(kept, name))), keys, origin)
    if (!opened.ok) {
      wrong(`checkpoints/${name}: ${opened.issue.what}`)
      continue
    }
    if (Number(name) !== opened.value.size) wrong(`checkpoints/${name} is of size ${opened.value.size}`)
    const same = outside.get(opened.value.size)
    if (same !== undefined && toBase64(same.root) !== toBase64(opened.value.root))
      findings.push(
        issue(
          'history',
          `checkpoints/${name} is another than the one kept elsewhere: two histories were signed`,
          'the holder of the key rewrote the log',
        ),
      )
    checkpoints.push(opened.value)
  }
  return { checkpoints, findings }
}
