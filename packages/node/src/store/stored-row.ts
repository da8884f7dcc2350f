// Rows as the database holds them: a version each, with the event that wrote it.
import type { Row, Table } from '@cognate/core/record'
import type pg from 'pg'

export interface StoredRow extends Row {
  readonly valid_from: string
  readonly event_index: number
  readonly row_sha256: string
}

/** One statement a table, rows as arrays. */
export async function insertRows(client: pg.Client, rows: readonly StoredRow[]): Promise<void> {
  const byTable = new Map<Table, StoredRow[]>()
  for (const row of rows) {
    const held = byTable.get(row.table)
    if (held === undefined) byTable.set(row.table, [row])
    else held.push(row)
  }
  for (const [table, list] of byTable)
    await client.query({
      name: `insert-${table}`,
      text: `INSERT INTO ${table} (id, version, parent, valid_from, event_index, row_sha256, data) SELECT id, version, parent, valid_from, event_index, row_sha256, data::json FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[]) AS t (id, version, parent, valid_from, event_index, row_sha256, data)`,
      values: [
        list.map(row => row.id),
        list.map(row => row.version),
        list.map(row => row.parent),
        list.map(row => row.valid_from),
        list.map(row => row.event_index),
        list.map(row => row.row_sha256),
        list.map(row => JSON.stringify(row.data)),
      ],
    })
}
