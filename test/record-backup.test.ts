// The restore drill: a backup into an empty place, on both stores, proven against the newest checkpoint of the old place.
import { appendFileSync, chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATION_COOKIE } from '../packages/node/src/api/cookies.ts'
import { buildServer } from '../packages/node/src/api/server.ts'
import { backupRecord, restoreRecord } from '../packages/node/src/store/backup.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { value } from './oracle.ts'
import { hasServer, startTestServer, type TestServer } from './postgres-server.ts'
import { CHEAP_ARGON, fine, openSite, Site } from './record-site.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'

let site: Site
let folder: string
let backup: string
let server: TestServer | undefined
const ORIGIN = 'https://record.example'
const device = new SoftwareAuthenticator(ORIGIN)
/** Token of a registered station. */
let station = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cognate-backup-'))
  chmodSync(folder, 0o711)
  site = await openSite({ originOf: () => ORIGIN })
  await site.setUp()
  const carl = await site.hire('carl', ['coordinator'])
  const question = fine(await carl.call('POST', '/passkeys/question', { password: carl.password, code: carl.code() })).body
  fine(await carl.call('POST', '/passkeys', { name: 'telephone', passkey: device.create(question) }))
  const registered = fine(await site.person('yves').do('/stations', { id: 'SUITE-2-A', place: 'Suite 2', reason: 'new' }))
  const bound = fine(await site.call('POST', '/stations/binding', { station: 'SUITE-2-A', code: registered.body.station_code }))
  station = new RegExp(`${STATION_COOKIE}=([^;]+)`).exec(String(bound.headers['set-cookie']))![1]!
  const put = await carl.call('PUT', '/files', Buffer.from('an attached page'), { 'content-type': 'application/octet-stream' })
  expect(put.status).toBe(201)
  await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' })
  await carl.call('PUT', '/subjects/ST1-001/person', {
    name: 'Erika Mustermann (synthetic)',
    birth_date: '1960-04-01',
    hospital_number: 'H-1',
  })
  backup = join(folder, 'backup')
  const made = value(await backupRecord(site.record, backup))
  expect(made.rows).toBeGreaterThan(20)
  expect(made.files).toBeGreaterThan(0)
  if (hasServer) server = startTestServer()
})
afterAll(async () => {
  await site?.close()
  server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const since = () => [join(site.folder, 'checkpoints/record.txt')]

describe.each([{ name: 'embedded' }, { name: 'a server' }])('[11.10(c)] [Annex 11 7] [Annex 11 16] into $name', ({ name }) => {
  const drill = name === 'embedded' || hasServer ? test : process.env.CI ? test : test.skip

  drill('everything comes back, people sign in, and the log goes on', async () => {
    const to = {
      folder: join(folder, `to-${name === 'embedded' ? 'e' : 's'}`),
      databaseUrl: name === 'embedded' ? undefined : server!.url('restored'),
      site: 'cognate.example/site-a',
    }
    const verified = value(await restoreRecord({ from: backup, to, keys: join(site.folder, 'keys'), since: since() }))
    expect([verified.proven, verified.findings, verified.independentCheckpoints > 0]).toEqual([true, [], true])
    expect(verified.size).toBe(site.record.store.logs.record.tree.size)
    const record = value(await openRecord({ ...to, clock: site.clock }))
    const restored = new Site(
      record,
      await buildServer(record, { clock: site.clock, argon: CHEAP_ARGON, originOf: () => ORIGIN }),
      site.clock,
      to.folder,
    )
    const carl = site.person('carl')
    const reply = await restored.call('POST', '/sessions', { account: 'carl', password: carl.password, code: carl.code() })
    expect(reply.status).toBe(201)
    const cookie = /__Host-cognate=([^;]+)/.exec(String(reply.headers['set-cookie']))![1]!
    expect((await restored.call('GET', '/subjects/ST1-001/person', undefined, {}, cookie)).body.name).toBe('Erika Mustermann (synthetic)')
    expect(
      (
        await restored.call(
          'POST',
          '/subjects',
          { id: 'ST1-002', site: 'site-a', study: 'ST-1' },
          { 'idempotency-key': 'r', 'x-csrf-token': reply.body.csrf },
          cookie,
        )
      ).status,
    ).toBe(201)
    // passkeys and stations are what they were
    const asked = fine(await restored.call('POST', '/sessions/passkey-question', {})).body
    fine(await restored.call('POST', '/sessions', { account: 'carl', password: carl.password, passkey: device.get(asked) }))
    const here = await restored.call('GET', '/station', undefined, { cookie: `${STATION_COOKIE}=${station}` })
    expect(here.body.station).toBe('SUITE-2-A')
    await restored.app.close()
    await record.close()
  })
})

test('a damaged backup, a place that is not empty, and a backup older than what was signed are refused', async () => {
  const bad = join(folder, 'bad')
  cpSync(backup, bad, { recursive: true })
  appendFileSync(join(bad, 'tables/subject.ndjson'), '\n')
  expect(
    await restoreRecord({
      from: bad,
      to: { folder: join(folder, 'x'), site: 'cognate.example/site-a' },
      keys: join(site.folder, 'keys'),
      since: [],
    }),
  ).toMatchObject({ ok: false, issue: { code: 'backup' } })
  expect(
    await restoreRecord({
      from: backup,
      to: { folder: site.folder, site: 'cognate.example/site-a' },
      keys: join(site.folder, 'keys'),
      since: [],
    }),
  ).toMatchObject({ ok: false, issue: { code: 'folder' } })
  await site.person('carl').do('/subjects', { id: 'ST1-003', site: 'site-a', study: 'ST-1' })
  await site.record.store.sealAll()
  expect(
    await restoreRecord({
      from: backup,
      to: { folder: join(folder, 'old'), site: 'cognate.example/site-a' },
      keys: join(site.folder, 'keys'),
      since: since(),
    }),
  ).toMatchObject({ ok: false, issue: { code: 'log-rewritten' } })
  // with the memory set back, the checkpoints kept elsewhere still say what is missing
  const keys = join(folder, 'keys-without-memory')
  cpSync(join(site.folder, 'keys'), keys, { recursive: true })
  for (const log of ['record', 'access']) rmSync(join(keys, `${log}.state`))
  expect(
    await restoreRecord({ from: backup, to: { folder: join(folder, 'older'), site: 'cognate.example/site-a' }, keys, since: since() }),
  ).toMatchObject({ ok: false, issue: { code: 'restore-unproven' } })
})
