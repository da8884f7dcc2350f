// The database of the record: forward-only migrations in PostgreSQL 15's SQL. Regulated tables take rows and never lose or change one: triggers say so in the database itself, and the role
// that the program runs as owns nothing and holds INSERT and SELECT only.
import { TABLES } from '@cognate/core/record'
import type pg from 'pg'

export const RUNTIME_ROLE = 'cognate_app'
export const LOG_TABLES = ['record_event', 'access_event'] as const

/** Append-only: the logs, what they seal, and every regulated table. */
export const REGULATED_TABLES: readonly string[] = [...LOG_TABLES, 'checkpoint', 'cosignature', 'migration', ...TABLES]

/** Tables that may change, each with its reason. A table of the database that is neither here nor above fails a test. */
export const MUTABLE_TABLES: Readonly<Record<string, string>> = {
  credential: 'password hashes and second factors are replaced, used up and revoked; they are in no export',
  session: 'sessions begin, are used and end',
  step_up: 'a step-up token is used once',
  throttle: 'counts failures of authentication and forgets them',
  idempotency: 'answers of requests, kept for a day for retries',
  person: 'identifying data can be erased by law; the log holds salted hashes of them',
  passkey: 'passkeys are added, used and removed; a public half is never changed',
  challenge: 'a question to a passkey is answered once',
  station_key: 'the secret of a station is given, replaced and revoked',
}

/** Triggers that refuse what is not an insert. */
const kept = (table: string) => `
CREATE FUNCTION refuse_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'rows of ${table} are never changed or removed' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse_${table}();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_${table}();`

const regulated = (table: string) => `${kept(table)}
GRANT SELECT, INSERT ON ${table} TO ${RUNTIME_ROLE};`

/** A table of versioned rows. */
const versioned = (table: string) => `
CREATE TABLE ${table} (
  id text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  parent text NOT NULL,
  valid_from text NOT NULL,
  event_index bigint NOT NULL REFERENCES record_event (index),
  row_sha256 text NOT NULL CHECK (row_sha256 ~ '^[0-9a-f]{64}$'),
  data json NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE INDEX ${table}_parent ON ${table} (parent);${regulated(table)}`

/** What came after the first release; a migration's text never changes. */
const LATER_TABLES: readonly string[] = ['follow_up', 'passkey', 'challenge', 'station', 'station_key', 'donor', 'recall']

const first = `
${LOG_TABLES.map(
  table => `
CREATE TABLE ${table} (
  index bigint PRIMARY KEY CHECK (index >= 0),
  text text NOT NULL,
  entity text NOT NULL
);
CREATE INDEX ${table}_entity ON ${table} (entity, index);${regulated(table)}`,
).join('')}
CREATE TABLE checkpoint (log text NOT NULL, size bigint NOT NULL, note text NOT NULL, PRIMARY KEY (log, size));${regulated('checkpoint')}
${TABLES.filter(table => !LATER_TABLES.includes(table))
  .map(versioned)
  .join('')}
CREATE TABLE credential (
  account text PRIMARY KEY,
  password_hash text,
  totp_secret bytea,
  totp_last_step bigint NOT NULL DEFAULT 0,
  recovery_hashes text[] NOT NULL DEFAULT '{}',
  enrolment_officer_sha256 text,
  enrolment_administrator_sha256 text,
  enrolment_until timestamptz
);
CREATE TABLE session (
  token_sha256 text PRIMARY KEY,
  csrf_sha256 text NOT NULL,
  account text NOT NULL,
  factors text[] NOT NULL,
  station text NOT NULL,
  signed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE TABLE step_up (
  token_sha256 text PRIMARY KEY,
  session_sha256 text NOT NULL,
  shown_sha256 text NOT NULL,
  meaning text NOT NULL,
  method text NOT NULL,
  until timestamptz NOT NULL
);
CREATE TABLE throttle (subject text PRIMARY KEY, failures integer NOT NULL, since timestamptz NOT NULL, locked_until timestamptz, locks integer NOT NULL DEFAULT 0);
CREATE TABLE idempotency (account text NOT NULL, key text NOT NULL, body_sha256 text NOT NULL, status integer NOT NULL, answer json NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE person (subject text PRIMARY KEY, salt bytea, sealed bytea, key_id text NOT NULL, erased boolean NOT NULL DEFAULT false);
${Object.keys(MUTABLE_TABLES)
  .filter(table => !LATER_TABLES.includes(table))
  .map(table => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${RUNTIME_ROLE};`)
  .join('\n')}
