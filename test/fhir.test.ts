// FHIR: mCODE's own observations accepted and refused; our bundle against the R4 definitions, by a validator of others.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDate } from '@cognate/core/base'
import { bundleOf, resourcesOfTables, type TrialTables, tablesOfResources } from '@cognate/core/case'
import { exactJsonText, parseDelimited, parseFhir, type Table } from '@cognate/core/format'
import { formatLength, readTumourSize } from '@cognate/core/response'
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

const SIZE = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '21889-1' }] },
  subject: { reference: 'Patient/1' },
  focus: [{ reference: 'BodyStructure/1' }],
  effectiveDateTime: '2022-01-02',
  component: [
    { code: { coding: [{ system: 'http://loinc.org', code: '33728-7' }] }, valueQuantity: { value: 30.03, unit: 'mm', code: 'mm' } },
  ],
}

test('a tumour size keeps its digits; other units and other resources are refused', () => {
  expect(formatLength(value(readTumourSize(SIZE)).longest!)).toBe('30.03')
  const written = JSON.stringify(SIZE)
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

const cellsOf = (path: string) => {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const columns = head.split(',')
  return lines.map(line => Object.fromEntries(line.split(',').flatMap((cell, i) => (cell === '' ? [] : [[columns[i]!, cell]]))))
}

test('a trial’s tables go through a bundle and lose nothing: every cell, every figure, and the bundle again byte for byte', () => {
  const [first, back, again] = [temporary(), temporary(), temporary()]
  expect(cognate(['trial', 'report', 'examples/trial-crc', '--out', first]).code).toBe(0)
  const read = cognate(['trial', 'tables', join(first, 'fhir-bundle.json'), '--out', back])
  expect(read.code).toBe(0)
  let cells = 0
  for (const domain of ['dm', 'ds', 'ex', 'tu', 'tr', 'ae', 'lb', 'persistence']) {
    const rows = cellsOf(join('examples/trial-crc', `${domain}.csv`))
    expect([domain, cellsOf(join(back, `${domain}.csv`))]).toEqual([domain, rows])
    cells += rows.reduce((sum, row) => sum + Object.keys(row).length, 0)
  }
  expect(cells).toBeGreaterThan(5000)
  cpSync('examples/trial-crc/TRIAL.yaml', join(back, 'TRIAL.yaml'))
  expect(cognate(['trial', 'report', back, '--out', again]).code).toBe(0)
  for (const name of [
    'fhir-bundle.json',
    'report.html',
    'response.tsv',
    'endpoints.tsv',
    'toxicity.tsv',
    'adverse-events.tsv',
    'persistence.tsv',
  ])
    expect([name, readFileSync(join(again, name), 'utf8')]).toEqual([name, readFileSync(join(first, name), 'utf8')])
  const none = cognate(['trial', 'tables', 'package.json', '--out', back])
  expect([none.code, none.err.includes('fhir-resource')]).toEqual([1, true])
})

oracle('public SDTM tables with three readers go through resources and back, cell for cell', () => {
  const tables: TrialTables = Object.fromEntries(
    ['tu', 'tr', 'rs'].map(domain => [
      domain,
      { file: domain, table: value(parseDelimited(readData(`clinical/recist/pharmaverse/${domain}.csv`), { delimiter: ',' })) },
    ]),
  )
  const rowsOf = ({ columns, rows }: Table) =>
    rows.map(({ cells }) => Object.fromEntries(columns.flatMap((name, i) => (cells[i] === '' ? [] : [[name, cells[i]!]]))))
  const subjects = new Map(rowsOf(tables.tu!.table).map(row => [row.USUBJID!, undefined]))
  const dm = { columns: ['USUBJID'], rows: [...subjects.keys()].map((id, i) => ({ line: i + 2, cells: [id] })) }
  const study = rowsOf(tables.tu!.table)[0]!.STUDYID!
  const cut = value(parseDate('2030-01-01'))
  const resources = resourcesOfTables({ ...tables, dm: { file: 'dm', table: dm } }, { study, product: 'X', cut, subjects })
  const fhir = new Fhir()
  const wrong = resources.flatMap(one =>
    fhir
      .validate(JSON.parse(exactJsonText(one)), { errorOnUnexpected: true })
      .messages.filter(message => message.severity === 'error' || message.severity === 'fatal'),
  )
  expect(wrong).toEqual([])
  const bundle = bundleOf([{ resourceType: 'ResearchStudy', id: 'study', identifier: [{ value: study }] }, ...resources])
  const read = tablesOfResources(value(parseFhir(exactJsonText(bundle))))
  for (const domain of ['tu', 'tr', 'rs'] as const) {
    const rows = rowsOf(tables[domain]!.table)
    expect([domain, rows.length > 10, read.tables.get(domain)!.rows]).toEqual([domain, true, rows])
  }
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
  // everybody who was enrolled
  expect(counts.Patient).toBe(9)
  // and the validator refuses what is wrong
  expect(fhir.validate({ resourceType: 'Procedure', id: 'x', status: 'completed' }).valid).toBe(false)
  expect(new Set(bundle.entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`)).size).toBe(bundle.entry.length)
})
