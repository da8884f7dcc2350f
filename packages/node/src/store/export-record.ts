// A record as files that prove themselves: events as they are stored, rows, attached files, every checkpoint, and proofs where only a part is taken. Identifying data are not in it.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { AuditEvent, LogName } from '@cognate/core/audit'
import { canonicalJson, fail, type Issue, issue, type Json, ok, type Result, toBase64 } from '@cognate/core/base'
import { TABLES } from '@cognate/core/record'
import type { OpenRecord } from './open-record.ts'
import { SEALED_NOTES, type SealedNote } from './record-reads.ts'

export interface ExportOptions {
  readonly out: string
  readonly log?: LogName
  /** Only what belongs to this lot, with a proof for each event. */
  readonly lot?: string
}

export interface Exported {
  readonly events: number
  readonly rows: number
  readonly files: number
  /** Files that events name and the store has not, or not with that hash: the export cannot be proven without them. */
  readonly lost: readonly string[]
  readonly size: number
}

const README = `An export of a record kept by Cognate.

events.ndjson   one event a line, canonical JSON, line i is event i (of a part: those named in proofs/)
checkpoint      the signed size and root of the log at the time of the export
checkpoints/    every checkpoint signed before, with the cosignatures of witnesses
rows/           the rows that events wrote, by table
files/          attached files by SHA-256
proofs/         of a part: for each event the hashes that lead to the checkpoint's root
manifest.json   SHA-256 of every other file

Check it without the database:  cognate audit verify DIR --key VERIFIERKEY --since OLDER_CHECKPOINT --witness WITNESSKEY
The keys have to come from elsewhere than this folder: a key that lies beside what it proves, proves nothing.
`

/** Whether an event touches the lot, its containers, or anything that carries its id. */
const concerns = (event: AuditEvent, lot: string): boolean => {
  const mine = (id: string) => id === lot || id.startsWith(`${lot}:`)
  const named = (value: Json | undefined): boolean =>
    typeof value === 'string'
      ? mine(value)
      : Array.isArray(value)
        ? value.some(named)
        : typeof value === 'object' && value !== null
          ? Object.values(value).some(named)
          : false
  return mine(event.entity.id) || event.rows.some(row => mine(row.id)) || named(event.input)
}

/** Writes the export; the folder has to be new or empty. Errors: `folder`, `not-found`, `files-unreachable`. */
export async function exportRecord(record: OpenRecord, { out, log = 'record', lot }: ExportOptions): Promise<Result<Exported, Issue>> {
  if (existsSync(out) && readdirSync(out).length > 0)
    return fail(issue('folder', `${out} is not empty`, 'name a new folder: an export is never mixed with another'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
  }
  const { store } = record
  await store.sealAll()
  // beside a running server it is that server who signs, a second after the last event
  for (let i = 0; i < 30 && !(await isSealed(record, log)); i++) await new Promise(resolve => setTimeout(resolve, 100))
  const client = await store.pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const origin = store.logs[log].signer.origin
    const notes = (await client.query<SealedNote>(`${SEALED_NOTES} WHERE c.log = $1 ORDER BY c.size`, [origin])).rows
    const newest = notes.at(-1)
    if (newest === undefined) return fail(issue('not-found', `the log ${origin} has no checkpoint`, 'nothing was written yet'))
    const { size } = newest
    write('checkpoint', newest.note)
    for (const note of notes) write(`checkpoints/${String(note.size).padStart(12, '0')}`, note.note)
    const { rows: events } = await client.query<{ text: string }>(
      `SELECT e.text FROM ${log}_event AS e WHERE e.index < $1 ORDER BY e.index`,
      [size],
    )
    const parsed = lot === undefined ? undefined : events.map(row => JSON.parse(row.text) as AuditEvent)
    const wanted = parsed?.map(event => concerns(event, lot!))
    const taken = events.filter((_, i) => wanted?.[i] ?? true)
    if (lot !== undefined && taken.length === 0) return fail(issue('not-found', `no event concerns ${lot}`, 'check the id of the lot'))
    write('events.ndjson', taken.map(row => `${row.text}\n`).join(''))
    if (wanted !== undefined)
      events.forEach((_, i) => {
        if (wanted[i])
          write(
            `proofs/${String(i).padStart(12, '0')}.json`,
            `${canonicalJson({ index: i, proof: store.logs[log].tree.inclusionProof(i, size).map(toBase64), size })}\n`,
          )
      })
    let rows = 0
    const attached = new Set<string>()
    for (const row of taken) for (const file of (JSON.parse(row.text) as AuditEvent).files) attached.add(file)
    if (log === 'record') {
      const indexes = wanted?.flatMap((yes, i) => (yes ? [i] : []))
      for (const table of TABLES) {
        const found = await client.query<{ line: string }>(
          `SELECT json_build_object('id', t.id, 'version', t.version, 'parent', t.parent, 'valid_from', t.valid_from, 'event_index', t.event_index, 'row_sha256', t.row_sha256, 'data', t.data)::text AS line
           FROM ${table} AS t WHERE t.event_index < $1 AND ($2::bigint[] IS NULL OR t.event_index = ANY($2)) ORDER BY t.event_index, t.id, t.version`,
          [size, indexes ?? null],
        )
        if (found.rows.length > 0)
          write(`rows/${table}.ndjson`, found.rows.map(({ line }) => `${canonicalJson(JSON.parse(line) as Json)}\n`).join(''))
        rows += found.rows.length
      }
    }
    const lost: string[] = []
    for (const sha256 of attached) {
      const file = await record.files.get(sha256)
      if (!file.ok && file.issue.code === 'files-unreachable') return file
      if (!file.ok) {
        lost.push(sha256)
        continue
      }
      mkdirSync(join(out, 'files'), { recursive: true })
      writeFileSync(join(out, 'files', sha256), file.value)
    }
    write('README.txt', README)
    write('manifest.json', `${canonicalJson(manifestOf(out))}\n`)
    await client.query('COMMIT')
    return ok({ events: taken.length, rows, files: attached.size - lost.length, lost, size })
  } finally {
    client.release()
  }
}

async function isSealed({ store }: OpenRecord, log: LogName): Promise<boolean> {
  const { rows } = await store.pool.query<{ open: boolean }>(
    `SELECT coalesce((SELECT max(e.index) + 1 FROM ${log}_event AS e), 0) > coalesce((SELECT max(c.size) FROM checkpoint AS c WHERE c.log = $1), 0) AS open`,
    [store.logs[log].signer.origin],
  )
  return rows[0]?.open === false
}

/** SHA-256 of every file of a folder but the manifest itself, by its path. */
export function manifestOf(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const walk = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const full = join(path, name)
      if (statSync(full).isDirectory()) walk(full)
      else if (relative(folder, full) !== 'manifest.json')
        found[relative(folder, full).replaceAll('\\', '/')] = createHash('sha256').update(readFileSync(full)).digest('hex')
    }
  }
  walk(folder)
  return found
}
