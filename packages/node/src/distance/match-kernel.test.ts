import { seededRandom } from '@cognate/core/base'
import { MatchSet } from '@cognate/core/receptor'
import { expect, test } from 'vitest'
import { shippedTcrmatchKernel } from '../read/shipped.ts'
import { openMatchSet } from './match-kernel.ts'

const random = seededRandom('match kernel')
const kernel = shippedTcrmatchKernel()
const RESIDUES = 'ACDEFGHIKLMNPQRSTVWY'
const letter = () => RESIDUES[random.below(20)]!
const word = (length: number) => Array.from({ length }, letter).join('')
/** One residue exchanged, taken out or put in. */
function altered(text: string): string {
  const at = random.below(text.length)
  return text.slice(0, at) + ['', letter(), letter() + text[at]!][random.below(3)]! + text.slice(at + 1)
}
/** Families, so that many are like one another; every length from 4 to 24, letters that are no residue among them. */
const texts = Array.from({ length: 120 }, (_, i) => word(4 + (i % 21))).flatMap(text => [
  text,
  altered(text),
  altered(text),
  altered(altered(text)),
  `${text.slice(0, 3)}X${text.slice(3)}`,
])

test.each([0.9, 0.95, 0.97, 0.99])('the kernel finds what the plain set finds at %d or more', least => {
  const [plain, fast] = [new MatchSet(texts, kernel), openMatchSet(texts, kernel)]
  expect(fast).not.toBeInstanceOf(MatchSet)
  let pairs = 0
  for (const text of [...texts, word(13), word(30), 'X', '']) {
    const found = plain.near(text, least).toSorted((a, b) => a - b)
    expect([text, fast.near(text, least).toSorted((a, b) => a - b)]).toEqual([text, found])
    pairs += found.length
  }
  expect(pairs).toBeGreaterThan(texts.length * 0.75)
})

test('a CDR3 that is too long for the kernel is compared by the plain body', () => {
  expect(openMatchSet([word(61)], kernel)).toBeInstanceOf(MatchSet)
})
