// @vitest-environment happy-dom
// The web app as a person uses it, against a real server in this process: signing in, the board, a lot, its trace, signing out. And how the server sends its files.
import { ok } from '@cognate/core/base'
import type { BatchTemplate } from '@cognate/core/lot'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import templates from '../packages/node/data/lot-templates.json' with { type: 'json' }
import { type Client, makeClient } from '../packages/web/src/client/record-client.ts'
import { SignButton } from '../packages/web/src/parts/sign-button.tsx'
import { fine, openSite, type Person, type Site } from './record-site.ts'
import { Browser } from './web-page.tsx'

const shipped = (templates as unknown as BatchTemplate[]).find(one => one.product_type === 'TIL')!
/** Its steps without supplies, the first with a second person. */
const template: BatchTemplate = {
  ...shipped,
  version: '9.0.0',
  steps: shipped.steps.map((step, i) => ({ ...step, materials: [], equipment: [], parameters: [], second_person: i === 0 })),
}
let site: Site
let olga: Person, oskar: Person, anna: Person
let coi = ''

beforeAll(async () => {
  site = await openSite()
  await site.setUp()
  olga = await site.hire('olga', ['operator'])
  oskar = await site.hire('oskar', ['operator'])
  anna = await site.hire('anna', ['qa'])
  const [arno, carl] = [await site.hire('arno', ['qa']), await site.hire('carl', ['coordinator'])]
  const id = `${template.template}:${template.version}`
  fine(await anna.do('/templates', template))
  fine(await arno.do(`/templates/${id}/approval`, { reason: 'read' }))
  fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
  coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TIL' })).body.entity.id as string
  fine(await olga.do('/specimens', { id: 'TUM-1', coi, kind: 'tumour', collected_at: site.clock.iso }))
  fine(await olga.do('/lots', { product_type: 'TIL', id: 'L-7', template: id, coi, specimen: 'TUM-1' }))
  fine(await olga.do('/lots/L-7/opening', {}))
  site.clock.forward(3 * 86_400_000)
})
afterAll(async () => {
  await site?.close()
})

let browser: Browser
beforeEach(() => {
  browser = new Browser(site)
})

test('nothing is shown to whom did not sign in, and a wrong password says so and no more', async () => {
  await browser.open('#/lot/L-7')
  await browser.signIn('a wrong password, long enough', '000000', 'olga')
  const said = await browser.until('account, password or code is wrong')
  expect([said.includes('L-7'), browser.page.querySelector('[role=alert]') !== null, browser.page.querySelector('nav')]).toEqual([
    false,
    true,
    null,
  ])
})

test('from the board to a lot, to what it comes from, and out', async () => {
  await browser.open('')
  await browser.signIn(olga.password, olga.code(), 'olga')
  const board = await browser.until('Vein to vein')
  await browser.until('1 lot is under way')
  expect(board).toContain('olga (synthetic), operator')
  const cells = [...browser.page.querySelectorAll('tbody td')].map(cell => cell.textContent)
  expect(cells).toMatchObject([
    'L-7',
    `${coi.slice(0, 4)}-${coi.slice(4, 8)}-${coi.slice(8)} ST1-001`,
    expect.stringContaining('in-process'),
    'undecided',
    '3',
    expect.stringContaining(`0/${template.steps.length}`),
    `${template.steps[0]!.id}: ${template.steps[0]!.title}`,
    expect.stringMatching(/^late 2026-/),
  ])
  await browser.open(browser.page.querySelector('tbody a')!.getAttribute('href')!)
  const lot = await browser.until('Batch record')
  for (const step of template.steps) expect(lot).toContain(step.title)
  for (const one of template.release) expect(lot).toContain(one.name)
  await browser.open(
    [...browser.page.querySelectorAll('a')].find(link => link.textContent === 'Where it comes from, and went')!.getAttribute('href')!,
  )
  await browser.until('Made from')
  expect([...browser.page.querySelectorAll('tbody tr')].map(row => row.children[1]!.textContent)).toEqual(
    expect.arrayContaining(['TUM-1', coi, 'ST1-001']),
  )
  await browser.press('Sign out')
  await browser.until('Sign in to the record')
  expect([browser.cookie, browser.kept.size]).toEqual(['', 0])
})

