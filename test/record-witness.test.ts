// A witness by C2SP's tlog-witness: what it cosigns, what it refuses, what it remembers; and a record whose history cannot be made anew even with database and key in hand.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  checkpointRequest,
  checkpointText,
  formatNote,
  formatVerifierKey,
  keyId,
  leafHash,
  MerkleTree,
  signatureLine,
  type VerifierKey,
} from '@cognate/core/audit'
import { canonicalJson, toBase64 } from '@cognate/core/base'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWitnessServer } from '../packages/node/src/api/witness-server.ts'
import { askWitnesses, parseWitnesses } from '../packages/node/src/store/cosignature.ts'
import { exportRecord, manifestOf } from '../packages/node/src/store/export-record.ts'
import { type OpenRecord, openRecord } from '../packages/node/src/store/open-record.ts'
import { openKey, sha256, signEd25519 } from '../packages/node/src/store/signer.ts'
import { type Verification, verifyExport } from '../packages/node/src/store/verify-export.ts'
import { Witness } from '../packages/node/src/store/witness.ts'
import { value } from './oracle.ts'
import { enrolSubject, setUpCarl } from './record-fixture.ts'

const SITE = 'cognate.example/w'
const ORIGIN = `${SITE}/record`
const NOW = Date.parse('2026-11-29T06:00:00Z')
const folders: string[] = []
const fresh = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-witness-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const openWitness = (folder: string, logs: readonly { readonly key: VerifierKey }[], now = () => NOW) =>
  Witness.open({ folder, name: 'auditor.example/w1', logs: logs.map(log => log.key), now })

/** A log of made leaves under a key of its own, or a given one; it signs any tree. */
function madeLog(origin = ORIGIN, text = (i: number) => `leaf ${i}`, pair = value(openKey(join(fresh(), 'log.key'), true))) {
  const key: VerifierKey = { name: origin, id: keyId(sha256, origin, 'log', pair.publicKey), type: 'log', publicKey: pair.publicKey }
  const tree = new MerkleTree(sha256)
  const proof = (older: number, size: number) => {
    while (tree.size < size) tree.append(leafHash(sha256, new TextEncoder().encode(text(tree.size))))
    return tree.consistencyProof(older, size)
  }
  const note = (size: number, root = tree.root(size)) => {
    const signed = checkpointText({ origin, size, root })
    return formatNote(signed, [signatureLine(key, signEd25519(pair.privateKey), signed)])
  }
  const request = (older: number, size: number) => checkpointRequest({ older, proof: proof(older, size), note: note(size) })
  return { key, pair, tree, proof, note, request }
}

test('a cosignature is Ed25519 over `cosignature/v1`, time and checkpoint, under the key id of type 4', async () => {
  const log = madeLog()
  const witness = value(await openWitness(fresh(), [log]))
  const answer = witness.add(log.request(0, 5))
  expect([answer.status, answer.body.endsWith('\n')]).toEqual([200, true])
  const [, name, body] = /^— (\S+) (\S+)\n$/.exec(answer.body)!
  const bytes = Buffer.from(body!, 'base64')
  const { publicKey } = witness.key
  const id = createHash('sha256')
    .update(Buffer.concat([Buffer.from('auditor.example/w1\n'), Buffer.of(4), publicKey]))
    .digest()
    .subarray(0, 4)
  expect([name, bytes.subarray(0, 4).toString('hex'), bytes.readBigUInt64BE(4), bytes.length]).toEqual([
    'auditor.example/w1',
    id.toString('hex'),
    BigInt(NOW / 1000),
    4 + 8 + 64,
  ])
  const message = `cosignature/v1\ntime ${NOW / 1000}\n${ORIGIN}\n5\n${toBase64(log.tree.root(5))}\n`
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' })
  expect(verify(null, Buffer.from(message), key, bytes.subarray(12))).toBe(true)
  witness.close()
})

