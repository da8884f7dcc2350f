// What an offline verifier has to catch, with an older checkpoint kept elsewhere: every changed byte of a 100-event export, and everything that a holder of the database, or of the key too, may try.
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Checkpoint,
  equalBytes,
  formatVerifierKey,
  leafHash,
  MerkleTree,
  openCheckpoint,
  parseVerifierKey,
  RecordVerifier,
} from '@cognate/core/audit'
import { canonicalJson, type Json } from '@cognate/core/base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportRecord, manifestOf } from '../packages/node/src/store/export-record.ts'
import { type OpenRecord, openRecord } from '../packages/node/src/store/open-record.ts'
import { openSigner, sha256, verifyEd25519 } from '../packages/node/src/store/signer.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { value } from './oracle.ts'
import { askerOf, enrolSubject, setUpCarl } from './record-fixture.ts'

let record: OpenRecord
let folder: string
let out: string
let key: string
/** The checkpoint of 60 events, kept elsewhere. */
let older: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cognate-tamper-'))
  record = value(await openRecord({ folder, site: 'cognate.example/t' }))
  const { store } = record
  await setUpCarl(store, [value(await record.files.put(Buffer.from('an attachment')))])
  const add = async (id: string) => expect((await enrolSubject(store, id)).ok).toBe(true)
  while (store.logs.record.tree.size < 60) await add(`A${store.logs.record.tree.size}`)
  await store.sealAll()
  older = join(folder, 'kept-elsewhere.txt')
  const notes = (
    await store.pool.query<{ note: string }>('SELECT note FROM checkpoint WHERE log = $1 AND size = 60', [store.logs.record.signer.origin])
  ).rows
  writeFileSync(older, notes[0]!.note)
  while (store.logs.record.tree.size < 100) await add(`B${store.logs.record.tree.size}`)
  await store.noteAccess(askerOf('carl'), '', { action: 'export', entity: { kind: 'log', id: 'record', version: 0 }, reason: '' })
  out = join(folder, 'export')
  value(await exportRecord(record, { out }))
  key = formatVerifierKey(store.logs.record.signer.key)
})

afterAll(async () => {
  await record?.close()
  rmSync(folder, { recursive: true, force: true })
})

const since = () => [older]
const verify = (path: string, more: { keys?: string[]; since?: string[] } = {}) => {
  const checked = verifyExport({ folder: path, keys: more.keys ?? [key], since: more.since ?? since() })
  return checked.ok ? checked.value : { proven: false, findings: [checked.issue], independentCheckpoints: 0 }
}
const codes = (path: string, more: { keys?: string[]; since?: string[] } = {}) => [
  ...new Set(verify(path, more).findings.map(finding => finding.code)),
]

/** A copy of the export, changed, with a manifest that fits: the forger is not a fool. */
function forged(change: (path: string) => void): string {
  const copy = mkdtempSync(join(folder, 'forged-'))
  cpSync(out, copy, { recursive: true })
  change(copy)
  writeFileSync(join(copy, 'manifest.json'), `${canonicalJson(manifestOf(copy))}\n`)
  return copy
}
const lines = (path: string) => readFileSync(join(path, 'events.ndjson'), 'utf8').trimEnd().split('\n')
const writeLines = (path: string, list: readonly string[]) =>
  writeFileSync(join(path, 'events.ndjson'), list.map(line => `${line}\n`).join(''))

test('the export itself is proven, against one independent checkpoint', () => {
  expect(verify(out)).toMatchObject({ proven: true, findings: [], size: 100, independentCheckpoints: 1 })
  expect(verify(out, { since: [] })).toMatchObject({ proven: true, independentCheckpoints: 0 })
})

