// One command as a form: its members as the interface describes them, signed where it has to be, and what came of it.
import { type Issue, issue } from '@cognate/core/base'
import { type FormEvent, useState } from 'react'
import type { CommandForm } from '../../client/command-forms.ts'
import type { Desk } from '../../client/desk.ts'
import type { Client, Done } from '../../client/record-client.ts'
import { Problem } from '../../parts/answer.tsx'
import { fieldsOf } from '../../parts/fields-of.ts'
import { StoreFile } from '../../parts/file-field.tsx'
import { FormFields } from '../../parts/form-fields.tsx'
import { type Json, readForm } from '../../parts/read-form.ts'
import { Recorded } from '../../parts/recorded.tsx'
import { useSignature } from '../../parts/use-signature.tsx'
import { StartFrom } from './start-from.tsx'

export function Command({ desk, name, id }: { readonly desk: Desk; readonly name: string; readonly id: string | undefined }) {
  const form = desk.forms.find(one => one.name === name)
  return (
    <>
      <h1>{form?.title ?? name}</h1>
      {form === undefined ? (
        <Problem issue={issue('command', `your roles have no command ${name}`, 'choose one of “Record something”')} />
      ) : (
        <CommandFields client={desk.client} form={form} id={id} />
      )}
    </>
  )
}

function CommandFields({ client, form, id }: { readonly client: Client; readonly form: CommandForm; readonly id: string | undefined }) {
  const [wrong, setWrong] = useState<Issue>()
  const [done, setDone] = useState<Done>()
  const [start, setStart] = useState<{ readonly name: string; readonly value: Json }>({ name: '', value: {} })
  const { begin, asked } = useSignature(client, setDone)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = fieldsOf(event.currentTarget)
    const { oneOf } = form.schema
    const body = readForm(oneOf === undefined ? form.schema : oneOf[Number(text('variant'))]!, new FormData(event.currentTarget))
    setWrong(body.ok ? undefined : body.issue)
    if (!body.ok) return
    const path = form.path.replace('{id}', encodeURIComponent(id ?? text('{id}').trim()))
    void begin({ path, body: (body.value ?? {}) as object, version: undefined })
  }
  if (done !== undefined) return <Recorded done={done} />
  return (
    <>
      <form className="fields" onSubmit={submit}>
        {!form.path.includes('{id}') ? null : id === undefined ? (
          <label>
            What it is about: its id; scan it rather than type it
            <input name="{id}" required autoComplete="off" />
          </label>
        ) : (
          <p>
            About <code>{id}</code>
          </p>
        )}
        {form.name === 'template.propose' ? <StartFrom client={client} onStart={(name, value) => setStart({ name, value })} /> : null}
        <StoreFile value={client.store}>
          <FormFields key={start.name} schema={form.schema} value={start.value} />
        </StoreFile>
        {wrong === undefined ? null : <Problem issue={wrong} />}
        <p className="choices">
          <button type="submit">Record</button>
          <a href="#/do">Something else</a>
        </p>
      </form>
      {asked}
    </>
  )
}
