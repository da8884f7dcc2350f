// The steps of a batch record: performed within limits with usable supplies, verified by a second person, or left out under a deviation; a vector goes into its arm. Whole in one file: one table, whose commands share their checks.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { compareRatios, fail, issue, ok, type Result, ZERO } from '../base/index.ts'
import {
  decimalSchema,
  existing,
  idSchema,
  instantSchema,
  type RecordCommand,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import type { TemplateStep } from './batch-template.ts'
import { openDeviation } from './deviation-commands.ts'
import type { LotData } from './lot.ts'
import { defineLotCommand, type LotFile, lotWrite, templateStep, whyWaiting } from './lot-file.ts'
import { judgeResult, limitOf, limitText, typedDecimal, type Verdict } from './quantity.ts'
import { calibrated, donorRefs, type EquipmentData, type MaterialData, type MovementData, usable } from './supply-commands.ts'

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

/** Performed and recorded further apart than this needs a reason. */
const LATE_ENTRY_MS = 15 * 60_000

const valueSchema = z.strictObject({
  value: z.string().min(1).max(200),
  unit: z.string().min(1).max(60),
  replicates: z.array(decimalSchema).max(20).default([]),
  comment: z.string().max(1000).default(''),
})

export const stepCommands: readonly RecordCommand[] = [
  defineLotCommand('step', {
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
    more: ({ materials, equipment }, rows) => [
      ...Object.keys(materials).flatMap(material => [{ table: 'material' as const, id: material }, ...donorRefs(material, rows)]),
      ...equipment.map(one => ({ table: 'equipment' as const, id: one })),
    ],
    ledgers: ({ materials }) => Object.keys(materials),
    decide(input, file, { at, actor }, rows) {
      const found = templateStep(file, input.step)
      if (!found.ok) return found
      const step = found.value
      if (file.steps.has(step.id))
        return fail(issue('step-done', `${step.id} is ${file.steps.get(step.id)!.data.status} already`, 'a correction is a deviation'))
      const waiting = whyWaiting(file, step)
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
  defineLotCommand('verify', {
    name: 'lot.verify',
    path: 'lots/:id/verifications',
    title: 'Verify a performed step as the second person',
    action: 'record-step',
    meaning: 'verified',
    input: z.strictObject({ id: idSchema, step: idSchema }),
    decide({ id, step }, file, { at, actor }) {
      const found = templateStep(file, step)
      if (!found.ok) return found
      const row = file.steps.get(step)
      if (row === undefined || row.data.status !== 'performed')
        return fail(issue('step-state', `${step} is ${row?.data.status ?? 'not performed'}`, 'only a performed step is verified'))
      const other = separate('second-person', actor.account, [row.data.performed_by])
      if (!other.ok) return other
      const data: StepData = { ...row.data, status: 'verified', verified_by: actor.account, verified_at: at }
      return ok({ entity: { table: 'step', id: row.id }, writes: [{ table: 'step', id: row.id, parent: id, data }], reason: 'verified' })
    },
  }),
  defineLotCommand('skip', {
    name: 'lot.skip',
    path: 'lots/:id/skipped-steps',
    title: 'Leave a step out, under a deviation',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, step: idSchema, reason: textSchema }),
    decide({ id, step, reason }, file, { at, actor }) {
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
  defineLotCommand('vector', {
    name: 'lot.vector',
    path: 'lots/:id/vectors',
    title: 'Consume a released vector lot in its arm',
    action: 'record-step',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, receptor: idSchema, vector_lot: idSchema }),
    more: ({ vector_lot }) => [{ table: 'lot', id: vector_lot }],
    decide({ id, receptor, vector_lot }, file, _context, rows) {
      const { lot } = file
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
        writes: [lotWrite(file, { arms })],
        reason: `${vector_lot} into the arm of ${receptor}`,
      })
    },
  }),
]

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
      : judgeResult(value.value, value.unit, limitOf(parameter), {})
    if (!judged.ok) return judged
    if (judged.value.verdict !== 'pass') {
      const says = `${parameter.name} ${value.value} ${value.unit}, limit ${limitText(parameter)}`
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
    if (compareRatios(typedDecimal(quantity), ZERO) <= 0)
      return fail(issue('quantity', `${quantity} of ${id} is no consumption`, 'give what was used'))
    const movements = rows.of<MovementData>('movement', id)
    const fit = usable(material.value, movements, quantity, at, rows)
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
