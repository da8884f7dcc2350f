// Registered stations: the computer that an event names is the one at which its code was typed, and no other.
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STATION_COOKIE } from '../packages/node/src/api/cookies.ts'
import { root } from './oracle-data.ts'
import { DAY, fine, openSite, type Person, type Reply, type Site } from './record-site.ts'

let site: Site
let carl: Person

beforeAll(async () => {
  site = await openSite({ stationsOnly: true })
  await site.setUp()
  carl = await site.hire('carl', ['coordinator'])
})
afterAll(async () => {
  await site?.close()
})

const register = async (id: string): Promise<string> =>
  fine(await site.person('yves').do('/stations', { id, place: 'Suite 2, hood 1', reason: 'new' })).body.station_code
const tokenOf = (reply: Reply): string => new RegExp(`${STATION_COOKIE}=([^;]+)`).exec(String(reply.headers['set-cookie']))?.[1] ?? ''
const bind = (station: string, code: string) => site.call('POST', '/stations/binding', { station, code })
/** A call from the computer that has this token. */
const at = (token: string, method: 'GET' | 'POST', path: string, body?: unknown, person?: { cookie: string; csrf: string }) =>
  site.call(method, path, body, {
    cookie: [`${STATION_COOKIE}=${token}`, ...(person === undefined ? [] : [`__Host-cognate=${person.cookie}`])].join('; '),
    'x-csrf-token': person?.csrf ?? '',
    'idempotency-key': `${path}-${site.clock.time}`,
  })
async function signInAt(token: string, person: Person): Promise<{ cookie: string; csrf: string }> {
  const reply = fine(
    await at(token, 'POST', '/sessions', {
      account: person.account,
      password: person.password,
      code: person.code(),
      station: 'the pharmacy, or so I say',
    }),
  )
  return { csrf: reply.body.csrf, cookie: /__Host-cognate=([^;]+)/.exec(String(reply.headers['set-cookie']))?.[1] ?? '' }
}
const newestEvent = async () =>
  JSON.parse(
    (await site.record.store.pool.query<{ text: string }>('SELECT text FROM record_event ORDER BY index DESC LIMIT 1')).rows[0]!.text,
  )
const subject = (id: string) => ({ id, site: 'site-a', study: 'ST-1' })

test('[11.10(h)] the event names the station whose code was typed at the computer, not what the computer calls itself', async () => {
  const token = tokenOf(fine(await bind('SUITE-2-A', await register('SUITE-2-A'))))
  expect(await newestEvent()).toMatchObject({ command: 'station.bind', input: { station: 'SUITE-2-A' } })
  expect((await at(token, 'GET', '/station')).body).toEqual({ station: 'SUITE-2-A', only: true })
  const here = await signInAt(token, carl)
  fine(await at(token, 'POST', '/subjects', subject('ST1-001'), here))
  expect(await newestEvent()).toMatchObject({ command: 'subject.enrol', actor: { account: 'carl', station: 'SUITE-2-A' } })
})

test('[11.10(h)] from a computer that is no station nothing is recorded where the site asks for stations; the refusal is logged, accounts are kept up all the same', async () => {
  expect((await site.call('GET', '/station')).body).toEqual({ station: '', only: true })
  const refused = await carl.do('/subjects', subject('ST1-002'))
  expect([refused.status, refused.body.code]).toEqual([403, 'station-unknown'])
  const { rows } = await site.record.store.pool.query<{ text: string }>("SELECT text FROM access_event WHERE text LIKE '%station-unknown%'")
  expect(rows.map(row => JSON.parse(row.text)).at(-1)).toMatchObject({ actor: { account: 'carl', station: '127.0.0.1 (not registered)' } })
  expect((await carl.get('/subjects')).status).toBe(200)
  await site.hire('quinn', ['qc-analyst'])
})

