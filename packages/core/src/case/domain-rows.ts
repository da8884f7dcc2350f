// The rows of a trial's tables by subject, at a data cut.
import { type CalendarDate, type Issue, inFile, parseDate, type Report, reportAt } from '../base/index.ts'
import { amountOf, columnReader, numberOf, type TableRow } from '../format/index.ts'
import type { LabRow, PersistenceSample, TrialDomain, TrialTables } from './trial-tables.ts'

export type Get = (row: TableRow, column: string) => string

const LEFT_OUT = 'the row is left out until then'

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
    make: (get: Get, row: TableRow, report: Report, day: number | undefined) => T | undefined,
    dateColumn: string,
    /** What becomes of a row without a date. */
    undated = LEFT_OUT,
  ): ReadonlyMap<string, readonly T[]> {
    const given = this.tables[domain]
    const rows = new Map<string, T[]>()
    if (given === undefined) return rows
    const get = columnReader(given.table.columns)
    for (const row of given.table.rows) {
      const day = this.dayOf(get(row, dateColumn), given.file, row.line, dateColumn, undated)
      if (day === 'after') continue
      const made = make(get, row, reportAt(this.issues, given.file, row.line), day)
      if (made === undefined) continue
      const id = get(row, 'USUBJID')
      const list = rows.get(id)
      if (list === undefined) rows.set(id, [made])
      else list.push(made)
    }
    return rows
  }

  /** A partial date that lies before the cut whole is taken at its last day; else it is an issue, and so is none. */
  dayOf(text: string, file: string, line: number, column: string, undated = LEFT_OUT): number | 'after' | undefined {
    const date = parseDate(text)
    const report = reportAt(this.issues, file, line)
    if (text === '') report('date-missing', `${column} is empty`, `give the date; ${undated}`)
    else if (!date.ok) this.issues.push(inFile(file, { ...date.issue, line }))
    else if (date.value.last <= this.cut.last) return date.value.last
    else if (date.value.first > this.cut.last) return 'after'
    else report('date-partial', `${text} may lie before or after the data cut`, 'give the day')
    return undefined
  }

  /** Rows with a day from infusion, or with a day number where they have a date alone. */
  relative<T>(
    domain: 'lb' | 'persistence',
    dayColumn: string,
    dateColumn: string,
    make: (get: Get, row: TableRow, report: Report) => T | undefined,
  ): ReadonlyMap<string, readonly RelativeRow<T>[]> {
    const given = this.tables[domain]
    const rows = new Map<string, RelativeRow<T>[]>()
    if (given === undefined) return rows
    const get = columnReader(given.table.columns)
    for (const row of given.table.rows) {
      const report = reportAt(this.issues, given.file, row.line)
      const value = domain === 'persistence' ? get(row, 'value') : '0'
      if (amountOf(value) === undefined) {
        report('persistence-value', `value is "${value}"`, `give a number; ${LEFT_OUT}`)
        continue
      }
      const text = get(row, dayColumn)
      const day = numberOf(text)
      if (text !== '' && day === undefined) {
        report('day-number', `${dayColumn} is "${text}"`, `give a number; ${LEFT_OUT}`)
        continue
      }
      const date = day === undefined ? this.dayOf(get(row, dateColumn), given.file, row.line, dateColumn) : undefined
      if (date === 'after' || (day === undefined && date === undefined)) continue
      const made = make(get, row, report)
      if (made === undefined) continue
      const id = get(row, 'USUBJID')
      const entry = { day, date, row: made }
      const list = rows.get(id)
      if (list === undefined) rows.set(id, [entry])
      else list.push(entry)
    }
    return rows
  }

  private labRows: ReadonlyMap<string, readonly RelativeRow<Omit<LabRow, 'day'>>[]> | undefined
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

  private sampleRows: ReadonlyMap<string, readonly RelativeRow<Omit<PersistenceSample, 'day'>>[]> | undefined
  persistence(id: string, infusion: number): readonly PersistenceSample[] {
    // one method is one, however it is spelled
    const methods = new Map<string, string>()
    this.sampleRows ??= this.relative('persistence', 'day', 'date', (get, row, report) => {
      const [kind, origin, method, total] = [
        get(row, 'sample').toLowerCase(),
        get(row, 'origin').toUpperCase(),
        get(row, 'method'),
        get(row, 'n_total'),
      ]
      if (!isSampleKind(kind)) {
        report('sample-kind', `sample is "${get(row, 'sample')}"`, 'write product, blood or tissue; the sample is left out until then')
        return undefined
      }
      if (!/^(CD[48]([^A-Z0-9]+CD[48])?)?$/.test(origin))
        report('origin', `origin is "${get(row, 'origin')}"`, 'write CD8, CD4, or nothing where it is not known')
      if (total !== '' && amountOf(total) === undefined) report('n-total', `n_total is "${total}"`, 'give the number of cells or molecules')
      const spelled = methods.get(method.toLowerCase()) ?? method
      methods.set(method.toLowerCase(), spelled)
      return {
        sample: kind,
        receptor: get(row, 'receptor_id'),
        origin,
        method: spelled,
        value: Number(get(row, 'value')),
        unit: get(row, 'unit'),
        total: numberOf(total) ?? 0,
      }
    })
    return this.since(this.sampleRows.get(id) ?? [], infusion)
  }

  since<T>(rows: readonly RelativeRow<T>[], infusion: number): readonly (T & { readonly day: number })[] {
    return rows.flatMap(({ day: given, date, row }) => {
      const day = given ?? date! - infusion
      return infusion + day > this.cut.last ? [] : [{ ...row, day }]
    })
  }
}

