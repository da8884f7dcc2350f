// Decimal numbers as people type them, compared and combined exactly: fractions of whole numbers, never doubles.
import { type Issue, issue } from './issue.ts'
import { fail, ok, type Result } from './result.ts'

export interface Ratio {
  readonly over: bigint
  /** Above 0. */
  readonly under: bigint
}

/** `0.10`, `-3`, `1e8`. A comma, a space between digits or a sign that censors is no decimal. Errors: `decimal`. */
export function parseDecimal(text: string): Result<Ratio, Issue> {
  const match = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text)
  if (match === null)
    return fail(issue('decimal', `"${text}" is no decimal number`, 'write digits with a point, such as 0.25 or 1e8; no commas, no spaces'))
  const digits = BigInt(match[2]! + (match[3] ?? ''))
  const power = Number(match[4] ?? 0) - (match[3]?.length ?? 0)
  const over = (match[1] === '-' ? -digits : digits) * (power > 0 ? 10n ** BigInt(power) : 1n)
  return ok({ over, under: power < 0 ? 10n ** BigInt(-power) : 1n })
}

/** For texts that need not be there: undefined where there is no decimal. */
export function decimalOf(text: string | undefined): Ratio | undefined {
  const read = parseDecimal(text ?? '')
  return read.ok ? read.value : undefined
}

export const ZERO: Ratio = { over: 0n, under: 1n }

export const multiply = (a: Ratio, b: Ratio): Ratio => ({ over: a.over * b.over, under: a.under * b.under })

export const add = (a: Ratio, b: Ratio): Ratio => ({ over: a.over * b.under + b.over * a.under, under: a.under * b.under })

export const negate = (a: Ratio): Ratio => ({ over: -a.over, under: a.under })

/** a / b; b is not 0. */
export function divide(a: Ratio, b: Ratio): Ratio {
  if (b.over === 0n) throw new Error('division by zero')
  return b.over < 0n ? { over: -a.over * b.under, under: a.under * -b.over } : { over: a.over * b.under, under: a.under * b.over }
}

/** Below 0, 0 or above 0, as a sort wants it. */
export function compareRatios(a: Ratio, b: Ratio): number {
  const difference = a.over * b.under - b.over * a.under
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The nearest double. */
export function ratioToNumber({ over, under }: Ratio): number {
  // 60 bits more than a double holds, so that the one rounding is the last
  const negative = over < 0n
  const size = negative ? -over : over
  const shift = Math.max(0, under.toString(2).length - size.toString(2).length + 60)
  const value = Number((size << BigInt(shift)) / under) / 2 ** shift
  return negative ? -value : value
}

/** Up to `places` decimals, rounded half away from zero, without zeros at the end: for people and for certificates. */
export function ratioText({ over, under }: Ratio, places = 6): string {
  const negative = over < 0n
  const scaled = ((negative ? -over : over) * 10n ** BigInt(places) * 2n + under) / (2n * under)
  const digits = scaled.toString().padStart(places + 1, '0')
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const whole = digits.slice(0, digits.length - places)
  return `${negative && scaled !== 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
