// The members of a command from the fields of its form. A field is named by its place, `values.viability.unit`; what is left empty is not sent.
import { fail, issue, ok, type Result } from '@cognate/core/base'
import type { Schema } from '../client/command-forms.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Filled in by lines of `name = value`. */
export const isMap = ({ type, additionalProperties }: Schema): boolean =>
  type === 'object' && typeof additionalProperties === 'object' && additionalProperties.type === 'string'

/** Filled in one a line. */
export const isList = ({ type, items }: Schema): boolean => type === 'array' && items?.type === 'string' && items.enum === undefined

export const isChoices = ({ type, items }: Schema): boolean => type === 'array' && items?.enum !== undefined

/** Groups of fields, as many as are added. */
export const isRows = ({ type, items }: Schema): boolean => type === 'array' && items?.properties !== undefined

/** What a schema asks for, and whether it may be null instead: then an empty field is null. */
export function withoutNull(schema: Schema): { readonly schema: Schema; readonly nullable: boolean } {
  const others = schema.anyOf?.filter(one => one.type !== 'null')
  return others?.length === 1 && schema.anyOf!.length === 2 ? { schema: others[0]!, nullable: true } : { schema, nullable: false }
}

/** Has fields of its own. */
export const isGroup = ({ type, properties }: Schema): boolean => type === 'object' && properties !== undefined

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')

/** Errors: `form-json`, `form-line`, `form-time`. Undefined: nothing was filled in. */
export function readForm(asked: Schema, given: FormData, at = ''): Result<Json | undefined> {
  const { schema, nullable } = withoutNull(asked)
  const text = String(given.get(at) ?? '').trim()
  if (isGroup(schema)) return readGroup(schema, given, at)
  if (isRows(schema)) return readRows(schema.items!, given, at)
  if (schema.type === 'boolean') return ok(given.get(at) !== null)
  if (isChoices(schema)) return ok(given.getAll(at).map(String))
  if (text === '') return ok(nullable ? null : undefined)
  if (isList(schema)) return ok(lines(text))
  if (isMap(schema)) return readMap(text, at)
  if (schema.format === 'date-time') return readInstant(text, at)
  if (schema.type === 'integer' || schema.type === 'number') return ok(Number(text))
  if (schema.type === 'string') return ok(text)
  try {
    return ok(JSON.parse(text) as Json)
  } catch {
    return fail(issue('form-json', `${at} is no JSON`, 'correct it, or leave it empty'))
  }
}

/** Rows in the order of their numbers, which have gaps where one was removed. */
function readRows(row: Schema, given: FormData, at: string): Result<Json | undefined> {
  const numbers = new Set<number>()
  for (const name of given.keys()) {
    const number = name.startsWith(`${at}.`) ? /^\d+/.exec(name.slice(at.length + 1))?.[0] : undefined
    if (number !== undefined) numbers.add(Number(number))
  }
  const rows: Json[] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const read = readGroup(row, given, `${at}.${number}`)
    if (!read.ok) return read
    rows.push(read.value ?? {})
  }
  return ok(rows.length === 0 ? undefined : rows)
}

function readGroup({ properties = {}, required = [] }: Schema, given: FormData, at: string): Result<Json | undefined> {
  const members: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(properties)) {
    const member = schema.const === undefined ? readForm(schema, given, at === '' ? name : `${at}.${name}`) : ok(schema.const)
    if (!member.ok) return member
    // a list that has to be there may be empty
    if (member.value !== undefined) members[name] = member.value
    else if (schema.type === 'array' && required.includes(name) && !('default' in schema)) members[name] = []
  }
  return ok(at !== '' && Object.keys(members).length === 0 ? undefined : members)
}

function readMap(text: string, at: string): Result<Json> {
  const members: Record<string, string> = {}
  for (const line of lines(text)) {
    const match = /^(.+?)\s*=\s*(.+)$/.exec(line)
    if (match === null) return fail(issue('form-line', `${at}: "${line}" is no line of the kind name = value`, 'write such as R1 = 0.5'))
    members[match[1]!] = match[2]!
  }
  return ok(members)
}

/** An instant as a field gives it, in this computer's zone, with the zone's offset: a label shows an expiry in the time of the site. Undefined: it is none. */
export function instantOf(text: string): string | undefined {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  const minutes = -time.getTimezoneOffset()
  const two = (n: number) => String(n).padStart(2, '0')
  const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19)
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

function readInstant(text: string, at: string): Result<Json> {
  const instant = instantOf(text)
  return instant === undefined
    ? fail(issue('form-time', `${at}: "${text}" is no date and time`, 'write such as 2026-11-29 14:05'))
    : ok(instant)
}
