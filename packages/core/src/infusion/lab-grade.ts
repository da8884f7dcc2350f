// Laboratory values → toxicity grades by CTCAE v4, v5, v6 or DAIDS. The criteria are a shipped table (scripts/derive-lab-grades.ts; pharmaverse/admiral, Apache-2.0; CTCAE of the
// NCI, public). First match wins; a unit that the criteria do not know gives no grade, never a conversion. Comparisons on 15 significant digits.
import { type Issue, ok, parseDate, type Result } from '../base/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export type LabOperand = number | string | readonly ['+' | '*', LabOperand, LabOperand] | readonly ['age', 'years' | 'months' | 'days']

export type LabCondition =
  | readonly ['true']
  | readonly ['missing', string]
  | readonly ['not', LabCondition]
  | readonly ['and' | 'or', ...LabCondition[]]
  | readonly ['<' | '<=' | '>' | '>=', LabOperand, LabOperand]
  | readonly ['baseline', 'high' | 'low']
  | readonly ['sex', string]

export const LAB_CRITERIA = ['ctcae-4', 'ctcae-5', 'ctcae-6', 'daids'] as const
export type LabCriteria = (typeof LAB_CRITERIA)[number]
/** SI units or those conventional in the United States. */
export type LabUnits = 'si' | 'conventional'

export interface LabCriterion {
  readonly criteria: LabCriteria
  readonly units: LabUnits
  readonly term: string
  /** L: low values are toxic; H: high ones. */
  readonly direction: 'L' | 'H'
  /** Empty: any unit, since the limits are multiples of the normal ones. */
  readonly unit: string
  /** Age and sex it is for; undefined: everybody. */
  readonly applies: LabCondition | undefined
  readonly grades: readonly (readonly [LabCondition, number | null])[]
}

export interface LabValue {
  readonly term: string
  readonly value: number | undefined
  readonly unit: string
  readonly normalLow: number | undefined
  readonly normalHigh: number | undefined
  readonly baseline?: number | undefined
  /** How the baseline stood to its limits, in the words of the data, such as HIGH. */
  readonly baselineIndicator?: string | undefined
  readonly percentChange?: number | undefined
  readonly sex?: string | undefined
  readonly birth?: string | undefined
  readonly date?: string | undefined
}

export type LabGrade =
  | { readonly grade: number }
  | { readonly grade: undefined; readonly reason: 'no-term' | 'no-unit' | 'no-value' | 'not-gradable' }

/** Rows of the shipped table. */
export function parseLabCriteria(text: string): Result<readonly LabCriterion[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['criteria', 'units', 'term', 'direction', 'unit', 'applies', 'grades'] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  return ok(
    table.value.rows.map(row => ({
      criteria: get(row, 'criteria') as LabCriteria,
      units: get(row, 'units') as LabUnits,
      term: get(row, 'term'),
      direction: get(row, 'direction') as 'L' | 'H',
      unit: get(row, 'unit'),
      applies: get(row, 'applies') === '' ? undefined : (JSON.parse(get(row, 'applies')) as LabCondition),
      grades: JSON.parse(get(row, 'grades')) as LabCriterion['grades'],
    })),
  )
}

/** The grade of a value in one direction. `indicators`: the words that say an abnormal baseline. */
export function gradeLab(
  value: LabValue,
  direction: 'L' | 'H',
  criteria: readonly LabCriterion[],
  indicators: { readonly high: string; readonly low: string } = { high: 'HIGH', low: 'LOW' },
): LabGrade {
  const term = value.term.toLowerCase()
  const named = criteria.filter(row => row.direction === direction && row.term.toLowerCase() === term)
  if (named.length === 0) return { grade: undefined, reason: 'no-term' }
  const inUnit = named.filter(row => row.unit === '' || row.unit.toLowerCase() === value.unit.toLowerCase())
  if (inUnit.length === 0) return { grade: undefined, reason: 'no-unit' }
  const row = inUnit.find(candidate => candidate.applies === undefined || holds(candidate.applies, value, indicators) === true)
  const found = row?.grades.find(([condition]) => holds(condition, value, indicators) === true)?.[1]
  if (found === undefined || found === null) return { grade: undefined, reason: value.value === undefined ? 'no-value' : 'not-gradable' }
  return { grade: found }
}

type Indicators = { readonly high: string; readonly low: string }

/** Undefined where a value is missing, as in R: neither true nor false. */
function holds(condition: LabCondition, value: LabValue, indicators: Indicators): boolean | undefined {
  switch (condition[0]) {
    case 'true':
      return true
    case 'missing':
      return fieldOf(condition[1], value) === undefined
    case 'not': {
      const inner = holds(condition[1], value, indicators)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
    case 'or': {
      const deciding = condition[0] === 'or'
      const parts = (condition.slice(1) as LabCondition[]).map(part => holds(part, value, indicators))
      return parts.includes(deciding) ? deciding : parts.includes(undefined) ? undefined : !deciding
    }
    case 'baseline':
      return value.baselineIndicator === indicators[condition[1]]
    case 'sex':
      return value.sex === undefined ? undefined : value.sex === condition[1]
    default: {
      const [left, right] = [number(condition[1], value), number(condition[2], value)]
      if (left === undefined || right === undefined) return undefined
      const [a, b] = [digits15(left), digits15(right)]
      return condition[0] === '<' ? a < b : condition[0] === '<=' ? a <= b : condition[0] === '>' ? a > b : a >= b
    }
  }
}

const digits15 = (x: number): number => Number(x.toPrecision(15))

const FIELDS = {
  AVAL: 'value',
  ANRLO: 'normalLow',
  ANRHI: 'normalHigh',
  BASE: 'baseline',
  BNRIND: 'baselineIndicator',
  PCHG: 'percentChange',
  SEX: 'sex',
  BRTHDT: 'birth',
  ADT: 'date',
} as const

/** By ADaM's name. */
function fieldOf(name: string, value: LabValue): number | string | undefined {
  if (!Object.hasOwn(FIELDS, name)) throw new Error(`the criteria name ${name}`)
  return value[FIELDS[name as keyof typeof FIELDS]]
}

function number(operand: LabOperand, value: LabValue): number | undefined {
  if (typeof operand === 'number') return operand
  if (typeof operand === 'string') return fieldOf(operand, value) as number | undefined
  if (operand[0] === 'age') return ageOf(value, operand[1])
  const [a, b] = [number(operand[1], value), number(operand[2], value)]
  if (a === undefined || b === undefined) return undefined
  return operand[0] === '+' ? a + b : a * b
}

/** Completed years or months, or days, from birth to the value's date. */
function ageOf({ birth, date }: LabValue, unit: 'years' | 'months' | 'days'): number | undefined {
  if (birth === undefined || date === undefined) return undefined
  const [from, to] = [parseDate(birth), parseDate(date)]
  if (!from.ok || !to.ok) return undefined
  if (unit === 'days') return to.value.first - from.value.first
  const parts = (text: string) => text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const [y0, m0, d0] = parts(birth)
  const [y1, m1, d1] = parts(date)
  const months = 12 * (y1 - y0) + m1 - m0 - (d1 < d0 ? 1 : 0)
  return unit === 'months' ? months : Math.floor(months / 12)
}
