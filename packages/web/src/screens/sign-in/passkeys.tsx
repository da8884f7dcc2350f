// One's own passkeys: which there are, a new one, and removing one.
import type { Issue, Result } from '@cognate/core/base'
import type { FormEvent } from 'react'
import { addPasskey, hasPasskeys } from '../../client/passkey.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { fieldsOf } from '../../parts/fields-of.ts'
import { ProofFields } from '../../parts/proof-fields.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'

interface PasskeysAnswer {
  readonly passkeys: readonly {
    readonly id: string
    readonly name: string
    readonly synced: boolean
    readonly created_at: string
    readonly used_at: string | null
  }[]
}

export function Passkeys({
  client,
  onChange,
  onIssue,
}: {
  readonly client: Client
  readonly onChange: (said: string) => void
  readonly onIssue: (issue: Issue) => void
}) {
  const answered = useAnswer<PasskeysAnswer>(client, '/passkeys')
  const told = (result: Result<undefined>, said: string) => {
    if (!result.ok) return onIssue(result.issue)
    answered.again()
    onChange(said)
  }
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = fieldsOf(form)
    const added = await addPasskey(client, text('name').trim(), { password: text('password'), code: text('code').trim() })
    form.reset()
    told(added, 'The passkey is added. It signs you in beside your password.')
  }
  const remove = async (id: string, name: string) =>
    told(await client.end(`/passkeys/${encodeURIComponent(id)}`), `The passkey ${name} is removed.`)
  return (
    <>
      <Table
        caption="Your passkeys"
        columns={['Name', 'Since', 'Last used', 'Kept', '']}
        none="None. A passkey lets your telephone or computer prove you by finger, face or PIN, instead of a one-time code; nothing of the finger or face leaves it."
        rows={(answered.result?.ok === true ? answered.result.value.passkeys : []).map(({ id, name, synced, created_at, used_at }) => ({
          key: id,
          cells: [
            name,
            <Time key="since" at={created_at} />,
            used_at === null ? 'never' : <Time key="used" at={used_at} />,
            synced ? 'with copies, by its provider' : 'in one device',
            <button key="remove" type="button" onClick={() => void remove(id, name)}>
              Remove
            </button>,
          ],
        }))}
      />
      {hasPasskeys() ? (
        <form className="fields" onSubmit={event => void add(event)}>
          <h2>New passkey</h2>
          <label>
            Name, such as the device that it is in
            <input name="name" maxLength={80} required />
          </label>
          <ProofFields />
          <p className="choices">
            <button type="submit">Add a passkey</button>
          </p>
        </form>
      ) : (
        <p className="muted">This browser makes no passkeys here: they need TLS, or the address localhost.</p>
      )}
    </>
  )
}
