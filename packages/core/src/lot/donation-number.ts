// Identifiers that others gave, in the form of ISBT 128 (ICCBBA): kept as they are, checked by their own check character, and never taken apart, for its tables are licensed.
import { z } from 'zod'
import { ok, type Result, refuse } from '../base/index.ts'
import { mod37_2 } from '../format/index.ts'

/**
 * Donation identification number: 13 characters, as a scanner reads it (`=` before, two flag characters behind) or as it is typed (with spaces, and the boxed
 * check character, which is then held against the rest). Errors: `donation-number`, `donation-number-check`.
 */
export function parseDonationNumber(text: string): Result<string> {
  const plain = text.trim().replaceAll(/[ -]/g, '')
  const scanned = /^=([0-9A-Z]{13})[0-9A-Z]{2}$/.exec(plain)
  if (scanned !== null) return ok(scanned[1]!)
  const typed = /^([0-9A-Z]{13})([0-9A-Z*]?)$/.exec(plain)
  if (typed === null)
    return refuse(
      'donation-number',
      `"${text}" is no donation number`,
      '13 characters are expected, and perhaps the check character in its box: scan it rather than type it',
    )
  const [, number = '', check = ''] = typed
  if (check !== '' && mod37_2(number) !== check)
    return refuse(
      'donation-number-check',
      `the check character of "${text}" fails`,
      'a character was misread or mistyped: scan it again; nothing is corrected by guessing',
    )
  return ok(number)
}

export const donationNumberSchema = z.string().transform((text, context) => {
  const parsed = parseDonationNumber(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.issue.what })
  return z.NEVER
})

/** The identity that a therapy carries with the makers of other sites (data structure 040): an opaque text beside ours. */
export const externalIdentitySchema = z.string().regex(/^[!-~]{1,80}$/, 'an identity has 1 to 80 printed characters without spaces')
