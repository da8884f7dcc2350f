// Like peptides share a pool of the first replicate, and no pair meets twice for it.
import { expect, test } from 'vitest'
import { alikeGroups, designPools, repeatedPairs } from './index.ts'

test('pools hold like peptides together in the first replicate, and no pair meets twice', () => {
  const letters = 'ACDEFGHIKLMNPQRSTVWY'
  // unlike ones: no six residues in common
  const peptides = Array.from({ length: 40 }, (_, i) => [...letters].map((_, at) => letters[(at * (i + 1) + i * i) % 20]).join(''))
  const stem = 'MTEYKLVVVGA'
  const like = [3, 11, 22, 38]
  for (const i of like) peptides[i] = `${stem}${letters.slice(i % 15, (i % 15) + 5)}`
  const groups = alikeGroups(peptides)
  expect(groups).toContainEqual(like)
  const designs = [2, 3, 4].map(coverage => ({ coverage, ...designPools({ peptides: 40, maxPerPool: 6, coverage, alike: [like] }) }))
  for (const { coverage, replicates, pools } of designs) {
    expect(replicates[0]!.some(pool => like.every(peptide => pool.includes(peptide)))).toBe(true)
    expect(repeatedPairs(replicates.flat())).toBe(0)
    for (const replicate of replicates) expect(replicate.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(pools).toBe(designPools({ peptides: 40, maxPerPool: 6, coverage }).pools)
  }
})

test('a group that no pool can hold is split and nothing is lost', () => {
  const all = Array.from({ length: 20 }, (_, i) => i)
  const { replicates } = designPools({ peptides: 20, maxPerPool: 5, coverage: 3, alike: [all.slice(0, 8), all.slice(9, 12)] })
  expect(replicates[0]!.flat().toSorted((a, b) => a - b)).toEqual(all)
  expect(replicates[0]!.some(pool => [9, 10, 11].every(peptide => pool.includes(peptide)))).toBe(true)
})
