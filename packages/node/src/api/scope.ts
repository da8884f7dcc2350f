// What lies outside the asker's site and studies is not there for them; that they asked is noted.
import type { Place, Role } from '@cognate/core/access'
import type { AuditEvent } from '@cognate/core/audit'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { Row, Table } from '@cognate/core/record'
import { placeOfRow, placesOfNodes, readLotFile, rowHistory } from '../store/record-reads.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { Handled } from './handler.ts'
import type { Call } from './server.ts'

export type Scope = ReturnType<typeof makeScope>

/** What handlers of folders ask: may the call reach this place, and who is to hear of what it did? */
export interface Gate {
  readonly allowed: (call: Call, place: Place, entity: AuditEvent['entity']) => Promise<Result<Role, Issue>>
  readonly note: (call: Call, action: string, entity: AuditEvent['entity'], reason?: string) => Promise<void>
}

export function makeScope(store: RecordStore) {
  const { pool } = store

  /** Into the access log. */
  const note: Gate['note'] = (call, action, entity, reason = '') => store.noteAccess(call.asker, call.role, { action, entity, reason })

  /** That a call may not reach a place is noted with what was asked for. */
  const allowed: Gate['allowed'] = async (call, place, entity) => {
    const may = call.mayAt(place)
    if (!may.ok) await store.noteAccess(call.asker, '', { action: 'refused', entity, reason: may.issue.code })
    return may
  }

  /** The row, if it is in the asker's site and study; otherwise it is not there for them. */
  const scoped = async (call: Call, row: Row): Promise<Result<Row, Issue>> => {
    const may = await allowed(call, await placeOfRow(pool, row), { kind: row.table, id: row.id, version: 0 })
    return may.ok ? ok(row) : may
  }

  /** The newest version of the row that the call names. */
  const rowInScope = async <T>(
    call: Call,
    table: Table,
    remedy = 'check the id; scan it rather than type it',
  ): Promise<Result<Row<T>, Issue>> => {
    const id = call.params.id!
    const newest = (await rowHistory(pool, table, id)).at(-1)
    if (newest === undefined) return fail(issue('not-found', `there is no ${table.replace('_', ' ')} ${id}`, remedy))
    return scoped(call, { table, id, version: newest.version, parent: newest.parent, data: newest.data }) as Promise<Result<Row<T>, Issue>>
  }

  const lotInScope = async (call: Call) => {
    const lot = await rowInScope(call, 'lot', 'check the id')
    return lot.ok ? readLotFile(pool, lot.value.id) : lot
  }

  const subjectInScope = async (call: Call): Promise<Result<string, Issue>> => {
    const subject = await rowInScope(call, 'subject', 'enrol the subject first')
    return subject.ok ? ok(subject.value.id) : subject
  }

  /** The refusal where any of the nodes lies outside the asker's site and studies. */
  async function outOfScope(call: Call, start: string, nodes: readonly string[]): Promise<Handled | undefined> {
    for (const place of await placesOfNodes(pool, [start, ...nodes])) {
      const may = await allowed(call, place, { kind: 'genealogy', id: start, version: 0 })
      if (!may.ok) return may
    }
    return undefined
  }

  return { allowed, note, scoped, rowInScope, lotInScope, subjectInScope, outOfScope }
}