test('[11.10(h)] a session that is carried to another computer, or another station, ends', async () => {
  const [a, b] = [tokenOf(fine(await bind('A', await register('A')))), tokenOf(fine(await bind('B', await register('B'))))]
  const here = await signInAt(a, carl)
  expect((await at(a, 'GET', '/session', undefined, here)).status).toBe(200)
  expect((await at(b, 'GET', '/session', undefined, here)).status).toBe(401)
  expect((await at(a, 'GET', '/session', undefined, here)).status).toBe(401)
  const again = await signInAt(a, carl)
  expect((await site.call('GET', '/session', undefined, {}, again.cookie)).status).toBe(401)
})

test('a code is good once and for seven days; a wrong one is refused and logged', async () => {
  const code = await register('C')
  expect((await bind('C', 'not the code')).body.code).toBe('station-code')
  expect((await bind('D', code)).body.code).toBe('station-code')
  fine(await bind('C', code))
  expect((await bind('C', code)).body.code).toBe('station-code')
  const late = await register('C')
  site.clock.forward(7 * DAY + 1)
  expect((await bind('C', late)).body.code).toBe('station-code')
  const { rows } = await site.record.store.pool.query("SELECT 1 FROM access_event WHERE text LIKE '%station-refused%'")
  expect(rows).toHaveLength(4)
})

test('a station that is registered anew, or withdrawn, is the old computer no more, and its sessions end', async () => {
  const first = tokenOf(fine(await bind('E', await register('E'))))
  const here = await signInAt(first, carl)
  const second = tokenOf(fine(await bind('E', await register('E'))))
  expect((await at(first, 'GET', '/station')).body.station).toBe('')
  expect((await at(first, 'GET', '/session', undefined, here)).status).toBe(401)
  const there = await signInAt(second, carl)
  fine(await site.person('yves').do('/stations/E/withdrawal', { reason: 'sold' }))
  expect((await at(second, 'GET', '/session', undefined, there)).status).toBe(401)
  expect((await site.person('yves').do('/stations/E/withdrawal', { reason: 'twice' })).body.code).toBe('station-state')
  const anna = await site.hire('anna', ['auditor'])
  const { versions } = fine(await anna.get('/stations/E')).body as { versions: { data: { status: string } }[] }
  expect(versions.map(({ data }) => data.status)).toEqual(['registered', 'in-use', 'registered', 'in-use', 'withdrawn'])
})

test('[11.10(h)] the command line is a station too, by the code that is typed at it', async () => {
  const code = await register('ANALYSIS-1')
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  const cognate = (args: readonly string[], proof: Record<string, string> = {}) =>
    new Promise<{ code: number; out: string; err: string }>(resolve => {
      const child = execFile(
        join(root, 'cognate'),
        [...args, '--server', site.app.listeningOrigin],
        { env: { ...process.env, COGNATE_CWD: site.folder, ...proof } },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      )
    })
  const signIn = () => cognate(['account', 'sign-in', 'carl'], { COGNATE_PASSWORD: carl.password, COGNATE_CODE: carl.code() })
  const enrol = (id: string) => cognate(['lot', 'do', 'subject.enrol', '--body', JSON.stringify(subject(id))])
  expect((await signIn()).code).toBe(0)
  expect((await enrol('ST1-003')).err).toContain('[station-unknown]')
  expect((await cognate(['account', 'station', 'ANALYSIS-1'], { COGNATE_CODE: 'another' })).err).toContain('[station-code]')
  const bound = await cognate(['account', 'station', 'ANALYSIS-1'], { COGNATE_CODE: code })
  expect([bound.code, bound.err]).toEqual([0, 'this computer is the station ANALYSIS-1\n'])
  expect(statSync(join(site.folder, '.cognate-station')).mode & 0o777).toBe(0o600)
  expect((await signIn()).code).toBe(0)
  expect((await enrol('ST1-003')).code).toBe(0)
  expect(await newestEvent()).toMatchObject({ command: 'subject.enrol', actor: { account: 'carl', station: 'ANALYSIS-1' } })
})
