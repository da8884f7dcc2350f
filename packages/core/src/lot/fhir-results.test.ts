// A laboratory's observations to rows, and each reason to wait.
import { Fhir } from 'fhir'
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { parseFhir } from '../format/index.ts'
import { fhirMappingSchema, fhirResults } from './index.ts'

const TRIAL = 'https://trial.example/subject'
const LOINC = 'http://loinc.org'
const MAPPING = fhirMappingSchema.parse({
  fhir: 'made laboratory',
  subject: { system: TRIAL },
  tests: [
    { code: 'VIAB', test: 'viability' },
    { code: '33855-3', system: LOINC, test: 'endotoxin' },
    { code: 'MYCO', test: 'mycoplasma' },
  ],
  units: { PERCENT: '%' },
  words: { ND: 'not detected', 'No growth': 'no growth' },
  leave_out: ['COMMENT'],
})
const PATIENT = {
  resourceType: 'Patient',
  id: 'p',
  identifier: [
    { system: TRIAL, value: 'ST1-001' },
    { system: 'https://hospital.example/mrn', value: '4711' },
  ],
}
const SPECIMEN = { resourceType: 'Specimen', id: 's', identifier: [{ value: 'V1' }], accessionIdentifier: { value: 'A-9' } }
const VIABLE = {
  resourceType: 'Observation',
  id: 'viable',
  status: 'final',
  code: { coding: [{ system: 'https://lab.example/tests', code: 'VIAB' }] },
  subject: { reference: 'Patient/p' },
  specimen: { reference: 'Specimen/s' },
  effectiveDateTime: '2026-03-24T09:30:00+01:00',
  valueQuantity: { value: 91.5, unit: 'PERCENT' },
  device: { display: 'CYTO-2' },
}
const text = (resources: readonly unknown[]) =>
  JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: resources.map(resource => ({ resource })) })
const results = (observations: readonly unknown[], mapping = MAPPING, others: readonly unknown[] = [PATIENT, SPECIMEN]) =>
  fhirResults(value(parseFhir(text([...others, ...observations]).replaceAll('"0.10"', '0.10'))), mapping)
const cellsOf = ({ table }: ReturnType<typeof results>) =>
  table.rows.map(row => Object.fromEntries(table.columns.map((name, i) => [name, row.cells[i]])))
const codes = (read: ReturnType<typeof results>) => read.waiting.map(({ issue }) => issue.code)

const ENDOTOXIN = {
  ...VIABLE,
  id: 'endotoxin',
  code: { coding: [{ system: LOINC, code: '33855-3' }] },
  valueQuantity: { value: 0.25, comparator: '<', unit: 'endotoxin units', system: 'http://unitsofmeasure.org', code: '[EU]/mL' },
}
const { valueQuantity: _quantity, ...VALUELESS } = VIABLE
const MYCOPLASMA = {
  ...VALUELESS,
  id: 'mycoplasma',
  code: { coding: [{ code: 'MYCO' }] },
  valueCodeableConcept: { coding: [{ code: 'L-17', display: 'Not detected' }], text: 'ND' },
}
const COMMENT = { ...VALUELESS, id: 'comment', code: { coding: [{ code: 'COMMENT' }] }, valueString: 'clear' }

test('a final observation is a row with its sample, subject, unit, time and instrument; every digit stays', () => {
  const read = results([{ ...VIABLE, valueQuantity: { value: '0.10', unit: 'PERCENT' } }, ENDOTOXIN, MYCOPLASMA, COMMENT])
  expect([read.waiting, read.leftOut]).toEqual([[], 1])
  expect(cellsOf(read)).toMatchObject([
    {
      sample: 'V1',
      result: '0.10',
      unit: '%',
      tested_at: '2026-03-24T09:30:00+01:00',
      test: 'viability',
      subject: 'ST1-001',
      instrument: 'CYTO-2',
    },
    // the coded unit counts, not the one for reading
    { result: '<0.25', unit: '[EU]/mL', test: 'endotoxin' },
    // known by its text, though neither code nor display is
    { result: 'not detected', unit: 'text', test: 'mycoplasma' },
  ])
})

