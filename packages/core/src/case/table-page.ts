// A page of a table that a stage wrote: rows that hold what is looked for, in the order asked for. Cells stay the text that the file has.

/** A table row by column name. */
export type Row = Readonly<Record<string, string>>

export interface PageWish {
  /** Words that a row has to hold, each in any cell; upper and lower case are alike. */
  readonly search: string
  /** Only rows whose cell in this column is exactly `equals`; '' for all. */
  readonly column: string
  readonly equals: string
  /** Column to order by; '' leaves the order of the file. */
  readonly sort: string
  readonly descending: boolean
  /** From 0. */
  readonly offset: number
  readonly limit: number
}

export interface TablePage {
  readonly rows: readonly Row[]
  /** Rows that fit, and rows of the table. */
  readonly found: number
  readonly total: number
}

export function tablePage(rows: readonly Row[], { search, column, equals, sort, descending, offset, limit }: PageWish): TablePage {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const fitting = rows.filter(row => {
    if (column !== '' && row[column] !== equals) return false
    if (words.length === 0) return true
    const text = Object.values(row).join('\t').toLowerCase()
    return words.every(word => text.includes(word))
  })
  const ordered = sort === '' ? fitting : fitting.toSorted(byColumn(sort, descending))
  return { rows: ordered.slice(offset, offset + limit), found: fitting.length, total: rows.length }
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** Numbers by value and before words, words as people order them; empty cells come last either way, for they are unknown. */
function byColumn(column: string, descending: boolean): (a: Row, b: Row) => number {
  const turn = descending ? -1 : 1
  return (a, b) => {
    const [x, y] = [a[column] ?? '', b[column] ?? '']
    if (x === '' || y === '') return Number(x === '') - Number(y === '')
    const [isX, isY] = [NUMBER.test(x), NUMBER.test(y)]
    if (isX && isY) return turn * (Number(x) - Number(y))
    if (isX !== isY) return isX ? -1 : 1
    return turn * x.localeCompare(y, 'en', { numeric: true })
  }
}
