// CSV and TSV with a header (RFC 4180 quoting for CSV; none for TSV) ↔ rows by column name. Lines are 1-based, the header is a row of its own.
// Spreadsheets of countries that write 1,5 separate cells by semicolons; their numbers become 1.5.
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
export function splitCsvLine(line: string, delimiter: ',' | ';' = ','): Result<string[], string> {
  if (!line.includes('"')) return ok(line.split(delimiter))
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
    while (i < line.length && line[i] !== delimiter) cell += line[i++]
    cells.push(cell)
    cell = ''
    if (i >= line.length) return ok(cells)
    i++
  }
}

export type Delimiter = ',' | ';' | '\t'

export interface DelimitedOptions {
  readonly delimiter: Delimiter
  /** Lines that start with this are skipped (BD Rhapsody's `##`). */
  readonly comment?: string
  readonly required?: readonly string[]
  /** Names may stand over several columns, which are read by their place. */
  readonly namesRepeat?: boolean
}

/** Rows that are whole before a short last one is taken for a cut. */
const LEAST_WHOLE = 2

/**
 * Whole text to a table. Rows shorter than the header are padded, for spreadsheets leave empty cells away at a line's end; longer ones are an issue, and so is a
 * last one that is short and has no line end where all before it are whole: the file was cut there. Lines without a cell are no rows.
 * Errors: `table-empty`, `column-missing`, `column-twice`, `row-too-long`, `row-cut`, `csv-quote`, `number-ambiguous`.
 */
export function parseDelimited(text: string, options: DelimitedOptions): Result<Table, Issue> {
  const lines = text.split(/\r?\n/)
  const split = (line: string, number: number): Result<string[], Issue> => {
    if (options.delimiter === '\t') return ok(line.split('\t'))
    const cells = splitCsvLine(line, options.delimiter)
    return cells.ok ? cells : fail(issue('csv-quote', cells.issue, 'close the quote; a cell may not span lines', number))
  }
  let columns: string[] | undefined
  const rows: TableRow[] = []
  let short = 0
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line === '' || (options.comment !== undefined && line.startsWith(options.comment))) continue
    const cells = split(line, i + 1)
    if (!cells.ok) return cells
    if (cells.value.every(cell => cell.trim() === '')) continue
    if (columns === undefined) {
      columns = cells.value
      columns[0] = columns[0]!.replace(/^\uFEFF/, '')
      const twice = options.namesRepeat === true ? undefined : columns.find((name, at) => name !== '' && columns!.indexOf(name) < at)
      if (twice !== undefined)
        return fail(issue('column-twice', `two columns are called ${twice}`, 'remove one, or give it another name', i + 1))
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
    if (cells.value.length < columns.length && short === 0 && rows.length >= LEAST_WHOLE && i === lines.length - 1)
      return fail(
        issue(
          'row-cut',
          `the last line has ${cells.value.length} of ${columns.length} cells and no line end: the file may have been cut here`,
          'copy the file again; if the line is whole, end it with a line break',
          i + 1,
        ),
      )
    if (cells.value.length < columns.length) short++
    while (cells.value.length < columns.length) cells.value.push('')
    rows.push({ line: i + 1, cells: cells.value })
  }
  if (columns === undefined)
    return fail(issue('table-empty', 'the file has no header line', 'check that the file was written completely', 1))
  return options.delimiter === ';' ? withDecimalPoints({ columns, rows }) : ok({ columns, rows })
}

/** 1,5 to 1.5. Where a table writes numbers so, 1.500 may be fifteen hundred: refused. */
function withDecimalPoints({ columns, rows }: Table): Result<Table, Issue> {
  const comma = /^[+-]?\d+,\d+$/
  if (!rows.some(row => row.cells.some(cell => comma.test(cell.trim())))) return ok({ columns, rows })
  for (const row of rows) {
    const grouped = row.cells.find(cell => /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(cell.trim()))
    if (grouped !== undefined)
      return fail(
        issue(
          'number-ambiguous',
          `"${grouped}" in a table with decimal commas`,
          'save the table without separators of thousands',
          row.line,
        ),
      )
  }
  return ok({
    columns,
    rows: rows.map(row => ({ ...row, cells: row.cells.map(cell => (comma.test(cell.trim()) ? cell.replace(',', '.') : cell)) })),
  })
}

/** Tab where the first line holds one, else comma, else the semicolon of spreadsheets whose numbers have commas. */
export function delimiterOf(text: string): Delimiter {
  const head = text.slice(0, (text.indexOf('\n') + 1 || text.length + 1) - 1)
  return head.includes('\t') ? '\t' : head.includes(';') && !head.includes(',') ? ';' : ','
}

/** `column-missing` of the first needed column that a table has not. `more`: columns that it may have. */
export function lackingColumn({ columns }: Table, needed: readonly string[], more: readonly string[] = []): Issue | undefined {
  const missing = needed.find(name => !columns.includes(name))
  if (missing === undefined) return undefined
  const remedy = `the table needs ${needed.join(', ')}${more.length === 0 ? '' : `; it may have ${more.join(', ')}`}`
  return issue('column-missing', `there is no column ${missing}`, remedy, 1)
}

/** Reader of one column, without the spaces around a cell; undefined cells read as the empty text. */
export function columnReader(columns: readonly string[]): (row: TableRow, name: string) => string {
  const at = new Map(columns.map((name, i) => [name, i]))
  return (row, name) => {
    const i = at.get(name)
    return i === undefined ? '' : (row.cells[i]?.trim() ?? '')
  }
}

/** The number that a cell holds; of an empty one, or another text, undefined. */
export function numberOf(cell: string | undefined): number | undefined {
  const number = cell === undefined || cell === '' ? Number.NaN : Number(cell)
  return Number.isFinite(number) ? number : undefined
}

/** The number from 0 that a cell holds: a dose, a count, a share. */
export function amountOf(cell: string): number | undefined {
  const number = numberOf(cell)
  return number !== undefined && number >= 0 ? number : undefined
}

export type Cell = string | number | boolean | undefined

/** A number with so many significant digits; an unknown one stays an empty cell. */
export const rounded = (value: number | undefined, digits: number): number | undefined =>
  value === undefined ? undefined : Number(value.toPrecision(digits))

const cellText = (cell: Cell): string => (cell === undefined ? '' : String(cell))

/** Tab-separated text with a header; tabs and line ends inside a cell become spaces. */
export function formatTsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${[columns.join('\t'), ...rows.map(tsvLine)].join('\n')}\n`
}

const tsvLine = (cells: readonly Cell[]): string => cells.map(cell => cellText(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')

/** The same in pieces of some thousand rows, for a table that no one text can hold. */
export function* tsvPieces(columns: readonly string[], rows: Iterable<readonly Cell[]>): Iterable<string> {
  let lines = [columns.join('\t')]
  for (const cells of rows) {
    lines.push(tsvLine(cells))
    if (lines.length === 5000) {
      yield `${lines.join('\n')}\n`
      lines = []
    }
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

/** Comma-separated text; cells that need it are quoted. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return `${[columns, ...rows].map(cells => cells.map(cell => quote(cellText(cell))).join(',')).join('\n')}\n`
}
