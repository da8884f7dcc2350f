// A table that a stage wrote, as rows by column name.
import { existsSync, readFileSync } from 'node:fs'
import { type Issue, ok, type Result } from '@cognate/core/base'
import type { Row } from '@cognate/core/case'
import { columnReader, parseDelimited, type Table } from '@cognate/core/format'
import { readParsed } from './text.ts'

/** No rows where the stage did not run. */
export function readRows(path: string): readonly Row[] {
  if (!existsSync(path)) return []
  const rows = rowsOf(readFileSync(path, 'utf8'))
  return rows.ok ? rows.value : []
}

/** Rows of a table that has to be there, whoever wrote it. Errors: those of the file and of `parseDelimited`, with the file. */
export const readTableRows = (path: string): Result<readonly Row[], Issue> => readParsed(path, rowsOf)

function rowsOf(text: string): Result<readonly Row[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  return table.ok ? ok(recordsOf(table.value)) : table
}

export function recordsOf({ columns, rows }: Table): readonly Row[] {
  const get = columnReader(columns)
  return rows.map(row => Object.fromEntries(columns.map(name => [name, get(row, name)])))
}
