// Making this computer a registered station, by the code that the administrator was given for it.
import type { Issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'

interface StationAnswer {
  /** '': this computer is none. */
  readonly station: string
  /** Nothing is recorded from elsewhere. */
  readonly only: boolean
}

/** Which station this computer is, in a line. */
export function ThisStation({ client }: { readonly client: Client }) {
  const { result } = useAnswer<StationAnswer>(client, '/station')
  if (result === undefined || !result.ok) return null
  const { station, only } = result.value
  if (station !== '')
    return (
      <p className="muted">
        This computer is the station <strong>{station}</strong>.
      </p>
    )
  return (
    <p className="muted">
      This computer is no registered station{only ? ', and nothing can be recorded from it' : ''}. <a href="#/station">It has a code</a>.
    </p>
  )
}

export function BindStation({ client }: { readonly client: Client }) {
  const [issue, setIssue] = useState<Issue>()
  const [bound, setBound] = useState('')
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const sent = await client.post<StationAnswer>('/stations/binding', { station: text('station').trim(), code: text('code').trim() })
    setIssue(sent.ok ? undefined : sent.issue)
    if (sent.ok) setBound(sent.value.station)
  }
  if (bound !== '')
    return (
      <p className="recorded" role="status">
        This computer is the station {bound}. <a href="#/">Sign in</a>.
      </p>
    )
  return (
    <form className="sign-in" onSubmit={event => void submit(event)}>
      <h1>Register this computer</h1>
      <label>
        Station
        <input name="station" autoComplete="off" required />
      </label>
      <label>
        Code, good once
        <input name="code" autoComplete="off" required />
      </label>
      <button type="submit">Register</button>
      {issue === undefined ? null : <Problem issue={issue} />}
    </form>
  )
}