const isSampleKind = (text: string): text is PersistenceSample['sample'] => ['product', 'blood', 'tissue'].includes(text)

/** One of the two is there. */
interface RelativeRow<T> {
  /** From infusion. */
  readonly day: number | undefined
  /** Day number. */
  readonly date: number | undefined
  readonly row: T
}

const KEYED = ['dm', 'ex', 'ds', 'ae', 'lb', 'persistence'] as const

/**
 * The tables without rows that stand twice: they would be counted twice. A subject of dm and a row of persistence are known by themselves, other rows by their
 * subject and sequence number (EXSEQ and its like); two different rows of one number are an issue, and both are kept.
 */
export function withoutTwins(tables: TrialTables, issues: Issue[]): TrialTables {
  const kept: Partial<Record<TrialDomain, NonNullable<TrialTables[TrialDomain]>>> = { ...tables }
  for (const domain of KEYED) {
    const given = tables[domain]
    if (given === undefined) continue
    const get = columnReader(given.table.columns)
    const sequence = `${domain.toUpperCase()}SEQ`
    const first = new Map<string, TableRow>()
    const rows = given.table.rows.filter(row => {
      const id = get(row, 'USUBJID')
      const number = get(row, sequence)
      if (domain !== 'dm' && domain !== 'persistence' && number === '') return true
      const key = domain === 'dm' ? id : domain === 'persistence' ? row.cells.join('\t') : `${id}\t${number}`
      const before = first.get(key)
      if (before === undefined) {
        first.set(key, row)
        return true
      }
      const report = reportAt(issues, given.file, row.line)
      const same = row.cells.every((cell, i) => cell === before.cells[i])
      if (domain === 'dm') report('subject-twice', `${id} stands on line ${before.line} too`, 'give each subject one row; the first counts')
      else if (same) report('row-twice', `the row of line ${before.line} stands here again`, 'remove one; it counts once')
      else
        report(
          'sequence-twice',
          `${sequence} ${number} of ${id} stands on line ${before.line} too, with another content`,
          'number the rows of a subject; both count until then',
        )
      return domain !== 'dm' && !same
    })
    kept[domain] = { ...given, table: { ...given.table, rows } }
  }
  return kept
}
