import { expect, test } from 'vitest'
import { callText } from '../../../../test/call-text.ts'
import { seededRandom } from '../base/index.ts'
import { reverseComplement, translate } from '../bio/index.ts'
import { parseGffLine } from '../format/index.ts'
import {
  AnnotationBuilder,
  DEFAULT_VARIANT_OPTIONS,
  editOf,
  exonStretches,
  hgvsCoding,
  hgvsGenomic,
  hgvsProtein,
  proteinOf,
  SparseGenome,
  SplicedTranscript,
  TranscriptIndex,
  type UnknownPhase,
} from './index.ts'

const random = seededRandom('own-route')
const base = () => 'ACGT'[random.below(4)]!
const bases = (n: number) => Array.from({ length: n }, base).join('')
const codon = () => {
  for (;;) {
    const made = bases(3)
    if (!/^(TAA|TAG|TGA)$/.test(made)) return made
  }
}

interface Locus {
  readonly genome: string
  readonly gff: string
  readonly protein: string
}

/** One gene of three coding exons with both UTRs on a made-up chromosome, on either strand; GT and AG at its introns. */
function makeLocus(forward: boolean, chromosome = '7'): Locus {
  const residues = 60 + random.below(40)
  const coding = `ATG${Array.from({ length: residues - 1 }, codon).join('')}TAA`
  const five = bases(40)
  const three = `${bases(60)}`
  const cutA = 40 + 31 + random.below(20)
  const cutB = cutA + 50 + random.below(30)
  const rna = five + coding + three
  const introns = [`GT${bases(70)}AG`, `GT${bases(90)}AG`] as const
  const parts = [bases(100), rna.slice(0, cutA), introns[0], rna.slice(cutA, cutB), introns[1], rna.slice(cutB), bases(100)]
  const sequence = parts.join('')
  const at = (part: number) => parts.slice(0, part).join('').length
  const exons: [number, number][] = [1, 3, 5].map(part => [at(part), at(part) + parts[part]!.length])
  const codingStart = 100 + 40
  const codingEnd = at(5) + parts[5]!.length - 60
  const flip = ([start, end]: [number, number]): [number, number] =>
    forward ? [start, end] : [sequence.length - end, sequence.length - start]
  const strand = forward ? '+' : '-'
  const row = (type: string, [start, end]: [number, number], attributes: string, phase = '.') =>
    [chromosome, 'test', type, start + 1, end, '.', strand, phase, attributes].join('\t')
  const pieces = exons.map(([start, end]): [number, number] => [Math.max(start, codingStart), Math.min(end, codingEnd)])
  let passed = 0
  const lines = [
    row('gene', flip([100, exons[2]![1]]), 'ID=gene:G1;Name=MADE;biotype=protein_coding'),
    row('transcript', flip([100, exons[2]![1]]), 'ID=transcript:T1;Parent=gene:G1;biotype=protein_coding;transcript_support_level=1'),
    ...exons.map(exon => row('exon', flip(exon), 'Parent=transcript:T1')),
    ...pieces.map(piece => {
      const phase = (3 - (passed % 3)) % 3
      passed += piece[1] - piece[0]
      return row('CDS', flip(piece), 'Parent=transcript:T1;protein_id=P1', String(phase))
    }),
  ]
  return { genome: forward ? sequence : reverseComplement(sequence), gff: lines.join('\n'), protein: translate(coding).slice(0, -1) }
}

function indexOf({ genome, gff }: Locus, chromosome = '7'): TranscriptIndex {
  const builder = new AnnotationBuilder()
  for (const [i, line] of gff.split('\n').entries()) {
    const feature = parseGffLine(line, i + 1)
    if (!feature.ok || feature.value === undefined) throw new Error(line)
    builder.add(feature.value)
  }
  const sparse = new SparseGenome(exonStretches(builder.finish().transcripts))
  sparse.wants(chromosome)
  sparse.put(chromosome, 0, new TextEncoder().encode(genome))
  return new TranscriptIndex(builder.finish(sparse).transcripts, sparse)
}

const HEADER = '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tN\tT'

function call(locus: Locus, rows: readonly string[], extra: { unknownPhase?: UnknownPhase } = {}) {
  const own = { index: indexOf(locus), reference: 'test', unknownPhase: extra.unknownPhase ?? ('apart' as const) }
  const result = callText(`${HEADER}\n${rows.join('\n')}\n`, { ...DEFAULT_VARIANT_OPTIONS, tumour: 'T', normal: 'N', own })
  if (!result.ok) throw new Error(JSON.stringify(result.issue))
  return result.value
}

const row = (position: number, ref: string, alt: string, tumour = '0/1', normal = '0/0') =>
  `7\t${position}\t.\t${ref}\t${alt}\t.\tPASS\t.\tGT:PS\t${normal}:.\t${tumour}`

