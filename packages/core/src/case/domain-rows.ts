// The rows of a trial's tables by subject, at a data cut.
import { type CalendarDate, type Issue, inFile, issue, parseDate } from '../base/index.ts'
import { columnReader, type Table, type TableRow } from '../format/index.ts'
import type { LabRow, PersistenceSample, TrialDomain, TrialTables } from './trial-tables.ts'

export type Get = (row: TableRow, column: string) => string

export const reader = (table: Table): Get => {
  const get = columnReader(table.columns)
  const has = new Set(table.columns)
  return (row, column) => (has.has(column) ? get(row, column).trim() : '')
}

export const numberOf = (text: string): number | undefined => (text === '' || Number.isNaN(Number(text)) ? undefined : Number(text))

/** The rows of each table by subject, those after the cut left out. */
export class DomainRows {
  readonly tables: TrialTables
  readonly cut: CalendarDate
  readonly issues: Issue[]

  constructor(tables: TrialTables, cut: CalendarDate, issues: Issue[]) {
    this.tables = tables
    this.cut = cut
    this.issues = issues
  }

  bySubject<T>(
    domain: TrialDomain,
    make: (get: Get, row: TableRow, day: number | undefined) => T | undefined,
    dateColumn: string,
  ): ReadonlyMap<string, readonly T[]> {
    const given = this.tables[domain]
    const rows = new Map<string, T[]>()
    if (given === undefined) return rows
    const get = reader(given.table)
    for (const row of given.table.rows) {
      const day = this.dayOf(get(row, dateColumn), given.file, row.line)
      if (day === 'after') continue
      const made = make(get, row, day)
      if (made === undefined) continue
      const id = get(row, 'USUBJID')
      const list = rows.get(id)
      if (list === undefined) rows.set(id, [made])
      else list.push(made)
    }
    return rows
  }

  /** A partial date that lies before the cut whole is taken at its last day; else it is an issue. */
  dayOf(text: string, file: string, line: number): number | 'after' | undefined {
    if (text === '') return undefined
    const date = parseDate(text)
    if (!date.ok) this.issues.push(inFile(file, { ...date.issue, line }))
    else if (date.value.last <= this.cut.last) return date.value.last
    else if (date.value.first > this.cut.last) return 'after'
    else this.issues.push(inFile(file, issue('date-partial', `${text} may lie before or after the data cut`, 'give the day', line)))
    return undefined
  }

  /** Rows with a day from infusion: `DAY` or a date. */
  relative<T>(
    domain: 'lb' | 'persistence',
    dayColumn: string,
    dateColumn: string,
    make: (get: Get, row: TableRow) => T,
  ): ReadonlyMap<string, readonly (readonly [number | undefined, string, T])[]> {
    const given = this.tables[domain]
    const rows = new Map<string, (readonly [number | undefined, string, T])[]>()
    if (given === undefined) return rows
    const get = reader(given.table)
    for (const row of given.table.rows) {
      const value = domain === 'persistence' ? get(row, 'value') : '0'
      if (numberOf(value) === undefined) {
        this.issues.push(
          inFile(
            given.file,
            issue('persistence-value', `value is "${value}"`, 'give a number; the sample is left out until then', row.line),
          ),
        )
        continue
      }
      const id = get(row, 'USUBJID')
      const entry = [numberOf(get(row, dayColumn)), get(row, dateColumn), make(get, row)] as const
      const list = rows.get(id)
      if (list === undefined) rows.set(id, [entry])
      else list.push(entry)
    }
    return rows
  }

  private labRows: ReadonlyMap<string, readonly (readonly [number | undefined, string, Omit<LabRow, 'day'>])[]> | undefined
  labs(id: string, infusion: number): readonly LabRow[] {
    this.labRows ??= this.relative('lb', 'DAY', 'LBDTC', (get, row) => ({
      test: get(row, 'LBTESTCD'),
      value: numberOf(get(row, 'LBORRES')),
      unit: get(row, 'LBORRESU'),
      low: numberOf(get(row, 'LBORNRLO')),
      high: numberOf(get(row, 'LBORNRHI')),
      baseline: get(row, 'LBBLFL').toUpperCase() === 'Y',
    }))
    return this.since(this.labRows.get(id) ?? [], infusion)
  }

  private sampleRows: ReadonlyMap<string, readonly (readonly [number | undefined, string, Omit<PersistenceSample, 'day'>])[]> | undefined
  persistence(id: string, infusion: number): readonly PersistenceSample[] {
    this.sampleRows ??= this.relative('persistence', 'day', 'date', (get, row) => ({
      sample: get(row, 'sample') as PersistenceSample['sample'],
      receptor: get(row, 'receptor_id'),
      origin: get(row, 'origin').toUpperCase(),
      method: get(row, 'method'),
      value: Number(get(row, 'value')),
      unit: get(row, 'unit'),
      total: numberOf(get(row, 'n_total')) ?? 0,
    }))
    return this.since(this.sampleRows.get(id) ?? [], infusion)
  }

  since<T>(rows: readonly (readonly [number | undefined, string, T])[], infusion: number): readonly (T & { readonly day: number })[] {
    return rows.flatMap(([given, text, value]) => {
      const date = given === undefined && text !== '' ? parseDate(text) : undefined
      const day = given ?? (date?.ok === true ? date.value.last - infusion : undefined)
      return day === undefined || infusion + day > this.cut.last ? [] : [{ ...value, day }]
    })
  }
}
