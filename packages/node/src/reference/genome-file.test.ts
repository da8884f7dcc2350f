import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sha512t24u } from '@cognate/core/format'
import { expect, test } from 'vitest'
import { cognate } from '../../../../test/run-cli.ts'
import { readReference } from '../read/genome.ts'
import { encodeGenome, openGenome } from './genome-file.ts'

const SEQUENCE = `${'ACGTN'.repeat(20)}${'A'.repeat(20)}ATGGCTGGGTTTCAAGACTAA${'C'.repeat(200)}`
const GFF = [
  '##gff-version 3',
  'chr1\tt\tgene\t111\t160\t.\t+\t.\tID=gene:G;Name=MADE;biotype=protein_coding',
  'chr1\tt\ttranscript\t111\t160\t.\t+\t.\tID=transcript:T.1;Parent=gene:G;biotype=protein_coding;tag=MANE_Select;transcript_support_level=1',
  'chr1\tt\texon\t111\t160\t.\t+\t.\tParent=transcript:T.1',
  'chr1\tt\tCDS\t121\t141\t.\t+\t0\tParent=transcript:T.1;protein_id=P.1',
  '',
].join('\n')
const VCF = `##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n1\t127\t.\tG\tT\t.\tPASS\t.\tGT:AD:DP:AF\t0/1:50,50:100:0.5\n`

function folder() {
  const made = mkdtempSync(join(tmpdir(), 'cognate-genome-'))
  const path = (name: string) => join(made, name)
  writeFileSync(path('a.gff3.gz'), gzipSync(GFF))
  const fasta = `>2\nACGT\n>1 first\n${SEQUENCE.toLowerCase().replace(/(.{50})/g, '$1\n')}\n>3\nAC\n`
  writeFileSync(path('g.fa'), fasta)
  writeFileSync(path('g.fa.gz'), gzipSync(fasta.replaceAll('\n', '\r\n')))
  writeFileSync(path('g.2bit'), twoBit('1', SEQUENCE))
  writeFileSync(path('v.vcf'), VCF)
  return path
}

/** One sequence in UCSC 2bit form. */
function twoBit(name: string, sequence: string): Buffer {
  const numbers = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer)
  const runs = [...sequence.matchAll(/N+/g)].map(match => [match.index, match[0].length] as const)
  const packed = Buffer.alloc(Math.ceil(sequence.length / 4))
  for (let i = 0; i < sequence.length; i++) packed[i >> 2]! |= Math.max(0, 'TCAG'.indexOf(sequence[i]!)) << (6 - 2 * (i & 3))
  const offset = 16 + 1 + name.length + 4
  return Buffer.concat([
    numbers(0x1a412743, 0, 1, 0),
    Buffer.from([name.length]),
    Buffer.from(name),
    numbers(offset),
    numbers(sequence.length, runs.length, ...runs.map(run => run[0]), ...runs.map(run => run[1]), 0, 0),
    packed,
  ])
}

test('FASTA, gzip with CRLF and 2bit give the same bases, and the compact file gives them back', async () => {
  const path = folder()
  const seen: string[] = []
  for (const name of ['g.fa', 'g.fa.gz', 'g.2bit']) {
    const read = await readReference(path('a.gff3.gz'), path(name), { digests: true })
    if (!read.ok) throw new Error(JSON.stringify(read.issue))
    const { index, genome } = read.value
    seen.push(genome.bases('1', 30, 240))
    writeFileSync(path('store'), encodeGenome(index, genome, { annotation: 'a', genome: name }))
    const opened = openGenome(path('store'))
    if (!opened.ok) throw new Error(JSON.stringify(opened.issue))
    expect(opened.value.index.genome.bases('1', 30, 240)).toBe(genome.bases('1', 30, 240))
    expect(opened.value.index.transcripts).toEqual(index.transcripts)
    // of the whole sequence, whatever its case and line ends; 2bit has no letters but ACGTN
    expect(opened.value.index.genome.refgetOf?.('chr1')).toBe(name === 'g.2bit' ? undefined : `SQ.${sha512t24u(Buffer.from(SEQUENCE))}`)
    expect(opened.value.index.spliced(0).protein).toBe('MAGFQD')
  }
  // 80 bases around the exon are kept, 31 to 240 as written; what lies outside reads as N
  expect(seen).toEqual([SEQUENCE.slice(30, 240), SEQUENCE.slice(30, 240), SEQUENCE.slice(30, 240)])
})

test('an imported genome is named, used and checked; wrong names and damage are told', () => {
  const path = folder()
  const added = cognate(['reference', 'add', 'genome', path('a.gff3.gz'), '--genome', path('g.fa'), '--name', 'tiny'])
  expect(added.out).toContain('1 coding transcripts of 1 genes')
  const run = cognate(['variants', '--vcf', path('v.vcf'), '--reference', 'tiny', '--out', path('out')])
  expect([run.code, run.out + run.err]).toEqual([0, expect.stringContaining('1 variant with 1 protein change')])
  const row = readFileSync(join(path('out'), 'variants.tsv'), 'utf8')
    .split('\n')[1]!
    .split('\t')
  expect(row).toContain('T.1:c.7G>T')
  expect(row).toContain('P.1:p.Gly3Trp')
  expect(row.at(-1)).toMatch(/^ga4gh:VA\.[\w-]{32}$/)
  expect(cognate(['variants', '--vcf', path('v.vcf'), '--reference', 'tini', '--out', path('out')]).err).toContain('tiny')
  expect(cognate(['variants', '--vcf', path('v.vcf'), '--annotation', path('a.gff3.gz'), '--out', path('out')]).err).toContain('--genome')
  writeFileSync(path('cut'), 'COGNATEG')
  expect(openGenome(path('cut'))).toMatchObject({ ok: false, issue: { code: 'reference-damaged' } })
})