/** 1-based genome positions of a coding offset's base. */
function positionOf(offset: number, index: TranscriptIndex): number {
  const spliced = index.spliced(0)
  for (let b = 0; b < 2000; b++) if (spliced.offsetsOf(b)[0] === spliced.codingStart + offset) return b + 1
  return -1
}

test('the protein of a locus without a variant is its reference protein, on both strands', () => {
  for (let i = 0; i < 50; i++) {
    const locus = makeLocus(i % 2 === 0)
    const index = indexOf(locus)
    expect(index.spliced(0).protein).toBe(locus.protein)
    expect(proteinOf([], index.spliced(0), index)?.protein).toBe(locus.protein)
  }
})

test('a substitution applied and translated is the edited protein', () => {
  let compared = 0
  for (let i = 0; i < 200; i++) {
    const locus = makeLocus(i % 2 === 0)
    const index = indexOf(locus)
    const spliced = index.spliced(0)
    const offset = 3 + random.below(3 * locus.protein.length - 3)
    const position = positionOf(offset, index)
    const ref = locus.genome[position - 1]!
    const alt = 'ACGT'.replace(ref, '')[random.below(3)]!
    const rna = spliced.sequence
    const at = spliced.codingStart + offset
    const edited = rna.slice(0, at) + (spliced.transcript.forward ? alt : reverseComplement(alt)) + rna.slice(at + 1)
    const expected = translate(edited.slice(spliced.codingStart)).split('*')[0]!
    const calls = call(locus, [row(position, ref, alt)])
    if (expected === locus.protein || expected.length < locus.protein.length) {
      expect(calls.changes).toEqual([])
      continue
    }
    compared++
    expect(calls.changes.map(change => [change.kind, change.wildType, change.mutant])).toEqual([['missense', locus.protein, expected]])
    expect(hgvsProtein(locus.protein, expected, 'missense')).toMatch(/^p\.[A-Z][a-z]{2}\d+[A-Z][a-z]{2}$/)
  }
  expect(compared).toBeGreaterThan(100)
})

test('turning the chromosome around changes no protein', () => {
  for (let i = 0; i < 100; i++) {
    const locus = makeLocus(true)
    const length = locus.genome.length
    const turned: Locus = {
      ...locus,
      genome: reverseComplement(locus.genome),
      gff: locus.gff
        .split('\n')
        .map(line => {
          const cells = line.split('\t')
          return [...cells.slice(0, 3), length - Number(cells[4]) + 1, length - Number(cells[3]) + 1, '.', '-', ...cells.slice(7)].join(
            '\t',
          )
        })
        .join('\n'),
    }
    const index = indexOf(locus)
    const position = positionOf(6 + random.below(150), index)
    const deleted = random.below(5)
    const ref = locus.genome.slice(position - 1, position + deleted)
    const alt = ref[0]! + bases(random.below(4))
    if (ref === alt) continue
    // the same change on the turned chromosome, with the base before it as VCF wants
    const start = length - (position - 1 + ref.length)
    const back = (text: string) => turned.genome[start - 1]! + reverseComplement(text)
    const forward = call(locus, [row(position, ref, alt)])
    const backward = call(turned, [row(start, back(ref), back(alt))])
    const core = (calls: ReturnType<typeof call>) => calls.changes.map(change => [change.kind, change.wildType, change.mutant])
    // at an exon's edge the strands are read as bcftools reads them, which is not the same on both
    if (forward.changes.length === backward.changes.length) expect(core(backward)).toEqual(core(forward))
    else expect(forward.funnel.concat(backward.funnel).some(line => line.reason === 'needs-splice-evidence')).toBe(true)
  }
})

test('a phased pair is the joined substitution; unphased it is told and not applied, unless asked for', () => {
  let compared = 0
  for (let i = 0; i < 60; i++) {
    const locus = makeLocus(i % 2 === 0)
    const index = indexOf(locus)
    const at = 3 * (2 + random.below(20))
    const places = [positionOf(at, index), positionOf(at + 1, index)].sort((a, b) => a - b) as [number, number]
    if (places[1] - places[0] !== 1) continue
    const refs = places.map(place => locus.genome[place - 1]!) as [string, string]
    const alts = refs.map(ref => 'ACGT'.replace(ref, '')[random.below(3)]!) as [string, string]
    const joined = call(locus, [row(places[0], refs.join(''), alts.join(''))])
    const pair = (genotype: string) => [row(places[0], refs[0], alts[0], genotype), row(places[1], refs[1], alts[1], genotype)]
    const phased = call(locus, pair('0|1:5'))
    if (joined.changes.length === 0) continue
    compared++
    expect(new Set(phased.changes.map(change => change.mutant))).toEqual(new Set(joined.changes.map(change => change.mutant)))
    const unphased = call(locus, pair('0/1:.'))
    expect(unphased.caveats.some(row => row.code === 'unphased-neighbours')).toBe(unphased.variants.length > 0)
    const mutants = (unknownPhase: UnknownPhase) =>
      new Set(call(locus, pair('0/1:.'), { unknownPhase }).changes.map(change => change.mutant))
    expect(mutants('cis')).toEqual(new Set(joined.changes.map(change => change.mutant)))
    expect(mutants('both')).toEqual(new Set([...mutants('apart'), ...mutants('cis')]))
  }
  expect(compared).toBeGreaterThan(20)
})

