// `audit`: a record leaves as files that prove themselves, and is checked by whoever has them, offline.
import { type AuditEvent, parseVerifierKey, verifyProof } from '@cognate/core/audit'
import { inFile, issue } from '@cognate/core/base'
import { type Period, periodicReportHtml } from '@cognate/core/case'
import { formatTsv } from '@cognate/core/format'
import { releaseOnPage } from '@cognate/core/lot'
import { type Command, InvalidArgumentError } from 'commander'
import { userPath } from '../../read/paths.ts'
import { readText } from '../../read/text.ts'
import { printAnswer } from '../console.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { listen } from '../listen.ts'
import { type CommonFlags, consoleOf, wholeNumber, withCommon } from '../options.ts'
import { putText } from '../put-text.ts'
import { type PlaceFlags, placeOf, tellLost, withPlace } from '../record-place.ts'

interface VerifyFlags extends CommonFlags {
  readonly key: readonly string[]
  readonly since?: readonly string[]
  readonly witness?: readonly string[]
}

function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('a day such as 2026-01-01 is expected')
  return text
}

interface WitnessFlags extends CommonFlags {
  readonly folder: string
  readonly name: string
  readonly log: readonly string[]
  readonly host: string
  readonly port: number
}

export function defineAudit(program: Command): void {
  const audit = program.command('audit').description('export a record, and verify an export offline')
  withCommon(
    audit.command('verify').argument('<dir>', 'folder that `audit export` wrote').description('check an export without the database'),
  )
    .requiredOption('--key <keys...>', 'verifier key of the log, from elsewhere than the export')
    .option('--since <files...>', 'older checkpoints, kept elsewhere: a file with one or more')
    .option('--witness <keys...>', 'verifier keys of witnesses; each has to have cosigned a checkpoint of the export')
    .addHelpText(
      'after',
      '\nExit 0: proven. Exit 1: not proven; the first bad event is named. Without --since or --witness, whoever holds database and key could have rewritten history.\n\nExample:\n  cognate audit verify export --key "cognate.example/site/record+1f2e3d4c+AQ…" --since checkpoint-of-march.txt\n',
    )
    .action(async (folder: string, flags: VerifyFlags) => {
      const { verifyExport } = await import('../../store/verify-export.ts')
      const begun = performance.now()
      const checked = must(
        verifyExport({
          folder: userPath(folder),
          keys: flags.key,
          since: (flags.since ?? []).map(userPath),
          witnesses: flags.witness ?? [],
        }),
      )
      const console = consoleOf(flags)
      if (flags.json === true) printAnswer(flags, checked, '')
      else {
        for (const finding of checked.findings)
          process.stderr.write(`${finding.index === undefined ? '' : `event ${finding.index}: `}${finding.what} [${finding.code}]\n`)
        for (const remark of checked.remarks) process.stderr.write(`remark: ${remark.what} [${remark.code}]\n`)
        console.result(
          checked.proven
            ? `PROVEN. ${checked.size} events of ${checked.log}, ${checked.rows} rows, ${checked.signatures} signatures, root ${checked.root} (${((performance.now() - begun) / 1000).toFixed(1)} s)`
            : `NOT PROVEN: ${checked.findings.length} findings`,
        )
        if (checked.proven)
          console.result(
            checked.independentCheckpoints === 0
              ? 'verified against 0 independent checkpoints: whoever holds the database and the key could have rewritten this history. Give --since or --witness.'
              : `verified against ${checked.independentCheckpoints} independent checkpoint${checked.independentCheckpoints === 1 ? '' : 's'}`,
          )
        for (const { witness, size, time } of checked.witnesses)
          console.result(
            `${witness} cosigned the first ${size} events at ${time}${size < checked.size ? `; the ${checked.size - size} after them it has not seen` : ''}`,
          )
      }
      if (!checked.proven) process.exitCode = EXIT.input
    })
  audit
    .command('proof')
    .argument('<certificate>', 'page of a certificate of analysis, as `lot certificate` writes it')
    .description('is the release on a certificate an event of the record? Offline, by the log’s key')
    .requiredOption('--key <key>', 'verifier key of the log, from elsewhere than the certificate')
    .addHelpText('after', '\nExample:\n  cognate audit proof certificate.html --key "cognate.example/site/record+1f2e3d4c+AQ…"\n')
    .action(async (path: string, flags: { readonly key: string }) => {
      const { sha256, verifyEd25519 } = await import('../../store/signer.ts')
      const release = releaseOnPage(must(readText(path)))
      if (release === undefined)
        throw new InputFault(
          inFile(path, issue('proof', 'no proof of a release stands in it', 'give the HTML page of the certificate of a released lot')),
        )
      const key = must(parseVerifierKey(sha256, flags.key))
      const { index, size, origin } = must(verifyProof(sha256, verifyEd25519, { ...release, key }))
      const { time, command, actor, entity } = JSON.parse(release.event) as AuditEvent
      process.stdout.write(
        `PROVEN. Event ${index} of ${origin}: ${command} of ${entity.kind} ${entity.id} by ${actor.account} at ${time}; sealed among ${size} events\n`,
      )
    })
  withCommon(
    withPlace(
      audit.command('export').description('events, rows, files and checkpoints as files that prove themselves; no identifying data'),
    ),
  )
    .requiredOption('--out <dir>', 'new folder to write')
    .option('--lot <id>', 'only what concerns this lot, each event with its proof')
    .option('--log <name>', 'record or access', 'record')
    .action(
      async (flags: CommonFlags & PlaceFlags & { readonly out: string; readonly lot?: string; readonly log: 'record' | 'access' }) => {
        const { openRecord } = await import('../../store/open-record.ts')
        const { exportRecord } = await import('../../store/export-record.ts')
        const record = must(await openRecord({ ...placeOf(flags), reading: true }))
        const asker = { account: 'system', session: '0'.repeat(64), factors: [], station: 'command line', request: 'audit export' }
        const exported = await exportRecord(record, {
          out: userPath(flags.out),
          log: flags.log,
          ...(flags.lot === undefined ? {} : { lot: flags.lot }),
        })
        if (exported.ok)
          await record.store.noteAccess(asker, '', {
            action: 'export',
            entity: { kind: 'log', id: flags.log, version: 0 },
            reason: flags.lot ?? 'whole',
          })
        await record.close()
        const { events, rows, files, lost, size } = must(exported)
        tellLost(flags, lost)
        printAnswer(
          flags,
          { events, rows, files, lost, size, out: flags.out },
          `${flags.out}: ${events} events of ${size}, ${rows} rows, ${files} files`,
        )
      },
    )
  withCommon(
    audit
      .command('report')
      .argument('<dir>', 'folder that `audit export` wrote, of the whole record log')
      .description('the periodic report: what was done, signed and refused in a period, and what stood open at its end'),
  )
    .requiredOption('--since <day>', 'first day, such as 2026-01-01', day)
    .requiredOption('--until <day>', 'the day after the last', day)
    .option('--access <dir>', 'export of the access log (`audit export --log access`): refusals, looks at identifying data')
    .option('--out <file>', 'table, or a page where it ends with .html; - is standard output', '-')
    .action(async (folder: string, flags: Period & { readonly access?: string; readonly out: string }) => {
      const { reportExport } = await import('../../store/report-export.ts')
      const { log, lines } = must(
        reportExport(userPath(folder), flags.access === undefined ? undefined : userPath(flags.access), {
          since: flags.since,
          until: flags.until,
        }),
      )
      const table = () =>
        formatTsv(
          ['section', 'what', 'count'],
          lines.map(line => [line.section, line.what, String(line.count)]),
        )
      putText(flags.out, flags.out.endsWith('.html') ? periodicReportHtml(lines, log, flags) : table())
    })
  withCommon(
    audit
      .command('witness')
      .description('another machine’s word that a log only grew: cosigns checkpoints that continue what it saw (C2SP tlog-witness)'),
  )
    .requiredOption('--folder <dir>', 'folder of the witness: its key, and what it cosigned last')
    .requiredOption('--name <name>', 'name in every cosignature, such as auditor.example/w1; it never changes')
    .requiredOption('--log <keys...>', 'verifier keys of the logs to witness, as `audit key` prints them')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 8421)
    .addHelpText(
      'after',
      '\nRun it on a machine that the keepers of the record do not administer. The line on standard output belongs into the file of `cognate serve --witnesses FILE`. Any address but loopback wants a proxy with TLS in front. Stop with Ctrl-C.\n',
    )
    .action(async (flags: WitnessFlags) => {
      const { Witness } = await import('../../store/witness.ts')
      const { buildWitnessServer } = await import('../../api/witness-server.ts')
      const { sha256 } = await import('../../store/signer.ts')
      const { formatVerifierKey, parseVerifierKey } = await import('@cognate/core/audit')
      const witness = must(
        await Witness.open({
          folder: userPath(flags.folder),
          name: flags.name,
          logs: flags.log.map(text => must(parseVerifierKey(sha256, text))),
        }),
      )
      const app = buildWitnessServer(witness, text => {
        if (flags.quiet !== true) process.stderr.write(`${text}\n`)
      })
      const address = await listen(app, flags.host, flags.port)
      process.stderr.write('  its line for the file of `cognate serve --witnesses`:\n')
      process.stdout.write(`${address} ${formatVerifierKey(witness.key)}\n`)
      const stop = () =>
        void app.close().then(() => {
          witness.close()
          process.exit(0)
        })
      process.on('SIGINT', stop)
      process.on('SIGTERM', stop)
    })
  withCommon(withPlace(audit.command('key').description('the verifier keys of a record’s logs, to be kept elsewhere'))).action(
    async (flags: CommonFlags & PlaceFlags) => {
      const { openSigner } = await import('../../store/signer.ts')
      const { formatVerifierKey } = await import('@cognate/core/audit')
      const place = placeOf(flags)
      for (const log of ['record', 'access'])
        process.stdout.write(`${formatVerifierKey(must(openSigner(`${place.folder}/keys`, `${place.site}/${log}`)).key)}\n`)
    },
  )
}
