// Donation numbers of ISBT 128: as scanned and as typed, kept as they are; a wrong check character is never corrected.
import { expect, test } from 'vitest'
import { mod37_2 } from '../format/index.ts'
import { parseDonationNumber } from './donation-number.ts'

const NUMBER = 'G151726600001'
const read = (text: string) => {
  const parsed = parseDonationNumber(text)
  return parsed.ok ? parsed.value : parsed.issue.code
}

test('scanned with its flags, typed with spaces, with or without the boxed character', () => {
  const check = mod37_2(NUMBER)
  expect([`=${NUMBER}00`, NUMBER, `G1517 26 600001 ${check}`, `G1517-26-600001${check}`].map(read)).toEqual(Array(4).fill(NUMBER))
})

test('every other check character, another length and another letter are refused', () => {
  const check = mod37_2(NUMBER)
  const others = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*'].filter(one => one !== check)
  expect(new Set(others.map(one => read(`${NUMBER}${one}`)))).toEqual(new Set(['donation-number-check']))
  expect(['', 'G15172660000', `${NUMBER}000`, 'g151726600001', `=${NUMBER}0`].map(read)).toEqual(Array(5).fill('donation-number'))
})
