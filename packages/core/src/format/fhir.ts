// FHIR R4 resources in JSON, as a hospital or laboratory gives them: one resource, a bundle, or one resource a line (bulk data). Every element is kept, decimals digit for digit.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { Exact, isRecord, parseExactJson } from './json.ts'

export const LOINC = 'http://loinc.org'
export const UCUM = 'http://unitsofmeasure.org'

export type FhirElement = Readonly<Record<string, unknown>>

export interface FhirResource {
  /** 1-based line where it begins. */
  readonly line: number
  readonly type: string
  readonly id: string
  /** As it came; its numbers are `Exact`. */
  readonly resource: FhirElement
}

export interface FhirFile {
  /** In the order of the file; contained ones are none of them. */
  readonly resources: readonly FhirResource[]
  /** What a Reference leads to, from a resource of this file: in the file, or contained. Undefined: not there. */
  follow(reference: unknown, from: FhirResource): FhirElement | undefined
}

/** What a list or nothing holds; an element that is no list is none. */
export const elements = (value: unknown): readonly FhirElement[] => (Array.isArray(value) ? value.filter(isRecord) : [])
export const element = (value: unknown): FhirElement => (isRecord(value) ? value : {})
/** Text of a primitive, a decimal as it was written; '' where there is none. */
export const primitive = (value: unknown): string =>
  value instanceof Exact
    ? value.text
    : typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
      ? String(value)
      : ''

/** Bundles of what is so; the others hold older versions or answers of a server. */
const READABLE_BUNDLES = new Set(['collection', 'searchset', 'message', 'document', 'transaction', 'batch'])

/** Does a text begin as JSON of FHIR does? */
export const isFhir = (text: string): boolean => /^[\uFEFF\s]*\{/.test(text) && /"resourceType"\s*:/.test(text.slice(0, 1 << 16))

/** Errors: those of JSON; `fhir-resource`, `fhir-bundle`, `fhir-twice` (two resources of one name that differ). */
export function parseFhir(text: string): Result<FhirFile, Issue> {
  const lines = text.split('\n')
  // bulk data hold a resource in each line
  const isLines = lines.filter(line => line.trim() !== '').length > 1 && lines.every(line => /^\s*(\{.*\}\s*)?$/.test(line))
  const parts = isLines ? lines.map((line, i) => ({ text: line, line: i + 1 })).filter(one => one.text.trim() !== '') : [{ text, line: 1 }]
  const resources: FhirResource[] = []
  const urls = new Map<string, FhirResource>()
  for (const part of parts) {
    const read = parseExactJson(part.text, part.line)
    if (!read.ok) return read
    const { value, lineOf } = read.value
    const top = resourceOf(value, part.line)
    if (!top.ok) return top
    if (top.value.type !== 'Bundle') {
      resources.push(top.value)
      continue
    }
    const type = primitive(top.value.resource.type)
    if (!READABLE_BUNDLES.has(type))
      return fail(
        issue(
          'fhir-bundle',
          `the bundle is of the type "${type}": what it holds may not be so any more`,
          `give one of the type ${[...READABLE_BUNDLES].join(', ')}`,
          part.line,
        ),
      )
    for (const entry of elements(top.value.resource.entry)) {
      if (entry.resource === undefined) continue
      const method = primitive(element(entry.request).method)
      const line = lineOf(isRecord(entry.resource) ? entry.resource : entry)
      if (method !== '' && method !== 'POST' && method !== 'PUT')
        return fail(
          issue('fhir-bundle', `an entry is to be ${method}: it is no statement`, 'give what is, not what a server shall do', line),
        )
      const one = resourceOf(entry.resource, line)
      if (!one.ok) return one
      resources.push(one.value)
      const url = primitive(entry.fullUrl)
      if (url !== '') urls.set(url, one.value)
    }
  }
  const named = new Map<string, FhirResource>()
  for (const one of resources) {
    if (one.id === '') continue
    const key = `${one.type}/${one.id}`
    const before = named.get(key)
    if (before !== undefined && JSON.stringify(before.resource) !== JSON.stringify(one.resource))
      return fail(
        issue('fhir-twice', `${key} stands in line ${before.line} already, and differs`, 'leave the one that is so now', one.line),
      )
    named.set(key, one)
  }
  return ok({
    resources,
    follow(reference, from) {
      const target = primitive(element(reference).reference)
      if (target.startsWith('#')) return elements(from.resource.contained).find(one => primitive(one.id) === target.slice(1))
      const [path] = target.split('/_history/')
      // an absolute one is of the server that it names, a relative one of this file
      return (urls.get(path!) ?? named.get(path!))?.resource
    },
  })
}

function resourceOf(value: unknown, line: number): Result<FhirResource, Issue> {
  const resource = element(value)
  const type = primitive(resource.resourceType)
  if (type === '')
    return fail(issue('fhir-resource', 'an object has no resourceType', 'give resources of FHIR R4 as JSON, not as XML or in parts', line))
  return ok({ line, type, id: primitive(resource.id), resource })
}

/** Different values of the identifiers of a system; of any system where none is asked for. */
export function identifiersOf(list: unknown, system: string | undefined): readonly string[] {
  const wanted = elements(list).filter(one => system === undefined || primitive(one.system) === system)
  return [...new Set(wanted.map(one => primitive(one.value)).filter(value => value !== ''))]
}
