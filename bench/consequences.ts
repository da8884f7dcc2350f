// The consequence engine beside `bcftools csq` on the same VCF: transcripts of a real annotation (GENCODE, chromosome 6) on a seeded genome, variants in and around exons.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { seededRandom } from '@cognate/core/base'
import { parseVcfHeader, parseVcfRecord } from '@cognate/core/format'
import { type AnnotatedRecord, annotateRecords, type TranscriptIndex } from '@cognate/core/variant'
import { readReference } from '../packages/node/src/read/genome.ts'
import { eachLine } from '../packages/node/src/read/text.ts'
import type { Measured } from './regions.ts'

const GTF = 'reference/Homo_sapiens.GENCODE.GRCh37.chr6_chr9.sorted.gtf.gz'

interface Scene {
  readonly folder: string
  readonly gff: string
  readonly fasta: string
  readonly vcf: string
  readonly variants: number
}

/** Ensembl's GFF3 form of the coding transcripts of one chromosome's first bases, so that both programs read one file. */
function gff3(gtf: string, length: number): string {
  const attribute = (text: string, key: string) => new RegExp(`${key} "([^"]*)"`).exec(text)?.[1] ?? ''
  const lines: string[] = ['##gff-version 3']
  const genes = new Set<string>()
  for (const line of gtf.split('\n')) {
    const cells = line.split('\t')
    if (!/^(chr)?6$/.test(cells[0] ?? '') || Number(cells[4]) > length) continue
    const rest = cells[8]!
    if (attribute(rest, 'transcript_type') !== 'protein_coding') continue
    const gene = attribute(rest, 'gene_id')
    const transcript = attribute(rest, 'transcript_id')
    const type = cells[2]!
    const place = (kind: string, phase: string) => ['6', 'seed', kind, cells[3], cells[4], '.', cells[6], phase].join('\t')
    if (type === 'transcript') {
      if (!genes.has(gene)) lines.push(`${place('gene', '.')}\tID=gene:${gene};Name=${attribute(rest, 'gene_name')};biotype=protein_coding`)
      genes.add(gene)
      lines.push(`${place('transcript', '.')}\tID=transcript:${transcript};Parent=gene:${gene};biotype=protein_coding`)
    } else if (type === 'exon') lines.push(`${place('exon', '.')}\tParent=transcript:${transcript}`)
    else if (type === 'CDS') lines.push(`${place('CDS', cells[7]!)}\tParent=transcript:${transcript}`)
    else if (type === 'UTR') lines.push(`${place('three_prime_UTR', '.')}\tParent=transcript:${transcript}`)
  }
  return `${lines.join('\n')}\n`
}

function makeScene(data: string, length: number, variants: number): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-bench-'))
  const random = seededRandom('consequences')
  const bases = new Uint8Array(length)
  for (let i = 0; i < length; i++) bases[i] = 'ACGT'.charCodeAt(random.below(4))
  const fasta = join(folder, 'genome.fa')
  const file = openSync(fasta, 'w')
  writeSync(file, '>6\n')
  for (let at = 0; at < length; at += 60)
    writeSync(file, `${Buffer.from(bases.subarray(at, Math.min(length, at + 60))).toString('latin1')}\n`)
  closeSync(file)
  const gff = join(folder, 'annotation.gff3')
  const annotation = gff3(gunzipSync(readFileSync(join(data, GTF))).toString('latin1'), length)
  writeFileSync(gff, annotation)
  const exons = annotation
    .split('\n')
    .map(line => line.split('\t'))
    .filter(cells => cells[2] === 'exon')
    .map(cells => [Number(cells[3]), Number(cells[4])] as const)
  const rows = new Map<number, string>()
  while (rows.size < variants) {
    const [from, to] = exons[random.below(exons.length)]!
    const position = from - 10 + random.below(to - from + 20)
    if (position < 20 || position > length - 20 || rows.has(position)) continue
    const at = (p: number) => String.fromCharCode(bases[p - 1]!)
    const other = (letter: string) => 'ACGT'.replace(letter, '')[random.below(3)]!
    const kind = random.below(20)
    if (kind < 18) rows.set(position, `${at(position)}\t${other(at(position))}`)
    else if (kind === 18) rows.set(position, `${at(position)}${at(position + 1)}\t${at(position)}`)
    else rows.set(position, `${at(position)}\t${at(position)}${'ACGT'[random.below(4)]}`)
  }
  const vcf = join(folder, 'variants.vcf')
  writeFileSync(
    vcf,
    `##fileformat=VCFv4.2\n##contig=<ID=6,length=${length}>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n${[...rows]
      .sort((a, b) => a[0] - b[0])
      .map(([position, alleles]) => `6\t${position}\t.\t${alleles}\t.\t.\t.\n`)
      .join('')}`,
  )
  return { folder, gff, fasta, vcf, variants }
}

