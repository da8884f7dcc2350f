// `serve`: the record with its HTTP interface in one process. `backup` and `restore` beside it.
import { join } from 'node:path'
import { inFile, issue, ok } from '@cognate/core/base'
import { type Command, InvalidArgumentError } from 'commander'
import type { ServerOptions } from '../../api/server.ts'
import { userPath } from '../../read/paths.ts'
import { readText } from '../../read/text.ts'
import { printAnswer } from '../console.ts'
import { InputFault, must } from '../exit.ts'
import { checkFolders, listen } from '../listen.ts'
import { type CommonFlags, wholeNumber, withCommon } from '../options.ts'
import { ownProgram } from '../own-process.ts'
import { type PlaceFlags, placeOf, tellLost, withPlace } from '../record-place.ts'

interface ServeFlags extends CommonFlags, PlaceFlags {
  readonly host: string
  readonly port: number
  readonly behindProxy?: boolean
  readonly origin?: string
  readonly stationsOnly?: boolean
  readonly breached?: string
  readonly witnesses?: string
  readonly cases?: string
  readonly results?: string
  readonly trials?: string
  readonly readOuts?: string
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Cases and trials that the server shows, with where their results go. */
function placesOf({ cases, results, trials, readOuts }: ServeFlags, folder: string): Pick<ServerOptions, 'cases' | 'trials'> {
  const program = ownProgram()
  return {
    ...(cases === undefined ? {} : { cases: { cases, results: results ?? join(folder, 'results'), program } }),
    ...(trials === undefined ? {} : { trials: { trials, readOuts: readOuts ?? join(folder, 'read-outs'), program } }),
  }
}

/** Of a server on loopback: browsers make no passkeys for numbers. */
const localhostOf = (address: string | undefined, { host }: ServeFlags): string | undefined =>
  address === undefined || !LOOPBACK.has(host) ? undefined : `http://localhost:${new URL(address).port}`

/** An origin alone: browsers make passkeys for names under TLS, and for localhost. */
function originAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSecure = url?.protocol === 'https:' || url?.hostname === 'localhost'
  if (url === undefined || !isSecure || url.origin !== text.replace(/\/$/, '') || /^[\d.]+$|^\[/.test(url.hostname))
    throw new InvalidArgumentError('write https:// and a name, as the browser shows it, without a path')
  return url.origin
}

export function defineServe(program: Command): void {
  withCommon(withPlace(program.command('serve').description('the record: identity, lots, release and audit, over HTTP')))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 8420)
    .option('--behind-proxy', 'a proxy in front ends TLS; needed for any address that is not loopback')
    .option(
      '--origin <url>',
      'address under which people open the web app, such as https://record.hospital.example: passkeys are bound to its name; on loopback http://localhost',
      originAddress,
    )
    .option('--stations-only', 'take commands of the record from registered stations alone (`station.register`, docs/record.md)')
    .option('--breached <file>', 'passwords known from breaches, one a line; they are refused')
    .option(
      '--witnesses <file>',
      'witnesses that cosign every checkpoint: URL and verifier key, one a line, as `audit witness` prints them',
    )
    .option('--cases <folder>', 'folder whose folders hold one CASE.yaml each, as `cohort run` takes it: the web app shows and runs them')
    .option('--trials <folder>', 'folder whose folders hold one TRIAL.yaml each: data are cut and read-outs shown in the web app')
    .option(
      '--read-outs <folder>',
      'folder of the read-outs, one folder a trial and data cut; `read-outs` in the folder of the record when left out',
    )
    .option('--results <folder>', 'folder of the cases’ results, one folder a case; `results` in the folder of the record when left out')
    .addHelpText(
      'after',
      '\nThe first start prints a one-time token: POST /api/v1/setup with it makes the security officer and the administrator.\nThe interface describes itself at /api/v1/openapi.json. Stop with Ctrl-C: the log is sealed first.\n\nResearch software: it records and checks decisions, it does not make them.\n',
    )
    .action(async (flags: ServeFlags) => {
      if (!LOOPBACK.has(flags.host) && flags.behindProxy !== true)
        throw new InputFault(
          issue(
            'tls',
            `${flags.host} is not loopback, and nothing says that TLS ends in front`,
            'put a proxy with TLS in front and say --behind-proxy',
          ),
        )
      checkFolders([flags.cases, flags.trials])
      const { openRecord } = await import('../../store/open-record.ts')
      const { askWitnesses, parseWitnesses } = await import('../../store/cosignature.ts')
      const { buildServer } = await import('../../api/server.ts')
      // where it is, its key and the set-up token are told even when it is quiet: nobody could go on without them
      const tell = (text: string) => process.stderr.write(`  ${text}\n`)
      const witnesses = flags.witnesses === undefined ? ok([]) : parseWitnesses(must(readText(flags.witnesses)))
      if (!witnesses.ok) throw new InputFault(inFile(flags.witnesses!, witnesses.issue))
      const record = must(await openRecord(placeOf(flags)))
      const endWitnesses = await askWitnesses(Object.values(record.store.logs), record.store.pool, witnesses.value, tell)
      const breached = flags.breached === undefined ? undefined : new Set(must(readText(flags.breached)).split(/\r?\n/))
      let address: string | undefined
      const server = await buildServer(record, {
        originOf: () => flags.origin ?? localhostOf(address, flags),
        trustProxy: flags.behindProxy === true,
        stationsOnly: flags.stationsOnly === true,
        ...placesOf(flags, record.folder),
        ...(breached === undefined ? {} : { breached }),
        log: line => {
          if (flags.quiet !== true) process.stdout.write(`${line}\n`)
        },
      })
      address = await listen(server.app, flags.host, flags.port)
      const { formatVerifierKey } = await import('@cognate/core/audit')
      tell(
        `record ${flags.site} in ${record.folder} (${record.embedded ? 'own database' : 'PostgreSQL of DATABASE_URL'}), ${record.store.logs.record.tree.size} events; web app at ${address}/ , interface at ${address}/api/v1`,
      )
      tell(`verifier key, to be kept elsewhere: ${formatVerifierKey(record.store.logs.record.signer.key)}`)
      if (server.setupToken !== undefined) tell(`first start: POST ${address}/api/v1/setup with the token ${server.setupToken}`)
      const sweep = setInterval(() => void server.credentials.sweep(), 60_000)
      let stopping = false
      const stop = () => {
        if (stopping) return
        stopping = true
        clearInterval(sweep)
        void server.app
          .close()
          .then(() => record.store.sealAll())
          .then(endWitnesses)
          .then(() => record.close())
          .then(() => process.exit(0))
      }
      process.on('SIGINT', stop)
      process.on('SIGTERM', stop)
    })
}

