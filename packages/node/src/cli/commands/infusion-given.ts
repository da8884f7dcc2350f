// `infusion given`: what of an ordered dose was given, container by container and receptor by receptor.
import { formatTsv } from '@cognate/core/format'
import type { GivenOrder } from '@cognate/core/infusion'
import type { Command } from 'commander'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'
import { plural } from '../stages/stage.ts'

const COLUMNS = [
  'container',
  'infusion',
  'started_at',
  'stopped_at',
  'minutes',
  'volume_ml',
  'volume_given_ml',
  'fraction',
  'cells',
  'why_not_all',
  'reaction',
  'hours_from_release',
  'minutes_from_thaw',
] as const

export function defineGiven(infusion: Command): void {
  withServer(
    infusion
      .command('given')
      .argument('<order>', 'id of the dose order')
      .description(
        'what of an ordered dose was given: share of each container, cells by the dose of the lot, by receptor, and what is open',
      ),
  )
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nThe end of an infusion is recorded by `cognate lot do infusion.end INFUSION --body …`, doses of IL-2 and other drugs, given and withheld, by `drug.record ORDER`, or in the web app. Containers hold one suspension: the dose of the lot lies in them by volume. Nothing is assumed for what was not recorded.\n',
    )
    .action(async (order: string, flags: ClientFlags & { readonly out: string }) => {
      const given = JSON.parse(await new RecordClient(flags).get(`/orders/${encodeURIComponent(order)}/given`)) as GivenOrder
      putText(
        flags.out,
        formatTsv(
          COLUMNS,
          given.containers.map(one => COLUMNS.map(name => one[name])),
        ),
      )
      if (given.receptor_positive !== undefined) process.stderr.write(`viable and receptor-positive: ${given.receptor_positive} cells\n`)
      for (const { receptor, share, cells } of given.arms)
        process.stderr.write(`${receptor}: ${cells ?? 'unknown'} cells (share ${share || 'unknown'})\n`)
      for (const { drug, given: doses, withheld, amount, why_withheld } of given.drugs)
        process.stderr.write(
          `${drug}: ${plural(doses, 'dose')} given${amount === '' ? '' : ` (${amount})`}, ${withheld} withheld${why_withheld.map(why => `; ${why}`).join('')}\n`,
        )
      for (const missing of given.open) process.stderr.write(`open: ${missing}\n`)
      process.stderr.write(`given: ${given.cells ?? 'unknown'} cells of ${given.cells_ordered} ordered\n`)
    })
}
