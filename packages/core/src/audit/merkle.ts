// The hashed log of RFC 6962 §2.1 and RFC 9162 §2.1: leaf SHA-256(0x00 ‖ text), node SHA-256(0x01 ‖ left ‖ right), split at the largest power of two below n.
// Hashes are 32 bytes. SHA-256 comes in as an argument, so that server, command line and browser use what is fastest there.
// Proofs of subtrees follow draft-ietf-plants-merkle-tree-certs §4. Indexes of proofs that come from outside are bigint: JSON numbers above 2^53 would be rounded.

export type Sha256 = (bytes: Uint8Array) => Uint8Array

export const HASH_BYTES = 32

/** Where the bytes to hash are put together; grows, and is never seen outside. */
let scratch = new Uint8Array(4096)

export function leafHash(sha256: Sha256, text: Uint8Array): Uint8Array {
  if (scratch.length < text.length + 1) scratch = new Uint8Array(2 * (text.length + 1))
  scratch[0] = 0
  scratch.set(text, 1)
  return sha256(scratch.subarray(0, text.length + 1))
}

function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  scratch[0] = 1
  scratch.set(left, 1)
  scratch.set(right, 1 + HASH_BYTES)
  return sha256(scratch.subarray(0, 1 + 2 * HASH_BYTES))
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

/** A growing log of leaf hashes with every complete subtree kept: 64 bytes a leaf. Roots and proofs of any earlier size in O(log n) hashes. */
export class MerkleTree {
  /** levels[k] holds the hashes of the complete subtrees of 2^k leaves, one after another. */
  readonly #levels: Uint8Array[] = [new Uint8Array(HASH_BYTES * 64)]
  readonly #sha256: Sha256
  #size = 0

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    let hash = leaf
    let at = this.#size++
    this.#put(0, at, hash)
    for (let level = 0; (at & 1) === 1; level++, at >>>= 1) {
      hash = nodeHash(this.#sha256, this.#complete(level, at - 1), hash)
      this.#put(level + 1, at >>> 1, hash)
    }
  }

  #put(level: number, at: number, hash: Uint8Array): void {
    const held = this.#levels[level] ?? new Uint8Array(HASH_BYTES * 64)
    const wide = held.length < (at + 1) * HASH_BYTES ? new Uint8Array(held.length * 2) : held
    if (wide !== held) wide.set(held)
    wide.set(hash, at * HASH_BYTES)
    this.#levels[level] = wide
  }

  #complete(level: number, at: number): Uint8Array {
    return this.#levels[level]!.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
  }

  leaf(index: number): Uint8Array {
    return this.#complete(0, index)
  }

  /** Root of leaves start to end, half-open; start is a multiple of the smallest power of two that holds them. */
  #range(start: number, end: number): Uint8Array {
    const count = end - start
    if (count === 0) return this.#sha256(new Uint8Array(0))
    const level = Math.ceil(Math.log2(count))
    if (2 ** level === count) return this.#complete(level, start / count)
    const split = start + 2 ** (level - 1)
    return nodeHash(this.#sha256, this.#range(start, split), this.#range(split, end))
  }

  /** Root of the first `size` leaves, by default of all. */
  root(size = this.#size): Uint8Array {
    return this.#range(0, size).slice()
  }

  /** Hashes from the leaf's sibling up to the root of the first `size` leaves. */
  inclusionProof(index: number, size = this.#size): readonly Uint8Array[] {
    const path = (start: number, end: number): Uint8Array[] => {
      if (end - start === 1) return []
      const split = start + largestPowerBelow(end - start)
      return index < split ? [...path(start, split), this.#range(split, end)] : [...path(split, end), this.#range(start, split)]
    }
    return path(0, size).map(hash => hash.slice())
  }

  /** Shows that the first `older` leaves are the beginning of the first `newer`; empty where the sizes are equal or `older` is 0. */
  consistencyProof(older: number, newer = this.#size): readonly Uint8Array[] {
    if (older === 0 || older === newer) return []
    const sub = (m: number, start: number, end: number, whole: boolean): Uint8Array[] => {
      if (m === end) return whole ? [] : [this.#range(start, end)]
      const split = start + largestPowerBelow(end - start)
      return m <= split
        ? [...sub(m, start, split, whole), this.#range(split, end)]
        : [...sub(m, split, end, false), this.#range(start, split)]
    }
    return sub(older, 0, newer, true).map(hash => hash.slice())
  }
}

const largestPowerBelow = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1)

/** Is `leaf` the leaf `index` of the tree of `size` leaves with this root? */
export function verifyInclusion(
  sha256: Sha256,
  index: bigint,
  size: bigint,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  return verifySubtreeInclusion(sha256, index, 0n, size, leaf, proof, root)
}

/** Does the tree of `newer` leaves begin with the tree of `older`? A proof from size 0 says nothing and is refused; one between equal sizes is empty. */
export function verifyConsistency(
  sha256: Sha256,
  older: bigint,
  newer: bigint,
  olderRoot: Uint8Array,
  newerRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  return older > 0n && verifySubtreeConsistency(sha256, 0n, older, newer, olderRoot, newerRoot, proof)
}

const allHashes = (...hashes: readonly Uint8Array[]): boolean => hashes.every(hash => hash.length === HASH_BYTES)

/** A subtree [start, end) stands alone only if start is a multiple of the smallest power of two that is at least end − start. */
function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || end <= start) return false
  let width = 1n
  while (width < end - start) width <<= 1n
  return start % width === 0n
}

