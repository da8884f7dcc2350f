// `lot`: the record's lots through its HTTP interface, and the plans of lot-plans.ts.
import { issue } from '@cognate/core/base'
import { RECORD_COMMANDS } from '@cognate/core/case'
import { formatTsv } from '@cognate/core/format'
import { type BoardLine, type Coi, showCoi } from '@cognate/core/lot'
import type { Command } from 'commander'
import { z } from 'zod'
import { userPath } from '../../read/paths.ts'
import { checkedJson } from '../checked-json.ts'
import { InputFault, must } from '../exit.ts'
import { withCommon } from '../options.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'
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

const BOARD_COLUMNS = [
  'coi',
  'subject',
  'lot',
  'type',
  'stage',
  'disposition',
  'holds',
  'day',
  'steps',
  'behind_days',
  'next',
  'due',
  'slack_days',
] as const

const boardCells = (line: BoardLine): readonly string[] => [
  line.coi === '' ? '' : showCoi(line.coi as Coi),
  line.subject,
  line.lot,
  line.product_type,
  line.stage,
  line.disposition,
  line.holds.join('; '),
  String(line.day ?? ''),
  `${line.steps_done}/${line.steps}`,
  String(line.behind_days ?? ''),
  line.next,
  line.due,
  String(line.slack_days ?? ''),
]

export function defineLot(program: Command): void {
  const lot = program
    .command('lot')
    .description('lots of the record: batch record, results, release; labels, forecast, schedule and recall')
  defineLotPlans(lot)
  defineLotImport(lot)
  withServer(
    lot
      .command('show')
      .argument('[id]', 'lot; without one, all are listed')
      .description('a lot with its steps, results, deviations and containers'),
  ).action(async (id: string | undefined, flags: ClientFlags) => {
    process.stdout.write(
      `${JSON.stringify(JSON.parse(await new RecordClient(flags).get(id === undefined ? '/lots' : `/lots/${encodeURIComponent(id)}/file`)), null, 1)}\n`,
    )
  })
  withServer(
    lot
      .command('board')
      .description('vein to vein: a line for each lot under way, planned against done, what comes next and how many days are left for it'),
  )
    .option('--out <file>', 'table to write; - is standard output', '-')
    .action(async (flags: ClientFlags & { readonly out: string }) => {
      const { lots } = JSON.parse(await new RecordClient(flags).get('/board')) as { readonly lots: readonly BoardLine[] }
      putText(flags.out, formatTsv(BOARD_COLUMNS, lots.map(boardCells)))
      for (const { lot: id, next, slack_days } of lots)
        if (slack_days !== null && slack_days < 0) process.stderr.write(`late: ${id}, ${next}\n`)
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
    lot
      .command('do')
      .argument('<command>', 'such as lot.step, result.enter, lot.release')
      .argument('[id]', 'what it is about, where the command has one')
      .description('any command of the record, signed where it has to be'),
  )
    .option('--body <json>', 'members of the request, or @FILE', '{}')
    .addHelpText(
      'after',
      `\nCommands:\n${RECORD_COMMANDS.map(command => `  ${command.name.padEnd(28)} ${command.title}${command.meaning === undefined ? '' : ` (signed: ${command.meaning})`}`).join('\n')}\n\nTheir members: /api/v1/openapi.json of the server.\n`,
    )
    .action(async (name: string, id: string | undefined, flags: ClientFlags & { readonly body: string }) => {
      const command = RECORD_COMMANDS.find(one => one.name === name)
      if (command === undefined) throw new InputFault(issue('command', `there is no command ${name}`, 'see `cognate lot do --help`'))
      if (command.path.includes(':id') && id === undefined)
        throw new InputFault(issue('command', `${name} is about something: its id is missing`, `cognate lot do ${name} ID --body …`))
      const body = bodyOf(flags.body)
      const answer = await new RecordClient(flags).post(`/${command.path.replace(':id', encodeURIComponent(id ?? ''))}`, body)
      process.stdout.write(`${JSON.stringify(JSON.parse(answer), null, 1)}\n`)
    })
  for (const [verb, command, says] of [
    ['step', 'lot.step', 'record a step as performed'],
    ['result', 'result.enter', 'enter the result of a test'],
    ['release', 'lot.release', 'release a lot'],
  ] as const)
    withServer(lot.command(verb).argument('<id>', 'lot').description(`${says}: short for \`lot do ${command}\``))
      .option('--body <json>', 'members of the request, or @FILE', '{}')
      .action(async (id: string, flags: ClientFlags & { readonly body: string }) => {
        const body = bodyOf(flags.body)
        const { path } = RECORD_COMMANDS.find(one => one.name === command)!
        process.stdout.write(
          `${JSON.stringify(JSON.parse(await new RecordClient(flags).post(`/${path.replace(':id', encodeURIComponent(id))}`, body)), null, 1)}\n`,
        )
      })
  withCommon(lot)
}
