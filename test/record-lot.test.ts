// A 21-day TCR-T lot through the HTTP interface, with all that goes wrong: an out-of-specification result, a deviation, a conditional release, an identity mismatch at the bedside that stops
// an infusion, and a late positive sterility result with its recall. Every step asserted; at the end the record is exported and verified offline.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatVerifierKey } from '@cognate/core/audit'
import { columnReader, exactJsonText, mod37_2, parseExactJson, parseFhir } from '@cognate/core/format'
import type { FollowUpLine } from '@cognate/core/infusion'
import { type BatchTemplate, type BoardLine, fhirMappingSchema, fhirResults, type RecallData, type TemplateStep } from '@cognate/core/lot'
import { Fhir } from 'fhir'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportRecord } from '../packages/node/src/store/export-record.ts'
import { reportExport } from '../packages/node/src/store/report-export.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { root, rowsOf, value } from './oracle.ts'
import { DAY, fine, MINUTE, openSite, type Person, type Reply, type Site } from './record-site.ts'
import { cognate as offline } from './run-cli.ts'
import { commandLine } from './site-command-line.ts'

const TEMPLATES = JSON.parse(readFileSync(join(root, 'packages/node/data/lot-templates.json'), 'utf8')) as BatchTemplate[]
const tcrt = TEMPLATES.find(one => one.product_type === 'TCR-T')!
const vectorTemplate = TEMPLATES.find(one => one.product_type === 'VECTOR')!
const INSERTS = { 'TCR-1': 'a1'.repeat(32), 'TCR-2': 'b2'.repeat(32) } as const

let site: Site
let olga: Person,
  oskar: Person,
  quinn: Person,
  quentin: Person,
  anna: Person,
  arno: Person,
  rosa: Person,
  carl: Person,
  paula: Person,
  nina: Person

beforeAll(async () => {
  site = await openSite()
  await site.setUp()
  olga = await site.hire('olga', ['operator'])
  oskar = await site.hire('oskar', ['operator'])
  quinn = await site.hire('quinn', ['qc-analyst'])
  quentin = await site.hire('quentin', ['qc-analyst'])
  anna = await site.hire('anna', ['qa'])
  arno = await site.hire('arno', ['qa'])
  rosa = await site.hire('rosa', ['releaser'])
  carl = await site.hire('carl', ['coordinator'])
  paula = await site.hire('paula', ['physician'])
  nina = await site.hire('nina', ['nurse'])
})

afterAll(async () => {
  await site?.close()
})

const refusedAs = (reply: Reply, code: string): void => {
  expect([reply.status >= 400 && reply.status < 500, reply.body?.code, reply.text.slice(0, 300)]).toEqual([
    true,
    code,
    reply.text.slice(0, 300),
  ])
}

const supplies = new Map<string, string>()

/** Of the form of ISBT 128; no donation of anyone. */
const DONATION = 'A999926123456'

/** Reagents and instruments of both templates, released and calibrated. */
async function stock(): Promise<void> {
  const materials = new Set([...tcrt.steps, ...vectorTemplate.steps].flatMap(step => step.materials).filter(name => name !== 'vector lot'))
  for (const name of materials) {
    const id = `M-${name.replaceAll(/[^A-Za-z0-9]/g, '')}`
    supplies.set(name, id)
    fine(
      await olga.do('/materials', {
        id,
        name,
        supplier: 'Synthetic Supply',
        supplier_lot: `${id}-7`,
        expires: '2026-12-31',
        zone: '+01:00',
        received: '100',
        unit: 'mL',
      }),
    )
    fine(await anna.do(`/materials/${id}/decision`, { status: 'released', reason: 'certificate of the supplier checked' }))
  }
  for (const name of new Set([...tcrt.steps, ...vectorTemplate.steps].flatMap(step => step.equipment))) {
    const id = `E-${name.replaceAll(/[^A-Za-z0-9]/g, '')}`
    supplies.set(name, id)
    fine(await anna.do('/equipment', { id, name, calibrated_until: '2026-10-01', zone: 'Z', certificate_sha256: 'cc'.repeat(32) }))
  }
}

/** A value inside the limits of a parameter. */
const inside = (parameter: TemplateStep['parameters'][number]): string => {
  if (parameter.low !== null && parameter.high !== null) return String((Number(parameter.low) + Number(parameter.high)) / 2)
  return parameter.low !== null
    ? String(Number(parameter.low) * 1.1 + 1)
    : parameter.high !== null
      ? String(Number(parameter.high) / 2)
      : '5'
}

async function perform(
  lot: string,
  step: TemplateStep,
  change: Record<string, { value: string; comment?: string }> = {},
  more: Record<string, string> = {},
): Promise<Reply> {
  const values = Object.fromEntries(
    step.parameters.map(parameter => [parameter.name, { value: inside(parameter), unit: parameter.unit, ...change[parameter.name] }]),
  )
  return olga.do(`/lots/${lot}/steps`, {
    step: step.id,
    performed_at: site.clock.iso,
    values,
    materials: {
      ...Object.fromEntries(step.materials.filter(name => name !== 'vector lot').map(name => [supplies.get(name), '1'])),
      ...more,
    },
    equipment: step.equipment.map(name => supplies.get(name)),
  })
}

/** A vector lot up to its storage. */
async function makeVector(id: string, construct: string): Promise<void> {
  fine(await olga.do('/lots', { product_type: 'VECTOR', id, template: 'gammaretro-supernatant:1.0.0', site: 'site-a', construct }))
  fine(await olga.do(`/lots/${id}/opening`, {}))
  for (const step of vectorTemplate.steps) {
    fine(await perform(id, step))
    if (step.second_person) fine(await oskar.do(`/lots/${id}/verifications`, { step: step.id }))
  }
  fine(await olga.do(`/lots/${id}/harvest`, {}))
  fine(await olga.do(`/lots/${id}/containers`, { container: `${id}-V1`, kind: 'vial', volume_ml: '10', expires: '2027-03-01T00:00:00Z' }))
  fine(await olga.do(`/containers/${id}-V1/labels`, {}))
  const printed = fine(await olga.get(`/containers/${id}-V1`)).body.data.labels[0].element_string
  fine(await oskar.do(`/containers/${id}-V1/applied-label`, { scanned: printed }))
  fine(
    await olga.do(`/lots/${id}/storage`, {
      place: 'freezer 1',
      samples: Object.fromEntries(vectorTemplate.release.map((one, i) => [one.name, `${id}-S${i}`])),
    }),
  )
}

async function vectorLot(id: string, construct: string): Promise<void> {
  await makeVector(id, construct)
  for (const one of vectorTemplate.release) {
    const raw = one.text_limit ?? (one.high !== null ? '0.5' : '250000')
    const entered = fine(await quinn.do(`/lots/${id}/results`, { test: one.name, raw, unit: one.unit, tested_at: site.clock.iso }))
    fine(await quentin.do(`/results/${entered.body.entity.id}/review`, {}))
  }
  fine(await rosa.do(`/lots/${id}/release`, { reason: 'all tests pass' }))
}

const answers: Record<string, string> = {
  endotoxin: '0.5',
  'vector copies': '2.1',
  'potency IFN-gamma': '420',
  'potency mutant over wild type': '8',
  dose: '3.5e8',
  viability: '91',
  'identity CD3+ of CD45+': '97',
  'receptor-positive of CD3+': '64',
}

/** The line of a lot on the vein-to-vein board. */
const onBoard = async (lot: string) => (fine(await carl.get('/board')).body.lots as BoardLine[]).find(line => line.lot === lot)

