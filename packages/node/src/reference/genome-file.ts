// The compact form of an annotation with its genome: coding transcripts and the bases around their exons, two bits each. Little-endian;
// magic, length of a JSON head, the head, then the arrays it lists. Written once by `cognate reference add genome`.
import { readFileSync } from 'node:fs'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { SparseGenome, type Transcript, TranscriptIndex } from '@cognate/core/variant'

const MAGIC = 'COGNATEG'
const FORMAT = 1

interface Head {
  readonly format: number
  readonly annotation: string
  readonly genome: string
  readonly chromosomes: readonly {
    readonly key: string
    readonly name: string
    readonly bounds: number
    readonly bases: number
    readonly other: number
    /** Absent where the genome was 2bit, and in files of an older version. */
    readonly refget?: string
  }[]
  /** Texts of the transcripts, column by column. */
  readonly columns: { readonly [K in TextColumn]: readonly string[] }
  readonly flags: readonly number[]
  readonly selenocysteines: Readonly<Record<string, readonly number[]>>
  readonly exonCounts: readonly number[]
  readonly codingCounts: readonly number[]
}

const TEXT_COLUMNS = ['id', 'gene', 'geneId', 'biotype', 'proteinId', 'chromosome', 'tsl'] as const
type TextColumn = (typeof TEXT_COLUMNS)[number]

const CODE = new Int8Array(256).fill(-1)
const LETTERS = 'ACGT'
for (let i = 0; i < 4; i++) CODE[LETTERS.charCodeAt(i)] = i

const flag = (value: boolean | undefined, bit: number): number => (value === undefined ? 0 : value ? 3 << bit : 1 << bit)
const unflag = (bits: number, bit: number): boolean | undefined => (((bits >> bit) & 3) === 0 ? undefined : ((bits >> bit) & 2) !== 0)

export function encodeGenome(
  index: TranscriptIndex,
  genome: SparseGenome,
  sources: { readonly annotation: string; readonly genome: string },
): Uint8Array {
  const transcripts = index.transcripts.filter(transcript => transcript.coding.length > 0)
  const sections: Uint8Array[] = []
  const bytesOf = (array: Int32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  const spans = Int32Array.from(transcripts.flatMap(transcript => [transcript.start, transcript.end]))
  sections.push(bytesOf(spans), bytesOf(joined(transcripts.map(t => t.exons))), bytesOf(joined(transcripts.map(t => t.coding))))
  const chromosomes: Head['chromosomes'][number][] = []
  for (const key of genome.keys) {
    const name = genome.nameOf(key)
    const held = genome.stretches(key)
    if (name === undefined || held === undefined) continue
    const { packed, other } = pack(held.letters)
    chromosomes.push({
      key,
      name,
      bounds: held.bounds.length,
      bases: held.letters.length,
      other: other.length,
      refget: genome.refgetOf(key),
    })
    sections.push(bytesOf(Int32Array.from(held.bounds)), packed, bytesOf(other))
  }
  const columns = Object.fromEntries(TEXT_COLUMNS.map(column => [column, transcripts.map(t => t[column])])) as unknown as Head['columns']
  const head: Head = {
    format: FORMAT,
    ...sources,
    chromosomes,
    columns,
    flags: transcripts.map(
      t =>
        flag(t.forward, 0) |
        flag(t.completeStart, 2) |
        flag(t.completeEnd, 4) |
        flag(t.maneSelect, 6) |
        flag(t.canonical, 8) |
        (t.geneticCode === 2 ? 1 << 10 : 0),
    ),
    selenocysteines: Object.fromEntries(transcripts.flatMap((t, i) => (t.selenocysteines.length > 0 ? [[i, t.selenocysteines]] : []))),
    exonCounts: transcripts.map(t => t.exons.length),
    codingCounts: transcripts.map(t => t.coding.length),
  }
  let json = Buffer.from(JSON.stringify(head))
  json = Buffer.concat([json, Buffer.alloc((4 - (json.length % 4)) % 4, 32)])
  const front = Buffer.alloc(12)
  front.write(MAGIC, 'latin1')
  front.writeUInt32LE(json.length, 8)
  return Buffer.concat([front, json, ...sections.map(aligned)])
}

const aligned = (bytes: Uint8Array): Uint8Array =>
  bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - (bytes.length % 4))])

function joined(arrays: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(arrays.reduce((sum, array) => sum + array.length, 0))
  let at = 0
  for (const array of arrays) {
    out.set(array, at)
    at += array.length
  }
  return out
}

