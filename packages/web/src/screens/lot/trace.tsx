// From the bag to the line of the variant file, and onwards to whom it was given; each hop with the version and the event that say so.
import type { TraceAnswer, TraceHop } from '../../client/answers.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Table } from '../../parts/table.tsx'

const idOf = (node: string): string => node.slice(node.indexOf(':') + 1)

const rowsOf = (hops: readonly TraceHop[]) =>
  hops.map(({ node, version, event_index }) => ({
    key: node,
    cells: [
      node.slice(0, node.indexOf(':')),
      <a key="id" href={node.startsWith('lot:') ? `#/lot/${encodeURIComponent(idOf(node))}` : `#/trace/${encodeURIComponent(node)}`}>
        {idOf(node)}
      </a>,
      version ?? '',
      event_index ?? 'named in a file',
    ],
  }))

export function Trace({ client, id }: { readonly client: Client; readonly id: string }) {
  const columns = ['Kind', 'Id', 'Version', 'Event']
  return (
    <Screen title={`Trace of ${id}`} answered={useAnswer<TraceAnswer>(client, `/trace/${encodeURIComponent(id)}`)}>
      {({ start, from, into }) => (
        <>
          <Table caption="Made from" columns={columns} rows={rowsOf(from)} none="Nothing is recorded before it." />
          <Table caption="Went into" columns={columns} rows={rowsOf(into)} none="Nothing was made of it yet." />
          {into.length === 0 ? null : <a href={`#/recall-of/${encodeURIComponent(start)}`}>What it reached, to recall it</a>}
        </>
      )}
    </Screen>
  )
}
