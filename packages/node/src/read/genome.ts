// An annotation and a genome from files: GFF3 or GTF; FASTA plain, gzip or bgzip in one pass, or UCSC 2bit. Only the stretches around exons are kept.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type Caveat, caveat, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { parseGffLine } from '@cognate/core/format'
import { AnnotationBuilder, EXON_FLANK, exonStretches, SparseGenome, TranscriptIndex } from '@cognate/core/variant'
import { RefgetDigest } from './refget.ts'
import { checkFile, eachChunk, eachLine } from './text.ts'

/** More transcripts than this share that contradict themselves: the file is not what it seems. */
const MOST_BROKEN = 0.05

export interface ReadReference {
  readonly index: TranscriptIndex
  readonly genome: SparseGenome
  readonly caveats: readonly Caveat[]
}

export interface ReferenceOptions {
  /** Stretches by chromosome key that are kept beside the exons. */
  readonly further?: ReadonlyMap<string, readonly number[]>
  /** Digest whole chromosomes of a FASTA, for refget accessions: as long again as reading it. */
  readonly digests?: boolean
}

/** Errors: those of the files, `annotation-empty`, `annotation-broken`, `contig-missing` when the two share no chromosome. */
export async function readReference(
  annotation: string,
  genomePath: string,
  { further, digests = false }: ReferenceOptions = {},
): Promise<Result<ReadReference, Issue>> {
  const builder = new AnnotationBuilder()
  let malformed: Issue | undefined
  let bad = 0
  const read = await eachLine(annotation, (line, number) => {
    const feature = parseGffLine(line, number)
    if (!feature.ok) {
      malformed ??= feature.issue
      bad++
    } else if (feature.value !== undefined) builder.add(feature.value)
    return undefined
  })
  if (!read.ok) return read
  const first = builder.finish()
  if (first.transcripts.length === 0)
    return fail(
      inFile(
        annotation,
        malformed ?? issue('annotation-empty', 'the file holds no transcript', 'give GFF3 or GTF of Ensembl, GENCODE or NCBI'),
      ),
    )
  if (first.left.length > MOST_BROKEN * (first.left.length + first.transcripts.length)) {
    const shown = first.left.slice(0, 3).map(row => `${row.id}, line ${row.line}: ${row.reason}`)
    return fail(
      inFile(
        annotation,
        issue(
          'annotation-broken',
          `${first.left.length} transcripts contradict themselves (${shown.join('; ')})`,
          'download the annotation again',
        ),
      ),
    )
  }
  const coding = first.transcripts.filter(transcript => transcript.coding.length > 0)
  const genome = new SparseGenome(exonStretches(coding.length > 0 ? coding : first.transcripts, EXON_FLANK, further))
  const filled = genomePath.endsWith('.2bit') ? fillFromTwoBit(genomePath, genome) : await fillFromFasta(genomePath, genome, digests)
  if (!filled.ok) return filled
  const known = new Set(coding.filter(transcript => genome.nameOf(transcript.chromosome) !== undefined).map(t => t.chromosome))
  const wanted = [...new Set(coding.map(transcript => transcript.chromosome))]
  if (known.size === 0)
    return fail(
      inFile(
        genomePath,
        issue(
          'contig-missing',
          `no chromosome of the annotation (${wanted.slice(0, 5).join(', ')}) is in the genome (${filled.value.slice(0, 5).join(', ')})`,
          'give a genome of the same species and naming',
        ),
      ),
    )
  const finished = builder.finish(genome)
  const transcripts = finished.transcripts.filter(transcript => genome.nameOf(transcript.chromosome) !== undefined)
  const caveats = [...finished.caveats]
  const missing = wanted.filter(name => !known.has(name))
  if (missing.length > 0)
    caveats.push(
      caveat('contig-missing', `${missing.length} chromosomes of the annotation are not in the genome: ${missing.slice(0, 5).join(', ')}`),
    )
  if (bad > 0)
    caveats.push(
      caveat('annotation-lines', `${bad} lines of the annotation could not be read (line ${malformed?.line}: ${malformed?.what})`),
    )
  return ok({ index: new TranscriptIndex(transcripts, genome), genome, caveats })
}

const NEWLINE = 10
const RETURN = 13
const HEADER = 62

