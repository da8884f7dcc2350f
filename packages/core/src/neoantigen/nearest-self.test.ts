import { expect, test } from 'vitest'
import { seededRandom } from '../base/index.ts'
import { STANDARD_RESIDUES } from '../bio/index.ts'
import { NEAR_MISMATCHES, NearestSelfFinder } from './index.ts'

const random = seededRandom('nearest-self')
// few letters, so that near words are common
const residues = (length: number, letters = STANDARD_RESIDUES.slice(0, 5)) =>
  Array.from({ length }, () => letters[random.below(letters.length)]!).join('')

test('every near self word is found, as by comparing each with each', () => {
  const queries = [8, 9, 10, 11, 9, 9, 10].map(length => ({ peptide: residues(length), wildType: residues(length), own: new Set(['P7']) }))
  const proteins = Array.from({ length: 30 }, (_, i) => ({ id: `P${i}`, gene: `G${i}`, sequence: `${residues(80)}X${residues(60)}U` }))
  const finder = new NearestSelfFinder(queries)
  for (const protein of proteins) finder.add(protein)
  let compared = 0
  queries.forEach(({ peptide, wildType }, q) => {
    const expected = new Set<string>()
    for (const { id, sequence } of proteins) {
      if (id === 'P7') continue
      for (let at = 0; at + peptide.length <= sequence.length; at++) {
        const word = sequence.slice(at, at + peptide.length)
        const facing = [...word].filter((letter, i) => i !== 1 && i !== word.length - 1 && letter !== peptide[i]).length
        if (/[XU]/.test(word) || word === wildType || facing > NEAR_MISMATCHES) continue
        expected.add(word)
      }
    }
    compared += expected.size
    expect(new Set(finder.hits()[q]!.map(hit => hit.sequence))).toEqual(expected)
  })
  expect(compared).toBeGreaterThan(100)
})
