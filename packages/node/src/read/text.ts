// Files to text or bytes, plain, gzip or BGZF by their first bytes. Faults come back as issues that name the file.
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, gunzipSync, type ZlibOptions } from 'node:zlib'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { userPath } from './paths.ts'

/** Inflate reads and writes in pieces of this size: several times faster than the default. */
export const CHUNK = 1 << 20

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Errors: `file-missing`, `file-is-folder`. */
export function checkFile(path: string): Result<string, Issue> {
  const full = userPath(path)
  if (!existsSync(full))
    return fail(
      inFile(path, issue('file-missing', 'there is no such file', 'check the path; paths in CASE.yaml are relative to that file')),
    )
  if (statSync(full).isDirectory())
    return fail(inFile(path, issue('file-is-folder', 'this is a folder, a file was expected', 'name a file in it')))
  return ok(full)
}

const truncated = (path: string): Issue =>
  inFile(path, issue('gzip-truncated', 'the compressed file ends too early or is damaged', 'copy the file again and compare its checksum'))

export function readBytes(path: string): Result<Uint8Array, Issue> {
  const full = checkFile(path)
  if (!full.ok) return full
  const bytes = readFileSync(full.value)
  if (!isGzip(bytes)) return ok(bytes)
  try {
    return ok(gunzipSync(bytes, { chunkSize: CHUNK }))
  } catch {
    return fail(truncated(path))
  }
}

/** A spreadsheet's "Unicode text" is UTF-16, and says so in its first two bytes. */
const encodingOf = (bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' =>
  bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'

const damaged = (line: number | undefined): Issue =>
  issue('text-damaged', 'a byte 0 stands here: the file is damaged, or no text', 'copy the file again, or save it as UTF-8 text', line)

/** Lines that end with a carriage return alone (a spreadsheet's "CSV (Macintosh)") end as all others do. */
const withLineFeeds = (text: string): string => (text.includes('\n') ? text : text.replaceAll('\r', '\n'))

/** What is no UTF-8 is what spreadsheets of western Windows write by default. */
function letters(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Bytes to text: UTF-8, UTF-16 with its mark, or Windows-1252. Errors: `text-damaged`. */
function decodeText(bytes: Uint8Array): Result<string, Issue> {
  const text = withLineFeeds(letters(bytes))
  const zero = text.indexOf('\0')
  return zero < 0 ? ok(text) : fail(damaged(text.slice(0, zero).split('\n').length))
}

/** All of standard input, inflated when it is gzip. Errors: those of `decodeText`. */
export async function readStandardInput(): Promise<Result<string, Issue>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  const bytes = Buffer.concat(chunks)
  try {
    return decodeText(isGzip(bytes) ? gunzipSync(bytes) : bytes)
  } catch {
    return fail(truncated('-'))
  }
}

/** Errors: those of `readBytes` and `decodeText`. */
export function readText(path: string): Result<string, Issue> {
  const bytes = readBytes(path)
  if (!bytes.ok) return bytes
  const text = decodeText(bytes.value)
  return text.ok ? text : fail(inFile(path, text.issue))
}

/** A whole file through a parser, whose issue then names the file. Errors: those of the file and of `parse`. */
export function readParsed<T>(path: string, parse: (text: string) => Result<T, Issue>): Result<T, Issue> {
  const text = readText(path)
  if (!text.ok) return text
  const parsed = parse(text.value)
  return parsed.ok ? parsed : fail(inFile(path, parsed.issue))
}

/** Bytes of a file in order, inflated when it is gzip; ends with a throw when the compressed file is damaged. Errors: those of `checkFile`. */
export function openBytes(path: string): Result<Readable, Issue> {
  const full = checkFile(path)
  if (!full.ok) return full
  const head = new Uint8Array(2)
  const descriptor = openSync(full.value, 'r')
  readSync(descriptor, head)
  closeSync(descriptor)
  const file = createReadStream(full.value, { highWaterMark: CHUNK })
  if (!isGzip(head)) return ok(file)
  // room for several pieces: inflating goes on while the consumer reads
  const gunzip = createGunzip({ chunkSize: CHUNK, readableHighWaterMark: 8 * CHUNK } as ZlibOptions)
  file.on('error', error => gunzip.destroy(error))
  gunzip.on('close', () => file.destroy())
  return ok(file.pipe(gunzip))
}

/**
 * A stream's bytes as UTF-8 lines: UTF-16 with its mark is turned into it, a mark of UTF-8 is left away, and lines that end with a carriage return alone end
 * with a line feed, as in `decodeText`. Throws `DamagedText` at a byte 0.
 */
async function* asLines(stream: Readable): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let old = false
  let first = true
  for await (const piece of stream) {
    let bytes = piece as Uint8Array
    if (first) {
      const encoding = encodingOf(bytes)
      if (encoding !== 'utf-8') decoder = new TextDecoder(encoding)
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    }
    if (decoder !== undefined) bytes = Buffer.from(decoder.decode(bytes, { stream: true }))
    if (first) old = bytes.subarray(0, -1).includes(13) && !bytes.includes(10)
    first = false
    if (bytes.includes(0)) throw new DamagedText()
    if (old) for (let i = bytes.indexOf(13); i >= 0; i = bytes.indexOf(13, i)) bytes[i] = 10
    yield bytes
  }
}

