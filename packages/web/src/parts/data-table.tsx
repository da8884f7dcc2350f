// A table of a case, a page at a time: searched, ordered by any column, and the whole of it to be downloaded. The server looks; here is only what is shown.
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { Row, TableAnswer } from '../client/case-answers.ts'
import type { Client } from '../client/record-client.ts'
import { useAnswer } from '../client/use-answer.ts'
import { Problem } from './answer.tsx'

export interface Column {
  /** Of the file. */
  readonly name: string
  readonly title: string
  /** How a cell is shown; as it stands when left out. */
  readonly show?: (row: Row) => ReactNode
  /** Numbers stand right; a word, such as a date, is never broken; prose is never narrower than a few words. */
  readonly kind?: 'number' | 'word' | 'prose'
}

const PAGE = 50
/** A person types faster than a table is read. */
const PAUSE_MS = 250

interface Order {
  /** Column; '' as the file has it. */
  readonly sort: string
  readonly descending: boolean
}

export function DataTable({
  client,
  of,
  table,
  caption,
  columns,
  rowKey,
}: {
  readonly client: Client
  /** Path of the case or the read-out that it is of. */
  readonly of: string
  readonly table: string
  readonly caption: string
  readonly columns: readonly Column[]
  /** Columns that name a row. */
  readonly rowKey: readonly string[]
}) {
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<Order>({ sort: '', descending: false })
  const [page, setPage] = useState(0)
  const wish = new URLSearchParams({
    search,
    sort: order.sort,
    descending: String(order.descending),
    offset: String(page * PAGE),
    limit: String(PAGE),
  })
  const { result } = useAnswer<TableAnswer>(client, `${of}/tables/${encodeURIComponent(table)}?${wish}`, true)
  const begin = useCallback((change: () => void) => {
    change()
    setPage(0)
  }, [])
  if (result === undefined) return <p className="muted">Reading {table} …</p>
  if (!result.ok) return <Problem issue={result.issue} />
  const { rows, found, total } = result.value
  return (
    <section>
      <div className="tools">
        <h2>{caption}</h2>
        <Search name={`search-${table}`} onSearch={text => begin(() => setSearch(text))} />
        <span className="muted" role="status">
          {found === total ? '' : `${found.toLocaleString('en-US')} of `}
          {total.toLocaleString('en-US')} rows
        </span>
        <a href={`/api/v1${of}/files/${encodeURIComponent(`${table}.tsv`)}`}>{table}.tsv</a>
      </div>
      {rows.length === 0 ? (
        <p className="muted">No row.</p>
      ) : (
        <div className="scroll">
          <table className="data">
            <Head columns={columns} order={order} onOrder={next => begin(() => setOrder(next))} />
            <tbody>
              {rows.map(row => (
                <tr key={rowKey.map(name => row[name]).join(' ')}>
                  {columns.map(column => (
                    <td key={column.name} className={column.kind}>
                      {column.show === undefined ? row[column.name] : column.show(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found > PAGE ? <Pager page={page} shown={rows.length} found={found} onPage={setPage} /> : null}
    </section>
  )
}

function Search({ name, onSearch }: { readonly name: string; readonly onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState<string>()
  // the newest of what is to be told, without beginning the pause anew
  const told = useRef(onSearch)
  told.current = onSearch
  useEffect(() => {
    if (typed === undefined) return
    const pause = setTimeout(() => told.current(typed), PAUSE_MS)
    return () => clearTimeout(pause)
  }, [typed])
  return (
    <label>
      Search <input type="search" name={name} onChange={event => setTyped(event.target.value)} />
    </label>
  )
}

/** Pressed once a column orders upwards, then downwards, then as the file has it. */
function Head({
  columns,
  order: { sort, descending },
  onOrder,
}: {
  readonly columns: readonly Column[]
  readonly order: Order
  readonly onOrder: (order: Order) => void
}) {
  const next = (name: string): Order =>
    sort !== name ? { sort: name, descending: false } : descending ? { sort: '', descending: false } : { sort: name, descending: true }
  return (
    <thead>
      <tr>
        {columns.map(({ name, title, kind }) => {
          const way = sort !== name ? 'none' : descending ? 'descending' : 'ascending'
          return (
            <th key={name} scope="col" className={kind} aria-sort={way}>
              <button type="button" className="plain-button" onClick={() => onOrder(next(name))}>
                {title}
                {way === 'none' ? '' : way === 'ascending' ? ' ↑' : ' ↓'}
              </button>
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function Pager({
  page,
  shown,
  found,
  onPage,
}: {
  readonly page: number
  readonly shown: number
  readonly found: number
  readonly onPage: (page: number) => void
}) {
  const first = page * PAGE
  return (
    <p className="choices">
      <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>
        Before
      </button>
      <span className="muted">
        {first + 1}–{first + shown}
      </span>
      <button type="button" disabled={first + PAGE >= found} onClick={() => onPage(page + 1)}>
        After
      </button>
    </p>
  )
}
