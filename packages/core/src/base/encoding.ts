// Base64 and hexadecimal, strictly: one text for one run of bytes, anything else is refused.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    text += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    text += b === undefined ? '=' : ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)]!
    text += c === undefined ? '=' : ALPHABET[c & 63]!
  }
  return text
}

/** Bytes of standard base64 with padding; undefined for any other text, also for bits left over. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const body = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((body.length * 6) / 8))
  let held = 0
  let bits = 0
  let at = 0
  for (const letter of body) {
    held = (held << 6) | ALPHABET.indexOf(letter)
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 255
      held &= (1 << bits) - 1
    }
  }
  return held === 0 && toBase64(bytes) === text ? bytes : undefined
}

export { bytesToHex as toHex } from '@noble/hashes/utils.js'

/** Bytes of lower-case hexadecimal; undefined for any other text. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}
