// Options that say where a record lies.
import type { Command } from 'commander'
import { userPath } from '../read/paths.ts'
import type { RecordPlace } from '../store/open-record.ts'
import { EXIT } from './exit.ts'
import { type CommonFlags, consoleOf } from './options.ts'

export interface PlaceFlags {
  readonly folder: string
  readonly site: string
}

export const withPlace = (command: Command): Command =>
  command
    .option(
      '--folder <dir>',
      'folder of the record: keys, checkpoints, files unless FILES_URL names a store (s3://BUCKET/PREFIX), and the database unless DATABASE_URL names a PostgreSQL server (15 or newer)',
      'record',
    )
    .option('--site <name>', 'name of the log, HOST/SITE; it stands in every checkpoint and never changes', 'cognate.example/site')

/** Files that events or the store name and nobody has as they were; exit code 1. */
export function tellLost(flags: CommonFlags, lost: readonly string[]): void {
  if (lost.length === 0) return
  consoleOf(flags).fault(`${lost.length} files are missing or changed, put them back from a backup: ${lost.slice(0, 5).join(', ')}`)
  process.exitCode = EXIT.input
}

export const placeOf = (flags: PlaceFlags): RecordPlace => ({
  folder: userPath(flags.folder),
  site: flags.site,
  databaseUrl: process.env.DATABASE_URL,
  filesUrl: process.env.FILES_URL,
})
