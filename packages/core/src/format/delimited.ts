// CSV and TSV with a header (RFC 4180 quoting for CSV; none for TSV) ↔ rows by column name. Lines are 1-based, the header is a row of its own.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
}

export interface TableRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** One line of CSV into cells. A quote left open is an issue. */
export function splitCsvLine(line: string): Result<string[], string> {
  if (!line.includes('"')) return ok(line.split(','))
  const cells: string[] = []
  let cell = ''
  let i = 0
  for (;;) {
    if (line[i] === '"') {
      i++
      for (;;) {
        if (i >= line.length) return fail('a quote is never closed')
        if (line[i] === '"' && line[i + 1] === '"') {
          cell += '"'
          i += 2
        } else if (line[i] === '"') {
          i++
          break
        } else cell += line[i++]
      }
    }
    while (i < line.length && line[i] !== ',') cell += line[i++]
    cells.push(cell)
    cell = ''
    if (i >= line.length) return ok(cells)
    i++
  }
}

export interface DelimitedOptions {
  readonly delimiter: ',' | '\t'
  /** Lines that start with this are skipped (BD Rhapsody's `##`). */
  readonly comment?: string
  readonly required?: readonly string[]
}

/**
 * Whole text to a table. Rows shorter than the header are padded; longer ones are an issue.
 * Errors: `table-empty`, `column-missing`, `row-too-long`, `csv-quote`.
 */
export function parseDelimited(text: string, options: DelimitedOptions): Result<Table, Issue> {
  const lines = text.split(/\r?\n/)
  const split = (line: string, number: number): Result<string[], Issue> => {
    if (options.delimiter === '\t') return ok(line.split('\t'))
    const cells = splitCsvLine(line)
    return cells.ok ? cells : fail(issue('csv-quote', cells.issue, 'close the quote; a cell may not span lines', number))
  }
  let columns: string[] | undefined
  const rows: TableRow[] = []
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line === '' || (options.comment !== undefined && line.startsWith(options.comment))) continue
    const cells = split(line, i + 1)
    if (!cells.ok) return cells
    if (columns === undefined) {
      columns = cells.value
      columns[0] = columns[0]!.replace(/^\uFEFF/, '')
      const missing = (options.required ?? []).filter(name => !columns!.includes(name))
      if (missing.length > 0) {
        return fail(
          issue(
            'column-missing',
            `the header has no column ${missing.join(', ')}; it has ${columns.slice(0, 30).join(', ')}`,
            'give a file that has these columns',
            i + 1,
          ),
        )
      }
      continue
    }
    if (cells.value.length > columns.length) {
      return fail(
        issue('row-too-long', `${cells.value.length} cells under ${columns.length} columns`, 'quote cells that hold the delimiter', i + 1),
      )
    }
    while (cells.value.length < columns.length) cells.value.push('')
    rows.push({ line: i + 1, cells: cells.value })
  }
  if (columns === undefined)
    return fail(issue('table-empty', 'the file has no header line', 'check that the file was written completely', 1))
  return ok({ columns, rows })
}

/** Tab where the first line holds one, else comma. */
export const delimiterOf = (text: string): ',' | '\t' => (/^[^\n]*\t/.test(text) ? '\t' : ',')

/** `column-missing` of the first needed column that a table has not. `more`: columns that it may have. */
export function lackingColumn({ columns }: Table, needed: readonly string[], more: readonly string[] = []): Issue | undefined {
  const missing = needed.find(name => !columns.includes(name))
  if (missing === undefined) return undefined
  const remedy = `the table needs ${needed.join(', ')}${more.length === 0 ? '' : `; it may have ${more.join(', ')}`}`
  return issue('column-missing', `there is no column ${missing}`, remedy, 1)
}

/** Reader of one column; undefined cells read as the empty text. */
export function columnReader(columns: readonly string[]): (row: TableRow, name: string) => string {
  const at = new Map(columns.map((name, i) => [name, i]))
  return (row, name) => {
    const i = at.get(name)
    return i === undefined ? '' : (row.cells[i] ?? '')
  }
}

export type Cell = string | number | boolean | undefined

/** A number with so many significant digits; an unknown one stays an empty cell. */
export const rounded = (value: number | undefined, digits: number): number | undefined =>
  value === undefined ? undefined : Number(value.toPrecision(digits))

const cellText = (cell: Cell): string => (cell === undefined ? '' : String(cell))

/** Tab-separated text with a header; tabs and line ends inside a cell become spaces. */
export function formatTsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => cells.map(cell => cellText(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')
  return `${[columns.join('\t'), ...rows.map(line)].join('\n')}\n`
}

/** Comma-separated text; cells that need it are quoted. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return `${[columns, ...rows].map(cells => cells.map(cell => quote(cellText(cell))).join(',')).join('\n')}\n`
}
