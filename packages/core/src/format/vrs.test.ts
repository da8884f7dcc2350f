// GA4GH's own validation suite of VRS 2.0: what is serialised, its digest and its identifier; null where a class has none.
import { expect } from 'vitest'
import { oracle, readData } from '../../../../test/oracle.ts'
import { sha512t24u, vrsDigest, vrsIdentifier, vrsSerialize } from './index.ts'

interface Case {
  readonly in: { readonly type: string }
  readonly out: { readonly ga4gh_serialize: string; readonly ga4gh_digest: string | null; readonly ga4gh_identify: string | null }
}

oracle('every object of the suite of VRS 2.0 has its text, digest and identifier', () => {
  const models = JSON.parse(readData('clinical/vrs/models.json')) as Readonly<Record<string, readonly Case[]>>
  const cases = Object.values(models).flat()
  for (const { in: given, out } of cases) {
    expect(vrsSerialize(given)).toBe(out.ga4gh_serialize)
    expect(vrsIdentifier(given) ?? null).toBe(out.ga4gh_identify)
    if (out.ga4gh_digest !== null) expect(vrsDigest(given)).toBe(out.ga4gh_digest)
  }
  expect(cases).toHaveLength(10)
})

oracle('the digest is base64url of 24 bytes of SHA-512', () => {
  const functions = JSON.parse(readData('clinical/vrs/functions.json')) as {
    readonly sha512t24u: readonly { in: { blob: string }; out: string }[]
  }
  expect(functions.sha512t24u.map(row => sha512t24u(new TextEncoder().encode(row.in.blob)))).toEqual(
    functions.sha512t24u.map(row => row.out),
  )
  expect(functions.sha512t24u).toHaveLength(2)
})