`

const witnesses = `
CREATE TABLE cosignature (log text NOT NULL, size bigint NOT NULL, witness text NOT NULL, line text NOT NULL, PRIMARY KEY (log, size, witness));${regulated('cosignature')}`

/** The program may count a passkey's uses and not put another key in its place. */
const passkeys = `
CREATE TABLE passkey (
  id text PRIMARY KEY,
  account text NOT NULL,
  name text NOT NULL,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  synced boolean NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX passkey_account ON passkey (account);
GRANT SELECT, INSERT, DELETE, UPDATE (counter, used_at) ON passkey TO ${RUNTIME_ROLE};
CREATE TABLE challenge (challenge_sha256 text PRIMARY KEY, purpose text NOT NULL, until timestamptz NOT NULL);
GRANT SELECT, INSERT, DELETE ON challenge TO ${RUNTIME_ROLE};`

const stations = `${versioned('station')}
CREATE TABLE station_key (station text PRIMARY KEY, code_sha256 text, code_until timestamptz, token_sha256 text UNIQUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON station_key TO ${RUNTIME_ROLE};
ALTER TABLE session ADD COLUMN registered boolean NOT NULL DEFAULT false;`

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** In order; what was released is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'the record begins', sql: first },
  { version: 2, name: 'witnesses cosign checkpoints', sql: witnesses },
  { version: 3, name: 'who was given cells is followed', sql: versioned('follow_up') },
  { version: 4, name: 'passkeys', sql: passkeys },
  { version: 5, name: 'stations', sql: stations },
  { version: 6, name: 'donors of feeder cells, recalls', sql: `${versioned('donor')}${versioned('recall')}` },
]

const bookkeeping = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${RUNTIME_ROLE}') THEN CREATE ROLE ${RUNTIME_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION; END IF;
END $$;
CREATE SCHEMA IF NOT EXISTS cognate;
REVOKE CREATE ON SCHEMA cognate FROM PUBLIC;
GRANT USAGE ON SCHEMA cognate TO ${RUNTIME_ROLE};
SET search_path TO cognate;
CREATE TABLE IF NOT EXISTS migration (version integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, at timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON migration TO ${RUNTIME_ROLE};`

/** Migrations are one at a time, whoever starts them. */
const MIGRATION_LOCK = 74_620_001

/** Brings the database to this program's version, in one transaction. `sha256`: of a migration's text. Throws `database is newer` where it is of a later program. */
export async function migrate(owner: pg.Client, sha256: (text: string) => string, migrations = MIGRATIONS): Promise<readonly Migration[]> {
  await owner.query('BEGIN')
  try {
    await owner.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`)
    await owner.query(bookkeeping)
    const { rows } = await owner.query<{ version: number; sha256: string }>('SELECT version, sha256 FROM migration ORDER BY version')
    const newest = rows.at(-1)?.version ?? 0
    if (newest > migrations.at(-1)!.version)
      throw new Error(`database is newer: it has version ${newest}, this program knows ${migrations.at(-1)!.version}`)
    for (const row of rows) {
      const known = migrations.find(one => one.version === row.version)
      if (known === undefined || sha256(known.sql) !== row.sha256)
        throw new Error(`migration ${row.version} of the database is not this program's`)
    }
    const due = migrations.filter(one => one.version > newest)
    for (const migration of due) {
      await owner.query(migration.sql)
      await owner.query('INSERT INTO migration (version, name, sha256) VALUES ($1, $2, $3)', [
        migration.version,
        migration.name,
        sha256(migration.sql),
      ])
    }
    if (newest === 0) await owner.query(kept('migration'))
    await owner.query('COMMIT')
    return due
  } catch (error) {
    await owner.query('ROLLBACK')
    throw error
  }
}
