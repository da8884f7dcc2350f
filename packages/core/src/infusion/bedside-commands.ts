// At the bedside: the order, the scan verification by two persons, and the infusion. Wristband, container and order have to carry one identity; any mismatch is a hard stop for which
// no role has an override: containers go on hold, quality assurance and physician are told, and what was scanned is kept.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import {
  appliedLabel,
  type Coi,
  type ContainerData,
  checkEvent,
  coiSchema,
  containerWrite,
  defineLotCommand,
  holdContainers,
  holdsOf,
  type LotData,
  lotNeeds,
  lotPlace,
  sameCoi,
  scannedString,
  showCoi,
  wristbandString,
} from '../lot/index.ts'
import { decimalSchema, defineCommand, existing, fresh, idSchema, instantSchema, type RecordCommand, type Rows } from '../record/index.ts'
import type { DrugDose } from './drug-commands.ts'
import type { InfusionEnd } from './infusion-end.ts'

export type DoseOrderData = {
  readonly lot: string
  readonly coi: string
  readonly containers: readonly string[]
  readonly cells: string
  readonly planned_end: string
  readonly ordered_by: string
  /** Once one was recorded. */
  readonly drugs?: readonly DrugDose[]
}

export type ScanData = {
  readonly order: string
  readonly container: string
  readonly wristband: string
  readonly label: string
  readonly typed: boolean
  readonly verdict: 'match' | 'mismatch'
  readonly why: string
  readonly person: string
  readonly at: string
}

export type InfusionData = {
  readonly order: string
  readonly lot: string
  readonly container: string
  readonly started_at: string
  readonly given_by: string
  readonly verified_by: readonly string[]
  /** Once it was recorded. */
  readonly end?: InfusionEnd
}

/** The two scans are at most this far apart, and at most that old when the container is given. */
export const SCANS_APART_MS = 10 * 60_000
export const SCAN_VALID_MS = 30 * 60_000

export const needsOrder = (id: string, rows: Rows) => {
  const parent = rows.peek('dose_order', id)?.parent
  return parent === undefined ? { rows: [{ table: 'dose_order' as const, id }] } : lotNeeds(parent, rows, [{ table: 'dose_order', id }])
}
export const placeOfOrder = (id: string, rows: Rows) => lotPlace(rows.peek('dose_order', id)?.parent ?? '', rows)

/** Why this container may not be given to whoever wears this wristband; undefined: nothing stands against it. */
function mismatch(
  order: DoseOrderData,
  lot: LotData,
  lotHolds: readonly string[],
  container: { readonly id: string; readonly data: ContainerData } | undefined,
  wristband: string,
  label: string,
  at: string,
): string | undefined {
  if (container === undefined) return 'the container is not of the ordered lot'
  if (!order.containers.includes(container.id)) return `the order does not name container ${container.id}`
  const applied = appliedLabel(container.data)
  if (applied === undefined || scannedString(label) !== applied.element_string)
    return `the scanned label is not the one applied to ${container.id}`
  if (scannedString(wristband) !== wristbandString(order.coi as Coi))
    return `the wristband does not carry the identity ${showCoi(order.coi as Coi)} of the order`
  if (container.data.coi !== order.coi || lot.coi !== order.coi) return 'container, lot and order carry different identities'
  if (lot.disposition !== 'conditional' && lot.disposition !== 'released') return `the lot is ${lot.disposition}`
  const holds = [...lotHolds, ...container.data.holds]
  if (holds.length > 0) return `on hold: ${holds.join('; ')}`
  if (Date.parse(container.data.expires) < Date.parse(at)) return `the container expired at ${container.data.expires}`
  if (Date.parse(container.data.expires) < Date.parse(order.planned_end))
    return `the container expires at ${container.data.expires}, before the planned end ${order.planned_end}`
  return container.data.stage === 'received' || container.data.stage === 'stored' ? undefined : `the container is ${container.data.stage}`
}