test('a germline neighbour in cis is in both proteins, and the change is what is somatic', () => {
  let compared = 0
  for (let i = 0; i < 40; i++) {
    const locus = makeLocus(i % 2 === 0)
    const index = indexOf(locus)
    const offset = 3 * (5 + random.below(20))
    const germline = positionOf(offset + 1, index)
    const somatic = positionOf(offset + 7, index)
    const alt = (position: number) => 'ACGT'.replace(locus.genome[position - 1]!, '')[0]!
    const rows = [
      row(germline, locus.genome[germline - 1]!, alt(germline), '1/1:.', '1/1'),
      row(somatic, locus.genome[somatic - 1]!, alt(somatic), '0/1:.'),
    ].sort((a, b) => Number(a.split('\t')[1]) - Number(b.split('\t')[1]))
    const calls = call(locus, rows)
    const change = calls.changes.find(row => row.variantId.includes(`-${somatic - 1}-${somatic}-`))
    if (change === undefined || change.wildType.length !== locus.protein.length) continue
    compared++
    expect(change.neighbours).toEqual([expect.stringMatching(/^germline /)])
    const differing = (a: string, b: string) => [...a].filter((residue, k) => residue !== b[k]).length
    expect(differing(change.wildType, change.mutant)).toBe(1)
    expect(differing(change.wildType, locus.protein)).toBeLessThanOrEqual(1)
    // the patient's own protein is handed on as self, around its germline residue; a silent allele makes none
    const changes = differing(change.wildType, locus.protein)
    expect(
      calls.germline().map(protein => change.wildType.includes(protein.sequence) && !locus.protein.includes(protein.sequence)),
    ).toEqual(changes === 1 ? [true] : [])
  }
  expect(compared).toBeGreaterThan(10)
})

test("the names in a VCF's CSQ, ANN or BCSQ are held against ours, and a difference is told", () => {
  const header =
    '##fileformat=VCFv4.2\n##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Allele|Feature|HGVSp">\n##INFO=<ID=ANN,Number=.,Type=String,Description="SnpEff">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tN\tT'
  let compared = 0
  for (let i = 0; i < 20; i++) {
    const locus = makeLocus(i % 2 === 0)
    const index = indexOf(locus)
    const position = positionOf(3 * (2 + random.below(30)), index)
    const ref = locus.genome[position - 1]!
    const alt = 'ACGT'.replace(ref, '')[random.below(3)]!
    const called = (info: string) => {
      const own = { index, reference: 'test', unknownPhase: 'apart' as const }
      const calls = callText(`${header}\n7\t${position}\t.\t${ref}\t${alt}\t.\tPASS\t${info}\tGT\t0/0\t0/1\n`, {
        tumour: 'T',
        normal: 'N',
        own,
      })
      if (!calls.ok) throw new Error(calls.issue.what)
      return calls.value
    }
    const [change] = called('.').changes
    if (change?.kind !== 'missense') continue
    const name = hgvsProtein(change.wildType, change.mutant, change.kind)
    const [from, at, to] = [change.aminoAcidChange[0], change.proteinPosition, change.aminoAcidChange[2]]
    const told = (info: string) => called(info).caveats.find(row => row.code === 'annotations-disagree')?.text
    const ann = (said: string) => `ANN=${alt}|missense_variant|MODERATE|MADE|G1|transcript|T1.4|protein_coding|1/3|c.1A>C|${said}||||`
    const bcsq = (residues: string) => `BCSQ=missense|MADE|T1|protein_coding|+|${residues}|${position}${ref}>${alt}`
    const right = [`CSQ=${alt}|T1.2|P1.1:${name}`, ann(name), bcsq(`${at}${from}>${at}${to}`), `CSQ=${alt}|OTHER|P9:p.Ala1Val`]
    expect(right.map(told)).toEqual(right.map(() => undefined))
    for (const info of [`CSQ=${alt}|T1.2|P1.1:p.Ala999Val`, ann('p.(Ala999Val)'), bcsq('999A>999V')])
      expect(told(info)).toContain(`the VCF says p.Ala999Val, we find ${name}`)
    compared++
  }
  expect(compared).toBeGreaterThan(5)
})