test('[11.10(a)] every single changed byte of the events is caught, at every position', () => {
  const bytes = readFileSync(join(out, 'events.ndjson'))
  const trusted = [value(parseVerifierKey(sha256, key))]
  const note = readFileSync(join(out, 'checkpoint'), 'utf8')
  const checkpoint: Checkpoint = value(openCheckpoint(verifyEd25519, note, trusted, 'cognate.example/t/record'))
  const tools = { sha256, utf8: (text: string) => new TextEncoder().encode(text), instant: Date.parse }
  const whole = bytes.toString('utf8').split('\n').slice(0, -1)
  const leaves = whole.map(line => leafHash(sha256, Buffer.from(line)))
  let position = 0
  let missed = 0
  whole.forEach((line, i) => {
    const before = Buffer.from(`${line}\n`)
    for (let at = 0; at < before.length; at++, position++) {
      const changed = Buffer.from(before)
      changed[at] = changed[at]! ^ (1 + (position % 255))
      // lines as the reader cuts them: a changed newline joins two, a new one splits one
      const newline = at === before.length - 1
      const parts = splitLines(newline ? Buffer.concat([changed, Buffer.from(whole[i + 1] ?? '')]) : changed.subarray(0, -1))
      const rest = newline ? i + 2 : i + 1
      // size and root against the signed checkpoint: every position
      const tree = new MerkleTree(sha256)
      for (const leaf of [...leaves.slice(0, i), ...parts.map(part => leafHash(sha256, part)), ...leaves.slice(rest)]) tree.append(leaf)
      if (tree.size === checkpoint.size && equalBytes(tree.root(), checkpoint.root)) missed++
      // and the whole verifier, on every 97th
      if (position % 97 === 0) {
        const verifier = new RecordVerifier(tools, checkpoint, [])
        for (const one of [...whole.slice(0, i), ...parts.map(part => part.toString('utf8')), ...whole.slice(rest)]) verifier.event(one)
        if (verifier.finish({ wholeRows: false }).findings.length === 0) missed++
      }
    }
  })
  expect([position, missed]).toEqual([bytes.length, 0])
  expect(position).toBeGreaterThan(50_000)
}, 300_000)

test('every truncation, every dropped event and every swap of neighbours is caught', () => {
  const trusted = [value(parseVerifierKey(sha256, key))]
  const checkpoint: Checkpoint = value(
    openCheckpoint(verifyEd25519, readFileSync(join(out, 'checkpoint'), 'utf8'), trusted, 'cognate.example/t/record'),
  )
  const tools = { sha256, utf8: (text: string) => new TextEncoder().encode(text), instant: Date.parse }
  const whole = lines(out)
  const caught = (list: readonly string[]) => {
    const verifier = new RecordVerifier(tools, checkpoint, [])
    for (const line of list) verifier.event(line)
    return verifier.finish({ wholeRows: false }).findings.length > 0
  }
  expect(caught(whole)).toBe(false)
  for (let i = 0; i < whole.length; i++) {
    expect([
      i,
      caught(whole.slice(0, i)),
      caught(whole.toSpliced(i, 1)),
      i === 0 || caught(whole.with(i, whole[i - 1]!).with(i - 1, whole[i]!)),
    ]).toEqual([i, true, true, true])
  }
})

function splitLines(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    parts.push(bytes.subarray(from, at))
    from = at + 1
  }
  return [...parts, bytes.subarray(from)]
}

test('a changed byte of checkpoint, manifest, rows, README, attachment or inner checkpoints is caught', () => {
  const copy = mkdtempSync(join(folder, 'bytes-'))
  cpSync(out, copy, { recursive: true })
  const paths = Object.keys(manifestOf(out)).filter(path => path !== 'events.ndjson')
  expect(paths).toEqual(expect.arrayContaining(['checkpoint', 'README.txt', 'rows/subject.ndjson', 'rows/account.ndjson']))
  const missed: string[] = []
  let tried = 0
  for (const path of [...paths, 'manifest.json']) {
    const bytes = readFileSync(join(out, path))
    const step = path === 'checkpoint' ? 1 : Math.max(1, Math.floor(bytes.length / 32))
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ (1 + (tried++ % 255))
      writeFileSync(join(copy, path), changed)
      if (verify(copy).proven) missed.push(`${path} at ${at}`)
    }
    writeFileSync(join(copy, path), bytes)
  }
  expect(tried).toBeGreaterThan(400)
  expect(missed).toEqual([])
}, 240_000)