export function defineBackup(program: Command): void {
  withCommon(
    withPlace(
      program.command('backup').description('every table, file and checkpoint in one snapshot; private keys have their own backup'),
    ),
  )
    .requiredOption('--out <dir>', 'new folder to write')
    .action(async (flags: CommonFlags & PlaceFlags & { readonly out: string }) => {
      const { openRecord } = await import('../../store/open-record.ts')
      const { backupRecord } = await import('../../store/backup.ts')
      const record = must(await openRecord({ ...placeOf(flags), reading: true }))
      const made = await backupRecord(record, userPath(flags.out))
      await record.close()
      const { rows, files, bytes, lost } = must(made)
      tellLost(flags, lost)
      printAnswer(
        flags,
        { rows, files, bytes, lost, out: flags.out },
        `${flags.out}: ${rows} rows, ${files} files, ${bytes} bytes. Copy ${flags.folder}/keys apart from it.`,
      )
    })
  withCommon(
    withPlace(
      program.command('restore').description('a backup into an empty place, verified against the newest checkpoint of the old one'),
    ),
  )
    .requiredOption('--from <dir>', 'folder that `backup` wrote')
    .requiredOption('--keys <dir>', 'folder with the private keys, from their own backup')
    .requiredOption('--since <files...>', 'checkpoints of the old place, kept elsewhere')
    .action(
      async (flags: CommonFlags & PlaceFlags & { readonly from: string; readonly keys: string; readonly since: readonly string[] }) => {
        const { restoreRecord } = await import('../../store/backup.ts')
        const verified = must(
          await restoreRecord({
            from: userPath(flags.from),
            to: placeOf(flags),
            keys: userPath(flags.keys),
            since: flags.since.map(userPath),
          }),
        )
        printAnswer(
          flags,
          verified,
          `${verified.size} events and ${verified.rows} rows restored and verified against ${verified.independentCheckpoints} checkpoints`,
        )
      },
    )
}
