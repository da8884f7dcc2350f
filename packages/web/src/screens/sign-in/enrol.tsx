// Setting password and second factor: both halves of the enrolment code, then the first code of the authenticator.
import { type Issue, issue as makeIssue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { Client, Enrolled, Enrolling } from '../../client/record-client.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'

export function Enrol({ client }: { readonly client: Client }) {
  const [begun, setBegun] = useState<{ readonly given: Enrolling; readonly enrolled: Enrolled }>()
  const [done, setDone] = useState(false)
  const [issue, setIssue] = useState<Issue>()
  const begin = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    if (text('password') !== text('again')) return setIssue(makeIssue('password', 'the two passwords differ', 'type it twice'))
    const given = {
      account: text('account').trim(),
      officer_code: text('officer_code').trim(),
      administrator_code: text('administrator_code').trim(),
    }
    const enrolled = await client.enrol(given, text('password'))
    setIssue(enrolled.ok ? undefined : enrolled.issue)
    if (enrolled.ok) setBegun({ given, enrolled: enrolled.value })
  }
  const confirm = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const confirmed = await client.confirm(begun!.given, fieldsOf(event.currentTarget)('code').trim())
    setIssue(confirmed.ok ? undefined : confirmed.issue)
    setDone(confirmed.ok)
  }
  if (done)
    return (
      <p className="recorded" role="status">
        You are enrolled. <a href="#/">Sign in</a> with the next code of your authenticator.
      </p>
    )
  const problem = issue === undefined ? null : <Problem issue={issue} />
  if (begun !== undefined)
    return (
      <form className="sign-in" onSubmit={event => void confirm(event)}>
        <h1>Second factor</h1>
        <p>Read this with an authenticator, or type the secret into it.</p>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(begun.enrolled.qr)}`}
          alt="The secret below as a code to scan"
          width="200"
          height="200"
        />
        <code>{begun.enrolled.secret}</code>
        <p>Recovery codes, each good once, shown this once. Keep them on paper.</p>
        <pre>{begun.enrolled.recovery.join('\n')}</pre>
        <label>
          First code of the authenticator
          <input name="code" inputMode="numeric" autoComplete="one-time-code" required />
        </label>
        <button type="submit">Confirm</button>
        {problem}
      </form>
    )
  return (
    <form className="sign-in" onSubmit={event => void begin(event)}>
      <h1>Set password and second factor</h1>
      <label>
        Account
        <input name="account" autoComplete="username" required />
      </label>
      <label>
        Security officer’s half of the code
        <input name="officer_code" autoComplete="off" required />
      </label>
      <label>
        Administrator’s half of the code
        <input name="administrator_code" autoComplete="off" required />
      </label>
      <label>
        New password, 15 characters or more; a sentence is good
        <input name="password" type="password" autoComplete="new-password" required />
      </label>
      <label>
        The same again
        <input name="again" type="password" autoComplete="new-password" required />
      </label>
      <button type="submit">Go on</button>
      {problem}
    </form>
  )
}
