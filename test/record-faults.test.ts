// What breaks under the store: a full disk, a failed fsync, a signer that cannot remember, a clock that jumps. Nothing is acknowledged that is not there; the next request works or says why not.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import Pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type RecordDatabase } from '../packages/node/src/store/open-record.ts'
import { RecordStore } from '../packages/node/src/store/record-store.ts'
import { openSigner, writeDurably } from '../packages/node/src/store/signer.ts'
import { value } from './oracle.ts'
import { enrolSubject, setUpCarl } from './record-fixture.ts'

let folder: string
let database: RecordDatabase
let store: RecordStore
/** The next statement that matches fails like this, once. */
let fault: { readonly when: RegExp; readonly error: Error & { code?: string }; readonly dies: boolean } | undefined
let brokenDisk = false
let connections = 0

const broken = (code: string, message: string) => Object.assign(new Error(message), { code })

async function client(): Promise<pg.Client> {
  connections++
  const real = new Pg.Client(database.appConfig)
  real.on('error', () => undefined)
  await real.connect()
  const query = real.query.bind(real) as (...args: unknown[]) => Promise<unknown>
  real.query = (async (...args: unknown[]) => {
    const text = typeof args[0] === 'string' ? args[0] : ((args[0] as { text: string }).text ?? '')
    if (fault?.when.test(text) === true) {
      const { error, dies } = fault
      fault = undefined
      if (dies) await real.end()
      else await query('ROLLBACK')
      throw error
    }
    return query(...args)
  }) as typeof real.query
  return real
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cognate-faults-'))
  database = value(await openDatabase({ folder }))
  const signer = (log: string) =>
    value(
      openSigner(join(folder, 'keys'), `cognate.example/f/${log}`, (path, text) => {
        if (brokenDisk) throw broken('EIO', 'EIO: i/o error, fsync')
        writeDurably(path, text)
      }),
    )
  const pool = new Pg.Pool({ ...database.appConfig, max: 3 })
  pool.on('error', () => undefined)
  store = value(
    await RecordStore.open({
      client,
      pool,
      signers: { record: signer('record'), access: signer('access') },
      checkpointFolder: join(folder, 'checkpoints'),
    }),
  )
  await setUpCarl(store)
})
afterAll(async () => {
  brokenDisk = false
  await store?.close()
  await database?.close()
  rmSync(folder, { recursive: true, force: true })
})

const enrol = (id: string) => enrolSubject(store, id, { idempotencyKey: id })
const held = async (ids: readonly string[]) =>
  (await store.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM subject WHERE id = ANY($1)', [ids])).rows[0]!.n

test.each([
  ['a full disk while rows are inserted', /INSERT INTO subject/, '53100', 'could not extend file: No space left on device', false],
  ['a full disk at the commit', /^COMMIT$/, '53100', 'could not write to file "pg_wal": No space left on device', false],
  ['a failed fsync at the commit: the server stops', /^COMMIT$/, '58030', 'could not fsync file "pg_wal": Input/output error', true],
  ['a database that became read-only', /INSERT INTO record_event/, '25006', 'cannot execute INSERT in a read-only transaction', false],
])('%s: nothing is acknowledged, and the same request with its key works afterwards', async (_name, when, code, message, dies) => {
  const before = connections
  const id = `D${code}${dies ? 'x' : ''}${String(when).length}`
  fault = { when, error: broken(code, message), dies }
  const refused = await enrol(id)
  expect(refused).toMatchObject({ ok: false, issue: { code: 'store-unavailable', what: expect.stringContaining(message) } })
  expect(store.fault).toContain(message)
  expect(await held([id])).toBe(0)
  expect((await enrol(id)).ok).toBe(true)
  expect([await held([id]), store.fault]).toEqual([1, undefined])
  expect(connections - before).toBe(dies ? 1 : 0)
})

test('of a batch that meets a full disk, each request is asked again alone; none is written twice', async () => {
  fault = { when: /INSERT INTO subject/, error: broken('53100', 'No space left on device'), dies: false }
  const ids = Array.from({ length: 10 }, (_, i) => `BATCH-${i}`)
  const size = store.logs.record.tree.size
  const answers = await Promise.all(ids.map(enrol))
  expect([await held(ids), store.logs.record.tree.size - size]).toEqual([
    answers.filter(one => one.ok).length,
    answers.filter(one => one.ok).length,
  ])
  await Promise.all(ids.map(enrol))
  expect([await held(ids), store.logs.record.tree.size - size]).toEqual([10, 10])
})

test('a signer that cannot write its memory seals nothing; what is committed stays, and the fault is told', async () => {
  brokenDisk = true
  const sealed = store.logs.record.sealed
  expect((await enrol('UNSEALED')).ok).toBe(true)
  await store.sealAll()
  expect([store.logs.record.sealed, store.fault]).toEqual([sealed, 'EIO: i/o error, fsync'])
  brokenDisk = false
  await store.sealAll()
  expect(store.logs.record.sealed).toBe(store.logs.record.tree.size)
})
