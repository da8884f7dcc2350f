// Merkle proofs of transparency-dev/merkle, roots, checkpoints by C2SP's rules, canonical JSON: what an outside verifier accepts and refuses.
import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { canonicalJson, fromBase64, type Json, toBase64, toHex } from '@cognate/core/base'
import { expect } from 'vitest'
import { data, oracle, readData, value } from '../../../../test/oracle.ts'
import {
  leafHash,
  MerkleTree,
  openCheckpoint,
  openNote,
  parseVerifierKey,
  type Verify,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './index.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const utf8 = (text: string) => new TextEncoder().encode(text)
const ed25519: Verify = (message, signature, key) =>
  verifyBytes(
    null,
    message,
    createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]), format: 'der', type: 'spki' }),
    signature,
  )

/** Numbers above 2^53 keep their digits. */
const bigJson = (text: string): never => JSON.parse(text.replace(/: (\d{16,})/g, ': "$1"')) as never
const bytes = (text: string) => fromBase64(text) ?? new Uint8Array(0)
const path = (proof: readonly string[] | null) => (proof ?? []).map(bytes)

interface Vector {
  file: string
  leafIdx: number | string
  treeSize: number | string
  start: number | string
  end: number | string
  size: number | string
  size1: number | string
  size2: number | string
  root: string
  root1: string
  root2: string
  leafHash: string
  proof: string[] | null
  wantErr: boolean
}

const judged = (name: string, judge: (v: Vector) => boolean) => {
  const vectors = bigJson(readData(`clinical/merkle/${name}.json`)) as Vector[]
  const wrong = vectors.filter(v => judge(v) === v.wantErr).map(v => v.file)
  expect(wrong).toEqual([])
  return vectors
}

oracle('[11.10(a)] all 250 Merkle proofs are judged as the reference does, 231 of them refused', () => {
  const all = [
    ...judged('inclusion', v =>
      verifyInclusion(sha256, BigInt(v.leafIdx), BigInt(v.treeSize), bytes(v.leafHash), path(v.proof), bytes(v.root)),
    ),
    ...judged('consistency', v =>
      verifyConsistency(sha256, BigInt(v.size1), BigInt(v.size2), bytes(v.root1), bytes(v.root2), path(v.proof)),
    ),
    ...judged('subtree_inclusion', v =>
      verifySubtreeInclusion(sha256, BigInt(v.leafIdx), BigInt(v.start), BigInt(v.end), bytes(v.leafHash), path(v.proof), bytes(v.root)),
    ),
    ...judged('subtree_consistency', v =>
      verifySubtreeConsistency(sha256, BigInt(v.start), BigInt(v.end), BigInt(v.size), bytes(v.root1), bytes(v.root2), path(v.proof)),
    ),
  ]
  expect([all.length, all.filter(v => v.wantErr).length]).toEqual([250, 231])
})

oracle('roots of short and long trees are the independent ones, at every earlier size', () => {
  const short = JSON.parse(readData('clinical/merkle/roots.json')) as { leaves_hex: string[]; roots_hex: string[] }
  const tree = new MerkleTree(sha256)
  expect(toHex(tree.root())).toBe(short.roots_hex[0])
  for (const leaf of short.leaves_hex) tree.append(leafHash(sha256, Buffer.from(leaf, 'hex')))
  expect(short.roots_hex.map((_, n) => toHex(tree.root(n)))).toEqual(short.roots_hex)
  const long = JSON.parse(readData('clinical/merkle/roots_long.json')) as { roots_hex: Record<string, string> }
  const events = new MerkleTree(sha256)
  for (let i = 0; i < 1000; i++) events.append(leafHash(sha256, utf8(`event ${i}`)))
  expect(Object.keys(long.roots_hex)).toHaveLength(12)
  expect(Object.fromEntries(Object.keys(long.roots_hex).map(n => [n, toHex(events.root(Number(n)))]))).toEqual(long.roots_hex)
})

oracle('checkpoints and notes are accepted and refused as C2SP says', () => {
  const { vectors } = JSON.parse(readData('clinical/c2sp/checkpoint_vectors.json')) as {
    vectors: { id: string; note: string; vkeys: string[]; ok: boolean; kind?: string; origin?: string; size?: number; root?: string }[]
  }
  const judged = vectors.map(v => {
    const keys = v.vkeys.map(key => value(parseVerifierKey(sha256, key)))
    if (v.kind === 'note') return { id: v.id, ok: openNote(ed25519, v.note, keys).ok }
    const opened = openCheckpoint(ed25519, v.note, keys, keys[0]!.name)
    return opened.ok
      ? { id: v.id, ok: true, origin: opened.value.origin, size: opened.value.size, root: toBase64(opened.value.root) }
      : { id: v.id, ok: false }
  })
  expect(judged).toHaveLength(31)
  expect(judged).toEqual(
    vectors.map(v =>
      v.ok && v.kind !== 'note' ? { id: v.id, ok: true, origin: v.origin, size: v.size, root: v.root } : { id: v.id, ok: v.ok },
    ),
  )
})

oracle('canonical JSON equals RFC 8785’s test data byte for byte', () => {
  for (const name of ['french', 'structures', 'values']) {
    const input = JSON.parse(readData(`clinical/jcs/${name}.input.json`)) as Json
    expect(Buffer.from(canonicalJson(input), 'utf8').equals(readFileSync(data(`clinical/jcs/${name}.output.json`))), name).toBe(true)
  }
})
