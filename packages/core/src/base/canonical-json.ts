// JSON Canonicalization Scheme (RFC 8785): one text for one value, so that a checksum of it means the value.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Keys by code unit, numbers as ECMAScript writes them, no white space. Keys without a value are left out. Throws on NaN and infinity: they have no JSON. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${value} has no JSON`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value as { readonly [key: string]: Json | undefined })
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonicalJson(held)}`).join(',')}}`
}

/** Is `text`, which parses to `value`, its canonical form? What the engine writes for keys that are in order needs no second writing. */
export const isCanonicalText = (text: string, value: Json): boolean =>
  (keysInOrder(value) && JSON.stringify(value) === text) || canonicalJson(value) === text

function keysInOrder(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) {
    for (const inner of value) if (!keysInOrder(inner as Json)) return false
    return true
  }
  let before = ''
  const map = value as { readonly [key: string]: Json | undefined }
  for (const key in map) {
    if (key < before || !keysInOrder(map[key])) return false
    before = key
  }
  return true
}
