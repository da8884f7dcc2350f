// Backup and restore: every table as it is in one snapshot, files, checkpoints, public keys, and a manifest of hashes. A restore into an empty place ends with an offline verification against
// the newest checkpoint of the old place. Private keys are not in a backup: they have one of their own.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatVerifierKey } from '@cognate/core/audit'
import { canonicalJson, fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { TABLES } from '@cognate/core/record'
import { exportRecord, manifestOf } from './export-record.ts'
import { type FileStore, FolderFiles } from './files.ts'
import { type OpenRecord, openDatabase, openRecord, type RecordPlace } from './open-record.ts'
import { LOG_TABLES, MUTABLE_TABLES } from './schema.ts'
import { type Verification, verifyExport } from './verify-export.ts'

/** Sessions, tokens, questions, counts and answers are over when a record is restored. */
const FLEETING: ReadonlySet<string> = new Set(['session', 'step_up', 'challenge', 'throttle', 'idempotency'])
/** In the order in which they are restored: what others point to first. */
const KEPT: readonly string[] = [
  ...LOG_TABLES,
  'checkpoint',
  'cosignature',
  ...TABLES,
  ...Object.keys(MUTABLE_TABLES).filter(table => !FLEETING.has(table)),
]
const BATCH = 500

export interface BackupFigures {
  readonly rows: number
  readonly files: number
  readonly bytes: number
  /** Files whose bytes are no longer those of their name: they are not in the backup. */
  readonly lost: readonly string[]
}

/** Errors: `folder`, `files-unreachable`. */
export async function backupRecord(record: OpenRecord, out: string): Promise<Result<BackupFigures, Issue>> {
  if (existsSync(out) && readdirSync(out).length > 0) return fail(issue('folder', `${out} is not empty`, 'name a new folder'))
  mkdirSync(join(out, 'tables'), { recursive: true, mode: 0o700 })
  await record.store.sealAll()
  const client = await record.store.pool.connect()
  let rows = 0
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    for (const table of KEPT) {
      const found = await client.query<{ line: string }>(`SELECT row_to_json(t)::text AS line FROM ${table} AS t`)
      writeFileSync(join(out, 'tables', `${table}.ndjson`), found.rows.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 })
      rows += found.rows.length
    }
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  if (existsSync(join(record.folder, 'checkpoints')))
    cpSync(join(record.folder, 'checkpoints'), join(out, 'checkpoints'), { recursive: true })
  const kept = await record.files.list()
  if (!kept.ok) return kept
  const copies = new FolderFiles(join(out, 'files'))
  const lost: string[] = []
  for (const sha256 of kept.value) {
    const file = await record.files.get(sha256)
    if (!file.ok && file.issue.code === 'files-unreachable') return file
    if (file.ok) await copies.put(file.value)
    else lost.push(sha256)
  }
  writeFileSync(
    join(out, 'verifier-keys.txt'),
    Object.values(record.store.logs)
      .map(log => `${formatVerifierKey(log.signer.key)}\n`)
      .join(''),
  )
  const manifest = manifestOf(out)
  writeFileSync(join(out, 'manifest.json'), `${canonicalJson(manifest)}\n`)
  const bytes = Object.keys(manifest).reduce((sum, path) => sum + readFileSync(join(out, path)).length, 0)
  return ok({ rows, files: kept.value.length - lost.length, bytes, lost })
}

/** Every file of one store into another. Errors: those of both. */
async function putAll(from: FileStore, to: FileStore): Promise<Result<undefined, Issue>> {
  const listed = await from.list()
  if (!listed.ok) return listed
  for (const sha256 of listed.value) {
    const file = await from.get(sha256)
    if (!file.ok) return file
    const put = await to.put(file.value)
    if (!put.ok) return put
  }
  return ok(undefined)
}

export interface RestoreOptions {
  readonly from: string
  /** The empty place. */
  readonly to: RecordPlace
  /** Folder with the private keys, from their own backup. */
  readonly keys: string
  /** Checkpoints of the old place, kept elsewhere. */
  readonly since: readonly string[]
}

/** Errors: `folder` (the place is not empty), `backup` (a file is not what the manifest says), those of opening; `restore-unproven` where the result does not verify. */
export async function restoreRecord({ from, to, keys, since }: RestoreOptions): Promise<Result<Verification, Issue>> {
  const listed = existsSync(join(from, 'manifest.json')) ? readFileSync(join(from, 'manifest.json'), 'utf8') : ''
  if (listed !== `${canonicalJson(manifestOf(from))}\n`)
    return fail(issue('backup', `${from} is not what its manifest says`, 'take another backup; this one was damaged or changed'))
  if (existsSync(join(to.folder, 'keys'))) return fail(issue('folder', `${to.folder} holds a record`, 'restore into an empty place'))
  const opened = await openDatabase(to)
  if (!opened.ok) return opened
  const owner = await opened.value.ownerClient()
  const { rows: held } = await owner.query('SELECT 1 FROM record_event LIMIT 1')
  if (held.length === 0) {
    await owner.query('BEGIN')
    for (const table of KEPT) {
      // a backup of an earlier release lacks the tables that came later; its manifest says that it is whole
      const path = join(from, 'tables', `${table}.ndjson`)
      const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
      for (let at = 0; at < lines.length; at += BATCH)
        await owner.query(
          `INSERT INTO ${table} SELECT r.* FROM unnest($1::text[]) AS l CROSS JOIN LATERAL json_populate_record(NULL::${table}, l::json) AS r`,
          [lines.slice(at, at + BATCH)],
        )
    }
    await owner.query('COMMIT')
  }
  await owner.end()
  await opened.value.close()
  if (held.length > 0) return fail(issue('folder', 'the database holds a record', 'restore into an empty database'))
  // with the keys comes the signer's memory: a backup older than what was signed is refused, which is right
  mkdirSync(join(to.folder, 'keys'), { recursive: true, mode: 0o700 })
  cpSync(keys, join(to.folder, 'keys'), { recursive: true })
  if (existsSync(join(from, 'checkpoints'))) cpSync(join(from, 'checkpoints'), join(to.folder, 'checkpoints'), { recursive: true })
  const record = await openRecord(to)
  if (!record.ok) return record
  const put = await putAll(new FolderFiles(join(from, 'files')), record.value.files)
  if (!put.ok) {
    await record.value.close()
    return put
  }
  const out = mkdtempSync(join(tmpdir(), 'cognate-restore-'))
  try {
    const exported = await exportRecord(record.value, { out })
    if (!exported.ok) return exported
    const verified = verifyExport({ folder: out, keys: [formatVerifierKey(record.value.store.logs.record.signer.key)], since })
    if (!verified.ok) return verified
    if (!verified.value.proven)
      return fail(
        issue('restore-unproven', `the restored record does not verify: ${verified.value.findings[0]?.what}`, 'use a newer backup'),
      )
    return verified
  } finally {
    rmSync(out, { recursive: true, force: true })
    await record.value.close()
  }
}