test('[11.10(f)] [11.10(g)] [11.10(k)] [11.50(a)] [11.50(b)] [Annex 11 6] [Annex 11 10] [Annex 11 13] [Annex 11 15] a TCR-T lot from the signed selection to the recall after a late positive culture', async () => {
  await stock()
  // templates: the author does not approve
  for (const template of [tcrt, vectorTemplate]) {
    const id = `${template.template}:${template.version}`
    fine(await anna.do('/templates', template))
    refusedAs(await anna.do(`/templates/${id}/approval`, { reason: 'I wrote it' }), 'separation-author-approver')
    fine(await arno.do(`/templates/${id}/approval`, { reason: 'reviewed line by line' }))
  }
  // identity
  fine(await carl.do('/subjects', { id: 'ST1-001', site: 'site-a', study: 'ST-1' }))
  fine(await carl.do('/subjects', { id: 'ST1-002', site: 'site-a', study: 'ST-1' }))
  const coi = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'TCR-T', external_identity: 'A0001-COI-77' })).body.entity
    .id as string
  const otherCoi = fine(await carl.do('/subjects/ST1-002/therapies', { product_type: 'TCR-T' })).body.entity.id as string
  refusedAs(
    await olga.do('/specimens', {
      id: 'APH-1',
      coi: `${coi.slice(0, 12)}${coi[12] === 'A' ? 'B' : 'A'}`,
      kind: 'leukapheresis',
      collected_at: site.clock.iso,
    }),
    'input',
  )
  const donation = { id: 'APH-1', coi, kind: 'leukapheresis', collected_at: site.clock.iso }
  refusedAs(await olga.do('/specimens', { ...donation, donation_number: `${DONATION}${mod37_2(DONATION) === 'A' ? 'B' : 'A'}` }), 'input')
  fine(await olga.do('/specimens', { ...donation, donation_number: `${DONATION} ${mod37_2(DONATION)}` }))
  fine(await olga.do('/specimens', { id: 'APH-2', coi: otherCoi, kind: 'leukapheresis', collected_at: site.clock.iso }))
  const signed = fine(
    await paula.do('/selections', {
      id: 'SEL-1',
      coi,
      receptors: ['TCR-1', 'TCR-2'],
      evidence_sha256: 'dd'.repeat(32),
      reason: 'two receptors, two mutations',
    }),
  )
  expect(signed.body.entity).toEqual({ kind: 'selection', id: 'SEL-1', version: 1 })
  refusedAs(
    await olga.do('/constructs', { id: 'C-X', selection: 'SEL-1', receptor: 'TCR-9', insert_sha256: 'ee'.repeat(32), origin: [] }),
    'construct-selection',
  )
  for (const [receptor, insert_sha256] of Object.entries(INSERTS))
    fine(
      await olga.do('/constructs', {
        id: `C-${receptor}`,
        selection: 'SEL-1',
        receptor,
        insert_sha256,
        origin: [`variant:chr12-25245350-C-T`, `well:P1-B03`],
      }),
    )
  await vectorLot('V-1', 'C-TCR-1')
  await vectorLot('V-2', 'C-TCR-2')
  // the lot: a specimen of another person is refused
  const arms = [
    { receptor: 'TCR-1', construct: 'C-TCR-1' },
    { receptor: 'TCR-2', construct: 'C-TCR-2' },
  ]
  refusedAs(
    await olga.do('/lots', {
      product_type: 'TCR-T',
      id: 'L-1',
      template: 'tcr-t-21d:1.0.0',
      coi,
      specimen: 'APH-2',
      selection: 'SEL-1',
      arms,
    }),
    'coi-mismatch',
  )
  refusedAs(
    await olga.do('/lots', {
      product_type: 'TCR-T',
      id: 'L-1',
      template: 'tcr-t-21d:1.0.0',
      coi,
      specimen: 'APH-1',
      selection: 'SEL-1',
      arms: [{ receptor: 'TCR-1', construct: 'C-TCR-2' }],
    }),
    'arm-construct',
  )
  // what a lot is made of and what the therapy is have to be what is made of them
  fine(await olga.do('/specimens', { id: 'TUM-1', coi, kind: 'tumour', collected_at: site.clock.iso }))
  const planned = { id: 'L-1', template: 'tcr-t-21d:1.0.0', coi, selection: 'SEL-1', arms, product_type: 'TCR-T' }
  refusedAs(await olga.do('/lots', { ...planned, specimen: 'TUM-1' }), 'lot-specimen')
  const carT = fine(await carl.do('/subjects/ST1-001/therapies', { product_type: 'CAR-T' })).body.entity.id as string
  fine(await olga.do('/specimens', { id: 'APH-3', coi: carT, kind: 'leukapheresis', collected_at: site.clock.iso }))
  refusedAs(await olga.do('/lots', { ...planned, coi: carT, specimen: 'APH-3' }), 'lot-therapy')
  fine(
    await olga.do('/lots', {
      product_type: 'TCR-T',
      id: 'L-1',
      template: 'tcr-t-21d:1.0.0',
      coi,
      specimen: 'APH-1',
      selection: 'SEL-1',
      arms,
    }),
  )
  refusedAs(await olga.do('/lots/L-1/harvest', {}), 'lot-state')
  expect(await onBoard('L-1')).toMatchObject({ coi, stage: 'planned', day: null, next: 'open the process', due: '', slack_days: null })
  fine(await olga.do('/lots/L-1/opening', {}))
  const day0 = site.clock.time
  const opened = Date.parse(fine(await olga.get('/lots/L-1')).body.data.opened_at)

  // the batch record, day by day
  for (const step of tcrt.steps) {
    site.clock.time = Math.max(site.clock.time, day0 + step.day * DAY)
    const next = tcrt.steps[tcrt.steps.indexOf(step) + 1]
    if (next?.after.includes(step.id)) refusedAs(await perform('L-1', next), next.id === 'transduce' ? 'step-order' : 'step-order')
    if (step.id === 'check-transduction')
      expect(await onBoard('L-1')).toMatchObject({
        subject: 'ST1-001',
        stage: 'in-process',
        day: 6,
        steps_done: 4,
        steps: tcrt.steps.length,
        behind_days: 0,
        next: 'check-transduction: Murine TCR beta on CD3+ per arm',
        due: new Date(opened + 7 * DAY).toISOString(),
        slack_days: 0,
      })
    if (step.id === 'transduce') {
      refusedAs(await perform('L-1', step), 'arm-vector')
      refusedAs(await olga.do('/lots/L-1/vectors', { receptor: 'TCR-1', vector_lot: 'V-2' }), 'vector-insert')
      fine(await olga.do('/lots/L-1/vectors', { receptor: 'TCR-1', vector_lot: 'V-1' }))
      fine(await olga.do('/lots/L-1/vectors', { receptor: 'TCR-2', vector_lot: 'V-2' }))
    }
    if (step.id === 'formulate') fine(await olga.do('/lots/L-1/harvest', { shares: { 'TCR-1': '0.45', 'TCR-2': '0.55' } }))
    if (step.id === 'activate') refusedAs(await perform('L-1', step, { 'IL-2': { value: '250' } }), 'parameter-comment')
    if (step.id === 'pbmc') {
      // a stop limit: the step stands, a deviation opens, the next step waits
      const low = fine(await perform('L-1', step, { viability: { value: '78' } }))
      expect(low.body.alerts[0].to).toEqual(['qa'])
      fine(await oskar.do('/lots/L-1/verifications', { step: 'pbmc' }))
      refusedAs(await perform('L-1', tcrt.steps.find(one => one.id === 'activate')!), 'step-order')
      expect((await onBoard('L-1'))?.next).toBe('deviation L-1:dev:1 waits for quality assurance')
      refusedAs(
        await olga.do('/deviations/L-1:dev:1/closure', { impact: 'none', root_cause: 'transport', corrective_action: 'none' }),
        'role',
      )
      fine(
        await anna.do('/deviations/L-1:dev:1/closure', {
          impact: 'cells recovered to 92 % after wash',
          root_cause: 'long transport',
          corrective_action: 'courier changed',
        }),
      )
      continue
    }
    fine(await perform('L-1', step, step.id === 'activate' ? { 'IL-2': { value: '250', comment: 'half a vial, topped up at noon' } } : {}))
    if (step.second_person) {
      refusedAs(await olga.do('/lots/L-1/verifications', { step: step.id }), 'separation-second-person')
      fine(await oskar.do('/lots/L-1/verifications', { step: step.id }))
    }
  }
  refusedAs(await olga.do('/lots/L-1/steps', { step: 'label', performed_at: new Date(site.clock.time + DAY).toISOString() }), 'step-done')

  // containers and labels
  const expires = new Date(site.clock.time + 3 * DAY).toISOString()
  for (const bag of ['L-1-B1', 'L-1-B2']) {
    fine(await olga.do('/lots/L-1/containers', { container: bag, kind: 'bag', volume_ml: '100', expires }))
    fine(await olga.do(`/containers/${bag}/labels`, {}))
  }
  const samples = Object.fromEntries(tcrt.release.map((one, i) => [one.name, `L-1-S${i}`]))
  refusedAs(await olga.do('/lots/L-1/storage', { place: 'tank 3', samples }), 'labels')
  expect(await onBoard('L-1')).toMatchObject({ stage: 'harvested', next: 'label the containers', steps_done: tcrt.steps.length })
  const labelOf = async (bag: string) => fine(await olga.get(`/containers/${bag}`)).body.data.labels.at(-1).element_string as string
  refusedAs(await oskar.do('/containers/L-1-B1/applied-label', { scanned: await labelOf('L-1-B2') }), 'label-differs')
  for (const bag of ['L-1-B1', 'L-1-B2'])
    fine(await oskar.do(`/containers/${bag}/applied-label`, { scanned: `]d2${(await labelOf(bag)).slice(1).replaceAll('^', '\u001d')}` }))
  refusedAs(await olga.do('/containers/L-1-B1/labels', { reason: 'smeared' }), 'reprint')
  fine(await olga.do('/lots/L-1/storage', { place: 'tank 3', samples }))
  expect(await onBoard('L-1')).toMatchObject({
    stage: '2 stored',
    next: `results: ${tcrt.release.map(one => one.name).join(', ')}`,
    due: expires,
  })

  // results: one out of specification
  const enter = async (name: string, raw: string, unit: string, inputs: object = {}) =>
    quinn.do('/lots/L-1/results', { test: name, raw, unit, tested_at: site.clock.iso, inputs })
  refusedAs(await enter('viability', '91,5', '%'), 'decimal')
  for (const one of tcrt.release.filter(test => !['sterility', 'endotoxin', 'mycoplasma', 'vector copies'].includes(test.name))) {
    const entered = fine(await enter(one.name, one.text_limit ?? answers[one.name]!, one.unit))
    refusedAs(await quinn.do(`/results/${entered.body.entity.id}/review`, {}), 'separation-analyst-reviewer')
    fine(await quentin.do(`/results/${entered.body.entity.id}/review`, {}))
  }
  const undecided = fine(await enter('endotoxin', '0.5', 'EU/mL', { dose_volume_ml: '400' }))
  expect(fine(await quinn.get(`/results/${undecided.body.entity.id}`)).body.data).toMatchObject({
    verdict: 'undecided',
    why_undecided: 'conversion needs body_weight_kg',
    raw: '0.5',
  })
  const endotoxin = fine(await enter('endotoxin', '0.5', 'EU/mL', { dose_volume_ml: '400', body_weight_kg: '70' }))
  expect(fine(await quinn.get(`/results/${endotoxin.body.entity.id}`)).body.data).toMatchObject({ verdict: 'pass', value: '2.857143' })
  fine(await quentin.do(`/results/${endotoxin.body.entity.id}/review`, {}))
  const positive = fine(await enter('mycoplasma', 'detected', 'text'))
  expect(positive.body.rows.map((row: { table: string }) => row.table)).toEqual(['result', 'oos', 'signature'])
  fine(await quentin.do(`/results/${positive.body.entity.id}/review`, {}))
  const conditional = { medical_reason: 'progressing disease, no other option', notify: ['Dr Paula (synthetic)', 'QA on call'] }
  const blocked = await rosa.do('/lots/L-1/conditional-release', conditional)
  refusedAs(blocked, 'release-blocked')
  expect(blocked.body.title).toContain('mycoplasma is fail')
  refusedAs(await enter('mycoplasma', 'not detected', 'text'), 'result-there')
  refusedAs(
    await anna.do(`/investigations/${positive.body.entity.id}:oos/conclusion`, {
      conclusion: 'invalidated',
      cause: 'contaminated control',
    }),
    'retest-plan',
  )
  fine(
    await anna.do(`/investigations/${positive.body.entity.id}:oos/conclusion`, {
      conclusion: 'invalidated',
      cause: 'the negative control of the run was positive too',
      retest_plan: 'one retest of the retained sample, other analyst',
    }),
  )
  const again = fine(
    await quentin.do('/lots/L-1/results', { test: 'mycoplasma', raw: 'not detected', unit: 'text', tested_at: site.clock.iso }),
  )
  fine(await quinn.do(`/results/${again.body.entity.id}/review`, {}))

  // a deviation blocks, closed by another person
  fine(await nina.do('/lots/L-1/deviations', { class: 'major', description: 'tank alarm for two minutes' }))
  refusedAs(await rosa.do('/lots/L-1/conditional-release', conditional), 'release-blocked')
  fine(
    await arno.do('/deviations/L-1:dev:2/closure', {
      impact: 'temperature stayed in limits',
      root_cause: 'sensor',
      corrective_action: 'sensor changed',
    }),
  )

  // a vector in it that is put on hold after it went in stands in the way of release, shipping and giving, until that is lifted there or judged for this lot
  const ofVector = 'vector lot V-1 is on hold: a titre is repeated'
  const holdVector = async () => fine(await anna.do('/lots/V-1/holds', { reason: 'a titre is repeated' }))
  const freeVector = async () => fine(await anna.do('/lots/V-1/lifted-holds', { hold: 'a titre is repeated', reason: 'as before' }))
  await holdVector()
  const withVector = await rosa.do('/lots/L-1/conditional-release', conditional)
  refusedAs(withVector, 'release-blocked')
  expect(withVector.body.title).toContain(`the lot is on hold: ${ofVector}`)
  expect(await onBoard('L-1')).toMatchObject({ holds: [ofVector] })
  expect(fine(await anna.get('/lots/L-1/file')).body.holds).toEqual([ofVector])
  await freeVector()
  // conditional release: a full one is refused while sterility is pending; the physician accepts
  refusedAs(await rosa.do('/lots/L-1/release', { reason: 'fit' }), 'release-blocked')
  refusedAs(await paula.do('/lots/L-1/acceptance', { reason: 'yes' }), 'not-proposed')
  fine(await rosa.do('/lots/L-1/conditional-release', conditional))
  expect((await onBoard('L-1'))?.next).toBe('acceptance by the physician')
  refusedAs(
    await carl.do('/lots/L-1/shipments', {
      shipment: 'SH-1',
      containers: ['L-1-B1'],
      to: 'ward 4',
      due: expires,
      seal: 'SEAL-9',
      temperature_log_sha256: 'ff'.repeat(32),
    }),
    'lot-state',
  )
  fine(await paula.do('/lots/L-1/acceptance', { reason: 'benefit outweighs the pending culture' }))
  expect(fine(await paula.get('/lots/L-1')).body.data.disposition).toBe('conditional')
  const certificate = fine(await paula.get('/lots/L-1/certificate', { accept: 'text/html' }))
  expect(certificate.text).toContain('2 tests pending')
  // the page alone shows that the release is an event of the record, to whoever has the log's key
  const page = join(mkdtempSync(join(tmpdir(), 'cognate-page-')), 'certificate.html')
  const vkey = formatVerifierKey(site.record.store.logs.record.signer.key)
  const proven = (html: string, key = vkey) => {
    writeFileSync(page, html)
    return offline(['audit', 'proof', page, '--key', key])
  }
  expect(proven(certificate.text)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^PROVEN\. Event \d+ of .*: lot\.accept of lot L-1 by paula at /),
  })
  expect(proven(certificate.text.replace('&quot;paula&quot;', '&quot;nina&quot;'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('its text was changed'),
  })
  expect(proven(certificate.text, vkey.replace('/record+', '/other+'))).toMatchObject({ code: 1 })
  expect(proven('<p>nothing</p>')).toMatchObject({ code: 1, err: expect.stringContaining('no proof of a release') })
  expect(certificate.text).toContain('detected text (invalidated)')
  expect(certificate.text).toContain('217\u00a0280\u00a0000')
  expect(fine(await paula.get('/lots/L-1/certificate')).body.dose).toEqual([
    { cells: 'viable cells', number: '350000000', basis: 'counted (dose)' },
    { cells: 'viable CD3+ cells', number: '339500000', basis: '× 97 % (identity CD3+ of CD45+)' },
    { cells: 'viable receptor-positive cells', number: '217280000', basis: '× 64 % (receptor-positive of CD3+)' },
  ])
  // custody
  expect(await onBoard('L-1')).toMatchObject({ disposition: 'conditional', next: 'ship', due: expires })
  const shipment = {
    shipment: 'SH-1',
    containers: ['L-1-B1', 'L-1-B2'],
    to: 'ward 4',
    due: expires,
    seal: 'SEAL-9',
    temperature_log_sha256: 'ff'.repeat(32),
  }
  await holdVector()
  refusedAs(await carl.do('/lots/L-1/shipments', shipment), 'hold')
  await freeVector()
  fine(await carl.do('/lots/L-1/shipments', shipment))
  expect(await onBoard('L-1')).toMatchObject({ stage: '2 in-transit', next: 'receipt of SH-1 by ward 4', due: expires })
  refusedAs(
    await carl.do('/shipments/SH-1/receipt', { condition: 'good', seal: 'SEAL-9', temperature_within_limits: true }),
    'separation-giver-taker',
  )
  fine(await nina.do('/shipments/SH-1/receipt', { condition: 'good', seal: 'SEAL-9', temperature_within_limits: true }))

  // bedside: the wristband of another person stops everything
  fine(
    await paula.do('/lots/L-1/orders', {
      order: 'ORD-1',
      coi,
      containers: ['L-1-B1', 'L-1-B2'],
      cells: '3.5e8',
      planned_end: new Date(site.clock.time + 2 * 60 * MINUTE).toISOString(),
    }),
  )
  const label1 = await labelOf('L-1-B1')
  const stopped = await nina.do('/orders/ORD-1/scans', { container: 'L-1-B1', wristband: `^91${otherCoi}`, label: label1 })
  refusedAs(stopped, 'identity-mismatch')
  expect(stopped.body.title).toMatch(/^STOP\./)
  refusedAs(await nina.do('/orders/ORD-1/infusions', { container: 'L-1-B1' }), 'hold')
  refusedAs(await paula.do('/orders/ORD-1/infusions', { container: 'L-1-B2' }), 'hold')
  const held = fine(await nina.get('/containers/L-1-B2')).body.data.holds as string[]
  expect(held).toEqual(['identity mismatch ORD-1:scan:1'])
  expect(await onBoard('L-1')).toMatchObject({ stage: '2 received', next: 'give', holds: held })
  refusedAs(await nina.do('/lots/L-1/lifted-holds', { hold: held[0], reason: 'it was only the wrong bed' }), 'role')
  fine(
    await anna.do('/lots/L-1/lifted-holds', {
      hold: held[0],
      reason: 'wristbands of both persons checked at the bed, right person identified',
    }),
  )
  site.clock.forward(31 * MINUTE)
  fine(await nina.do('/orders/ORD-1/scans', { container: 'L-1-B1', wristband: `^91${coi}`, label: label1 }))
  refusedAs(await nina.do('/orders/ORD-1/infusions', { container: 'L-1-B1' }), 'scan-verification')
  fine(await nina.do('/orders/ORD-1/scans', { container: 'L-1-B1', wristband: `^91${coi}`, label: label1 }))
  refusedAs(await nina.do('/orders/ORD-1/infusions', { container: 'L-1-B1' }), 'scan-verification')
  fine(await paula.do('/orders/ORD-1/scans', { container: 'L-1-B1', wristband: `^91${coi}`, label: label1 }))
  await holdVector()
  refusedAs(await nina.do('/orders/ORD-1/infusions', { container: 'L-1-B1' }), 'hold')
  refusedAs(await olga.do('/lots/L-1/lifted-holds', { hold: ofVector, reason: 'x' }), 'role')
  fine(await anna.do('/lots/L-1/lifted-holds', { hold: ofVector, reason: 'the titre does not change what was made with it' }))
  refusedAs(await anna.do('/lots/L-1/lifted-holds', { hold: ofVector, reason: 'x' }), 'hold')
  fine(await nina.do('/orders/ORD-1/infusions', { container: 'L-1-B1' }))
  await freeVector()
  expect(fine(await nina.get('/containers/L-1-B1')).body.data.stage).toBe('given')

  // its end: times and volumes that cannot be are refused, what was left needs a reason, a correction too
  const started = site.clock.iso
  expect(fine(await nina.get('/orders/ORD-1/given')).body).toMatchObject({
    open: ['the end of L-1-B1 was not recorded', 'L-1-B2 was not given'],
    cells_ordered: '3.5e8',
  })
  site.clock.forward(25 * MINUTE)
  const end = (more: Readonly<Record<string, unknown>>) =>
    nina.do('/infusions/ORD-1:L-1-B1/end', { stopped_at: site.clock.iso, volume_given_ml: '95', why_not_all: 'line clotted', ...more })
  refusedAs(await end({ volume_given_ml: '500' }), 'volume')
  refusedAs(await end({ volume_given_ml: '-1' }), 'volume')
  refusedAs(await end({ why_not_all: '' }), 'why-not-all')
  refusedAs(await end({ stopped_at: new Date(site.clock.time + MINUTE).toISOString() }), 'time')
  refusedAs(await end({ stopped_at: '2020-01-01T00:00:00Z' }), 'time')
  refusedAs(await end({ thawed_at: site.clock.iso }), 'time')
  refusedAs(await olga.do('/infusions/ORD-1:L-1-B1/end', { stopped_at: site.clock.iso, volume_given_ml: '1', why_not_all: 'x' }), 'role')
  const signs = { at: started, temperature_c: '36.9', pulse: '88', systolic_mmhg: '121', diastolic_mmhg: '74', saturation_pct: '97' }
  const ended = fine(await end({ reaction: 'chills, settled by itself', vital_signs: [signs] }))
  expect(ended.body.alerts[0]).toMatchObject({ to: ['physician', 'qa'], text: 'ST1-001: reaction to L-1-B1: chills, settled by itself' })
  refusedAs(await end({ volume_given_ml: '90' }), 'ended')
  fine(
    await end({ reaction: 'chills, settled by itself', vital_signs: [signs], volume_given_ml: '90', reason: 'residual was weighed again' }),
  )
  // IL-2 dose by dose: neither given nor withheld, an amount without a unit, a time to come and a dose twice are refused
  const drug = (dose: number, more: Readonly<Record<string, unknown>>) =>
    nina.do('/orders/ORD-1/drugs', { drug: 'aldesleukin', dose, at: site.clock.iso, ...more })
  refusedAs(await drug(1, {}), 'drug-dose')
  refusedAs(await drug(1, { amount: '56.9', unit: '10*6.[iU]', why_withheld: 'fever' }), 'drug-dose')
  refusedAs(await drug(1, { amount: '56.9' }), 'drug-dose')
  refusedAs(await drug(1, { amount: '0', unit: '10*6.[iU]' }), 'drug-dose')
  refusedAs(await drug(1, { amount: '56.9', unit: '10*6.[iU]', at: new Date(site.clock.time + MINUTE).toISOString() }), 'time')
  refusedAs(await olga.do('/orders/ORD-1/drugs', { drug: 'aldesleukin', dose: 1, at: site.clock.iso, why_withheld: 'x' }), 'role')
  fine(await drug(1, { amount: '56.9', unit: '10*6.[iU]' }))
  site.clock.forward(8 * 60 * MINUTE)
  fine(await drug(2, { amount: '50', unit: '10*6.[iU]' }))
  refusedAs(await drug(2, { amount: '56.9', unit: '10*6.[iU]' }), 'drug-there')
  fine(await drug(2, { amount: '56.9', unit: '10*6.[iU]', reason: 'syringe label read again' }))
  site.clock.forward(8 * 60 * MINUTE)
  fine(await drug(3, { why_withheld: 'creatinine 2.1 times baseline' }))
  const given = await cognate(nina, ['infusion', 'given', 'ORD-1'])
  const [bag] = rowsOf(given.out)
  expect([given.code, bag!.started_at, bag!.minutes, bag!.volume_given_ml, bag!.fraction, bag!.why_not_all, bag!.reaction]).toEqual([
    0,
    started,
    expect.stringMatching(/^25/),
    '90',
    '0.9',
    'line clotted',
    'chills, settled by itself',
  ])
  // two bags of 100 mL hold the lot's 3.5e8 cells: 90 of 200 mL were given, in the shares of the pooled arms
  expect(Number(bag!.cells)).toBe(157_500_000)
  expect(given.err).toContain('open: L-1-B2 was not given')
  expect(given.err).toContain('given: 157500000 cells of 3.5e8 ordered')
  expect(given.err).toContain('viable and receptor-positive: 97776000 cells')
  expect(given.err).toContain('aldesleukin: 2 doses given (113.8 10*6.[iU]), 1 withheld; 3: creatinine 2.1 times baseline\n')

  // day 9 of 14: growth. Recalled at once, every container on hold, everybody told
  site.clock.forward(9 * DAY)
  const late = fine(
    await quinn.do('/lots/L-1/results', { test: 'sterility', raw: 'growth, Gram-positive cocci', unit: 'text', tested_at: site.clock.iso }),
  )
  expect(late.body.alerts[0].to).toEqual(['qa', 'physician', 'nurse', 'coordinator'])
  expect(late.body.alerts[0].text).toContain('the lot is recalled and every container on hold, recall L-1:recall')
  const lot = fine(await anna.get('/lots/L-1')).body
  expect([lot.data.disposition, lot.data.holds]).toEqual(['recalled', ['late result: sterility growth, Gram-positive cocci']])
  expect(fine(await anna.get('/containers/L-1-B2')).body.data.holds).toEqual(['late result: sterility growth, Gram-positive cocci'])
  expect(await onBoard('L-1')).toMatchObject({ stage: '1 received, 1 given', disposition: 'recalled', next: 'bring back L-1-B2' })
  // and a case is open by itself: each bag, and the person who was given one, waits for what is done
  const items = (fine(await anna.get('/recall-cases/L-1:recall')).body.data as RecallData).items
  expect(items.map(({ item, disposition }) => [item, disposition])).toEqual([
    ['container:L-1-B1', ''],
    ['container:L-1-B2', ''],
    [expect.stringMatching(/^infusion:/), ''],
  ])
  refusedAs(await anna.do('/recall-cases', { id: 'V-1:recall', start: 'lot:V-1', affected: ['container:V-1-1'], reason: 'x' }), 'input')
  refusedAs(await anna.do('/recall-cases/L-1:recall/closing', { reason: 'x' }), 'recall-open-items')
  const done = { items: items.map(({ item }) => item), disposition: 'quarantined', reason: 'synthetic' }
  fine(await anna.do('/recall-cases/L-1:recall/dispositions', done))
  fine(await anna.do('/recall-cases/L-1:recall/closing', { reason: 'all seen to' }))
  // vectors that were released wait for nothing
  expect(await onBoard('V-1')).toBeUndefined()
  refusedAs(
    await nina.do('/orders/ORD-1/scans', { container: 'L-1-B2', wristband: `^91${coi}`, label: await labelOf('L-1-B2') }),
    'identity-mismatch',
  )
  refusedAs(await anna.do('/lots/L-1/lifted-holds', { hold: 'late result: sterility growth, Gram-positive cocci', reason: 'x' }), 'hold')
  refusedAs(await rosa.do('/lots/L-1/release', { reason: 'x' }), 'lot-state')

  // recall finds who was given it; trace leads from the bag to the variant's line and back
  const scope = fine(await anna.get('/recalls/V-1')).body
  expect(scope).toEqual({
    start: 'lot:V-1',
    affected: ['container:L-1-B1', 'container:L-1-B2', 'container:V-1-V1', 'infusion:ORD-1:L-1-B1', 'lot:L-1'],
  })
  const trace = fine(await anna.get('/trace/L-1-B1')).body
  const nodes = trace.from.map((hop: { node: string }) => hop.node)
  for (const node of [
    'lot:L-1',
    'lot:V-1',
    'construct:C-TCR-1',
    'receptor:TCR-1',
    'variant:chr12-25245350-C-T',
    'well:P1-B03',
    'selection:SEL-1',
    'specimen:APH-1',
    `therapy:${coi}`,
    'subject:ST1-001',
  ])
    expect(nodes).toContain(node)
  expect(trace.from.find((hop: { node: string }) => hop.node === 'lot:V-1')).toMatchObject({
    row_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    event_index: expect.any(Number),
  })
  expect(fine(await anna.get('/trace/variant:chr12-25245350-C-T')).body.into.map((hop: { node: string }) => hop.node)).toContain(
    'container:L-1-B1',
  )
}, 240_000)

