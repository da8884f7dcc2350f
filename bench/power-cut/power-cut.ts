// Power cuts: the record lies on a file system that forgets what was not synced (unsynced_fs.py); in the middle of writing the power goes, everything is killed, and the record is opened on what the
// disk still has. What was acknowledged has to be there, and the record has to verify against its checkpoints. kill -9 (npm run record:crash) does not show this: it leaves the page cache.
// Run as root, on Linux with FUSE: apt-get install fuse libfuse2; pip install fusepy==3.0.1; npm run record:power-cut -- [cuts] [seed] [python]. Ends with the figures, and with 1 where anything was lost.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@cognate/core/base'
import { killEmbedded, life, whatIsLeft } from '../../test/crash-campaign.ts'

const cuts = Number(process.argv[2] ?? 60)
const random = seededRandom(process.argv[3] ?? 'cognate')
const python = process.argv[4] ?? 'python3'
/** Cuts between two exports that are verified. */
const EVERY = 10
const folder = mkdtempSync(join(tmpdir(), 'cognate-power-'))
chmodSync(folder, 0o711)
const [disk, image, acks, log] = ['disk', 'image', 'acks.txt', 'disk.log'].map(name => join(folder, name)) as [
  string,
  string,
  string,
  string,
]
const place = join(disk, 'record')
mkdirSync(disk)

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** The disk as the last cut left it. */
async function boot(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('unsynced_fs.py', import.meta.url))
  const files = spawn('sh', ['-c', `exec "$0" "$@" >> '${log}' 2>&1`, python, script, disk, image], { stdio: 'ignore' })
  for (let i = 0; i < 300; i++) {
    if (readFileSync('/proc/mounts', 'utf8').includes(` ${disk} fuse`)) {
      if (!existsSync(place)) mkdirSync(place)
      return files
    }
    if (files.exitCode !== null) break
    await wait(100)
  }
  throw new Error(`the file system did not start: ${existsSync(log) ? readFileSync(log, 'utf8').slice(-500) : ''}`)
}

/** The power goes: nothing is written from now on. Then all that ran is ended, and the disk is taken out. */
function cut(seed: number, child: ChildProcess | undefined): void {
  const postmaster = join(place, 'database/postmaster.pid')
  const pid = existsSync(postmaster) ? readFileSync(postmaster, 'utf8').split('\n')[0]! : ''
  try {
    writeFileSync(join(disk, '.cut'), String(seed))
  } catch {
    // closing it meets a disk without power
  }
  child?.kill('SIGKILL')
  if (pid !== '') spawnSync('sh', ['-c', `pkill -KILL -P ${pid}; kill -KILL ${pid}`])
  spawnSync('sleep', ['0.3'])
  spawnSync('fusermount', ['-uz', disk])
}

const totals = { cuts: 0, early: 0, acknowledged: 0, lost: 0, verifications: 0, falseAlarms: [] as string[] }
const begun = Date.now()
try {
  for (let i = 0; i < cuts; i++) {
    const files = await boot()
    const ended = new Promise(resolve => files.once('exit', resolve))
    // every other cut lets blocks reach the disk by chance, as they do
    const seed = i % 2 === 0 ? 0 : 1 + random.below(1_000_000)
    let child: ChildProcess | undefined
    // one in five comes while the record is being opened and recovered
    const early = i > 0 && random.unit() < 0.2
    const seen = await life(
      place,
      undefined,
      acks,
      '-',
      early ? 200 + random.below(2500) : 50 + random.below(1500),
      one => {
        child = one
        cut(seed, child)
      },
      early,
    )
    await ended
    totals.cuts++
    totals.acknowledged += seen.acks
    totals.lost += seen.missing
    totals.early += early ? 1 : 0
    if (seen.refused !== undefined) totals.falseAlarms.push(`cut ${i}: ${seen.refused}`)
    if (i % EVERY === EVERY - 1 || i === cuts - 1) {
      const again = await boot()
      const gone = new Promise(resolve => again.once('exit', resolve))
      const found = await whatIsLeft(place, undefined, acks)
      totals.lost += found.lost
      totals.verifications += found.opened ? 1 : 0
      totals.falseAlarms.push(...found.alarms)
      process.stderr.write(
        `${i + 1} cuts: ${found.events} events, ${totals.acknowledged} acknowledged, ${totals.lost} lost, ${totals.falseAlarms.length} false alarms; ${readFileSync(log, 'utf8').trim().split('\n').at(-1)}\n`,
      )
      killEmbedded(place)
      cut(0, undefined)
      await gone
    }
  }
} finally {
  spawnSync('fusermount', ['-uz', disk])
  if (totals.falseAlarms.length === 0 && totals.lost === 0) rmSync(folder, { recursive: true, force: true })
  else process.stderr.write(`left in ${folder}\n`)
}
process.stdout.write(`${JSON.stringify({ ...totals, minutes: Number(((Date.now() - begun) / 60_000).toFixed(1)) })}\n`)
process.exitCode = totals.lost > 0 || totals.falseAlarms.length > 0 || totals.acknowledged === 0 ? 1 : 0
