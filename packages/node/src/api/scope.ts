// What lies outside the asker's site and studies is not there for them; that they asked is noted.
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { Row, Table } from '@cognate/core/record'
import { placeOfRow, placesOfNodes, readLotFile, rowHistory } from '../store/record-reads.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { Handled } from './handler.ts'
import type { Call } from './server.ts'

export type Scope = ReturnType<typeof makeScope>

export function makeScope(store: RecordStore) {
  const { pool } = store

  /** The row, if it is in the asker's site and study; otherwise it is not there for them. */
  const scoped = async (call: Call, row: Row): Promise<Result<Row, Issue>> => {
    const may = call.mayAt(await placeOfRow(pool, row))
    if (may.ok) return ok(row)
    await store.noteAccess(call.asker, '', {
      action: 'refused',
      entity: { kind: row.table, id: row.id, version: 0 },
      reason: may.issue.code,
    })
    return may
  }

  /** The newest version of the row that the call names. */
  const rowInScope = async <T>(call: Call, table: Table): Promise<Result<Row<T>, Issue>> => {
    const id = call.params.id!
    const newest = (await rowHistory(pool, table, id)).at(-1)
    if (newest === undefined)
      return fail(issue('not-found', `there is no ${table.replace('_', ' ')} ${id}`, 'check the id; scan it rather than type it'))
    return scoped(call, { table, id, version: newest.version, parent: newest.parent, data: newest.data }) as Promise<Result<Row<T>, Issue>>
  }

  const lotInScope = async (call: Call) => {
    const lot = (await rowHistory(pool, 'lot', call.params.id!)).at(-1)
    if (lot === undefined) return fail(issue('not-found', `there is no lot ${call.params.id}`, 'check the id'))
    const may = await scoped(call, { table: 'lot', id: call.params.id!, version: lot.version, parent: lot.parent, data: lot.data })
    return may.ok ? readLotFile(pool, call.params.id!) : may
  }

  const subjectInScope = async (call: Call): Promise<Result<string, Issue>> => {
    const id = call.params.id!
    const subject = (await rowHistory(pool, 'subject', id)).at(-1)
    if (subject === undefined) return fail(issue('not-found', `there is no subject ${id}`, 'enrol the subject first'))
    const may = await scoped(call, { table: 'subject', id, version: subject.version, parent: subject.parent, data: subject.data })
    return may.ok ? ok(id) : may
  }

  /** The refusal where any of the nodes lies outside the asker's site and studies. */
  async function outOfScope(call: Call, start: string, nodes: readonly string[]): Promise<Handled | undefined> {
    for (const place of await placesOfNodes(pool, [start, ...nodes])) {
      const may = call.mayAt(place)
      if (may.ok) continue
      await store.noteAccess(call.asker, '', {
        action: 'refused',
        entity: { kind: 'genealogy', id: start, version: 0 },
        reason: may.issue.code,
      })
      return may
    }
    return undefined
  }

  return { scoped, rowInScope, lotInScope, subjectInScope, outOfScope }
}