const cognate = (person: Person, args: readonly string[], proof?: () => Record<string, string>) => commandLine(site, person, args, proof)

test('`cognate lot board` prints the same line, and says what is late', async () => {
  const { out, err } = await cognate(carl, ['lot', 'board'])
  const [line] = rowsOf(out)
  expect(line).toMatchObject({ subject: 'ST1-001', lot: 'L-1', type: 'TCR-T', disposition: 'recalled', next: 'bring back L-1-B2', due: '' })
  expect([line?.coi, line?.steps, err]).toEqual([
    expect.stringMatching(/^\w{4}-\w{4}-\w{5}$/),
    `${tcrt.steps.length}/${tcrt.steps.length}`,
    '',
  ])
})

test('`cognate lot import` previews a laboratory’s table, enters what matches with one signature each, and leaves the rest with its reason', async () => {
  await makeVector('V-3', 'C-TCR-1')
  const rows = vectorTemplate.release.map((one, i) =>
    [`V-3-S${i}`, one.text_limit ?? (one.high !== null ? '0.5' : '250000'), one.unit, site.clock.iso].join(';'),
  )
  rows.push(`V-9-S0;1;mL;${site.clock.iso}`)
  const file = join(site.folder, 'lab.csv')
  writeFileSync(file, ['Probe;Wert;Einheit;Zeit', ...rows].join('\n').replaceAll(';', ','))
  const names = ['--columns', 'sample=Probe,result=Wert,unit=Einheit,tested_at=Zeit']
  const unnamed = await cognate(quinn, ['lot', 'import', file])
  expect([unnamed.code, unnamed.err]).toEqual([
    1,
    expect.stringContaining('there is no column sample, result, unit, tested_at; there are Probe'),
  ])
  const preview = await cognate(quinn, ['lot', 'import', file, ...names, '--waiting', 'waiting.tsv'])
  const count = vectorTemplate.release.length
  expect([preview.code, preview.err.trim().split('\n')]).toEqual([
    1,
    [
      expect.stringContaining(`lab.csv:${count + 2}: no lot has a sample "V-9-S0"`),
      `${count} of ${count + 1} rows match, 1 wait; nothing was entered: say --enter`,
    ],
  ])
  expect(rowsOf(preview.out).map(row => [row.lot, row.verdict])).toEqual(vectorTemplate.release.map(() => ['V-3', 'pass']))
  expect(rowsOf(readFileSync(join(site.folder, 'waiting.tsv'), 'utf8'))).toMatchObject([{ sample: 'V-9-S0', code: 'sample-unknown' }])
  expect(fine(await quinn.get('/lots/V-3/file')).body.results).toEqual([])
  const entered = await cognate(quinn, ['lot', 'import', file, ...names, '--enter'], () => ({
    COGNATE_PASSWORD: quinn.password,
    COGNATE_CODE: quinn.code(),
  }))
  expect([entered.code, entered.err.trim().split('\n').at(-1)]).toEqual([1, `${count} of ${count + 1} rows entered, 1 wait`])
  const results = fine(await quinn.get('/lots/V-3/file')).body.results as { data: Record<string, string> }[]
  expect(results.map(row => [row.data.analyst, row.data.verdict])).toEqual(vectorTemplate.release.map(() => ['quinn', 'pass']))
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex')
  expect(new Set(results.map(row => row.data.attachment_sha256))).toEqual(new Set([sha256]))
  // a second time nothing is left to enter
  const again = await cognate(quinn, ['lot', 'import', file, ...names, '--enter'])
  expect([again.code, again.err.match(/result-there/g)?.length]).toEqual([1, count])
})