async function recordsOf(vcf: string): Promise<readonly AnnotatedRecord[]> {
  const lines: string[] = []
  await eachLine(vcf, line => {
    lines.push(line)
    return undefined
  })
  const header = parseVcfHeader(lines)
  if (!header.ok) throw new Error(header.issue.what)
  return lines.slice(header.value.lines).map((line, i) => {
    const record = parseVcfRecord(line, i, header.value)
    if (!record.ok) throw new Error(record.issue.what)
    const { chromosome, position, ref, alts } = record.value
    return { chromosome, position, ref, alts, haplotypes: [0] }
  })
}

/** Warm engine, then whole runs of both programs, files included. `length`: bases of the chromosome that are used. */
export async function consequences(data: string, length: number, variants: number): Promise<readonly Measured[]> {
  const scene = makeScene(data, length, variants)
  try {
    const whole = performance.now()
    const read = await readReference(scene.gff, scene.fasta)
    if (!read.ok) throw new Error(read.issue.what)
    const records = await recordsOf(scene.vcf)
    const first = annotateStream(records, read.value.index)
    const wholeSeconds = (performance.now() - whole) / 1000
    const engine = timeEngine(records, read.value.index)
    const rival = timeRival(scene)
    const perVariant = (seconds: number) => `${((1e6 * seconds) / variants).toFixed(1)} µs a variant`
    return [
      { name: 'consequences, warm engine', items: engine.items, unit: 'variants', seconds: engine.seconds, rival: 'limit: 100,000/s' },
      {
        name: 'consequences, cold with files',
        items: first,
        unit: 'variants',
        seconds: wholeSeconds,
        rival:
          rival === undefined
            ? 'bcftools is not installed'
            : `bcftools csq -l: ${rival.toFixed(2)} s, ${perVariant(rival)}; ratio ${(wholeSeconds / rival).toFixed(2)}, warm ${(engine.seconds / rival).toFixed(2)}`,
      },
    ]
  } finally {
    rmSync(scene.folder, { recursive: true, force: true })
  }
}

/** Records go through in batches, as from a stream: what is said of them is not kept. */
const BATCH = 1000

function annotateStream(records: readonly AnnotatedRecord[], index: TranscriptIndex): number {
  let items = 0
  for (let from = 0; from < records.length; from += BATCH)
    for (const text of annotateRecords(records.slice(from, from + BATCH), index, { local: true })) if (text !== '.') items++
  return items
}

function timeEngine(records: readonly AnnotatedRecord[], index: TranscriptIndex): { items: number; seconds: number } {
  const started = performance.now()
  const items = annotateStream(records, index)
  return { items, seconds: (performance.now() - started) / 1000 }
}

function timeRival({ gff, fasta, vcf }: Scene): number | undefined {
  if (spawnSync('bcftools', ['--version']).status !== 0) return undefined
  const run = () =>
    spawnSync('bcftools', ['csq', '-l', '--force', '--ncsq', '200', '-f', fasta, '-g', gff, '-o', '/dev/null', vcf], { stdio: 'ignore' })
  run() // makes the FASTA index
  const started = performance.now()
  return run().status === 0 ? (performance.now() - started) / 1000 : undefined
}
