// A table of a case, a page at a time: searched, ordered by any column, and the whole of it to be downloaded. The server looks; here is only what is shown.
import { type ReactNode, useEffect, useState } from 'react'
import { casePath, type Row, type TableAnswer } from '../client/case-answers.ts'
import type { Client } from '../client/record-client.ts'
import { useAnswer } from '../client/use-answer.ts'
import { Problem } from './answer.tsx'

export interface Column {
  /** Of the file. */
  readonly name: string
  readonly title: string
  /** How a cell is shown; as it stands when left out. */
  readonly show?: (row: Row) => ReactNode
  readonly isNumber?: boolean
}

const PAGE = 50
/** A person types faster than a table is read. */
const PAUSE_MS = 250

export function DataTable({
  client,
  id,
  table,
  caption,
  columns,
  rowKey,
  only,
}: {
  readonly client: Client
  /** Of the case. */
  readonly id: string
  readonly table: string
  readonly caption: string
  readonly columns: readonly Column[]
  /** Columns that name a row. */
  readonly rowKey: readonly string[]
  /** Only rows with exactly this in a column. */
  readonly only?: readonly [column: string, equals: string]
}) {
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState({ sort: '', descending: false })
  const [page, setPage] = useState(0)
  useEffect(() => {
    const pause = setTimeout(() => {
      setSearch(typed)
      setPage(0)
    }, PAUSE_MS)
    return () => clearTimeout(pause)
  }, [typed])
  const wish = new URLSearchParams({
    search,
    column: only?.[0] ?? '',
    equals: only?.[1] ?? '',
    sort: order.sort,
    descending: String(order.descending),
    offset: String(page * PAGE),
    limit: String(PAGE),
  })
  const { result } = useAnswer<TableAnswer>(client, `${casePath(id, 'tables', table)}?${wish}`, true)
  if (result === undefined) return <p className="muted">Reading {table} …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  const { rows, found, total } = result.value
  const order_by = (name: string) => {
    // once up, once down, then as the file has it
    setOrder(
      order.sort !== name
        ? { sort: name, descending: false }
        : order.descending
          ? { sort: '', descending: false }
          : { sort: name, descending: true },
    )
    setPage(0)
  }
  const arrow = (name: string) => (order.sort !== name ? '' : order.descending ? ' ↓' : ' ↑')
  return (
    <section>
      <div className="tools">
        <h2>{caption}</h2>
        {only === undefined ? (
          <label>
            Search <input type="search" name={`search-${table}`} value={typed} onChange={event => setTyped(event.target.value)} />
          </label>
        ) : null}
        <span className="muted" role="status">
          {found === total
            ? `${total.toLocaleString('en-US')} rows`
            : `${found.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} rows`}
        </span>
        <a href={`/api/v1${casePath(id, 'files', `${table}.tsv`)}`}>{table}.tsv</a>
      </div>
      {rows.length === 0 ? <p className="muted">No row.</p> : null}
      <div className="scroll">
        <table className="data" hidden={rows.length === 0}>
          <thead>
            <tr>
              {columns.map(({ name, title, isNumber }) => (
                <th
                  key={name}
                  scope="col"
                  className={isNumber === true ? 'number' : undefined}
                  aria-sort={order.sort !== name ? 'none' : order.descending ? 'descending' : 'ascending'}
                >
                  <button type="button" className="plain-button" onClick={() => order_by(name)}>
                    {title}
                    {arrow(name)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={rowKey.map(name => row[name]).join(' ')}>
                {columns.map(({ name, show, isNumber }) => (
                  <td key={name} className={isNumber === true ? 'number' : undefined}>
                    {show === undefined ? row[name] : show(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found > PAGE ? (
        <p className="choices">
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Before
          </button>
          <span className="muted">
            {page * PAGE + 1}–{page * PAGE + rows.length}
          </span>
          <button type="button" disabled={(page + 1) * PAGE >= found} onClick={() => setPage(page + 1)}>
            After
          </button>
        </p>
      ) : null}
    </section>
  )
}
