import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { data, oracle, readData, value } from '../../../../test/oracle.ts'
import { parseAbif } from './index.ts'

type Expected = Readonly<
  Record<
    string,
    { readonly error?: string; readonly sequence?: string; readonly quality?: readonly number[]; readonly sample?: string | null }
  >
>

oracle('Sanger traces: bases, qualities and sample as an independent reader finds them; what is no trace is refused', () => {
  const expected = JSON.parse(readData('tcr/sanger/expected.json')) as Expected
  const files = Object.entries(expected)
  expect(files.length).toBe(6)
  for (const [file, want] of files) {
    const parsed = parseAbif(new Uint8Array(readFileSync(data(`tcr/sanger/${file}`))))
    if (want.error !== undefined) {
      expect(parsed).toMatchObject({ ok: false, issue: { code: 'abif-format' } })
      continue
    }
    const trace = value(parsed)
    expect([file, trace.bases, [...trace.qualities], trace.sample]).toEqual([
      file,
      want.sequence?.toUpperCase(),
      want.quality,
      want.sample ?? '',
    ])
  }
})

test('random and cut bytes give an issue or a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), bytes => parseAbif(bytes) !== null),
    { numRuns: 200 },
  )
  const head = new Uint8Array(200)
  head.set([65, 66, 73, 70])
  head.fill(255, 18, 30)
  expect(parseAbif(head)).toMatchObject({ ok: false, issue: { code: 'abif-format' } })
})
