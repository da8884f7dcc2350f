// Kinds of attached files: by real beginnings, as the formats' documents give them; what a computer would run is none.
import { expect, test } from 'vitest'
import { FILE_KINDS, kindOfFile } from './file-kind.ts'

const bytes = (...parts: (string | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap(part => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : [...part])))

const GOOD = [
  ['pdf', bytes('%PDF-1.7\n%', [0xe2, 0xe3])],
  ['png', bytes([0x89], 'PNG\r\n', [0x1a], '\n', [0, 0, 0, 13])],
  ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF')],
  ['tiff', bytes('II*', [0, 8, 0, 0, 0])],
  ['tiff', bytes('MM', [0, 42, 0, 0, 0, 8])],
  ['zip', bytes('PK', [3, 4, 20, 0])],
  ['gzip', bytes([0x1f, 0x8b, 8, 0])],
  ['dicom', bytes(new Array<number>(128).fill(0), 'DICM', [2, 0])],
  ['fcs', bytes('FCS3.1          256')],
  ['ab1', bytes('ABIF', [0, 101])],
  ['hl7', bytes([0x0b], 'MSH|^~', [0x5c], '&|LAB', [0x0d, 0x1c, 0x0d])],
  ['text', bytes('plate,well,value\nS1,A1,240\n')],
  ['text', bytes('Temperatur 37 ', [0xb0], 'C in Latin-1')],
  ['text', bytes([0xff, 0xfe], 'a', [0], ',', [0])],
  ['text', bytes('{"schema":"cognate/selection/1","µ":"αβ"}')],
] as const

const BAD: readonly (readonly [string, Uint8Array])[] = [
  ['a Windows program', bytes('MZ', [0x90, 0, 3])],
  ['a Linux program', bytes([0x7f], 'ELF', [2, 1, 1])],
  ['a script', bytes('#!/bin/sh\necho hello\n')],
  ['a class file', bytes([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52])],
  ['text with a NUL', bytes('a,b', [0], '\n')],
  ['a PDF with something before it', bytes([0x00], '%PDF-1.7')],
  ['nothing', bytes()],
]

test('every kind is known by its beginning', () => {
  expect(GOOD.map(([kind, file]) => [kind, kindOfFile(file)])).toEqual(GOOD.map(([kind]) => [kind, kind]))
  expect([...new Set(GOOD.map(([kind]) => kind))].sort()).toEqual([...FILE_KINDS].sort())
})

test('what would run, and what is no clean text, is none', () => {
  expect(BAD.map(([what, file]) => [what, kindOfFile(file)])).toEqual(BAD.map(([what]) => [what, undefined]))
})
