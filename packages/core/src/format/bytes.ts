// Bytes ↔ text without a decoder of the platform: core runs in any JavaScript.

const SLICE = 8192

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += SLICE)
    text += String.fromCharCode.apply(undefined, bytes.subarray(i, i + SLICE) as unknown as number[])
  return text
}

/** UTF-8; what is no UTF-8 is read as Latin-1. */
export function utf8(bytes: Uint8Array): string {
  if (bytes.every(byte => byte < 128)) return latin1(bytes)
  try {
    return decodeURIComponent(Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return latin1(bytes)
  }
}