test('the observations are valid by the R4 definitions', () => {
  const fhir = new Fhir()
  for (const one of [VIABLE, ENDOTOXIN, MYCOPLASMA, COMMENT, PATIENT, SPECIMEN]) {
    const { messages } = fhir.validate(one, { errorOnUnexpected: true })
    expect(messages.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([])
  }
})

test('sample and subject may be named without a resource, or by accession; components have codes and values of their own', () => {
  const named = { ...VIABLE, specimen: { identifier: { value: 'V7' } }, subject: { identifier: { system: TRIAL, value: 'ST1-002' } } }
  expect(cellsOf(results([named], MAPPING, []))).toMatchObject([{ sample: 'V7', subject: 'ST1-002' }])
  expect(cellsOf(results([VIABLE], { ...MAPPING, sample: 'accession', subject: 'not-sent' }))).toMatchObject([
    { sample: 'A-9', subject: '' },
  ])
  const component = [VIABLE, ENDOTOXIN].map(({ code, valueQuantity }) => ({ code, valueQuantity }))
  expect(cellsOf(results([{ ...VALUELESS, component }])).map(row => [row.test, row.result])).toEqual([
    ['viability', '91.5'],
    ['endotoxin', '<0.25'],
  ])
})

test('a panel is its members, all of them', () => {
  const panel = { ...VALUELESS, id: 'panel', hasMember: [{ reference: 'Observation/viable' }] }
  expect(codes(results([panel, VIABLE]))).toEqual([])
  expect(codes(results([{ ...panel, hasMember: [...panel.hasMember, { reference: 'Observation/gone' }] }, VIABLE]))).toEqual([
    'fhir-member',
  ])
})

const extension = [{ url: 'https://lab.example/not', valueBoolean: true }]
test.each([
  ['nothing observed', 'fhir-empty', []],
  ['labelled as test data', 'fhir-not-production', [{ ...VIABLE, meta: { security: [{ code: 'HTEST' }] } }]],
  ['an element that changes the meaning', 'fhir-modifier', [{ ...VIABLE, modifierExtension: extension }]],
  ['one in a component', 'fhir-modifier', [{ ...VALUELESS, component: [{ ...ENDOTOXIN, modifierExtension: extension }] }]],
  ['rules that are not known', 'fhir-modifier', [{ ...VIABLE, implicitRules: 'https://lab.example/rules' }]],
  ['preliminary', 'fhir-not-final', [{ ...VIABLE, status: 'preliminary' }]],
  ['corrected', 'fhir-not-final', [{ ...VIABLE, status: 'corrected' }]],
  ['no status', 'fhir-not-final', [{ ...VIABLE, status: undefined }]],
  ['no specimen', 'fhir-no-sample', [{ ...VIABLE, specimen: undefined }]],
  ['a specimen of two ids', 'fhir-samples', [{ ...VIABLE, specimen: { reference: 'Specimen/s', identifier: { value: 'V2' } } }]],
  ['a code that nobody mapped', 'fhir-code', [{ ...VIABLE, code: { text: 'Viability' } }]],
  ['a code of another system', 'fhir-code', [{ ...ENDOTOXIN, code: { coding: [{ code: '33855-3' }] } }]],
  ['no id of the trial', 'fhir-no-subject', [{ ...VIABLE, subject: { identifier: { value: 'ST1-001' } } }]],
  ['no value', 'fhir-value', [VALUELESS]],
  ['a reason for none', 'fhir-value', [{ ...VIABLE, dataAbsentReason: { text: 'clotted' } }]],
  ['a range', 'fhir-value', [{ ...VALUELESS, valueRange: { low: { value: 1 } } }]],
  ['a limit that is included', 'fhir-value', [{ ...VIABLE, valueQuantity: { value: 5, comparator: '<=' } }]],
  ['an answer that nobody mapped', 'fhir-word', [{ ...VALUELESS, valueString: 'fine' }]],
  ['no time', 'fhir-time', [{ ...VIABLE, effectiveDateTime: undefined }]],
  ['a day for a time', 'fhir-time', [{ ...VIABLE, effectiveDateTime: '2026-03-24' }]],
  ['the same twice', 'fhir-twice', [VIABLE, VIABLE]],
])('%s waits', (_what, code, observations) => {
  const read = results(observations)
  expect(codes(read)).toEqual([code])
  expect(read.waiting.every(({ issue, line }) => issue.what.length > 10 && issue.remedy.length > 3 && line === issue.line)).toBe(true)
})