test('it answers as tlog-witness asks: 200, 400, 403, 404, 409, 422', async () => {
  const [log, stranger] = [madeLog(), madeLog('elsewhere.example/record')]
  // two other histories: by another key, and by the log's own
  const other = (i: number) => (i < 3 ? `leaf ${i}` : `other ${i}`)
  const [fork, forged] = [madeLog(ORIGIN, other), madeLog(ORIGIN, other, log.pair)]
  const folder = fresh()
  const witness = value(await openWitness(folder, [log]))
  const status = (body: string) => witness.add(body).status
  // before anything was seen
  expect(witness.checkpoint(createHash('sha256').update(ORIGIN).digest('hex')).status).toBe(404)
  expect(status(log.request(5, 8))).toBe(409)
  expect(status(checkpointRequest({ older: 0, proof: log.proof(3, 8), note: log.note(8) }))).toBe(422)
  expect(status(log.request(0, 8))).toBe(200)
  // the same again, and on from there
  expect(status(log.request(8, 8))).toBe(200)
  expect(status(log.request(8, 21))).toBe(200)
  // what the log remembers is not what the witness does
  expect(witness.add(log.request(8, 21))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '21\n' })
  expect(witness.add(log.request(0, 30)).body).toBe('21\n')
  // malformed, or going back
  expect([
    status(''),
    status('old 21\n'),
    status(log.request(21, 30).replace('old 21', 'old 021')),
    status(log.request(21, 30).replace('old', 'new')),
    status(log.request(21, 30).replace(/\n[A-Za-z0-9+/=]{44}\n/, '\nAAAA\n')),
    status(checkpointRequest({ older: 21, proof: Array.from({ length: 64 }, () => log.tree.root(1)), note: log.note(30) })),
    status(checkpointRequest({ older: 21, proof: [], note: log.note(8) })),
    status(log.request(21, 30).replace(`${ORIGIN}\n30\n`, `${ORIGIN}\n+30\n`)),
  ]).toEqual([400, 400, 400, 400, 400, 400, 400, 403])
  // another log, another key, a broken signature
  expect(status(stranger.request(0, 4))).toBe(404)
  expect(status(fork.request(21, 30))).toBe(403)
  expect(status(log.request(21, 30).replace(/(— \S+ \S{20})(\S)/, (_, a, b) => a + (b === 'A' ? 'B' : 'A')))).toBe(403)
  // the right key over another history
  expect(status(forged.request(21, 30))).toBe(422)
  expect(status(forged.request(21, 21))).toBe(422)
  // an empty tree has one root
  const empty = madeLog()
  const second = value(await openWitness(fresh(), [empty]))
  expect(second.add(checkpointRequest({ older: 0, proof: [], note: empty.note(0, new Uint8Array(32)) })).status).toBe(422)
  expect(second.add(empty.request(0, 0)).status).toBe(200)
  second.close()
  // what it kept is what it saw last, with both signatures
  const kept = witness.checkpoint(createHash('sha256').update(ORIGIN).digest('hex'))
  expect([kept.status, kept.body.split('\n').slice(0, 2), kept.body.match(/^— /gm)!.length]).toEqual([200, [ORIGIN, '21'], 2])
  expect(status(log.request(21, 30))).toBe(200)
  witness.close()
})

test('a name that no signature line can carry is refused', async () => {
  expect(await Witness.open({ folder: fresh(), name: 'w 1', logs: [] })).toMatchObject({ ok: false, issue: { code: 'witness-name' } })
})

test('it remembers through a restart, and a folder has one witness', async () => {
  const log = madeLog()
  const folder = fresh()
  const first = value(await openWitness(folder, [log]))
  expect(first.add(log.request(0, 9)).status).toBe(200)
  expect(await openWitness(folder, [log])).toMatchObject({ ok: false, issue: { code: 'folder-in-use' } })
  first.close()
  const again = value(await openWitness(folder, [log]))
  expect([formatVerifierKey(again.key), again.add(log.request(0, 12)).body]).toEqual([formatVerifierKey(first.key), '9\n'])
  expect(again.add(log.request(9, 12)).status).toBe(200)
  again.close()
  const file = join(folder, readdirSync(folder).find(name => name.endsWith('.checkpoint'))!)
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.replace(/^12$/m, '9'))
  expect(await openWitness(folder, [log])).toMatchObject({ ok: false, issue: { code: 'witness-state' } })
  writeFileSync(file, whole)
  rmSync(join(folder, 'witness.key'))
  expect(await openWitness(folder, [log])).toMatchObject({ ok: false, issue: { code: 'signing-key' } })
})

