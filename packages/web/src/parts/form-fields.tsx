// Fields of a form out of a schema: what read-form.ts reads again.
import { useId, useState } from 'react'
import type { Schema } from '../client/command-forms.ts'
import { isChoices, isGroup, isList, isMap } from './read-form.ts'

/** `performed_at` as people say it. */
const spoken = (name: string): string => {
  const words = (name.split('.').at(-1) ?? name).replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Now, as a field for an instant takes it: this computer's zone, to the second, for two things may be done in one minute. */
export const nowField = (): string => {
  const now = new Date()
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}

interface FieldProps {
  readonly name: string
  readonly schema: Schema
  readonly required: boolean
}

export function FormFields({ schema, at = '' }: { readonly schema: Schema; readonly at?: string }) {
  if (schema.oneOf !== undefined) return <Variants variants={schema.oneOf} />
  return Object.entries(schema.properties ?? {})
    .filter(([, { const: fixed }]) => fixed === undefined)
    .map(([name, member]) => (
      <Field
        key={name}
        name={at === '' ? name : `${at}.${name}`}
        schema={member}
        required={schema.required?.includes(name) === true && !('default' in member)}
      />
    ))
}

/** One of several shapes, told apart by their fixed or first listed member. */
function Variants({ variants }: { readonly variants: readonly Schema[] }) {
  const [chosen, choose] = useState(0)
  const nameOf = (schema: Schema) =>
    Object.values(schema.properties ?? {})
      .map(member => member.const ?? member.enum?.join(', '))
      .find(text => text !== undefined) ?? 'other'
  return (
    <>
      <label>
        Kind
        <select name="variant" value={chosen} onChange={event => choose(Number(event.target.value))}>
          {variants.map((schema, i) => (
            <option key={nameOf(schema)} value={i}>
              {nameOf(schema)}
            </option>
          ))}
        </select>
      </label>
      <FormFields key={chosen} schema={variants[chosen]!} />
    </>
  )
}

function Field({ name, schema, required }: FieldProps) {
  if (isGroup(schema))
    return (
      <fieldset>
        <legend>{spoken(name)}</legend>
        <FormFields schema={schema} at={name} />
      </fieldset>
    )
  if (isChoices(schema))
    return (
      <fieldset>
        <legend>{spoken(name)}</legend>
        {schema.items!.enum!.map(choice => (
          <label key={choice} className="choice">
            <input type="checkbox" name={name} value={choice} /> {choice}
          </label>
        ))}
      </fieldset>
    )
  if (schema.type === 'boolean')
    return (
      <label className="choice">
        <input type="checkbox" name={name} /> {spoken(name)}
      </label>
    )
  return <Labelled name={name} schema={schema} required={required} />
}

function Labelled({ name, schema, required }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {spoken(name)}
        {required ? '' : ' (may stay empty)'}
      </label>
      <Entry id={id} name={name} schema={schema} required={required} />
    </div>
  )
}

function Entry({ id, name, schema, required }: FieldProps & { readonly id: string }) {
  if (schema.enum !== undefined)
    return (
      <select id={id} name={name} required={required} defaultValue="">
        <option value="" />
        {schema.enum.map(choice => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    )
  if (isList(schema)) return <textarea id={id} name={name} required={required} rows={3} placeholder="one a line" />
  if (isMap(schema)) return <textarea id={id} name={name} required={required} rows={3} placeholder="name = value, one a line" />
  if (schema.format === 'date-time')
    return (
      <input
        id={id}
        name={name}
        type="datetime-local"
        step={1}
        required={required}
        // what was done was most often done now; what is to come is not guessed
        defaultValue={name.endsWith('_at') ? nowField() : ''}
      />
    )
  if (schema.format === 'date') return <input id={id} name={name} type="date" required={required} />
  if (schema.type === 'integer') return <input id={id} name={name} inputMode="numeric" required={required} />
  if (schema.type === 'string') return <input id={id} name={name} required={required} autoComplete="off" />
  return <textarea id={id} name={name} required={required} rows={6} placeholder="JSON" />
}