test('`cognate lot import` reads HL7 messages by a mapping; what is preliminary or not mapped waits', async () => {
  await makeVector('V-4', 'C-TCR-1')
  const at = `${site.clock.iso.replaceAll(/[-:T]/g, '').slice(0, 14)}+0000`
  const observations = vectorTemplate.release.flatMap((one, i) => [
    `OBR|${i + 1}`,
    one.text_limit === null
      ? `OBX|1|NM|T${i}||${one.high !== null ? '0.5' : '250000'}|U${i}|||||F|||${at}`
      : `OBX|1|CWE|T${i}||PASS${i}^passes||||||F|||${at}`,
    `SPM|1|V-4-S${i}`,
  ])
  const pending = ['OBR|9', `OBX|1|NM|T0||1|U0|||||P|||${at}`, `OBX|2|NM|ALB||41|g/L|||||F|||${at}`, 'SPM|1|V-4-S0']
  const file = join(site.folder, 'results.hl7')
  writeFileSync(file, [`MSH|^~\\&|LAB|SITE|||${at}||ORU^R01|M1|P|2.5.1`, ...observations, ...pending].join('\r'))
  const unmapped = await cognate(quinn, ['lot', 'import', file])
  expect([unmapped.code, unmapped.err]).toEqual([1, expect.stringContaining('--mapping FILE.yaml')])
  const mapping = [
    'hl7: made laboratory',
    'subject: not-sent',
    'tests:',
    ...vectorTemplate.release.map((one, i) => `  - {code: T${i}, test: ${JSON.stringify(one.name)}}`),
    `units: {${vectorTemplate.release.map((one, i) => `U${i}: ${JSON.stringify(one.unit)}`).join(', ')}}`,
    `words: {${vectorTemplate.release.flatMap((one, i) => (one.text_limit === null ? [] : `PASS${i}: ${JSON.stringify(one.text_limit)}`)).join(', ')}}`,
  ]
  writeFileSync(join(site.folder, 'laboratory.yaml'), mapping.join('\n'))
  const entered = await cognate(quinn, ['lot', 'import', file, '--mapping', 'laboratory.yaml', '--enter'], () => ({
    COGNATE_PASSWORD: quinn.password,
    COGNATE_CODE: quinn.code(),
  }))
  const count = vectorTemplate.release.length
  expect(entered.err.trim().split('\n').slice(-3)).toEqual([
    expect.stringMatching(/results\.hl7:\d+: .* of V-4-S0 is preliminary; wait for the final result \[hl7-not-final\]/),
    expect.stringMatching(/results\.hl7:\d+: the mapping does not know ALB; .* \[hl7-code\]/),
    `${count} of ${count + 2} rows entered, 2 wait`,
  ])
  const results = fine(await quinn.get('/lots/V-4/file')).body.results as { data: Record<string, string> }[]
  expect(results.map(row => row.data.verdict)).toEqual(vectorTemplate.release.map(() => 'pass'))
  // a message may hold a document, and is larger than a request mostly is
  const document = `OBX|3|ED|PDF||^application^pdf^Base64^${'JVBERi0x'.repeat(250_000)}||||||F`
  writeFileSync(file, `${readFileSync(file, 'utf8')}\r${document}`)
  const large = await cognate(quinn, ['lot', 'import', file, '--mapping', 'laboratory.yaml'])
  expect(large.err).toContain('the mapping does not know PDF')
  writeFileSync(join(site.folder, 'laboratory.yaml'), mapping.join('\n').replace('units:', 'unit:'))
  const misspelt = await cognate(quinn, ['lot', 'import', file, '--mapping', 'laboratory.yaml'])
  expect([misspelt.code, misspelt.err]).toEqual([1, expect.stringContaining('did you mean "units"?')])
})

