// Passkeys beside the password: made, used for signing in and for signatures, bound to the person, the place, the purpose and the moment.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, fine, MINUTE, openSite, type Person, type Site } from './record-site.ts'
import { type Conduct, SoftwareAuthenticator } from './software-authenticator.ts'

const ORIGIN = 'https://record.example'
let site: Site
let paula: Person
let device: SoftwareAuthenticator

/** Adds a passkey of this device. */
async function add(person: Person, made: SoftwareAuthenticator, conduct: Conduct = {}) {
  const question = fine(await person.call('POST', '/passkeys/question', { password: person.password, code: person.code() })).body
  return person.call('POST', '/passkeys', { name: 'telephone', passkey: made.create(question, conduct) })
}

const question = async () => fine(await site.call('POST', '/sessions/passkey-question', {})).body

async function signIn(person: Person, made: SoftwareAuthenticator, conduct: Conduct = {}, password = person.password) {
  const passkey = made.get(await question(), conduct)
  return site.call('POST', '/sessions', { account: person.account, password, passkey })
}

beforeAll(async () => {
  site = await openSite({ originOf: () => ORIGIN })
  await site.setUp()
  paula = await site.hire('paula', ['physician'])
  device = new SoftwareAuthenticator(ORIGIN)
  fine(await add(paula, device))
})
afterAll(async () => {
  await site?.close()
})

describe('signing in', () => {
  test('password and passkey sign in; the session says with what, and the passkey when it was used', async () => {
    const reply = fine(await signIn(paula, device))
    const cookie = /__Host-cognate=([^;]+)/.exec(String(reply.headers['set-cookie']))?.[1] ?? ''
    expect((await site.call('GET', '/session', undefined, {}, cookie)).body.factors).toEqual(['password', 'passkey'])
    expect(fine(await paula.get('/passkeys')).body.passkeys).toEqual([
      { id: device.id, name: 'telephone', synced: false, created_at: expect.any(String), used_at: site.clock.iso },
    ])
  })

  test.each<readonly [string, Conduct]>([
    ['from another place', { origin: 'https://record.example.phish.example' }],
    ['for another party', { party: 'phish.example' }],
    ['that did not check who held it', { verified: false }],
    ['whose counter stands still: a copy', { counter: 1 }],
  ])('[11.200(b)] a passkey %s is refused', async (_, conduct) => {
    expect((await signIn(paula, device, conduct)).body.code).toBe('sign-in')
    fine(await signIn(paula, device))
  })

  test('the password is asked for beside it, and a code or a passkey, not both', async () => {
    expect((await signIn(paula, device, {}, 'not the password at all')).body.code).toBe('sign-in')
    const passkey = device.get(await question())
    for (const more of [{}, { passkey, code: paula.code() }])
      expect((await site.call('POST', '/sessions', { account: 'paula', password: paula.password, ...more })).status).toBe(422)
    fine(await signIn(paula, device))
  })

  test('an answer is good once, for five minutes, and only to a question that was asked', async () => {
    const passkey = device.get(await question())
    const ask = (answer: object) => site.call('POST', '/sessions', { account: 'paula', password: paula.password, passkey: answer })
    fine(await ask(passkey))
    expect((await ask(passkey)).body.code).toBe('sign-in')
    const late = device.get(await question())
    site.clock.forward(5 * MINUTE + 1)
    expect((await ask(late)).body.code).toBe('sign-in')
    expect((await ask(device.get({ challenge: Buffer.alloc(32, 7).toString('base64url'), rpId: 'record.example' }))).body.code).toBe(
      'sign-in',
    )
    fine(await signIn(paula, device))
  })

  test('a question does not tell who has passkeys', async () => {
    expect(await question()).toMatchObject({ rpId: 'record.example', userVerification: 'required', allowCredentials: [] })
  })
})

describe('signing', () => {
  const shown = { shown_sha256: 'ab'.repeat(32), meaning: 'approved' }
  const ask = (person: Person, what: object = shown) => person.call('POST', '/signatures/passkey-question', what)
  const sign = (person: Person, more: object, what: object = shown) => person.call('POST', '/signatures', { ...what, ...more })

  test('[11.200(b)] the first signature of a session takes password and passkey, later ones the passkey alone; nobody else’s will do', async () => {
    await paula.signIn()
    const other = await site.hire('petra', ['physician'])
    const hers = new SoftwareAuthenticator(ORIGIN)
    fine(await add(other, hers))
    const asked = fine(await ask(paula)).body
    expect(asked.allowCredentials).toEqual([{ id: device.id, type: 'public-key', transports: ['internal'] }])
    expect((await sign(paula, { passkey: device.get(asked) })).body.code).toBe('signature-refused')
    expect((await sign(paula, { password: paula.password, passkey: hers.get(fine(await ask(paula)).body) })).body.code).toBe(
      'signature-refused',
    )
    fine(await sign(paula, { password: paula.password, passkey: device.get(fine(await ask(paula)).body) }))
    fine(await sign(paula, { passkey: device.get(fine(await ask(paula)).body) }))
    const { rows } = await site.record.store.pool.query<{ method: string }>('SELECT method FROM step_up ORDER BY until, method')
    expect(rows.map(row => row.method).sort()).toEqual(['passkey', 'password and passkey'])
  })

  test('[11.70] an answer signs what its question was asked for: no other text, no other meaning, no other session, and no sign-in', async () => {
    await paula.signIn()
    const password = paula.password
    for (const [what, other] of [
      [{ ...shown, shown_sha256: 'cd'.repeat(32) }, shown],
      [{ ...shown, meaning: 'released' }, shown],
    ] as const)
      expect((await sign(paula, { password, passkey: device.get(fine(await ask(paula, what)).body) }, other)).body.code).toBe(
        'signature-refused',
      )
    expect((await sign(paula, { password, passkey: device.get(await question()) })).body.code).toBe('signature-refused')
    const before = fine(await ask(paula)).body
    await paula.signIn()
    expect((await sign(paula, { password, passkey: device.get(before) })).body.code).toBe('signature-refused')
    fine(await sign(paula, { password, passkey: device.get(fine(await ask(paula)).body) }))
  })

  test('a whole signed command says how its signer was proven', async () => {
    await paula.signIn()
    const carl = await site.hire('carl', ['coordinator'])
    fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
    const coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TIL' })).body.entity.id
    const body = { id: 'SEL-1', coi, receptors: ['TCR-1'], evidence_sha256: 'aa'.repeat(32), reason: 'for the test' }
    const asked = await paula.call('POST', '/selections', body, { 'idempotency-key': 'one' })
    expect(asked.status).toBe(428)
    const { shown_sha256, meaning } = asked.body
    const passkey = device.get(fine(await ask(paula, { shown_sha256, meaning })).body)
    const { token } = fine(await sign(paula, { password: paula.password, passkey }, { shown_sha256, meaning })).body
    fine(await paula.call('POST', '/selections', body, { 'idempotency-key': 'one', 'x-signature-token': token }))
    const signatures = fine(await paula.get('/signatures?limit=500')).body.signatures as { parent: string; data: { method: string } }[]
    expect(signatures.find(({ parent }) => parent === 'SEL-1')?.data.method).toBe('password and passkey')
  })
})