test.each([
  ['http://w.example no-key', 'verifier-key', 1],
  ['# only a remark\n', 'witnesses', undefined],
  ['# first\nw.example auditor+00000000+AA==', 'witnesses', 2],
  ['http://w.example', 'witnesses', 1],
])('a list of witnesses is refused by its line: %j', (text, code, line) => {
  expect(parseWitnesses(text)).toMatchObject({ ok: false, issue: { code, ...(line === undefined ? {} : { line }) } })
})

let record: OpenRecord
let witness: Witness
let app: FastifyInstance
let end: () => Promise<void>
const told: string[] = []
let port = 0

beforeAll(async () => {
  record = value(await openRecord({ folder: fresh(), site: SITE }))
  const { logs, pool } = record.store
  witness = value(await openWitness(fresh(), [logs.record.signer, logs.access.signer], Date.now))
  app = buildWitnessServer(witness)
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = Number(new URL(app.listeningOrigin).port)
  await setUpCarl(record.store)
  end = await askWitnesses(
    Object.values(logs),
    pool,
    value(parseWitnesses(`${app.listeningOrigin}/ ${formatVerifierKey(witness.key)}`)),
    text => told.push(text),
  )
})
afterAll(async () => {
  await end?.()
  await app?.close()
  witness?.close()
  await record?.close()
})