test('`cognate lot import` reads FHIR observations by a mapping, and the lot’s own bundle gives back what was entered', async () => {
  await makeVector('V-5', 'C-TCR-1')
  const observation = (i: number, more: Readonly<Record<string, unknown>>) => ({
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ code: `T${i}` }] },
      specimen: { identifier: { value: `V-5-S${i}` } },
      effectiveDateTime: site.clock.iso,
      ...more,
    },
  })
  const entry = vectorTemplate.release.map((one, i) =>
    one.text_limit === null
      ? observation(i, { valueQuantity: { value: one.high !== null ? 0.5 : 250000, unit: one.unit } })
      : observation(i, { valueCodeableConcept: { coding: [{ code: `PASS${i}` }], text: 'passes' } }),
  )
  entry.push(observation(0, { status: 'preliminary', valueQuantity: { value: 1 } }))
  const file = join(site.folder, 'results.fhir.json')
  // all in one line, as systems write it
  writeFileSync(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }))
  const mapping = (first: string, tests: readonly string[], rest: readonly string[]) =>
    [first, 'subject: not-sent', 'tests:', ...tests, ...rest].join('\n')
  const tests = vectorTemplate.release.map((one, i) => `  - {code: T${i}, test: ${JSON.stringify(one.name)}}`)
  const words = vectorTemplate.release.flatMap((one, i) => (one.text_limit === null ? [] : `PASS${i}: ${JSON.stringify(one.text_limit)}`))
  writeFileSync(join(site.folder, 'fhir.yaml'), mapping('fhir: made laboratory', tests, [`words: {${words.join(', ')}}`]))
  writeFileSync(join(site.folder, 'hl7.yaml'), mapping('hl7: made laboratory', tests, []))
  const other = await cognate(quinn, ['lot', 'import', file, '--mapping', 'hl7.yaml'])
  expect([other.code, other.err]).toEqual([1, expect.stringContaining('these are FHIR resources, and the mapping is of hl7')])
  const entered = await cognate(quinn, ['lot', 'import', file, '--mapping', 'fhir.yaml', '--enter'], () => ({
    COGNATE_PASSWORD: quinn.password,
    COGNATE_CODE: quinn.code(),
  }))
  const count = vectorTemplate.release.length
  expect(entered.err.trim().split('\n').slice(-2)).toEqual([
    expect.stringMatching(/results\.fhir\.json:1: .* of V-5-S0 is preliminary; wait for the final result \[fhir-not-final\]/),
    `${count} of ${count + 1} rows entered, 1 wait`,
  ])
  const results = fine(await quinn.get('/lots/V-5/file')).body.results as { data: Record<string, string> }[]
  expect(results.map(row => row.data.verdict)).toEqual(vectorTemplate.release.map(() => 'pass'))
  // and back: nobody has reviewed them, so that they are preliminary in the bundle
  const system = 'https://cognate.example/fhir'
  const ours = fhirMappingSchema.parse({
    fhir: 'ourselves',
    subject: 'not-sent',
    sample: { system: `${system}/sample` },
    tests: vectorTemplate.release.map(({ name }) => ({ code: name, system: `${system}/release-test`, test: name })),
    words: Object.fromEntries(vectorTemplate.release.flatMap(one => (one.text_limit == null ? [] : [[one.text_limit, one.text_limit]]))),
  })
  const { out } = await cognate(quinn, ['lot', 'fhir', 'V-5'])
  const read = value(parseFhir(out))
  expect(fhirResults(read, ours).waiting.map(({ issue }) => issue.code)).toEqual(results.map(() => 'fhir-not-final'))
  const { table } = fhirResults(value(parseFhir(out.replaceAll('"preliminary"', '"final"'))), ours)
  const get = columnReader(table.columns)
  const cells = (name: string) => table.rows.map(row => get(row, name)).sort()
  for (const [name, column] of [
    ['test', 'test'],
    ['result', 'raw'],
    ['unit', 'unit'],
    ['tested_at', 'tested_at'],
  ] as const)
    expect(cells(name)).toEqual(results.map(({ data }) => data[column]).sort())
  // every element comes back as it was
  const whole = value(parseExactJson(out)).value as { readonly entry: readonly { readonly resource: unknown }[] }
  expect(read.resources.map(({ resource }) => resource)).toEqual(whole.entry.map(({ resource }) => resource))
  expect(exactJsonText(whole).trim()).toBe(out.trim())
})

