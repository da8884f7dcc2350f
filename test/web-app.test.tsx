// @vitest-environment happy-dom
// The web app as a person uses it, against a real server in this process: signing in, the board, a lot, its trace, signing out. And how the server sends its files.
import { ok } from '@cognate/core/base'
import type { BatchTemplate } from '@cognate/core/lot'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import templates from '../packages/node/data/lot-templates.json' with { type: 'json' }
import { COOKIE } from '../packages/node/src/api/server.ts'
import { App } from '../packages/web/src/app.tsx'
import { type Client, makeClient } from '../packages/web/src/client/record-client.ts'
import { SignButton } from '../packages/web/src/parts/sign-button.tsx'
import { fine, openSite, type Person, type Site } from './record-site.ts'

const shipped = (templates as unknown as BatchTemplate[]).find(one => one.product_type === 'TIL')!
/** Its steps without supplies, the first with a second person. */
const template: BatchTemplate = {
  ...shipped,
  version: '9.0.0',
  steps: shipped.steps.map((step, i) => ({ ...step, materials: [], equipment: [], parameters: [], second_person: i === 0 })),
}
let site: Site
let olga: Person, oskar: Person
let coi = ''

beforeAll(async () => {
  // React's act() asks for it
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  site = await openSite()
  await site.setUp()
  olga = await site.hire('olga', ['operator'])
  oskar = await site.hire('oskar', ['operator'])
  const [anna, arno, carl] = [await site.hire('anna', ['qa']), await site.hire('arno', ['qa']), await site.hire('carl', ['coordinator'])]
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

let page: HTMLElement
let mounted: Root | undefined
/** The cookie that a browser would keep. */
let cookie = ''
const kept = new Map<string, string>()

/** A browser's fetch, straight into the server. */
const send = (async (path: string, init: RequestInit) => {
  const reply = await site.app.inject({
    method: init.method as 'GET',
    url: path,
    headers: init.headers as Record<string, string>,
    ...(cookie === '' ? {} : { cookies: { [COOKIE]: cookie } }),
    ...(init.body === undefined ? {} : { payload: init.body as string }),
  })
  const set = reply.cookies.find(one => one.name === COOKIE)
  if (set !== undefined) cookie = set.value
  return new Response(reply.body, { status: reply.statusCode })
}) as typeof fetch

async function open(address: string): Promise<void> {
  await act(async () => mounted?.unmount())
  location.hash = address
  page = document.createElement('div')
  mounted = createRoot(page)
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  }
  await act(async () => mounted!.render(<App client={makeClient(send, storage)} />))
}

async function until(text: string): Promise<string> {
  const end = Date.now() + 10_000
  while (!page.textContent!.includes(text) && Date.now() < end) await act(() => new Promise(resolve => setTimeout(resolve, 20)))
  expect(page.textContent).toContain(text)
  return page.textContent!
}

async function signIn(password: string, code: string, account = 'olga'): Promise<void> {
  await until('Sign in to the record')
  const field = (name: string) => page.querySelector<HTMLInputElement>(`[name=${name}]`)!
  await act(async () => {
    field('account').value = account
    field('password').value = password
    field('code').value = code
    page.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
  })
}

beforeEach(() => {
  cookie = ''
  kept.clear()
})

test('nothing is shown to whom did not sign in, and a wrong password says so and no more', async () => {
  await open('#/lot/L-7')
  await signIn('a wrong password, long enough', '000000')
  const said = await until('account, password or code is wrong')
  expect([said.includes('L-7'), page.querySelector('[role=alert]') !== null, page.querySelector('nav')]).toEqual([false, true, null])
})

test('from the board to a lot, to what it comes from, and out', async () => {
  await open('')
  await signIn(olga.password, olga.code())
  const board = await until('Vein to vein')
  await until('1 lot is under way')
  expect(board).toContain('olga (synthetic), operator')
  const cells = [...page.querySelectorAll('tbody td')].map(cell => cell.textContent)
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
  await open(page.querySelector('tbody a')!.getAttribute('href')!)
  const lot = await until('Batch record')
  for (const step of template.steps) expect(lot).toContain(step.title)
  for (const one of template.release) expect(lot).toContain(one.name)
  await open([...page.querySelectorAll('a')].find(link => link.textContent === 'Where it comes from, and went')!.getAttribute('href')!)
  await until('Made from')
  expect([...page.querySelectorAll('tbody tr')].map(row => row.children[1]!.textContent)).toEqual(
    expect.arrayContaining(['TUM-1', coi, 'ST1-001']),
  )
  await act(async () => [...page.querySelectorAll('button')].find(button => button.textContent === 'Sign out')!.click())
  await until('Sign in to the record')
  expect([cookie, kept.size]).toEqual(['', 0])
})

const buttons = () => [...page.querySelectorAll('button')].map(button => button.textContent)
const press = (label: string) => act(async () => [...page.querySelectorAll('button')].find(button => button.textContent === label)!.click())

test('the second person reads what is signed, proves who they are, and the step is verified; who performed it has no such button', async () => {
  const { id } = template.steps[0]!
  fine(await olga.do('/lots/L-7/steps', { step: id, performed_at: site.clock.iso }))
  await open('#/lot/L-7')
  await signIn(olga.password, olga.code())
  await until('Batch record')
  expect(buttons()).toEqual(['Sign out', 'Refresh'])
  cookie = ''
  await open('#/lot/L-7')
  await signIn(oskar.password, oskar.code(), 'oskar')
  await until('Batch record')
  await press(`Verify ${id}`)
  const asked = await until('You sign this as verified')
  expect(JSON.parse(page.querySelector('pre')!.textContent!)).toMatchObject({ command: 'lot.verify', input: { id: 'L-7', step: id } })
  expect(asked).toContain('One-time code, for the first signature after signing in')
  const sign = async (password: string, code: string) =>
    act(async () => {
      page.querySelector<HTMLInputElement>('dialog [name=password]')!.value = password
      page.querySelector<HTMLInputElement>('dialog [name=code]')!.value = code
      page.querySelector('dialog form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
    })
  await sign('a wrong password, long enough', oskar.code())
  await until('the signer could not be proven')
  expect(fine(await olga.get(`/steps/L-7:${id}`)).body.data.status).toBe('performed')
  await sign(oskar.password, oskar.code())
  await until(`oskar ${site.clock.iso.slice(0, 10)}`)
  expect([page.querySelector('dialog'), buttons()]).toEqual([null, ['Sign out', 'Refresh']])
  expect(fine(await olga.get(`/steps/L-7:${id}`)).body.data).toMatchObject({ status: 'verified', verified_by: 'oskar' })
  // another screen still shows it as performed: its button is refused
  const screen = makeClient(send, { getItem: () => kept.get('cognate-csrf')!, setItem: () => undefined, removeItem: () => undefined })
  expect(await screen.command({ path: '/lots/L-7/verifications', body: { step: id }, version: 1, key: 'k-stale' })).toMatchObject({
    ok: false,
    issue: { code: expect.stringMatching(/^(stale|step-state)$/) },
  })
})

test('where something else has to be signed after the proof, nothing passes for done', async () => {
  const asked: unknown[] = []
  let done = 0
  const client: Client = {
    ...makeClient(send, { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }),
    command: async (wish, token) => {
      asked.push([wish.key.length, token])
      return ok({ shown: `{"time":${asked.length}}`, sha256: 'aa'.repeat(32), meaning: 'verified' })
    },
    sign: async () => ok('a token'),
  }
  await act(async () => mounted?.unmount())
  page = document.createElement('div')
  mounted = createRoot(page)
  const wish = { path: '/x', body: {}, version: 1 }
  await act(async () => mounted!.render(<SignButton client={client} label="Verify" wish={wish} onDone={() => done++} />))
  await press('Verify')
  await act(async () => page.querySelector('dialog form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true })))
  await until('what has to be signed has changed meanwhile, nothing was done')
  expect([done, asked, page.querySelector('pre')!.textContent]).toEqual([
    0,
    [
      [36, undefined],
      [36, 'a token'],
    ],
    '{\n  "time": 2\n}',
  ])
})

test('an id that is not there, and one that cannot be read, are told as the record tells them', async () => {
  await open('#/lot/NO-SUCH')
  await signIn(olga.password, olga.code())
  await until('there is no lot NO-SUCH; check the id')
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
  expect((await site.app.inject({ method: 'GET', url: '/app.js' })).body.length).toBeLessThan(300_000)
  const html = (await site.app.inject({ method: 'GET', url: '/' })).body
  expect(html.match(/(src|href)="[^"]*"/g)).toEqual(['href="data:,"', 'href="/app.css"', 'src="/app.js"'])
})
