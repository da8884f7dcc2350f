// Options that say where a record lies.
import type { Command } from 'commander'
import { userPath } from '../read/paths.ts'
import type { RecordPlace } from '../store/open-record.ts'

export interface PlaceFlags {
  readonly folder: string
  readonly site: string
}

export const withPlace = (command: Command): Command =>
  command
    .option(
      '--folder <dir>',
      'folder of the record: keys, files, checkpoints, and the database unless DATABASE_URL names a PostgreSQL server (15 or newer)',
      'record',
    )
    .option('--site <name>', 'name of the log, HOST/SITE; it stands in every checkpoint and never changes', 'cognate.example/site')

export const placeOf = (flags: PlaceFlags): RecordPlace => ({
  folder: userPath(flags.folder),
  site: flags.site,
  databaseUrl: process.env.DATABASE_URL,
})
