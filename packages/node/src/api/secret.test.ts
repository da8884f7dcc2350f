import { expect, test } from 'vitest'
import { typedSecret } from './secret.ts'

test('a secret that would begin with a dash is drawn again', () => {
  // 0xf8 is "-" as the first of base64url's letters
  const draws = [Buffer.from([0xf8, 1, 2]), Buffer.from([0xfb, 9, 9]), Buffer.from([0, 1, 2])]
  expect(typedSecret(3, () => draws.shift()!)).toBe('AAEC')
  expect(draws).toEqual([])
})
