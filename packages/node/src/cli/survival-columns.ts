// Columns of a user's table as the statistics take them.
import { byText, issue } from '@cognate/core/base'
import { columnReader, type Table } from '@cognate/core/format'
import type { Covariate, EventTimes } from '@cognate/core/response'
import { readDataset } from '../read/dataset.ts'
import { makeConsole } from './console.ts'
import { InputFault, must } from './exit.ts'

const console = makeConsole({ quiet: false, json: false })

const isMissing = (cell: string): boolean => ['', 'NA', '.'].includes(cell)

export const refuse = (code: string, what: string, remedy: string): never => {
  throw new InputFault(issue(code, what, remedy))
}

export class SurvivalColumns {
  readonly table: Table
  readonly file: string
  readonly rows: readonly number[]
  private readonly get: ReturnType<typeof columnReader>

  /** `needed`: rows with an empty or NA cell in one of them are left out, as R does. */
  constructor(file: string, needed: readonly string[]) {
    this.file = file
    this.table = must(readDataset(file))
    const missing = needed.find(name => !this.table.columns.includes(name))
    if (missing !== undefined)
      refuse('column-missing', `${file} has no column ${missing}`, `its columns are ${this.table.columns.join(', ')}`)
    this.get = columnReader(this.table.columns)
    this.rows = this.table.rows.map((_, i) => i).filter(i => needed.every(name => !isMissing(this.cell(i, name))))
    if (this.rows.length === 0) refuse('rows-none', `${file} has no complete row`, 'check the names of the columns')
    const left = this.table.rows.length - this.rows.length
    if (left > 0) {
      const kept = new Set(this.rows)
      const first = this.table.rows.findIndex((_, i) => !kept.has(i))
      const empty = needed.filter(name => isMissing(this.cell(first, name)))
      console.notice(
        `${left} of ${this.table.rows.length} rows are left out: a value is missing (line ${this.table.rows[first]!.line}: ${empty.join(', ')}) [rows-incomplete]`,
      )
    }
  }

  cell(row: number, name: string): string {
    return this.get(this.table.rows[row]!, name)
  }

  numbers(name: string): Float64Array {
    return Float64Array.from(this.rows, row => {
      const value = Number(this.cell(row, name))
      return !Number.isFinite(value)
        ? refuse('not-a-number', `${this.file}:${this.table.rows[row]!.line} ${name} is "${this.cell(row, name)}"`, 'give a number')
        : value
    })
  }

  /** 0-based levels: in the order of numbers, else of the alphabet. */
  levels(name: string): { readonly names: readonly string[]; readonly codes: Uint8Array } {
    const cells = this.rows.map(row => this.cell(row, name))
    const names = [...new Set(cells)].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0))
    if (names.length > 250) refuse('levels-many', `${name} has ${names.length} levels`, 'group by a column with few values')
    return { names, codes: Uint8Array.from(cells, cell => names.indexOf(cell)) }
  }

  times(flags: { readonly time: string; readonly status: string; readonly event: string }): EventTimes {
    const events = flags.event.split(',')
    const status = Uint8Array.from(this.rows, row => events.indexOf(this.cell(row, flags.status)) + 1)
    this.#tellEvents(flags.status, events)
    const time = this.numbers(flags.time)
    const negative = time.findIndex(value => value < 0)
    if (negative >= 0)
      refuse(
        'time-negative',
        `${this.file}:${this.table.rows[this.rows[negative]!]!.line} ${flags.time} is ${time[negative]}`,
        'a time runs from the start: give 0 or more',
      )
    return { time, status }
  }

  /** Which rows count as events: a status written otherwise than expected would count as censored without a word. */
  #tellEvents(column: string, events: readonly string[]): void {
    const counts = new Map<string, number>()
    for (const row of this.rows) counts.set(this.cell(row, column), (counts.get(this.cell(row, column)) ?? 0) + 1)
    const told = (values: readonly string[]) => values.map(value => `${value} (${counts.get(value) ?? 0})`).join(', ')
    const others = [...counts.keys()].filter(value => !events.includes(value)).sort(byText)
    console.notice(
      `events are ${column} ${told(events)}; censored are ${others.length === 0 ? 'none' : told(others.slice(0, 8))}${others.length > 8 ? ' and others' : ''}`,
    )
    if (events.every(value => !counts.has(value)))
      console.notice(`no row has an event: name the values of ${column} that are events with --event [no-event]`)
  }

  /** Numbers as they are; words as one column for each level but the first, or but the one named. */
  covariates(names: readonly string[], references: ReadonlyMap<string, string>): readonly Covariate[] {
    return names.flatMap(name => {
      const words = this.rows.some(row => Number.isNaN(Number(this.cell(row, name)))) || references.has(name)
      if (!words) return [{ name, values: this.numbers(name) }]
      const { names: levels } = this.levels(name)
      const first = references.get(name) ?? levels[0]!
      if (!levels.includes(first)) refuse('level-unknown', `${name} has no level ${first}`, `its levels are ${levels.join(', ')}`)
      return levels
        .filter(level => level !== first)
        .map(level => ({ name: `${name}${level}`, values: Float64Array.from(this.rows, row => (this.cell(row, name) === level ? 1 : 0)) }))
    })
  }
}
