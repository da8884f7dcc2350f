// A laboratory's messages to rows, and each reason to wait.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { value } from '../../../../test/oracle.ts'
import { parseHl7 } from '../format/index.ts'
import { hl7MappingSchema, hl7Results } from './index.ts'

const MAPPING = hl7MappingSchema.parse({
  hl7: 'made laboratory',
  subject: { authority: 'TRIAL' },
  tests: [
    { code: 'VIAB', test: 'viability' },
    { code: '33855-3', system: 'LN', test: 'endotoxin' },
    { code: 'MYCO', test: 'mycoplasma' },
  ],
  units: { PERCENT: '%' },
  words: { ND: 'not detected', 'No growth': 'no growth' },
  leave_out: ['COMMENT'],
})
const HEADER = 'MSH|^~\\&|LAB|SITE|COGNATE|GMP|20260324101500+0100||ORU^R01^ORU_R01|M1|P|2.5.1'
const PERSON = 'PID|1||ST1-001^^^TRIAL^PI~4711^^^HOSP^MR'
const ORDER = 'OBR|1|P-77|F-88|CELLS'
const SPECIMEN = 'SPM|1|V1&LIS^X'
const VIABLE = 'OBX|1|NM|VIAB^Viability^L||91.5|PERCENT|||||F|||202603240930||||CYTO-2'

const results = (lines: readonly string[], mapping = MAPPING) => hl7Results(value(parseHl7(lines.join('\r'))), mapping)
const cellsOf = ({ table }: ReturnType<typeof results>) =>
  table.rows.map(row => Object.fromEntries(table.columns.map((name, i) => [name, row.cells[i]])))

test('a final observation is a row with its sample, subject, unit, time and instrument', () => {
  const read = results([
    HEADER,
    PERSON,
    ORDER,
    VIABLE,
    'OBX|2|SN|ENDO^Endotoxin^L^33855-3^Endotoxin^LN||<^0.25|EU/mL|||||F|||20260324080000|||||20260324111500+0200',
    'OBX|3|CWE|MYCO||ND^Not detected^L||||||F|||202603240930',
    'OBX|4|ST|COMMENT||clear||||||F',
    SPECIMEN,
  ])
  expect([read.waiting, read.leftOut]).toEqual([[], 1])
  expect(cellsOf(read)).toMatchObject([
    {
      sample: 'V1',
      result: '91.5',
      unit: '%',
      tested_at: '2026-03-24T09:30:00+01:00',
      test: 'viability',
      subject: 'ST1-001',
      instrument: 'CYTO-2',
    },
    // the time of the analysis counts before that of the observation
    { result: '<0.25', unit: 'EU/mL', tested_at: '2026-03-24T11:15:00+02:00', test: 'endotoxin' },
    { result: 'not detected', unit: 'text', test: 'mycoplasma' },
  ])
  expect(read.table.rows.map(({ line }) => line)).toEqual([4, 5, 6])
})

test('two orders of one message keep their own samples; the sample may be the number of the order', () => {
  const two = [HEADER, PERSON, ORDER, VIABLE, SPECIMEN, 'OBR|2|P-78|F-89', VIABLE, 'SPM|1|V2']
  expect(cellsOf(results(two)).map(row => row.sample)).toEqual(['V1', 'V2'])
  expect(cellsOf(results(two, { ...MAPPING, sample: 'OBR-3' })).map(row => row.sample)).toEqual(['F-88', 'F-89'])
  expect(cellsOf(results(two, { ...MAPPING, subject: 'not-sent' })).map(row => row.subject)).toEqual(['', ''])
})

const observation = (...changes: readonly (readonly [number, string])[]) => {
  const fields = VIABLE.split('|')
  for (const [at, text] of changes) fields[at] = text
  return fields.join('|')
}

