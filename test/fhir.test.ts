// FHIR: mCODE's own observations accepted and refused; our bundle against the R4 definitions, by a validator of others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatLength, readTumourSize, tumourSizeResource } from '@cognate/core/response'
import { Fhir } from 'fhir'
import { expect, test } from 'vitest'
import { oracle, readData, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

oracle('of mCODE’s three observations the one with a specimen alone is valid; centimetres become millimetres exactly', () => {
  const of = (name: string) => readTumourSize(JSON.parse(readData(`clinical/fhir/mcode-tumor-size_${name}.json`)))
  expect([of('focus-and-specimen'), of('neither')]).toMatchObject([
    { ok: false, issue: { code: 'fhir-focus' } },
    { ok: false, issue: { code: 'fhir-focus' } },
  ])
  const size = value(of('specimen-only'))
  expect([formatLength(size.longest!), size.others.map(formatLength)]).toEqual(['12', ['5']])
})

test('a written tumour size is read back; other units and other resources are refused', () => {
  const size = value(
    readTumourSize(
      tumourSizeResource('x', {
        subject: 'Patient/1',
        of: 'BodyStructure/1',
        date: '2022-01-02',
        longest: 30_030_000 as never,
        others: [],
      }),
    ),
  )
  expect(formatLength(size.longest!)).toBe('30.03')
  const written = JSON.stringify(
    tumourSizeResource('x', { subject: 'Patient/1', of: 'B/1', date: '', longest: 1_000_000 as never, others: [] }),
  )
  const code = (text: string) => {
    const read = readTumourSize(JSON.parse(text))
    return read.ok ? 'ok' : read.issue.code
  }
  expect([
    code(written.replaceAll('"mm"', '"[in_i]"')),
    code(written.replace('Observation', 'Condition')),
    code(written.replace('21889-1', '1')),
    code('null'),
  ]).toEqual(['length-unit', 'fhir-resource', 'fhir-code', 'fhir-resource'])
})

test('tumour sizes of a bundle come back as they were measured', () => {
  const out = temporary()
  expect(cognate(['trial', 'report', 'examples/trial-crc', '--out', out]).code).toBe(0)
  const read = cognate(['response', 'fhir', join(out, 'fhir-bundle.json')])
  const rows = read.out
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split('\t'))
  const measured = readFileSync(join('examples/trial-crc/tr.csv'), 'utf8')
    .split('\n')
    .filter(line => /,(LDIAM|LPERP),/.test(line))
    .map(line => line.split(','))
  expect([read.code, rows.length]).toEqual([0, measured.length])
  expect(rows.map(row => `${row[1]!.split('-').at(-1)} ${row[2]} ${row[3]! || row[4]!}`).sort()).toEqual(
    measured.map(cells => `${cells[5]} ${cells[13]} ${cells[7]}`).sort(),
  )
  const none = cognate(['response', 'fhir', 'package.json'])
  expect([none.code, none.err.includes('fhir-resource')]).toEqual([1, true])
})

test('the bundle of the bundled trial is valid by the R4 definitions, resource by resource', () => {
  const out = temporary()
  expect(cognate(['trial', 'report', 'examples/trial-crc', '--out', out]).code).toBe(0)
  const bundle = JSON.parse(readFileSync(join(out, 'fhir-bundle.json'), 'utf8')) as {
    entry: readonly { resource: { resourceType: string; id: string } }[]
  }
  const fhir = new Fhir()
  const wrong: string[] = []
  const counts: Record<string, number> = {}
  for (const { resource } of bundle.entry) {
    counts[resource.resourceType] = (counts[resource.resourceType] ?? 0) + 1
    const { messages } = fhir.validate(resource, { errorOnUnexpected: true })
    for (const message of messages.filter(m => m.severity === 'error' || m.severity === 'fatal'))
      wrong.push(`${resource.resourceType}/${resource.id} ${message.location}: ${message.message}`)
  }
  expect(wrong.slice(0, 5)).toEqual([])
  expect(Object.keys(counts).sort()).toEqual([
    'AdverseEvent',
    'BodyStructure',
    'MedicationAdministration',
    'Observation',
    'Patient',
    'Procedure',
    'ResearchStudy',
    'ResearchSubject',
  ])
  expect(counts.Patient).toBe(7)
  // and the validator refuses what is wrong
  expect(fhir.validate({ resourceType: 'Procedure', id: 'x', status: 'completed' }).valid).toBe(false)
  expect(new Set(bundle.entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`)).size).toBe(bundle.entry.length)
})
