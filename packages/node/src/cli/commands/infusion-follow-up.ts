// `infusion follow-up`: samples for replication-competent virus, as a table.
import { formatTsv } from '@cognate/core/format'
import type { FollowUpLine } from '@cognate/core/infusion'
import { type Coi, showCoi } from '@cognate/core/lot'
import type { Command } from 'commander'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

const COLUMNS = ['coi', 'subject', 'lot', 'infusion', 'given_on', 'visit', 'due', 'state', 'outcome'] as const

export function defineFollowUp(infusion: Command): void {
  withServer(
    infusion
      .command('follow-up')
      .description('samples for replication-competent virus of everybody who was given changed cells: what is due, overdue and done'),
  )
    .option('--all', 'those too that are done or far ahead')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nA sample is entered by `cognate lot do follow-up.enter INFUSION --body …` or in the web app. The default schedule (baseline, months 3 and 6, every year to 15) is not verified: write the site’s own into the template (`follow_up`).\n',
    )
    .action(async (flags: ClientFlags & { readonly all?: boolean; readonly out: string }) => {
      const { lines } = JSON.parse(await new RecordClient(flags).get('/follow-up-board')) as { readonly lines: readonly FollowUpLine[] }
      const rows = lines.flatMap(({ coi, subject, lot, infusion: id, given_on, visits }) =>
        visits
          .filter(({ state }) => flags.all === true || state === 'due' || state === 'overdue')
          .map(({ visit, due, state, outcome }) => [showCoi(coi as Coi), subject, lot, id, given_on, visit, due, state, outcome]),
      )
      putText(flags.out, formatTsv(COLUMNS, rows))
      for (const { subject, overdue } of lines)
        if (overdue > 0) process.stderr.write(`overdue: ${overdue} ${overdue === 1 ? 'sample' : 'samples'} of ${subject}\n`)
    })
}
