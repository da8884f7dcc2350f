// kill -9 of the writing process, at random and at named points, now and then of the database server too: what was acknowledged has to be there, and the record has to open and verify.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatVerifierKey } from '@cognate/core/audit'
import { seededRandom } from '@cognate/core/base'
import { exportRecord } from '../packages/node/src/store/export-record.ts'
import { openRecord } from '../packages/node/src/store/open-record.ts'
import { verifyExport } from '../packages/node/src/store/verify-export.ts'
import { root } from './oracle-data.ts'
import { startTestServer } from './postgres-server.ts'

export interface CrashFigures {
  readonly kills: number
  readonly serverKills: number
  readonly acknowledged: number
  readonly lost: number
  /** Openings that were refused, or verifications that failed, although nobody touched anything. */
  readonly falseAlarms: readonly string[]
  readonly verifications: number
}

const FAILPOINTS = ['before-write', 'after-write', 'after-commit', 'after-checkpoint']
const pinned = ['linux-x64', 'linux-arm64'].map(name => join(root, `node_modules/node-${name}/bin/node`)).find(path => existsSync(path))
const runtime = pinned ?? process.execPath

/** `every`: kills between two exports that are verified. */
export async function crashCampaign(
  store: 'embedded' | 'server',
  kills: number,
  seed: string,
  every = 50,
  progress: (line: string) => void = () => undefined,
): Promise<CrashFigures> {
  const random = seededRandom(seed)
  const server = store === 'server' ? startTestServer() : undefined
  const totals = { serverKills: 0, acknowledged: 0, lost: 0, falseAlarms: [] as string[], verifications: 0 }
  let folder = ''
  let database = 0
  try {
    for (let kill = 0; kill < kills; kill++) {
      if (kill % every === 0) {
        if (folder !== '') await settle(folder, server?.url(`crash${database}`))
        folder = mkdtempSync(join(tmpdir(), 'cognate-crash-'))
        database++
      }
      const url = server?.url(`crash${database}`)
      const acks = join(folder, 'acks.txt')
      const failpoint = random.unit() < 0.5 ? `${FAILPOINTS[random.below(FAILPOINTS.length)]}:${1 + random.below(20)}` : '-'
      const killServer = random.unit() < 0.1
      const seen = await life(folder, url, acks, failpoint, 20 + random.below(250))
      totals.acknowledged += seen.acks
      totals.lost += seen.missing
      if (seen.refused !== undefined) totals.falseAlarms.push(`kill ${kill}: ${seen.refused}`)
      if (killServer) {
        totals.serverKills++
        if (server === undefined) killEmbedded(folder)
        else await server.killAndStart()
      }
      if (kill % 20 === 19)
        progress(
          `${store}: ${kill + 1} kills, ${totals.acknowledged} acknowledged, ${totals.lost} lost, ${totals.falseAlarms.length} false alarms`,
        )
    }
    if (folder !== '') await settle(folder, server?.url(`crash${database}`))
  } finally {
    server?.stop()
  }
  return { kills, ...totals }

  async function settle(place: string, databaseUrl: string | undefined): Promise<void> {
    const found = await whatIsLeft(place, databaseUrl, join(place, 'acks.txt'))
    totals.lost += found.lost
    totals.falseAlarms.push(...found.alarms)
    if (found.opened) totals.verifications++
    if (found.opened) rmSync(place, { recursive: true, force: true })
  }
}

/** Opens what the crashes left, looks for every acknowledged id, exports and verifies against every checkpoint that was kept outside. */
export async function whatIsLeft(
  place: string,
  databaseUrl: string | undefined,
  acks: string,
): Promise<{ readonly opened: boolean; readonly lost: number; readonly events: number; readonly alarms: readonly string[] }> {
  const record = await openRecord({ folder: place, databaseUrl, site: 'cognate.example/crash' })
  if (!record.ok) return { opened: false, lost: 0, events: 0, alarms: [record.issue.what] }
  const promised = existsSync(acks) ? readFileSync(acks, 'utf8').trim().split('\n') : []
  const { rows } = await record.value.store.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM unnest($1::text[]) AS p (id) WHERE p.id <> $2 AND NOT EXISTS (SELECT FROM subject AS s WHERE s.id = p.id)',
    [promised, ''],
  )
  const out = mkdtempSync(join(tmpdir(), 'cognate-left-'))
  await exportRecord(record.value, { out: join(out, 'export') })
  const verified = verifyExport({
    folder: join(out, 'export'),
    keys: [formatVerifierKey(record.value.store.logs.record.signer.key)],
    since: [join(place, 'checkpoints/record.txt')],
  })
  const events = record.value.store.logs.record.tree.size
  await record.value.close()
  rmSync(out, { recursive: true, force: true })
  return {
    opened: true,
    lost: rows[0]!.n,
    events,
    alarms: verified.ok ? verified.value.findings.map(({ what }) => what) : [verified.issue.what],
  }
}

/** A writer's life: opened, checked for what was acknowledged before, killed after `ms` or at the failpoint. `end`: how it is ended, where not by a kill alone; `fromStart`: `ms` count from the start, so that the end may come while the record is being opened. */
export function life(
  folder: string,
  url: string | undefined,
  acks: string,
  failpoint: string,
  ms: number,
  end: (child: ChildProcess) => void = child => child.kill('SIGKILL'),
  fromStart = false,
): Promise<{ acks: number; missing: number; refused: string | undefined }> {
  return new Promise(resolve => {
    const child = spawn(
      runtime,
      ['--disable-warning=ExperimentalWarning', join(root, 'test/crash-writer.ts'), folder, url ?? '-', acks, failpoint],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
    )
    let text = ''
    let timer: NodeJS.Timeout | undefined
    // if a failpoint never comes, the kill does
    const kill = (after: number) => {
      timer ??= setTimeout(() => end(child), after)
    }
    if (fromStart) kill(ms)
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('checked ')) kill(failpoint === '-' ? ms : 1500)
    })
    const watchdog = setTimeout(() => end(child), 60_000)
    child.on('close', () => {
      clearTimeout(watchdog)
      if (timer !== undefined) clearTimeout(timer)
      const ids = [...text.matchAll(/^ack (\S+)\n/gm)].map(match => match[1]!)
      if (ids.length > 0) appendFileSync(acks, `${ids.join('\n')}\n`)
      const checked = /^checked (\d+) missing (\d+)/m.exec(text)
      const refused =
        /^refused (.*)$/m.exec(text)?.[1] ??
        (checked === null && !fromStart ? `the writer did not get ready: ${text.slice(0, 200)}` : undefined)
      resolve({ acks: ids.length, missing: Number(checked?.[2] ?? 0), refused })
    })
  })
}

/** The postmaster of the folder and its backends, as a crash of the machine's database would end them. */
export function killEmbedded(folder: string): void {
  const file = join(folder, 'database/postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  spawnSync('pkill', ['-KILL', '-P', String(pid)])
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
  spawnSync('sleep', ['0.2'])
}
