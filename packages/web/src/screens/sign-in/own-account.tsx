// One's own account: where one is signed in, ending the other sessions, a new password, passkeys.
import type { Issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { Desk } from '../../client/desk.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem, Screen } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { ProofFields } from '../../parts/proof-fields.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { Passkeys } from './passkeys.tsx'

interface SessionsAnswer {
  readonly sessions: readonly {
    readonly station: string
    readonly created_at: string
    readonly seen_at: string
    readonly current: boolean
  }[]
  readonly events: readonly { readonly time: string; readonly action: string; readonly reason: string; readonly station: string }[]
}

const HAPPENED: Readonly<Record<string, string>> = {
  'sign-in': 'signed in',
  'sign-in-refused': 'sign-in refused',
  'signature-refused': 'signature refused',
  'password-changed': 'password changed',
  'password-not-changed': 'change of the password refused',
  'sessions-ended': 'other sessions ended',
  'sessions-not-ended': 'ending of sessions refused',
  'passkey-added': 'passkey added',
  'passkey-not-added': 'new passkey refused',
  'passkey-removed': 'passkey removed',
  'passkey-not-removed': 'removal of a passkey refused',
}

export function OwnAccount({ desk: { client, who } }: { readonly desk: Desk }) {
  const [issue, setIssue] = useState<Issue>()
  const [said, setSaid] = useState('')
  const answered = useAnswer<SessionsAnswer>(client, '/sessions')
  const send = (path: string, done: string) => async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = fieldsOf(form)
    const fields = [...new FormData(form).keys()]
    const sent = await client.post(path, Object.fromEntries(fields.map(name => [name, name === 'code' ? text(name).trim() : text(name)])))
    form.reset()
    setIssue(sent.ok ? undefined : sent.issue)
    setSaid(sent.ok ? done : '')
    if (sent.ok) answered.again()
  }
  return (
    <Screen title={`Account ${who.account}`} answered={answered}>
      {({ sessions, events }) => (
        <>
          {said === '' ? null : (
            <p className="recorded" role="status">
              {said}
            </p>
          )}
          {issue === undefined ? null : <Problem issue={issue} />}
          <Table
            caption="Where you are signed in"
            columns={['Station', 'Since', 'Last seen', 'Which']}
            none="Nowhere."
            rows={sessions.map(one => ({
              key: one.created_at + one.station,
              cells: [
                one.station,
                <Time key="since" at={one.created_at} />,
                <Time key="seen" at={one.seen_at} />,
                one.current ? 'this one' : 'another',
              ],
            }))}
          />
          <Table
            caption="What happened to your account"
            columns={['When', 'What', 'Why', 'From']}
            none="Nothing."
            rows={events.map((event, i) => ({
              key: `${event.time} ${i}`,
              cells: [
                <Time key="when" at={event.time} />,
                HAPPENED[event.action] ?? event.action.replaceAll('-', ' '),
                event.reason,
                event.station,
              ],
            }))}
          />
          <p className="muted">Was it not you? Change the password, and tell the security officer.</p>
          <Passkeys
            client={client}
            onChange={text => {
              setIssue(undefined)
              setSaid(text)
              answered.again()
            }}
            onIssue={setIssue}
          />
          <form className="fields" onSubmit={event => void send('/sessions/others/ending', 'Your other sessions have ended.')(event)}>
            <h2>End the others</h2>
            <ProofFields />
            <p className="choices">
              <button type="submit">End other sessions</button>
            </p>
          </form>
          <form
            className="fields"
            onSubmit={event => void send('/password', 'The password is changed; your other sessions have ended.')(event)}
          >
            <h2>New password</h2>
            <ProofFields password="current" label="Password that holds now" />
            <label>
              New password, 15 characters or more; a sentence is good
              <input name="password" type="password" autoComplete="new-password" required />
            </label>
            <p className="choices">
              <button type="submit">Change password</button>
            </p>
          </form>
        </>
      )}
    </Screen>
  )
}
