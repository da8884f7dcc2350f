// Tests against the development data: found by COGNATE_DATA, reported as skipped where it is absent, failed in CI, and failed when they compared nothing.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const folder = resolve(root, process.env.COGNATE_DATA ?? '../shared/data')
const isThere = existsSync(folder)

export const data = (path: string): string => join(folder, path)

/** A test that needs the development data. In CI a missing folder is a failure. */
export function oracle(name: string, body: () => void | Promise<void>): void {
  if (isThere) test(name, body)
  else if (process.env.CI) test(name, () => expect.fail(`development data not found at ${folder}: set COGNATE_DATA`))
  else test.skip(name, body)
}

export function readData(path: string): string {
  const bytes = readFileSync(data(path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export type Row = Readonly<Record<string, string>>

/** Rows of a tab-separated file by column name; fails on a file without rows. */
export function tableOf(path: string): readonly Row[] {
  const table = parseDelimited(readData(path), { delimiter: '\t' })
  if (!table.ok) throw new Error(`${path}: ${table.issue.what}`)
  const get = columnReader(table.value.columns)
  expect(table.value.rows.length).toBeGreaterThan(0)
  return table.value.rows.map(row => Object.fromEntries(table.value.columns.map(name => [name, get(row, name)])))
}

/** Value of a result, or the test fails with the issue. */
export function value<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.issue))
  return result.value
}
