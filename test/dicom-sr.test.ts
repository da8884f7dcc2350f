// Measurements of a public structured report: in pixels, so refused; the same report with its unit codes set to mm and to cm, byte for byte the rest, read exactly.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { data, oracle } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const PATIENT = 'PD-1-Lung-00018'

/** The report with another code value in its unit sequences: two bytes each, so that nothing moves. */
function withUnit(unit: string): Buffer {
  const bytes = readFileSync(data('clinical/dicom-sr/sample-sr.dcm'))
  // code value (0008,0100) SH of two bytes, "1 ", before the scheme UCUM
  const needle = Buffer.from([0x08, 0x00, 0x00, 0x01, 0x53, 0x48, 0x02, 0x00, 0x31, 0x20])
  let found = 0
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    if (!bytes.subarray(at, at + 24).includes('UCUM')) continue
    bytes.write(unit, at + 8, 'latin1')
    found++
  }
  expect(found).toBe(2)
  return bytes
}

oracle('pixels are refused with the unit shown; millimetres and centimetres are read to a hundredth, with tracking ids and images', () => {
  const folder = temporary()
  const read = (name: string, unit: string | undefined, patient = PATIENT) => {
    const path = unit === undefined ? data('clinical/dicom-sr/sample-sr.dcm') : join(folder, name)
    if (unit !== undefined) writeFileSync(path, withUnit(unit))
    return cognate(['response', 'sr', path, '--patient', patient])
  }
  const pixels = read('px.dcm', undefined)
  expect([pixels.code, pixels.err.includes('sr-unit'), pixels.err.includes('px')]).toEqual([1, true, true])
  const cells = (out: string) => out.trim().split('\n')[1]!.split('\t')
  const mm = read('mm.dcm', 'mm')
  expect([mm.code, ...cells(mm.out).slice(3, 5)]).toEqual([0, '64.45', '42.97'])
  expect(cells(mm.out)[1]).toContain('Bidirectional')
  expect(cells(mm.out)[6]).toMatch(/^1\.3\.6\.1\.4\.1\.14519[\d.]+$/)
  expect(cells(read('cm.dcm', 'cm').out).slice(3, 5)).toEqual(['644.51', '429.67'])
  const other = read('other.dcm', 'mm', 'somebody else')
  expect([other.code, other.err.includes('sr-patient'), other.out]).toEqual([1, true, ''])
})

test('a file that is no structured report is refused by name', () => {
  const run = cognate(['response', 'sr', 'README.md', '--patient', 'x'])
  expect([run.code, run.err.includes('sr-file')]).toEqual([1, true])
})
