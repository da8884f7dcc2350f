// Routes of the log, of the program's state, and of its description.
import { fail, issue, type Json, toBase64 } from '@cognate/core/base'
import { cosignedSizes, countRows, listEvents, newestCheckpoint } from '../store/record-reads.ts'
import { done, type Handlers, type HandlerTools } from './handler.ts'
import { openApiDocument } from './openapi.ts'

export function logHandlers({ record, metrics }: HandlerTools): Handlers {
  const { store } = record
  const { pool } = store
  return {
    async events({ query }) {
      const { after, limit, entity } = query as { after: number; limit: number; entity?: string }
      const rows = await listEvents(pool, after, limit, entity)
      return done({ events: rows.map(row => JSON.parse(row.text) as Json), next: rows.length === limit ? rows.at(-1)!.index : null })
    },
    async 'event.proof'({ params }) {
      const index = Number(params.id)
      const { tree } = store.logs.record
      if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size)
        return fail(issue('not-found', `there is no event ${params.id}`, `events 0 to ${tree.size - 1} are there`))
      await store.sealAll()
      const newest = await newestCheckpoint(pool, store.logs.record.signer.origin)
      if (newest === undefined || newest.size <= index)
        return fail(issue('not-found', 'the event is not sealed yet', 'ask again in a second'))
      return done({
        index,
        size: newest.size,
        leaf: toBase64(tree.leaf(index)),
        proof: tree.inclusionProof(index, newest.size).map(toBase64),
        checkpoint: newest.note,
      })
    },
    async checkpoint() {
      const newest = await newestCheckpoint(pool, store.logs.record.signer.origin)
      return newest === undefined
        ? fail(issue('not-found', 'nothing was sealed yet', 'ask again in a second'))
        : done(newest.note, { type: 'text/plain; charset=utf-8' })
    },
    async health() {
      return done({ alive: true })
    },
    async ready() {
      const reachable = await pool.query('SELECT 1').then(
        () => undefined,
        error => (error as Error).message,
      )
      const why = reachable ?? store.fault
      return why === undefined
        ? done({ ready: true })
        : fail(issue('store-unavailable', `the record cannot be written: ${why}`, 'see the database’s log; reading goes on where it can'))
    },
    async metrics() {
      const lines = ['# TYPE cognate_requests_total counter']
      for (const [name, n] of metrics.requests) {
        const [method = '', route = '', status = ''] = name.split(' ')
        lines.push(`cognate_requests_total{method="${method}",route="${route}",status="${status}"} ${n}`)
      }
      lines.push(
        '# TYPE cognate_request_milliseconds_total counter',
        `cognate_request_milliseconds_total ${metrics.milliseconds.toFixed(0)}`,
      )
      lines.push(
        '# TYPE cognate_log_events gauge',
        ...Object.values(store.logs).map(log => `cognate_log_events{log="${log.name}"} ${log.tree.size}`),
      )
      lines.push(
        '# TYPE cognate_cosigned_events gauge',
        ...(await cosignedSizes(pool)).map(
          ({ log, witness, size }) => `cognate_cosigned_events{log="${log}",witness="${witness}"} ${size}`,
        ),
      )
      lines.push(
        '# TYPE cognate_rows gauge',
        ...Object.entries(await countRows(pool)).map(([table, n]) => `cognate_rows{table="${table}"} ${n}`),
      )
      return done(`${lines.join('\n')}\n`, { type: 'text/plain; version=0.0.4; charset=utf-8' })
    },
    async openapi() {
      return done(openApiDocument())
    },
  }
}
