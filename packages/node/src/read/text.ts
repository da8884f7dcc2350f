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

/** All of standard input, inflated when it is gzip. */
export async function readStandardInput(): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  const bytes = Buffer.concat(chunks)
  return new TextDecoder().decode(isGzip(bytes) ? gunzipSync(bytes) : bytes)
}

export function readText(path: string): Result<string, Issue> {
  const bytes = readBytes(path)
  return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : bytes
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

/** Feeds a file's bytes to a consumer that returns false to stop early. Errors: `gzip-truncated` and those of `checkFile`. */
export async function eachChunk(path: string, consume: (chunk: Uint8Array) => boolean): Promise<Result<undefined, Issue>> {
  const stream = openBytes(path)
  if (!stream.ok) return stream
  try {
    for await (const chunk of stream.value) {
      if (!consume(chunk as Uint8Array)) break
    }
  } catch {
    return fail(truncated(path))
  } finally {
    stream.value.destroy()
  }
  return ok(undefined)
}

/** Pieces of about CHUNK bytes that end with a line's end, of a file or of standard input (`-`). Throws an issue's fault through `refuse`. */
export async function* linePieces(path: string, refuse: (problem: Issue) => Error): AsyncGenerator<Uint8Array> {
  const stream = path === '-' ? ok(process.stdin as Readable) : openBytes(path)
  if (!stream.ok) throw refuse(stream.issue)
  let rest: Uint8Array[] = []
  try {
    for await (const chunk of stream.value) {
      const bytes = chunk as Uint8Array
      const end = bytes.lastIndexOf(10) + 1
      if (end > 0) {
        yield Buffer.concat([...rest, bytes.subarray(0, end)])
        rest = []
      }
      if (end < bytes.length) rest.push(bytes.subarray(end))
    }
  } catch (error) {
    throw (error as { code?: string }).code?.startsWith('Z_') === true ? refuse(truncated(path)) : error
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