/** Names of the file's sequences; with `digests` each wanted one gets its refget accession, which 2bit cannot give: it has no letters but ACGTN. Errors: `fasta-no-header`. */
async function fillFromFasta(path: string, genome: SparseGenome, digests: boolean): Promise<Result<readonly string[], Issue>> {
  const names: string[] = []
  let name = ''
  let wanted = false
  let digest: RefgetDigest | undefined
  const finish = () => {
    if (digest !== undefined) genome.setRefget(name, digest.accession())
  }
  let position = 0
  let header: number[] | undefined
  let orphan = false
  const read = await eachChunk(path, chunk => {
    let at = 0
    while (at < chunk.length) {
      if (header !== undefined || chunk[at] === HEADER) {
        header ??= []
        const end = chunk.indexOf(NEWLINE, at)
        const stop = end < 0 ? chunk.length : end
        header.push(...chunk.subarray(at, stop))
        at = stop
        if (end < 0) break
        finish()
        name = /^>\s*(\S*)/.exec(String.fromCharCode(...header))?.[1] ?? ''
        names.push(name)
        wanted = genome.wants(name)
        digest = wanted && digests ? new RefgetDigest() : undefined
        position = 0
        header = undefined
        at++
        continue
      }
      const end = chunk.indexOf(NEWLINE, at)
      const stop = end < 0 ? chunk.length : end
      const length = stop > at && chunk[stop - 1] === RETURN ? stop - 1 - at : stop - at
      if (names.length === 0 && length > 0) {
        orphan = true
        return false
      }
      if (wanted && length > 0) {
        const letters = chunk.subarray(at, at + length)
        genome.put(name, position, letters)
        digest?.add(letters)
      }
      position += length
      at = stop + 1
    }
    return true
  })
  if (!read.ok) return read
  finish()
  return orphan || names.length === 0
    ? fail(inFile(path, issue('fasta-no-header', 'the first line is not a header', 'give a genome as FASTA or 2bit', 1)))
    : ok(names)
}

const TWO_BIT = 0x1a412743
const LETTERS = Uint8Array.from('TCAG', letter => letter.charCodeAt(0))
const N = 'N'.charCodeAt(0)

/** UCSC 2bit, version 0 (https://genome.ucsc.edu/FAQ/FAQformat.html#format7). Errors: `two-bit-malformed`. */
function fillFromTwoBit(path: string, genome: SparseGenome): Result<readonly string[], Issue> {
  const full = checkFile(path)
  if (!full.ok) return full
  const descriptor = openSync(full.value, 'r')
  try {
    const size = fstatSync(descriptor).size
    const bytes = (at: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length)
      readSync(descriptor, buffer, 0, length, at)
      return buffer
    }
    const bad = (what: string) => fail(inFile(path, issue('two-bit-malformed', what, 'give a .2bit file as made by faToTwoBit')))
    if (size < 16) return bad('the file is too short')
    const head = bytes(0, 16)
    const little = head.readUInt32LE(0) === TWO_BIT
    if (!little && head.readUInt32BE(0) !== TWO_BIT) return bad('the file does not begin with the 2bit signature')
    const number = (buffer: Buffer, at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at))
    const count = number(head, 8)
    const names: string[] = []
    let at = 16
    const entries: { name: string; offset: number }[] = []
    for (let i = 0; i < count; i++) {
      const length = bytes(at, 1)[0]!
      const entry = bytes(at + 1, length + 4)
      if (at + 5 + length > size) return bad('the list of sequences is cut short')
      entries.push({ name: entry.toString('latin1', 0, length), offset: number(entry, length) })
      at += 5 + length
    }
    for (const { name, offset } of entries) {
      names.push(name)
      if (!genome.wants(name)) continue
      const dna = number(bytes(offset, 4), 0)
      const blocks = number(bytes(offset + 4, 4), 0)
      const unknown = bytes(offset + 8, 8 * blocks)
      const masks = number(bytes(offset + 8 + 8 * blocks, 4), 0)
      const packed = offset + 8 + 8 * blocks + 4 + 8 * masks + 4
      if (packed + Math.ceil(dna / 4) > size) return bad(`${name} is cut short`)
      putPacked(name, bytes(packed, Math.ceil(dna / 4)), dna, genome)
      for (let i = 0; i < blocks; i++) {
        const start = number(unknown, 4 * i)
        const length = number(unknown, 4 * (blocks + i))
        for (let from = start; from < start + length; from += 1 << 20)
          genome.put(name, from, new Uint8Array(Math.min(1 << 20, start + length - from)).fill(N))
      }
    }
    return ok(names)
  } finally {
    closeSync(descriptor)
  }
}

function putPacked(name: string, packed: Uint8Array, length: number, genome: SparseGenome): void {
  const run = new Uint8Array(1 << 20)
  for (let from = 0; from < length; from += run.length) {
    const to = Math.min(length, from + run.length)
    for (let b = from; b < to; b++) run[b - from] = LETTERS[(packed[b >> 2]! >> (6 - 2 * (b & 3))) & 3]!
    genome.put(name, from, run.subarray(0, to - from))
  }
}
