// Signing in: account, password and a one-time code.
import type { Issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { Client } from '../../client/record-client.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'

export function SignIn({ client, onSignedIn }: { readonly client: Client; readonly onSignedIn: () => void }) {
  const [issue, setIssue] = useState<Issue>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = fieldsOf(form)
    setBusy(true)
    const signed = await client.signIn({ account: text('account').trim(), password: text('password'), code: text('code').trim() })
    setBusy(false)
    if (signed.ok) return onSignedIn()
    setIssue(signed.issue)
    form.reset()
  }
  return (
    <form className="sign-in" onSubmit={event => void submit(event)}>
      <h1>Sign in to the record</h1>
      <label>
        Account
        <input name="account" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <label>
        One-time code
        <input name="code" inputMode="numeric" autoComplete="one-time-code" required />
      </label>
      <button type="submit" disabled={busy}>
        Sign in
      </button>
      {issue === undefined ? null : <Problem issue={issue} />}
      <p className="muted">
        New here? <a href="#/enrol">Set password and second factor</a> with both halves of your enrolment code.
      </p>
    </form>
  )
}