test('[Annex 11 11] the periodic report counts what was done, signed and refused, and what is open at its end', async () => {
  const [out, access] = [join(site.folder, 'whole'), join(site.folder, 'access')]
  for (const [folder, log] of [
    [out, 'record'],
    [access, 'access'],
  ] as const) {
    const exported = await exportRecord(site.record, { out: folder, log })
    if (!exported.ok) expect.fail(exported.issue.what)
  }
  const counts = (period: { since: string; until: string }) => {
    const found = reportExport(out, access, period)
    if (!found.ok) expect.fail(found.issue.what)
    return new Map(found.value.lines.map(line => [`${line.section}: ${line.what}`, line.count]))
  }
  const year = counts({ since: '2026-01-01', until: '2027-01-01' })
  const events = readFileSync(join(out, 'events.ndjson'), 'utf8').trimEnd().split('\n')
  const ofSection = (section: string) => [...year].filter(([what]) => what.startsWith(section)).reduce((sum, [, n]) => sum + n, 0)
  expect([ofSection('commands done'), ofSection('events, by account')]).toEqual([events.length, events.length])
  expect(ofSection('signatures, by meaning')).toBe(events.filter(line => !line.includes('"signature":null')).length)
  expect(Object.fromEntries([...year].filter(([what]) => /^(deviations|investigations|lots)/.test(what)))).toEqual({
    'deviations: opened': 2,
    'deviations: closed': 2,
    'deviations: open at the end': 0,
    'investigations of results: opened': 2,
    'investigations of results: invalidated': 1,
    'investigations of results: open at the end: L-1:sterility:1:oos': 1,
    'lots at the end: stored, released': 2,
    'lots at the end: stored, recalled': 1,
    'lots at the end: stored, undecided': 3,
  })
  expect([year.get('stops and consequences: identity-mismatch'), year.get('refusals: separation-second-person (lot.verify)')]).toEqual([
    expect.any(Number),
    tcrt.steps.filter(step => step.second_person && step.id !== 'pbmc').length,
  ])
  // before the late result nothing of it is known
  const until = new Date(site.clock.time - 5 * DAY).toISOString().slice(0, 10)
  const before = counts({ since: '2026-01-01', until })
  expect([before.get('lots at the end: stored, conditional'), before.get('lots at the end: stored, recalled')]).toEqual([1, undefined])
  expect(before.get('investigations of results: open at the end')).toBe(0)
  const none = counts({ since: '2030-01-01', until: '2031-01-01' })
  expect([...none].filter(([what, n]) => n > 0 && !/at the end/.test(what))).toEqual([])
})

test('[11.10(b)] [11.10(e)] [11.30] [Annex 11 5] [Annex 11 8] [Annex 11 9] [Annex 11 17] the whole record of that lot is exported and verified offline, and a part of it too', async () => {
  const key = formatVerifierKey(site.record.store.logs.record.signer.key)
  const out = join(site.folder, 'export')
  const exported = await exportRecord(site.record, { out })
  if (!exported.ok) expect.fail(exported.issue.what)
  expect(exported.value.events).toBeGreaterThan(150)
  const checked = verifyExport({ folder: out, keys: [key], since: [join(site.folder, 'checkpoints/record.txt')] })
  if (!checked.ok) expect.fail(checked.issue.what)
  expect([checked.value.findings, checked.value.proven, checked.value.size]).toEqual([[], true, exported.value.size])
  expect(checked.value.signatures).toBeGreaterThan(100)
  expect(checked.value.independentCheckpoints).toBeGreaterThan(1)
  const part = join(site.folder, 'part')
  const partial = await exportRecord(site.record, { out: part, lot: 'V-1' })
  if (!partial.ok) expect.fail(partial.issue.what)
  const partChecked = verifyExport({ folder: part, keys: [key], since: [] })
  if (!partChecked.ok) expect.fail(partChecked.issue.what)
  expect([partChecked.value.findings, partChecked.value.size]).toEqual([[], partial.value.events])
  expect(partial.value.events).toBeLessThan(exported.value.events)
})

