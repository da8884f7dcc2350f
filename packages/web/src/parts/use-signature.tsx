// A command that may have to be signed: it is asked, the record answers what has to be signed, the person reads all of it and proves who they are, and the same request goes again with the proof.
import { type Issue, issue as makeIssue } from '@cognate/core/base'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { askPasskey, hasPasskeys, isByPasskey } from '../client/passkey.ts'
import type { Client, Done, ToSign, Wish } from '../client/record-client.ts'
import { Problem } from './answer.tsx'
import { fieldsOf } from './fields-of.ts'
import { SignerFields } from './proof-fields.tsx'

const showModal = (element: HTMLDialogElement | null): void => element?.showModal()

export interface Signature {
  readonly begin: (wish: Omit<Wish, 'key'>) => Promise<void>
  /** What is to be signed, or why nothing was done; to stand beside what began it. */
  readonly asked: ReactNode
}

/** `isStop`: a refusal that itself was recorded; the dialog closes on it, and whoever asked shows it. */
export function useSignature(client: Client, onDone: (done: Done) => void, isStop: (issue: Issue) => boolean = () => false): Signature {
  const [asked, setAsked] = useState<{ readonly wish: Wish; readonly what: ToSign }>()
  const [issue, setIssue] = useState<Issue>()
  /** Two presses are one wish. */
  const busy = useRef(false)
  const begin = async (wish: Omit<Wish, 'key'>) => {
    if (busy.current) return
    busy.current = true
    setIssue(undefined)
    const whole = { ...wish, key: crypto.randomUUID() }
    const said = await client.command(whole)
    busy.current = false
    if (!said.ok) setIssue(said.issue)
    else if (said.value.kind === 'done') onDone(said.value.done)
    else setAsked({ wish: whole, what: said.value.what })
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (asked === undefined) return
    const form = event.currentTarget
    const text = fieldsOf(form)
    const password = text('password')
    const { sha256: shown_sha256, meaning } = asked.what
    const passkey = isByPasskey(event) ? await askPasskey(client, '/signatures/passkey-question', { shown_sha256, meaning }) : undefined
    if (passkey !== undefined && !passkey.ok) return setIssue(passkey.issue)
    const proof = await client.sign(
      asked.what,
      passkey === undefined ? { password, code: text('code').trim() } : { password, passkey: passkey.value },
    )
    form.reset()
    if (!proof.ok) return setIssue(proof.issue)
    const said = await client.command(asked.wish, proof.value)
    if (!said.ok) {
      if (isStop(said.issue)) setAsked(undefined)
      return setIssue(said.issue)
    }
    if (said.value.kind === 'sign') {
      // signed, and not done: something else has to be signed now
      setAsked({ ...asked, what: said.value.what })
      return setIssue(
        makeIssue('signature-other', 'what has to be signed has changed meanwhile, nothing was done', 'read it again and sign it, or not'),
      )
    }
    setAsked(undefined)
    onDone(said.value.done)
  }
  if (asked === undefined) return { begin, asked: issue === undefined ? null : <Problem issue={issue} /> }
  return {
    begin,
    asked: (
      <dialog ref={showModal} aria-label={`Sign: ${asked.what.meaning}`} onClose={() => setAsked(undefined)}>
        <form className="sign-in" onSubmit={event => void submit(event)}>
          <h2>
            You sign this as <em>{asked.what.meaning}</em>
          </h2>
          <pre>{JSON.stringify(JSON.parse(asked.what.shown), null, 2)}</pre>
          <SignerFields />
          {issue === undefined ? null : <Problem issue={issue} />}
          <p className="choices">
            <button type="submit">Sign</button>
            {hasPasskeys() ? (
              <button type="submit" value="passkey" formNoValidate>
                Sign with a passkey
              </button>
            ) : null}
            <button type="button" onClick={() => setAsked(undefined)}>
              Not now
            </button>
          </p>
        </form>
      </dialog>
    ),
  }
}
