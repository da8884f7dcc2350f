import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from './index.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

test('every leaf of every tree up to 33 leaves is proven, and every pair of sizes is consistent', () => {
  const tree = new MerkleTree(sha256)
  for (let i = 0; i < 33; i++) tree.append(leafHash(sha256, Uint8Array.of(i)))
  for (let size = 1; size <= 33; size++) {
    for (let i = 0; i < size; i++)
      expect(verifyInclusion(sha256, BigInt(i), BigInt(size), tree.leaf(i), tree.inclusionProof(i, size), tree.root(size))).toBe(true)
    for (let older = 1; older <= size; older++)
      expect(
        verifyConsistency(sha256, BigInt(older), BigInt(size), tree.root(older), tree.root(size), tree.consistencyProof(older, size)),
      ).toBe(true)
  }
})

test('a proof does not pass for another leaf, and a proof from size 0 is refused', () => {
  const tree = new MerkleTree(sha256)
  for (let i = 0; i < 20; i++) tree.append(leafHash(sha256, Uint8Array.of(i)))
  expect(verifyInclusion(sha256, 6n, 20n, tree.leaf(7), tree.inclusionProof(7), tree.root())).toBe(false)
  expect(verifyConsistency(sha256, 0n, 20n, tree.root(0), tree.root(), [])).toBe(false)
})
