// Laboratory grading criteria (CTCAE v4-v6, DAIDS) of pharmaverse/admiral → the table that ships. Their conditions are R expressions: they are read into trees here and never run.

import { formatTsv } from '@cognate/core/format'
import type { LabCondition, LabOperand } from '@cognate/core/infusion'

interface Criterion {
  readonly TERM: string
  readonly DIRECTION: string
  readonly UNIT_CHECK: string | null
  readonly FILTER?: string | null
  readonly GRADE_CRITERIA_CODE: string
}

const TABLES = [
  ['ctcae-4', 'si', 'ctcae_v4_si'],
  ['ctcae-4', 'conventional', 'ctcae_v4_uscv'],
  ['ctcae-5', 'si', 'ctcae_v5_si'],
  ['ctcae-5', 'conventional', 'ctcae_v5_uscv'],
  ['ctcae-6', 'si', 'ctcae_v6_si'],
  ['ctcae-6', 'conventional', 'ctcae_v6_uscv'],
  ['daids', 'si', 'daids_si'],
  ['daids', 'conventional', 'daids_uscv'],
] as const

export function labGradeTable(read: (path: string) => string): string {
  const rows = TABLES.flatMap(([criteria, units, file]) =>
    (JSON.parse(read(`clinical/ctcae/criteria_${file}.json`)) as readonly Criterion[]).map(row => [
      criteria,
      units,
      row.TERM,
      row.DIRECTION,
      row.UNIT_CHECK ?? '',
      row.FILTER === undefined || row.FILTER === null ? '' : JSON.stringify(new Reader(row.FILTER).condition()),
      JSON.stringify(new Reader(row.GRADE_CRITERIA_CODE).grades()),
    ]),
  )
  return formatTsv(['criteria', 'units', 'term', 'direction', 'unit', 'applies', 'grades'], rows)
}

/** The part of R that the criteria use: case_when, comparisons, is.na, %in%, signif, compute_duration, products and sums. */
class Reader {
  readonly tokens: readonly string[]
  at = 0

  constructor(text: string) {
    this.tokens = text.match(/"[^"]*"|%in%|[<>=!]=|[A-Za-z_.][A-Za-z0-9_.]*|\d+(?:\.\d+)?|[-+*<>!&|~(),=]/g) ?? []
  }

  peek = (): string => this.tokens[this.at] ?? ''
  take(expected?: string): string {
    const token = this.peek()
    if (expected !== undefined && token !== expected) throw new Error(`${expected} expected, ${token} found in ${this.tokens.join(' ')}`)
    this.at++
    return token
  }

  grades(): readonly (readonly [LabCondition, number | null])[] {
    if (this.peek() === 'NA_character_') return []
    this.take('case_when')
    this.take('(')
    const list: (readonly [LabCondition, number | null])[] = []
    for (;;) {
      const condition = this.condition()
      this.take('~')
      const value = this.take()
      list.push([condition, value === 'NA_character_' ? null : Number(value.replaceAll('"', ''))])
      if (this.take() === ')') return list
    }
  }

  condition(): LabCondition {
    const parts = [this.both()]
    while (this.peek() === '|') {
      this.take()
      parts.push(this.both())
    }
    return parts.length === 1 ? parts[0]! : ['or', ...parts]
  }

  both(): LabCondition {
    const parts = [this.single()]
    while (this.peek() === '&') {
      this.take()
      parts.push(this.single())
    }
    return parts.length === 1 ? parts[0]! : ['and', ...parts]
  }

  single(): LabCondition {
    if (this.peek() === '!') {
      this.take()
      return ['not', this.single()]
    }
    if (this.peek() === 'TRUE') {
      this.take()
      return ['true']
    }
    if (this.peek() === 'is.na') {
      this.take()
      this.take('(')
      const name = this.take()
      this.take(')')
      return ['missing', name]
    }
    if (this.peek() === '(') {
      this.take()
      const inner = this.condition()
      this.take(')')
      return inner
    }
    const left = this.operand()
    const operator = this.take()
    if (operator === '%in%') return ['baseline', this.take() === 'high_indicator' ? 'high' : 'low']
    if (operator === '==') return ['sex', this.take().replaceAll('"', '')]
    return [operator as '<', left, this.operand()]
  }

  operand(): LabOperand {
    let value = this.factor()
    while (this.peek() === '+' || this.peek() === '*') value = [this.take() as '+', value, this.factor()]
    return value
  }

  factor(): LabOperand {
    const token = this.take()
    if (token === '-') return -Number(this.take())
    if (/^\d/.test(token)) return Number(token)
    if (token === 'signif') {
      this.take('(')
      const inner = this.operand()
      this.take(',')
      this.take('signif_dig')
      this.take(')')
      return inner
    }
    if (token === 'compute_duration') {
      let unit = ''
      for (let word = this.take(); word !== ')'; word = this.take()) if (/^"(years|months|days)"$/.test(word)) unit = word.slice(1, -1)
      return ['age', unit as 'years']
    }
    return token
  }
}
