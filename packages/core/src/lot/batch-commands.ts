// A lot from its plan to the store: planned on a template version, opened, harvested, stored, or given up. Whole in one file: one table, with the planning of its first command.
import { z } from 'zod'
import { add, compareRatios, fail, issue, ok, type Ratio, type Result, ZERO } from '../base/index.ts'
import {
  decimalSchema,
  defineCommand,
  existing,
  fresh,
  idSchema,
  type RecordCommand,
  type Row,
  type RowRef,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import { harvestStep, stepsUpTo } from './batch-template.ts'
import { type Coi, showCoi } from './coi.ts'
import {
  type ConstructData,
  coiSchema,
  placeOfCoi,
  type SelectionData,
  type SpecimenData,
  sameCoi,
  type TherapyData,
  therapyPath,
} from './identity-commands.ts'
import { type Arm, checkEvent, type LotData } from './lot.ts'
import { defineLotCommand, lotNeeds, lotPlace, lotWrite, openLotFile, whyIncomplete } from './lot-file.ts'
import { typedDecimal } from './quantity.ts'
import type { TemplateData } from './supply-commands.ts'

export const batchCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'lot.plan',
    path: 'lots',
    title: 'Plan a lot on a template version',
    action: 'record-step',
    input: z.discriminatedUnion('product_type', [
      z.strictObject({ product_type: z.literal('VECTOR'), id: idSchema, template: idSchema, site: idSchema, construct: idSchema }),
      z.strictObject({
        product_type: z.enum(['TCR-T', 'TIL', 'CAR-T']),
        id: idSchema,
        template: idSchema,
        coi: coiSchema,
        specimen: idSchema,
        selection: idSchema.optional(),
        arms: z
          .array(z.strictObject({ receptor: idSchema, construct: idSchema }))
          .max(50)
          .default([]),
      }),
    ]),
    needs(input, rows) {
      const own: RowRef[] = [
        { table: 'lot', id: input.id },
        { table: 'template', id: input.template },
      ]
      if (input.product_type === 'VECTOR') return { rows: [...own, { table: 'construct', id: input.construct }] }
      return {
        rows: [
          ...own,
          ...therapyPath(input.coi, rows),
          { table: 'specimen', id: input.specimen },
          ...(input.selection === undefined ? [] : [{ table: 'selection' as const, id: input.selection }]),
          ...input.arms.map(arm => ({ table: 'construct' as const, id: arm.construct })),
        ],
      }
    },
    place: (input, rows) => (input.product_type === 'VECTOR' ? { site: input.site, study: '' } : placeOfCoi(input.coi, rows)),
    decide(input, rows) {
      const unused = fresh(rows, 'lot', input.id)
      if (!unused.ok) return unused
      const template = existing<TemplateData>(rows, 'template', input.template)
      if (!template.ok) return template
      if (template.value.data.status !== 'approved')
        return fail(issue('template-status', `${input.template} is not approved`, 'have another person of quality assurance approve it'))
      const made = template.value.data.template.product_type
      if (made !== input.product_type)
        return fail(
          issue('template-type', `${input.template} is for ${made}, not ${input.product_type}`, 'choose a template of the product'),
        )
      const planned = input.product_type === 'VECTOR' ? planVector(input, rows) : planCells(input, rows)
      if (!planned.ok) return planned
      const data: LotData = {
        product_type: input.product_type,
        template: input.template,
        ...planned.value,
        stage: 'planned',
        disposition: 'undecided',
        holds: [],
        opened_at: '',
        opened_by: '',
        samples: {},
        proposed_by: '',
        medical_reason: '',
        notify: [],
      }
      return ok({
        entity: { table: 'lot', id: input.id },
        writes: [{ table: 'lot', id: input.id, parent: data.coi, data: data }],
        reason: `planned on ${input.template}`,
      })
    },
  }),
  defineCommand({
    name: 'lot.open',
    path: 'lots/:id/opening',
    title: 'Begin the process',
    event: 'open',
    action: 'record-step',
    meaning: 'opened',
    input: z.strictObject({ id: idSchema }),
    needs(input, rows) {
      const lot = rows.peek<LotData>('lot', input.id)?.data
      const refs: RowRef[] = lot === undefined || lot.coi === '' ? [] : [{ table: 'specimen', id: lot.specimen }]
      return lotNeeds(input.id, rows, refs)
    },
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id }, rows, { at, actor }) {
      const file = openLotFile(id, rows, 'open')
      if (!file.ok) return file
      const { lot } = file.value
      if (lot.coi !== '') {
        const specimen = existing<SpecimenData>(rows, 'specimen', lot.specimen)
        if (!specimen.ok) return specimen
        const same = sameCoi(`specimen ${lot.specimen}`, specimen.value.data.coi, lot.coi)
        if (!same.ok) return same
      }
      return ok({
        entity: { table: 'lot', id },
        writes: [lotWrite(file.value, { stage: 'in-process', opened_at: at, opened_by: actor.account })],
        reason: 'opened',
      })
    },
  }),
  defineLotCommand('harvest', {
    name: 'lot.harvest',
    path: 'lots/:id/harvest',
    title: 'End the culture and pool the arms',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, shares: z.record(idSchema, decimalSchema).default({}) }),
    decide({ id, shares }, file) {
      const incomplete = stepsUpTo(file.template, harvestStep(file.template).id)
        .map(step => whyIncomplete(file, step))
        .filter(why => why !== undefined)
      if (incomplete.length > 0)
        return fail(
          issue(
            'steps-incomplete',
            `lot ${id} cannot be harvested: ${incomplete.join('; ')}`,
            'perform and verify the steps, or close their deviations',
          ),
        )
      const arms = poolArms(file.lot.arms, shares)
      if (!arms.ok) return arms
      return ok({ entity: { table: 'lot', id }, writes: [lotWrite(file, { stage: 'harvested', arms: arms.value })], reason: 'harvested' })
    },
  }),
  defineLotCommand('store', {
    name: 'lot.store',
    path: 'lots/:id/storage',
    title: 'Store the labelled containers, samples taken for every test',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, samples: z.record(z.string().min(1).max(200), idSchema), place: textSchema }),
    decide({ id, samples, place }, file) {
      const incomplete = file.template.steps.map(step => whyIncomplete(file, step)).filter(why => why !== undefined)
      if (incomplete.length > 0)
        return fail(
          issue(
            'steps-incomplete',
            `lot ${id} cannot be stored: ${incomplete.join('; ')}`,
            'perform and verify the steps, or close their deviations',
          ),
        )
      if (file.containers.length === 0) return fail(issue('containers', `lot ${id} has no container`, 'fill one first'))
      const loose = file.containers.find(
        ({ data }) =>
          data.labels.filter(label => label.state === 'applied').length !== 1 || data.labels.some(label => label.state === 'printed'),
      )
      if (loose !== undefined)
        return fail(
          issue(
            'labels',
            `container ${loose.id} is not reconciled: ${loose.data.labels.map(label => `${label.serial} ${label.state}`).join(', ') || 'no label'}`,
            'printed must equal applied plus destroyed, with exactly one applied',
          ),
        )
      const untaken = file.template.release.filter(test => !Object.hasOwn(samples, test.name)).map(test => test.name)
      if (untaken.length > 0)
        return fail(issue('samples', `no sample was taken for ${untaken.join(', ')}`, 'take a sample for every test of the specification'))
      const unknown = Object.keys(samples).find(name => !file.template.release.some(test => test.name === name))
      if (unknown !== undefined)
        return fail(
          issue(
            'samples',
            `the specification has no test "${unknown}"`,
            `its tests are ${file.template.release.map(test => test.name).join(', ')}`,
          ),
        )
      return ok({
        entity: { table: 'lot', id },
        writes: [
          lotWrite(file, { stage: 'stored', samples }),
          ...file.containers.map(
            (row): RowWrite => ({
              table: 'container',
              id: row.id,
              parent: id,
              data: { ...row.data, stage: 'stored', place },
            }),
          ),
        ],
        reason: `stored at ${place}`,
      })
    },
  }),
  defineCommand({
    name: 'lot.abort',
    path: 'lots/:id/abortion',
    title: 'Give a process up',
    event: 'abort',
    action: 'decide-quality',
    meaning: 'rejected',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, reason }, rows) {
      const row = existing<LotData>(rows, 'lot', id)
      if (!row.ok) return row
      const may = checkEvent(id, row.value.data, 'abort')
      if (!may.ok) return may
      return ok({
        entity: { table: 'lot', id },
        writes: [{ table: 'lot', id, parent: row.value.parent, data: { ...row.value.data, stage: 'aborted' } }],
        reason,
      })
    },
  }),
]

