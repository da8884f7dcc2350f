// Containers and their custody. A label is printed, scanned back byte for byte before it is applied, and reconciled; every hand-over is a pair of events with one keeper at any time. Whole in one file: one table, whose commands hand a container from one to the next.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { fail, issue, ok, type Result } from '../base/index.ts'
import {
  decimalSchema,
  defineCommand,
  existing,
  fileSchema,
  fresh,
  idSchema,
  instantSchema,
  type RecordCommand,
  type Row,
  type RowRef,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import type { Coi } from './coi.ts'
import { containerLabel, RESTRICTED_GTIN, scannedString } from './label.ts'
import { checkEvent, type LotData, withHold } from './lot.ts'
import { defineLotCommand, lotNeeds, lotPlace } from './lot-file.ts'

export type LabelData = {
  readonly serial: string
  readonly element_string: string
  readonly state: 'printed' | 'applied' | 'destroyed'
  readonly printed_by: string
  readonly reason: string
}

export const CONTAINER_STAGES = ['filled', 'stored', 'in-transit', 'received', 'given', 'returned', 'destroyed'] as const

export type ContainerData = {
  readonly lot: string
  /** Empty for a vector vial. */
  readonly coi: string
  readonly kind: string
  readonly volume_ml: string
  readonly expires: string
  readonly stage: (typeof CONTAINER_STAGES)[number]
  readonly holds: readonly string[]
  readonly labels: readonly LabelData[]
  readonly keeper: string
  readonly place: string
}

export type CustodyData = {
  readonly lot: string
  readonly containers: readonly string[]
  readonly status: 'given' | 'taken'
  readonly to: string
  readonly due: string
  readonly seal: string
  readonly temperature_log_sha256: string
  readonly given_by: string
  readonly given_at: string
  readonly taken_by: string
  readonly taken_at: string
  readonly condition: string
  readonly within_limits: boolean
}

/** The label that stands on the container now. */
export const appliedLabel = (container: ContainerData): LabelData | undefined => container.labels.find(label => label.state === 'applied')

/** A vector is nobody's: its labels carry zeros. */
export const coiOnLabel = ({ coi }: ContainerData): Coi => (coi === '' ? '0000000000000' : coi) as Coi

export const containerWrite = (row: Row<ContainerData>, change: Partial<ContainerData>): RowWrite => ({
  table: 'container',
  id: row.id,
  parent: row.parent,
  data: { ...row.data, ...change },
})

export const holdContainers = (containers: readonly Row<ContainerData>[], reason: string): readonly RowWrite[] =>
  containers.map(row => containerWrite(row, { holds: withHold(row.data.holds, reason) }))

const needsContainer = (id: string, rows: Rows, more: readonly RowRef[] = []) => {
  const parent = rows.peek('container', id)?.parent
  return parent === undefined
    ? { rows: [{ table: 'container' as const, id }, ...more] }
    : lotNeeds(parent, rows, [{ table: 'container', id }, ...more])
}
const placeOfContainer = (id: string, rows: Rows) => lotPlace(rows.peek('container', id)?.parent ?? '', rows)

function containerFor(id: string, rows: Rows): Result<{ readonly row: Row<ContainerData>; readonly lot: Row<LotData> }> {
  const row = existing<ContainerData>(rows, 'container', id)
  if (!row.ok) return row
  const lot = existing<LotData>(rows, 'lot', row.value.parent)
  if (!lot.ok) return lot
  const may = checkEvent(lot.value.id, lot.value.data, 'label')
  return may.ok ? ok({ row: row.value, lot: lot.value }) : may
}

export const containerCommands: readonly RecordCommand[] = [
  defineLotCommand('fill', {
    name: 'container.fill',
    path: 'lots/:id/containers',
    title: 'Fill a container',
    action: 'record-step',
    input: z.strictObject({
      id: idSchema,
      container: idSchema,
      kind: z.enum(['bag', 'vial', 'tube']),
      volume_ml: decimalSchema,
      expires: instantSchema,
    }),
    more: ({ container }) => [{ table: 'container', id: container }],
    decide({ id, container, kind, volume_ml, expires }, file, { actor, at }, rows) {
      const unused = fresh(rows, 'container', container)
      if (!unused.ok) return unused
      if (Date.parse(expires) <= Date.parse(at))
        return fail(issue('expiry', `the container would have expired at ${expires}`, 'check the time of expiry'))
      const data: ContainerData = {
        lot: id,
        coi: file.lot.coi,
        kind,
        volume_ml,
        expires,
        stage: 'filled',
        holds: [],
        labels: [],
        keeper: actor.account,
        place: '',
      }
      return ok({
        entity: { table: 'container', id: container },
        writes: [{ table: 'container', id: container, parent: id, data: data }],
        reason: `${kind} of ${volume_ml} mL filled`,
      })
    },
  }),
  defineCommand({
    name: 'container.label',
    path: 'containers/:id/labels',
    title: 'Print a label; a reprint needs a reason and voids the serial before it',
    action: 'record-step',
    input: z.strictObject({
      id: idSchema,
      gtin: z
        .string()
        .regex(/^\d{14}$/)
        .default(RESTRICTED_GTIN),
      reason: z.string().max(500).default(''),
    }),
    needs: ({ id }, rows) => needsContainer(id, rows),
    place: ({ id }, rows) => placeOfContainer(id, rows),
    decide({ id, gtin, reason }, rows, { actor }) {
      const found = containerFor(id, rows)
      if (!found.ok) return found
      const { row, lot } = found.value
      if (row.data.labels.length > 0 && reason.trim() === '')
        return fail(issue('reprint', `container ${id} has a label already`, 'a reprint needs a reason'))
      const live = row.data.labels.find(label => label.state !== 'destroyed')
      if (live !== undefined)
        return fail(
          issue(
            'reprint',
            `the label ${live.serial} is ${live.state}`,
            'destroy it first, so that no two labels of one container are about',
          ),
        )
      const serial = `${id}-${row.data.labels.length + 1}`
      const label = containerLabel(
        { gtin, lot: lot.id, serial, coi: coiOnLabel(row.data), expires: row.data.expires },
        lot.data.product_type,
      )
      if (!label.ok) return label
      const printed: LabelData = { serial, element_string: label.value.elementString, state: 'printed', printed_by: actor.account, reason }
      return ok({
        entity: { table: 'container', id },
        writes: [containerWrite(row, { labels: [...row.data.labels, printed] })],
        reason: reason === '' ? `label ${serial} printed` : `label ${serial} printed again: ${reason}`,
      })
    },
  }),
  defineCommand({
    name: 'container.apply-label',
    path: 'containers/:id/applied-label',
    title: 'Scan the printed label back and apply it',
    action: 'record-step',
    input: z.strictObject({ id: idSchema, scanned: z.string().min(1).max(300) }),
    needs: ({ id }, rows) => needsContainer(id, rows),
    place: ({ id }, rows) => placeOfContainer(id, rows),
    decide({ id, scanned }, rows) {
      const found = containerFor(id, rows)
      if (!found.ok) return found
      const { row } = found.value
      const printed = row.data.labels.find(label => label.state === 'printed')
      if (printed === undefined)
        return fail(issue('label-state', `container ${id} has no label that waits to be applied`, 'print one first'))
      const read = scannedString(scanned)
      if (read !== printed.element_string)
        return fail(
          issue(
            'label-differs',
            `the scanned label says ${read}, printed was ${printed.element_string}`,
            'destroy the label, find out why, and print again',
          ),
        )
      const labels = row.data.labels.map(label => (label === printed ? { ...label, state: 'applied' as const } : label))
      return ok({
        entity: { table: 'container', id },
        writes: [containerWrite(row, { labels })],
        reason: `label ${printed.serial} scanned back and applied`,
      })
    },
  }),
  defineCommand({
    name: 'container.destroy-label',
    path: 'containers/:id/destroyed-label',
    title: 'Destroy a label',
    action: 'record-step',
    input: z.strictObject({ id: idSchema, serial: idSchema, reason: textSchema }),
    needs: ({ id }, rows) => needsContainer(id, rows),
    place: ({ id }, rows) => placeOfContainer(id, rows),
    decide({ id, serial, reason }, rows) {
      const found = containerFor(id, rows)
      if (!found.ok) return found
      const { row } = found.value
      const label = row.data.labels.find(one => one.serial === serial && one.state !== 'destroyed')
      if (label === undefined)
        return fail(
          issue(
            'label-state',
            `container ${id} has no live label ${serial}`,
            `its labels are ${row.data.labels.map(one => `${one.serial} ${one.state}`).join(', ') || 'none'}`,
          ),
        )
      const labels = row.data.labels.map(one => (one === label ? { ...one, state: 'destroyed' as const, reason } : one))
      return ok({
        entity: { table: 'container', id },
        writes: [containerWrite(row, { labels })],
        reason: `label ${serial} destroyed: ${reason}`,
      })
    },
  }),
  defineLotCommand('ship', {
    name: 'custody.give',
    path: 'lots/:id/shipments',
    title: 'Hand containers over',
    action: 'move-custody',
    input: z.strictObject({
      id: idSchema,
      shipment: idSchema,
      containers: z.array(idSchema).min(1).max(100),
      to: textSchema,
      due: instantSchema,
      seal: idSchema,
      temperature_log_sha256: fileSchema,
    }),
    more: ({ shipment }) => [{ table: 'custody', id: shipment }],
    decide(input, file, { actor, at }, rows) {
      const unused = fresh(rows, 'custody', input.shipment)
      if (!unused.ok) return unused
      if (file.holds.length > 0)
        return fail(issue('hold', `lot ${input.id} is on hold: ${file.holds.join('; ')}`, 'quality assurance has to lift the hold'))
      const writes: RowWrite[] = []
      for (const id of input.containers) {
        const row = file.containers.find(one => one.id === id)
        if (row === undefined)
          return fail(
            issue(
              'not-found',
              `lot ${input.id} has no container ${id}`,
              `its containers are ${file.containers.map(one => one.id).join(', ')}`,
            ),
          )
        if (row.data.holds.length > 0)
          return fail(issue('hold', `container ${id} is on hold: ${row.data.holds.join('; ')}`, 'quality assurance has to lift the hold'))
        if (row.data.stage !== 'stored' && row.data.stage !== 'received')
          return fail(
            issue('container-stage', `container ${id} is ${row.data.stage}`, 'only stored or received containers are handed over'),
          )
        writes.push(containerWrite(row, { stage: 'in-transit', place: input.to }))
      }
      const data: CustodyData = {
        lot: input.id,
        containers: input.containers,
        status: 'given',
        to: input.to,
        due: input.due,
        seal: input.seal,
        temperature_log_sha256: input.temperature_log_sha256,
        given_by: actor.account,
        given_at: at,
        taken_by: '',
        taken_at: '',
        condition: '',
        within_limits: true,
      }
      return ok({
        entity: { table: 'custody', id: input.shipment },
        writes: [{ table: 'custody', id: input.shipment, parent: input.id, data }, ...writes],
        reason: `handed over to ${input.to}`,
      })
    },
  }),
  defineCommand({
    name: 'custody.take',
    path: 'shipments/:id/receipt',
    title: 'Take containers over, with their condition',
    action: 'move-custody',
    input: z.strictObject({ id: idSchema, condition: textSchema, seal: idSchema, temperature_within_limits: z.boolean() }),
    needs({ id }, rows) {
      const parent = rows.peek('custody', id)?.parent
      return parent === undefined ? { rows: [{ table: 'custody', id }] } : lotNeeds(parent, rows, [{ table: 'custody', id }])
    },
    place: ({ id }, rows) => lotPlace(rows.peek('custody', id)?.parent ?? '', rows),
    decide({ id, condition, seal, temperature_within_limits }, rows, { actor, at }) {
      const row = existing<CustodyData>(rows, 'custody', id)
      if (!row.ok) return row
      const { data, parent } = row.value
      if (data.status === 'taken') return fail(issue('custody-state', `${id} was taken over by ${data.taken_by}`, 'one keeper at any time'))
      const other = separate('giver-taker', actor.account, [data.given_by])
      if (!other.ok) return other
      const broken = seal !== data.seal ? `seal ${seal} instead of ${data.seal}` : ''
      const warm = temperature_within_limits ? '' : 'temperature log outside its limits'
      const reason = [broken, warm].filter(text => text !== '').join('; ')
      const containers = rows.of<ContainerData>('container', parent).filter(one => data.containers.includes(one.id))
      const moved = containers.map(one =>
        containerWrite(one, {
          stage: 'received',
          keeper: actor.account,
          holds: reason === '' ? one.data.holds : withHold(one.data.holds, `shipment ${id}: ${reason}`),
        }),
      )
      const taken: CustodyData = {
        ...data,
        status: 'taken',
        taken_by: actor.account,
        taken_at: at,
        condition,
        within_limits: temperature_within_limits,
      }
      return ok({
        entity: { table: 'custody', id },
        writes: [{ table: 'custody', id, parent, data: taken }, ...moved],
        reason: reason === '' ? `received: ${condition}` : `received with faults: ${reason}`,
        ...(reason === '' ? {} : { alerts: [{ to: ['qa' as const], text: `shipment ${id}: ${reason}; its containers are on hold` }] }),
      })
    },
  }),
]
