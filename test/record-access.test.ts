// Who may do what: every route against every role and another study, generated from the table of routes; requests that mean harm; sign-in, sessions, signatures, identifying data.
import { ACTIONS, authorise, MATRIX, ROLE_NAMES, type Role, type Standing } from '@cognate/core/access'
import { canonicalJson, seededRandom } from '@cognate/core/base'
import { RECORD_COMMANDS } from '@cognate/core/case'
import { DISPOSITIONS, LOT_EVENTS, type LotEvent, mayFollow, STAGES } from '@cognate/core/lot'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument } from '../packages/node/src/api/openapi.ts'
import { ROUTES } from '../packages/node/src/api/routes.ts'
import { DAY, fine, MINUTE, openSite, type Person, type Site } from './record-site.ts'

let site: Site

beforeAll(async () => {
  site = await openSite()
  await site.setUp()
  for (const role of ROLE_NAMES) if (role !== 'administrator' && role !== 'security-officer') await site.hire(`p-${role}`, [role])
  for (const role of ROLE_NAMES)
    if (role !== 'administrator' && role !== 'security-officer') await site.hire(`q-${role}`, [role], { site: 'site-b', studies: ['ST-2'] })
  await site.hire('late', ['operator'], { trained_until: '2026-01-01T00:00:00Z' })
  await site.person('p-coordinator').do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' })
})
afterAll(async () => {
  await site?.close()
})

const holder = (role: Role): Person =>
  role === 'security-officer' ? site.person('xena') : role === 'administrator' ? site.person('yves') : site.person(`p-${role}`)

