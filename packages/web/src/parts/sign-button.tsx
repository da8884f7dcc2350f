// A command that is signed: the button asks, the record answers what has to be signed, the person reads all of it and proves who they are, and the same request goes again with the proof.
import { type Issue, issue as makeIssue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { Client, ToSign, Wish } from '../client/record-client.ts'
import { Problem } from './answer.tsx'
import { fieldsOf } from './fields-of.ts'

const showModal = (element: HTMLDialogElement | null): void => element?.showModal()

export function SignButton({
  client,
  label,
  wish,
  onDone,
}: {
  readonly client: Client
  readonly label: string
  readonly wish: Omit<Wish, 'key'>
  readonly onDone: () => void
}) {
  const [asked, setAsked] = useState<{ readonly wish: Wish; readonly what: ToSign }>()
  const [issue, setIssue] = useState<Issue>()
  const begin = async () => {
    setIssue(undefined)
    const whole = { ...wish, key: crypto.randomUUID() }
    const answer = await client.command(whole)
    if (!answer.ok) setIssue(answer.issue)
    else if (answer.value === undefined) onDone()
    else setAsked({ wish: whole, what: answer.value })
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (asked === undefined) return
    const form = event.currentTarget
    const text = fieldsOf(form)
    const proof = await client.sign(asked.what, text('password'), text('code').trim())
    form.reset()
    if (!proof.ok) return setIssue(proof.issue)
    const done = await client.command(asked.wish, proof.value)
    if (!done.ok) return setIssue(done.issue)
    if (done.value !== undefined) {
      // signed, and not done: something else has to be signed now
      setAsked({ ...asked, what: done.value })
      return setIssue(
        makeIssue('signature-other', 'what has to be signed has changed meanwhile, nothing was done', 'read it again and sign it, or not'),
      )
    }
    setAsked(undefined)
    onDone()
  }
  return (
    <>
      <button type="button" onClick={() => void begin()}>
        {label}
      </button>
      {asked === undefined ? (
        issue && <Problem issue={issue} />
      ) : (
        <dialog ref={showModal} aria-label={`Sign: ${asked.what.meaning}`} onClose={() => setAsked(undefined)}>
          <form className="sign-in" onSubmit={event => void submit(event)}>
            <h2>
              You sign this as <em>{asked.what.meaning}</em>
            </h2>
            <pre>{JSON.stringify(JSON.parse(asked.what.shown), null, 2)}</pre>
            <label>
              Password
              <input name="password" type="password" autoComplete="current-password" required />
            </label>
            <label>
              One-time code, for the first signature after signing in
              <input name="code" inputMode="numeric" autoComplete="one-time-code" />
            </label>
            {issue === undefined ? null : <Problem issue={issue} />}
            <p className="choices">
              <button type="submit">Sign</button>
              <button type="button" onClick={() => setAsked(undefined)}>
                Not now
              </button>
            </p>
          </form>
        </dialog>
      )}
    </>
  )
}