class DamagedText extends Error {}

const streamFault = (error: unknown, path: string): Issue | undefined =>
  error instanceof DamagedText
    ? inFile(path, damaged(undefined))
    : (error as { code?: string }).code?.startsWith('Z_') === true
      ? truncated(path)
      : undefined

/** Feeds a text file's bytes to a consumer that returns false to stop early. Errors: `gzip-truncated`, `text-damaged` and those of `checkFile`. */
export async function eachChunk(path: string, consume: (chunk: Uint8Array) => boolean): Promise<Result<undefined, Issue>> {
  const stream = openBytes(path)
  if (!stream.ok) return stream
  try {
    for await (const chunk of asLines(stream.value)) {
      if (!consume(chunk)) break
    }
  } catch (error) {
    const fault = streamFault(error, path)
    if (fault === undefined) throw error
    return fail(fault)
  } finally {
    stream.value.destroy()
  }
  return ok(undefined)
}

/** Pieces of about CHUNK bytes that end with a line's end, of a text file or of standard input (`-`). Throws an issue's fault through `refuse`. */
export async function* linePieces(path: string, refuse: (problem: Issue) => Error): AsyncGenerator<Uint8Array> {
  const stream = path === '-' ? ok(process.stdin as Readable) : openBytes(path)
  if (!stream.ok) throw refuse(stream.issue)
  let rest: Uint8Array[] = []
  try {
    for await (const bytes of asLines(stream.value)) {
      const end = bytes.lastIndexOf(10) + 1
      if (end > 0) {
        yield Buffer.concat([...rest, bytes.subarray(0, end)])
        rest = []
      }
      if (end < bytes.length) rest.push(bytes.subarray(end))
    }
  } catch (error) {
    const fault = streamFault(error, path)
    throw fault === undefined ? error : refuse(fault)
  } finally {
    stream.value.destroy()
  }
  if (rest.length > 0) yield Buffer.concat(rest)
}

/** Lines of a file without their ends, numbered from 1; the consumer returns an issue to stop. */
export async function eachLine(
  path: string,
  consume: (line: string, number: number) => Issue | undefined,
): Promise<Result<undefined, Issue>> {
  const decoder = new TextDecoder()
  let rest = ''
  let number = 0
  let stopped: Issue | undefined
  const take = (line: string): boolean => {
    stopped = consume(line.endsWith('\r') ? line.slice(0, -1) : line, ++number)
    return stopped === undefined
  }
  const read = await eachChunk(path, chunk => {
    const text = rest + decoder.decode(chunk, { stream: true })
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (!take(text.slice(from, end))) return false
      from = end + 1
    }
    rest = text.slice(from)
    return true
  })
  if (!read.ok) return read
  if (stopped === undefined && rest !== '') take(rest)
  return stopped === undefined ? ok(undefined) : fail(inFile(path, stopped))
}
