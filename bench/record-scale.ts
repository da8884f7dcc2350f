// How the record grows: offline verification of a million events on one core, and lists, filters and a trace over a record of 100,000 events. Run: npm run bench:record-scale -- [events] [rows].
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventText, formatVerifierKey, leafHash, MerkleTree } from '@cognate/core/audit'
import { canonicalJson } from '@cognate/core/base'
import { manifestOf } from '../packages/node/src/store/export-record.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { listEvents, listRows, recallScope, rowHistory, traceItem } from '../packages/node/src/store/record-reads.ts'
import { openSigner, sha256 } from '../packages/node/src/store/signer.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { enrolSubject, setUpCarl } from '../test/record-fixture.ts'

const events = Number(process.argv[2] ?? 1_000_000)
const rows = Number(process.argv[3] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'cognate-scale-'))
chmodSync(folder, 0o711)

function verification(): void {
  const signer = openSigner(join(folder, 'keys'), 'cognate.example/scale/record')
  if (!signer.ok) throw new Error(signer.issue.what)
  const tree = new MerkleTree(sha256)
  const utf8 = new TextEncoder()
  const made = mkdtempSync(join(folder, 'export-'))
  let chunk: string[] = []
  for (let index = 0; index < events; index++) {
    const text = eventText({
      v: 1,
      log: signer.value.origin,
      index,
      time: new Date(1.77e12 + index * 3000).toISOString(),
      clock: { source: 'system', process: 'a', monotonic: String(index * 3000) },
      actor: { account: 'olga', role: 'operator', session: 'ab', factors: ['password'], station: 's' },
      command: 'lot.step',
      input: { id: `L-${index % 1000}`, step: 'activate' },
      action: 'lot.step',
      entity: { kind: 'step', id: `L-${index % 1000}`, version: 1 },
      change: [],
      reason: 'activate',
      rows: [],
      files: [],
      request: 'r',
      signature: null,
    })
    tree.append(leafHash(sha256, utf8.encode(text)))
    chunk.push(text)
    if (chunk.length === 10_000 || index === events - 1) {
      appendFileSync(join(made, 'events.ndjson'), chunk.map(line => `${line}\n`).join(''))
      chunk = []
    }
  }
  const note = signer.value.seal(events, tree.root(), () => true)
  if (!note.ok) throw new Error(note.issue.what)
  writeFileSync(join(made, 'checkpoint'), note.value)
  writeFileSync(join(made, 'manifest.json'), `${canonicalJson(manifestOf(made))}\n`)
  const begun = performance.now()
  const checked = verifyExport({ folder: made, keys: [formatVerifierKey(signer.value.key)], since: [] })
  if (!checked.ok || !checked.value.proven) throw new Error('the export does not verify')
  process.stdout.write(
    `${JSON.stringify({ verified_events: events, seconds: Number(((performance.now() - begun) / 1000).toFixed(1)), rss_mib: Math.round(process.memoryUsage().rss / 2 ** 20) })}\n`,
  )
}

async function reading(): Promise<void> {
  const opened = await openRecord({ folder: join(folder, 'record'), site: 'cognate.example/scale' })
  if (!opened.ok) throw new Error(opened.issue.what)
  const { store } = opened.value
  await setUpCarl(store)
  const begun = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: 128 }, async () => {
      while (next < rows) {
        const i = next++
        await enrolSubject(store, `S${i}`)
      }
    }),
  )
  const perSecond = Math.round(rows / ((performance.now() - begun) / 1000))
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const at = performance.now()
      await work()
      times.push(performance.now() - at)
    }
    return Number(times.toSorted((a, b) => a - b)[2]!.toFixed(1))
  }
  const figures = {
    events: store.logs.record.tree.size,
    unsigned_events_per_s: perSecond,
    list_100_ms: await time(() => listRows(store.pool, 'subject', { limit: 100, after: 'S5' })),
    filter_ms: await time(() => listRows(store.pool, 'subject', { limit: 100, where: 'site=nowhere' })),
    one_row_ms: await time(() => rowHistory(store.pool, 'subject', 'S77777')),
    events_of_one_ms: await time(() => listEvents(store.pool, -1, 100, 'S77777')),
    trace_ms: await time(() => traceItem(store.pool, 'account:carl')),
    recall_ms: await time(() => recallScope(store.pool, 'subject:S1')),
    proof_ms: await time(async () => store.logs.record.tree.inclusionProof(5000)),
  }
  await opened.value.close()
  const at = performance.now()
  const again = await openRecord({ folder: join(folder, 'record'), site: 'cognate.example/scale' })
  if (!again.ok) throw new Error(again.issue.what)
  process.stdout.write(`${JSON.stringify({ ...figures, open_s: Number(((performance.now() - at) / 1000).toFixed(1)) })}\n`)
  await again.value.close()
}

verification()
await reading()
rmSync(folder, { recursive: true, force: true })
