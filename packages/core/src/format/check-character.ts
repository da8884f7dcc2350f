// Check characters of identifiers: ISO/IEC 7064 MOD 37-2 (pure) and MOD 37,36 (hybrid) over 0-9 A-Z, GS1's weighted modulo 10.

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const WITH_STAR = `${ALPHANUMERIC}*`

const letterValue = (letter: string): number => {
  const at = ALPHANUMERIC.indexOf(letter)
  if (at < 0) throw new Error(`${letter} is not of 0-9 A-Z`)
  return at
}

/** MOD 37-2 of a text of 0-9 A-Z; the character may be `*`. */
export function mod37_2(body: string): string {
  let sum = 0
  for (const letter of body) sum = ((sum + letterValue(letter)) * 2) % 37
  return WITH_STAR[(38 - sum) % 37]!
}

/** MOD 37,36 of a text of 0-9 A-Z. Catches every single changed character and nearly every swap of neighbours. */
export function mod37_36(body: string): string {
  let product = 36
  for (const letter of body) {
    const sum = (product + letterValue(letter)) % 36
    product = ((sum === 0 ? 36 : sum) * 2) % 37
  }
  return ALPHANUMERIC[(37 - product) % 36]!
}

/** GS1's check digit: weights 3 and 1 from the right. `body` is digits without the check digit. */
export function gs1CheckDigit(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) sum += Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return String((10 - (sum % 10)) % 10)
}
