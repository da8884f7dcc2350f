// The store's promises, on the embedded server and on a PostgreSQL of the system: append-only in the database itself, all or nothing, retries, stale writes, and what happens when something breaks.
import { chmodSync, copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@cognate/core/base'
import { RECORD_COMMANDS } from '@cognate/core/case'
import type { AccountData } from '@cognate/core/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Asker, hashText } from '../packages/node/src/store/command-request.ts'
import { type OpenRecord, openRecord } from '../packages/node/src/store/open-record.ts'
import { MIGRATIONS, MUTABLE_TABLES, migrate, REGULATED_TABLES, RUNTIME_ROLE } from '../packages/node/src/store/schema.ts'
import { hasServer, startTestServer, type TestServer } from './postgres-server.ts'
import { TestClock } from './record-site.ts'

const asker = (account: string): Asker => ({
  account,
  session: 'ab'.repeat(32),
  factors: ['password'],
  station: 'test',
  request: 'r',
})
const command = (name: string) => RECORD_COMMANDS.find(one => one.name === name)!
const account = (roles: AccountData['roles']): AccountData => ({
  name: 'Synthetic',
  roles,
  site: 'site-a',
  studies: ['ST-1'],
  trained_until: '2030-01-01T00:00:00Z',
  status: 'active',
  proposed_by: 'system',
  applied_by: 'system',
})

const setUp = (record: OpenRecord) =>
  record.store.runAsSystem(
    'setup',
    {},
    {
      entity: { table: 'account', id: 'carl' },
      writes: [
        { table: 'account', id: 'carl', parent: '', data: account(['coordinator']) },
        { table: 'account', id: 'olga', parent: '', data: account(['operator']) },
      ],
      reason: 'test',
    },
  )
const enrol = (record: OpenRecord, id: string, more: object = {}) =>
  record.store.run({
    command: command('subject.enrol'),
    input: { id, site: 'site-a', study: 'ST-1' } as Json,
    asker: asker('carl'),
    ...more,
  })

const opened = async (place: Parameters<typeof openRecord>[0]): Promise<OpenRecord> => {
  const record = await openRecord(place)
  if (!record.ok) throw new Error(`${record.issue.code}: ${record.issue.what}`)
  return record.value
}

const stores = [
  { name: 'embedded', there: true },
  { name: 'a server', there: hasServer },
]

describe.each(stores)('on $name', ({ name, there }) => {
  const open = there ? test : process.env.CI ? test : test.skip
  let server: TestServer | undefined
  let folder: string
  let place: { folder: string; databaseUrl: string | undefined; site: string; clock: TestClock }
  let record: OpenRecord

  beforeAll(async () => {
    if (!there) {
      if (process.env.CI) throw new Error('no PostgreSQL server is installed: see .ci/run')
      return
    }
    folder = mkdtempSync(join(tmpdir(), 'cognate-store-'))
    if (name !== 'embedded') server = startTestServer()
    place = { folder, databaseUrl: server?.url('record'), site: 'cognate.example/site-a', clock: new TestClock() }
    record = await opened(place)
    await setUp(record)
  })
  afterAll(async () => {
    await record?.close()
    server?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  open(
    '[11.10(c)] [11.10(e)] no statement of the runtime role changes or removes a row of a regulated table, in the live catalogue',
    async () => {
      await enrol(record, 'KEPT')
      await record.store.sealAll()
      const client = await record.store.pool.connect()
      try {
        const who = (await client.query<{ current_user: string }>('SELECT current_user')).rows[0]!.current_user
        expect(who).toBe(RUNTIME_ROLE)
        const { rows } = await client.query<{ relname: string; owner: string }>(
          "SELECT c.relname, pg_get_userbyid(c.relowner) AS owner FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'cognate' AND c.relkind IN ('r', 'p') ORDER BY 1",
        )
        expect(rows.filter(row => row.owner === RUNTIME_ROLE)).toEqual([])
        const unnamed = rows
          .map(row => row.relname)
          .filter(table => !REGULATED_TABLES.includes(table) && MUTABLE_TABLES[table] === undefined)
        expect(unnamed).toEqual([])
        let tried = 0
        for (const { relname: table } of rows.filter(row => MUTABLE_TABLES[row.relname] === undefined))
          for (const statement of [
            `UPDATE ${table} SET ${table === 'migration' ? 'name' : table.endsWith('_event') ? 'text' : table === 'checkpoint' ? 'note' : table === 'cosignature' ? 'line' : 'parent'} = ''`,
            `DELETE FROM ${table}`,
            `TRUNCATE ${table} CASCADE`,
            `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
            `DROP TABLE ${table} CASCADE`,
          ]) {
            tried++
            const refused = await client.query(statement).then(
              () => undefined,
              error => (error as { code: string }).code,
            )
            expect([statement, refused]).toEqual([statement, '42501'])
          }
        expect(tried).toBeGreaterThanOrEqual(5 * 25)
        for (const statement of [
          'SET session_replication_role = replica',
          'CREATE TABLE cognate.sneak (x int)',
          `ALTER ROLE ${RUNTIME_ROLE} SUPERUSER`,
        ])
          await expect(client.query(statement)).rejects.toThrow()
      } finally {
        client.release()
      }
      // the owner is stopped by the triggers, not by want of rights
      const owner = await record.ownerClient()
      await owner.query("INSERT INTO cosignature VALUES ('l', 1, 'w', 'x')")
      for (const table of ['subject', 'record_event', 'migration', 'checkpoint', 'cosignature']) {
        await expect(owner.query(`DELETE FROM ${table}`)).rejects.toThrow('never changed or removed')
        await expect(owner.query(`TRUNCATE ${table} CASCADE`)).rejects.toThrow('never changed or removed')
      }
      await owner.end()
    },
  )

  open(
    'a retry with its key is answered as before, another request under that key is refused, and a twin in the same moment waits',
    async () => {
      const first = await enrol(record, 'ONCE', { idempotencyKey: 'k1' })
      const size = record.store.logs.record.tree.size
      expect(await enrol(record, 'ONCE', { idempotencyKey: 'k1' })).toEqual(first)
      expect(record.store.logs.record.tree.size).toBe(size)
      expect(await enrol(record, 'OTHER', { idempotencyKey: 'k1' })).toMatchObject({ ok: false, issue: { code: 'idempotency-key' } })
      const twins = await Promise.all([enrol(record, 'BOTH', { idempotencyKey: 'k2' }), enrol(record, 'BOTH', { idempotencyKey: 'k2' })])
      expect(twins.map(one => one.ok)).toEqual([true, expect.any(Boolean)])
      expect(record.store.logs.record.tree.size).toBe(size + 1)
    },
  )

  open('what was decided on an older version is refused with both versions', async () => {
    expect(await enrol(record, 'STALE', { ifVersion: 3 })).toMatchObject({
      ok: false,
      issue: { code: 'stale', what: 'subject STALE has version 0, you saw 3' },
    })
  })

  open('a refused request writes nothing to the record and one event to the access log', async () => {
    const [size, seen] = [record.store.logs.record.tree.size, record.store.logs.access.tree.size]
    expect(
      await record.store.run({
        command: command('subject.enrol'),
        input: { id: 'NO', site: 'site-b', study: 'ST-1' },
        asker: asker('carl'),
      }),
    ).toMatchObject({ ok: false, issue: { code: 'other-site' } })
    expect(
      await record.store.run({
        command: command('subject.enrol'),
        input: { id: 'NO', site: 'site-a', study: 'ST-1' },
        asker: asker('olga'),
      }),
    ).toMatchObject({ ok: false, issue: { code: 'role' } })
    expect([record.store.logs.record.tree.size, record.store.logs.access.tree.size]).toEqual([size, seen + 2])
  })

  open('200 requests at once get 200 consecutive events, and each row names its event', async () => {
    const from = record.store.logs.record.tree.size
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => enrol(record, `MANY-${i}`)))
    const indexes = answers.map(one => (one.ok ? one.value.index : -1)).sort((a, b) => a - b)
    expect(indexes).toEqual(Array.from({ length: 200 }, (_, i) => from + i))
    const { rows } = await record.store.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM subject WHERE event_index >= $1', [from])
    expect(rows[0]!.n).toBe(200)
  })

  open('two stores on one database keep one log without gaps', async () => {
    if (name === 'embedded') {
      // one folder, one server: the second is refused
      expect(await openRecord(place)).toMatchObject({ ok: false, issue: { code: 'folder-in-use' } })
      return
    }
    const second = await opened({
      ...place,
      folder: (() => {
        const copy = mkdtempSync(join(tmpdir(), 'cognate-store-'))
        cpSync(join(folder, 'keys'), join(copy, 'keys'), { recursive: true })
        return copy
      })(),
    })
    const from = record.store.logs.record.tree.size
    const both = await Promise.all(Array.from({ length: 60 }, (_, i) => enrol(i % 2 === 0 ? record : second, `TWO-${i}`)))
    expect(both.every(one => one.ok)).toBe(true)
    expect(new Set(both.map(one => (one.ok ? one.value.index : -1))).size).toBe(60)
    await enrol(record, 'LAST')
    expect(record.store.logs.record.tree.size).toBe(from + 61)
    expect(await enrol(second, 'TWO-0')).toMatchObject({ ok: false, issue: { code: 'exists' } })
    await second.close()
    rmSync(second.folder, { recursive: true, force: true })
  })

  open('a connection that dies in the middle acknowledges nothing and the next request works', async () => {
    const size = record.store.logs.record.tree.size
    const owner = await record.ownerClient()
    const victim = enrol(record, 'VICTIM')
    await owner.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cognate'")
    const answer = await victim
    await owner.end()
    const { rows } = await record.store.pool
      .query<{ n: number }>("SELECT count(*)::int AS n FROM subject WHERE id = 'VICTIM'")
      .catch(() => record.store.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM subject WHERE id = 'VICTIM'"))
    if (answer.ok) expect(rows[0]!.n).toBe(1)
    else expect([answer.issue.code, rows[0]!.n]).toEqual(['store-unavailable', rows[0]!.n])
    const next = await enrol(record, 'AFTER')
    expect(next.ok || (await enrol(record, 'AFTER')).ok).toBe(true)
    expect(record.store.logs.record.tree.size).toBeGreaterThan(size)
    expect(record.store.fault).toBeUndefined()
  })

  open('a clock that jumps an hour back is held and reported; the record verifies', async () => {
    const { clock } = place
    await enrol(record, 'CLOCK-1')
    clock.time -= 3_600_000
    const back = await enrol(record, 'CLOCK-2')
    clock.time += 2 * 3_600_000
    const ahead = await enrol(record, 'CLOCK-3')
    clock.time -= 3_600_000
    if (!back.ok || !ahead.ok) throw new Error('not written')
    const { rows } = await record.store.pool.query<{ text: string }>('SELECT text FROM record_event WHERE index >= $1 ORDER BY index', [
      back.value.index,
    ])
    const events = rows.map(row => JSON.parse(row.text) as { time: string; clock: { source: string } })
    expect(events.map(event => event.clock.source)).toEqual(['held', 'system'])
  })

  open('the database can be closed and opened, and goes on where it was', async () => {
    const size = record.store.logs.record.tree.size
    const root = Buffer.from(record.store.logs.record.tree.root()).toString('hex')
    await record.close()
    record = await opened(place)
    expect([record.store.logs.record.tree.size, Buffer.from(record.store.logs.record.tree.root()).toString('hex')]).toEqual([size, root])
    expect((await enrol(record, 'AGAIN')).ok).toBe(true)
  })

  open('an owner who drops the triggers and cuts the tail off is met by the signer’s memory', async () => {
    await enrol(record, 'TAIL')
    await record.store.sealAll()
    const owner = await record.ownerClient()
    await owner.query(
      "ALTER TABLE record_event DISABLE TRIGGER ALL; ALTER TABLE subject DISABLE TRIGGER ALL; ALTER TABLE checkpoint DISABLE TRIGGER ALL; CREATE TABLE public.kept AS SELECT * FROM record_event WHERE index = (SELECT max(index) FROM record_event); CREATE TABLE public.kept_row AS SELECT * FROM subject WHERE id = 'TAIL'; DELETE FROM subject WHERE id = 'TAIL'; DELETE FROM record_event WHERE index = (SELECT max(index) FROM record_event); ALTER TABLE record_event ENABLE TRIGGER ALL",
    )
    await record.close().catch(() => undefined)
    expect(await openRecord(place)).toMatchObject({ ok: false, issue: { code: 'log-rewritten' } })
    const again = server === undefined ? owner : await record.ownerClient()
    if (server !== undefined) {
      await again.query(
        'INSERT INTO record_event SELECT * FROM public.kept; INSERT INTO subject SELECT * FROM public.kept_row; ALTER TABLE subject ENABLE TRIGGER ALL; ALTER TABLE checkpoint ENABLE TRIGGER ALL',
      )
      await again.end()
      record = await opened(place)
      expect((await enrol(record, 'MENDED')).ok).toBe(true)
    }
  })
})

test('a database of the first release, filled, is brought up to date at the next start; that is an event', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-upgrade-'))
  const place = { folder, site: 'cognate.example/site-u' }
  const before = await opened(place)
  await setUp(before)
  await enrol(before, 'FILLED')
  const owner = await before.ownerClient()
  // what later migrations made is taken back by the owner: so the first release left it
  await owner.query(
    'DROP TABLE cosignature; DROP FUNCTION refuse_cosignature(); DROP TABLE follow_up; DROP FUNCTION refuse_follow_up(); DROP TABLE passkey, challenge, station, station_key; DROP FUNCTION refuse_station(); DROP TABLE donor, recall; DROP FUNCTION refuse_donor(); DROP FUNCTION refuse_recall(); ALTER TABLE session DROP COLUMN registered',
  )
  await owner.query(
    'ALTER TABLE migration DISABLE TRIGGER ALL; DELETE FROM migration WHERE version > 1; ALTER TABLE migration ENABLE TRIGGER ALL',
  )
  await owner.end()
  await before.close()
  const after = await opened(place)
  const { rows } = await after.store.pool.query<{ version: number }>('SELECT version FROM migration ORDER BY version')
  expect(rows.map(row => row.version)).toEqual(MIGRATIONS.map(one => one.version))
  const events = await after.store.pool.query<{ text: string }>('SELECT text FROM record_event ORDER BY index DESC LIMIT 1')
  expect(JSON.parse(events.rows[0]!.text)).toMatchObject({ command: 'migrate', input: { version: MIGRATIONS.at(-1)!.version } })
  expect((await enrol(after, 'LATER')).ok).toBe(true)
  expect((await after.store.pool.query('SELECT FROM cosignature')).rows).toEqual([])
  await after.close()
  rmSync(folder, { recursive: true, force: true })
})

test('what a release migrated is never written otherwise afterwards', () => {
  expect(MIGRATIONS.map(({ sql }) => hashText(sql).slice(0, 16))).toEqual([
    '7d24b842dde1fd00',
    '96bae1e10e12b47d',
    '618a0ce54ba69ee5',
    '23a0b04dfde84c6f',
    '20fee952f92547ad',
    '1182e9aecc44cbfa',
  ])
})

test('migrations are forward only: a filled database takes a new one, a changed or a newer one is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-migrate-'))
  const record = await opened({ folder, site: 'cognate.example/site-m' })
  await setUp(record)
  await enrol(record, 'FILLED')
  const owner = await record.ownerClient()
  const next = { version: MIGRATIONS.length + 1, name: 'test', sql: 'CREATE TABLE later (id text PRIMARY KEY)' }
  expect(await migrate(owner, hashText, [...MIGRATIONS, next])).toEqual([next])
  expect((await owner.query("SELECT count(*)::int AS n FROM subject WHERE id = 'FILLED'")).rows[0]).toEqual({ n: 1 })
  await expect(migrate(owner, hashText, [...MIGRATIONS, { ...next, sql: 'CREATE TABLE other (id text)' }])).rejects.toThrow(
    "not this program's",
  )
  await expect(migrate(owner, hashText, MIGRATIONS)).rejects.toThrow('database is newer')
  await owner.end()
  await record.close()
  expect(await openRecord({ folder, site: 'cognate.example/site-m' })).toMatchObject({
    ok: false,
    issue: { code: 'database', what: expect.stringContaining('newer') },
  })
  rmSync(folder, { recursive: true, force: true })
})

test('a signing key that is missing, another, or open to others stops the record before it signs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-key-'))
  const place = { folder, site: 'cognate.example/site-k' }
  const record = await opened(place)
  await setUp(record)
  await record.close()
  const key = join(folder, 'keys/log.key')
  chmodSync(key, 0o644)
  expect(await openRecord(place)).toMatchObject({
    ok: false,
    issue: { code: 'signing-key', what: expect.stringContaining('open to others') },
  })
  chmodSync(key, 0o600)
  copyFileSync(key, `${key}.away`)
  rmSync(key)
  expect(await openRecord(place)).toMatchObject({ ok: false, issue: { code: 'signing-key', what: expect.stringContaining('missing') } })
  writeFileSync(key, 'nonsense', { mode: 0o600 })
  expect(await openRecord(place)).toMatchObject({
    ok: false,
    issue: { code: 'signing-key', what: expect.stringContaining('no private key') },
  })
  copyFileSync(`${key}.away`, key)
  chmodSync(key, 0o600)
  const again = await opened(place)
  expect(existsSync(join(folder, 'checkpoints/record.txt'))).toBe(true)
  expect(readFileSync(join(folder, 'checkpoints/record.txt'), 'utf8')).toContain('cognate.example/site-k/record')
  await again.close()
  rmSync(folder, { recursive: true, force: true })
})
