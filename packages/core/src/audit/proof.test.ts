// A proof stands by itself: any event of any log is shown by its text and the key; a changed letter of either, another place and another key are not.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyEd25519 } from '../../../node/src/store/signer.ts'
import {
  checkpointText,
  formatNote,
  formatProof,
  keyId,
  leafHash,
  MerkleTree,
  signatureLine,
  type VerifierKey,
  verifyProof,
} from './index.ts'

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())
const keyOf = (name: string) => {
  const pair = generateKeyPairSync('ed25519')
  const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(12))
  const key: VerifierKey = { name, id: keyId(sha256, name, 'log', publicKey), type: 'log', publicKey }
  return { key, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, pair.privateKey)) }
}
const events = Array.from({ length: 21 }, (_, i) => `{"index":${i}}`)
const log = keyOf('example/record')
const tree = new MerkleTree(sha256)
for (const event of events) tree.append(leafHash(sha256, new TextEncoder().encode(event)))
const text = checkpointText({ origin: log.key.name, size: 21, root: tree.root() })
const note = formatNote(text, [signatureLine(log.key, log.sign, text)])
const proofOf = (index: number) => formatProof(index, tree.inclusionProof(index), note)
const judged = (event: string, proof: string, key = log.key) => {
  const found = verifyProof(sha256, verifyEd25519, { event, proof, key })
  return found.ok ? found.value.index : found.issue.code
}

test('every event of a log of 21', () => {
  expect(events.map((event, i) => judged(event, proofOf(i)))).toEqual(events.map((_, i) => i))
})

test('another text, place, hash or key proves nothing', () => {
  const proof = proofOf(7)
  expect(judged('{"index":8}', proof)).toBe('proof')
  expect(judged(events[7]!, proof.replace('index 7', 'index 8'))).toBe('proof')
  expect(judged(events[7]!, proofOf(6))).toBe('proof')
  const lines = proof.split('\n')
  expect(judged(events[7]!, [...lines.slice(0, 2), ...lines.slice(3)].join('\n'))).toBe('proof')
  expect(judged(events[7]!, lines.toSpliced(2, 0, lines[2]!).join('\n'))).toBe('proof')
  expect(judged(events[7]!, proof.replace('\n21\n', '\n22\n'))).toBe('note-signature')
  expect(judged(events[7]!, proof, keyOf('example/record').key)).toBe('note-unsigned')
  expect(['', 'c2sp.org/tlog-proof@v1\nindex 7', proof.replace('@v1', '@v2')].map(one => judged(events[7]!, one))).toEqual(
    Array(3).fill('proof'),
  )
})