describe('[11.10(d)] [11.10(g)] [Annex 11 12] the role matrix', () => {
  // fill parameters with something that exists where it matters; a body that reaches the policy before it reaches the shape
  const pathOf = (path: string) => path.replace(':id', path.startsWith('/subjects') ? 'ST1-001' : 'nothing-of-this-name')

  test.each(ROUTES.filter(route => typeof route.policy === 'object').map(route => [`${route.method} ${route.path}`, route] as const))(
    '%s answers each role as the matrix says',
    async (_name, route) => {
      const { action } = route.policy as { action: keyof typeof MATRIX }
      for (const role of ROLE_NAMES) {
        const reply = await holder(role).call(route.method, pathOf(route.path), route.body === undefined ? undefined : {}, {
          'idempotency-key': `m-${role}`,
          ...(route.name === 'file.write' ? { 'content-type': 'application/octet-stream' } : {}),
        })
        const allowed = (MATRIX[action] as readonly Role[]).includes(role)
        const denied = reply.status === 403 && reply.body?.code === 'role'
        expect([route.name, role, denied, reply.status < 500]).toEqual([route.name, role, !allowed, true])
      }
    },
  )

  test('without a session, without the token against forged requests, every route that is not public is refused', async () => {
    for (const route of ROUTES.filter(one => one.policy !== 'public')) {
      expect([route.name, (await site.call(route.method, pathOf(route.path), route.body === undefined ? undefined : {})).status]).toEqual([
        route.name,
        401,
      ])
      if (route.method !== 'GET') {
        const { cookie } = holder('operator')
        const reply = await site.call(route.method, pathOf(route.path), {}, { 'x-csrf-token': 'forged' }, cookie)
        expect([route.name, reply.status, reply.body.code]).toEqual([route.name, 403, 'csrf'])
      }
    }
  })

  test('a route without a policy cannot be registered', async () => {
    const app = site.app
    const paths = [...app.printRoutes({ commonPrefix: false }).matchAll(/^ {4}[├└]── (\S+)/gm)].map(match => match[1]!)
    expect(paths.filter(path => !path.startsWith('api/v1/')).sort()).toEqual(['app.css', 'app.js'])
    expect(paths.length).toBeGreaterThan(20)
    const bare = Fastify()
    bare.addHook('onRoute', route => {
      if ((route.config as { policy?: unknown } | undefined)?.policy === undefined) throw new Error('no policy')
    })
    expect(() => bare.get('/open', () => 'x')).toThrow('no policy')
    // every route of the server stands in the table with a policy, and the table has no route twice
    const documented = Object.entries(openApiDocument().paths as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path}`),
    )
    expect(documented).toHaveLength(ROUTES.length)
    expect(ROUTES.every(route => route.policy !== undefined)).toBe(true)
    for (const route of ROUTES)
      expect([route.name, app.hasRoute({ method: route.method, url: `/api/v1${route.path}` })]).toEqual([route.name, true])
  })

  test('people of another site and study read and change nothing of this one', async () => {
    const coi = (await site.person('p-coordinator').do('/subjects/ST1-001/therapies', { product_type: 'TIL' })).body.entity.id
    for (const role of ['coordinator', 'physician', 'operator', 'auditor'] as const) {
      const stranger = site.person(`q-${role}`)
      expect((await stranger.get('/subjects')).body.subjects).toEqual([])
      expect((await stranger.get('/subjects/ST1-001')).body.code).toBe('other-site')
      expect((await stranger.get(`/therapies/${coi}`)).body.code).toBe('other-site')
    }
    expect((await site.person('q-coordinator').do('/subjects/ST1-001/therapies', { product_type: 'TIL' })).body.code).toBe('other-site')
    expect((await site.person('q-coordinator').get('/subjects/ST1-001/person')).body.code).toBe('other-site')
    // nor by way of the genealogy, or of what was signed for it
    for (const path of ['/recalls/subject:ST1-001', '/trace/subject:ST1-001', `/trace/therapy:${coi}`])
      expect([path, (await site.person('q-coordinator').get(path)).body.code]).toEqual([path, 'other-site'])
    expect((await site.person('p-coordinator').get('/recalls/subject:ST1-001')).body.affected).toEqual([`therapy:${coi}`])
    const signed = await site
      .person('p-physician')
      .do('/selections', { id: 'SEL-A', coi, receptors: ['TCR-1'], evidence_sha256: 'aa'.repeat(32), reason: 'for the scope' })
    expect(signed.status).toBe(201)
    const seen = async (person: Person) =>
      (await person.get('/signatures?limit=500')).body.signatures.map((row: { parent: string }) => row.parent)
    expect(await seen(site.person('p-auditor'))).toContain('SEL-A')
    expect(await seen(site.person('q-auditor'))).not.toContain('SEL-A')
    expect((await site.person('p-coordinator').get('/subjects')).body.subjects.map((row: { id: string }) => row.id)).toContain('ST1-001')
  })

  test('[11.10(i)] [Annex 11 2] a role without valid training is inactive', async () => {
    expect((await site.person('late').do('/materials', { id: 'X' })).body.code).toBe('training-expired')
  })

  test('the matrix is decided by pure functions, the same in the browser', () => {
    const standing = (role: Role, more: Partial<Standing> = {}): Standing => ({
      account: 'a',
      roles: [role],
      site: 's',
      studies: ['t'],
      trainedUntil: '2030-01-01T00:00:00Z',
      disabled: false,
      ...more,
    })
    let pairs = 0
    for (const action of ACTIONS)
      for (const role of ROLE_NAMES) {
        pairs++
        const may = authorise(standing(role), action, { site: 's', study: 't' }, '2026-01-01T00:00:00Z')
        expect([action, role, may.ok]).toEqual([action, role, (MATRIX[action] as readonly Role[]).includes(role)])
        if (may.ok) {
          expect(authorise(standing(role), action, { site: 's', study: 'u' }, '2026-01-01T00:00:00Z')).toMatchObject({
            ok: false,
            issue: { code: 'other-study' },
          })
          expect(authorise(standing(role, { disabled: true }), action, { site: 's', study: 't' }, '2026-01-01T00:00:00Z')).toMatchObject({
            ok: false,
            issue: { code: 'account-disabled' },
          })
        }
      }
    expect(pairs).toBe(ACTIONS.length * ROLE_NAMES.length)
  })
})

test('[11.10(f)] every pair of a lot’s state and an event is possible or refused as the machine’s table says', () => {
  // the table of the specification, written down apart from the code
  const possible: Record<LotEvent, (stage: string, disposition: string) => boolean> = {
    open: (s, d) => s === 'planned' && d === 'undecided',
    step: (s, d) => (s === 'in-process' || s === 'harvested') && d === 'undecided',
    verify: (s, d) => (s === 'in-process' || s === 'harvested') && d === 'undecided',
    skip: (s, d) => (s === 'in-process' || s === 'harvested') && d === 'undecided',
    vector: (s, d) => s === 'in-process' && d === 'undecided',
    harvest: (s, d) => s === 'in-process' && d === 'undecided',
    fill: (s, d) => s === 'harvested' && d === 'undecided',
    label: (s, d) => s === 'harvested' && d === 'undecided',
    store: (s, d) => s === 'harvested' && d === 'undecided',
    result: s => s === 'in-process' || s === 'harvested' || s === 'stored',
    hold: s => s !== 'aborted',
    unhold: s => s !== 'aborted',
    release: (s, d) => s === 'stored' && (d === 'undecided' || d === 'conditional'),
    'release-conditionally': (s, d) => s === 'stored' && d === 'undecided',
    accept: (s, d) => s === 'stored' && d === 'undecided',
    reject: (s, d) => ['in-process', 'harvested', 'stored'].includes(s) && (d === 'undecided' || d === 'conditional'),
    recall: (s, d) => s === 'stored' && (d === 'conditional' || d === 'released'),
    ship: (s, d) => s === 'stored' && (d === 'conditional' || d === 'released'),
    give: (s, d) => s === 'stored' && (d === 'conditional' || d === 'released'),
    abort: (s, d) => (s === 'planned' || s === 'in-process') && d === 'undecided',
  }
  let pairs = 0
  for (const stage of STAGES)
    for (const disposition of DISPOSITIONS)
      for (const event of Object.keys(LOT_EVENTS) as LotEvent[]) {
        pairs++
        expect([stage, disposition, event, mayFollow({ stage, disposition }, event)]).toEqual([
          stage,
          disposition,
          event,
          possible[event](stage, disposition),
        ])
      }
  expect(pairs).toBe(5 * 5 * 20)
})

describe('sign-in', () => {
  test('[11.300(d)] five failures lock the account for 15 minutes, then 30, whoever asks; unknown accounts answer alike', async () => {
    const victim = await site.hire('victim', ['nurse'])
    const attack = () => site.call('POST', '/sessions', { account: 'victim', password: 'not the password at all', code: '000000' })
    const unknown = await site.call('POST', '/sessions', { account: 'nobody-here', password: 'not the password at all', code: '000000' })
    const first = await attack()
    expect([first.status, first.body.code, first.body.title]).toEqual([unknown.status, unknown.body.code, unknown.body.title])
    for (let i = 0; i < 4; i++) expect((await attack()).body.code).toBe('sign-in')
    const locked = await attack()
    expect([locked.status, locked.body.code]).toEqual([429, 'locked'])
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800)
    expect((await victim.signIn()).body.code).toBe('locked')
    site.clock.forward(15 * MINUTE + 1000)
    expect((await victim.signIn()).status).toBe(201)
    for (let i = 0; i < 5; i++) await attack()
    site.clock.forward(10 * MINUTE)
    expect((await victim.signIn()).body.code).toBe('locked')
  })

  test('a refused sign-in is logged with the account hashed; new roles end the sessions; the set-up token is good once', async () => {
    await site.call('POST', '/sessions', { account: 'somebody-out-there', password: 'not the password at all', code: '000000' })
    const { rows } = await site.record.store.pool.query<{ text: string }>(
      "SELECT text FROM access_event WHERE text LIKE '%sign-in-refused%'",
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some(row => row.text.includes('somebody-out-there'))).toBe(false)
    const person = await site.hire('promoted', ['nurse'])
    expect((await person.get('/session')).status).toBe(200)
    const before = person.cookie
    const again = { id: 'promoted', name: 'promoted (synthetic)', roles: ['nurse', 'monitor'], site: 'site-a', studies: ['ST-1'] }
    fine(await site.person('xena').do('/accounts', { ...again, trained_until: '2030-01-01T00:00:00Z', reason: 'more to do' }))
    fine(await site.person('yves').do('/accounts/promoted/application', {}))
    expect((await site.call('GET', '/session', undefined, {}, before)).status).toBe(401)
    const setup = { token: 'wrong', site: 's', studies: ['x'], officer: { id: 'a', name: 'A' }, administrator: { id: 'b', name: 'B' } }
    expect((await site.call('POST', '/setup', setup)).body.code).toBe('sign-in')
    expect(site.server.setupToken).toBeUndefined()
  })

  test('a code is good once, a recovery code too, and an old password is not asked to be changed', async () => {
    const person = await site.hire('coder', ['nurse'])
    const code = person.code()
    const ask = (text: string) => site.call('POST', '/sessions', { account: 'coder', password: person.password, code: text })
    expect((await ask(code)).status).toBe(201)
    expect((await ask(code)).body.code).toBe('sign-in')
  })

  test('[11.300(b)] a password is changed by who knows the old one and has a code; every other session ends, and it is logged', async () => {
    const person = await site.hire('changer', ['nurse'])
    const here = person.cookie
    const elsewhere = (await person.signIn()).status
    expect([elsewhere, person.cookie === here]).toEqual([201, false])
    const mine = async () => fine(await person.get('/sessions')).body.sessions as { current: boolean; station: string }[]
    expect((await mine()).map(one => one.current)).toEqual([true, false])
    const change = (current: string, code: string, password: string) => person.call('POST', '/password', { current, code, password })
    const next = 'another sentence that nobody says'
    expect((await change('a wrong password, long enough', person.code(), next)).body.code).toBe('signature-refused')
    expect((await change(person.password, '000000', next)).body.code).toBe('signature-refused')
    expect((await change(person.password, person.code(), 'fourteen chars')).body.code).toBe('password')
    expect((await mine()).length).toBe(2)
    fine(await change(person.password, person.code(), next))
    expect((await mine()).map(one => one.current)).toEqual([true])
    expect((await site.call('GET', '/session', undefined, {}, here)).status).toBe(401)
    const old = person.password
    const ask = (password: string) => site.call('POST', '/sessions', { account: 'changer', password, code: person.code() })
    expect([(await ask(old)).body.code, (await ask(next)).status]).toEqual(['sign-in', 201])
    const { rows } = await site.record.store.pool.query<{ text: string }>('SELECT text FROM access_event ORDER BY index')
    const own = rows
      .map(row => JSON.parse(row.text))
      .filter(event => event.actor.account === 'changer' && event.action.startsWith('password'))
    expect(own.map(event => [event.action, event.reason])).toEqual([
      ['password-not-changed', 'signature-refused'],
      ['password-not-changed', 'signature-refused'],
      ['password-not-changed', 'password'],
      ['password-changed', ''],
    ])
    expect(rows.some(row => row.text.includes(next) || row.text.includes(old))).toBe(false)
  })

  test('[11.300(d)] who signs in is told what was refused since the last time, and reads what happened to their account, nobody else’s', async () => {
    const person = await site.hire('watcher', ['nurse'])
    const bystander = await site.hire('bystander', ['nurse'])
    const since = async (one: Person) => fine(await one.get('/session')).body.before
    expect(await since(person)).toEqual({ signed_in_at: '', refused: 0 })
    const first = site.clock.iso
    const guess = { account: 'watcher', password: 'not the password at all', code: '000000' }
    for (let i = 0; i < 2; i++) expect((await site.call('POST', '/sessions', guess)).body.code).toBe('sign-in')
    const wrong = { shown_sha256: 'ab'.repeat(32), meaning: 'approved', password: 'not mine, and long enough', code: '000000' }
    expect((await person.call('POST', '/signatures', wrong)).body.code).toBe('signature-refused')
    fine(await person.signIn())
    const told = await since(person)
    expect([told.refused, Date.parse(told.signed_in_at) <= Date.parse(first)]).toEqual([3, true])
    expect((await since(bystander)).refused).toBe(0)
    const events = fine(await person.get('/sessions')).body.events as { action: string; reason: string }[]
    expect(events.map(event => [event.action, event.reason])).toEqual([
      ['sign-in', ''],
      ['signature-refused', 'signature-refused'],
      ['sign-in-refused', 'sign-in'],
      ['sign-in-refused', 'sign-in'],
      ['sign-in', ''],
    ])
    fine(await person.signIn())
    expect((await since(person)).refused).toBe(0)
  })

  test('one ends one’s other sessions with password and code, and nobody else’s', async () => {
    const [person, other] = [await site.hire('ender', ['nurse']), await site.hire('bystander', ['nurse'])]
    const here = person.cookie
    await person.signIn()
    expect(
      (await person.call('POST', '/sessions/others/ending', { password: 'not the password at all', code: person.code() })).body.code,
    ).toBe('signature-refused')
    expect((await site.call('GET', '/session', undefined, {}, here)).status).toBe(200)
    fine(await person.call('POST', '/sessions/others/ending', { password: person.password, code: person.code() }))
    expect((await site.call('GET', '/session', undefined, {}, here)).status).toBe(401)
    expect([(await person.get('/session')).status, (await other.get('/session')).status]).toEqual([200, 200])
  })

  test('nothing that was asked is kept by a browser, and signing out clears what it holds', async () => {
    const person = await site.hire('cacher', ['nurse'])
    for (const path of ['/session', '/lots', '/no-such-route'])
      expect([path, (await person.get(path)).headers['cache-control']]).toEqual([path, 'no-store'])
    const out = await person.call('DELETE', '/session')
    expect(out.headers['clear-site-data']).toBe('"cache", "storage"')
  })

  test.each([
    ['fourteen chars', 'fourteen chars', 'the password has 14 characters'],
    ['one letter over and over', 'aaaaaaaaaaaaaaaaaaaa', 'repeats'],
    ['the account and little else', 'weak-19 abcdefghijk', 'little more than the account'],
    ['a common word twice', 'passwordpassword', 'guessed first'],
    ['a walk over the keyboard', 'qwertyuiopasdfghj', 'guessed first'],
    ['a word, a year, the same again', 'Summer2024!Summer2024!', 'guessed first'],
    ['a common password with digits behind it', 'password1234567', 'guessed first'],
  ])('[11.300(b)] a password of %s is refused', async (_name, password, says) => {
    const proposed = await site.person('xena').do('/accounts', {
      id: `weak-${password.length}`,
      name: 'Weak (synthetic)',
      roles: ['nurse'],
      site: 'site-a',
      studies: ['ST-1'],
      trained_until: '2030-01-01T00:00:00Z',
      reason: 'hired',
    })
    const applied = await site.person('yves').do(`/accounts/weak-${password.length}/application`, {})
    const given = {
      account: `weak-${password.length}`,
      officer_code: proposed.body.officer_code,
      administrator_code: applied.body.administrator_code,
    }
    const reply = await site.call('POST', '/enrolments', { ...given, password })
    expect([reply.body.code, reply.body.title.includes(says)]).toEqual(['password', true])
    expect((await site.call('POST', '/enrolments', { ...given, officer_code: 'wrong', password: 'a good long sentence' })).body.code).toBe(
      'enrolment',
    )
  })

  test('[11.100(b)] [11.200(a)(3)] [11.300(c)] one of officer and administrator cannot enrol for somebody alone, nor propose and apply, nor change own roles', async () => {
    const xena = site.person('xena')
    const proposed = await xena.do('/accounts', {
      id: 'solo',
      name: 'Solo (synthetic)',
      roles: ['nurse'],
      site: 'site-a',
      studies: ['ST-1'],
      trained_until: '2030-01-01T00:00:00Z',
      reason: 'hired',
    })
    expect(
      (
        await site.call('POST', '/enrolments', {
          account: 'solo',
          officer_code: proposed.body.officer_code,
          administrator_code: 'guess',
          password: 'a good long sentence',
        })
      ).body.code,
    ).toBe('enrolment')
    expect((await xena.do('/accounts/solo/application', {})).body.code).toBe('role')
    expect(
      (
        await xena.do('/accounts', {
          id: 'xena',
          name: 'Xena Officer',
          roles: ['qa'],
          site: 'site-a',
          studies: [],
          trained_until: '2030-01-01T00:00:00Z',
          reason: 'me',
        })
      ).body.code,
    ).toBe('separation-own-roles')
    expect(
      (
        await xena.do('/accounts', {
          id: 'both',
          name: 'Both',
          roles: ['administrator', 'qa'],
          site: 'site-a',
          studies: [],
          trained_until: '2030-01-01T00:00:00Z',
          reason: 'x',
        })
      ).body.code,
    ).toBe('roles')
  })

  test('[11.200(a)(2)] a session ends when it is idle, when it is old, when signed out, and when the account is disabled', async () => {
    const person = await site.hire('sleepy', ['nurse'])
    const show = () => site.call('GET', '/session', undefined, {}, person.cookie)
    expect((await show()).status).toBe(200)
    site.clock.forward(16 * MINUTE)
    expect((await show()).status).toBe(401)
    await person.signIn()
    for (let i = 0; i < 12 * 60; i += 10) {
      site.clock.forward(10 * MINUTE)
      await show()
    }
    site.clock.forward(MINUTE)
    expect((await show()).status).toBe(401)
    await person.signIn()
    expect((await person.call('DELETE', '/session')).status).toBe(200)
    expect((await show()).status).toBe(401)
    await person.signIn()
    expect((await site.person('xena').do('/accounts/sleepy/disabling', { reason: 'left' })).status).toBe(201)
    expect((await show()).status).toBe(401)
    expect(String((await person.signIn()).status)).toMatch(/^(201|401|403)$/)
    expect([401, 403]).toContain((await show()).status)
  })
})

describe('signatures', () => {
  const template = {
    product_type: 'VECTOR',
    template: 'sig',
    version: '1.0.0',
    note: '',
    starting_material: 'x',
    arms: 'x',
    steps: [
      { id: 'a', day: 0, title: 'A', after: [], second_person: false, expected_minutes: 1, materials: [], equipment: [], parameters: [] },
    ],
    release: [
      {
        name: 't',
        method: 'm',
        unit: 'text',
        low: null,
        high: null,
        limit_passes: true,
        source: 'x',
        text_limit: 'good',
        required_before_release: true,
      },
    ],
  }

  test('[11.70] [11.200(a)(1)] [Annex 11 14] a signature is of what was shown, once, within five minutes, in this session; the first takes two components', async () => {
    const [author, approver] = [site.person('p-qa'), await site.hire('qa-two', ['qa'])]
    expect((await author.do('/templates', template)).status).toBe(201)
    const key = () => ({ 'idempotency-key': `s-${Math.random()}` })
    const body = { reason: 'read' }
    const asked = await approver.call('POST', '/templates/sig:1.0.0/approval', body, key())
    expect([asked.status, asked.body.code, asked.body.meaning]).toEqual([428, 'signature-required', 'approved'])
    expect(JSON.parse(asked.body.shown)).toEqual({
      command: 'template.approve',
      entity: { kind: 'template', id: 'sig:1.0.0', version: 2 },
      input: { id: 'sig:1.0.0', reason: 'read' },
      meaning: 'approved',
    })
    expect(canonicalJson(JSON.parse(asked.body.shown))).toBe(asked.body.shown)
    const sign = (more: object) =>
      approver.call('POST', '/signatures', { shown_sha256: asked.body.shown_sha256, meaning: 'approved', ...more })
    expect((await sign({ password: approver.password })).body.code).toBe('signature-refused')
    expect((await sign({ password: 'wrong', code: approver.code() })).body.code).toBe('signature-refused')
    const first = await sign({ password: approver.password, code: approver.code() })
    expect(first.status).toBe(201)
    const send = (token: string, change: object = body) =>
      approver.call('POST', '/templates/sig:1.0.0/approval', change, { ...key(), 'x-signature-token': token })
    // for other words it is no signature, and it is used up
    expect((await send(first.body.token, { reason: 'not read' })).body.code).toBe('signature-other')
    expect((await send(first.body.token)).body.code).toBe('signature-spent')
    const old = await sign({ password: approver.password })
    site.clock.forward(5 * MINUTE + 1000)
    expect((await send(old.body.token)).body.code).toBe('signature-spent')
    const good = await sign({ password: approver.password })
    const done = await send(good.body.token)
    expect(done.status).toBe(201)
    const row = (await approver.get('/signatures')).body
    expect(row).toBeDefined()
    const events = (await site.person('p-auditor').get(`/events?after=${done.body.index - 1}&limit=1`)).body.events
    expect(events[0].signature).toEqual({
      account: 'qa-two',
      name: 'qa-two (synthetic)',
      meaning: 'approved',
      shown_sha256: asked.body.shown_sha256,
      method: 'password',
    })
  })
})

describe('identifying data', () => {
  test('stand sealed apart, every look is logged, the log holds salted hashes only, and an erasure leaves it verifiable', async () => {
    const carl = site.person('p-coordinator')
    const person = { name: 'Erika Mustermann (synthetic)', birth_date: '1960-04-01', hospital_number: 'H-1234567' }
    const written = await carl.call('PUT', '/subjects/ST1-001/person', person)
    expect(written.status).toBe(201)
    const { rows } = await site.record.store.pool.query<{ sealed: Buffer }>('SELECT sealed FROM person')
    expect(rows[0]!.sealed.includes(Buffer.from('Mustermann'))).toBe(false)
    const before = site.record.store.logs.access.tree.size
    expect((await carl.get('/subjects/ST1-001/person')).body).toEqual(person)
    expect(site.record.store.logs.access.tree.size).toBe(before + 1)
    const events = await site.record.store.pool.query<{ text: string }>(
      'SELECT text FROM record_event UNION ALL SELECT text FROM access_event',
    )
    const all = events.rows.map(row => row.text).join('\n')
    for (const secret of Object.values(person)) expect(all.includes(secret)).toBe(false)
    expect(all).toContain(written.body.salted_sha256.name)
    expect((await site.person('p-monitor').get('/subjects/ST1-001/person')).body.code).toBe('role')
    expect((await site.person('yves').call('DELETE', '/subjects/ST1-001/person')).status).toBe(200)
    expect((await carl.get('/subjects/ST1-001/person')).status).toBe(404)
    expect((await site.record.store.pool.query('SELECT salt, sealed FROM person')).rows).toEqual([{ salt: null, sealed: null }])
  })
})

describe('[11.10(a)] requests that mean harm never end in a bug', () => {
  const random = seededRandom('fuzz-api')
  const scraps: unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '𝔘𝔫𝔦',
    '../../etc/passwd',
    "'; DROP TABLE lot; --",
    '<script>alert(1)</script>',
    '{{7*7}}',
    'x'.repeat(5000),
    '9'.repeat(400),
    '2026-13-45',
    '1,000',
    'NaN',
    [],
    {},
    [[[[]]]],
    { __proto__: { x: 1 } },
    { constructor: {} },
    'toString',
    '__proto__',
    'ST1-001',
    'L-1',
    'KZ7Q9F2M4T6WX',
  ]
  const scrap = () => scraps[random.below(scraps.length)]
  const deep = (n: number): unknown => (n === 0 ? 1 : { a: deep(n - 1) })

  test('bodies, paths, queries and headers of every route, as every role that may call it', async () => {
    const statuses = new Map<number, number>()
    let asked = 0
    for (let round = 0; round < 6; round++)
      for (const route of ROUTES) {
        const role =
          typeof route.policy === 'object'
            ? (MATRIX[route.policy.action] as readonly Role[])[round % MATRIX[route.policy.action].length]!
            : 'qa'
        const schema =
          route.body === undefined ? [] : Object.keys((route.body as { shape?: object }).shape ?? { id: 1, product_type: 1, template: 1 })
        const body =
          route.body === undefined
            ? undefined
            : round === 0
              ? deep(60)
              : Object.fromEntries(schema.filter(() => random.unit() < 0.8).map(name => [name, scrap()]))
        const id =
          encodeURIComponent(
            String(scrap() ?? 'null')
              .toWellFormed()
              .slice(0, 150),
          ) || 'x'
        const query =
          route.method === 'GET' && round % 2 === 1
            ? `?limit=${encodeURIComponent(String(scrap()).toWellFormed().slice(0, 50))}&after=${encodeURIComponent(String(scrap()).toWellFormed().slice(0, 100))}&where=${encodeURIComponent(`${String(scrap()).toWellFormed().slice(0, 50)}=x`)}`
            : ''
        if (route.name === 'session.end') continue
        const reply = await holder(role).call(route.method, `${route.path.replace(':id', id)}${query}`, body, {
          'idempotency-key': round === 2 ? '' : `f${round}-${asked}`,
          ...(round === 3 ? { 'if-match': '"x"', 'x-signature-token': 'zz' } : {}),
          ...(route.name === 'file.write' ? { 'content-type': 'application/octet-stream' } : {}),
        })
        asked++
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
        if (reply.status >= 500)
          expect.fail(`${route.method} ${route.path} answered ${reply.status} to ${JSON.stringify(body)?.slice(0, 300)}: ${reply.text}`)
        if (reply.status >= 400)
          expect(reply.body).toMatchObject({
            code: expect.any(String),
            title: expect.any(String),
            detail: expect.any(String),
            status: reply.status,
          })
      }
    expect(asked).toBeGreaterThan(500)
    // they got past the door
    expect(statuses.get(401) ?? 0).toBeLessThan(asked / 5)
  }, 240_000)

  test.each([
    ['no JSON', '{"a":', 'application/json', 400],
    ['two megabytes', JSON.stringify({ a: 'x'.repeat(2 << 20) }), 'application/json', 413],
    ['XML', '<a/>', 'application/xml', 415],
    ['a poisoned prototype', '{"__proto__":{"x":1},"id":"A"}', 'application/json', 400],
  ])('%s is refused with a problem document', async (_name, payload, type, status) => {
    await holder('operator').signIn()
    const { cookie, csrf } = holder('operator')
    const reply = await site.app.inject({
      method: 'POST',
      url: '/api/v1/materials',
      payload,
      headers: { 'content-type': type, 'x-csrf-token': csrf, 'idempotency-key': 'z' },
      cookies: { '__Host-cognate': cookie },
    })
    expect(reply.statusCode).toBe(status)
  })

  test('pages hold a policy against foreign content; nothing tells of the server', async () => {
    const reply = await site.call('GET', '/healthz')
    expect(String(reply.headers['content-security-policy'])).toContain("default-src 'none'")
    expect(String(reply.headers['content-security-policy'])).not.toContain('unsafe-inline')
    expect(reply.headers['x-powered-by']).toBeUndefined()
    expect(String(reply.headers['content-security-policy'])).toMatch(/frame-ancestors 'none'.*base-uri 'none'/)
    const [, seconds] = /^max-age=(\d+); includeSubDomains/.exec(String(reply.headers['strict-transport-security']))!
    expect(Number(seconds)).toBeGreaterThanOrEqual(365 * 24 * 3600)
    expect(reply.headers['referrer-policy']).toBe('no-referrer')
    expect((await site.call('GET', '/session')).headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(reply.headers['x-content-type-options']).toBe('nosniff')
  })

  test('a file is attached if it is of a kind that the record keeps, whatever it is called', async () => {
    const put = (bytes: Buffer) => holder('operator').call('PUT', '/files', bytes, { 'content-type': 'application/octet-stream' })
    expect((await put(Buffer.from('a,b\n1,2\n'))).body).toMatchObject({ kind: 'text', bytes: 8 })
    expect((await put(Buffer.from('%PDF-1.7\n'))).body.kind).toBe('pdf')
    for (const refused of ['MZ\u0090\u0000', '\u007fELF\u0002', '#!/bin/sh\n']) {
      const reply = await put(Buffer.from(refused, 'latin1'))
      expect([refused, reply.status, reply.body.code]).toEqual([refused, 415, 'file-kind'])
    }
    expect((await put(Buffer.alloc(0))).body.code).toBe('input')
  })

  test('more than 60 sign-ins a minute from one address are refused', async () => {
    const limited = await openSite({ limits: { authentication: 60, other: 6000 } })
    let refused = 0
    for (let i = 0; i < 70; i++)
      if ((await limited.call('POST', '/sessions', { account: `a${i}`, password: 'x', code: 'y' })).status === 429) refused++
    expect(refused).toBe(10)
    await limited.close()
  })
})

test('commands of the record have distinct names and paths', () => {
  expect(new Set(RECORD_COMMANDS.map(command => command.name)).size).toBe(RECORD_COMMANDS.length)
  expect(new Set(ROUTES.map(route => `${route.method} ${route.path}`)).size).toBe(ROUTES.length)
  expect(DAY).toBe(86_400_000)
})

test('[11.100(a)] [11.300(a)] an account is one person’s for good: its id is never given to another', async () => {
  const again = await site.person('xena').do('/accounts', {
    id: 'p-nurse',
    name: 'Somebody Else (synthetic)',
    roles: ['nurse'],
    site: 'site-a',
    studies: ['ST-1'],
    trained_until: '2030-01-01T00:00:00Z',
    reason: 'left, re-used',
  })
  expect([again.status, again.body.code]).toEqual([409, 'account-name'])
})

test('[Annex 11 3] every package that runs has a licence that may be used', async () => {
  const { readFileSync } = await import('node:fs')
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { license?: string; dev?: boolean; link?: boolean }>
  }
  const running = Object.entries(lock.packages).filter(
    ([path, entry]) => path.startsWith('node_modules/') && entry.dev !== true && entry.link !== true,
  )
  expect(running.length).toBeGreaterThan(50)
  // HDF5 and NIST's own terms, read: both free, with notice (node_modules/h5wasm/LICENSE.txt)
  const read = new Set(['node_modules/h5wasm'])
  expect(
    running
      .filter(
        ([path, entry]) =>
          !read.has(path) &&
          !/^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense|CC0-1\.0|BlueOak-1\.0\.0|Python-2\.0|MIT-0|PostgreSQL)\b/.test(
            entry.license ?? '',
          ),
      )
      .map(([path, entry]) => [path, entry.license]),
  ).toEqual([])
})
