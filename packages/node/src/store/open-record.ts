// Opens a record: its own server in a folder by default, or the PostgreSQL of DATABASE_URL; migrations as the owner, work as a role that cannot change what is written.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import pg from 'pg'
import { hashText } from './command-request.ts'
import { OWNER_ROLE, startEmbeddedServer } from './embedded-server.ts'
import { type FileStore, FolderFiles } from './files.ts'
import type { Clock } from './record-clock.ts'
import { RecordStore, type StoreOptions } from './record-store.ts'
import { openS3Files } from './s3-files.ts'
import { type Migration, migrate, RUNTIME_ROLE } from './schema.ts'
import { openSigner } from './signer.ts'

export interface RecordPlace {
  /** Keys, files, checkpoints; and the database, unless `databaseUrl` names a server. */
  readonly folder: string
  readonly databaseUrl?: string | undefined
  /** `s3://BUCKET/PREFIX`, with the keys in the environment; undefined: files lie in the folder. */
  readonly filesUrl?: string | undefined
  /** Name of the log: `HOST/SITE`, as it stands in every checkpoint. */
  readonly site: string
  readonly clock?: Clock
  readonly failpoint?: StoreOptions['failpoint']
  /** Reads beside a server that is running: takes no lock, migrates nothing, signs nothing. */
  readonly reading?: boolean
}

export interface OpenRecord {
  readonly store: RecordStore
  readonly folder: string
  readonly files: FileStore
  readonly embedded: boolean
  /** Connects as the owner of the tables; for migrations, tests and backup only. */
  readonly ownerClient: () => Promise<pg.Client>
  /** Ends the store, and the embedded server with it. */
  readonly close: () => Promise<void>
}

/** Held by the process that serves an embedded folder; whoever comes second is refused. */
const FOLDER_LOCK = 74_620_004

export interface RecordDatabase {
  readonly embedded: boolean
  readonly ownerClient: () => Promise<pg.Client>
  readonly appConfig: pg.ClientConfig
  /** What was brought up to date. */
  readonly migrated: readonly Migration[]
  /** Gives the lock back, and stops the embedded server unless another program uses it. */
  readonly close: () => Promise<void>
}

async function connect(config: pg.ClientConfig, then?: string): Promise<pg.Client> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  await client.connect()
  if (then !== undefined) await client.query(then)
  return client
}

/** The database of a place, migrated, and locked where it is embedded. Errors: `no-server`, `server-start`, `folder-in-use`, `database`. */
export async function openDatabase(place: Pick<RecordPlace, 'folder' | 'databaseUrl' | 'reading'>): Promise<Result<RecordDatabase, Issue>> {
  mkdirSync(place.folder, { recursive: true })
  const started = place.databaseUrl === undefined ? await startEmbeddedServer(place.folder) : undefined
  if (started?.ok === false) return started
  const server = started?.value
  const owner: pg.ClientConfig =
    server === undefined ? { connectionString: place.databaseUrl! } : { host: server.socket, user: OWNER_ROLE, database: 'postgres' }
  const appConfig: pg.ClientConfig = {
    ...owner,
    // a server's URL has one user: the session then begins in the lesser role
    options: `-c search_path=cognate${server === undefined ? ` -c role=${RUNTIME_ROLE}` : ''}`,
    application_name: 'cognate',
    ...(server === undefined ? {} : { user: RUNTIME_ROLE }),
  }
  const ownerClient = () => connect(owner, 'CREATE SCHEMA IF NOT EXISTS cognate; SET search_path TO cognate')
  let lock: pg.Client | undefined
  try {
    lock = await ownerClient()
    if (place.reading === true) {
      await lock.end()
      const close = async () => (server === undefined || server.foundRunning ? undefined : await server.stop())
      return ok({ embedded: server !== undefined, ownerClient, appConfig, migrated: [], close })
    }
    if (server !== undefined) {
      const { rows } = await lock.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${FOLDER_LOCK}) AS held`)
      if (rows[0]?.held !== true) {
        await lock.end()
        return fail(
          issue(
            'folder-in-use',
            `another program serves the record in ${place.folder}`,
            'stop it first, or ask it; one embedded folder has one server',
          ),
        )
      }
    }
    const migrated = await migrate(lock, hashText)
    const held = lock
    if (server === undefined) await held.end()
    const close = async () => {
      if (server !== undefined) await held.end()
      await server?.stop()
    }
    return ok({ embedded: server !== undefined, ownerClient, appConfig, migrated, close })
  } catch (error) {
    await lock?.end().catch(() => undefined)
    return fail(
      issue(
        'database',
        `the database cannot be used: ${(error as Error).message}`,
        'check DATABASE_URL, the disk, and that the program is not older than the database',
      ),
    )
  }
}

/** Errors: those of `openDatabase`; `signing-key`, `log-rewritten`. */
export async function openRecord(place: RecordPlace): Promise<Result<OpenRecord, Issue>> {
  const opened = await openDatabase(place)
  if (!opened.ok) return opened
  const database = opened.value
  const refuse = async (problem: Issue): Promise<Result<never, Issue>> => {
    await database.close().catch(() => undefined)
    return fail(problem)
  }
  const files =
    place.filesUrl === undefined ? ok(new FolderFiles(join(place.folder, 'files'))) : await openS3Files(place.filesUrl, process.env)
  if (!files.ok) return refuse(files.issue)
  const keys = join(place.folder, 'keys')
  const record = openSigner(keys, `${place.site}/record`)
  if (!record.ok) return refuse(record.issue)
  const access = openSigner(keys, `${place.site}/access`)
  if (!access.ok) return refuse(access.issue)
  const pool = new pg.Pool({ ...database.appConfig, max: 12 })
  pool.on('error', () => undefined)
  try {
    const store = await RecordStore.open({
      client: () => connect(database.appConfig),
      pool,
      signers: { record: record.value, access: access.value },
      checkpointFolder: join(place.folder, 'checkpoints'),
      ...(place.reading === true ? { reading: true } : {}),
      ...(place.clock === undefined ? {} : { clock: place.clock }),
      ...(place.failpoint === undefined ? {} : { failpoint: place.failpoint }),
    })
    if (!store.ok) {
      await pool.end()
      return await refuse(store.issue)
    }
    for (const { version, name, sql } of database.migrated)
      await store.value.runAsSystem(
        'migrate',
        { version, name, sha256: hashText(sql) },
        { entity: { table: 'template', id: `migration:${version}` }, writes: [], reason: name },
      )
    const note = join(place.folder, 'README.txt')
    if (!existsSync(note))
      writeFileSync(
        note,
        'The record of Cognate. keys/ belongs to nobody but the server; checkpoints/ should be copied to another machine as they are written.\n',
      )
    return ok({
      store: store.value,
      folder: place.folder,
      files: files.value,
      embedded: database.embedded,
      ownerClient: database.ownerClient,
      async close() {
        await store.value.close()
        await database.close()
      },
    })
  } catch (error) {
    await pool.end().catch(() => undefined)
    return refuse(issue('database', `the database cannot be used: ${(error as Error).message}`, 'check DATABASE_URL and the disk'))
  }
}