/** Is `leaf` the leaf `index` of the subtree [start, end) with this root? */
export function verifySubtreeInclusion(
  sha256: Sha256,
  index: bigint,
  start: bigint,
  end: bigint,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSubtree(start, end) || index < start || index >= end || !allHashes(leaf, root, ...proof)) return false
  let at = index - start
  let last = end - start - 1n
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0n) return false
    if ((at & 1n) === 1n || at === last) {
      hash = nodeHash(sha256, sibling, hash)
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n
        last >>= 1n
      }
    } else hash = nodeHash(sha256, hash, sibling)
    at >>= 1n
    last >>= 1n
  }
  return last === 0n && equalBytes(hash, root)
}

/** Is the subtree [start, end) with root `part` inside the tree of `size` leaves with root `whole`? */
export function verifySubtreeConsistency(
  sha256: Sha256,
  start: bigint,
  end: bigint,
  size: bigint,
  part: Uint8Array,
  whole: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (end > size || !allHashes(...proof)) return false
  // an empty part says nothing, and is proven by nothing but the root of no leaves
  if (start === end) return start >= 0n && proof.length === 0 && equalBytes(part, sha256(new Uint8Array(0)))
  if (start === 0n && end === size) return proof.length === 0 && equalBytes(part, whole)
  if (!isSubtree(start, end) || !allHashes(part, whole)) return false
  let first = start
  let last = end - 1n
  let top = size - 1n
  const up = () => {
    first >>= 1n
    last >>= 1n
    top >>= 1n
  }
  if (last === top) while (first !== last) up()
  else while (first !== last && (last & 1n) === 1n) up()
  const given = [...proof]
  const seed = first === last ? part : given.shift()
  if (seed === undefined) return false
  let partHash = seed
  let wholeHash = seed
  for (const hash of given) {
    if (top === 0n) return false
    if ((last & 1n) === 1n || last === top) {
      if (first < last) partHash = nodeHash(sha256, hash, partHash)
      wholeHash = nodeHash(sha256, hash, wholeHash)
      while ((last & 1n) === 0n && last !== 0n) up()
    } else wholeHash = nodeHash(sha256, wholeHash, hash)
    up()
  }
  return top === 0n && equalBytes(partHash, part) && equalBytes(wholeHash, whole)
}
