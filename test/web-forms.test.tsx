// @vitest-environment happy-dom
// A lot from its first form to the bedside by the web app alone: every command of it is a form out of the interface's description, signed by whom it concerns.

import { createHash } from 'node:crypto'
import { ROLE_NAMES } from '@cognate/core/access'
import { ok } from '@cognate/core/base'
import { RECORD_COMMANDS } from '@cognate/core/case'
import type { BatchTemplate } from '@cognate/core/lot'
import { Secret, TOTP } from 'otpauth'
import { act } from 'react'
import { afterAll, beforeAll, expect, test } from 'vitest'
import templates from '../packages/node/data/lot-templates.json' with { type: 'json' }
import { openApiDocument } from '../packages/node/src/api/openapi.ts'
import { commandForms, type InterfaceDescription } from '../packages/web/src/client/command-forms.ts'
import { type Client, makeClient } from '../packages/web/src/client/record-client.ts'
import { FormFields } from '../packages/web/src/parts/form-fields.tsx'
import { readForm } from '../packages/web/src/parts/read-form.ts'
import { ScanField, type Scanned } from '../packages/web/src/parts/scan-field.tsx'
import { FollowUp } from '../packages/web/src/screens/infusion/follow-up.tsx'
import { DAY, fine, MINUTE, openSite, type Person, type Site } from './record-site.ts'
import { Browser } from './web-page.tsx'

const shipped = (templates as unknown as BatchTemplate[]).find(one => one.product_type === 'TIL')!
const template: BatchTemplate = {
  ...shipped,
  dose: undefined,
  template: 'til-by-forms',
  version: '1.0.0',
  steps: [
    {
      ...shipped.steps[0]!,
      id: 'seed',
      title: 'Seed the fragments',
      after: [],
      second_person: true,
      materials: ['medium'],
      equipment: ['incubator'],
      parameters: [
        { name: 'temperature', unit: 'Cel', low: '36', high: '38', limit_passes: true, source: 'synthetic', action: 'alert' },
        { name: 'look of the fragments', unit: 'text', low: null, high: null, limit_passes: true, source: 'synthetic', action: 'alert' },
      ],
    },
  ],
  release: [
    {
      ...shipped.release[0]!,
      name: 'viability',
      unit: '%',
      low: '70',
      high: null,
      limit_passes: true,
      text_limit: null,
      required_before_release: true,
    },
  ],
}

let site: Site
let browser: Browser
let olga: Person, oskar: Person, quinn: Person, anna: Person, rosa: Person, carl: Person, paula: Person, nina: Person

beforeAll(async () => {
  site = await openSite()
  await site.setUp()
  olga = await site.hire('olga', ['operator'])
  oskar = await site.hire('oskar', ['operator'])
  quinn = await site.hire('quinn', ['qc-analyst'])
  anna = await site.hire('anna', ['qa'])
  rosa = await site.hire('rosa', ['releaser'])
  carl = await site.hire('carl', ['coordinator'])
  paula = await site.hire('paula', ['physician'])
  nina = await site.hire('nina', ['nurse'])
  const arno = await site.hire('arno', ['qa'])
  fine(await anna.do('/templates', template))
  fine(await arno.do('/templates/til-by-forms:1.0.0/approval', { reason: 'read' }))
  browser = new Browser(site)
})
afterAll(async () => {
  await site?.close()
})

const field = (at: Date): string => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
const now = () => field(new Date(site.clock.time))

let seated: Person | undefined
/** A command by its form, signed where it has to be; answers the id of what was recorded. */
async function record(
  person: Person,
  name: string,
  id: string | undefined,
  fields: Readonly<Record<string, string | boolean | readonly string[]>>,
): Promise<string> {
  const address = `#/do/${name}${id === undefined ? '' : `/${id}`}`
  if (seated === person) await browser.open(address)
  else await browser.seat(person, address)
  seated = person
  const command = RECORD_COMMANDS.find(one => one.name === name)!
  await browser.until(command.title)
  browser.fill(fields)
  await browser.submit(browser.page.querySelector('form.fields')!)
  if (command.meaning !== undefined) expect((await browser.sign(person, command.meaning)).command).toBe(name)
  const said = await browser.until('Recorded: ')
  return /Recorded: [a-z ]+ (\S+), version/.exec(said)![1]!
}