test.each<[string, (path: string) => void, string]>([
  ['an event dropped', path => writeLines(path, lines(path).toSpliced(40, 1)), 'event-index'],
  ['an event twice', path => writeLines(path, lines(path).toSpliced(40, 0, lines(path)[40]!)), 'event-index'],
  ['an event inserted', path => writeLines(path, lines(path).toSpliced(40, 0, lines(path)[40]!.replace('A40', 'A4X'))), 'event-index'],
  [
    'two events swapped',
    path =>
      writeLines(
        path,
        lines(path).map((line, i, all) => (i === 30 ? all[31]! : i === 31 ? all[30]! : line)),
      ),
    'event-index',
  ],
  ['the tail cut off', path => writeLines(path, lines(path).slice(0, 90)), 'size'],
  ['the head cut off', path => writeLines(path, lines(path).slice(10)), 'size'],
  [
    'the last newline missing',
    path => writeFileSync(join(path, 'events.ndjson'), readFileSync(join(path, 'events.ndjson'), 'utf8').trimEnd()),
    'event-malformed',
  ],
  [
    'CR before the newlines',
    path => writeFileSync(join(path, 'events.ndjson'), readFileSync(join(path, 'events.ndjson'), 'utf8').replaceAll('\n', '\r\n')),
    'event-malformed',
  ],
  [
    'an event rewritten in canonical form',
    path =>
      writeLines(
        path,
        lines(path).map((line, i) => (i === 50 ? line.replaceAll('"A50"', '"Z50"') : line)),
      ),
    'root',
  ],
  ['an older checkpoint replayed as the newest', path => writeFileSync(join(path, 'checkpoint'), readFileSync(older)), 'size'],
  [
    'a row edited, with a hash that fits',
    path => editRow(path, row => ({ ...row, data: { ...(row.data as object), site: 'elsewhere' } })),
    'row-changed',
  ],
  [
    'a row added without an event',
    path =>
      addRow(path, { id: 'GHOST', version: 1, parent: 'T', valid_from: '2026-01-01T00:00:00.000Z', event_index: 50, data: { site: 's' } }),
    'row-unknown',
  ],
  [
    'a row removed',
    path =>
      writeFileSync(
        join(path, 'rows/subject.ndjson'),
        readFileSync(join(path, 'rows/subject.ndjson'), 'utf8').split('\n').slice(1).join('\n'),
      ),
    'row-missing',
  ],
  [
    'a file swapped',
    path => writeFileSync(join(path, 'files', readdirSync(join(path, 'files'))[0]!), 'another attachment'),
    'file-changed',
  ],
  ['a file removed', path => rmSync(join(path, 'files'), { recursive: true }), 'file-missing'],
])('%s is caught', (_name, change, code) => {
  expect(codes(forged(change))).toContain(code)
})

const rowHash = (table: string, row: Record<string, Json>) => {
  const { row_sha256: _, ...rest } = row
  return createHash('sha256')
    .update(canonicalJson({ table, ...rest }))
    .digest('hex')
}
function editRow(path: string, change: (row: Record<string, Json>) => Record<string, Json>): void {
  const file = join(path, 'rows/subject.ndjson')
  const rows = readFileSync(file, 'utf8').trimEnd().split('\n')
  const edited = change(JSON.parse(rows[5]!) as Record<string, Json>)
  rows[5] = canonicalJson({ ...edited, row_sha256: rowHash('subject', edited) })
  writeFileSync(file, `${rows.join('\n')}\n`)
}
function addRow(path: string, row: Record<string, Json>): void {
  const file = join(path, 'rows/subject.ndjson')
  writeFileSync(file, `${readFileSync(file, 'utf8')}${canonicalJson({ ...row, row_sha256: rowHash('subject', row) })}\n`)
}

