// RNA reads of variants counted in BAM and CRAM, beside samtools on the same files: reads are drawn with a seed, so what each shows is known.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import { columnReader, parseDelimited } from '@cognate/core/format'
import { beforeAll, describe, expect, test } from 'vitest'
import { value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

const hasSamtools = spawnSync('samtools', ['--version']).status === 0
const samtools = (...args: readonly string[]) => execFileSync('samtools', args, { encoding: 'utf8' })

const folder = temporary()
const at = (name: string) => join(folder, name)
const random = seededRandom('rna')
const LENGTH = 3000
const pick = (letters: string, n: number) => Array.from({ length: n }, () => letters[random.below(letters.length)]!).join('')

/** One coding exon 101-1000 and another 1501-2400 of a made chromosome; variants in both. */
const genome = `${pick('ACGT', 100)}ATG${Array.from({ length: 299 }, () => ['GCT', 'AAC', 'GAC', 'TGG', 'CAC', 'CTG', 'TTC', 'AGA'][random.below(8)]!).join('')}GT${pick('ACGT', 496)}AG${Array.from({ length: 299 }, () => ['GCT', 'AAC', 'GAC', 'TGG', 'CAC', 'CTG', 'TTC', 'AGA'][random.below(8)]!).join('')}TAA${pick('ACGT', 600)}`

const other = (base: string) => (base === 'A' ? 'C' : base === 'C' ? 'A' : base === 'G' ? 'T' : 'G')
const substitution = (position: number) => ({ position, ref: genome[position - 1]!, alt: other(genome[position - 1]!) })
const VARIANTS = [
  substitution(205),
  substitution(950),
  { position: 400, ref: genome[399]!, alt: `${genome[399]}${other(genome[400]!)}${other(genome[399]!)}${other(genome[399]!)}` },
  { position: 600, ref: genome.slice(599, 603), alt: genome[599]! },
  substitution(1700),
]

/** A read of 90 bases, spliced over the intron where it reaches it, with the variants it was given. */
function samLine(name: string, start: number, mutated: boolean): string {
  let cigar = ''
  let bases = ''
  let run = 0
  const flush = () => {
    if (run > 0) cigar += `${run}M`
    run = 0
  }
  let place = start
  while (bases.length < 90) {
    if (place === 1001) {
      flush()
      cigar += '500N'
      place = 1501
    }
    const variant = mutated ? VARIANTS.find(v => v.position === place) : undefined
    bases += variant === undefined ? genome[place - 1]! : variant.alt[0]!
    run++
    place++
    if (variant === undefined || variant.ref.length === variant.alt.length) continue
    flush()
    if (variant.alt.length > 1) {
      cigar += `${variant.alt.length - 1}I`
      bases += variant.alt.slice(1)
    } else {
      cigar += `${variant.ref.length - 1}D`
      place += variant.ref.length - 1
    }
  }
  flush()
  return [name, 0, 'chr1', start, 60, cigar, '*', 0, 0, bases, 'I'.repeat(bases.length)].join('\t')
}

describe.skipIf(!hasSamtools && process.env.CI === undefined)('RNA reads of called variants', () => {
  const shown: { start: number; mutated: boolean }[] = []
  beforeAll(() => {
    expect(genome.length).toBe(LENGTH)
    writeFileSync(at('genome.fa'), `>chr1\n${genome.match(/.{1,60}/g)!.join('\n')}\n`)
    for (let i = 0; i < 1500; i++) {
      const exonic = random.below(1700)
      const start = exonic < 900 ? 101 + exonic : 1501 + exonic - 900
      shown.push({ start, mutated: random.unit() < 0.35 })
    }
    shown.sort((a, b) => a.start - b.start)
    const reads = shown.map(({ start, mutated }, i) => samLine(`r${i}`, start, mutated))
    // what must not count: a duplicate, a secondary alignment, a read that maps anywhere
    const [flagged] = [reads.find(line => Number(line.split('\t')[3]) > 160)!]
    const with_ = (flag: number, quality: number, name: string) => {
      const cells = flagged.split('\t')
      return [name, flag, cells[2], cells[3], quality, ...cells.slice(5)].join('\t')
    }
    const all = [...reads, with_(0x400, 60, 'dup'), with_(0x100, 60, 'sec'), with_(0, 3, 'poor')]
    writeFileSync(at('rna.sam'), `@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:${LENGTH}\n${all.join('\n')}\n`)
    samtools('faidx', at('genome.fa'))
    samtools('sort', '-o', at('rna.bam'), at('rna.sam'))
    samtools('index', at('rna.bam'))
    samtools('view', '-C', '-T', at('genome.fa'), '-o', at('rna.cram'), at('rna.bam'))
    samtools('index', at('rna.cram'))
    const line = (type: string, start: number, end: number, attributes: string) =>
      `chr1\tmade\t${type}\t${start}\t${end}\t.\t+\t${type === 'CDS' ? '0' : '.'}\t${attributes}`
    writeFileSync(
      at('genes.gff3'),
      [
        line('gene', 101, 2400, 'ID=gene:G1;Name=MADE;biotype=protein_coding'),
        line('mRNA', 101, 2400, 'ID=transcript:T1;Parent=gene:G1;biotype=protein_coding'),
        ...[
          [101, 1000],
          [1501, 2400],
        ].flatMap(([start, end]) => [
          line('exon', start!, end!, 'Parent=transcript:T1'),
          line('CDS', start!, end!, 'ID=CDS:P1;Parent=transcript:T1'),
        ]),
        '',
      ].join('\n'),
    )
    const records = VARIANTS.toSorted((a, b) => a.position - b.position).map(
      v => `chr1\t${v.position}\t.\t${v.ref}\t${v.alt}\t.\tPASS\t.\tGT:AD:DP\t0/1:20,20:40`,
    )
    writeFileSync(
      at('somatic.vcf'),
      `##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT\n${records.join('\n')}\n`,
    )
  })

  const variants = (out: string, ...args: readonly string[]) =>
    cognate(['variants', '--vcf', at('somatic.vcf'), '--annotation', at('genes.gff3'), '--genome', at('genome.fa'), '--out', out, ...args])
  const counted = (alignment: string) => {
    const out = temporary()
    const done = variants(out, '--rna-bam', at(alignment))
    expect([done.code, done.err]).toEqual([0, done.err])
    const table = value(parseDelimited(readFileSync(join(out, 'variants.tsv'), 'utf8'), { delimiter: '\t' }))
    const get = columnReader(table.columns)
    return new Map(
      table.rows.map(row => [Number(get(row, 'position')), { depth: Number(get(row, 'rna_depth')), vaf: Number(get(row, 'rna_vaf')) }]),
    )
  }

  test('depth and share are those of the reads that were drawn, in BAM and in CRAM', () => {
    const bam = counted('rna.bam')
    expect(bam.size).toBe(VARIANTS.length)
    expect(counted('rna.cram')).toEqual(bam)
    for (const { position, ref, alt } of VARIANTS) {
      const truth = { ref: 0, alt: 0 }
      for (const { start, mutated } of shown) {
        const cells = samLine('x', start, mutated).split('\t')
        const { covers, behind } = reach(start, String(cells[5]), position, ref.length)
        if (covers && (ref.length === alt.length || behind)) truth[mutated ? 'alt' : 'ref']++
      }
      expect(truth.ref + truth.alt).toBeGreaterThan(20)
      expect([position, bam.get(position)]).toEqual([position, { depth: truth.ref + truth.alt, vaf: truth.alt / (truth.ref + truth.alt) }])
    }
  })

  test('substitutions: the same reads as samtools mpileup', () => {
    const bam = counted('rna.bam')
    for (const { position, ref, alt } of VARIANTS.filter(v => v.ref.length === v.alt.length)) {
      const line = samtools(
        'mpileup',
        '-B',
        '-q',
        '10',
        '-Q',
        '13',
        '-f',
        at('genome.fa'),
        '-r',
        `chr1:${position}-${position}`,
        at('rna.bam'),
      )
        .trim()
        .split('\t')
      // ^x begins a read, $ ends one, +3ACG and -3ACG follow a base, < and > are introns, * a deleted base
      const shownBases = line[4]!.replace(/\^./g, '').replace(/\$/g, '').replace(/[<>]/g, '')
      const alts = [...shownBases.toUpperCase()].filter(base => base === alt).length
      const refs = [...shownBases].filter(base => base === '.' || base === ',').length
      expect([position, ref, refs + alts, alts]).toEqual([
        position,
        ref,
        bam.get(position)!.depth,
        Math.round(bam.get(position)!.vaf * bam.get(position)!.depth),
      ])
    }
  })

  test('no index, no genome for a CRAM, or another genome’s chromosomes are refused with what to do', () => {
    const run = (...args: readonly string[]) => variants(temporary(), ...args)
    writeFileSync(at('bare.bam'), readFileSync(at('rna.bam')))
    expect([run('--rna-bam', at('bare.bam')).code, run('--rna-bam', at('bare.bam')).err.includes('samtools index')]).toEqual([1, true])
    writeFileSync(at('other.sam'), '@SQ\tSN:chrUn_9\tLN:500\nx\t0\tchrUn_9\t5\t60\t4M\t*\t0\t0\tACGT\tIIII\n')
    samtools('view', '-b', '-o', at('other.bam'), at('other.sam'))
    samtools('index', at('other.bam'))
    expect(run('--rna-bam', at('other.bam')).err).toContain('alignment-other-genome')
    writeFileSync(at('cut.bam'), readFileSync(at('rna.bam')).subarray(0, 300))
    writeFileSync(at('cut.bam.bai'), readFileSync(at('rna.bam.bai')))
    expect(run('--rna-bam', at('cut.bam')).err).toContain('alignment-damaged')
    rmSync(at('genome.fa.fai'))
    expect(run('--rna-bam', at('rna.cram')).err).toContain('cram-needs-genome')
  })
})

/** Whether a read covers a stretch whole, and goes on behind it. */
function reach(start: number, cigar: string, position: number, length: number): { readonly covers: boolean; readonly behind: boolean } {
  const aligned = new Set<number>()
  let place = start
  for (const [, n, operation] of cigar.matchAll(/(\d+)([MIDN])/g)) {
    if (operation === 'I') continue
    if (operation !== 'N') for (let i = 0; i < Number(n); i++) aligned.add(place + i)
    place += Number(n)
  }
  return { covers: Array.from({ length }, (_, i) => aligned.has(position + i)).every(Boolean), behind: aligned.has(position + length) }
}