test('who was given changed cells is followed for fifteen years: due, entered, refused, and told when it is positive', async () => {
  const board = async () => fine(await carl.get('/follow-up-board')).body as { today: string; lines: FollowUpLine[] }
  const [line] = (await board()).lines
  expect(line).toMatchObject({ subject: 'ST1-001', lot: 'L-1', infusion: 'ORD-1:L-1-B1', overdue: 0 })
  expect([line!.visits.length, line!.visits[0]!.state, line!.visits.at(-1)!.due]).toEqual([
    18,
    'due',
    `${Number(line!.given_on.slice(0, 4)) + 15}${line!.given_on.slice(4)}`,
  ])
  const enter = (person: Person, body: object, infusion = 'ORD-1:L-1-B1') =>
    person.do(`/infusions/${infusion}/follow-ups`, {
      visit: 'baseline',
      outcome: 'negative',
      collected_at: site.clock.iso,
      method: 'PCR',
      ...body,
    })
  refusedAs(await enter(olga, {}), 'role')
  refusedAs(await enter(quinn, { visit: 'month-4' }), 'follow-up')
  refusedAs(await enter(quinn, { collected_at: new Date(site.clock.time + DAY).toISOString() }), 'time')
  refusedAs(await enter(quinn, { outcome: 'missed' }), 'reason')
  refusedAs(await enter(quinn, {}, 'ORD-1:L-1-B2'), 'not-found')
  fine(await enter(quinn, {}))
  refusedAs(await enter(quinn, {}), 'follow-up')
  site.clock.forward(200 * DAY)
  expect((await board()).lines[0]!.visits.slice(0, 3).map(visit => visit.state)).toEqual(['done', 'overdue', 'due'])
  fine(await enter(quinn, { visit: 'month-3', outcome: 'missed', reason: 'the person was abroad' }))
  // taken later after all
  fine(await enter(quinn, { visit: 'month-3', outcome: 'archived', reason: 'taken on return' }))
  const positive = fine(await enter(quinn, { visit: 'month-6', outcome: 'positive' }))
  expect(positive.body.alerts).toEqual([
    { to: ['qa', 'physician', 'coordinator'], text: expect.stringMatching(/^ST1-001: replication-competent virus at month-6; .*V-1/) },
  ])
  const { out, err } = await cognate(carl, ['infusion', 'follow-up', '--all'])
  expect(
    rowsOf(out)
      .slice(0, 3)
      .map(row => [row.visit, row.state, row.outcome]),
  ).toEqual([
    ['baseline', 'done', 'negative'],
    ['month-3', 'done', 'archived'],
    ['month-6', 'done', 'positive'],
  ])
  expect(err).toBe('')
}, 240_000)

test('the lot as a FHIR bundle is valid by the R4 definitions, resource by resource; decimals keep their digits', async () => {
  const { code, out } = await cognate(anna, ['lot', 'fhir', 'L-1'])
  expect(code).toBe(0)
  const bundle = JSON.parse(out) as { entry: readonly { resource: Record<string, unknown> & { resourceType: string; id: string } }[] }
  const resources = bundle.entry.map(({ resource }) => resource)
  const fhir = new Fhir()
  const wrong = resources.flatMap(resource =>
    fhir
      .validate(resource, { errorOnUnexpected: true })
      .messages.filter(message => message.severity === 'error' || message.severity === 'fatal')
      .map(message => `${resource.resourceType}/${resource.id} ${message.location}: ${message.message}`),
  )
  expect(wrong).toEqual([])
  const counts: Record<string, number> = {}
  for (const { resourceType } of resources) counts[resourceType] = (counts[resourceType] ?? 0) + 1
  const results = fine(await anna.get('/results?parent=L-1&limit=500')).body.results as { id: string; data: { raw: string } }[]
  const signatures = fine(await anna.get('/lots/L-1/certificate')).body.signatures.length
  expect(counts).toEqual({
    Patient: 1,
    Specimen: 1,
    BiologicallyDerivedProduct: 2,
    Observation: results.length + 3,
    Procedure: 1,
    MedicationAdministration: 3,
    Provenance: signatures,
  })
  expect(new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`)).size).toBe(resources.length)
  const references = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`))
  for (const [, reference] of out.matchAll(/"reference": "([^"]+)"/g)) expect(references).toContain(reference)
  for (const { data } of results) {
    const number = /^([<>]?)\s*(\d.*)$/.exec(data.raw)
    if (number !== null) expect(out).toContain(`"value": ${number[2]}`)
  }
  expect(resources.filter(one => one.resourceType === 'BiologicallyDerivedProduct').map(one => one.status)).toEqual([
    'unavailable',
    'unavailable',
  ])
  expect(out).not.toContain('birth')
  // whom it was taken from, as the label of the bag and the partners of the site call it
  expect(resources.find(one => one.resourceType === 'Specimen')!.identifier).toContainEqual({
    system: 'https://www.isbt128.org/uri/DonationIdentificationNumber',
    value: DONATION,
  })
  expect(out.match(/A0001-COI-77/g)?.length).toBe(2)

  // R5: the products carry their source, part, state, expiry and properties; no element of R4 that R5 has no more
  const r5 = await cognate(anna, ['lot', 'fhir', 'L-1', '--release', 'R5'])
  const five = (JSON.parse(r5.out) as typeof bundle).entry.map(({ resource }) => resource)
  expect(five.map(({ resourceType, id }) => `${resourceType}/${id}`)).toEqual(
    resources.map(({ resourceType, id }) => `${resourceType}/${id}`),
  )
  const products = five.filter(one => one.resourceType === 'BiologicallyDerivedProduct')
  const R5_ELEMENTS =
    'resourceType id productCategory productCode parent request identifier biologicalSourceEvent processingFacility division productStatus expirationDate collection storageTempRequirements property'
  for (const product of products) {
    expect(R5_ELEMENTS.split(' ')).toEqual(expect.arrayContaining(Object.keys(product)))
    expect(product.biologicalSourceEvent).toMatchObject({ value: DONATION })
  }
  expect(products.map(({ division }) => division)).toEqual(['1 of 2', '2 of 2'])
  expect(r5.out).not.toMatch(/performedDateTime|medicationCodeableConcept/)
  expect(five.filter(one => one.resourceType === 'MedicationAdministration').map(one => typeof one.occurenceDateTime)).toEqual([
    'string',
    'string',
    'string',
  ])
  refusedAs(await anna.get('/lots/L-1/fhir?release=R6'), 'input')
}, 240_000)

test('a study’s rows for the statistician: what was given and what was not, specimens, and results, as SDTM; another study is not there', async () => {
  const out = mkdtempSync(join(tmpdir(), 'cognate-rows-'))
  expect(await cognate(anna, ['trial', 'rows', '--study', 'ST-1', '--out', out])).toMatchObject({
    code: 0,
    err: expect.stringContaining('ex.csv'),
  })
  const table = (name: string) => rowsOf(readFileSync(join(out, `${name}.csv`), 'utf8'), ',')
  const ex = table('ex')
  expect(ex.map(row => [row.USUBJID, row.EXSEQ, row.EXTRT, row.EXLOT, row.EXREFID, row.EXDOSU])).toEqual(
    expect.arrayContaining([['ST1-001', '1', 'TCR-T CELLS', 'L-1', 'L-1-B1', 'CELLS']]),
  )
  const ec = table('ec')
  const withheld = ec.filter(row => row.ECOCCUR === 'N')
  expect(withheld.every(row => row.ECDOSE === '')).toBe(true)
  expect(withheld.map(row => [row.ECTRT === 'TCR-T CELLS', row.ECDOSE])).toContainEqual([false, ''])
  expect(withheld.filter(row => row.ECTRT !== 'TCR-T CELLS').every(row => row.ECREASOC !== '')).toBe(true)
  expect(ec.filter(row => row.ECOCCUR === 'Y').length).toBe(ex.length)
  const be = table('be')
  expect(be.map(row => `${row.USUBJID} ${row.BEREFID} ${row.BETERM}`)).toEqual(
    expect.arrayContaining(['ST1-001 APH-1 COLLECTING', 'ST1-001 L-1-B1 ADMINISTERING', 'ST1-002 APH-2 RECEIVING']),
  )
  const bs = table('bs')
  const lot = fine(await anna.get('/results?parent=L-1&limit=500')).body.results as { data: { raw: string; status: string } }[]
  expect(
    bs
      .filter(row => row.BSREFID === 'L-1')
      .map(row => row.BSORRES)
      .toSorted(),
  ).toEqual(
    lot
      .filter(({ data }) => data.status !== 'invalidated')
      .map(({ data }) => data.raw)
      .toSorted(),
  )
  const codes = new Map(bs.map(row => [row.BSTEST, row.BSTESTCD!]))
  expect(new Set(codes.values()).size).toBe(codes.size)
  expect([...codes.values()].every(code => /^[A-Z][A-Z0-9]{0,7}$/.test(code))).toBe(true)
  for (const rows of [ex, ec, be, bs]) expect(new Set(rows.map(row => row.STUDYID))).toEqual(new Set(['ST-1']))
  refusedAs(await anna.get('/studies/ST-9/tables'), 'not-found')
  rmSync(out, { recursive: true, force: true })
}, 240_000)

