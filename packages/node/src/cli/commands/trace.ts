// `trace`: what an item came from and went into, through the record's HTTP interface.
import { formatTsv } from '@cognate/core/format'
import type { Command } from 'commander'
import { list } from '../options.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

export function defineTrace(program: Command): void {
  withServer(
    program
      .command('trace')
      .argument('<id>', 'bag, lot, construct, receptor, specimen, variant …')
      .description('from the bag to the variant’s line and back: every hop with its row’s hash and event'),
  )
    .option('--kinds <list>', 'only these kinds of item', list)
    .action(async (id: string, flags: ClientFlags & { readonly kinds?: readonly string[] }) => {
      const trace = JSON.parse(await new RecordClient(flags).get(`/trace/${encodeURIComponent(id)}`)) as {
        start: string
        from: Hop[]
        into: Hop[]
      }
      const row = (way: string) => (hop: Hop) => [
        way,
        hop.node,
        hop.version === null ? '' : String(hop.version),
        hop.event_index === null ? '' : String(hop.event_index),
        hop.row_sha256 ?? '',
      ]
      const rows = [...trace.from.map(row('from')), ['start', trace.start, '', '', ''], ...trace.into.map(row('into'))]
      process.stdout.write(
        formatTsv(
          ['way', 'item', 'version', 'event', 'row_sha256'],
          rows.filter(([, node = '']) => flags.kinds === undefined || flags.kinds.includes(node.split(':')[0]!)),
        ),
      )
    })
}

interface Hop {
  readonly node: string
  readonly version: number | null
  readonly event_index: number | null
  readonly row_sha256: string | null
}
