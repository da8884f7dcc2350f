import { expect, test } from 'vitest'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { seededRandom } from '../base/index.ts'
import { reverseComplement, translate } from '../bio/index.ts'
import { parseFasta } from '../format/index.ts'
import { editOf } from './edit.ts'
import { DEFAULT_JUNCTION_RULE, junctionFault, parseRegtools, type SpliceJunction } from './splice-junction.ts'
import { novelWords, rejoinedExons, spliceProduct } from './splice-transcript.ts'
import { type Genome, SplicedTranscript, type Transcript } from './transcript.ts'

const at = (name: string) => `variants/pvactools/splice/${name}`

oracle('regtools junctions: those that pVACsplice keeps, and a reason for each other', () => {
  const junctions = value(parseRegtools(readData(at('splice_junctions_chr1.tsv'))))
  const kept = new Set(tableOf(at('Test.combined.tsv')).map(row => row.name))
  expect([junctions.length, kept.size]).toEqual([34, 7])
  expect(junctions.filter(junction => junctionFault(junction) === undefined).map(junction => junction.id)).toEqual([...kept].sort())
  const reasons = junctions.map(junction => junctionFault(junction)).filter(reason => reason !== undefined)
  expect(new Set(reasons)).toEqual(new Set(['known-junction', 'no-known-site', 'few-reads', 'far-from-variant']))
  expect(value(parseRegtools(readData(at('splice_junctions_chr6_chr9.GENCODE.tsv')))).length).toBe(18)
})

oracle('words that only the new protein has are pVACsplice’s, for every length', () => {
  const proteins = new Map(value(parseFasta(readData(at('Test.transcripts.fa')))).map(record => [record.id, record.sequence]))
  const pairs = [...proteins]
    .filter(([id]) => id.startsWith('ALT.'))
    .map(([id, mutant]) => [mutant, proteins.get(id.replace(/^ALT/, 'WT'))!] as const)
  expect(pairs.length).toBe(14)
  for (const k of [8, 9, 10, 11, 15]) {
    const expected = value(parseFasta(readData(at(`Test.${k}_kmers.fa`)))).map(record => record.sequence)
    expect(expected.length).toBeGreaterThan(20)
    expect([...new Set(pairs.flatMap(([mutant, wildType]) => novelWords(mutant, wildType, k)))].sort()).toEqual(
      [...new Set(expected)].sort(),
    )
  }
})

oracle('exons are rejoined only where pVACsplice has a protein: the known end is an end of this transcript', () => {
  const used = new Set(value(parseFasta(readData(at('Test.transcripts.fa')))).map(record => record.id.split('.').slice(2, 4).join('.')))
  // exon ends of CCDC18 (ENST00000343253) and TIPRL (ENST00000367833) around the junctions, from the junctions that both share
  const exons: Readonly<Record<string, readonly number[]>> = {
    ENST00000343253: [93221800, 93221936, 93226332, 93226449, 93232425, 93232593, 93236247, 93236400],
    ENST00000367833: [168179000, 168179181, 168183901, 168184081, 168184778, 168185000],
  }
  const rows = tableOf(at('Test.combined.tsv')).filter(row => exons[row.transcript_id!] !== undefined)
  expect(rows.length).toBe(7)
  const junctions = new Map(value(parseRegtools(readData(at('splice_junctions_chr1.tsv')))).map(junction => [junction.id, junction]))
  for (const row of rows) {
    const flat = Int32Array.from(exons[row.transcript_id!]!)
    const joined = rejoinedExons({ ...made().transcript, exons: flat, start: flat[0]!, end: flat.at(-1)! }, junctions.get(row.name!)!)
    expect([row.name, typeof joined !== 'string']).toEqual([row.name, used.has(`${row.transcript_id}.${row.name}`)])
  }
})

const CODING = [100, 190, 290, 380, 480, 599]

/** Three exons of a made gene, forward: the bases of a chromosome and its transcript. */
function made(seed = 'locus') {
  const random = seededRandom(seed)
  const codons = (n: number) =>
    Array.from({ length: n }, () => ['GCT', 'AAC', 'GAC', 'TGG', 'CAC', 'CTG', 'TTC', 'AGA'][random.below(8)]!).join('')
  const noise = (n: number) => Array.from({ length: n }, () => 'ACGT'[random.below(4)]!).join('')
  // the introns hold no stop in any frame, so that exons drawn out go on
  const open = (n: number) => Array.from({ length: n }, () => 'ACG'[random.below(3)]!).join('')
  const bases = `${noise(50)}${noise(50)}ATG${codons(29)}${open(100)}${codons(30)}${open(100)}${codons(39)}TA${noise(200)}`
  const transcript: Transcript = {
    id: 'T1',
    gene: 'MADE',
    geneId: 'G1',
    biotype: 'protein_coding',
    proteinId: 'P1',
    chromosome: '1',
    forward: true,
    start: 50,
    end: 650,
    exons: Int32Array.of(50, 190, 290, 380, 480, 650),
    coding: Int32Array.from(CODING),
    completeStart: true,
    completeEnd: true,
    geneticCode: 1,
    selenocysteines: [],
    maneSelect: undefined,
    canonical: undefined,
    tsl: '',
  }
  return { bases, transcript }
}