test('every command of the record has a form, and everything in it has a field', async () => {
  const forms = commandForms(openApiDocument() as unknown as InterfaceDescription, { account: 'a', name: 'A', roles: ROLE_NAMES })
  expect(forms.map(form => form.name).sort()).toEqual(RECORD_COMMANDS.map(command => command.name).sort())
  for (const { name, schema } of forms) {
    await browser.show(
      <form>
        <FormFields schema={schema} />
      </form>,
    )
    const names = new Set([...browser.page.querySelectorAll<HTMLInputElement>('[name]')].map(one => one.name.split('.')[0]))
    const shape = schema.oneOf?.[0] ?? schema
    // groups that may be none have a button that adds one
    const added = browser.buttons().flatMap(label => /^Add to (.*)$/.exec(label)?.[1]?.replace(' ', '_') ?? [])
    expect([
      name,
      Object.entries(shape.properties ?? {}).filter(
        ([member, { const: fixed }]) => fixed === undefined && !names.has(member) && !added.includes(member),
      ),
    ]).toEqual([name, []])
  }
})

test('what is left empty is not sent; a line that cannot be read is told', () => {
  const schema = {
    type: 'object',
    properties: {
      when: { type: 'string', format: 'date-time' },
      names: { type: 'array', items: { type: 'string' } },
      shares: { type: 'object', additionalProperties: { type: 'string' } },
      roles: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
      more: { type: 'object', properties: { x: { type: 'string' } } },
      whole: { type: 'integer' },
      parts: { type: 'array', items: { type: 'object' } },
    },
  }
  const given = new FormData()
  expect(readForm(schema, given)).toEqual({ ok: true, value: { roles: [] } })
  given.set('when', '2026-11-29T14:05')
  given.set('names', 'one\n\n two ')
  given.set('shares', 'R1 = 0.5\nR2=0.5')
  given.append('roles', 'b')
  given.set('more.x', ' y ')
  given.set('whole', '3')
  given.set('parts', '[{"a":1}]')
  expect(readForm(schema, given)).toEqual({
    ok: true,
    value: {
      when: expect.stringMatching(/^2026-11-29T14:05:00[+-]\d\d:\d\d$/),
      names: ['one', 'two'],
      shares: { R1: '0.5', R2: '0.5' },
      roles: ['b'],
      more: { x: 'y' },
      whole: 3,
      parts: [{ a: 1 }],
    },
  })
  for (const [name, text, code] of [
    ['shares', 'R1 0.5', 'form-line'],
    ['parts', '[{', 'form-json'],
    ['when', 'soon', 'form-time'],
  ]) {
    const wrong = new FormData()
    wrong.set(name!, text!)
    expect(readForm(schema, wrong)).toMatchObject({ ok: false, issue: { code } })
  }
})

