// Opens a record: its own server in a folder by default, or the PostgreSQL of DATABASE_URL; migrations as the owner, work as a role that cannot change what is written.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import pg from 'pg'
import { type EmbeddedServer, OWNER_ROLE, startEmbeddedServer } from './embedded-server.ts'
import { type Clock, hashText, RecordStore, type StoreOptions } from './record-store.ts'
import { migrate, RUNTIME_ROLE } from './schema.ts'
import { openSigner } from './signer.ts'

export interface RecordPlace {
  /** Keys, files, checkpoints; and the database, unless `databaseUrl` names a server. */
  readonly folder: string
  readonly databaseUrl?: string | undefined
  /** Name of the log: `HOST/SITE`, as it stands in every checkpoint. */
  readonly site: string
  readonly clock?: Clock
  readonly failpoint?: StoreOptions['failpoint']
}

export interface OpenRecord {
  readonly store: RecordStore
  readonly folder: string
  readonly files: string
  readonly embedded: boolean
  /** Connects as the owner of the tables; for migrations, tests and backup only. */
  readonly ownerClient: () => Promise<pg.Client>
  /** Ends the store, and the embedded server with it. */
  readonly close: () => Promise<void>
}

/** Held by the process that serves an embedded folder; whoever comes second is refused. */
const FOLDER_LOCK = 74_620_004

/** Errors: `no-server`, `server-start`, `folder-in-use`, `database`, `signing-key`, `log-rewritten`. */
export async function openRecord(place: RecordPlace): Promise<Result<OpenRecord, Issue>> {
  mkdirSync(place.folder, { recursive: true })
  let server: EmbeddedServer | undefined
  if (place.databaseUrl === undefined) {
    const started = await startEmbeddedServer(place.folder)
    if (!started.ok) return started
    server = started.value
  }
  const owner: pg.ClientConfig =
    server === undefined ? { connectionString: place.databaseUrl! } : { host: server.socket, user: OWNER_ROLE, database: 'postgres' }
  const app: pg.ClientConfig = {
    ...owner,
    // a server's URL has one user: the session then begins in the lesser role
    options: `-c search_path=cognate${server === undefined ? ` -c role=${RUNTIME_ROLE}` : ''}`,
    application_name: 'cognate',
    ...(server === undefined ? {} : { user: RUNTIME_ROLE }),
  }
  const connect = async (config: pg.ClientConfig, then?: string): Promise<pg.Client> => {
    const client = new pg.Client(config)
    client.on('error', () => undefined)
    await client.connect()
    if (then !== undefined) await client.query(then)
    return client
  }
  const ownerClient = () => connect(owner, 'CREATE SCHEMA IF NOT EXISTS cognate; SET search_path TO cognate')
  let lock: pg.Client | undefined
  try {
    const migrating = await ownerClient()
    if (server !== undefined) {
      const { rows } = await migrating.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${FOLDER_LOCK}) AS held`)
      if (rows[0]?.held !== true) {
        await migrating.end()
        return fail(
          issue(
            'folder-in-use',
            `another program serves the record in ${place.folder}`,
            'stop it first, or ask it; one embedded folder has one server',
          ),
        )
      }
      lock = migrating
    }
    const due = await migrate(migrating, hashText)
    if (server === undefined) await migrating.end()
    const keys = join(place.folder, 'keys')
    const record = openSigner(keys, `${place.site}/record`)
    if (!record.ok) return await refuse(record.issue)
    const access = openSigner(keys, `${place.site}/access`)
    if (!access.ok) return await refuse(access.issue)
    const pool = new pg.Pool({ ...app, max: 12 })
    pool.on('error', () => undefined)
    const store = await RecordStore.open({
      client: () => connect(app),
      pool,
      signers: { record: record.value, access: access.value },
      checkpointFolder: join(place.folder, 'checkpoints'),
      ...(place.clock === undefined ? {} : { clock: place.clock }),
      ...(place.failpoint === undefined ? {} : { failpoint: place.failpoint }),
    })
    if (!store.ok) {
      await pool.end()
      return await refuse(store.issue)
    }
    for (const migration of due)
      await store.value.runAsSystem(
        'migrate',
        { version: migration.version, name: migration.name, sha256: hashText(migration.sql) },
        { entity: { table: 'template', id: `migration:${migration.version}` }, writes: [], reason: migration.name },
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
      files: join(place.folder, 'files'),
      embedded: server !== undefined,
      ownerClient,
      async close() {
        await store.value.close()
        await lock?.end()
        await server?.stop()
      },
    })
  } catch (error) {
    return await refuse(
      issue(
        'database',
        `the database cannot be used: ${(error as Error).message}`,
        'check DATABASE_URL, the disk, and that the program is not older than the database',
      ),
    )
  }

  async function refuse(problem: Issue): Promise<Result<never, Issue>> {
    await lock?.end().catch(() => undefined)
    return fail(problem)
  }
}
