// Newest versions of rows: from the database, and kept while nobody else wrote. The log's head says whether anybody did, so what is kept is never stale.
import { type Row, type RowData, type RowRef, TABLES, type Table } from '@cognate/core/record'
import type pg from 'pg'

interface Found {
  readonly table: Table
  readonly id: string
  readonly version: number
  readonly parent: string
  readonly data: RowData
}

const newest = (table: Table, where: string) =>
  `SELECT '${table}' AS "table", id, version, parent, data FROM (SELECT DISTINCT ON (id) id, version, parent, data FROM ${table} WHERE ${where} ORDER BY id, version DESC) AS ${table}_newest`

const FAMILY = TABLES.map(table => newest(table, 'parent = ANY($1)')).join(' UNION ALL ')

/** Rows kept at most; beyond, all are forgotten and read again. */
const MOST_KEPT = 200_000

const keyOf = (ref: RowRef) => `${ref.table}/${ref.id}`

export class RowReader {
  readonly #rows = new Map<string, Row | null>()
  readonly #families = new Map<string, Set<string>>()

  forget(): void {
    this.#rows.clear()
    this.#families.clear()
  }

  /** The newest versions, read where they are not kept. */
  async read(client: pg.ClientBase, refs: readonly RowRef[], parents: readonly string[]): Promise<readonly Row[]> {
    if (this.#rows.size > MOST_KEPT) this.forget()
    const unknown = new Map<Table, string[]>()
    for (const ref of refs)
      if (!this.#rows.has(keyOf(ref))) {
        const held = unknown.get(ref.table)
        if (held === undefined) unknown.set(ref.table, [ref.id])
        else held.push(ref.id)
      }
    if (unknown.size > 0) {
      const parts = [...unknown].map(([table], i) => newest(table, `id = ANY($${i + 1})`))
      const found = await client.query<Found>(parts.join(' UNION ALL '), [...unknown.values()])
      for (const [table, ids] of unknown) for (const id of ids) this.#rows.set(keyOf({ table, id }), null)
      for (const row of found.rows) this.#rows.set(keyOf(row), row)
    }
    const strange = parents.filter(parent => !this.#families.has(parent))
    if (strange.length > 0) {
      const found = await client.query<Found>({ name: 'family', text: FAMILY, values: [strange] })
      for (const parent of strange) this.#families.set(parent, new Set())
      for (const row of found.rows) {
        this.#rows.set(keyOf(row), row)
        this.#families.get(row.parent)!.add(keyOf(row))
      }
    }
    const wanted = new Set(refs.map(keyOf))
    for (const parent of parents) for (const key of this.#families.get(parent)!) wanted.add(key)
    return [...wanted].flatMap(key => this.#rows.get(key) ?? [])
  }

  /** A row that is being written: later decisions of the same transaction see it. */
  put(row: Row): void {
    this.#rows.set(keyOf(row), row)
    this.#families.get(row.parent)?.add(keyOf(row))
  }

  versionOf(ref: RowRef): number | undefined {
    const held = this.#rows.get(keyOf(ref))
    return held === undefined ? undefined : (held?.version ?? 0)
  }
}
