// Recalls: what an item reached, the recall that is opened of it, and what became of each thing, until all of them have their disposition.
import { RECALL_DISPOSITIONS, type RecallData } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import { type FormEvent, useState } from 'react'
import { mayDo } from '../../client/command-forms.ts'
import type { Desk } from '../../client/desk.ts'
import type { Done } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { Mark } from '../../parts/mark.tsx'
import { Recorded } from '../../parts/recorded.tsx'
import { Table } from '../../parts/table.tsx'
import { useSignature } from '../../parts/use-signature.tsx'

const WORDS: Readonly<Record<(typeof RECALL_DISPOSITIONS)[number], string>> = {
  quarantined: 'quarantined',
  returned: 'returned',
  destroyed: 'destroyed',
  'person-informed': 'the person was informed',
  'no-action': 'no action needed',
}

const hrefOf = (node: string): string =>
  node.startsWith('lot:') ? `#/lot/${encodeURIComponent(node.slice(4))}` : `#/trace/${encodeURIComponent(node)}`

const Node = ({ of }: { readonly of: string }) => <a href={hrefOf(of)}>{of.replace(':', ' ')}</a>

export function Recalls({ desk }: { readonly desk: Desk }) {
  return (
    <Screen
      title="Recalls"
      answered={useAnswer<{ readonly 'recall-cases': readonly Row<RecallData>[] }>(desk.client, '/recall-cases?limit=500')}
    >
      {({ 'recall-cases': rows }) => (
        <>
          <p className="muted">
            A recall is opened from what it starts with: find it on the board or by its trace, then “What it reached”.
          </p>
          <Table
            caption="Open ones first"
            columns={['Recall', 'Of', 'Reason', 'Items', 'Without a disposition']}
            none="Nothing was recalled yet."
            rows={rows
              .toSorted((a, b) => (a.data.status === b.data.status ? 0 : a.data.status === 'open' ? -1 : 1))
              .map(({ id, data }) => {
                const left = data.items.filter(({ disposition }) => disposition === '').length
                return {
                  key: id,
                  cells: [
                    <a key="id" href={`#/recalls/${encodeURIComponent(id)}`}>
                      {id}
                    </a>,
                    <Node key="of" of={data.start} />,
                    data.reason,
                    data.items.length,
                    data.status === 'closed' ? <Mark key="left" says="closed" /> : left === 0 ? 'none: it can be closed' : left,
                  ],
                }
              })}
          />
        </>
      )}
    </Screen>
  )
}

/** What an item reached, and the form that recalls it. */
export function RecallOf({ desk, start }: { readonly desk: Desk; readonly start: string }) {
  return (
    <Screen
      title={`What ${start} reached`}
      answered={useAnswer<{ readonly start: string; readonly affected: readonly string[] }>(
        desk.client,
        `/recalls/${encodeURIComponent(start)}`,
      )}
    >
      {({ start: node, affected }) => (
        <>
          <Table
            caption={`${affected.length} items`}
            columns={['Item']}
            none="Nothing was made of it: there is nothing to recall."
            rows={affected.map(item => ({ key: item, cells: [<Node key="item" of={item} />] }))}
          />
          {affected.length > 0 && mayDo(desk.who, 'decide-quality') ? <Open desk={desk} start={node} affected={affected} /> : null}
        </>
      )}
    </Screen>
  )
}

function Open({ desk, start, affected }: { readonly desk: Desk; readonly start: string; readonly affected: readonly string[] }) {
  const [done, setDone] = useState<Done>()
  const { begin, asked } = useSignature(desk.client, setDone)
  if (done !== undefined) return <Recorded done={done} />
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const body = { id: text('id').trim(), start, affected, reason: text('reason').trim() }
    void begin({ path: '/recall-cases', body, version: undefined })
  }
  return (
    <>
      <form className="fields" onSubmit={submit}>
        <h2>Recall all of it</h2>
        <p className="muted">
          Lots and containers are put on hold at once, materials and constructs are out of use, and everybody concerned is told.
        </p>
        <label>
          Id of the recall
          <input name="id" required autoComplete="off" />
        </label>
        <label>
          Reason
          <textarea name="reason" rows={2} required />
        </label>
        <button type="submit">Recall</button>
      </form>
      {asked}
    </>
  )
}

export function Recall({ desk, id }: { readonly desk: Desk; readonly id: string }) {
  return (
    <Screen
      title={`Recall ${id}`}
      answered={useAnswer<{ readonly data: RecallData }>(desk.client, `/recall-cases/${encodeURIComponent(id)}`)}
    >
      {({ data }, again) => (
        <>
          <p>
            Of <Node of={data.start} />: {data.reason}. Opened by {data.opened_by}; {data.status}.
          </p>
          <Table
            caption={`${data.items.length} items`}
            columns={['Item', 'What became of it', 'Reason', 'By']}
            none=""
            rows={data.items.map(({ item, disposition, reason, decided_by }) => ({
              key: item,
              cells: [
                <Node key="item" of={item} />,
                disposition === '' ? <Mark key="none" says="undecided" /> : WORDS[disposition],
                reason,
                decided_by,
              ],
            }))}
          />
          {data.status === 'open' && mayDo(desk.who, 'decide-quality') ? <Decide desk={desk} id={id} data={data} again={again} /> : null}
        </>
      )}
    </Screen>
  )
}

function Decide({
  desk: { client },
  id,
  data,
  again,
}: {
  readonly desk: Desk
  readonly id: string
  readonly data: RecallData
  readonly again: () => void
}) {
  const { begin, asked } = useSignature(client, again)
  const path = `/recall-cases/${encodeURIComponent(id)}`
  const left = data.items.filter(({ disposition }) => disposition === '')
  const dispose = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const items = new FormData(event.currentTarget).getAll('items').map(String)
    void begin({
      path: `${path}/dispositions`,
      body: { items, disposition: text('disposition'), reason: text('reason').trim() },
      version: undefined,
    })
  }
  const close = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void begin({ path: `${path}/closing`, body: { reason: fieldsOf(event.currentTarget)('reason').trim() }, version: undefined })
  }
  return (
    <>
      <form className="fields" onSubmit={dispose}>
        <h2>What became of them</h2>
        <label>
          Items: one, or several that had the same fate
          <select
            name="items"
            multiple
            required
            size={Math.min(8, data.items.length)}
            defaultValue={left.map(({ item }) => item).slice(0, 1)}
            key={left[0]?.item ?? ''}
          >
            {[...left, ...data.items.filter(({ disposition }) => disposition !== '')].map(({ item, disposition }) => (
              <option key={item} value={item}>
                {item.replace(':', ' ')}
                {disposition === '' ? '' : ` (${WORDS[disposition]})`}
              </option>
            ))}
          </select>
        </label>
        <label>
          What became of it
          <select name="disposition">
            {RECALL_DISPOSITIONS.map(word => (
              <option key={word} value={word}>
                {WORDS[word]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Reason
          <textarea name="reason" rows={2} required />
        </label>
        <button type="submit">Record</button>
      </form>
      {left.length > 0 ? null : (
        <form className="fields" onSubmit={close}>
          <h2>Every item has its disposition</h2>
          <label>
            Why it can be closed
            <textarea name="reason" rows={2} required />
          </label>
          <button type="submit">Close the recall</button>
        </form>
      )}
      {asked}
    </>
  )
}
