// Fields of a form out of a schema: what read-form.ts reads again.
import { useEffect, useId, useRef, useState } from 'react'
import type { Schema } from '../client/command-forms.ts'
import { FileField } from './file-field.tsx'
import { isChoices, isGroup, isList, isMap, isRows, type Json, withoutNull } from './read-form.ts'

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
  /** What it begins with. */
  readonly value: Json | undefined
}

const memberOf = (value: Json | undefined, name: string | number): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, Json>>)[name] : undefined

/** `value`: what the fields begin with; what the schema does not know of it is left out. `optional`: all of them may stay empty together. */
export function FormFields({
  schema,
  at = '',
  value,
  optional = false,
}: {
  readonly optional?: boolean
  readonly schema: Schema
  readonly at?: string
  readonly value?: Json | undefined
}) {
  if (schema.oneOf !== undefined) return <Variants variants={schema.oneOf} />
  return Object.entries(schema.properties ?? {})
    .filter(([, { const: fixed }]) => fixed === undefined)
    .map(([name, member]) => (
      <Field
        key={name}
        name={at === '' ? name : `${at}.${name}`}
        schema={member}
        required={!optional && schema.required?.includes(name) === true && !('default' in member)}
        value={memberOf(value, name)}
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

function Field({ name, schema: asked, required: isAsked, value }: FieldProps) {
  const { schema, nullable } = withoutNull(asked)
  const required = isAsked && !nullable
  if (isRows(schema)) return <Rows name={name} row={schema.items!} least={required ? (schema.minItems ?? 0) : 0} value={value} />
  if (isGroup(schema))
    return (
      <fieldset>
        <legend>{spoken(name)}</legend>
        <FormFields schema={schema} at={name} value={value} optional={!required} />
      </fieldset>
    )
  if (isChoices(schema))
    return (
      <fieldset>
        <legend>{spoken(name)}</legend>
        {schema.items!.enum!.map(choice => (
          <label key={choice} className="choice">
            <input type="checkbox" name={name} value={choice} defaultChecked={Array.isArray(value) && value.includes(choice)} /> {choice}
          </label>
        ))}
      </fieldset>
    )
  if (schema.type === 'boolean')
    return (
      <label className="choice">
        <input type="checkbox" name={name} defaultChecked={value === true} /> {spoken(name)}
      </label>
    )
  return <Labelled name={name} schema={schema} required={required} value={value} />
}

/** Groups of fields, added and removed one by one. */
function Rows({
  name,
  row,
  least,
  value,
}: {
  readonly name: string
  readonly row: Schema
  readonly least: number
  readonly value: Json | undefined
}) {
  const begun = Array.isArray(value) ? value.length : least
  const [numbers, setNumbers] = useState(() => Array.from({ length: begun }, (_, i) => i))
  /** A number is given once: what is added does not begin with what was removed. */
  const next = useRef(begun)
  const what = spoken(name)
  return (
    <fieldset>
      <legend>{what}</legend>
      {numbers.map((number, i) => (
        <OneRow
          key={number}
          name={`${what.toLowerCase()} ${i + 1}`}
          number={i + 1}
          row={row}
          at={`${name}.${number}`}
          value={memberOf(value, number)}
          onRemove={() => setNumbers(held => held.filter(one => one !== number))}
        />
      ))}
      <p className="choices">
        <button type="button" onClick={() => setNumbers([...numbers, next.current++])}>
          Add to {what.toLowerCase()}
        </button>
      </p>
    </fieldset>
  )
}

/** What tells one group of fields from another. */
const calledOf = (value: Json | undefined): string => {
  const words = ['id', 'name', 'title', 'visit'].map(name => memberOf(value, name)).filter(one => typeof one === 'string')
  return words.join(', ')
}

/** Closed while it holds what it began with; a fault inside opens it. */
function OneRow({
  name,
  number,
  row,
  at,
  value,
  onRemove,
}: {
  readonly name: string
  readonly number: number
  readonly row: Schema
  readonly at: string
  readonly value: Json | undefined
  readonly onRemove: () => void
}) {
  const whole = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const details = whole.current!
    // a browser does not show a fault in a field that it does not show
    const open = () => {
      details.open = true
    }
    details.addEventListener('invalid', open, true)
    return () => details.removeEventListener('invalid', open, true)
  }, [])
  return (
    <details ref={whole} className="row" open={value === undefined}>
      <summary>
        {number}. {calledOf(value) || 'new'}
      </summary>
      <div className="grid">
        <FormFields schema={row} at={at} value={value} />
      </div>
      <p className="choices">
        <button type="button" onClick={onRemove}>
          Remove {name}
        </button>
      </p>
    </details>
  )
}

function Labelled({ name, schema, required, value }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {spoken(name)}
        {required ? '' : ' (may stay empty)'}
      </label>
      <Entry id={id} name={name} schema={schema} required={required} value={value} />
    </div>
  )
}

/** What a field of text begins with. */
function textOf(schema: Schema, value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (isList(schema) && Array.isArray(value)) return value.join('\n')
  if (isMap(schema))
    return Object.entries(value)
      .map(([key, held]) => `${key} = ${held}`)
      .join('\n')
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value)
}

function Entry({ id, name, schema, required, value }: FieldProps & { readonly id: string }) {
  const shared = { id, name, required, defaultValue: textOf(schema, value) }
  if (schema.enum !== undefined)
    return (
      <select {...shared}>
        <option value="" />
        {schema.enum.map(choice => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    )
  if (isList(schema)) return <textarea {...shared} rows={3} placeholder="one a line" />
  if (isMap(schema)) return <textarea {...shared} rows={3} placeholder="name = value, one a line" />
  if (schema.format === 'date-time')
    return (
      <input
        {...shared}
        type="datetime-local"
        step={1}
        // what was done was most often done now; what is to come, or may not have been done, is not guessed
        defaultValue={shared.required && name.endsWith('_at') ? nowField() : ''}
      />
    )
  if (schema.format === 'date') return <input {...shared} type="date" />
  if (schema['x-file'] === true) return <FileField shared={shared} />
  if (schema.type === 'integer') return <input {...shared} inputMode="numeric" />
  // a field of one line would lose the others
  if (schema.type === 'string' && shared.defaultValue.includes('\n')) return <textarea {...shared} rows={3} />
  if (schema.type === 'string') return <input {...shared} autoComplete="off" />
  return <textarea {...shared} rows={6} placeholder="JSON" />
}