/** The whole history made anew with consistent rows, signed by a key. */
function rewritten(keyFolder: string): string {
  return forged(path => {
    const changed = lines(path).map(line => line.replaceAll('"A30"', '"Z30"'))
    const rowsFile = join(path, 'rows/subject.ndjson')
    const rows = readFileSync(rowsFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => {
        const row = JSON.parse(line.replaceAll('"A30"', '"Z30"')) as Record<string, Json>
        return { old: row.row_sha256 as string, row: { ...row, row_sha256: rowHash('subject', row) } as Record<string, Json> }
      })
    const fresh = new Map(rows.map(({ old, row }) => [old, row.row_sha256 as string]))
    writeFileSync(rowsFile, rows.map(({ row }) => `${canonicalJson(row)}\n`).join(''))
    const events = changed.map(line => {
      const event = JSON.parse(line) as { rows: { sha256: string }[] }
      return canonicalJson({
        ...event,
        rows: event.rows.map(row => ({ ...row, sha256: fresh.get(row.sha256) ?? row.sha256 })),
      } as unknown as Json)
    })
    writeLines(path, events)
    const signer = value(openSigner(keyFolder, 'cognate.example/t/record'))
    const verifier = new RecordVerifier(
      { sha256, utf8: (text: string) => new TextEncoder().encode(text), instant: Date.parse },
      { origin: signer.origin, size: 100, root: new Uint8Array(32) },
      [],
    )
    for (const line of events) verifier.event(line)
    const root = Buffer.from(verifier.finish({ wholeRows: false }).root, 'base64')
    rmSync(join(path, 'checkpoints'), { recursive: true })
    writeFileSync(join(path, 'checkpoint'), value(signer.seal(100, root, () => true)))
  })
}

test('a history made anew and signed with another key is no history of this log', () => {
  expect(codes(rewritten(join(folder, 'forger')))).toEqual(['note-unsigned'])
})

test('a history made anew with the log’s own key passes for itself, and is caught by the checkpoint kept elsewhere', () => {
  // whoever has the key has to drop the signer's memory too
  const stolen = mkdtempSync(join(folder, 'stolen-'))
  cpSync(join(folder, 'keys/log.key'), join(stolen, 'log.key'))
  const path = rewritten(stolen)
  expect(verify(path, { since: [] })).toMatchObject({ proven: true, independentCheckpoints: 0 })
  expect(codes(path)).toEqual(['history'])
})

test('another log’s checkpoint, and a key that is not the log’s, prove nothing', () => {
  const access = (readFileSync(join(folder, 'checkpoints/access.txt'), 'utf8').match(/^[\s\S]*?— [^\n]*\n/) ?? [''])[0]
  expect(codes(forged(path => writeFileSync(join(path, 'checkpoint'), access)))).toEqual(['note-unsigned'])
  const other = value(openSigner(mkdtempSync(join(folder, 'other-')), 'cognate.example/t/record'))
  expect(codes(out, { keys: [formatVerifierKey(other.key)], since: [] })).toContain('note-unsigned')
})

test('a signature moved to another record, and one of another account, are caught', () => {
  const shown = (text: string) => createHash('sha256').update(text).digest('hex')
  const signed = (path: string, account: string, sha: string) =>
    writeLines(
      path,
      lines(path).map((line, i) =>
        i === 50
          ? canonicalJson({
              ...(JSON.parse(line) as object),
              signature: { account, name: 'Carl', meaning: 'approved', shown_sha256: sha, method: 'password' },
            } as Json)
          : line,
      ),
    )
  expect(codes(forged(path => signed(path, 'carl', shown('something else'))))).toEqual(expect.arrayContaining(['root', 'signature']))
  expect(codes(forged(path => signed(path, 'mallory', shown('something else'))))).toEqual(expect.arrayContaining(['root', 'signature']))
})
