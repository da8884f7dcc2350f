// Rows of a case's tables whose cell in one column is exactly this.
import { ok, type Result } from '@cognate/core/base'
import { useCallback } from 'react'
import { type CaseAnswer, casePath, hasFile, type Row, type TableAnswer } from './case-answers.ts'
import type { Client } from './record-client.ts'
import { useAsked } from './use-answer.ts'

/** Beyond so many nobody reads them one by one. */
const MOST = 500

export type RowsByTable<T extends string> = Readonly<Record<T, readonly Row[]>>

/** No row of a table whose stage did not run. Undefined while they are on their way. */
export function useRows<T extends string>(
  client: Client,
  { id, files }: Pick<CaseAnswer, 'id' | 'files'>,
  tables: readonly T[],
  column: string,
  equals: string,
): Result<RowsByTable<T>> | undefined {
  const there = tables.filter(table => hasFile({ files }, `${table}.tsv`)).join(' ')
  const all = tables.join(' ')
  const wish = new URLSearchParams({ column, equals, limit: String(MOST) }).toString()
  const ask = useCallback(async (): Promise<Result<RowsByTable<T>>> => {
    const rows: Record<string, readonly Row[]> = Object.fromEntries(all.split(' ').map(table => [table, []]))
    for (const table of there.split(' ').filter(Boolean)) {
      const page = await client.get<TableAnswer>(`${casePath(id, 'tables', table)}?${wish}`)
      if (!page.ok) return page
      rows[table] = page.value.rows
    }
    return ok(rows as RowsByTable<T>)
  }, [client, id, all, there, wish])
  return useAsked(ask).result
}
