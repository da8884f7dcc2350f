// Chain-of-identity id: one per therapy event of one person, the same on everything made for it. 12 random characters of Crockford's base 32 (no I, L, O, U)
// and an ISO/IEC 7064 MOD 37,36 check character; shown grouped 4-4-5. Nothing is corrected by guessing.
import { type Brand, ok, type Result, refuse } from '../base/index.ts'
import { mod37_36 } from '../format/index.ts'

export type Coi = Brand<string, 'coi'>

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Of at least 12 random bytes; 60 random bits are used. */
export function makeCoi(random: Uint8Array): Coi {
  if (random.length < 12) throw new Error('12 random bytes are needed')
  const body = Array.from(random.subarray(0, 12), byte => CROCKFORD[byte & 31]!).join('')
  return `${body}${mod37_36(body)}` as Coi
}

/** With or without its hyphens. Errors: `coi`, `coi-check`. */
export function parseCoi(text: string): Result<Coi> {
  const plain = text.trim().replaceAll('-', '')
  if (!/^[0-9A-HJKMNP-TV-Z]{12}[0-9A-Z]$/.test(plain))
    return refuse(
      'coi',
      `"${text}" is no chain-of-identity id`,
      '13 characters are expected, grouped 4-4-5: digits and capitals without I, L, O, U; scan it rather than type it',
    )
  if (mod37_36(plain.slice(0, 12)) !== plain[12])
    return refuse(
      'coi-check',
      `the check character of "${text}" fails`,
      'a character was misread or mistyped: scan it again; nothing is corrected by guessing',
    )
  return ok(plain as Coi)
}

export const showCoi = (coi: Coi): string => `${coi.slice(0, 4)}-${coi.slice(4, 8)}-${coi.slice(8)}`