export const bedsideCommands: readonly RecordCommand[] = [
  defineLotCommand('give', {
    name: 'dose.order',
    path: 'lots/:id/orders',
    title: 'Order a dose for a person',
    action: 'accept-and-order',
    meaning: 'approved',
    input: z.strictObject({
      id: idSchema,
      order: idSchema,
      coi: coiSchema,
      containers: z.array(idSchema).min(1).max(50),
      cells: decimalSchema,
      planned_end: instantSchema,
    }),
    more: ({ order }) => [{ table: 'dose_order', id: order }],
    decide({ id, order, coi, containers, cells, planned_end }, file, { actor }, rows) {
      const unused = fresh(rows, 'dose_order', order)
      if (!unused.ok) return unused
      const same = sameCoi(`lot ${id}`, file.lot.coi, coi)
      if (!same.ok) return same
      const unknown = containers.find(one => !file.containers.some(row => row.id === one))
      if (unknown !== undefined)
        return fail(
          issue(
            'not-found',
            `lot ${id} has no container ${unknown}`,
            `its containers are ${file.containers.map(row => row.id).join(', ')}`,
          ),
        )
      const data: DoseOrderData = { lot: id, coi, containers, cells, planned_end, ordered_by: actor.account }
      return ok({
        entity: { table: 'dose_order', id: order },
        writes: [{ table: 'dose_order', id: order, parent: id, data }],
        reason: `${cells} cells ordered`,
      })
    },
  }),
  defineCommand({
    name: 'bedside.scan',
    path: 'orders/:id/scans',
    title: 'Scan wristband and container; a mismatch is a hard stop',
    action: 'give-product',
    meaning: 'verified',
    input: z.strictObject({
      id: idSchema,
      container: idSchema,
      wristband: z.string().max(300),
      label: z.string().max(300),
      typed: z.boolean().default(false),
    }),
    needs: ({ id }, rows) => needsOrder(id, rows),
    place: ({ id }, rows) => placeOfOrder(id, rows),
    decide({ id, container, wristband, label, typed }, rows, { actor, at }) {
      const order = existing<DoseOrderData>(rows, 'dose_order', id)
      if (!order.ok) return order
      const lot = existing<LotData>(rows, 'lot', order.value.parent)
      if (!lot.ok) return lot
      const containers = rows.of<ContainerData>('container', lot.value.id)
      const scanned = containers.find(row => row.id === container)
      const why = mismatch(order.value.data, lot.value.data, holdsOf(lot.value.data, rows), scanned, wristband, label, at)
      const scans = rows.of<ScanData>('scan', lot.value.id)
      const data: ScanData = {
        order: id,
        container,
        wristband,
        label,
        typed,
        verdict: why === undefined ? 'match' : 'mismatch',
        why: why ?? '',
        person: actor.account,
        at,
      }
      const scanId = `${id}:scan:${scans.filter(row => row.data.order === id).length + 1}`
      const write = { table: 'scan' as const, id: scanId, parent: lot.value.id, data }
      if (why === undefined)
        return ok({ entity: { table: 'scan', id: scanId }, writes: [write], reason: `wristband, container ${container} and order agree` })
      return ok({
        entity: { table: 'scan', id: scanId },
        action: 'identity-mismatch',
        writes: [
          write,
          ...holdContainers(
            containers.filter(row => order.value.data.containers.includes(row.id)),
            `identity mismatch ${scanId}`,
          ),
        ],
        reason: why,
        stop: issue(
          'identity-mismatch',
          `STOP. ${why}`,
          'do not give it; the containers are on hold, quality assurance and physician are told; nothing overrides this',
        ),
        alerts: [{ to: ['qa', 'physician'], text: `identity mismatch at the bedside, order ${id}, container ${container}: ${why}` }],
      })
    },
  }),
  defineCommand({
    name: 'infusion.give',
    path: 'orders/:id/infusions',
    title: 'Record that a verified container is given',
    action: 'give-product',
    meaning: 'performed',
    input: z.strictObject({ id: idSchema, container: idSchema }),
    needs: ({ id, container }, rows) => {
      const base = needsOrder(id, rows)
      return { ...base, rows: [...(base.rows ?? []), { table: 'infusion' as const, id: `${id}:${container}` }] }
    },
    place: ({ id }, rows) => placeOfOrder(id, rows),
    decide({ id, container }, rows, { actor, at }) {
      const order = existing<DoseOrderData>(rows, 'dose_order', id)
      if (!order.ok) return order
      const lotId = order.value.parent
      const lot = existing<LotData>(rows, 'lot', lotId)
      if (!lot.ok) return lot
      const may = checkEvent(lotId, lot.value.data, 'give')
      if (!may.ok) return may
      const row = existing<ContainerData>(rows, 'container', container)
      if (!row.ok) return row
      const holds = [...holdsOf(lot.value.data, rows), ...row.value.data.holds]
      if (holds.length > 0) return fail(issue('hold', `on hold: ${holds.join('; ')}`, 'it may not be given'))
      if (row.value.data.stage !== 'received' && row.value.data.stage !== 'stored')
        return fail(issue('container-stage', `container ${container} is ${row.value.data.stage}`, 'only a received container is given'))
      const now = Date.parse(at)
      if (Date.parse(row.value.data.expires) < now)
        return fail(issue('expired', `container ${container} expired at ${row.value.data.expires}`, 'it may not be given'))
      const recent = rows
        .of<ScanData>('scan', lotId)
        .filter(scan => scan.data.order === id && scan.data.container === container && now - Date.parse(scan.data.at) <= SCAN_VALID_MS)
      if (recent.some(scan => scan.data.verdict === 'mismatch'))
        return fail(issue('identity-mismatch', 'a scan of the last 30 minutes did not match', 'it may not be given'))
      const last = recent.at(-1)
      const pair = recent.find(
        scan =>
          last !== undefined &&
          scan.data.person !== last.data.person &&
          Math.abs(Date.parse(last.data.at) - Date.parse(scan.data.at)) <= SCANS_APART_MS,
      )
      if (last === undefined || pair === undefined)
        return fail(
          issue(
            'scan-verification',
            'two persons have not verified wristband and container within 10 minutes of each other and 30 minutes of now',
            'scan again, both',
          ),
        )
      if (separate('two-scanners', last.data.person, [pair.data.person]).ok === false) throw new Error('the pair has one person')
      const data: InfusionData = {
        order: id,
        lot: lotId,
        container,
        started_at: at,
        given_by: actor.account,
        verified_by: [pair.data.person, last.data.person],
      }
      return ok({
        entity: { table: 'infusion', id: `${id}:${container}` },
        writes: [
          { table: 'infusion', id: `${id}:${container}`, parent: lotId, data },
          containerWrite(row.value, { stage: 'given', keeper: '' }),
        ],
        reason: `given to ${showCoi(order.value.data.coi as Coi)}`,
      })
    },
  }),
]