/** Two bits a base; runs of anything else as start, end, letter. */
function pack(letters: Uint8Array): { readonly packed: Uint8Array; readonly other: Int32Array } {
  const packed = new Uint8Array(Math.ceil(letters.length / 4))
  const other: number[] = []
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i]!
    const code = CODE[letter]!
    if (code >= 0) packed[i >> 2]! |= code << (2 * (i & 3))
    else if (other.at(-2) === i && other.at(-1) === letter) other[other.length - 2] = i + 1
    else other.push(i, i + 1, letter)
  }
  return { packed, other: Int32Array.from(other) }
}

/** Four letters of each packed byte. */
const UNPACKED = Uint8Array.from({ length: 1024 }, (_, i) => LETTERS.charCodeAt(((i >> 2) >> (2 * (i & 3))) & 3))

function unpack(packed: Uint8Array, bases: number, other: Int32Array): Uint8Array {
  const words = new Uint32Array(packed.length)
  const table = new Uint32Array(UNPACKED.buffer)
  for (let i = 0; i < packed.length; i++) words[i] = table[packed[i]!]!
  const letters = new Uint8Array(words.buffer, 0, bases)
  for (let i = 0; i < other.length; i += 3) letters.fill(other[i + 2]!, other[i]!, other[i + 1]!)
  return letters
}

export interface OpenedGenome {
  readonly index: TranscriptIndex
  readonly annotation: string
  readonly genome: string
}

/** Errors: `reference-damaged` when the file is not of this form. */
export function openGenome(path: string): Result<OpenedGenome, Issue> {
  const file = readFileSync(path)
  const damaged = (what: string) =>
    fail(inFile(path, issue('reference-damaged', what, 'make it again with `cognate reference add genome`')))
  if (file.length < 12 || file.toString('latin1', 0, 8) !== MAGIC) return damaged('this is no genome reference')
  const length = file.readUInt32LE(8)
  if (12 + length > file.length) return damaged('the file is cut short')
  const head = JSON.parse(file.toString('utf8', 12, 12 + length)) as Head
  if (head.format !== FORMAT) return damaged(`the file has format ${head.format}, this version reads ${FORMAT}`)
  // arrays start at multiples of four of the file; a copy puts them at multiples of four of memory
  const body = new Uint8Array(file.length - 12 - length)
  body.set(file.subarray(12 + length))
  let at = 0
  const take = (bytes: number): Uint8Array => {
    const part = body.subarray(at, at + bytes)
    at += bytes + ((4 - (bytes % 4)) % 4)
    return part
  }
  const integers = (count: number): Int32Array => {
    const part = take(4 * count)
    return new Int32Array(part.buffer, part.byteOffset, count)
  }
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  const count = head.columns.id.length
  const needed = 8 * count + 4 * (total(head.exonCounts) + total(head.codingCounts))
  if (needed > body.length) return damaged('the file is cut short')
  const spans = integers(2 * count)
  const exons = integers(total(head.exonCounts))
  const coding = integers(total(head.codingCounts))
  const parts: { name: string; key: string; refget: string | undefined; bounds: Int32Array; letters: Uint8Array }[] = []
  for (const { key, name, refget, bounds, bases, other } of head.chromosomes) {
    const held = { name, key, bounds: integers(bounds), packed: take(Math.ceil(bases / 4)), other: integers(other) }
    if (at > body.length) return damaged('the file is cut short')
    parts.push({ name, key, refget, bounds: held.bounds, letters: unpack(held.packed, bases, held.other) })
  }
  const genome = new SparseGenome(new Map(parts.map(part => [part.key, part.bounds])))
  for (const part of parts) {
    genome.fill(part.name, part.letters)
    if (part.refget !== undefined) genome.setRefget(part.name, part.refget)
  }
  const transcripts: Transcript[] = []
  let exon = 0
  let piece = 0
  for (let i = 0; i < count; i++) {
    const bits = head.flags[i]!
    const text = (column: TextColumn) => head.columns[column][i]!
    transcripts.push({
      id: text('id'),
      gene: text('gene'),
      geneId: text('geneId'),
      biotype: text('biotype'),
      proteinId: text('proteinId'),
      chromosome: text('chromosome'),
      tsl: text('tsl'),
      forward: unflag(bits, 0) === true,
      start: spans[2 * i]!,
      end: spans[2 * i + 1]!,
      exons: exons.subarray(exon, exon + head.exonCounts[i]!),
      coding: coding.subarray(piece, piece + head.codingCounts[i]!),
      completeStart: unflag(bits, 2) === true,
      completeEnd: unflag(bits, 4) === true,
      geneticCode: (bits & (1 << 10)) !== 0 ? 2 : 1,
      selenocysteines: head.selenocysteines[String(i)] ?? [],
      maneSelect: unflag(bits, 6),
      canonical: unflag(bits, 8),
    })
    exon += head.exonCounts[i]!
    piece += head.codingCounts[i]!
  }
  return ok({ index: new TranscriptIndex(transcripts, genome), annotation: head.annotation, genome: head.genome })
}
