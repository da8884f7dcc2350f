// Routes of a lot's file, its certificate, and what it came from and went into.
import { type AuditEvent, formatProof } from '@cognate/core/audit'
import { byText, fail, issue } from '@cognate/core/base'
import { type FhirRelease, lotBundle, recordTables, type StudyRecord } from '@cognate/core/case'
import { exactJsonText } from '@cognate/core/format'
import {
  type DoseOrderData,
  type FollowUpData,
  type FollowUpLine,
  followUpLine,
  givenOrder,
  type InfusionData,
  needsFollowUp,
} from '@cognate/core/infusion'
import {
  type BoardLine,
  boardLine,
  type CertificateSignature,
  type Coi,
  type ContainerData,
  certificateHtml,
  certificateOf,
  coiOnLabel,
  containerLabel,
  isOver,
  type LotData,
  labelHtml,
  type ReleaseProof,
  type SpecimenData,
  type SubjectData,
  showCoi,
  sortBoard,
  type TherapyData,
  wristbandString,
} from '@cognate/core/lot'
import type { Row, Table } from '@cognate/core/record'
import { toSVG } from 'bwip-js/node'
import { shippedTemplates } from '../read/shipped.ts'
import {
  accessOf,
  listEvents,
  listRows,
  lotsGiven,
  lotsUnderWay,
  newestCheckpoint,
  readLotFile,
  recallScope,
  rowHistory,
  type SealedNote,
  signaturesOf,
  traceItem,
} from '../store/record-reads.ts'
import { gs1Code128, gs1DataMatrix } from '../write/gs1-label.ts'
import { done, type Handlers, type HandlerTools } from './handler.ts'
import type { Scope } from './scope.ts'
import type { Call } from './server.ts'

/** A page to look at or print: no script, nothing from elsewhere. */
const PAGE = {
  type: 'text/html; charset=utf-8',
  headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'" },
}

/** Commands whose signature makes a lot fit to give. */
const RELEASES = new Set(['lot.release', 'lot.accept'])
const lastRelease = (signatures: readonly CertificateSignature[]): CertificateSignature | undefined =>
  signatures.findLast(({ command }) => RELEASES.has(command))

/** Subjects, and lots, of one study. */
const MOST_OF_STUDY = 10_000

/** Events of an item that are looked through for earlier openings. */
const MOST_OPENINGS = 50

