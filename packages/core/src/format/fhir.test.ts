// JSON that keeps digits, lines and names; FHIR as one resource, bundle or bulk data, and what its references lead to.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { Exact, exactJsonText, isFhir, parseExactJson, parseFhir } from './index.ts'

const code = (read: { ok: true } | { ok: false; issue: { code: string; line?: number } }) =>
  read.ok ? 'ok' : `${read.issue.code}:${read.issue.line}`

test('JSON is read as JSON.parse reads it, and written back digit for digit', () => {
  const plain = (part: unknown): unknown =>
    part instanceof Exact
      ? Number(part.text)
      : Array.isArray(part)
        ? part.map(plain)
        : typeof part === 'object' && part !== null
          ? Object.fromEntries(Object.entries(part).map(([name, held]) => [name, plain(held)]))
          : part
  fc.assert(
    fc.property(fc.json(), text => {
      const read = value(parseExactJson(text)).value
      expect(plain(read)).toEqual(JSON.parse(text))
      expect(value(parseExactJson(exactJsonText(read))).value).toEqual(read)
    }),
  )
  const digits = '[\n 0.10,\n 1e-7,\n -0,\n 12345678901234567890.5,\n 1.0E+2\n]'
  expect(exactJsonText(value(parseExactJson(digits)).value)).toBe(digits)
})

test('what is no JSON, stands twice or lies too deep is refused with its line', () => {
  expect(
    ['', '{"a": 1,\n"b" 2}', '{"a": 1}\n// no', '{"a":01}', '{"a":1,\n "a":2}', '{"a":[1,],"b":2}', '['.repeat(100_000)].map(text =>
      code(parseExactJson(text)),
    ),
  ).toEqual(['json:1', 'json:2', 'json:2', 'json:1', 'json-twice:2', 'json:1', 'json-depth:1'])
  const odd = value(parseExactJson('{"__proto__": {"x": 1}}')).value
  expect(Object.keys(odd as object)).toEqual(['__proto__'])
})

const bundle = (entries: readonly unknown[], type = 'collection') =>
  JSON.stringify({ resourceType: 'Bundle', type, entry: entries }, undefined, 1)
const specimen = { resourceType: 'Specimen', id: 's1', identifier: [{ value: 'V1' }] }
const observed = (reference: string, more = {}) => ({ resourceType: 'Observation', id: 'o1', specimen: { reference }, ...more })

test('references are followed by full address, by name, and into what is contained; never to another server', () => {
  const led = (entries: readonly unknown[]) => {
    const file = value(parseFhir(bundle(entries)))
    const from = file.resources.find(({ type }) => type === 'Observation')!
    return file.follow(from.resource.specimen, from)?.id
  }
  const urn = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
  expect([
    led([{ resource: specimen }, { resource: observed('Specimen/s1') }]),
    led([{ fullUrl: urn, resource: specimen }, { resource: observed(urn) }]),
    led([
      { fullUrl: 'https://a.example/Specimen/s1', resource: specimen },
      { resource: observed('https://a.example/Specimen/s1/_history/2') },
    ]),
    led([{ resource: observed('#in', { contained: [{ resourceType: 'Specimen', id: 'in' }] }) }]),
    led([{ fullUrl: 'https://a.example/Specimen/s1', resource: specimen }, { resource: observed('https://b.example/Specimen/s1') }]),
    led([{ resource: observed('Specimen/s1') }]),
  ]).toEqual(['s1', 's1', 's1', 'in', undefined, undefined])
})

test('one resource, a bundle and bulk data; lines are those of the resources', () => {
  const linesOf = (text: string) => value(parseFhir(text)).resources.map(({ line, type }) => `${line} ${type}`)
  expect(linesOf(JSON.stringify(specimen))).toEqual(['1 Specimen'])
  expect(linesOf(`${JSON.stringify(specimen)}\n${JSON.stringify(observed('x'))}\n`)).toEqual(['1 Specimen', '2 Observation'])
  expect(linesOf(bundle([{ resource: specimen }, { resource: observed('x') }]))).toEqual(['6 Specimen', '17 Observation'])
  expect([isFhir(bundle([])), isFhir('{"a":1}'), isFhir('sample,result')]).toEqual([true, false, false])
})

test('what may not be so any more is no statement: older versions, answers of a server, deletions, two of one name', () => {
  expect([
    code(parseFhir(bundle([], 'history'))),
    code(parseFhir(bundle([], 'transaction-response'))),
    code(parseFhir(bundle([{ request: { method: 'DELETE' }, resource: specimen }], 'transaction'))),
    code(parseFhir(bundle([{ request: { method: 'PUT' }, resource: specimen }], 'transaction'))),
    code(parseFhir(bundle([{ resource: specimen }, { resource: { ...specimen, identifier: [{ value: 'V2' }] } }]))),
    code(parseFhir(bundle([{ resource: specimen }, { resource: specimen }]))),
    code(parseFhir(bundle([{ resource: { id: 'x' } }]))),
    code(parseFhir('[]')),
  ]).toEqual(['fhir-bundle:1', 'fhir-bundle:1', 'fhir-bundle:9', 'ok', 'fhir-twice:17', 'ok', 'fhir-resource:6', 'fhir-resource:1'])
})
