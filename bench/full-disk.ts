// A disk that is really full: the record lies on a file system of its own that is filled to the last byte while people write, more than once. What was acknowledged has to be there, what was not
// has to say so, and when there is room again the next request works. Run as root on Linux: npm run record:full-disk -- [times] [MiB]. Ends with the figures, and with 1 where anything was lost.
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatVerifierKey } from '@cognate/core/audit'
import { exportRecord } from '../packages/node/src/store/export-record.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { enrolSubject, setUpCarl } from '../test/record-fixture.ts'

const times = Number(process.argv[2] ?? 10)
const size = Number(process.argv[3] ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'cognate-full-'))
chmodSync(folder, 0o711)
const disk = join(folder, 'disk')
mkdirSync(disk)
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=0755`, 'tmpfs', disk], { encoding: 'utf8' })
if (mounted.status !== 0) throw new Error(`a file system of ${size} MiB could not be mounted (root is needed): ${mounted.stderr}`)

/** Takes all that is left, and gives it back. */
function fill(): () => void {
  const path = join(disk, 'ballast')
  const file = openSync(path, 'w')
  for (const piece of [1 << 20, 4096, 1]) {
    const bytes = Buffer.alloc(piece)
    try {
      for (;;) writeSync(file, bytes)
    } catch {
      // full for pieces of this size
    }
  }
  closeSync(file)
  return () => rmSync(path)
}

const totals = {
  times: 0,
  acknowledged: 0,
  refused: 0,
  lost: 0,
  reopened: 0,
  codes: {} as Record<string, number>,
  falseAlarms: [] as string[],
}
const promised: string[] = []
const place = { folder: join(disk, 'record'), site: 'cognate.example/full' }
try {
  let opened = await openRecord(place)
  if (!opened.ok) throw new Error(opened.issue.what)
  await setUpCarl(opened.value.store)
  for (let time = 0; time < times; time++) {
    const { store } = opened.value
    let free: (() => void) | undefined
    let next = 0
    const write = async () => {
      for (let i = 0; i < 120; i++) {
        const id = `${time}-${next++}`
        const answer = await enrolSubject(store, id).catch((fault: unknown) => ({
          ok: false as const,
          issue: { code: `thrown: ${fault}` },
        }))
        if (answer.ok) promised.push(id)
        else {
          totals.refused++
          totals.codes[answer.issue.code] = (totals.codes[answer.issue.code] ?? 0) + 1
        }
        if (next === 200) free = fill()
      }
    }
    await Promise.all(Array.from({ length: 8 }, write))
    if (statfsSync(disk).bavail > 64) totals.falseAlarms.push(`time ${time}: the disk was not full`)
    free?.()
    totals.times++
    // the server may have stopped itself, as it has to after a failed fsync: then it is started again
    const after = await enrolSubject(store, `${time}-after`).catch(() => undefined)
    if (after?.ok === true) promised.push(`${time}-after`)
    else {
      await opened.value.close().catch(() => undefined)
      opened = await openRecord(place)
      if (!opened.ok) throw new Error(`after time ${time}: ${opened.issue.what}`)
      totals.reopened++
      const again = await enrolSubject(opened.value.store, `${time}-again`)
      if (again.ok) promised.push(`${time}-again`)
      else totals.falseAlarms.push(`time ${time}: with room again, ${again.issue.what}`)
    }
  }
  totals.acknowledged = promised.length
  const { rows } = await opened.value.store.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM unnest($1::text[]) AS p (id) WHERE NOT EXISTS (SELECT FROM subject AS s WHERE s.id = p.id)',
    [promised],
  )
  totals.lost = rows[0]!.n
  const out = join(folder, 'export')
  await exportRecord(opened.value, { out })
  const keys = [formatVerifierKey(opened.value.store.logs.record.signer.key)]
  const verified = verifyExport({ folder: out, keys, since: [join(place.folder, 'checkpoints/record.txt')] })
  totals.falseAlarms.push(...(verified.ok ? verified.value.findings.map(({ what }) => what) : [verified.issue.what]))
  await opened.value.close()
} finally {
  spawnSync('umount', ['-l', disk])
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${JSON.stringify(totals)}\n`)
process.exitCode = totals.lost > 0 || totals.falseAlarms.length > 0 || totals.refused === 0 ? 1 : 0
