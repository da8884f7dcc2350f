// `lot`: the record's lots through its HTTP interface, and the plans of lot-plans.ts.
import { issue } from '@cognate/core/base'
import { FHIR_RELEASES, RECORD_COMMANDS } from '@cognate/core/case'
import type { RecordCommand } from '@cognate/core/record'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { userPath } from '../../read/paths.ts'
import { checkedJson } from '../checked-json.ts'
import { InputFault, must } from '../exit.ts'
import { withCommon } from '../options.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'
import { defineLotBoard } from './lot-board.ts'
import { defineLotHandover } from './lot-handover.ts'
import { defineLotImport } from './lot-import.ts'
import { defineLotPlans } from './lot-plans.ts'

/** `--body`: JSON, or `@FILE`. */
const bodySchema = z.record(z.string(), z.unknown())
function bodyOf(text: string): Record<string, unknown> {
  if (text.startsWith('@')) return checkedJson(text.slice(1), bodySchema)
  try {
    return bodySchema.parse(JSON.parse(text))
  } catch {
    throw new InputFault(
      issue(
        'json',
        `--body is no JSON object: ${text.slice(0, 80)}`,
        'write it in single quotes, such as \'{"reason": "…"}\', or put it into a file and say @FILE',
      ),
    )
  }
}

interface BodyFlags extends ClientFlags {
  readonly body: string
}

const withBody = (command: Command): Command => command.option('--body <json>', 'members of the request, or @FILE', '{}')

/** Sends a command and prints the record's answer. */
async function run({ path }: RecordCommand, id: string, flags: BodyFlags): Promise<void> {
  const body = bodyOf(flags.body)
  print(await new RecordClient(flags).post(`/${path.replace(':id', encodeURIComponent(id))}`, body))
}

const print = (json: string): void => {
  process.stdout.write(`${JSON.stringify(JSON.parse(json), null, 1)}\n`)
}

export function defineLot(program: Command): void {
  const lot = program
    .command('lot')
    .description('lots of the record: batch record, results, release; labels, forecast, schedule and recall')
  defineLotPlans(lot)
  defineLotBoard(lot)
  defineLotHandover(lot)
  defineLotImport(lot)
  withServer(
    lot
      .command('show')
      .argument('[id]', 'lot; without one, all are listed')
      .description('a lot with its steps, results, deviations and containers'),
  ).action(async (id: string | undefined, flags: ClientFlags) => {
    print(await new RecordClient(flags).get(id === undefined ? '/lots' : `/lots/${encodeURIComponent(id)}/file`))
  })
  withServer(lot.command('certificate').argument('<id>', 'lot').description('certificate of analysis'))
    .option('--out <file>', 'HTML to write, or PDF where a browser is installed', 'certificate.html')
    .action(async (id: string, flags: ClientFlags & { readonly out: string }) => {
      const html = await new RecordClient(flags).get(`/lots/${encodeURIComponent(id)}/certificate`, 'text/html')
      if (!flags.out.endsWith('.pdf')) return putText(flags.out, html)
      const { printPdf } = await import('../../external/print-pdf.ts')
      must(await printPdf(html, userPath(flags.out)))
    })
  withServer(
    lot.command('fhir').argument('<id>', 'lot').description('the lot as a FHIR bundle: specimen, products, results, infusions, signatures'),
  )
    .addOption(new Option('--release <release>', 'of FHIR').choices(FHIR_RELEASES).default('R4'))
    .option('--out <file>', 'JSON to write; - is standard output', '-')
    .action(async (id: string, flags: ClientFlags & { readonly out: string; readonly release: string }) => {
      const path = `/lots/${encodeURIComponent(id)}/fhir?release=${flags.release}`
      putText(flags.out, `${await new RecordClient(flags).get(path, 'application/fhir+json')}\n`)
    })
  withBody(
    withServer(
      lot
        .command('do')
        .argument('<command>', 'such as lot.step, result.enter, lot.release')
        .argument('[id]', 'what it is about, where the command has one')
        .description('any command of the record, signed where it has to be'),
    ),
  )
    .addHelpText(
      'after',
      `\nCommands:\n${RECORD_COMMANDS.map(command => `  ${command.name.padEnd(28)} ${command.title}${command.meaning === undefined ? '' : ` (signed: ${command.meaning})`}`).join('\n')}\n\nTheir members: /api/v1/openapi.json of the server.\n`,
    )
    .action(async (name: string, id: string | undefined, flags: BodyFlags) => {
      const command = RECORD_COMMANDS.find(one => one.name === name)
      if (command === undefined) throw new InputFault(issue('command', `there is no command ${name}`, 'see `cognate lot do --help`'))
      if (command.path.includes(':id') && id === undefined)
        throw new InputFault(issue('command', `${name} is about something: its id is missing`, `cognate lot do ${name} ID --body …`))
      await run(command, id ?? '', flags)
    })
  for (const [verb, name, says] of [
    ['step', 'lot.step', 'record a step as performed'],
    ['result', 'result.enter', 'enter the result of a test'],
    ['release', 'lot.release', 'release a lot'],
  ] as const)
    withBody(withServer(lot.command(verb).argument('<id>', 'lot').description(`${says}: short for \`lot do ${name}\``))).action(
      async (id: string, flags: BodyFlags) => run(RECORD_COMMANDS.find(one => one.name === name)!, id, flags),
    )
  withCommon(lot)
}