export function lotHandlers({ record, clock }: HandlerTools, { lotInScope, rowInScope, outOfScope, note }: Scope): Handlers {
  const { store } = record
  const { pool } = store
  /** Newest rows of a table that belong to a lot. */
  const rowsOf = async <T>(table: Table, parent: string) =>
    (await listRows(pool, table, { parent, limit: 1000 })) as unknown as readonly Row<T>[]
  /** Notes that a page to be printed was opened, and says when it was before. */
  const opened = async (call: Call, action: string, kind: Table, id: string, version: number, what: string): Promise<readonly string[]> => {
    const before = (await accessOf(pool, [id], MOST_OPENINGS)).map(text => JSON.parse(text) as AuditEvent)
    await note(call, action, { kind, id, version }, what)
    return before
      .filter(event => event.action === action && event.reason === what)
      .map(({ time, actor }) => `${time.slice(0, 16).replace('T', ' ')} UTC by ${actor.account}`)
  }
  /** Of the event that released the lot last, where it is released; the checkpoint is of a moment after it. */
  const releaseProof = async (
    signatures: readonly CertificateSignature[],
    disposition: LotData['disposition'],
    checkpoint: SealedNote | undefined,
  ): Promise<ReleaseProof | undefined> => {
    const index = lastRelease(signatures)?.event
    if (index === undefined || checkpoint === undefined || !['released', 'conditional'].includes(disposition)) return undefined
    const [event] = await listEvents(pool, index - 1, 1)
    const hashes = store.logs.record.tree.inclusionProof(index, checkpoint.size)
    return event === undefined ? undefined : { index, event: event.text, proof: formatProof(index, hashes, checkpoint.note) }
  }
  return {
    async board(call) {
      const instant = (ms: number) => new Date(ms).toISOString()
      const now = instant(clock.now())
      const lines: BoardLine[] = []
      for (const id of await lotsUnderWay(pool)) {
        const file = await readLotFile(pool, id)
        if (!file.ok) return file
        const { site, study } = file.value.lot
        if (call.mayAt({ site, study }).ok && !isOver(file.value)) lines.push(boardLine(file.value, now, instant))
      }
      return done({ now, lots: sortBoard(lines) })
    },
    async 'follow-up.board'(call) {
      const today = new Date(clock.now()).toISOString().slice(0, 10)
      const lines: FollowUpLine[] = []
      for (const id of await lotsGiven(pool)) {
        const file = await readLotFile(pool, id)
        if (!file.ok) return file
        const { row, lot, template } = file.value
        if (!needsFollowUp(lot) || !call.mayAt({ site: lot.site, study: lot.study }).ok) continue
        const infusions = await rowsOf<InfusionData>('infusion', id)
        const taken = await rowsOf<FollowUpData>('follow_up', id)
        const line = followUpLine(row, template, infusions, taken, today)
        if (line !== undefined) lines.push(line)
      }
      return done({ today, lines: lines.toSorted((a, b) => byText(a.next_due || '9', b.next_due || '9') || byText(a.coi, b.coi)) })
    },
    async 'order.given'(call) {
      const order = await rowInScope<DoseOrderData>(call, 'dose_order')
      if (!order.ok) return order
      const { lot } = order.value.data
      const file = await readLotFile(pool, lot)
      if (!file.ok) return file
      const released = lastRelease(await signaturesOf(pool, lot))
      return done(givenOrder(order.value, file.value, await rowsOf<InfusionData>('infusion', lot), released?.time ?? ''))
    },
    async 'study.tables'(call) {
      const study = call.params.id!
      const ofStudy = async <T>(table: Table) =>
        (await listRows(pool, table, { where: `study=${study}`, limit: MOST_OF_STUDY })) as unknown as readonly Row<T>[]
      const mine = ({ site }: { readonly site: string }) => call.mayAt({ site, study }).ok
      const specimens: { subject: string; row: Row<SpecimenData> }[] = []
      for (const subject of await ofStudy<SubjectData>('subject'))
        if (mine(subject.data))
          for (const therapy of await rowsOf<TherapyData>('therapy', subject.id))
            for (const row of await rowsOf<SpecimenData>('specimen', therapy.id)) specimens.push({ subject: subject.id, row })
      const lots: StudyRecord['lots'][number][] = []
      for (const { id, data } of await ofStudy<LotData>('lot')) {
        if (!mine(data)) continue
        const file = await readLotFile(pool, id)
        if (!file.ok) return file
        lots.push({
          file: file.value,
          orders: await rowsOf<DoseOrderData>('dose_order', id),
          infusions: await rowsOf<InfusionData>('infusion', id),
          releasedAt: lastRelease(await signaturesOf(pool, id))?.time ?? '',
        })
      }
      return specimens.length + lots.length === 0
        ? fail(issue('not-found', `the record has nothing of study ${study} that you may read`, 'check the study; see `cognate lot show`'))
        : done(recordTables({ study, specimens, lots }))
    },
    async 'lot.file'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      const { row, holds, template, steps, results, oos, deviations, containers, shipments } = file.value
      return done(
        { lot: row, holds, template, steps: [...steps.values()], results, investigations: oos, deviations, containers, shipments },
        { headers: { etag: `"${row.version}"` } },
      )
    },
    async 'lot.certificate'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      await store.sealAll()
      const checkpoint = await newestCheckpoint(pool, store.logs.record.signer.origin)
      const signatures = await signaturesOf(pool, call.params.id!)
      const release = await releaseProof(signatures, file.value.lot.disposition, checkpoint)
      const certificate = certificateOf(file.value, signatures, checkpoint?.note ?? '', release)
      if (!(call.request.headers.accept ?? '').includes('text/html')) return done(certificate)
      const sealed = release?.proof ?? certificate.checkpoint
      return done(certificateHtml(certificate, toSVG({ bcid: 'qrcode', text: sealed, scale: 2 })), PAGE)
    },
    async 'template.examples'() {
      return done({ templates: shippedTemplates() })
    },
    async 'lot.fhir'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      const id = file.value.row.id
      const { specimen, coi } = file.value.lot
      const input = {
        file: file.value,
        specimen: (await rowsOf<SpecimenData>('specimen', coi)).find(row => row.id === specimen),
        therapy: (await rowHistory(pool, 'therapy', coi)).at(-1) as unknown as Row<TherapyData> | undefined,
        infusions: await rowsOf<InfusionData>('infusion', id),
        orders: await rowsOf<DoseOrderData>('dose_order', id),
        followUps: await rowsOf<FollowUpData>('follow_up', id),
        signatures: await signaturesOf(pool, id),
      }
      return done(exactJsonText(lotBundle(input, (call.query as { release: FhirRelease }).release)), {
        type: 'application/fhir+json; charset=utf-8',
      })
    },
    async 'container.label-page'(call) {
      const row = await rowInScope<ContainerData>(call, 'container')
      if (!row.ok) return row
      const { data, parent } = row.value
      const printed = data.labels.find(label => label.state === 'printed')
      if (printed === undefined)
        return fail(
          issue(
            'label-state',
            `${row.value.id} has no label that waits to be applied`,
            'record a label first; an applied one is never printed again',
          ),
        )
      const lot = (await rowHistory(pool, 'lot', parent)).at(-1)!.data as LotData
      const gtin = printed.element_string.slice(3, 17)
      const label = containerLabel(
        { gtin, lot: parent, serial: printed.serial, coi: coiOnLabel(data), expires: data.expires },
        lot.product_type,
      )
      if (!label.ok || label.value.elementString !== printed.element_string)
        throw new Error(`the label of ${row.value.id} cannot be made again`)
      const before = await opened(call, 'label-page', 'container', row.value.id, row.value.version, `serial ${printed.serial}`)
      return done(labelHtml(label.value.lines, gs1DataMatrix(printed.element_string), before), PAGE)
    },
    async 'therapy.wristband'(call) {
      const row = await rowInScope<TherapyData>(call, 'therapy')
      if (!row.ok) return row
      const coi = row.value.id as Coi
      const before = await opened(call, 'wristband-page', 'therapy', coi, row.value.version, 'wristband')
      const barcode = gs1Code128(wristbandString(coi)).replace('<svg', '<svg class="wide"')
      return done(labelHtml([`Identity ${showCoi(coi)}`, row.value.parent], barcode, before), PAGE)
    },
    async trace(call) {
      const traced = await traceItem(pool, call.params.id!)
      if (!traced.ok) return traced
      const { start, from, into } = traced.value
      const nodes = [...from, ...into].map(hop => hop.node)
      return (await outOfScope(call, start, nodes)) ?? done(traced.value)
    },
    async 'recall.scope'(call) {
      const scope = await recallScope(pool, call.params.id!)
      if (!scope.ok) return scope
      return (await outOfScope(call, scope.value.start, scope.value.affected)) ?? done(scope.value)
    },
  }
}