describe('keeping', () => {
  test('a passkey is added by who proves again who they are, once; a device that did not check, or speaks for another place, adds none', async () => {
    const wrong = await paula.call('POST', '/passkeys/question', { password: 'not the password at all', code: paula.code() })
    expect(wrong.body.code).toBe('signature-refused')
    for (const conduct of [{ verified: false }, { origin: 'https://phish.example' }, { party: 'phish.example' }])
      expect((await add(paula, new SoftwareAuthenticator(ORIGIN), conduct)).body.code).toBe('passkey')
    expect((await add(paula, device)).body.code).toBe('passkey')
    expect(fine(await paula.get('/passkeys')).body.passkeys).toHaveLength(1)
    const events = fine(await paula.get('/sessions')).body.events as { action: string; reason: string }[]
    expect(
      events
        .filter(({ action }) => action.startsWith('passkey'))
        .slice(0, 5)
        .map(({ action, reason }) => `${action} ${reason}`),
    ).toEqual([
      'passkey-not-added passkey',
      'passkey-not-added passkey',
      'passkey-not-added passkey',
      'passkey-not-added passkey',
      'passkey-not-added signature-refused',
    ])
  })

  test('the program can count a passkey’s uses and not put another key in its place', async () => {
    await expect(site.record.store.pool.query("UPDATE passkey SET public_key = '\\x00'")).rejects.toThrow('permission denied')
    await expect(site.record.store.pool.query("UPDATE passkey SET account = 'yves'")).rejects.toThrow('permission denied')
  })

  test('one’s own is removed, nobody else’s; what is removed signs in no more', async () => {
    const second = new SoftwareAuthenticator(ORIGIN)
    fine(await add(paula, second))
    expect((await site.person('petra').call('DELETE', `/passkeys/${second.id}`)).status).toBe(404)
    fine(await paula.call('DELETE', `/passkeys/${second.id}`))
    expect((await signIn(paula, second)).body.code).toBe('sign-in')
    fine(await signIn(paula, device))
  })

  test('[11.300(c)] a new enrolment ends every passkey', async () => {
    const officer = fine(await site.person('xena').call('POST', '/accounts/petra/enrolment-officer', {})).body.officer_code
    const administrator = fine(await site.person('yves').call('POST', '/accounts/petra/enrolment-administrator', {})).body
      .administrator_code
    await site.person('petra').enrol(officer, administrator)
    await site.person('petra').signIn()
    expect(fine(await site.person('petra').get('/passkeys')).body.passkeys).toEqual([])
  })

  test('[11.300(e)] every second factor has the day on which it last proved to work, and one when it is due; only the security officer reads them', async () => {
    const olaf = await site.hire('olaf', ['security-officer'])
    const factors = async () => fine(await olaf.get('/factors')).body.factors as Record<string, string | number | boolean>[]
    fine(await signIn(paula, device))
    const used = site.clock.iso
    const mine = (await factors()).filter(one => one.account === 'paula')
    expect(mine.map(one => [one.factor, one.overdue, one.recovery_codes_left])).toEqual([
      ['one-time code', false, 10],
      ['passkey telephone', false, 10],
    ])
    expect(mine[1]).toMatchObject({ tested_at: used, due_at: new Date(site.clock.time + 90 * DAY).toISOString() })
    expect((await paula.get('/factors')).body.code).toBe('role')
    site.clock.forward(91 * DAY)
    fine(await signIn(paula, device))
    // the passkey was used just now; the code was not, and is due
    expect((await factors()).filter(one => one.account === 'paula').map(one => [one.factor, one.overdue])).toEqual([
      ['one-time code', true],
      ['passkey telephone', false],
    ])
    fine(await paula.signIn())
    expect((await factors()).filter(one => one.account === 'paula' && one.overdue === true)).toEqual([])
  })

  test('a server that does not know its address says so', async () => {
    const bare = await openSite()
    expect((await bare.call('POST', '/sessions/passkey-question', {})).body).toMatchObject({
      code: 'passkeys-off',
      detail: expect.stringContaining('--origin'),
    })
    await bare.close()
  })
})
