// @vitest-environment happy-dom
// From the screens: a passkey is added, used for signing in and for a signature, cancelled, removed (the device is in software; the browser's part is given to it); a computer becomes a station.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fine, openSite, type Person, type Site } from './record-site.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'
import { Browser } from './web-page.tsx'

const ORIGIN = 'https://record.example'
let site: Site
let browser: Browser
let paula: Person
let device: SoftwareAuthenticator
let cancels = false

const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64url')).buffer
const encoded = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString('base64url')

/** As a browser hands it to a page: bytes, not texts. */
const handed = ({ response, ...rest }: ReturnType<SoftwareAuthenticator['get']>) => ({
  ...rest,
  rawId: bytes(rest.rawId),
  response: {
    ...Object.fromEntries(Object.entries(response).map(([name, value]) => [name, typeof value === 'string' ? bytes(value) : value])),
    getTransports: () => ['internal'],
  },
  getClientExtensionResults: () => ({}),
})

type Wanted = { readonly publicKey: { readonly challenge: ArrayBuffer; readonly rpId?: string; readonly rp?: { readonly id: string } } }
const answering =
  (answer: (question: { challenge: string }) => ReturnType<SoftwareAuthenticator['get']>) =>
  async ({ publicKey }: Wanted) => {
    if (cancels) throw new DOMException('the person said no', 'NotAllowedError')
    return handed(answer({ ...publicKey, challenge: encoded(publicKey.challenge) }))
  }

beforeAll(async () => {
  site = await openSite({ originOf: () => ORIGIN })
  await site.setUp()
  paula = await site.hire('paula', ['physician'])
  device = new SoftwareAuthenticator(ORIGIN)
  Object.assign(globalThis, { PublicKeyCredential: class {} })
  Object.defineProperty(navigator, 'credentials', {
    value: { create: answering(question => device.create(question)), get: answering(question => device.get(question)) },
    configurable: true,
  })
  browser = new Browser(site)
})
afterAll(async () => {
  await site?.close()
})

test('a passkey is added by who proves again who they are, and stands in the list', async () => {
  await browser.seat(paula, '#/account')
  await browser.until('None. A passkey lets')
  const form = () => [...browser.page.querySelectorAll('form')].find(one => one.textContent!.includes('New passkey'))!
  const add = async () => {
    for (const [name, text] of [
      ['name', 'ward computer'],
      ['password', paula.password],
      ['code', paula.code()],
    ] as const)
      form().querySelector<HTMLInputElement>(`[name=${name}]`)!.value = text
    await browser.submit(form())
  }
  cancels = true
  await add()
  await browser.until('no passkey was given')
  cancels = false
  await add()
  await browser.until('The passkey is added.')
  expect(await browser.until('ward computer')).toContain('in one device')
  await browser.until('passkey added')
})

test('password and passkey sign in; who cancels keeps what was typed, and who gives neither is told', async () => {
  browser.cookie = ''
  await browser.open('#/account')
  await browser.until('Sign in to the record')
  browser.fill({ account: 'paula', password: paula.password })
  await browser.press('Sign in')
  await browser.until('the one-time code is missing')
  browser.fill({ account: 'paula', password: paula.password })
  cancels = true
  await browser.press('Sign in with a passkey')
  await browser.until('no passkey was given')
  expect(browser.field('password').value).toBe(paula.password)
  cancels = false
  await browser.press('Sign in with a passkey')
  await browser.until('Where you are signed in')
  expect(fine(await site.call('GET', '/session', undefined, {}, browser.cookie)).body.factors).toEqual(['password', 'passkey'])
})

test('the first signature takes password and passkey, the next the passkey alone', async () => {
  const carl = await site.hire('carl', ['coordinator'])
  fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
  const coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TIL' })).body.entity.id as string
  const choose = async (id: string, password: string) => {
    await browser.open('#/do/selection.sign')
    await browser.until('Evidence')
    browser.fill({ id, coi, receptors: 'TCR-1', evidence_sha256: 'aa'.repeat(32), reason: 'for the test' })
    await browser.submit(browser.page.querySelector('form')!)
    await browser.until('You sign this as approved')
    browser.page.querySelector<HTMLInputElement>('dialog [name=password]')!.value = password
    await browser.press('Sign with a passkey')
  }
  await choose('SEL-1', '')
  await browser.until('the signer could not be proven')
  await choose('SEL-1', paula.password)
  await browser.until('selection SEL-1')
  await choose('SEL-2', '')
  await browser.until('selection SEL-2')
  const signatures = fine(await paula.get('/signatures?limit=500')).body.signatures as { parent: string; data: { method: string } }[]
  const chosen = signatures.filter(({ parent }) => parent.startsWith('SEL-'))
  expect(chosen.map(({ parent, data }) => `${parent} ${data.method}`).sort()).toEqual(['SEL-1 password and passkey', 'SEL-2 passkey'])
})

test('a passkey is removed from the list', async () => {
  await browser.open('#/account')
  await browser.until('ward computer')
  await browser.press('Remove')
  await browser.until('The passkey ward computer is removed.')
  await browser.until('None. A passkey lets')
})

test('the administrator registers a station; its code makes the computer at which it is typed that station', async () => {
  const yves = site.person('yves')
  await browser.seat(yves, '#/do/station.register')
  await browser.until('Register a station')
  browser.fill({ id: 'SUITE-2-A', place: 'Suite 2, hood 1', reason: 'new' })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('Code of the station SUITE-2-A')
  const code = browser.page.querySelector('code.big')!.textContent!
  browser.cookie = ''
  await browser.open('#/')
  await browser.until('no registered station')
  await browser.open('#/station')
  browser.fill({ station: 'SUITE-2-A', code: 'another code' })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('the code is wrong, used or too old')
  browser.fill({ station: 'SUITE-2-A', code })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('This computer is the station SUITE-2-A')
  await browser.seat(paula, '#/account')
  expect(await browser.until('Where you are signed in')).toContain('SUITE-2-A')
})

test('the security officer sees when each second factor last proved to work', async () => {
  await browser.seat(site.person('xena'), '#/factors')
  await browser.until('The longest untested first')
  expect(browser.page.textContent).toContain('paula (synthetic)')
  expect(browser.links()).toContain('Second factors')
})
