// Rows in memory: what a decision is given, and the differences that an event tells.
import { byText, canonicalJson, type Json, ok, type Result, refuse } from '../base/index.ts'
import type { Needs, Row, RowData, RowRef, Rows, Table } from './command.ts'

/** Rows as read; knows what was asked for, so that a decision on something unread is a bug and not a missing row. */
export class RowSet implements Rows {
  readonly #rows = new Map<string, Row>()
  readonly #asked = new Set<string>()
  readonly #parents = new Set<string>()

  /** What of `needs` was not read yet. */
  missing(needs: Needs): { readonly rows: readonly RowRef[]; readonly parents: readonly string[] } {
    const rows = new Map((needs.rows ?? []).map(ref => [`${ref.table}/${ref.id}`, ref]))
    return {
      rows: [...rows].filter(([key]) => !this.#asked.has(key)).map(([, ref]) => ref),
      parents: [...new Set(needs.parents ?? [])].filter(parent => parent !== '' && !this.#parents.has(parent)),
    }
  }

  /** Notes what was read, with what was found. */
  read(refs: readonly RowRef[], parents: readonly string[], found: readonly Row[]): void {
    for (const ref of refs) this.#asked.add(`${ref.table}/${ref.id}`)
    for (const parent of parents) this.#parents.add(parent)
    for (const row of found) {
      this.#rows.set(`${row.table}/${row.id}`, row)
      this.#asked.add(`${row.table}/${row.id}`)
    }
  }

  get<T = RowData>(table: Table, id: string): Row<T> | undefined {
    const key = `${table}/${id}`
    if (!this.#asked.has(key)) throw new Error(`${key} was not read before the decision`)
    return this.#rows.get(key) as Row<T> | undefined
  }

  peek<T = RowData>(table: Table, id: string): Row<T> | undefined {
    return this.#rows.get(`${table}/${id}`) as Row<T> | undefined
  }

  of<T = RowData>(table: Table, parent: string): readonly Row<T>[] {
    if (!this.#parents.has(parent)) throw new Error(`what belongs to ${parent} was not read before the decision`)
    return this.peekOf(table, parent)
  }

  peekOf<T = RowData>(table: Table, parent: string): readonly Row<T>[] {
    return [...this.#rows.values()]
      .filter(row => row.table === table && row.parent === parent)

      .sort((a, b) => byId(a.id, b.id)) as unknown as Row<T>[]
  }
}

/** `lot:dev:2` before `lot:dev:10`: numbers at the end count as numbers. */
function byId(a: string, b: string): number {
  const [headA, headB] = [a.replace(/\d+$/, ''), b.replace(/\d+$/, '')]
  return byText(headA, headB) || a.length - b.length || byText(a, b)
}

/** The row, or the issue that it is not there. Errors: `not-found`. */
export function existing<T = RowData>(rows: Rows, table: Table, id: string): Result<Row<T>> {
  const row = rows.get<T>(table, id)
  return row === undefined
    ? refuse('not-found', `there is no ${table.replace('_', ' ')} ${id}`, 'check the id; scan it rather than type it')
    : ok(row)
}

/** Errors: `exists`. */
export const fresh = (rows: Rows, table: Table, id: string): Result<undefined> =>
  rows.get(table, id) === undefined
    ? ok(undefined)
    : refuse(
        'exists',
        `the ${table.replace('_', ' ')} ${id} is there already`,
        'use another id; a correction is a new version of the old one',
      )

export interface Change {
  readonly path: string
  readonly old: Json
  readonly new: Json
}

/** Leaf by leaf what differs between two versions, paths as JSON pointers below `TABLE/ID`. */
export function changesOf(prefix: string, before: Json | undefined, after: Json | undefined): readonly Change[] {
  if (before === undefined && after === undefined) return []
  const isMap = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isMap(after) && (before === undefined || isMap(before))) {
    const old = before ?? {}
    return [...new Set([...Object.keys(old), ...Object.keys(after)])]
      .sort()
      .flatMap(key => changesOf(`${prefix}/${key}`, own(old, key), own(after, key)))
  }
  return before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)
    ? []
    : [{ path: prefix, old: before ?? null, new: after ?? null }]
}

const own = (map: { readonly [key: string]: Json | undefined }, key: string): Json | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined
