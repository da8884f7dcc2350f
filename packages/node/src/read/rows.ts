// A table that a stage wrote, as rows by column name.
import { existsSync, readFileSync } from 'node:fs'
import type { Row } from '@cognate/core/case'
import { columnReader, parseDelimited } from '@cognate/core/format'

/** No rows where the stage did not run. */
export function readRows(path: string): readonly Row[] {
  if (!existsSync(path)) return []
  const table = parseDelimited(readFileSync(path, 'utf8'), { delimiter: '\t' })
  if (!table.ok) return []
  const get = columnReader(table.value.columns)
  return table.value.rows.map(row => Object.fromEntries(table.value.columns.map(name => [name, get(row, name)])))
}
