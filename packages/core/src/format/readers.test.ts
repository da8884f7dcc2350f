import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { data, oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { translate } from '../bio/index.ts'
import {
  decodePercent,
  delimiterOf,
  formatGenbank,
  type GenbankRecord,
  infoValue,
  MatrixMarketReader,
  parseAirr,
  parseBdContigs,
  parseDelimited,
  parseFasta,
  parseFastq,
  parseGenbank,
  parseGffLine,
  parseSnapgene,
  parseTenxContigs,
  parseTenxJson,
  parseVcfHeader,
  parseVcfRecord,
  sampleValue,
} from './index.ts'

oracle('Matrix Market: three real matrices have the shape, entries, sums and first and last cells that scipy reads', () => {
  const rows = tableOf('singlecell/matrix_expected.tsv').filter(row => row.file!.endsWith('.mtx.gz'))
  expect(rows.length).toBe(3)
  for (const row of rows) {
    const bytes = gunzipSync(readFileSync(data(`singlecell/${row.file}`)))
    const reader = new MatrixMarketReader()
    // odd pieces: a line may be cut anywhere
    for (let i = 0; i < bytes.length; i += 99_991) reader.push(bytes.subarray(i, i + 99_991))
    const matrix = value(reader.finish())
    const sum = (from: number, to: number) => matrix.data.subarray(from, to).reduce((a, b) => a + b, 0)
    expect([row.file, matrix.rows, matrix.columns, matrix.indices.length]).toEqual([
      row.file,
      Number(row.features),
      Number(row.cells),
      Number(row.nnz),
    ])
    expect(sum(0, matrix.data.length)).toBe(Number(row.sum))
    expect(sum(0, matrix.indptr[1]!)).toBe(Number(row.first_cell_sum))
    expect(sum(matrix.indptr[matrix.columns - 1]!, matrix.data.length)).toBe(Number(row.last_cell_sum))
  }
})

const matrixOf = (text: string) => {
  const reader = new MatrixMarketReader()
  reader.push(new TextEncoder().encode(text))
  return reader.finish()
}
const HEAD = '%%MatrixMarket matrix coordinate integer general\n'

test('entries in any order of cells give the same columns', () => {
  const sorted = value(matrixOf(`${HEAD}2 2 3\n1 1 5\n2 1 6\n2 2 7\n`))
  const shuffled = value(matrixOf(`${HEAD}2 2 3\n2 2 7\n1 1 5\n2 1 6`))
  expect([...shuffled.indptr]).toEqual([...sorted.indptr])
  expect([...shuffled.data]).toEqual([5, 6, 7])
})

test('a matrix that ends early, or whose entry lies outside, is an issue with its line', () => {
  expect(matrixOf(`${HEAD}2 2 3\n1 1 5\n`)).toMatchObject({ ok: false, issue: { code: 'matrix-truncated' } })
  expect(matrixOf(`${HEAD}2 2 1\n3 1 5\n`)).toMatchObject({ ok: false, issue: { code: 'matrix-malformed', line: 3 } })
  expect(matrixOf(`${HEAD}2 2 1\n1 1 x\n`)).toMatchObject({ ok: false, issue: { code: 'matrix-malformed', line: 3 } })
  expect(matrixOf(`${HEAD}2 2 1\n1 1 2.5\n`)).toMatchObject({ ok: true })
  expect(matrixOf('')).toMatchObject({ ok: false, issue: { code: 'matrix-header' } })
})

interface ExpectedVector {
  readonly topology?: string
  readonly length?: number
  readonly sha256?: string | null
  readonly features?: { readonly type: string; readonly parts: readonly [number, number, number | null][] | null; readonly label: string }[]
}

/** Compares every feature that the reference could place; returns how many. */
function compareVector(file: string, record: GenbankRecord, want: ExpectedVector): number {
  expect([file, record.sequence.length, createHash('sha256').update(record.sequence).digest('hex')]).toEqual([
    file,
    want.length,
    want.sha256,
  ])
  const byStart = (spans: readonly (readonly [number, number])[]) => spans.toSorted((a, b) => a[0] - b[0])
  const ours = record.features.map(f => [f.type, byStart(f.parts.map(part => [part.start + 1, part.end] as const)), f.strand])
  const placed = want.features!.filter(feature => feature.parts !== null)
  for (const { type, parts } of placed)
    expect(ours).toContainEqual([type, byStart(parts!.map(([start, end]) => [start, end] as const)), parts![0]![2] ?? 1])
  return placed.length
}

const expectedVectors = () => Object.entries(JSON.parse(readData('tcr/vectors/expected.json')) as Record<string, ExpectedVector>)

oracle('GenBank: sequences and features are those an independent reader finds, malformed files give an issue or a value', () => {
  let compared = 0
  for (const [file, want] of expectedVectors().filter(([name]) => /\.gbk?$/.test(name))) {
    const parsed = parseGenbank(readData(`tcr/vectors/${file}`))
    if (parsed.ok && typeof want.sha256 === 'string') compared += compareVector(file, parsed.value[0]!, want)
  }
  expect(compared).toBeGreaterThan(60)
})

oracle('SnapGene: five files, every feature and primer where an independent reader finds it; cut files are refused', () => {
  let compared = 0
  const files = expectedVectors().filter(([name]) => name.endsWith('.dna'))
  expect(files.length).toBe(5)
  for (const [file, want] of files) {
    const bytes = readFileSync(data(`tcr/vectors/${file}`))
    const record = value(parseSnapgene(bytes, file))
    expect([file, record.topology]).toEqual([file, want.topology])
    compared += compareVector(file, record, want)
    expect(parseSnapgene(bytes.subarray(0, bytes.length - 3), file)).toMatchObject({ ok: false, issue: { code: 'snapgene-cut' } })
    expect(value(parseGenbank(formatGenbank(record)))[0]).toMatchObject({
      sequence: record.sequence,
      features: record.features.map(f => ({ type: f.type, parts: f.parts })),
    })
  }
  expect(compared).toBeGreaterThan(30)
  expect(parseSnapgene(new TextEncoder().encode('LOCUS       x'), 'x')).toMatchObject({ ok: false, issue: { code: 'snapgene-cookie' } })
})

test('a written GenBank record reads back equal, quotes and long qualifiers included', () => {
  const record = {
    name: 'TCR-0123456789',
    topology: 'linear' as const,
    definition: 'a "quoted" construct',
    sequence: 'ACGT'.repeat(40),
    features: [
      {
        type: 'CDS',
        parts: [{ start: 9, end: 90 }],
        strand: 1 as const,
        qualifiers: [
          ['codon_start', '1'],
          ['translation', 'M'.repeat(150)],
        ] as const,
      },
      {
        type: 'misc_feature',
        parts: [
          { start: 100, end: 160 },
          { start: 0, end: 5 },
        ],
        strand: -1 as const,
        qualifiers: [['note', 'says "so" and goes on for more than the width of one line of a flat file']] as const,
      },
    ],
  }
  const text = formatGenbank(record)
  expect(text.split('\n').every(line => line.length <= 80)).toBe(true)
  const back = value(parseGenbank(text))[0]!
  expect(back.sequence).toBe(record.sequence)
  expect(back.features).toEqual(record.features)
})

test('FASTA joins lines, FASTQ wants four; faults name their line', () => {
  expect(value(parseFasta('>a one\nAC\nGT\n\n>b\r\nTT\r\n'))).toEqual([
    { id: 'a', description: 'one', sequence: 'ACGT' },
    { id: 'b', description: '', sequence: 'TT' },
  ])
  expect(parseFasta('ACGT\n')).toMatchObject({ ok: false, issue: { code: 'fasta-no-header', line: 1 } })
  expect(value(parseFastq('@r 1\nACG\n+\nIII\n'))[0]).toEqual({ id: 'r', description: '1', sequence: 'ACG', quality: 'III' })
  expect(parseFastq('@r\nACG\n+\nII\n')).toMatchObject({ ok: false, issue: { code: 'fastq-malformed', line: 1 } })
})

test('CSV cells may be quoted; a missing column and a long row are named', () => {
  expect(value(parseDelimited('a,b\n"x, ""y""",2\n', { delimiter: ',' })).rows[0]!.cells).toEqual(['x, "y"', '2'])
  expect(parseDelimited('a,b\n1,2\n', { delimiter: ',', required: ['c'] })).toMatchObject({ ok: false, issue: { code: 'column-missing' } })
  expect(parseDelimited('a,b\n1,2,3\n', { delimiter: ',' })).toMatchObject({ ok: false, issue: { code: 'row-too-long', line: 2 } })
  expect(parseDelimited('a,b\n"1,2\n', { delimiter: ',' })).toMatchObject({ ok: false, issue: { code: 'csv-quote', line: 2 } })
})

const VCF = [
  '##fileformat=VCFv4.3',
  '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence. Format: Allele|Consequence">',
  '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tT',
]

test('VCF: percent escapes, flags, missing values', () => {
  const header = value(parseVcfHeader(VCF))
  expect(header.csqFields).toEqual(['allele', 'consequence'])
  const record = value(parseVcfRecord('1\t10\t.\ta\tg,*\t.\tPASS\tSOMATIC;DP=7;XDP=9\tGT:DP4:AF\t0/1:1%2C2:.', 4, header))
  expect(record).toMatchObject({ ref: 'A', alts: ['G', '*'], position: 10 })
  expect([infoValue(record, 'SOMATIC'), infoValue(record, 'DP'), infoValue(record, 'AF')]).toEqual(['', '7', undefined])
  expect([sampleValue(record, 0, 'DP4'), sampleValue(record, 0, 'AF')]).toEqual(['1,2', undefined])
  expect(decodePercent('p.Thr190%3D')).toBe('p.Thr190=')
})

test('VCF: a bad POS, a cut line, a wrong letter are refused with line and column', () => {
  const header = value(parseVcfHeader(VCF))
  const fault = (line: string) => {
    const parsed = parseVcfRecord(line, 7, header)
    return parsed.ok ? undefined : [parsed.issue.code, parsed.issue.what.split(' ')[0], parsed.issue.line]
  }
  expect(fault('1\tx\t.\tA\tG\t.\tPASS\t.\tGT\t0/1')).toEqual(['vcf-malformed', 'POS', 7])
  expect(fault('1\t10\t.\tR\tG\t.\tPASS\t.\tGT\t0/1')).toEqual(['vcf-malformed', 'REF', 7])
  expect(fault('1\t10\t.\tA\tG\t.\tPASS')).toEqual(['vcf-truncated', '7', 7])
})

test('10x contigs: None and No are absent, -DV is /DV, a contig given twice is refused', () => {
  const head =
    'barcode,is_cell,contig_id,high_confidence,length,chain,v_gene,d_gene,j_gene,c_gene,full_length,productive,cdr3,cdr3_nt,reads,umis'
  const row = 'AAAC-1,True,AAAC-1_contig_1,True,500,TRA,TRAV38-2-DV8,None,TRAJ20,TRAC,True,True,CGF,TGTGGGTTT,100,4'
  expect(value(parseTenxContigs(`${head}\n${row}\n`))[0]).toMatchObject({
    vCall: 'TRAV38-2/DV8',
    dCall: '',
    junction: 'TGTGGGTTT',
    umiCount: 4,
    productive: true,
  })
  expect(parseTenxContigs(`${head}\n${row}\n${row}\n`)).toMatchObject({ ok: false, issue: { code: 'contig-twice', line: 3 } })
  expect(parseTenxContigs('a,b\n')).toMatchObject({ ok: false, issue: { code: 'column-missing' } })
})

oracle('AIRR: every real file of two programs is read; umi_count and duplicate_count are the same', () => {
  let rows = 0
  for (const file of ['immunesim_tra.tsv', 'immunesim_trb.tsv', 'rearrangement_tra.tsv', 'rearrangement_trb.tsv', 'tra_issue_280.tsv'])
    rows += value(parseAirr(readData(`singlecell/scirpy/${file}`))).length
  expect(rows).toBeGreaterThan(200)
  expect(
    value(parseAirr('sequence_id\tv_call\tj_call\tjunction\tproductive\tduplicate_count\ns\tTRBV1*01,TRBV2*01\tTRBJ1\tTGT\tT\t3\n'))[0],
  ).toMatchObject({ umiCount: 3, vCall: 'TRBV1*01', locus: 'TRB', productive: true })
})

oracle('GTF: all features of two annotations are read, tags kept', () => {
  let features = 0
  let basic = 0
  for (const file of ['Homo_sapiens.GRCh37.75_chr1.sorted.gtf.gz', 'Homo_sapiens.GENCODE.GRCh37.chr6_chr9.sorted.gtf.gz']) {
    readData(`reference/${file}`)
      .split('\n')
      .forEach((line, i) => {
        const feature = value(parseGffLine(line, i + 1))
        if (feature === undefined) return
        features++
        if (feature.attributes.get('tag')?.includes('basic') === true) basic++
        expect(feature.attributes.get('gene_id')?.[0]).toMatch(/^ENSG/)
      })
  }
  expect(features).toBeGreaterThan(400_000)
  expect(basic).toBeGreaterThan(50_000)
})

test('GFF3 attributes are decoded, a malformed line names its fault', () => {
  const feature = value(parseGffLine('1\thavana\tCDS\t10\t20\t.\t-\t2\tID=CDS:P1;Parent=transcript:T1;Note=a%2Cb', 1))
  expect(feature).toMatchObject({ start: 10, end: 20, strand: '-', phase: 2 })
  expect(feature?.attributes.get('Note')).toEqual(['a,b'])
  expect(parseGffLine('1\thavana\tCDS\t30\t20\t.\t-\t2\tID=x', 5)).toMatchObject({ ok: false, issue: { code: 'gff-malformed', line: 5 } })
})

oracle('10x JSON and BD Rhapsody: every junction is its residues, from C104 to F or W118', () => {
  const json = value(parseTenxJson(readData('singlecell/scirpy/all_contig_annotations.json')))
  const bd = value(parseBdContigs(readData('singlecell/scirpy/test_unfiltered_contigs.csv')))
  expect([json.length, bd.length]).toEqual([9, 7])
  expect(json[0]).toMatchObject({ locus: 'TRB', vCall: 'TRBV18', junctionAa: 'CASSPPSQGLSTGELFF', umiCount: 1, consensusCount: 494 })
  expect(bd.map(row => row.locus)).toEqual(['IGL', 'IGH', 'IGK', 'IGK', 'IGK', 'IGL', 'IGL'])
  expect(bd[1]).toMatchObject({ cellId: '105636', junctionAa: 'CARQVAYSHELDYW', umiCount: 1, productive: true, isCell: false })
  const withJunction = [...json, ...bd].filter(row => row.junction !== '')
  expect(withJunction.length).toBeGreaterThan(8)
  for (const row of withJunction) {
    expect(translate(row.junction)).toBe(row.junctionAa)
    expect(row.sequence).toContain(row.junction)
  }
  for (const row of json.filter(contig => contig.vCall !== '' && contig.locus !== 'Multi')) expect(row.vCall.slice(0, 3)).toBe(row.locus)
})

test('JSON that is cut, or is something else, is refused with a reason', () => {
  expect(parseTenxJson('[{"barcode": "A"')).toMatchObject({ ok: false, issue: { code: 'json-malformed' } })
  expect(parseTenxJson('{"a": 1}')).toMatchObject({ ok: false, issue: { code: 'json-malformed' } })
  expect(parseTenxJson('[{"barcode": "A"}]')).toMatchObject({ ok: false, issue: { what: expect.stringContaining('contig 1') } })
})

const comma = (text: string) => parseDelimited(text, { delimiter: ',' })

test('tables: a last line that is short and has no end was cut; short lines before it are padded; lines without a cell are no rows', () => {
  expect(value(comma('a,b,c\n1,2\n\n  \n,,\n4,5,6')).rows).toEqual([
    { line: 2, cells: ['1', '2', ''] },
    { line: 6, cells: ['4', '5', '6'] },
  ])
  expect(comma('a,b,c\n1,2,3\n1,2,3\n4,5')).toMatchObject({ ok: false, issue: { code: 'row-cut', line: 4 } })
  // with a line end, behind another short row, or in a table of a line or two it is a row whose last cells are empty
  for (const text of ['a,b,c\n1,2,3\n1,2,3\n4,5\n', 'a,b,c\n1,2,3\n1,2\n4,5', 'a,b,c\n1,2,3\n4,5']) expect(comma(text).ok).toBe(true)
})

test('tables: a name over two columns is refused, columns without a name are not', () => {
  expect(comma('id,value,value\n1,2,3\n')).toMatchObject({ ok: false, issue: { code: 'column-twice', line: 1 } })
  expect(value(comma('id,,\n1,2,3\n')).columns).toEqual(['id', '', ''])
})

test('tables: semicolons where the header has neither tab nor comma; decimal commas become points, 1.500 among them is refused', () => {
  expect([delimiterOf('a;b\n1,5;2'), delimiterOf('a,b;c\n'), delimiterOf('a;b\tc\n'), delimiterOf('a')]).toEqual([';', ',', '\t', ','])
  const semicolon = (text: string) => parseDelimited(text, { delimiter: ';' })
  expect(value(semicolon('id;value;note\nA1;1,5;"x; y"\nA2;-0,25;2,3,4\n')).rows.map(row => row.cells)).toEqual([
    ['A1', '1.5', 'x; y'],
    ['A2', '-0.25', '2,3,4'],
  ])
  expect(semicolon('id;value\nA1;1,5\nA2;1.500\n')).toMatchObject({ ok: false, issue: { code: 'number-ambiguous', line: 3 } })
  expect(value(semicolon('id;value\nA1;1.500\n')).rows[0]!.cells).toEqual(['A1', '1.500'])
})

test('FASTA: a record without a sequence is refused with its line', () => {
  expect(parseFasta('>a\nACGT\n>b\n>c\nAC\n')).toMatchObject({ ok: false, issue: { code: 'fasta-empty', line: 3 } })
  expect(parseFasta('>a\nACGT\n>b')).toMatchObject({ ok: false, issue: { code: 'fasta-empty' } })
})
