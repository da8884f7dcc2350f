// ABIF Sanger traces (`.ab1`; Applied Biosystems file format, 2006) → base calls and qualities. PBAS2, PCON2 are the base caller's, PBAS1, PCON1 as edited.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface AbifTrace {
  readonly sample: string
  /** The base caller's bases and Phred qualities. */
  readonly bases: string
  readonly qualities: Uint8Array
  /** As edited by a person; undefined when the file has none. */
  readonly edited: string | undefined
}

interface Entry {
  readonly name: string
  readonly number: number
  readonly count: number
  readonly size: number
  readonly offset: number
}

/** Errors: `abif-format` (no ABIF file, or damaged), `abif-no-calls` (a trace without base calls). */
export function parseAbif(bytes: Uint8Array): Result<AbifTrace, Issue> {
  const bad = (what: string) => fail(issue('abif-format', what, 'give the .ab1 file as the sequencer wrote it'))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))
  if (bytes.length < 128 || text(0, 4) !== 'ABIF') return bad('the file does not start with ABIF')
  const count = view.getInt32(18)
  const start = view.getInt32(26)
  if (count < 0 || start < 0 || start + count * 28 > bytes.length) return bad('the directory lies outside the file')
  const entries: Entry[] = []
  for (let i = 0; i < count; i++) {
    const at = start + i * 28
    const size = view.getInt32(at + 16)
    const offset = size <= 4 ? at + 20 : view.getInt32(at + 20)
    if (size < 0 || offset < 0 || offset + size > bytes.length) return bad(`entry ${text(at, 4)} lies outside the file`)
    entries.push({ name: text(at, 4), number: view.getInt32(at + 4), count: view.getInt32(at + 12), size, offset })
  }
  const find = (name: string, number: number) => entries.find(entry => entry.name === name && entry.number === number)
  const letters = (entry: Entry | undefined) => (entry === undefined ? undefined : text(entry.offset, entry.size))
  const called = find('PBAS', 2) ?? find('PBAS', 1)
  const bases = letters(called)
  if (called === undefined || bases === undefined || bases === '')
    return fail(issue('abif-no-calls', 'the trace holds no base calls', 'call the bases first, or give FASTQ'))
  const scores = find('PCON', 2) ?? find('PCON', 1)
  const qualities = scores === undefined ? new Uint8Array(bases.length) : bytes.slice(scores.offset, scores.offset + scores.size)
  const name = find('SMPL', 1)
  return ok({
    sample: name === undefined ? '' : text(name.offset + 1, Math.min(bytes[name.offset] ?? 0, name.size - 1)),
    bases: bases.toUpperCase(),
    qualities: qualities.length === bases.length ? qualities : new Uint8Array(bases.length),
    edited: letters(find('PBAS', 1))?.toUpperCase(),
  })
}