test('the second person reads what is signed, proves who they are, and the step is verified; who performed it has no such button', async () => {
  const { id } = template.steps[0]!
  fine(await olga.do('/lots/L-7/steps', { step: id, performed_at: site.clock.iso }))
  await browser.open('#/lot/L-7')
  await browser.signIn(olga.password, olga.code(), 'olga')
  await browser.until('Batch record')
  expect(browser.buttons()).toEqual(['Sign out', 'Refresh'])
  browser.cookie = ''
  await browser.open('#/lot/L-7')
  await browser.signIn(oskar.password, oskar.code(), 'oskar')
  await browser.until('Batch record')
  await browser.press(`Verify ${id}`)
  const asked = await browser.until('You sign this as verified')
  expect(JSON.parse(browser.page.querySelector('pre')!.textContent!)).toMatchObject({
    command: 'lot.verify',
    input: { id: 'L-7', step: id },
  })
  expect(asked).toContain('One-time code, for the first signature after signing in')
  const sign = (password: string, code: string) => {
    browser.fill({ password, code })
    return browser.submit(browser.page.querySelector('dialog form')!)
  }
  await sign('a wrong password, long enough', oskar.code())
  await browser.until('the signer could not be proven')
  expect(fine(await olga.get(`/steps/L-7:${id}`)).body.data.status).toBe('performed')
  await sign(oskar.password, oskar.code())
  await browser.until(`oskar ${site.clock.iso.slice(0, 10)}`)
  expect([browser.page.querySelector('dialog'), browser.buttons()]).toEqual([null, ['Sign out', 'Refresh']])
  expect(fine(await olga.get(`/steps/L-7:${id}`)).body.data).toMatchObject({ status: 'verified', verified_by: 'oskar' })
  // another screen still shows it as performed: its button is refused
  const screen = makeClient(browser.send, browser.storage)
  expect(await screen.command({ path: '/lots/L-7/verifications', body: { step: id }, version: 1, key: 'k-stale' })).toMatchObject({
    ok: false,
    issue: { code: expect.stringMatching(/^(stale|step-state)$/) },
  })
})

test('quality assurance recalls all that a specimen reached, says what became of each, and closes it', async () => {
  await browser.seat(anna, '#/trace/TUM-1')
  await browser.until('What it reached, to recall it')
  await browser.open(
    [...browser.page.querySelectorAll('a')].find(link => link.textContent === 'What it reached, to recall it')!.getAttribute('href')!,
  )
  await browser.until('lot L-7')
  browser.fill({ id: 'RC-1', reason: 'the label of the tube was torn' })
  await browser.press('Recall')
  const opened = await browser.sign(anna, 'recalled')
  expect(opened).toMatchObject({ command: 'recall.open', input: { start: 'specimen:TUM-1', affected: ['lot:L-7'] } })
  await browser.until('recall RC-1 of specimen:TUM-1')
  expect(fine(await olga.get('/lots/L-7')).body.data.holds).toEqual(['recall RC-1'])
  await browser.open('#/recalls')
  expect(await browser.until('the label of the tube was torn')).toContain('RC-1')
  await browser.open('#/recalls/RC-1')
  expect(await browser.until('What became of them')).not.toContain('Every item has its disposition')
  browser.fill({ reason: 'put aside, shelf 3' })
  await browser.press('Record')
  expect(await browser.sign(anna, 'reviewed')).toMatchObject({ input: { items: ['lot:L-7'], disposition: 'quarantined' } })
  await browser.until('Every item has its disposition')
  const form = [...browser.page.querySelectorAll('form')].at(-1)!
  form.querySelector('textarea')!.value = 'all is accounted for'
  await browser.submit(form)
  await browser.sign(anna, 'approved')
  await browser.until('closed')
  expect(fine(await anna.get('/recall-cases/RC-1')).body.data).toMatchObject({
    status: 'closed',
    items: [{ item: 'lot:L-7', disposition: 'quarantined', decided_by: 'anna' }],
  })
})

test('where something else has to be signed after the proof, nothing passes for done', async () => {
  const asked: unknown[] = []
  let done = 0
  const client: Client = {
    ...makeClient(browser.send, browser.storage),
    command: async (wish, token) => {
      asked.push([wish.key.length, token])
      return ok({ kind: 'sign', what: { shown: `{"time":${asked.length}}`, sha256: 'aa'.repeat(32), meaning: 'verified' } })
    },
    sign: async () => ok('a token'),
  }
  const wish = { path: '/x', body: {}, version: 1 }
  await browser.show(<SignButton client={client} label="Verify" wish={wish} onDone={() => done++} />)
  await browser.press('Verify')
  await browser.submit(browser.page.querySelector('dialog form')!)
  await browser.until('what has to be signed has changed meanwhile, nothing was done')
  expect([done, asked, browser.page.querySelector('pre')!.textContent]).toEqual([
    0,
    [
      [36, undefined],
      [36, 'a token'],
    ],
    '{\n  "time": 2\n}',
  ])
})

test('an id that is not there, and one that cannot be read, are told as the record tells them', async () => {
  await browser.open('#/lot/NO-SUCH')
  await browser.signIn(olga.password, olga.code(), 'olga')
  await browser.until('there is no lot NO-SUCH; check the id')
})

test('the files are sent to anybody, under a policy that lets no other script run', async () => {
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/app.css', 'text/css; charset=utf-8'],
  ]) {
    const reply = await site.app.inject({ method: 'GET', url: path! })
    expect([reply.statusCode, reply.headers['content-type'], reply.body.length > 300]).toEqual([200, type, true])
    expect(reply.headers['content-security-policy']).toContain("script-src 'self'")
    expect(reply.headers['content-security-policy']).not.toContain('unsafe')
  }
  // the interface's schemas are the server's: they would treble what a browser has to read
  expect((await site.app.inject({ method: 'GET', url: '/app.js' })).body.length).toBeLessThan(400_000)
  const html = (await site.app.inject({ method: 'GET', url: '/' })).body
  expect(html.match(/(src|href)="[^"]*"/g)).toEqual(['href="data:,"', 'href="/app.css"', 'src="/app.js"'])
})
