// What a new batch-record template begins with: an earlier version of this record, or an example that ships.
import { useState } from 'react'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import type { Json } from '../../parts/read-form.ts'

interface Template {
  readonly template: string
  readonly version: string
  readonly product_type: string
}

interface RowsAnswer {
  readonly templates: readonly { readonly id: string; readonly data: { readonly template: Template; readonly status: string } }[]
}

/** `onStart` is given what to begin with, and a name for it. */
export function StartFrom({ client, onStart }: { readonly client: Client; readonly onStart: (name: string, value: Json) => void }) {
  const own = useAnswer<RowsAnswer>(client, '/templates?limit=500').result
  const shipped = useAnswer<{ readonly templates: readonly Template[] }>(client, '/template-examples').result
  const [chosen, choose] = useState('')
  const offers = new Map<string, Template>([
    ...(own?.ok === true ? own.value.templates : []).map(({ id, data }) => [`${id} (${data.status})`, data.template] as const),
    ...(shipped?.ok === true ? shipped.value.templates : []).map(
      one => [`example: ${one.template} ${one.version}, ${one.product_type}; most numbers are not verified`, one] as const,
    ),
  ])
  return (
    <div className="field">
      <label htmlFor="start-from">Start from</label>
      <select
        id="start-from"
        value={chosen}
        onChange={event => {
          const name = event.target.value
          choose(name)
          onStart(name, (offers.get(name) as unknown as Json | undefined) ?? {})
        }}
      >
        <option value="">nothing</option>
        {[...offers.keys()].map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  )
}
