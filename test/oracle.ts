// Tests against the development data: reported as skipped where it is absent, failed in CI, and failed when they compared nothing.
import { columnReader, parseDelimited } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { folder, isThere, type Row, readData } from './oracle-data.ts'

export { data, type Row, readData, root } from './oracle-data.ts'

/** A test that needs the development data, and what else `isReady` says. In CI what is missing is a failure. */
export function oracle(name: string, body: () => void | Promise<void>, isReady = isThere): void {
  if (isReady) test(name, body)
  else if (process.env.CI)
    test(name, () =>
      expect.fail(
        isThere
          ? 'a program that this test needs is not installed: see .ci/run'
          : `development data not found at ${folder}: set COGNATE_DATA`,
      ),
    )
  else test.skip(name, body)
}

/** Rows of a table by column name. */
export function rowsOf(text: string, delimiter: ',' | '\t' = '\t'): readonly Row[] {
  const table = value(parseDelimited(text, { delimiter }))
  const get = columnReader(table.columns)
  return table.rows.map(row => Object.fromEntries(table.columns.map(name => [name, get(row, name)])))
}

/** Rows of a tab-separated file of the development data; fails on a file without rows. */
export function tableOf(path: string): readonly Row[] {
  const rows = rowsOf(readData(path))
  expect(rows.length).toBeGreaterThan(0)
  return rows
}

/** Value of a result, or the test fails with the issue. */
export function value<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issue: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.issue))
  return result.value
}