type Planned = Pick<LotData, 'site' | 'study' | 'coi' | 'subject' | 'specimen' | 'selection' | 'construct' | 'construct_sha256' | 'arms'>

/** Errors: `not-found`, `construct-recalled`. */
function constructInUse(id: string, rows: Rows): Result<Row<ConstructData>> {
  const construct = existing<ConstructData>(rows, 'construct', id)
  if (!construct.ok) return construct
  const { recalled_by } = construct.value.data
  return recalled_by === undefined
    ? construct
    : fail(issue('construct-recalled', `${id} is in the recall ${recalled_by}`, 'nothing is made of it; register the corrected insert'))
}

function planVector(input: { readonly site: string; readonly construct: string }, rows: Rows): Result<Planned> {
  const construct = constructInUse(input.construct, rows)
  if (!construct.ok) return construct
  return ok({
    site: input.site,
    study: '',
    coi: '',
    subject: '',
    specimen: '',
    selection: construct.value.data.selection,
    construct: input.construct,
    construct_sha256: construct.value.data.insert_sha256,
    arms: [],
  })
}

function planCells(
  input: {
    readonly product_type: string
    readonly coi: string
    readonly specimen: string
    readonly selection?: string | undefined
    readonly arms: readonly { readonly receptor: string; readonly construct: string }[]
  },
  rows: Rows,
): Result<Planned> {
  const therapy = existing<TherapyData>(rows, 'therapy', input.coi)
  if (!therapy.ok) return therapy
  const specimen = existing<SpecimenData>(rows, 'specimen', input.specimen)
  if (!specimen.ok) return specimen
  const same = sameCoi(`specimen ${input.specimen}`, specimen.value.data.coi, input.coi)
  if (!same.ok) return same
  const { subject, product_type } = therapy.value.data
  if (product_type !== input.product_type)
    return fail(
      issue(
        'lot-therapy',
        `${showCoi(input.coi as Coi)} is a ${product_type} therapy`,
        `plan a ${product_type} lot, or open another therapy`,
      ),
    )
  const { kind } = specimen.value.data
  if ((kind === 'tumour') !== (product_type === 'TIL'))
    return fail(
      issue(
        'lot-specimen',
        `specimen ${input.specimen} is ${kind}`,
        product_type === 'TIL' ? 'TIL are grown from tumour' : `${product_type} cells are made of leukapheresis or blood`,
      ),
    )
  const arms: Arm[] = []
  if (input.product_type === 'TCR-T') {
    if (input.selection === undefined || input.arms.length === 0)
      return fail(
        issue('lot-arms', 'a TCR-T lot needs its signed selection and an arm for each receptor', 'name the selection and the arms'),
      )
    const selection = existing<SelectionData>(rows, 'selection', input.selection)
    if (!selection.ok) return selection
    const own = sameCoi(`selection ${input.selection}`, selection.value.data.coi, input.coi)
    if (!own.ok) return own
    for (const arm of input.arms) {
      const construct = constructInUse(arm.construct, rows)
      if (!construct.ok) return construct
      const { receptor, selection: of, insert_sha256 } = construct.value.data
      if (receptor !== arm.receptor || of !== input.selection)
        return fail(
          issue(
            'arm-construct',
            `${arm.construct} is the insert of ${receptor} of the selection ${of}, not of ${arm.receptor} of ${input.selection}`,
            'name the construct of the receptor',
          ),
        )
      if (arms.some(one => one.receptor === receptor)) return fail(issue('lot-arms', `${receptor} has two arms`, 'one arm a receptor'))
      arms.push({ receptor, construct: arm.construct, construct_sha256: insert_sha256, vector_lot: '', share: '' })
    }
  }
  const { site, study } = placeOfCoi(input.coi, rows)
  return ok({
    site,
    study,
    coi: input.coi,
    subject,
    specimen: input.specimen,
    selection: input.selection ?? '',
    construct: '',
    construct_sha256: '',
    arms,
  })
}

/** Shares of the pooled product sum to 1 exactly. */
function poolArms(arms: readonly Arm[], shares: Readonly<Record<string, string>>): Result<readonly Arm[]> {
  if (arms.length === 0) return ok([])
  const pooled: Arm[] = []
  let sum: Ratio = ZERO
  for (const arm of arms) {
    const share = Object.hasOwn(shares, arm.receptor) ? shares[arm.receptor]! : undefined
    if (share === undefined)
      return fail(issue('arm-share', `the share of ${arm.receptor} is missing`, 'give a share for each arm; 0 leaves it out'))
    sum = add(sum, typedDecimal(share))
    pooled.push({ ...arm, share })
  }
  const unknown = Object.keys(shares).find(receptor => !arms.some(arm => arm.receptor === receptor))
  if (unknown !== undefined)
    return fail(issue('arm-unknown', `there is no arm for ${unknown}`, `the arms are ${arms.map(arm => arm.receptor).join(', ')}`))
  if (compareRatios(sum, { over: 1n, under: 1n }) !== 0)
    return fail(issue('arm-share', `the shares of the arms do not sum to 1`, 'correct the shares; they are compared exactly'))
  return ok(pooled)
}
