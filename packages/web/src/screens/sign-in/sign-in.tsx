// Signing in: account, password, and a one-time code or a passkey.
import { fail, type Issue, issue as makeIssue, ok, type Result } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import { askPasskey, hasPasskeys, isByPasskey } from '../../client/passkey.ts'
import type { Client, SecondFactor } from '../../client/record-client.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { ProofFields } from '../../parts/proof-fields.tsx'
import { ThisStation } from './station.tsx'

export function SignIn({ client, onSignedIn }: { readonly client: Client; readonly onSignedIn: () => void }) {
  const [issue, setIssue] = useState<Issue>()
  const [busy, setBusy] = useState(false)
  const signIn = async (form: HTMLFormElement, second: (text: (name: string) => string) => Promise<Result<SecondFactor>>) => {
    const text = fieldsOf(form)
    setBusy(true)
    const given = await second(text)
    const signed = given.ok ? await client.signIn({ account: text('account').trim(), password: text('password'), ...given.value }) : given
    setBusy(false)
    if (signed.ok) return onSignedIn()
    setIssue(signed.issue)
    // who only cancelled the passkey has not typed in vain
    if (given.ok) form.reset()
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const byPasskey = isByPasskey(event)
    void signIn(event.currentTarget, async text => {
      const code = text('code').trim()
      if (!byPasskey)
        return code === '' ? fail(makeIssue('code', 'the one-time code is missing', 'type it, or use a passkey')) : ok({ code })
      const passkey = await askPasskey(client, '/sessions/passkey-question')
      return passkey.ok ? ok({ passkey: passkey.value }) : passkey
    })
  }
  return (
    <form className="sign-in" onSubmit={submit}>
      <h1>Sign in to the record</h1>
      <label>
        Account
        <input name="account" autoComplete="username" required />
      </label>
      <ProofFields isCodeNeeded={!hasPasskeys()} />
      <p className="choices">
        <button type="submit" disabled={busy}>
          Sign in
        </button>
        {hasPasskeys() ? (
          <button type="submit" value="passkey" disabled={busy}>
            Sign in with a passkey
          </button>
        ) : null}
      </p>
      {issue === undefined ? null : <Problem issue={issue} />}
      <p className="muted">
        New here? <a href="#/enrol">Set password and second factor</a> with both halves of your enrolment code.
      </p>
      <ThisStation client={client} />
    </form>
  )
}
