// The batch record: a lot is planned, opened, its steps performed, verified or left out under a deviation, vectors consumed, the culture harvested and stored.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { add, compareRatios, fail, issue, ok, parseDecimal, type Ratio, type Result } from '../base/index.ts'
import {
  decimalSchema,
  defineCommand,
  existing,
  fresh,
  idSchema,
  instantSchema,
  type RecordCommand,
  type RowRef,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import { harvestStep, stepsUpTo, type TemplateStep } from './batch-template.ts'
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
import type { Arm, LotData } from './lot.ts'
import { checkEvent } from './lot.ts'
import { type LotFile, lotNeeds, lotPlace, lotWrite, openLotFile, templateStep, whyIncomplete } from './lot-file.ts'
import { judgeResult, type Verdict } from './quantity.ts'
import { calibrated, type EquipmentData, type MaterialData, type MovementData, type TemplateData, usable } from './supply-commands.ts'

export type StepData = {
  readonly step: string
  readonly status: 'performed' | 'verified' | 'skipped'
  readonly performed_by: string
  readonly performed_at: string
  readonly recorded_at: string
  readonly verified_by: string
  readonly verified_at: string
  readonly values: {
    readonly [parameter: string]: {
      readonly value: string
      readonly unit: string
      readonly replicates: readonly string[]
      readonly verdict: Verdict
      readonly comment: string
    }
  }
  readonly materials: { readonly [material: string]: string }
  readonly equipment: readonly string[]
  readonly reason: string
}

export type DeviationData = {
  /** Empty where it is of the whole lot. */
  readonly step: string
  readonly class: 'minor' | 'major' | 'critical'
  readonly description: string
  readonly immediate_action: string
  readonly status: 'open' | 'closed'
  /** Does it stop the next step until it is closed? */
  readonly blocks: boolean
  readonly opened_by: string
  readonly impact: string
  readonly root_cause: string
  readonly corrective_action: string
  readonly closed_by: string
}

/** Performed and recorded further apart than this needs a reason. */
const LATE_ENTRY_MS = 15 * 60_000

const decimal = (text: string): Ratio => {
  const parsed = parseDecimal(text)
  if (!parsed.ok) throw new Error(`${text} passed the schema and is no decimal`)
  return parsed.value
}

const valueSchema = z.strictObject({
  value: z.string().min(1).max(200),
  unit: z.string().min(1).max(60),
  replicates: z.array(decimalSchema).max(20).default([]),
  comment: z.string().max(1000).default(''),
})

export const openDeviation = (
  lot: string,
  number: number,
  data: Pick<DeviationData, 'step' | 'class' | 'description' | 'immediate_action' | 'blocks' | 'opened_by'>,
): RowWrite => ({
  table: 'deviation',
  id: `${lot}:dev:${number}`,
  parent: lot,
  data: { ...data, status: 'open', impact: '', root_cause: '', corrective_action: '', closed_by: '' } satisfies DeviationData,
})

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
  defineCommand({
    name: 'lot.step',
    path: 'lots/:id/steps',
    title: 'Record a step as performed',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({
      id: idSchema,
      step: idSchema,
      performed_at: instantSchema,
      values: z.record(z.string().min(1).max(200), valueSchema).default({}),
      materials: z.record(idSchema, decimalSchema).default({}),
      equipment: z.array(idSchema).max(50).default([]),
      late_reason: z.string().max(1000).default(''),
    }),
    needs: ({ id, materials, equipment }, rows) => {
      const base = lotNeeds(id, rows, [
        ...Object.keys(materials).map(material => ({ table: 'material' as const, id: material })),
        ...equipment.map(one => ({ table: 'equipment' as const, id: one })),
      ])
      return { rows: base.rows ?? [], parents: [id, ...Object.keys(materials)] }
    },
    place: ({ id }, rows) => lotPlace(id, rows),
    decide(input, rows, { at, actor }) {
      const opened = openLotFile(input.id, rows, 'step')
      if (!opened.ok) return opened
      const file = opened.value
      const found = templateStep(file, input.step)
      if (!found.ok) return found
      const step = found.value
      if (file.steps.has(step.id))
        return fail(issue('step-done', `${step.id} is ${file.steps.get(step.id)!.data.status} already`, 'a correction is a deviation'))
      const waiting = step.after
        .map(id => whyIncomplete(file, file.template.steps.find(one => one.id === id)!))
        .find(why => why !== undefined)
      if (waiting !== undefined)
        return fail(issue('step-order', `${step.id} cannot be performed: ${waiting}`, 'finish what comes before it'))
      const timed = checkTime(input.performed_at, at, file.lot.opened_at, input.late_reason)
      if (!timed.ok) return timed
      const values = checkValues(step, input.values)
      if (!values.ok) return values
      const supplies = checkSupplies(file, step, input, rows, at)
      if (!supplies.ok) return supplies
      const data: StepData = {
        step: step.id,
        status: 'performed',
        performed_by: actor.account,
        performed_at: input.performed_at,
        recorded_at: at,
        verified_by: '',
        verified_at: '',
        values: values.value.values,
        materials: input.materials,
        equipment: input.equipment,
        reason: input.late_reason,
      }
      const stopped = values.value.stopped
      const deviation =
        stopped.length === 0
          ? []
          : [
              openDeviation(input.id, file.deviations.length + 1, {
                step: step.id,
                class: 'major',
                description: `out of limits: ${stopped.join('; ')}`,
                immediate_action: 'the next step waits for quality assurance',
                blocks: true,
                opened_by: actor.account,
              }),
            ]
      return ok({
        entity: { table: 'step', id: `${input.id}:${step.id}` },
        writes: [{ table: 'step', id: `${input.id}:${step.id}`, parent: input.id, data }, ...supplies.value, ...deviation],
        reason: input.late_reason === '' ? step.title : `${step.title}; entered late: ${input.late_reason}`,
        ...(stopped.length === 0 ? {} : { alerts: [{ to: ['qa' as const], text: `${input.id} ${step.id}: ${stopped.join('; ')}` }] }),
      })
    },
  }),
  defineCommand({
    name: 'lot.verify',
    path: 'lots/:id/verifications',
    title: 'Verify a performed step as the second person',
    action: 'record-step',
    meaning: 'verified',
    input: z.strictObject({ id: idSchema, step: idSchema }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, step }, rows, { at, actor }) {
      const opened = openLotFile(id, rows, 'verify')
      if (!opened.ok) return opened
      const found = templateStep(opened.value, step)
      if (!found.ok) return found
      const row = opened.value.steps.get(step)
      if (row === undefined || row.data.status !== 'performed')
        return fail(issue('step-state', `${step} is ${row?.data.status ?? 'not performed'}`, 'only a performed step is verified'))
      const other = separate('second-person', actor.account, [row.data.performed_by])
      if (!other.ok) return other
      const data: StepData = { ...row.data, status: 'verified', verified_by: actor.account, verified_at: at }
      return ok({ entity: { table: 'step', id: row.id }, writes: [{ table: 'step', id: row.id, parent: id, data }], reason: 'verified' })
    },
  }),
  defineCommand({
    name: 'lot.skip',
    path: 'lots/:id/skipped-steps',
    title: 'Leave a step out, under a deviation',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, step: idSchema, reason: textSchema }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, step, reason }, rows, { at, actor }) {
      const opened = openLotFile(id, rows, 'skip')
      if (!opened.ok) return opened
      const file = opened.value
      const found = templateStep(file, step)
      if (!found.ok) return found
      if (file.steps.has(step)) return fail(issue('step-done', `${step} is recorded already`, 'a correction is a deviation'))
      const data: StepData = {
        step,
        status: 'skipped',
        performed_by: actor.account,
        performed_at: at,
        recorded_at: at,
        verified_by: '',
        verified_at: '',
        values: {},
        materials: {},
        equipment: [],
        reason,
      }
      return ok({
        entity: { table: 'step', id: `${id}:${step}` },
        writes: [
          { table: 'step', id: `${id}:${step}`, parent: id, data },
          openDeviation(id, file.deviations.length + 1, {
            step,
            class: 'minor',
            description: `${step} was left out: ${reason}`,
            immediate_action: '',
            blocks: true,
            opened_by: actor.account,
          }),
        ],
        reason,
        alerts: [{ to: ['qa'], text: `${id}: ${step} was left out` }],
      })
    },
  }),
  defineCommand({
    name: 'lot.vector',
    path: 'lots/:id/vectors',
    title: 'Consume a released vector lot in its arm',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, receptor: idSchema, vector_lot: idSchema }),
    needs: ({ id, vector_lot }, rows) => lotNeeds(id, rows, [{ table: 'lot', id: vector_lot }]),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, receptor, vector_lot }, rows) {
      const opened = openLotFile(id, rows, 'vector')
      if (!opened.ok) return opened
      const { lot } = opened.value
      const arm = lot.arms.find(one => one.receptor === receptor)
      if (arm === undefined)
        return fail(
          issue('arm-unknown', `lot ${id} has no arm for ${receptor}`, `its arms are ${lot.arms.map(one => one.receptor).join(', ')}`),
        )
      if (arm.vector_lot !== '')
        return fail(
          issue('arm-vector', `the arm of ${receptor} has the vector lot ${arm.vector_lot} already`, 'a second addition is a deviation'),
        )
      const vector = existing<LotData>(rows, 'lot', vector_lot)
      if (!vector.ok) return vector
      const { data } = vector.value
      if (data.product_type !== 'VECTOR')
        return fail(issue('vector-type', `${vector_lot} is a ${data.product_type} lot`, 'scan the vector vial'))
      if (data.disposition !== 'released' || data.holds.length > 0)
        return fail(
          issue(
            'vector-status',
            `the vector lot ${vector_lot} is ${data.disposition}${data.holds.length > 0 ? `, on hold: ${data.holds.join('; ')}` : ''}`,
            'use a released vector lot',
          ),
        )
      if (data.construct_sha256 !== arm.construct_sha256)
        return fail(
          issue(
            'vector-insert',
            `the arm of ${receptor} is to carry ${arm.construct} (${arm.construct_sha256}); the vector lot ${vector_lot} carries ${data.construct} (${data.construct_sha256})`,
            `hard stop: find the right vial; see the selection ${lot.selection}`,
          ),
        )
      const arms = lot.arms.map(one => (one === arm ? { ...one, vector_lot } : one))
      return ok({
        entity: { table: 'lot', id },
        writes: [lotWrite(opened.value, { arms })],
        reason: `${vector_lot} into the arm of ${receptor}`,
      })
    },
  }),
  defineCommand({
    name: 'lot.harvest',
    path: 'lots/:id/harvest',
    title: 'End the culture and pool the arms',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, shares: z.record(idSchema, decimalSchema).default({}) }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, shares }, rows) {
      const opened = openLotFile(id, rows, 'harvest')
      if (!opened.ok) return opened
      const file = opened.value
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
  defineCommand({
    name: 'lot.store',
    path: 'lots/:id/storage',
    title: 'Store the labelled containers, samples taken for every test',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, samples: z.record(z.string().min(1).max(200), idSchema), place: textSchema }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide({ id, samples, place }, rows) {
      const opened = openLotFile(id, rows, 'store')
      if (!opened.ok) return opened
      const file = opened.value
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
  defineCommand({
    name: 'deviation.open',
    path: 'lots/:id/deviations',
    title: 'Open a deviation; a critical one puts the lot on hold',
    action: 'open-deviation',
    input: z.strictObject({
      id: idSchema,
      step: z.string().max(80).default(''),
      class: z.enum(['minor', 'major', 'critical']),
      description: textSchema,
      immediate_action: z.string().max(2000).default(''),
    }),
    needs: ({ id }, rows) => lotNeeds(id, rows),
    place: ({ id }, rows) => lotPlace(id, rows),
    decide(input, rows, { actor }) {
      const opened = openLotFile(input.id, rows, 'hold')
      if (!opened.ok) return opened
      const file = opened.value
      if (input.step !== '') {
        const step = templateStep(file, input.step)
        if (!step.ok) return step
      }
      const write = openDeviation(input.id, file.deviations.length + 1, {
        step: input.step,
        class: input.class,
        description: input.description,
        immediate_action: input.immediate_action,
        blocks: input.class !== 'minor',
        opened_by: actor.account,
      })
      const hold = input.class === 'critical' ? [lotWrite(file, { holds: [...file.lot.holds, `deviation ${write.id}`] })] : []
      return ok({
        entity: { table: 'deviation', id: write.id },
        writes: [write, ...hold],
        reason: input.description,
        alerts: [{ to: ['qa'], text: `${input.class} deviation on ${input.id}: ${input.description}` }],
      })
    },
  }),
  defineCommand({
    name: 'deviation.close',
    path: 'deviations/:id/closure',
    title: 'Close a deviation with impact, cause and corrective action',
    action: 'decide-quality',
    meaning: 'reviewed',
    input: z.strictObject({ id: idSchema, impact: textSchema, root_cause: textSchema, corrective_action: textSchema }),
    needs({ id }, rows) {
      const parent = rows.peek('deviation', id)?.parent
      return parent === undefined ? { rows: [{ table: 'deviation', id }] } : { ...lotNeeds(parent, rows, [{ table: 'deviation', id }]) }
    },
    place: ({ id }, rows) => lotPlace(rows.peek('deviation', id)?.parent ?? '', rows),
    decide({ id, ...closing }, rows, { actor }) {
      const row = existing<DeviationData>(rows, 'deviation', id)
      if (!row.ok) return row
      const { data, parent } = row.value
      if (data.status === 'closed') return fail(issue('deviation-closed', `${id} is closed`, 'open another one'))
      const other = separate('opener-closer', actor.account, [data.opened_by])
      if (!other.ok) return other
      const lot = existing<LotData>(rows, 'lot', parent)
      if (!lot.ok) return lot
      const holds = lot.value.data.holds.filter(hold => hold !== `deviation ${id}`)
      const unheld: RowWrite[] =
        holds.length === lot.value.data.holds.length
          ? []
          : [{ table: 'lot', id: parent, parent: lot.value.parent, data: { ...lot.value.data, holds } }]
      return ok({
        entity: { table: 'deviation', id },
        writes: [{ table: 'deviation', id, parent, data: { ...data, ...closing, status: 'closed', closed_by: actor.account } }, ...unheld],
        reason: closing.root_cause,
      })
    },
  }),
]

type Planned = Pick<LotData, 'site' | 'study' | 'coi' | 'subject' | 'specimen' | 'selection' | 'construct' | 'construct_sha256' | 'arms'>

function planVector(input: { readonly site: string; readonly construct: string }, rows: Rows): Result<Planned> {
  const construct = existing<ConstructData>(rows, 'construct', input.construct)
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
  const subject = therapy.value.data.subject
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
      const construct = existing<ConstructData>(rows, 'construct', arm.construct)
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

function checkTime(performed: string, at: string, opened: string, lateReason: string): Result<undefined> {
  const [then, now] = [Date.parse(performed), Date.parse(at)]
  if (then > now)
    return fail(
      issue('time', `performed at ${performed}, which is after now, ${at}`, 'correct the time; nothing is recorded before it happened'),
    )
  if (then < Date.parse(opened))
    return fail(issue('time', `performed at ${performed}, before the lot was opened at ${opened}`, 'correct the time'))
  if (now - then > LATE_ENTRY_MS && lateReason.trim() === '')
    return fail(
      issue(
        'late-entry',
        `performed at ${performed}, recorded at ${at}: more than 15 minutes apart`,
        'give `late_reason`: why it is entered only now',
      ),
    )
  return ok(undefined)
}

/** Each parameter of the step once, in its unit; outside an alert limit needs a comment, outside a stop limit opens a deviation. */
function checkValues(
  step: TemplateStep,
  given: Readonly<Record<string, z.infer<typeof valueSchema>>>,
): Result<{ readonly values: StepData['values']; readonly stopped: readonly string[] }> {
  const unknown = Object.keys(given).find(name => !step.parameters.some(parameter => parameter.name === name))
  if (unknown !== undefined)
    return fail(
      issue(
        'parameter-unknown',
        `${step.id} has no parameter "${unknown}"`,
        `its parameters are ${step.parameters.map(parameter => parameter.name).join(', ') || 'none'}`,
      ),
    )
  const values: Record<string, StepData['values'][string]> = {}
  const stopped: string[] = []
  for (const parameter of step.parameters) {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined
    if (value === undefined)
      return fail(
        issue(
          'parameter-missing',
          `${step.id} needs "${parameter.name}" in ${parameter.unit}`,
          'record it, or leave the step out under a deviation',
        ),
      )
    const text = parameter.unit === 'text'
    const judged = text
      ? ok({ verdict: 'pass' as const, value: value.value })
      : judgeResult(
          value.value,
          value.unit,
          { unit: parameter.unit, low: parameter.low, high: parameter.high, limitPasses: parameter.limit_passes, textLimit: null },
          {},
        )
    if (!judged.ok) return judged
    if (judged.value.verdict !== 'pass') {
      const says = `${parameter.name} ${value.value} ${value.unit}, limits ${parameter.low ?? ''} to ${parameter.high ?? ''}`
      if (parameter.action === 'stop') stopped.push(says)
      else if (value.comment.trim() === '')
        return fail(issue('parameter-comment', `${says}: outside the alert limit`, 'give a comment to the value'))
    }
    values[parameter.name] = {
      value: value.value,
      unit: value.unit,
      replicates: value.replicates,
      verdict: judged.value.verdict,
      comment: value.comment,
    }
  }
  return ok({ values, stopped })
}

/** Every material and instrument of the template, usable now; consumption as ledger rows. */
function checkSupplies(
  file: LotFile,
  step: TemplateStep,
  input: { readonly id: string; readonly materials: Readonly<Record<string, string>>; readonly equipment: readonly string[] },
  rows: Rows,
  at: string,
): Result<readonly RowWrite[]> {
  const writes: RowWrite[] = []
  const names = new Set<string>()
  for (const [id, quantity] of Object.entries(input.materials)) {
    const material = existing<MaterialData>(rows, 'material', id)
    if (!material.ok) return material
    if (compareRatios(decimal(quantity), { over: 0n, under: 1n }) <= 0)
      return fail(issue('quantity', `${quantity} of ${id} is no consumption`, 'give what was used'))
    const movements = rows.of<MovementData>('movement', id)
    const fit = usable(material.value, movements, quantity, at)
    if (!fit.ok) return fit
    names.add(material.value.data.name)
    const data: MovementData = { material: id, quantity, lot: input.id, step: step.id }
    writes.push({ table: 'movement', id: `${id}:${movements.length + 1}`, parent: id, data })
  }
  for (const id of input.equipment) {
    const equipment = existing<EquipmentData>(rows, 'equipment', id)
    if (!equipment.ok) return equipment
    const due = calibrated(equipment.value, at)
    if (!due.ok) return due
    names.add(equipment.value.data.name)
  }
  for (const name of [...step.materials, ...step.equipment])
    if (name === 'vector lot') {
      const empty = file.lot.arms.find(arm => arm.vector_lot === '')
      if (empty !== undefined)
        return fail(
          issue('arm-vector', `the arm of ${empty.receptor} has no vector lot yet`, 'consume a released vector lot in each arm first'),
        )
    } else if (!names.has(name))
      return fail(issue('supply-missing', `${step.id} needs ${name}`, 'scan the lot or instrument that was used'))
  return ok(writes)
}

/** Shares of the pooled product sum to 1 exactly. */
function poolArms(arms: readonly Arm[], shares: Readonly<Record<string, string>>): Result<readonly Arm[]> {
  if (arms.length === 0) return ok([])
  const pooled: Arm[] = []
  let sum: Ratio = { over: 0n, under: 1n }
  for (const arm of arms) {
    const share = Object.hasOwn(shares, arm.receptor) ? shares[arm.receptor]! : undefined
    if (share === undefined)
      return fail(issue('arm-share', `the share of ${arm.receptor} is missing`, 'give a share for each arm; 0 leaves it out'))
    sum = add(sum, decimal(share))
    pooled.push({ ...arm, share })
  }
  const unknown = Object.keys(shares).find(receptor => !arms.some(arm => arm.receptor === receptor))
  if (unknown !== undefined)
    return fail(issue('arm-unknown', `there is no arm for ${unknown}`, `the arms are ${arms.map(arm => arm.receptor).join(', ')}`))
  if (compareRatios(sum, { over: 1n, under: 1n }) !== 0)
    return fail(issue('arm-share', `the shares of the arms do not sum to 1`, 'correct the shares; they are compared exactly'))
  return ok(pooled)
}
