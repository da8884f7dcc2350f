// `lot board`: the vein-to-vein board as a table.
import { formatTsv } from '@cognate/core/format'
import { type BoardLine, type Coi, showCoi } from '@cognate/core/lot'
import type { Command } from 'commander'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

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

export function defineLotBoard(lot: Command): void {
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
}