test.each([
  ['the message is a test of the interface', 'hl7-not-production', [HEADER.replace('|P|', '|T|'), PERSON, ORDER, VIABLE, SPECIMEN]],
  ['the message is no result', 'hl7-type', [HEADER.replace('ORU^R01', 'ADT^A01'), PERSON, ORDER, VIABLE, SPECIMEN]],
  ['the message holds nothing', 'hl7-empty', [HEADER, PERSON]],
  ['an observation of no order', 'hl7-no-order', [HEADER, PERSON, VIABLE, SPECIMEN]],
  ['preliminary', 'hl7-not-final', [HEADER, PERSON, ORDER, observation([11, 'P']), SPECIMEN]],
  ['corrected', 'hl7-not-final', [HEADER, PERSON, ORDER, observation([11, 'C']), SPECIMEN]],
  ['no status', 'hl7-not-final', [HEADER, PERSON, ORDER, observation([11, '']), SPECIMEN]],
  ['no specimen', 'hl7-no-sample', [HEADER, PERSON, ORDER, VIABLE]],
  ['two specimens', 'hl7-samples', [HEADER, PERSON, ORDER, VIABLE, SPECIMEN, 'SPM|2|V2']],
  ['a code that nobody mapped', 'hl7-code', [HEADER, PERSON, ORDER, observation([3, 'ALB^Albumin^L']), SPECIMEN]],
  ['a code of another system', 'hl7-code', [HEADER, PERSON, ORDER, observation([3, '33855-3^Endotoxin^L']), SPECIMEN]],
  ['no id of the trial', 'hl7-no-subject', [HEADER, 'PID|1||4711^^^HOSP^MR', ORDER, VIABLE, SPECIMEN]],
  ['two ids of the trial', 'hl7-no-subject', [HEADER, `${PERSON}~ST1-002^^^TRIAL^PI`, ORDER, VIABLE, SPECIMEN]],
  ['two values', 'hl7-value', [HEADER, PERSON, ORDER, observation([5, '91~92']), SPECIMEN]],
  ['a titre', 'hl7-value', [HEADER, PERSON, ORDER, observation([2, 'SN'], [5, '^1^:^128']), SPECIMEN]],
  ['a limit that is included', 'hl7-value', [HEADER, PERSON, ORDER, observation([2, 'SN'], [5, '<=^5']), SPECIMEN]],
  ['an attached document', 'hl7-value', [HEADER, PERSON, ORDER, observation([2, 'ED'], [5, '^application^pdf^Base64^JVBERi0=']), SPECIMEN]],
  ['an answer that nobody mapped', 'hl7-word', [HEADER, PERSON, ORDER, observation([2, 'ST'], [3, 'MYCO'], [5, 'negative']), SPECIMEN]],
  ['no time', 'hl7-time', [HEADER, PERSON, ORDER, observation([14, '']), SPECIMEN]],
  ['a day', 'hl7-time', [HEADER, PERSON, ORDER, observation([14, '20260324']), SPECIMEN]],
  ['no zone anywhere', 'hl7-time', [HEADER.replace('+0100', ''), PERSON, ORDER, VIABLE, SPECIMEN]],
])('waits: %s', (_, code, lines) => {
  const read = results(lines)
  expect([cellsOf(read), read.waiting.map(({ issue }) => issue.code)]).toEqual([[], [code]])
  expect(read.waiting[0]!.line).toBeGreaterThan(0)
})

test('a message that is sent twice is taken once', () => {
  const message = [HEADER, PERSON, ORDER, VIABLE, SPECIMEN]
  const read = results([...message, ...message])
  expect([read.table.rows.length, read.waiting.map(({ line, issue }) => [line, issue.code])]).toEqual([1, [[6, 'hl7-twice']]])
})

test('the mapping that the documentation shows is one', () => {
  const [, shown] = /```yaml\n(hl7: [\s\S]*?)```/.exec(readFileSync(new URL('../../../../docs/record.md', import.meta.url), 'utf8'))!
  const mapping = hl7MappingSchema.parse(parse(shown!))
  expect([mapping.sample, mapping.subject, mapping.tests.length, mapping.units, mapping.words]).toEqual([
    'SPM-2',
    { authority: 'TRIAL-7' },
    2,
    { PERCENT: '%' },
    { ND: 'not detected' },
  ])
})
