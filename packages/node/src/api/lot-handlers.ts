// Routes of a lot's file, its certificate, and what it came from and went into.
import { type BoardLine, boardLine, certificateHtml, certificateOf, isOver, sortBoard } from '@cognate/core/lot'
import { toSVG } from 'bwip-js/node'
import { lotsUnderWay, newestCheckpoint, readLotFile, recallScope, signaturesOf, traceItem } from '../store/record-reads.ts'
import { done, type Handlers, type HandlerTools } from './handler.ts'
import type { Scope } from './scope.ts'

export function lotHandlers({ record, clock }: HandlerTools, { lotInScope, outOfScope }: Scope): Handlers {
  const { store } = record
  const { pool } = store
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
    async 'lot.file'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      const { row, template, steps, results, oos, deviations, containers, shipments } = file.value
      return done(
        { lot: row, template, steps: [...steps.values()], results, investigations: oos, deviations, containers, shipments },
        { headers: { etag: `"${row.version}"` } },
      )
    },
    async 'lot.certificate'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      await store.sealAll()
      const checkpoint = await newestCheckpoint(pool, store.logs.record.signer.origin)
      const certificate = certificateOf(file.value, await signaturesOf(pool, call.params.id!), checkpoint?.note ?? '')
      if (!(call.request.headers.accept ?? '').includes('text/html')) return done(certificate)
      return done(certificateHtml(certificate, toSVG({ bcid: 'qrcode', text: certificate.checkpoint, scale: 2 })), {
        type: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'" },
      })
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