async function cosignedUpTo(size: number): Promise<number> {
  const until = Date.now() + 20_000
  for (;;) {
    const { rows } = await record.store.pool.query<{ size: string }>(
      'SELECT coalesce(max(size), 0)::text AS size FROM cosignature WHERE log = $1',
      [ORIGIN],
    )
    if (Number(rows[0]!.size) >= size || Date.now() > until) return Number(rows[0]!.size)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
const enrol = async (prefix: string, count: number) => {
  for (let i = 0; i < count; i++) expect((await enrolSubject(record.store, `${prefix}${i}`)).ok).toBe(true)
  await record.store.sealAll()
  return record.store.logs.record.tree.size
}
const verified = (folder: string, more: Partial<Parameters<typeof verifyExport>[0]> = {}): Verification =>
  value(
    verifyExport({
      folder,
      keys: [formatVerifierKey(record.store.logs.record.signer.key)],
      since: [],
      witnesses: [formatVerifierKey(witness.key)],
      ...more,
    }),
  )

test('[11.10(e)] a witness cosigns what the record seals; an export then stands on its word', async () => {
  const size = await enrol('A', 12)
  expect(await cosignedUpTo(size)).toBe(size)
  const out = join(fresh(), 'export')
  value(await exportRecord(record, { out }))
  const checked = verified(out)
  expect(checked).toMatchObject({ proven: true, findings: [], size, witnesses: [{ witness: 'auditor.example/w1', size }] })
  expect(checked.independentCheckpoints).toBeGreaterThan(0)
  // without the witness's key its word counts for nothing
  expect(verified(out, { witnesses: [] })).toMatchObject({ proven: true, independentCheckpoints: 0, witnesses: [] })
  expect(told).toEqual([])
})

test('after a restart the record goes on where it was, whether its newest checkpoint is cosigned or not', async () => {
  const restart = async () => {
    await end()
    const size = await enrol(`R${told.length}${record.store.logs.record.tree.size}-`, 2)
    const address = value(parseWitnesses(`${app.listeningOrigin} ${formatVerifierKey(witness.key)}`))
    const attach = () => askWitnesses(Object.values(record.store.logs), record.store.pool, address, text => told.push(text))
    end = await attach()
    expect(await cosignedUpTo(size)).toBe(size)
    // once more, with nothing new
    await end()
    end = await attach()
    await new Promise(resolve => setTimeout(resolve, 300))
  }
  await restart()
  await restart()
  expect(told).toEqual([])
})

test('a history made anew with the log’s own key is caught by the witness', async () => {
  // another database, the stolen key, other events
  const folder = fresh()
  cpSync(join(record.folder, 'keys', 'log.key'), join(folder, 'keys', 'log.key'), { recursive: true })
  const forger = value(await openRecord({ folder, site: SITE }))
  await setUpCarl(forger.store)
  const size = await cosignedUpTo(1)
  while (forger.store.logs.record.tree.size < size + 5) await enrolSubject(forger.store, `Z${forger.store.logs.record.tree.size}`)
  await forger.store.sealAll()
  // it cannot get a cosignature for it
  const complaints: string[] = []
  const address = value(parseWitnesses(`${app.listeningOrigin} ${formatVerifierKey(witness.key)}`))
  const endForger = await askWitnesses([forger.store.logs.record], forger.store.pool, address, text => complaints.push(text))
  const until = Date.now() + 10_000
  while (complaints.length === 0 && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 20))
  expect(complaints.join()).toMatch(/does not cosign \d+ events: 422 .*does not continue/)
  await endForger()
  const out = join(fresh(), 'export')
  value(await exportRecord(forger, { out }))
  await forger.close()
  expect(verified(out, { witnesses: [] })).toMatchObject({ proven: true, independentCheckpoints: 0 })
  const codes = (path: string) => verified(path).findings.map(finding => finding.code)
  expect(codes(out)).toEqual(['witness'])
  // nor do the true cosignatures fit it
  const honest = join(fresh(), 'export')
  value(await exportRecord(record, { out: honest }))
  cpSync(join(honest, 'checkpoints'), join(out, 'checkpoints'), { recursive: true })
  writeFileSync(join(out, 'manifest.json'), `${canonicalJson(manifestOf(out))}\n`)
  expect(codes(out)).toContain('history')
})

test('the tail that was cut off is missed by the witness', async () => {
  const whole = await enrol('B', 3)
  expect(await cosignedUpTo(whole)).toBe(whole)
  const out = join(fresh(), 'export')
  value(await exportRecord(record, { out }))
  const older = readdirSync(join(out, 'checkpoints')).sort()[0]!
  const size = Number(older)
  expect([size < whole, verified(out).proven]).toEqual([true, true])
  cpSync(join(out, 'checkpoints', older), join(out, 'checkpoint'))
  const events = readFileSync(join(out, 'events.ndjson'), 'utf8').split('\n').slice(0, size)
  writeFileSync(join(out, 'events.ndjson'), `${events.join('\n')}\n`)
  writeFileSync(join(out, 'manifest.json'), `${canonicalJson(manifestOf(out))}\n`)
  expect(verified(out).findings.map(finding => finding.code)).toContain('history')
})

test('a witness that is away holds nothing up, and cosigns the newest checkpoint when it is back', async () => {
  await app.close()
  const size = await enrol('C', 3)
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/^cognate\.example\/w\/record: witness auditor\.example\/w1 cannot be reached/)
  app = buildWitnessServer(witness)
  await app.listen({ port, host: '127.0.0.1' })
  expect(await cosignedUpTo(size)).toBe(size)
  expect(told.at(-1)).toBe('cognate.example/w/record: witness auditor.example/w1 answers again')
}, 30_000)

test('an address that asks too often is answered 429, and told to wait', async () => {
  const limited = buildWitnessServer(witness, undefined, 3)
  const ask = () => limited.inject({ method: 'POST', url: '/add-checkpoint', headers: { 'content-type': 'text/plain' }, payload: 'x' })
  const answers = [await ask(), await ask(), await ask(), await ask()]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400, 429])
  expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThan(0)
  await limited.close()
})
