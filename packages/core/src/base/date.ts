// Calendar dates of ISO 8601 text, whole or partial, without a clock or a time zone. Days are counted from 1970-01-01.
import { type Issue, issue } from './issue.ts'
import { fail, ok, type Result } from './result.ts'

export interface CalendarDate {
  /** As written: `2014-01-02`, or partial: `2014-01`, `2014`. */
  readonly text: string
  /** First and last day it may mean; equal for a whole date. */
  readonly first: number
  readonly last: number
}

/** Days of a civil date (Howard Hinnant's algorithm). */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (leap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** The ISO text of a day. */
export function dayText(day: number): string {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const doe = z - era * 146_097
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365)
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100))
  const mp = Math.floor((5 * doy + 2) / 153)
  const month = mp < 10 ? mp + 3 : mp - 9
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(doy - Math.floor((153 * mp + 2) / 5) + 1).padStart(2, '0')}`
}

/** A time behind the date is left out. Errors: `date`. */
export function parseDate(text: string): Result<CalendarDate, Issue> {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T[\d:.Z+-]*)?)?)?$/.exec(text.trim())
  const wrong = () => fail(issue('date', `"${text}" is no date`, 'write YYYY-MM-DD, or YYYY-MM where the day is not known'))
  if (match === null) return wrong()
  const year = Number(match[1])
  const month = match[2] === undefined ? undefined : Number(match[2])
  const day = match[3] === undefined ? undefined : Number(match[3])
  if (month !== undefined && (month < 1 || month > 12)) return wrong()
  if (month !== undefined && day !== undefined && (day < 1 || day > daysInMonth(year, month))) return wrong()
  return ok({
    text: text.trim().slice(0, 10),
    first: dayNumber(year, month ?? 1, day ?? 1),
    last: dayNumber(year, month ?? 12, day ?? daysInMonth(year, month ?? 12)),
  })
}

export const isWhole = (date: CalendarDate): boolean => date.first === date.last
