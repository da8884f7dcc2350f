// The browser on one's own computer: the same answers as over accounts, for who holds the key of this start and no other page of the browser.
import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildViewer } from '../packages/node/src/api/viewer.ts'
import { root } from '../packages/node/src/read/paths.ts'
import { cognate, temporary } from './run-cli.ts'

const folder = temporary()
const program = [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs')]
const HOST = { host: '127.0.0.1:8421' }

let viewer: Awaited<ReturnType<typeof buildViewer>>
beforeAll(async () => {
  cpSync(join(root, 'examples/crc-001'), join(folder, 'cases/crc-001'), { recursive: true })
  viewer = await buildViewer({
    cases: { cases: join(folder, 'cases'), results: join(folder, 'results') },
    trials: { trials: join(root, 'examples'), readOuts: join(folder, 'read-outs'), program },
    program,
  })
})
afterAll(async () => {
  await viewer?.app.close()
})

type Method = 'GET' | 'POST' | 'DELETE'
const ask = (
  method: Method,
  path: string,
  more: { readonly headers?: Record<string, string>; readonly key?: string; readonly body?: object } = {},
) =>
  viewer.app.inject({
    method,
    url: path,
    headers: { ...HOST, ...(method === 'GET' ? {} : { 'x-csrf-token': '' }), ...more.headers },
    cookies: { 'cognate-view': more.key ?? viewer.key },
    ...(more.body === undefined ? {} : { payload: more.body }),
  })

test('the printed address sets the key once, where no other site can send it; without it nothing is answered', async () => {
  const first = await viewer.app.inject({ method: 'GET', url: `/?key=${viewer.key}`, headers: HOST })
  expect([first.statusCode, first.headers.location]).toEqual([303, '/'])
  expect(first.cookies[0]).toMatchObject({ name: 'cognate-view', value: viewer.key, httpOnly: true, sameSite: 'Strict' })
  expect((await ask('GET', '/')).body).toContain('<div id="app">')
  expect((await ask('GET', '/', { key: 'other' })).statusCode).toBe(401)
  expect((await viewer.app.inject({ method: 'GET', url: '/?key=other', headers: HOST })).json().code).toBe('sign-in')
  for (const path of ['/session', '/cases', '/cases/CRC-001/files/dossier.html', '/trials', '/motifs/A*02:01', '/openapi.json'])
    expect([path, (await ask('GET', `/api/v1${path}`, { key: '' })).json().code]).toEqual([path, 'sign-in'])
})

test('a page of another host that leads here, and a form without the header, are refused', async () => {
  for (const host of ['rebound.example', '127.0.0.1.rebound.example', 'localhost.rebound.example:8421'])
    expect([host, (await ask('GET', '/api/v1/cases', { headers: { host } })).statusCode]).toEqual([host, 404])
  for (const host of ['localhost:8421', '127.0.0.1', '[::1]:8421'])
    expect((await ask('GET', '/api/v1/cases', { headers: { host } })).statusCode).toBe(200)
  const forged = await viewer.app.inject({
    method: 'POST',
    url: '/api/v1/cases/CRC-001/runs',
    headers: HOST,
    cookies: { 'cognate-view': viewer.key },
  })
  expect([forged.statusCode, forged.json().code]).toEqual([403, 'csrf'])
})

test('who is at the computer runs a case and cuts data; the record’s routes are not there', async () => {
  expect((await ask('GET', '/api/v1/session')).json()).toMatchObject({ local: true, roles: ['scientist', 'statistician'] })
  expect((await ask('POST', '/api/v1/cases/CRC-001/runs', { body: {} })).statusCode).toBe(202)
  expect((await ask('GET', '/api/v1/cases/CRC-001/progress')).body).toMatch(/^ {2}construct /m)
  expect((await ask('GET', '/api/v1/cases/CRC-001')).json()).toMatchObject({ run: { state: 'finished' }, changed: false })
  expect((await ask('GET', '/api/v1/cases/CRC-001/tables/neoantigens?limit=1')).json().rows[0].gene).toBe('GLIS3')
  expect((await ask('POST', '/api/v1/trials/SYN-CRC/read-outs', { body: {} })).json()).toEqual({ cut: '2023-12-31' })
  expect((await ask('GET', '/api/v1/trials')).json().trials[0].cuts).toEqual(['2023-12-31'])
  for (const path of ['lots', 'subjects', 'events', 'board', 'files/x'])
    expect([path, (await ask('GET', `/api/v1/${path}`)).statusCode]).toEqual([path, 404])
  expect((await ask('POST', '/api/v1/present', { body: { peptides: [] } })).json().code).toBe('input')
}, 240_000)

test('the command prints the address and ends when it is told to; without folders it says what to name', async () => {
  expect(cognate(['view'])).toMatchObject({ code: 1, err: expect.stringContaining('say --cases FOLDER') })
  expect(cognate(['view', '--cases', join(folder, 'nothing')])).toMatchObject({ code: 1, err: expect.stringContaining('folder-missing') })
  const child = spawn(program[0]!, [...program.slice(1), 'view', '--cases', join(folder, 'cases'), '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = await new Promise<string>(resolve => child.stderr.setEncoding('utf8').once('data', resolve))
  const address = /open (http:\/\/127\.0\.0\.1:\d+\/\?key=\S+)/.exec(said)![1]!
  const reply = await fetch(address, { redirect: 'manual' })
  const port = new URL(address).port
  expect(cognate(['view', '--cases', folder, '--port', port])).toMatchObject({ code: 1, err: expect.stringContaining('port-taken') })
  expect([reply.status, reply.headers.get('set-cookie')?.includes('HttpOnly')]).toEqual([303, true])
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}, 30_000)
