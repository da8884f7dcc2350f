// A PostgreSQL server of the system (Debian's), for tests that run on both stores: its own cluster in a temporary folder, reached by a socket.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Newest of the installed ones. */
const PROGRAMS = [
  '/usr/lib/postgresql/18/bin',
  '/usr/lib/postgresql/17/bin',
  '/usr/lib/postgresql/16/bin',
  '/usr/lib/postgresql/15/bin',
].find(folder => existsSync(join(folder, 'initdb')))

export const hasServer = PROGRAMS !== undefined

export interface TestServer {
  /** A database of its own. */
  readonly url: (database: string) => string
  readonly stop: () => void
  /** kill -9 of the postmaster, and a new start. */
  readonly killAndStart: () => Promise<void>
}

export function startTestServer(): TestServer {
  if (PROGRAMS === undefined) throw new Error('no PostgreSQL server is installed')
  const folder = mkdtempSync(join(tmpdir(), 'cognate-pg-'))
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const root = process.getuid?.() === 0
  const [uid, gid] = root ? ['-u', '-g'].map(flag => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)) : []
  const user = uid === undefined || gid === undefined ? {} : { uid, gid }
  chmodSync(folder, 0o711)
  if (uid !== undefined && gid !== undefined) for (const path of [folder, data]) chownSync(path, uid, gid)
  const run = (program: string, args: readonly string[]) => {
    const done = spawnSync(join(PROGRAMS!, program), args, { ...user, encoding: 'utf8', cwd: data, env: { ...process.env, LC_ALL: 'C' } })
    if (done.status !== 0) throw new Error(`${program}: ${done.stderr}`)
  }
  run('initdb', ['-D', data, '-U', 'owner', '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8', '--no-locale'])
  const answers = () =>
    spawnSync(join(PROGRAMS!, 'psql'), ['-h', folder, '-U', 'owner', '-d', 'postgres', '-c', 'SELECT 1'], { stdio: 'ignore' }).status === 0
  const start = () => {
    // children of a killed postmaster hold the cluster for a moment: a new one ends at once and is tried again
    for (let attempt = 0; attempt < 40; attempt++) {
      const server = spawn(join(PROGRAMS!, 'postgres'), ['-D', data, '-k', folder, '-h', '', '-c', 'max_connections=60'], {
        ...user,
        cwd: data,
        detached: true,
        stdio: 'ignore',
        env: { ...process.env, LC_ALL: 'C' },
      })
      server.unref()
      for (let i = 0; i < 20; i++) {
        if (answers()) return
        spawnSync('sleep', ['0.05'])
      }
    }
    throw new Error('the test server did not start')
  }
  start()
  const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  const made = new Set<string>()
  return {
    url: database => {
      if (!made.has(database))
        spawnSync(join(PROGRAMS!, 'psql'), ['-h', folder, '-U', 'owner', '-d', 'postgres', '-c', `CREATE DATABASE ${database}`], {
          stdio: 'ignore',
        })
      made.add(database)
      return `postgresql://owner@localhost/${database}?host=${encodeURIComponent(folder)}`
    },
    stop: () => {
      try {
        process.kill(pid(), 'SIGINT')
      } catch {}
      for (let i = 0; i < 200 && existsSync(join(data, 'postmaster.pid')); i++) spawnSync('sleep', ['0.02'])
      rmSync(folder, { recursive: true, force: true })
    },
    killAndStart: async () => {
      process.kill(pid(), 'SIGKILL')
      // the dead one has to be waited for by this process, which a sleep of this thread would prevent: its pid would count as alive
      await new Promise(resolve => setTimeout(resolve, 300))
      start()
    },
  }
}
