import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { eachLine, linePieces, readText } from './text.ts'

const folder = mkdtempSync(join(tmpdir(), 'cognate-'))
const TEXT = 'gene\tvalue\nKRAS\t1\nAnt\u00edgeno\t2\n'
const utf16 = (big: boolean) => {
  const bytes = Buffer.from(`\uFEFF${TEXT}`, 'utf16le')
  return big ? bytes.swap16() : bytes
}
const FORMS: Readonly<Record<string, Uint8Array>> = {
  plain: Buffer.from(TEXT),
  'with a mark': Buffer.from(`\uFEFF${TEXT}`),
  'UTF-16, little end first': utf16(false),
  'UTF-16, big end first': utf16(true),
  'carriage returns alone': Buffer.from(TEXT.replaceAll('\n', '\r')),
  'UTF-16 in gzip': gzipSync(utf16(false)),
}
const file = (bytes: Uint8Array) => {
  const path = join(folder, `${Math.abs(Buffer.from(bytes).readInt32LE(0))}-${bytes.length}`)
  writeFileSync(path, bytes)
  return path
}
const streamed = async (path: string) => {
  const lines: string[] = []
  const read = await eachLine(path, line => {
    lines.push(line)
    return undefined
  })
  return read.ok ? lines : read.issue.code
}
const pieces = async (path: string) => {
  const bytes: Uint8Array[] = []
  for await (const piece of linePieces(path, problem => new Error(problem.code))) bytes.push(piece)
  return Buffer.concat(bytes).toString()
}

describe('a text file, however a spreadsheet saved it', () => {
  test.each(Object.entries(FORMS))('%s: the same text whole, by lines and in pieces', async (_, bytes) => {
    const path = file(bytes)
    expect(value(readText(path))).toBe(TEXT)
    expect(await streamed(path)).toEqual(TEXT.trimEnd().split('\n'))
    expect(await pieces(path)).toBe(TEXT)
  })

  test('what is no UTF-8 has the letters of western Windows', () => {
    expect(value(readText(file(Buffer.from('name\nM\xfcller \x80 5\n', 'latin1'))))).toBe('name\nMüller € 5\n')
  })

  test('lines that end with both stay as they are', () => {
    expect(value(readText(file(Buffer.from('a\r\nb\r\n'))))).toBe('a\r\nb\r\n')
  })

  test('a byte 0 is no text: refused with its line, streamed too', async () => {
    const path = file(Buffer.from('a\tb\n1\t2\n3\0\t4\n'))
    expect(readText(path)).toMatchObject({ ok: false, issue: { code: 'text-damaged', line: 3, file: path } })
    expect(await streamed(path)).toBe('text-damaged')
    await expect(pieces(path)).rejects.toThrow('text-damaged')
  })
})
