// Trials over HTTP: a data cut made by the server is what the command line writes, for those of the study and nobody else.
import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../packages/node/src/read/paths.ts'
import { rowsOf } from './oracle.ts'
import { openSite, type Person, type Site } from './record-site.ts'
import { cognate, temporary } from './run-cli.ts'

const folder = temporary()
const trials = join(folder, 'trials')
const readOuts = join(folder, 'read-outs')
const example = join(trials, 'trial-crc')
const AT = '/trials/SYN-CRC/read-outs'

let site: Site
let stan: Person, paula: Person, stranger: Person, sven: Person

beforeAll(async () => {
  cpSync(join(root, 'examples/trial-crc'), example, { recursive: true })
  mkdirSync(join(trials, 'other'))
  writeFileSync(join(trials, 'other/TRIAL.yaml'), 'trial: OTHER\ndata_cut: yesterday\n')
  site = await openSite({
    trials: { trials, readOuts, program: [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs')] },
  })
  await site.setUp()
  const study = { studies: ['SYN-CRC'] }
  stan = await site.hire('stan', ['statistician'], study)
  paula = await site.hire('paula', ['physician'], study)
  stranger = await site.hire('stranger', ['statistician'])
  sven = await site.hire('sven', ['scientist'], study)
})
afterAll(async () => {
  await site?.close()
})

/** Every file below a folder by its name. */
const filesIn = (at: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(at, { recursive: true, withFileTypes: true })
      .filter(one => one.isFile())
      .map(one => join(one.parentPath, one.name))
      .map(path => [relative(at, path), readFileSync(path)] as const),
  )

test('a trial is of its study; who cuts no data makes no read-out; one that cannot be read says why', async () => {
  expect((await stan.get('/trials')).body).toMatchObject({
    given: true,
    trials: [
      { id: 'other', cuts: [], problem: expect.stringContaining('TRIAL.yaml:2') },
      { id: 'SYN-CRC', data_cut: '2023-12-31', synthetic: true, cuts: [], problem: '' },
    ],
  })
  expect((await stranger.get('/trials')).body.trials.map((one: { id: string }) => one.id)).toEqual(['other'])
  expect((await stranger.call('POST', AT, {})).body.code).toBe('other-study')
  expect((await paula.call('POST', AT, {})).body.code).toBe('role')
  expect((await sven.get('/trials')).body.code).toBe('role')
  expect((await stan.call('POST', '/trials/other/read-outs', {})).body.code).toBe('input')
  expect((await stan.call('POST', '/trials/none/read-outs', {})).body.code).toBe('not-found')
  expect((await stan.call('POST', AT, { cut: 'yesterday' })).body.code).toBe('input')
  expect((await paula.get(`${AT}/2023-12-31`)).body.code).toBe('not-found')
})

test('every file of a read-out is that of the command line, byte for byte; another cut is another read-out', async () => {
  expect((await stan.call('POST', AT, {})).body).toEqual({ cut: '2023-12-31' })
  expect((await stan.call('POST', AT, { cut: '2022-09-30' })).status).toBe(201)
  for (const cut of ['2023-12-31', '2022-09-30']) {
    const alone = join(folder, `alone-${cut}`)
    expect(cognate(['trial', 'report', example, '--cut', cut, '--out', alone, '--quiet']).code).toBe(0)
    const wanted = filesIn(alone)
    const { files } = (await paula.get(`${AT}/${cut}`)).body
    expect(files).toEqual([...wanted.keys()].toSorted())
    for (const name of files as string[]) {
      const url = `/api/v1${AT}/${cut}/files/${encodeURIComponent(name)}`
      const given = await site.app.inject({ method: 'GET', url, cookies: { '__Host-cognate': paula.cookie } })
      expect([name, given.rawPayload.equals(wanted.get(name)!)]).toEqual([name, true])
    }
    expect(files.length).toBeGreaterThan(30)
  }
  expect((await paula.get('/trials')).body.trials[1].cuts).toEqual(['2023-12-31', '2022-09-30'])
  const { rows } = await site.record.store.pool.query<{ text: string }>("SELECT text FROM access_event WHERE text LIKE '%data-cut%'")
  expect(rows.map(({ text }) => text.includes('"stan"') && text.includes('SYN-CRC'))).toEqual([true, true])
}, 60_000)

test('tables by pages, pictures, and nothing beside what was written', async () => {
  const at = `${AT}/2023-12-31`
  const headlines = (await paula.get(`${at}/tables/headlines`)).body.rows
  // the published summary that the example was made after
  expect(headlines[1]).toMatchObject({ what: 'objective response, confirmed (recist-1.1)', value: expect.stringMatching(/^3\/7 \(43 %;/) })
  const endpoints = rowsOf((await paula.get(`${at}/files/endpoints.tsv`)).text)
  expect((await paula.get(`${at}/tables/endpoints?search=SYN-C02&limit=500`)).body.rows).toEqual(
    endpoints.filter(row => row.subject === 'SYN-C02'),
  )
  expect((await paula.get(`${at}/figures/waterfall`)).text).toMatch(/^<svg .*<\/svg>\s*$/s)
  for (const path of [
    'files/TRIAL.yaml',
    'files/..%2F..%2F..%2Ftrials%2Ftrial-crc%2Fdm.csv',
    'tables/..%2F..%2Fdm',
    'figures/..%2Freport',
    'figures/none',
  ])
    expect([path, (await paula.get(`${at}/${path}`)).status]).toEqual([path, 404])
  for (const cut of ['..', '2023-12-31%2F..', '2024-01-01']) expect((await paula.get(`${AT}/${cut}`)).status).toBe(404)
})

test('a row that could not be used is listed, and a read-out older than its tables is marked', async () => {
  expect((await paula.get(`${AT}/2023-12-31`)).body.outdated).toBe(false)
  const ae = readFileSync(join(example, 'ae.csv'), 'utf8')
  writeFileSync(
    join(example, 'ae.csv'),
    `${ae}${ae
      .trimEnd()
      .split('\n')
      .at(-1)!
      .replace(/SYN-C\d\d/, 'SYN-C99')}\n`,
  )
  const later = Date.now() / 1000 + 60
  utimesSync(join(example, 'dm.csv'), later, later)
  expect((await paula.get(`${AT}/2023-12-31`)).body.outdated).toBe(true)
  expect((await stan.call('POST', AT, {})).status).toBe(201)
  const { rows } = (await paula.get(`${AT}/2023-12-31/tables/issues`)).body
  expect(rows).toEqual([expect.objectContaining({ file: expect.stringContaining('ae.csv'), what: expect.stringContaining('SYN-C99') })])
})

test('a server that was given no trials says so', async () => {
  const bare = await openSite()
  await bare.setUp()
  const reader = await bare.hire('reader', ['statistician'])
  expect((await reader.get('/trials')).body).toEqual({ given: false, trials: [] })
  expect((await reader.call('POST', AT, {})).body.code).toBe('not-found')
  await bare.close()
})
