// Files that a run left, by name: nothing that is not among them is given out. Rows of tables are kept while their file is as it was.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { type PageWish, type Row, tablePage } from '@cognate/core/case'
import { readTableRows } from '../read/rows.ts'
import { done, type Handled } from './handler.ts'

/** Name → path; a name may stand in a folder, as `figures/os.svg`. */
export type Files = ReadonlyMap<string, string>

export const timeOf = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0)

export const SVG = 'image/svg+xml; charset=utf-8'

const TYPES: Readonly<Record<string, string>> = {
  tsv: 'text/tab-separated-values; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: SVG,
}

const missing = (what: string): Result<never, Issue> =>
  fail(issue('not-found', `the run left no ${what}`, 'run it, or see which files it has'))

/** Errors: `not-found`. */
export function bytesOf(files: Files, name: string): Result<Buffer, Issue> {
  const path = files.get(name)
  return path === undefined ? missing(`file ${name}`) : ok(readFileSync(path))
}

/** A file to keep; `of` goes before its name. Errors: `not-found`. */
export function sendFile(files: Files, name: string, of: string): Handled {
  const bytes = bytesOf(files, name)
  if (!bytes.ok) return bytes
  return done(bytes.value, {
    type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    headers: { 'content-disposition': `attachment; filename="${`${of}-${name}`.replace(/[^\w.-]/g, '-')}"` },
  })
}

/** A picture to look at; '' where it could not be drawn. Errors: `not-found`. */
export const sendPicture = (svg: string, name: string): Handled => (svg === '' ? missing(`picture ${name}`) : done(svg, { type: SVG }))

/** Rows read last, by path: a page is asked for after another. */
const kept = new Map<string, { readonly time: number; readonly rows: readonly Row[] }>()
const MOST_KEPT = 12

function rowsOf(path: string): Result<readonly Row[], Issue> {
  const time = timeOf(path)
  const before = kept.get(path)
  if (before?.time === time) return ok(before.rows)
  const rows = readTableRows(path)
  if (!rows.ok) return rows
  kept.delete(path)
  if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!)
  kept.set(path, { time, rows: rows.value })
  return rows
}

export type PageQuery = Omit<PageWish, 'descending'> & { readonly descending: 'true' | 'false' }

/** A page of a table by its name without `.tsv`. Errors: `not-found`; those of the table, which somebody may have edited. */
export function sendPage(files: Files, table: string, query: PageQuery): Handled {
  const path = files.get(`${table}.tsv`)
  if (path === undefined) return missing(`table ${table}`)
  const rows = rowsOf(path)
  return rows.ok ? done(tablePage(rows.value, { ...query, descending: query.descending === 'true' })) : rows
}
