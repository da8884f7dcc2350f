// What the process uses: templates with their approval, reagents by lot with expiry and a ledger that never goes below zero, the donors of feeder cells, equipment in calibration.
import { z } from 'zod'
import { ANYWHERE, separate } from '../access/index.ts'
import { add, compareRatios, fail, issue, negate, ok, type Ratio, type Result, ratioText, ZERO } from '../base/index.ts'
import {
  daySchema,
  decimalSchema,
  defineCommand,
  existing,
  fileSchema,
  fresh,
  idSchema,
  type RecordCommand,
  type Row,
  type RowRef,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import { type BatchTemplate, batchTemplateSchema, checkTemplate, templateId } from './batch-template.ts'
import { donationNumberSchema } from './donation-number.ts'
import { endOfDay, zoneSchema } from './identity-commands.ts'
import type { LotData } from './lot.ts'
import { holdLot } from './lot-file.ts'
import { typedDecimal } from './quantity.ts'

export type TemplateData = {
  readonly template: BatchTemplate
  readonly author: string
  readonly status: 'proposed' | 'approved'
  readonly approved_by: string
}
export type MaterialData = {
  readonly name: string
  readonly supplier: string
  readonly supplier_lot: string
  readonly expires: string
  readonly zone: string
  readonly received: string
  readonly unit: string
  readonly status: 'quarantine' | 'released' | 'rejected'
  /** Whose cells it is pooled of, where it is of cells. */
  readonly donors?: readonly string[] | undefined
}
/** Someone whose cells help a product to grow and are no part of it; the patient is a subject. */
export type DonorData = {
  readonly purpose: 'feeder'
  readonly eligibility: 'eligible' | 'ineligible'
  /** The evaluation that says so. */
  readonly evaluation_sha256: string
  readonly donation_number?: string | undefined
}
export type MovementData = { readonly material: string; readonly quantity: string; readonly lot: string; readonly step: string }
export type EquipmentData = {
  readonly name: string
  readonly calibrated_until: string
  readonly zone: string
  readonly certificate_sha256: string
}

/** Lots that a reagent lot went into. */
const lotsOf = (material: string, rows: Rows): readonly Row<LotData>[] =>
  [...new Set(rows.of<MovementData>('movement', material).map(({ data }) => data.lot))].map(lot => rows.get<LotData>('lot', lot)!)

/** What is left of a reagent lot. */
export const leftOf = (material: MaterialData, movements: readonly Row<MovementData>[]): Ratio =>
  movements.reduce((left, movement) => add(left, negate(typedDecimal(movement.data.quantity))), typedDecimal(material.received))

/** Donors of a material that was read. */
export const donorRefs = (id: string, rows: Rows): readonly RowRef[] =>
  (rows.peek<MaterialData>('material', id)?.data.donors ?? []).map(donor => ({ table: 'donor' as const, id: donor }))

/** Errors: `not-found`, `donor-ineligible`. */
function allEligible(donors: readonly string[], rows: Rows, remedy: string): Result<undefined> {
  for (const one of donors) {
    const donor = existing<DonorData>(rows, 'donor', one)
    if (!donor.ok) return donor
    if (donor.value.data.eligibility !== 'eligible') return fail(issue('donor-ineligible', `donor ${one} is not eligible`, remedy))
  }
  return ok(undefined)
}

/** Of eligible donors where it is of cells, released, in date, and enough: or why not. Errors: `donor-ineligible`, `material-status`, `material-expired`, `material-short`. */
export function usable(
  material: Row<MaterialData>,
  movements: readonly Row<MovementData>[],
  quantity: string,
  at: string,
  rows: Rows,
): Result<undefined> {
  const { name, status, expires, zone, unit, donors = [] } = material.data
  const eligible = allEligible(donors, rows, `use another lot than ${material.id}, and have quality decide about it`)
  if (!eligible.ok) return eligible
  if (status !== 'released')
    return fail(
      issue(
        'material-status',
        `${name} ${material.id} is ${status === 'quarantine' ? 'in quarantine' : status}`,
        'use a released lot, or have quality release this one',
      ),
    )
  if (endOfDay(expires, zone) < Date.parse(at))
    return fail(
      issue('material-expired', `${name} ${material.id} expired on ${expires} (end of day, zone ${zone})`, 'use a lot that is in date'),
    )
  const left = leftOf(material.data, movements)
  return compareRatios(left, typedDecimal(quantity)) < 0
    ? fail(
        issue(
          'material-short',
          `${name} ${material.id} has ${ratioText(left)} ${unit} left, ${quantity} are needed`,
          'use another lot; the ledger never goes below zero',
        ),
      )
    : ok(undefined)
}

/** Errors: `equipment-calibration`. */
export const calibrated = (equipment: Row<EquipmentData>, at: string): Result<undefined> =>
  endOfDay(equipment.data.calibrated_until, equipment.data.zone) < Date.parse(at)
    ? fail(
        issue(
          'equipment-calibration',
          `${equipment.data.name} ${equipment.id} was to be calibrated by ${equipment.data.calibrated_until}`,
          'use equipment in calibration',
        ),
      )
    : ok(undefined)

export const supplyCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'template.propose',
    path: 'templates',
    title: 'Propose a version of a batch-record template',
    action: 'decide-quality',
    input: batchTemplateSchema,
    needs: template => ({ rows: [{ table: 'template', id: templateId(template) }] }),
    place: () => ANYWHERE,
    decide(template, rows, { actor }) {
      const id = templateId(template)
      const unused = fresh(rows, 'template', id)
      if (!unused.ok) return unused
      const checked = checkTemplate(template)
      if (!checked.ok) return checked
      const data: TemplateData = { template, author: actor.account, status: 'proposed', approved_by: '' }
      return ok({
        entity: { table: 'template', id },
        writes: [{ table: 'template', id, parent: template.template, data }],
        reason: `version ${template.version} proposed`,
      })
    },
  }),
  defineCommand({
    name: 'template.approve',
    path: 'templates/:id/approval',
    title: 'Approve a proposed template version',
    action: 'decide-quality',
    meaning: 'approved',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'template', id }] }),
    place: () => ANYWHERE,
    decide({ id, reason }, rows, { actor }) {
      const template = existing<TemplateData>(rows, 'template', id)
      if (!template.ok) return template
      const { data, parent } = template.value
      if (data.status === 'approved') return fail(issue('template-approved', `${id} is approved already`, 'a change is a new version'))
      const other = separate('author-approver', actor.account, [data.author])
      if (!other.ok) return other
      return ok({
        entity: { table: 'template', id },
        writes: [{ table: 'template', id, parent, data: { ...data, status: 'approved', approved_by: actor.account } }],
        reason,
      })
    },
  }),
  defineCommand({
    name: 'donor.evaluate',
    path: 'donors',
    title: 'Register a donor of feeder cells, or a new evaluation of one',
    action: 'decide-quality',
    meaning: 'approved',
    input: z.strictObject({
      id: idSchema,
      purpose: z.enum(['feeder']),
      eligibility: z.enum(['eligible', 'ineligible']),
      evaluation_sha256: fileSchema,
      donation_number: donationNumberSchema.optional(),
      reason: textSchema,
    }),
    needs: ({ id }) => ({ rows: [{ table: 'donor', id }] }),
    place: () => ANYWHERE,
    decide({ id, reason, donation_number, ...given }, rows) {
      const before = rows.get<DonorData>('donor', id)?.data.donation_number
      if (before !== undefined && donation_number !== undefined && before !== donation_number)
        return fail(issue('donor-number', `${id} has the donation number ${before}`, 'another donation is another donor id'))
      const data: DonorData = { ...given, donation_number: donation_number ?? before }
      const text = `donor ${id} is not eligible: ${reason}; what the cells went into: cognate lot recall donor:${id}`
      return ok({
        entity: { table: 'donor', id },
        writes: [{ table: 'donor', id, parent: '', data }],
        reason,
        ...(given.eligibility === 'ineligible' ? { alerts: [{ to: ['qa' as const], text }] } : {}),
      })
    },
  }),
  defineCommand({
    name: 'material.receive',
    path: 'materials',
    title: 'Receive a reagent lot into quarantine',
    action: 'record-step',
    input: z.strictObject({
      id: idSchema,
      name: textSchema,
      supplier: textSchema,
      supplier_lot: textSchema,
      expires: daySchema,
      zone: zoneSchema,
      received: decimalSchema,
      unit: z.string().min(1).max(30),
      donors: z.array(idSchema).max(50).optional().describe('of feeder cells: each donor of the pool'),
    }),
    needs: ({ id, donors = [] }) => ({
      rows: [{ table: 'material', id }, ...donors.map(donor => ({ table: 'donor' as const, id: donor }))],
    }),
    place: () => ANYWHERE,
    decide({ id, donors, ...given }, rows) {
      const unused = fresh(rows, 'material', id)
      if (!unused.ok) return unused
      if (new Set(donors).size !== (donors ?? []).length)
        return fail(issue('donor-twice', 'a donor is named twice', 'name each donor of the pool once'))
      const eligible = allEligible(donors ?? [], rows, 'cells of an ineligible donor are not received')
      if (!eligible.ok) return eligible
      if (compareRatios(typedDecimal(given.received), ZERO) <= 0)
        return fail(issue('quantity', `${given.received} ${given.unit} were received`, 'give the quantity on the packing slip'))
      const data: MaterialData = { ...given, status: 'quarantine', donors }
      return ok({ entity: { table: 'material', id }, writes: [{ table: 'material', id, parent: '', data }], reason: 'received' })
    },
  }),
  defineCommand({
    name: 'material.decide',
    path: 'materials/:id/decision',
    title: 'Release or reject a reagent lot',
    action: 'decide-quality',
    meaning: 'approved',
    input: z.strictObject({ id: idSchema, status: z.enum(['released', 'rejected']), reason: textSchema }),
    needs: ({ id }, rows) => ({
      rows: [
        { table: 'material', id },
        ...donorRefs(id, rows),
        ...rows.peekOf<MovementData>('movement', id).map(({ data }) => ({ table: 'lot' as const, id: data.lot })),
      ],
      parents: [id],
    }),
    place: () => ANYWHERE,
    decide({ id, status, reason }, rows) {
      const material = existing<MaterialData>(rows, 'material', id)
      if (!material.ok) return material
      if (material.value.data.status === 'rejected')
        return fail(issue('material-status', `${id} is rejected`, 'a rejected lot stays rejected'))
      const decided: RowWrite = { table: 'material', id, parent: '', data: { ...material.value.data, status } }
      const entity = { table: 'material' as const, id }
      if (status === 'released') {
        const eligible = allEligible(material.value.data.donors ?? [], rows, 'cells of an ineligible donor are not released')
        return eligible.ok ? ok({ entity, writes: [decided], reason }) : eligible
      }
      // it may be in products already: they wait until quality assurance has said what that means for each
      const held = lotsOf(id, rows).filter(({ data }) => data.stage !== 'aborted' && data.disposition !== 'rejected')
      const hold = `material ${id} is rejected: ${reason}`
      const text = `${material.value.data.name} ${id} is rejected: ${reason}; on hold for it: ${held.map(lot => lot.id).join(', ')}`
      return ok({
        entity,
        writes: [decided, ...held.map(lot => holdLot(lot, hold))],
        reason,
        ...(held.length > 0 ? { alerts: [{ to: ['qa' as const, 'physician' as const], text }] } : {}),
      })
    },
  }),
  defineCommand({
    name: 'equipment.calibrate',
    path: 'equipment',
    title: 'Register equipment or its new calibration',
    action: 'decide-quality',
    input: z.strictObject({
      id: idSchema,
      name: textSchema,
      calibrated_until: daySchema,
      zone: zoneSchema,
      certificate_sha256: fileSchema,
    }),
    needs: ({ id }) => ({ rows: [{ table: 'equipment', id }] }),
    place: () => ANYWHERE,
    decide({ id, ...data }, rows) {
      const before = rows.get<EquipmentData>('equipment', id)
      if (before !== undefined && before.data.name !== data.name)
        return fail(issue('equipment-name', `${id} is a ${before.data.name}`, 'a serial number belongs to one instrument'))
      return ok({
        entity: { table: 'equipment', id },
        writes: [{ table: 'equipment', id, parent: '', data }],
        reason: `calibrated until ${data.calibrated_until}`,
      })
    },
  }),
]