test('the order of records changes nothing', () => {
  const locus = makeLocus(true)
  const index = indexOf(locus)
  const rows = Array.from({ length: 12 }, (_, i) => {
    const position = positionOf(3 + 9 * i, index)
    return row(position, locus.genome[position - 1]!, 'ACGT'.replace(locus.genome[position - 1]!, '')[i % 3]!, '0|1:1')
  })
  const told = (calls: ReturnType<typeof call>) =>
    calls.changes.map(change => [change.variantId, change.mutant, change.neighbours.join()]).sort()
  expect(told(call(locus, rows)).length).toBeGreaterThan(3)
  expect(told(call(locus, rows.toReversed()))).toEqual(told(call(locus, rows)))
})

test('a genome of another build is refused with examples, a missing chromosome with the names of both sides', () => {
  const locus = makeLocus(true)
  const wrong = locus.genome[200] === 'A' ? 'C' : 'A'
  const own = { index: indexOf(locus), reference: 'GRCh38 test', unknownPhase: 'apart' as const }
  const options = { ...DEFAULT_VARIANT_OPTIONS, tumour: 'T', normal: 'N', own }
  const mismatch = callText(`${HEADER}\n${row(201, wrong, 'G')}\n`, options)
  expect(mismatch).toMatchObject({ ok: false, issue: { code: 'annotation-mismatch' } })
  const elsewhere = callText(`${HEADER}\n${row(201, 'A', 'G').replace(/^7/, 'scaffold_12')}\n`, options)
  expect(elsewhere).toMatchObject({ ok: false, issue: { code: 'contig-missing' } })
})

test('names on RNA and genome follow the 3 prime rule', () => {
  const sequence = `${'A'.repeat(10)}ATGGCTGGGTTTCAAAAATAA${'C'.repeat(10)}`
  const gff = [
    '1\tt\tgene\t1\t41\t.\t+\t.\tID=gene:G;Name=G;biotype=protein_coding',
    '1\tt\ttranscript\t1\t41\t.\t+\t.\tID=transcript:T;Parent=gene:G;biotype=protein_coding',
    '1\tt\texon\t1\t41\t.\t+\t.\tParent=transcript:T',
    '1\tt\tCDS\t11\t31\t.\t+\t0\tParent=transcript:T',
  ].join('\n')
  const index = indexOf({ genome: sequence, gff, protein: '' }, '1')
  const spliced = index.spliced(0)
  const names = (position: number, ref: string, alt: string) => {
    const edit = editOf('1', position, ref, alt)!
    return [hgvsGenomic(edit, index.genome), hgvsCoding(edit, spliced, index.genome)]
  }
  expect(names(14, 'G', 'A')).toEqual(['1:g.14G>A', 'T:c.4G>A'])
  expect(names(16, 'TG', 'T')).toEqual(['1:g.19del', 'T:c.9del'])
  expect(names(16, 'T', 'TG')).toEqual(['1:g.19dup', 'T:c.9dup'])
  expect(names(16, 'T', 'TCA')).toEqual(['1:g.16_17insCA', 'T:c.6_7insCA'])
  expect(names(14, 'GC', 'AA')).toEqual(['1:g.14_15delinsAA', 'T:c.4_5delinsAA'])
  expect(names(5, 'A', 'C')).toEqual(['1:g.5A>C', 'T:c.-6A>C'])
  expect(names(35, 'C', 'G')).toEqual(['1:g.35C>G', 'T:c.*4C>G'])
})

test('a GTF leaves the stop codon out of CDS: it is found, and the same transcript comes out', () => {
  const locus = makeLocus(true)
  const spliced = indexOf(locus).spliced(0)
  const gtf = locus.gff
    .split('\n')
    .map(line => line.split('\t'))
    .map((cells, _, all) => {
      const last = all.filter(other => other[2] === 'CDS').at(-1)!
      const end = cells === last ? Number(cells[4]) - 3 : cells[4]
      return [
        ...cells.slice(0, 4),
        end,
        ...cells.slice(5, 8),
        'gene_id "G1"; transcript_id "T1"; gene_name "MADE"; gene_type "protein_coding"; transcript_type "protein_coding";',
      ].join('\t')
    })
  const stop = Number(locus.gff.split('\n').at(-1)!.split('\t')[4])
  gtf.push(['7', 'test', 'stop_codon', stop - 2, stop, '.', '+', '0', 'gene_id "G1"; transcript_id "T1";'].join('\t'))
  const made = indexOf({ ...locus, gff: gtf.join('\n') }).spliced(0)
  expect(made.protein).toBe(locus.protein)
  expect([...made.transcript.coding]).toEqual([...spliced.transcript.coding])
  expect(made.transcript.gene).toBe('MADE')
  expect(made).toBeInstanceOf(SplicedTranscript)
})
