// The restore drill: a record is filled, backed up, restored into an empty place with its keys, and verified offline against the newest checkpoint of the old place.
// Run: sh scripts/with-runtime.sh scripts/restore-drill.ts [subjects]; prints what it took as JSON. The validation pack holds it.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backupRecord, restoreRecord } from '../packages/node/src/store/backup.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { enrolSubject, setUpCarl } from '../test/record-fixture.ts'

export interface DrillReport {
  readonly events: number
  readonly rows: number
  readonly files: number
  readonly backup_bytes: number
  readonly backup_seconds: number
  readonly restore_seconds: number
  readonly restored_events: number
  readonly independent_checkpoints: number
  readonly proven: boolean
}

const SITE = 'cognate.example/drill'
const seconds = (since: number): number => Number(((performance.now() - since) / 1000).toFixed(2))

/** Throws where a step of the drill fails. */
export async function restoreDrill(subjects = 200): Promise<DrillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-drill-'))
  // the embedded database runs as another user where this one is root
  chmodSync(folder, 0o711)
  const old = join(folder, 'old')
  try {
    const opened = await openRecord({ folder: old, site: SITE })
    if (!opened.ok) throw new Error(opened.issue.what)
    const record = opened.value
    const attached = await record.files.put(Buffer.from('an attached page of the drill'))
    if (!attached.ok) throw new Error(attached.issue.what)
    await setUpCarl(record.store, [attached.value])
    for (let i = 0; i < subjects; i++) await enrolSubject(record.store, `S${i}`)
    const begun = performance.now()
    const backup = await backupRecord(record, join(folder, 'backup'))
    if (!backup.ok) throw new Error(backup.issue.what)
    const backupSeconds = seconds(begun)
    const events = record.store.logs.record.tree.size
    await record.close()
    const since = [join(old, 'checkpoints/record.txt')]
    const restoring = performance.now()
    const to = { folder: join(folder, 'new'), site: SITE }
    const verified = await restoreRecord({ from: join(folder, 'backup'), to, keys: join(old, 'keys'), since })
    if (!verified.ok) throw new Error(verified.issue.what)
    const { proven, size, independentCheckpoints } = verified.value
    return {
      events,
      rows: backup.value.rows,
      files: backup.value.files,
      backup_bytes: backup.value.bytes,
      backup_seconds: backupSeconds,
      restore_seconds: seconds(restoring),
      restored_events: size,
      independent_checkpoints: independentCheckpoints,
      proven,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(`${JSON.stringify(await restoreDrill(Number(process.argv[2] ?? 200)), null, 1)}\n`)
