// BAM (with .bai or .csi) and CRAM (with .crai and the genome it was made with) → reads over a place. Left out: unmapped, secondary, supplementary, duplicate and failed reads,
// and mapping quality below 10.
import { existsSync } from 'node:fs'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { chromosomeKey } from '@cognate/core/bio'
import type { AlignedRead } from '@cognate/core/variant'
import { userPath } from './paths.ts'
import { checkFile } from './text.ts'

/** Reads that overlap [start, end), 0-based; undefined: the file has no such chromosome. */
export type ReadsAt = (chromosome: string, start: number, end: number) => Promise<readonly AlignedRead[] | undefined>

export const LEAST_MAPPING_QUALITY = 10
/** unmapped, secondary, failed quality, duplicate, supplementary */
const LEFT_OUT = 0x4 | 0x100 | 0x200 | 0x400 | 0x800

const OPERATIONS = 'MIDNSHP=X'

/** Errors: `alignment-index`, `alignment-damaged`, `cram-needs-genome`, and those of a file. */
export async function openAlignments(path: string, genome?: string): Promise<Result<ReadsAt, Issue>> {
  const full = checkFile(path)
  if (!full.ok) return full
  return path.endsWith('.cram') ? openCram(path, full.value, genome) : openBam(path, full.value)
}

const damaged = (path: string, error: unknown): Issue =>
  inFile(
    path,
    issue('alignment-damaged', error instanceof Error ? error.message : 'it cannot be read', 'check the file with samtools quickcheck'),
  )

const noIndex = (path: string, wanted: string): Issue =>
  inFile(path, issue('alignment-index', `there is no index (${wanted})`, `make one: samtools index ${path}`))

const isUsable = (flags: number, quality: number | undefined): boolean =>
  (flags & LEFT_OUT) === 0 && (quality ?? 255) >= LEAST_MAPPING_QUALITY

async function openBam(path: string, full: string): Promise<Result<ReadsAt, Issue>> {
  const bai = [`${full}.bai`, full.replace(/\.bam$/, '.bai')].find(place => place !== full && existsSync(place))
  const csi = bai === undefined && existsSync(`${full}.csi`) ? `${full}.csi` : undefined
  if (bai === undefined && csi === undefined) return fail(noIndex(path, '.bam.bai or .bam.csi'))
  const { BamFile } = await import('@gmod/bam')
  const file = new BamFile({ bamPath: full, ...(csi === undefined ? { baiPath: bai } : { csiPath: csi }) })
  try {
    await file.getHeader()
  } catch (error) {
    return fail(damaged(path, error))
  }
  const names = new Map((file.indexToChr ?? []).map(({ refName }) => [chromosomeKey(refName), refName]))
  return ok(async (chromosome, start, end) => {
    const name = names.get(chromosomeKey(chromosome))
    if (name === undefined) return undefined
    const records = await file.getRecordsForRange(name, start, end)
    return records
      .filter(record => isUsable(record.flags, record.mq))
      .map(record => ({
        name: record.name,
        start: record.start,
        cigar: Array.from(record.NUMERIC_CIGAR, packed => [packed >>> 4, OPERATIONS[packed & 15]!] as const),
        bases: record.seq,
        qualities: record.qual ?? undefined,
      }))
  })
}

async function openCram(path: string, full: string, genome: string | undefined): Promise<Result<ReadsAt, Issue>> {
  if (!existsSync(`${full}.crai`)) return fail(noIndex(path, '.cram.crai'))
  if (genome === undefined || !existsSync(`${userPath(genome)}.fai`))
    return fail(
      inFile(
        path,
        issue(
          'cram-needs-genome',
          'a CRAM holds differences from its genome, and no indexed genome was given',
          'give --genome with the FASTA it was made with, and its .fai (samtools faidx)',
        ),
      ),
    )
  const [{ CraiIndex, IndexedCramFile }, { IndexedFasta, BgzipIndexedFasta }] = await Promise.all([
    import('@gmod/cram'),
    import('@gmod/indexedfasta'),
  ])
  const fasta = userPath(genome)
  const places = { path: fasta, faiPath: `${fasta}.fai` }
  const bases = /\.b?gz$/.test(fasta) ? new BgzipIndexedFasta({ ...places, gziPath: `${fasta}.gzi` }) : new IndexedFasta(places)
  const names: string[] = []
  const file = new IndexedCramFile({
    cramPath: full,
    index: new CraiIndex({ path: `${full}.crai` }),
    seqFetch: async (id, start, end) => (await bases.getSequence(names[id]!, start - 1, end)) ?? '',
    checkSequenceMD5: false,
  })
  try {
    const header = await file.cram.getSamHeader()
    for (const { tag, data } of header) if (tag === 'SQ') names.push(data.find(item => item.tag === 'SN')?.value ?? '')
  } catch (error) {
    return fail(damaged(path, error))
  }
  const ids = new Map(names.map((name, id) => [chromosomeKey(name), id]))
  return ok(async (chromosome, start, end) => {
    const id = ids.get(chromosomeKey(chromosome))
    if (id === undefined) return undefined
    // one base more on each side: the library leaves out a read whose last base is the first asked for
    const records = await file.getRecordsForRange(id, Math.max(1, start), end + 1)
    return records
      .filter(record => isUsable(record.flags, record.mappingQuality))
      .map(record => ({
        name: record.readName ?? String(record.uniqueId),
        start: record.alignmentStart - 1,
        cigar: cigarOf(record.readLength, record.readFeatures ?? []),
        bases: record.getReadBases() ?? '',
        qualities: record.qualityScores ?? undefined,
      }))
  })
}

interface Feature {
  readonly code: string
  /** 1-based in the read. */
  readonly pos: number
  readonly data: unknown
}

/** Differences from the genome → operations: what no difference names is a match. */
export function cigarOf(readLength: number, features: readonly Feature[]): readonly (readonly [number, string])[] {
  const cigar: [number, string][] = []
  const add = (length: number, operation: string) => {
    const last = cigar.at(-1)
    if (length <= 0) return
    if (last?.[1] === operation) last[0] += length
    else cigar.push([length, operation])
  }
  let at = 1
  for (const { code, pos, data } of features) {
    if (!'IiSDNHP'.includes(code)) continue
    add(pos - at, 'M')
    at = Math.max(at, pos)
    const inRead = code === 'i' ? 1 : code === 'I' || code === 'S' ? String(data).length : 0
    add(inRead > 0 ? inRead : Number(data), code.toUpperCase())
    at += inRead
  }
  add(readLength - at + 1, 'M')
  return cigar
}
