import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { hl7Instant, isHl7, parseHl7 } from './index.ts'

const HEADER = 'MSH|^~\\&|LAB|SITE|COGNATE|GMP|20260324101500+0100||ORU^R01^ORU_R01|M1|P|2.5.1'

test('segments, repetitions, components and subcomponents by the separators of the header; null reads as empty', () => {
  const [message] = value(parseHl7(`${HEADER}\rPID|1||ST1-001^^^TRIAL^PI~99^^^HOSP^MR||""\rSPM|1|S1&LIS^F1&LAB\r`))
  const [header, person, specimen] = message!.segments
  expect([header!.field(1), header!.field(2), header!.part(9, 2), header!.part(11)]).toEqual(['|', '^~\\&', 'R01', 'P'])
  expect([person!.repetitions(3), person!.part(3, 1, 1, 2), person!.part(3, 5, 1, 2), person!.part(5), person!.repetitions(9)]).toEqual([
    2,
    '99',
    'MR',
    '',
    0,
  ])
  expect([specimen!.part(2), specimen!.part(2, 1, 2), specimen!.part(2, 2, 2), specimen!.line]).toEqual(['S1', 'LIS', 'LAB', 3])
})

test('other separators, frames, batches, line ends of every kind and escape sequences', () => {
  const other = '\u000bMSH*:+!%*LAB\r\nNTE*1**a!F!b!S!c!T!d!R!e!E!f!X0D!g!H!h!N!i!.br!j!Zx!k!\r\n\u001c\r\n'
  const messages = value(parseHl7(`FHS|^~\\&\nBHS|^~\\&\n${HEADER}\nBTS|1\n${other}FTS|1`))
  expect(messages.map(({ line, segments }) => [line, segments.map(segment => segment.name)])).toEqual([
    [3, ['MSH']],
    [5, ['MSH', 'NTE']],
  ])
  expect(messages[1]!.segments[1]!.part(3)).toBe('a*b:c%d+e!f\rghi\nj!Zx!k!')
})

test.each([
  ['PID|1', 'hl7-no-header', 1],
  ['', 'hl7-no-header', 1],
  ['MSH|', 'hl7-separators', 1],
  ['MSH|^^\\&|A', 'hl7-separators', 1],
  [`${HEADER}\nOBX|1|TX|1||first line\nsecond line`, 'hl7-segment', 3],
])('%j is refused: %s, line %d', (text, code, line) => {
  expect(parseHl7(text)).toMatchObject({ ok: false, issue: { code, line } })
})

test('a time is whole and has a zone, its own or that of the message', () => {
  expect(hl7Instant('20260324093000.5+0100')).toBe('2026-03-24T09:30:00.5+01:00')
  expect(hl7Instant('202603240930', '20260324101500-0500')).toBe('2026-03-24T09:30:00-05:00')
  expect([hl7Instant('20260324'), hl7Instant('202603240930'), hl7Instant('202603240930', '202603241015'), hl7Instant('')]).toEqual(
    Array.from({ length: 4 }, () => undefined),
  )
})

test('a table is no message', () => {
  expect([isHl7(HEADER), isHl7(`\u000b${HEADER}`), isHl7('FHS|^~\\&'), isHl7('sample,result'), isHl7('MSHX,B')]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
