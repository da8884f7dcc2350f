// Attached files: one suite for the folder and for a store of objects, whose requests AWS's own signer has to find right; then a record that keeps its files there, exported, backed up and restored.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatVerifierKey } from '@cognate/core/audit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { backupRecord, restoreRecord } from '../packages/node/src/store/backup.ts'
import { exportRecord } from '../packages/node/src/store/export-record.ts'
import { type FileStore, FolderFiles } from '../packages/node/src/store/files.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { openS3Files } from '../packages/node/src/store/s3-files.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { value } from './oracle.ts'
import { setUpCarl } from './record-fixture.ts'
import { startS3 } from './s3-server.ts'

const fresh = () => mkdtempSync(join(tmpdir(), 'cognate-files-'))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
let s3: Awaited<ReturnType<typeof startS3>>

beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())

const folder = fresh()
const STORES: Readonly<Record<string, { open: () => Promise<FileStore>; damage: (sha256: string, bytes: string) => void }>> = {
  'a folder': {
    open: async () => new FolderFiles(folder),
    damage: (name, bytes) => writeFileSync(join(folder, name.slice(0, 2), name.slice(2)), bytes),
  },
  'a store of objects': {
    open: async () => value(await openS3Files('s3://bucket/site a/files/', s3.environment)),
    damage: (name, bytes) => s3.objects.set(`site a/files/${name.slice(0, 2)}/${name.slice(2)}`, Buffer.from(bytes)),
  },
}

describe.each(Object.entries(STORES))('%s', (_, { open, damage }) => {
  test('what was put is found by its hash, twice is once, and all of it is listed', async () => {
    const store = await open()
    const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', '']
    for (const text of [...texts, 'one']) expect(value(await store.put(Buffer.from(text)))).toBe(sha256(text))
    for (const text of texts) expect(value(await store.get(sha256(text))).toString()).toBe(text)
    expect(value(await store.list())).toEqual(texts.map(sha256).sort())
  })

  test('what is not there, is no hash, or is not what its name says: refused', async () => {
    const store = await open()
    for (const name of [sha256('never'), '../../etc/passwd', ''])
      expect(await store.get(name)).toMatchObject({ ok: false, issue: { code: 'file-missing' } })
    await store.put(Buffer.from('whole'))
    damage(sha256('whole'), 'changed')
    expect(await store.get(sha256('whole'))).toMatchObject({ ok: false, issue: { code: 'file-changed' } })
  })
})

describe('a store of objects', () => {
  const refused = async (url: string, more: Readonly<Record<string, string | undefined>> = {}) => {
    const opened = await openS3Files(url, { ...s3.environment, ...more })
    return opened.ok ? 'opened' : opened.issue.code
  }

  test('a wrong name, no keys, another secret, a bucket that is not there, an open line, nobody: refused before anything is kept', async () => {
    expect(await refused('s3://bucket')).toBe('opened')
    expect(await refused('https://bucket')).toBe('files-url')
    expect(await refused('s3://B')).toBe('files-url')
    expect(await refused('s3://bucket', { AWS_SECRET_ACCESS_KEY: undefined })).toBe('files-keys')
    expect(await refused('s3://bucket', { AWS_SECRET_ACCESS_KEY: 'another' })).toBe('files-unreachable')
    expect(await refused('s3://nowhere')).toBe('files-unreachable')
    expect(await refused('s3://bucket', { AWS_ENDPOINT_URL_S3: 'http://files.example' })).toBe('files-endpoint')
    expect(await refused('s3://bucket', { AWS_ENDPOINT_URL_S3: 'files' })).toBe('files-endpoint')
    expect(await refused('s3://bucket', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' })).toBe('files-unreachable')
  })

  test('a store that is busy is asked again', async () => {
    const store = await STORES['a store of objects']!.open()
    s3.beBusy(2)
    expect(value(await store.put(Buffer.from('patience')))).toBe(sha256('patience'))
    s3.beBusy(20)
    expect(await store.get(sha256('patience'))).toMatchObject({
      ok: false,
      issue: { code: 'files-unreachable', what: expect.stringContaining('503 SlowDown') },
    })
    s3.beBusy(0)
  })
})

test('a record keeps its files there: exported and proven, backed up, and restored into another place', async () => {
  for (const [name, text] of Object.entries(s3.environment)) vi.stubEnv(name, text)
  const site = 'cognate.example/files'
  const at = fresh()
  const record = value(await openRecord({ folder: at, site, filesUrl: 's3://bucket/record' }))
  const attached = value(await record.files.put(Buffer.from('an attachment')))
  await setUpCarl(record.store, [attached])
  expect(readdirSync(at)).not.toContain('files')
  expect([...s3.objects.keys()]).toContain(`record/${attached.slice(0, 2)}/${attached.slice(2)}`)
  const exported = join(fresh(), 'export')
  expect(value(await exportRecord(record, { out: exported }))).toMatchObject({ files: 1, lost: [] })
  const key = formatVerifierKey(record.store.logs.record.signer.key)
  expect(value(verifyExport({ folder: exported, keys: [key], since: [] })).proven).toBe(true)
  const saved = join(fresh(), 'backup')
  expect(value(await backupRecord(record, saved))).toMatchObject({ files: 1, lost: [] })
  await record.close()

  const to = { folder: fresh(), site, filesUrl: 's3://bucket/restored' }
  const restored = await restoreRecord({ from: saved, to, keys: join(at, 'keys'), since: [join(exported, 'checkpoint')] })
  expect(value(restored).proven).toBe(true)
  expect([...s3.objects.keys()]).toContain(`restored/${attached.slice(0, 2)}/${attached.slice(2)}`)

  // a file that was changed is in no export and in no backup, and both say so
  s3.objects.set(`restored/${attached.slice(0, 2)}/${attached.slice(2)}`, Buffer.from('another'))
  const again = value(await openRecord(to))
  expect(value(await exportRecord(again, { out: join(fresh(), 'export') }))).toMatchObject({ files: 0, lost: [attached] })
  expect(value(await backupRecord(again, join(fresh(), 'backup')))).toMatchObject({ files: 0, lost: [attached] })
  await again.close()
  vi.unstubAllEnvs()
}, 120_000)