test('donors of feeder cells are records of their own: an ineligible one gives no cells, and a recall that starts at a donor finds the lots', async () => {
  const donor = {
    purpose: 'feeder',
    eligibility: 'eligible',
    evaluation_sha256: 'ab'.repeat(32),
    reason: 'evaluation of the blood service',
  }
  for (const id of ['FD-1', 'FD-2']) fine(await anna.do('/donors', { id, ...donor }))
  fine(await anna.do('/donors', { id: 'FD-3', ...donor, donation_number: 'A999926000001' }))
  refusedAs(await anna.do('/donors', { id: 'FD-3', ...donor, donation_number: 'A999926000002' }), 'donor-number')
  fine(await anna.do('/donors', { id: 'FD-2', ...donor, eligibility: 'ineligible', reason: 'a late finding' }))
  const pool = {
    id: 'FEED-1',
    name: 'irradiated feeder cells',
    supplier: 'Synthetic Blood Service',
    supplier_lot: 'P7',
    expires: '2026-12-31',
    zone: 'Z',
    received: '10',
    unit: 'vial',
  }
  refusedAs(await olga.do('/materials', { ...pool, donors: ['FD-1', 'FD-2'] }), 'donor-ineligible')
  refusedAs(await olga.do('/materials', { ...pool, donors: ['FD-1', 'FD-1'] }), 'donor-twice')
  refusedAs(await olga.do('/materials', { ...pool, donors: ['FD-9'] }), 'not-found')
  fine(await olga.do('/materials', { ...pool, donors: ['FD-1', 'FD-3'] }))
  expect(fine(await anna.get('/recalls/donor:FD-3')).body.affected).toEqual(['material:FEED-1'])
  // a recall is a case: its list is the genealogy's, lots and bags are on hold at once, and it closes when each item has its disposition
  const start = 'construct:C-TCR-2'
  const affected = fine(await anna.get(`/recalls/${start}`)).body.affected as string[]
  expect(affected).toEqual(expect.arrayContaining(['lot:V-2', 'lot:L-1', 'container:L-1-B2']))
  const wanted = { id: 'RC-1', start, affected, reason: 'a wrong base was found in the insert' }
  refusedAs(await anna.do('/recall-cases', { ...wanted, affected: affected.slice(1) }), 'recall-scope')
  refusedAs(await anna.do('/recall-cases', { ...wanted, affected: [...affected, 'lot:OTHER'] }), 'recall-scope')
  refusedAs(await olga.do('/recall-cases', wanted), 'role')
  const opened = fine(await anna.do('/recall-cases', wanted))
  expect(opened.body.alerts[0].text).toMatch(/^recall RC-1 of construct:C-TCR-2: a wrong base .*; \d+ lots, \d+ containers, 1 infusions$/)
  for (const lot of ['V-2', 'L-1']) {
    expect(fine(await anna.get(`/lots/${lot}`)).body.data.holds).toContain('recall RC-1')
    const containers = fine(await anna.get(`/containers?parent=${lot}`)).body.containers as { data: { holds: string[] } }[]
    expect(containers.every(({ data }) => data.holds.includes('recall RC-1'))).toBe(true)
  }
  refusedAs(await anna.do('/recall-cases/RC-1/closing', { reason: 'done' }), 'recall-open-items')
  refusedAs(
    await anna.do('/recall-cases/RC-1/dispositions', { items: ['lot:OTHER'], disposition: 'destroyed', reason: 'x' }),
    'recall-item',
  )
  const given = affected.filter(item => item.startsWith('infusion:'))
  const others = affected.filter(item => !given.includes(item))
  // nothing is made of what is recalled
  const vector = (construct: string) =>
    olga.do('/lots', { product_type: 'VECTOR', id: 'V-9', template: 'gammaretro-supernatant:1.0.0', site: 'site-a', construct })
  refusedAs(await vector('C-TCR-2'), 'construct-recalled')
  for (const [items, disposition] of [
    [given, 'person-informed'],
    [others, 'quarantined'],
  ] as const)
    fine(await anna.do('/recall-cases/RC-1/dispositions', { items, disposition, reason: 'as the recall plan says' }))
  fine(await anna.do('/recall-cases/RC-1/closing', { reason: 'every item has its disposition' }))
  refusedAs(await vector('C-TCR-2'), 'construct-recalled')
  refusedAs(await anna.do('/recall-cases/RC-1/closing', { reason: 'again' }), 'recall-closed')
  expect(fine(await anna.get('/recall-cases/RC-1')).body.data.status).toBe('closed')
  // something more was made of the start meanwhile: it has to be taken in first. Of a construct about which nothing has to be done, lots are planned again
  const ofSelection = async () => fine(await anna.get('/recalls/selection:SEL-1')).body.affected as string[]
  const before = await ofSelection()
  fine(await anna.do('/recall-cases', { id: 'RC-4', start: 'selection:SEL-1', affected: before, reason: 'its evidence is doubted' }))
  const decideAll = (items: readonly string[]) =>
    anna.do('/recall-cases/RC-4/dispositions', { items, disposition: 'no-action', reason: 'the evidence stands' })
  fine(await decideAll(before))
  const corrected = { id: 'C-TCR-2B', selection: 'SEL-1', receptor: 'TCR-2', insert_sha256: 'ee'.repeat(32), origin: [] }
  fine(await olga.do('/constructs', corrected))
  refusedAs(await anna.do('/recall-cases/RC-4/closing', { reason: 'done' }), 'recall-scope')
  fine(await anna.do('/recall-cases/RC-4/items', { affected: await ofSelection(), reason: 'made since' }))
  refusedAs(await vector('C-TCR-2B'), 'construct-recalled')
  fine(await decideAll(['construct:C-TCR-2B']))
  fine(await anna.do('/recall-cases/RC-4/closing', { reason: 'all stands' }))
  refusedAs(await vector('C-TCR-2'), 'construct-recalled')
  fine(await vector('C-TCR-2B'))
  expect(fine(await anna.get('/trace/FEED-1')).body.from.map((hop: { node: string }) => hop.node)).toEqual(['donor:FD-1', 'donor:FD-3'])
  refusedAs(await olga.do('/donors', { id: 'FD-4', ...donor }), 'role')

  // a donor found ineligible after the pool was received: it is not released, and once released not used
  const finding = { id: 'FD-3', ...donor, eligibility: 'ineligible', reason: 'a late finding' }
  expect(fine(await anna.do('/donors', finding)).body.alerts).toEqual([
    { to: ['qa'], text: 'donor FD-3 is not eligible: a late finding; what the cells went into: cognate lot recall donor:FD-3' },
  ])
  const decide = (status: string) => anna.do('/materials/FEED-1/decision', { status, reason: 'microscopy' })
  refusedAs(await decide('released'), 'donor-ineligible')
  fine(await anna.do('/donors', { id: 'FD-3', ...donor }))
  fine(await decide('released'))
  fine(await olga.do('/lots/V-9/opening', {}))
  fine(await anna.do('/donors', finding))
  const first = vectorTemplate.steps[0]!
  for (const name of first.equipment)
    fine(
      await anna.do('/equipment', {
        id: supplies.get(name),
        name,
        calibrated_until: '2028-01-01',
        zone: 'Z',
        certificate_sha256: 'cc'.repeat(32),
      }),
    )
  refusedAs(await perform('V-9', first, {}, { 'FEED-1': '1' }), 'donor-ineligible')
  fine(await anna.do('/donors', { id: 'FD-3', ...donor }))
  fine(await perform('V-9', first, {}, { 'FEED-1': '1' }))
  // a recall that starts at a donor takes the pool out of use, with what it went into
  const reached = fine(await anna.get('/recalls/donor:FD-1')).body.affected as string[]
  expect(reached).toEqual(['lot:V-9', 'material:FEED-1'])
  fine(await anna.do('/recall-cases', { id: 'RC-2', start: 'donor:FD-1', affected: reached, reason: 'the blood service called' }))
  expect(fine(await anna.get('/materials/FEED-1')).body.data.status).toBe('quarantine')
  expect(fine(await anna.get('/lots/V-9')).body.data.holds).toContain('recall RC-2')
  // what a recall starts at is held with what it reached
  const ofVector = fine(await anna.get('/recalls/V-2')).body.affected as string[]
  fine(await anna.do('/recall-cases', { id: 'RC-3', start: 'lot:V-2', affected: ofVector, reason: 'a wrong titre' }))
  expect(fine(await anna.get('/lots/V-2')).body.data.holds).toContain('recall RC-3')
  // a material that is rejected after it was used holds what it went into, and nothing else
  const rejected = fine(await decide('rejected')).body
  expect(rejected.alerts).toEqual([
    { to: ['qa', 'physician'], text: 'irradiated feeder cells FEED-1 is rejected: microscopy; on hold for it: V-9' },
  ])
  expect(fine(await anna.get('/lots/V-9')).body.data.holds).toContain('material FEED-1 is rejected: microscopy')
  expect(fine(await anna.get('/lots/L-1')).body.data.holds).not.toContain('material FEED-1 is rejected: microscopy')
  fine(await anna.do('/lots/V-9/lifted-holds', { hold: 'material FEED-1 is rejected: microscopy', reason: 'washed out' }))
}, 240_000)