const genomeOf = (bases: string): Genome => ({ nameOf: () => '1', bases: (_, start, end) => bases.slice(start, end) })

const junction = (left: number, right: number, anchor: SpliceJunction['anchor']): SpliceJunction => ({
  id: 'J',
  chromosome: '1',
  left,
  right,
  reads: 20,
  forward: true,
  anchor,
  variants: [{ chromosome: '1', start: 189, end: 190 }],
})

const proteinFrom = (rna: string) => translate(rna).split('*')[0]!

test('a made gene: exon skipped, acceptor inside the exon and in the intron, donor drawn out, variant in the exon', () => {
  const { bases, transcript } = made()
  const genome = genomeOf(bases)
  const spliced = new SplicedTranscript(transcript, genome)
  const cut = (...spans: readonly (readonly [number, number])[]) => spans.map(([from, to]) => bases.slice(from, to)).join('')
  const cases = [
    [junction(190, 480, 'NDA'), cut([100, 190], [480, 650]), 'inframe_splice_site'],
    [junction(190, 305, 'D'), cut([100, 190], [305, 380], [480, 650]), 'inframe_splice_site'],
    [junction(190, 261, 'D'), cut([100, 190], [261, 380], [480, 650]), 'frameshift_splice_site'],
    [junction(203, 290, 'A'), cut([100, 203], [290, 380], [480, 650]), 'frameshift_splice_site'],
  ] as const
  for (const [place, rna, kind] of cases)
    expect(spliceProduct(spliced, place, [], genome)).toEqual({ kind, protein: proteinFrom(rna), stopped: translate(rna).includes('*') })
  // GAC of the third exon's first codons becomes what the edit says
  const edit = editOf('1', 483, bases[482]!, bases[482] === 'A' ? 'C' : 'A')!
  const edited = `${bases.slice(0, 482)}${edit.insert}${bases.slice(483)}`
  expect(spliceProduct(spliced, junction(190, 480, 'NDA'), [edit], genome)).toMatchObject({
    protein: proteinFrom(edited.slice(100, 190) + edited.slice(480, 650)),
  })
})

test('what makes no protein says why', () => {
  const { bases, transcript } = made()
  const genome = genomeOf(bases)
  const spliced = new SplicedTranscript(transcript, genome)
  expect(spliceProduct(spliced, junction(190, 290, 'D'), [], genome)).toBe('already-joined')
  expect(spliceProduct(spliced, junction(195, 480, 'NDA'), [], genome)).toBe('site-of-another-transcript')
  expect(spliceProduct(spliced, junction(90, 290, 'A'), [], genome)).toBe('start-skipped')
  expect(spliceProduct(spliced, junction(190, 261, 'D'), [], genomeOf(`${bases.slice(0, 255)}${'N'.repeat(20)}${bases.slice(275)}`))).toBe(
    'bases-not-held',
  )
  expect(junctionFault({ ...junction(190, 480, 'NDA'), forward: undefined })).toBe('no-strand')
  expect(junctionFault({ ...junction(190, 480, 'NDA'), reads: DEFAULT_JUNCTION_RULE.reads })).toBe('few-reads')
  expect(parseRegtools('chrom\tstart\tend\tname\tscore\tstrand\tanchor\tvariant_info\n1\t9\t5\tJ\t1\t+\tD\t1:1-2\n')).toMatchObject({
    issue: { code: 'regtools-malformed', line: 2 },
  })
})

test('on the other strand the same protein comes out', () => {
  for (let i = 0; i < 30; i++) {
    const { bases, transcript } = made(`locus ${i}`)
    const n = bases.length
    const mirror = (flat: Int32Array) => flat.map(x => n - x).toReversed()
    const turned: Transcript = {
      ...transcript,
      forward: false,
      exons: mirror(transcript.exons),
      coding: mirror(transcript.coding),
      start: n - transcript.end,
      end: n - transcript.start,
    }
    const [forward, reverse] = [genomeOf(bases), genomeOf(reverseComplement(bases))]
    for (const [left, right, anchor] of [
      [190, 480, 'NDA'],
      [190, 305, 'D'],
      [190, 240 + i, 'D'],
      [191 + i, 290, 'A'],
    ] as const) {
      const edit = editOf('1', 483, bases[482]!, bases[482] === 'A' ? 'C' : 'A')!
      const turnedEdit = { ...edit, start: n - edit.end, end: n - edit.start, insert: reverseComplement(edit.insert) }
      const here = spliceProduct(new SplicedTranscript(transcript, forward), junction(left, right, anchor), [edit], forward)
      const there = spliceProduct(
        new SplicedTranscript(turned, reverse),
        { ...junction(n - right, n - left, anchor), forward: false },
        [turnedEdit],
        reverse,
      )
      expect(there).toEqual(here)
      expect(typeof here).not.toBe('string')
    }
  }
})
