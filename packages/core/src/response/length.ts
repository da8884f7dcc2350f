// Lengths of lesions as exact decimals: whole numbers of a millionth of a millimetre. 30.03/42.9 is exactly 0.7 here; in floating point it is not, and a response is lost.
import { type Brand, fail, type Issue, issue, ok, type Result } from '../base/index.ts'

/** Millionths of a millimetre, a whole number. */
export type Length = Brand<number, 'length'>

const SCALE = 1_000_000
const DECIMALS = 6

export const ZERO = 0 as Length
export const millimetres = (length: Length): number => length / SCALE
export const ofMillimetres = (whole: number): Length => Math.round(whole * SCALE) as Length

/**
 * Text and unit → length; `cm` is converted exactly. Errors: `length-unit` (empty, inch, px …), `length-value` (comma, `<5`, `~8`, more than six decimals): with the offer to
 * write 5 mm for a lesion that is too small to measure.
 */
export function parseLength(text: string, unit: string): Result<Length, Issue> {
  const shift = unit === 'mm' ? 0 : unit === 'cm' ? 1 : undefined
  if (shift === undefined)
    return fail(
      issue('length-unit', unit === '' ? 'a length without a unit' : `a length in ${unit}`, 'give millimetres (mm) or centimetres (cm)'),
    )
  const match = /^(\d{1,5})(?:\.(\d*))?$/.exec(text.trim())
  const fraction = (match?.[2] ?? '').replace(/0+$/, '')
  if (match === null || fraction.length > DECIMALS - shift)
    return fail(
      issue(
        'length-value',
        `"${text}" is no length`,
        'write digits with a decimal point; a lesion that is seen but too small to measure is 5 mm by RECIST 1.1, one that is gone is 0',
      ),
    )
  const digits = match[1]! + fraction.padEnd(DECIMALS, '0')
  return ok((Number(digits) * 10 ** shift) as Length)
}

/** Decimal text without trailing zeros. */
export function formatLength(length: Length): string {
  const digits = String(length).padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return `${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`
}