test('a template begins with an example that ships, is changed by fields, added to and taken from, and is what was seen', async () => {
  await browser.seat(anna, '#/do/template.propose')
  seated = anna
  await browser.until('Start from')
  const start = browser.page.querySelector<HTMLSelectElement>('#start-from')!
  await browser.sees(() => start.options.length, 1 + 1 + templates.length)
  expect([...start.options].map(option => option.text).filter(text => text.includes('til-by-forms'))).toEqual([
    'til-by-forms:1.0.0 (approved)',
  ])
  await browser.pick(start, `example: ${shipped.template}`)
  await browser.sees(() => browser.field('template').value, shipped.template)
  browser.fill({
    template: 'til-changed',
    version: '1.1.0',
    'steps.0.title': 'Receive the tumour',
    'steps.0.second_person': true,
    'release.0.low': '',
  })
  await browser.press('Remove release 2')
  // what is added begins with nothing, even where the last one was taken away
  const last = shipped.release.length - 2
  await browser.press(`Remove release ${last + 1}`)
  await browser.press('Add to release')
  const added = shipped.release.length
  expect(browser.field(`release.${added}.name`).value).toBe('')
  browser.fill({ [`release.${added}.name`]: 'look', [`release.${added}.method`]: 'eye', [`release.${added}.unit`]: 'text' })
  browser.fill({ [`release.${added}.text_limit`]: 'clear', [`release.${added}.source`]: 'synthetic' })
  // the tests that its dose was made of are gone: so is the dose
  expect([browser.field('dose.test').value, browser.field('dose.counted').value]).toEqual(['dose', 'viable'])
  browser.fill({ 'dose.test': '', 'dose.counted': '', 'dose.cd3': '' })
  await browser.press('Add to follow up')
  browser.fill({ 'follow_up.0.visit': 'M3', 'follow_up.0.months': '3', 'follow_up.0.source': 'synthetic' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('Recorded: ')
  const { data } = fine(await anna.get('/templates/til-changed:1.1.0')).body as { data: { template: BatchTemplate } }
  const { follow_up: _, dose: __, ...before } = shipped
  expect(data.template).toEqual({
    ...before,
    template: 'til-changed',
    version: '1.1.0',
    steps: shipped.steps.map((step, i) => (i === 0 ? { ...step, title: 'Receive the tumour', second_person: true } : step)),
    release: [
      ...shipped.release
        .filter((__, i) => i !== 1 && i !== shipped.release.length - 1)
        .map((one, i) => (i === 0 ? { ...one, low: null } : one)),
      {
        name: 'look',
        method: 'eye',
        unit: 'text',
        low: null,
        high: null,
        limit_passes: false,
        source: 'synthetic',
        text_limit: 'clear',
        required_before_release: false,
      },
    ],
    follow_up: [{ visit: 'M3', months: 3, source: 'synthetic' }],
  })
})

test('a file is chosen in a form, stored, and its hash is recorded; what the record does not keep is told', async () => {
  await browser.seat(anna, '#/do/equipment.calibrate')
  seated = anna
  await browser.until('Certificate sha256')
  const chooser = browser.page.querySelector<HTMLInputElement>('input[type=file]')!
  const choose = async (name: string, text: string) => {
    Object.defineProperty(chooser, 'files', { value: [new File([text], name)], configurable: true })
    await act(async () => chooser.dispatchEvent(new Event('change', { bubbles: true })))
  }
  await choose('run.sh', '#!/bin/sh\n')
  await browser.until('of no kind that the record keeps')
  expect(browser.field('certificate_sha256').value).toBe('')
  await choose('certificate.txt', 'medium, lot 7: passes')
  await browser.until('certificate.txt is stored')
  const sha256 = createHash('sha256').update('medium, lot 7: passes').digest('hex')
  expect(browser.field('certificate_sha256').value).toBe(sha256)
  expect((await olga.get(`/files/${sha256}`)).text).toBe('medium, lot 7: passes')
})

test('who approves a template reads it whole, beside the version before', async () => {
  const arno = site.person('arno')
  await browser.seat(arno, '#/templates/til-changed:1.1.0')
  await browser.until('There is no earlier approved version')
  expect(browser.page.textContent).toContain('Receive the tumour')
  expect(browser.links()).toContain('Approve a proposed template version')
  seated = arno
  await record(arno, 'template.approve', 'til-changed:1.1.0', { reason: 'read' })
  const { data } = fine(await anna.get('/templates/til-changed:1.1.0')).body as { data: { template: BatchTemplate } }
  const [first, ...others] = data.template.steps
  const inserted = { ...first!, id: 'wash', title: 'Wash', after: [] }
  const next = { ...data.template, version: '1.2.0', steps: [inserted, { ...first!, day: 1 }, ...others] }
  fine(await anna.do('/templates', next))
  await browser.open('#/templates/til-changed:1.2.0')
  await browser.until('Changed since til-changed:1.1.0')
  const table = [...browser.page.querySelectorAll('table')].find(one => one.textContent!.includes('Changed since'))!
  const cells = [...table.querySelectorAll('tbody tr')].map(row => [...row.querySelectorAll('td, th')].map(cell => cell.textContent))
  expect(cells.filter(([where]) => !where!.includes('wash'))).toEqual([
    [`steps ${first!.id} day`, '0', '1'],
    ['version', '1.1.0', '1.2.0'],
  ])
  expect(cells.filter(([where]) => where!.includes('wash')).length).toBeGreaterThan(3)
  await browser.open('#/templates')
  await browser.until('Every version')
  expect(browser.links()).toContain('til-changed:1.2.0')
})

test('a lot goes from its subject to the patient by forms alone; the wrong wristband stops it', async () => {
  await record(carl, 'subject.enrol', undefined, { id: 'ST1-009', site: 'site-a', study: 'ST-1' })
  const coi = await record(carl, 'therapy.open', 'ST1-009', { product_type: 'TIL' })
  await record(carl, 'subject.enrol', undefined, { id: 'ST1-010', site: 'site-a', study: 'ST-1' })
  const other = await record(carl, 'therapy.open', 'ST1-010', { product_type: 'TIL' })
  await record(olga, 'specimen.receive', undefined, { id: 'TUM-9', coi, kind: 'tumour', collected_at: now() })
  await record(olga, 'material.receive', undefined, {
    id: 'M-1',
    name: 'medium',
    supplier: 'Synthetic Supply',
    supplier_lot: '7',
    expires: '2026-12-31',
    zone: '+01:00',
    received: '100',
    unit: 'mL',
  })
  await record(anna, 'material.decide', 'M-1', { status: 'released', reason: 'certificate checked' })
  await record(anna, 'equipment.calibrate', undefined, {
    id: 'E-1',
    name: 'incubator',
    calibrated_until: '2026-12-31',
    zone: 'Z',
    certificate_sha256: 'cc'.repeat(32),
  })
  // the kind of a lot opens its fields
  await browser.seat(olga, '#/do/lot.plan')
  seated = olga
  await browser.until('Plan a lot')
  const kinds = [...browser.field('variant').querySelectorAll('option')].map(option => option.textContent!)
  await browser.choose(
    'variant',
    kinds.findIndex(text => text.includes('TIL')),
  )
  browser.fill({ product_type: 'TIL', id: 'L-9', template: 'til-by-forms:1.0.0', coi, specimen: 'TUM-9' })
  await browser.submit(browser.page.querySelector('form.fields')!)
  await browser.until('Recorded: lot L-9')
  await record(olga, 'lot.open', 'L-9', {})

  // the step by its own form, judged while it is typed
  await browser.open('#/lot/L-9')
  await browser.until('Batch record')
  // what may follow in this state, and no more
  expect(browser.links()).toEqual(
    expect.arrayContaining(['Perform seed', 'End the culture and pool the arms', 'Leave a step out, under a deviation']),
  )
  for (const later of ['Begin the process', 'Fill a container', 'Hand containers over']) expect(browser.links()).not.toContain(later)
  await browser.open('#/step/L-9/seed')
  await browser.until('Seed the fragments')
  await browser.type(browser.field('value temperature'), '38.5')
  await browser.until('fail It needs a comment.')
  expect(browser.field('comment temperature').required).toBe(true)
  await browser.type(browser.field('value temperature'), '38')
  await browser.until('pass')
  expect(browser.field('comment temperature').required).toBe(false)
  await browser.until('expires 2026-12-31')
  await browser.until('calibrated until')
  expect([...browser.page.querySelectorAll('datalist option')].map(option => (option as HTMLOptionElement).value)).toEqual(['M-1', 'E-1'])
  browser.fill({
    'value look of the fragments': 'clean',
    'lot medium': 'M-1',
    'used medium': '5',
    'equipment incubator': 'E-1',
    performed_at: now(),
  })
  await browser.submit(browser.page.querySelector('form.fields')!)
  expect((await browser.sign(olga, 'performed')).input).toMatchObject({
    step: 'seed',
    values: { temperature: { value: '38', unit: 'Cel' }, 'look of the fragments': { value: 'clean', unit: 'text' } },
    materials: { 'M-1': '5' },
    equipment: ['E-1'],
  })
  await browser.until('Recorded: step L-9:seed')
  await browser.seat(oskar, '#/lot/L-9')
  seated = oskar
  await browser.until('Batch record')
  await browser.press('Verify seed')
  await browser.sign(oskar, 'verified')
  await browser.until('oskar 2026-')

  await record(olga, 'lot.harvest', 'L-9', {})
  const expires = new Date(site.clock.time + 2 * DAY)
  await record(olga, 'container.fill', 'L-9', { container: 'L-9-B1', kind: 'bag', volume_ml: '100', expires: field(expires) })
  await record(olga, 'container.label', 'L-9-B1', {})
  const label = fine(await olga.get('/containers/L-9-B1')).body.data.labels[0].element_string as string
  const page = fine(await olga.get('/containers/L-9-B1/label-page')).text
  for (const line of [`Identity ${coi.slice(0, 4)}-${coi.slice(4, 8)}-${coi.slice(8)}`, 'Container L-9-B1-1', '<svg'])
    expect(page).toContain(line)
  // the site's own time stands on the label, not Greenwich's
  expect(page).toContain(`Expires ${field(expires).slice(0, 16).replace('T', ' ')}`)
  // who opens it again is told, for two labels of one bag would be one too many
  expect(page).not.toContain('Opened before')
  expect(fine(await oskar.get('/containers/L-9-B1/label-page')).text).toContain('UTC by olga. If it was printed then')
  expect(fine(await olga.get(`/therapies/${coi}/wristband`)).text).toContain('ST1-009')
  await record(oskar, 'container.apply-label', 'L-9-B1', { scanned: label })
  expect((await olga.get('/containers/L-9-B1/label-page')).body.code).toBe('label-state')
  await record(olga, 'lot.store', 'L-9', { place: 'fridge 2', samples: 'viability = S-1' })
  // the laboratory's file: its row of this lot is entered, another waits
  await browser.seat(quinn, '#/import')
  seated = quinn
  await browser.until('Results of a laboratory')
  const choose = (text: string) => {
    const files = new DataTransfer()
    files.items.add(new File([text], 'lab.csv'))
    browser.page.querySelector<HTMLInputElement>('input[name=file]')!.files = files.files
  }
  choose(`Probe,result,unit,tested_at\nS-1,91,%,${site.clock.iso}\nS-77,91,%,${site.clock.iso}\n`)
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('there is no column sample')
  browser.fill({ columns: 'smaple=Probe' })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('"smaple=Probe" names no column')
  browser.fill({ columns: 'sample=Probe' })
  await browser.submit(browser.page.querySelector('form')!)
  expect(await browser.until('What matches: 1 of 2')).toContain('no lot has a sample "S-77"')
  const enterForm = () => [...browser.page.querySelectorAll('form')].find(one => one.textContent!.includes('You sign each'))!
  const enterWith = async (password: string) => {
    enterForm().querySelector<HTMLInputElement>('[name=password]')!.value = password
    enterForm().querySelector<HTMLInputElement>('[name=code]')!.value = quinn.code()
    await browser.submit(enterForm())
  }
  await enterWith('not the password at all')
  await browser.until('the signer could not be proven')
  await enterWith(quinn.password)
  await browser.until('entered')
  const held = fine(await quinn.get('/lots/L-9/file')).body.results as { id: string; data: Record<string, string> }[]
  expect(held.map(({ data }) => [data.test, data.raw, data.analyst, data.attachment_sha256 !== ''])).toEqual([
    ['viability', '91', 'quinn', true],
  ])
  const result = held[0]!.id
  // a corrected file of the same name and size is looked at anew
  choose(`Probe,result,unit,tested_at\nS-1,92,%,${site.clock.iso}\nS-77,91,%,${site.clock.iso}\n`)
  await browser.submit(browser.page.querySelector('form')!)
  expect(await browser.until('What matches: 0 of 2')).toContain('viability of lot L-9 has the result 91 %')
  await browser.seat(anna, '#/lot/L-9')
  seated = anna
  await browser.until('Release tests')
  await browser.press('Review viability')
  await browser.sign(anna, 'reviewed')
  expect(fine(await anna.get(`/results/${result}`)).body.data.status).toBe('reviewed')
  await record(rosa, 'lot.release', 'L-9', { reason: 'every test passes' })
  await record(paula, 'dose.order', 'L-9', {
    order: 'ORD-9',
    coi,
    containers: 'L-9-B1',
    cells: '1e9',
    planned_end: field(new Date(site.clock.time + 60 * MINUTE)),
  })

  // bedside: the wristband of somebody else
  const scan = async (person: Person, wristband: string) => {
    await browser.seat(person, '#/bedside')
    seated = person
    await browser.until('ORD-9')
    await browser.open('#/bedside/ORD-9')
    await browser.until('Container L-9-B1')
    const [band, bag] = [...browser.page.querySelectorAll<HTMLInputElement>('form.fields input')]
    await browser.scan(band!, wristband)
    await browser.scan(bag!, label.replace('^', ']d2').replaceAll('^', '\u001d'))
    await browser.submit(browser.page.querySelector('form.fields')!)
    return (await browser.sign(person, 'verified')).input
  }
  expect(await scan(nina, `^91${other}`)).toMatchObject({ container: 'L-9-B1', typed: false })
  await browser.until('STOP. L-9-B1 must not be given: the wristband does not carry the identity')
  expect(browser.buttons()).not.toContain('Give L-9-B1')
  expect(fine(await nina.get('/containers/L-9-B1')).body.data.holds).toEqual(['identity mismatch ORD-9:scan:1'])
  await record(anna, 'lot.unhold', 'L-9', { hold: 'identity mismatch ORD-9:scan:1', reason: 'right person identified' })
  site.clock.forward(31 * MINUTE)
  await scan(nina, `^91${coi}`)
  await browser.until('match')
  expect(browser.buttons()).not.toContain('Give L-9-B1')
  await scan(paula, `^91${coi}`)
  await browser.until('Give L-9-B1')
  await browser.press('Give L-9-B1')
  await browser.sign(paula, 'performed')
  await browser.until('the end of L-9-B1 was not recorded')
  expect(fine(await nina.get('/containers/L-9-B1')).body.data.stage).toBe('given')
  expect(browser.page.querySelector('a[href="#/do/infusion.end/ORD-9%3AL-9-B1"]')).not.toBeNull()
  site.clock.forward(8 * MINUTE)
  const { volume_ml } = fine(await nina.get('/containers/L-9-B1')).body.data
  await record(paula, 'infusion.end', 'ORD-9:L-9-B1', { stopped_at: now(), volume_given_ml: volume_ml })
  await browser.open('#/bedside/ORD-9')
  await browser.until(`${volume_ml} of ${volume_ml} mL`)
  await browser.until('No dose of IL-2 or another drug is recorded.')
  await record(paula, 'drug.record', 'ORD-9', { drug: 'aldesleukin', dose: '1', at: now(), why_withheld: 'fever of 39.8' })
  await browser.open('#/bedside/ORD-9')
  await browser.until('fever of 39.8')
  expect(browser.page.querySelector('a[href="#/do/drug.record/ORD-9"]')).not.toBeNull()
})

test('a new colleague is proposed, applied and enrolled in the browser, and signs in', async () => {
  await record(site.person('xena'), 'account.propose', undefined, {
    id: 'mona',
    name: 'Mona Monitor',
    roles: ['monitor'],
    site: 'site-a',
    studies: 'ST-1',
    trained_until: '2027-01-01T00:00:00',
    reason: 'new monitor',
  })
  const half = () => browser.page.querySelector('code.big')!.textContent!
  const officer_code = half()
  await record(site.person('yves'), 'account.apply', 'mona', {})
  const administrator_code = half()
  browser.cookie = ''
  seated = undefined
  await browser.open('#/enrol')
  await browser.until('Set password and second factor')
  const password = 'a sentence that nobody else says'
  const begin = async (again: string) => {
    browser.fill({ account: 'mona', officer_code, administrator_code, password, again })
    await browser.submit(browser.page.querySelector('form')!)
  }
  await begin('something else entirely')
  await browser.until('the two passwords differ')
  await begin(password)
  await browser.until('Recovery codes')
  expect(browser.page.querySelector('pre')!.textContent!.split('\n').length).toBe(10)
  expect(browser.page.querySelector('img')!.src).toMatch(/^data:image\/svg\+xml,%3Csvg/)
  const secret = Secret.fromBase32(browser.page.querySelector('code')!.textContent!)
  const code = () => new TOTP({ secret, digits: 6, period: 30 }).generate({ timestamp: site.clock.time })
  browser.fill({ code: code() })
  await browser.submit(browser.page.querySelector('form')!)
  await browser.until('You are enrolled')
  site.clock.forward(30_000)
  await browser.open('')
  await browser.signIn(password, code(), 'mona')
  await browser.until('Mona Monitor, monitor')
})

test('the follow-up shows what is due and overdue, and leads to the form of a sample', async () => {
  const visit = (name: string, due: string, state: string, outcome = '') => ({ visit: name, months: 0, due, state, outcome })
  const lines = [
    {
      coi: '5DMMM4D3744RH',
      subject: 'ST1-001',
      lot: 'L-1',
      infusion: 'ORD-1:L-1-B1',
      given_on: '2026-03-02',
      visits: [
        visit('baseline', '2026-03-02', 'done', 'negative'),
        visit('month-3', '2026-06-02', 'overdue'),
        visit('year-1', '2027-03-02', 'later'),
      ],
      overdue: 1,
      next_due: '2026-06-02',
    },
  ]
  const client = { ...makeClient(browser.send, browser.storage), get: async () => ok({ today: '2026-09-18', lines }) } as unknown as Client
  const who = { account: 'quinn', name: 'Quinn', roles: ['qc-analyst' as const] }
  const forms = commandForms(openApiDocument() as unknown as InterfaceDescription, who)
  await browser.show(<FollowUp desk={{ client, who, forms }} />)
  const said = await browser.until('as of 2026-09-18')
  expect(said).toContain('month-3 2026-06-02 overdue')
  expect(said).not.toContain('year-1')
  const link = [...browser.page.querySelectorAll('a')].find(one => one.textContent!.startsWith('Enter a sample'))!
  expect(link.getAttribute('href')).toBe('#/do/follow-up.enter/ORD-1%3AL-1-B1')
})

test('a person sees where they are signed in, ends the others, and changes the password', async () => {
  const rita = await site.hire('rita', ['monitor'])
  await browser.seat(rita, '#/account')
  await browser.until('Where you are signed in')
  const rows = () => [...browser.page.querySelector('tbody')!.querySelectorAll('tr')].map(row => row.lastElementChild!.textContent)
  expect(rows()).toEqual(['this one', 'another'])
  const [, change] = [...browser.page.querySelectorAll('form')]
  const next = 'a longer sentence than the one before'
  const give = async (current: string) => {
    for (const [name, text] of [
      ['current', current],
      ['code', rita.code()],
      ['password', next],
    ])
      change!.querySelector<HTMLInputElement>(`[name=${name}]`)!.value = text!
    await browser.submit(change!)
  }
  await give('not the password at all')
  await browser.until('the password or the code is wrong')
  await give(rita.password)
  await browser.until('The password is changed')
  expect(rows()).toEqual(['this one'])
  const happened = [...browser.page.querySelectorAll('table')[1]!.querySelectorAll('tbody tr')].map(row => row.children[1]!.textContent)
  expect(happened).toEqual(['password changed', 'change of the password refused', 'signed in', 'signed in'])
})

test('what comes as fast as a scanner is scanned; what is pasted or slow is typed, until the field begins anew', async () => {
  const heard: Scanned[] = []
  await browser.show(<ScanField label="Wristband" onScan={one => heard.push(one)} />)
  const input = browser.page.querySelector('input')!
  await browser.scan(input, ']C1\u001d915DMMM4D3744RH')
  expect(heard.at(-1)).toEqual({ text: ']C1\u001d915DMMM4D3744RH', typed: false })
  // the separator is shown, not hidden
  expect(input.value).toBe(']C1^915DMMM4D3744RH')
  await browser.type(input, '^91AAAAAAAAAAAAA')
  expect(heard.at(-1)).toEqual({ text: '\u001d91AAAAAAAAAAAAA', typed: true })
  await browser.type(input, '')
  await browser.type(input, '^915DMMM4D3744RH')
  expect(heard.at(-1)).toEqual({ text: '\u001d915DMMM4D3744RH', typed: true })
  await browser.type(input, '9')
  await new Promise(resolve => setTimeout(resolve, 80))
  await browser.type(input, '91')
  expect(heard.at(-1)).toEqual({ text: '91', typed: true })
  await browser.type(input, '9')
  await browser.type(input, '91')
  expect(heard.at(-1)).toEqual({ text: '91', typed: false })
})
