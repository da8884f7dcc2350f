import { expect, test } from 'vitest'
import { imgtGermline, openGermline } from '../../../../test/imgt.ts'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { type Germline, reverseComplement } from '../bio/index.ts'
import { parseFastq } from '../format/index.ts'
import { ANNOTATION_COLUMNS, type AnnotatedContig, annotationCells, ContigAnnotator } from './index.ts'

const gene = (call: string) => call.split('*')[0]!

interface Tally {
  v: number
  j: number
  junction: number
  frame: number
  vStart: number
  jEnd: number
  rows: number
  readonly misses: string[]
}

function tally(germline: Germline): Tally {
  const annotator = new ContigAnnotator(germline)
  const contigs = new Map(
    tableOf('tcr/golden/E_mouse_MC38_10x_consensus.tsv.gz').map(row => [`${row.sample} ${row.consensus_id}`, row.contig_nt!]),
  )
  const out: Tally = { v: 0, j: 0, junction: 0, frame: 0, vStart: 0, jEnd: 0, rows: 0, misses: [] }
  for (const row of tableOf('tcr/golden/E_truth.tsv')) {
    const contig = annotator.annotate(contigs.get(`${row.sample} ${row.consensus_id}`)!)
    out.rows++
    const vGenes = new Set(row.v_equally_good!.split(',').map(gene))
    const jGenes = new Set(row.j_equally_good!.split(',').map(gene))
    const vRight = contig.v !== undefined && vGenes.has(gene(contig.v.calls[0]!))
    if (vRight) out.v++
    else out.misses.push(`${row.consensus_id}: ${contig.v?.calls.join(',')} instead of ${row.v_equally_good}`)
    if (contig.j !== undefined && jGenes.has(gene(contig.j.calls[0]!))) out.j++
    const junction = contig.junctionStart === undefined ? '' : contig.sequence.slice(contig.junctionStart, contig.junctionEnd)
    if (junction === row.junction_nt) out.junction++
    else out.misses.push(`${row.consensus_id}: ${junction} instead of ${row.junction_nt}`)
    if ((contig.inFrame === true && contig.stopCodon === false) === (row.in_frame_no_stop === 'T')) out.frame++
    if (contig.v !== undefined && contig.v.start - contig.v.germlineStart === Number(row.v_region_start_0based)) out.vStart++
    if (
      contig.j !== undefined &&
      contig.j.end + (contig.j.segment.sequence.length - contig.j.germlineEnd) === Number(row.j_region_end_0based_exclusive)
    )
      out.jEnd++
  }
  return out
}

oracle('306 mouse contigs with proven V and J: all, with imported IMGT; the open set misses only alleles it has not', () => {
  const imported = tally(imgtGermline('mouse'))
  expect(imported.misses).toEqual([])
  expect(imported).toMatchObject({ rows: 306, v: 306, j: 306, junction: 306, frame: 306, vStart: 306, jEnd: 306 })
  // the open set has no TRBV4 (6 contigs) and no trustworthy anchor of TRAJ35 (1): these rows and no others
  const open = tally(openGermline('mouse'))
  expect(open.j).toBe(306)
  expect(open.misses.filter(miss => !/TRBV4|instead of .*TRBV4/.test(miss)).length).toBeLessThanOrEqual(1 + 6)
  expect([open.v, open.junction]).toEqual([300, 299])
})

oracle('frameworks and loops of real contigs lie end to end from the first base of V to the last of J', () => {
  const annotator = new ContigAnnotator(openGermline('mouse'))
  let whole = 0
  for (const row of tableOf('tcr/golden/E_mouse_MC38_10x_consensus.tsv.gz')) {
    const contig = annotator.annotate(row.contig_nt!)
    const cells = annotationCells('x', contig)
    const at = (name: (typeof ANNOTATION_COLUMNS)[number]) => String(cells[ANNOTATION_COLUMNS.indexOf(name)] ?? '')
    if (at('cdr2') === '' || contig.inFrame !== true) continue
    const v = contig.v!
    const regions = ['fwr1', 'cdr1', 'fwr2', 'cdr2', 'fwr3', 'cdr3', 'fwr4'] as const
    expect(regions.map(at).join('')).toBe(contig.sequence.slice(v.start - v.germlineStart, contig.j!.end))
    // FWR3 ends with Cys104, FWR4 begins with residue 118; FWR2 has 17 residues, in a few genes one less
    expect([at('fwr3').slice(-3), at('fwr4').slice(0, 3)]).toEqual([at('junction').slice(0, 3), at('junction').slice(-3)])
    expect([48, 51]).toContain(at('fwr2').length)
    whole++
  }
  expect(whole).toBeGreaterThan(270)
})

oracle('1,273 real mouse contigs: V, J and junction of 10x, or a listed reason', () => {
  const annotator = new ContigAnnotator(openGermline('mouse'))
  const calls = new Map(tableOf2('tcr/golden/contigs_mouse_sample36/consensus_annotations.csv').map(row => [row.consensus_id!, row]))
  const records = value(parseFastq(readData('tcr/golden/contigs_mouse_sample36/consensus.fastq.gz')))
  const classes = new Map<string, number>()
  let compared = 0
  for (const record of records) {
    const tenx = calls.get(record.id)
    if (tenx === undefined || tenx.v_gene === 'None' || tenx.j_gene === 'None' || tenx.cdr3_nt === 'None') continue
    compared++
    const found = annotator.annotate(record.sequence)
    const junction = found.sequence.slice(found.junctionStart, found.junctionEnd)
    const why = disagreement(found, junction, tenx)
    classes.set(why, (classes.get(why) ?? 0) + 1)
  }
  expect(compared).toBeGreaterThan(1000)
  expect([...classes.keys()].filter(why => why.startsWith('unexplained'))).toEqual([])
  expect(classes.get('equal')! / compared).toBeGreaterThan(0.92)
})

/** Why a junction is not the one 10x printed. */
function disagreement(found: AnnotatedContig, junction: string, tenx: Readonly<Record<string, string>>): string {
  if (junction === tenx.cdr3_nt) return 'equal'
  if (tenx.v_gene === 'TRBV4') return 'TRBV4 is not in the open set'
  if (found.j?.segment.j118 === undefined) return 'J without a trustworthy anchor'
  if (found.v?.segment.gene === 'TRBV1' && junction.endsWith(tenx.cdr3_nt!)) return '10x starts TRBV1 at its second Cys'
  if (found.inFrame === false) return '10x reads an out-of-frame contig in another frame'
  if (junction.startsWith(tenx.cdr3_nt!)) return '10x stops where J118 is not Phe'
  if (found.locus !== tenx.chain) return 'two V in one contig'
  return `unexplained ${tenx.consensus_id}`
}

/** A comma-separated table. */
function tableOf2(path: string): readonly Record<string, string>[] {
  const [head = '', ...lines] = readData(path).trim().split('\n')
  const names = head.split(',')
  return lines.map(line => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

test('a made contig is found on either strand, with an indel, and without V or J it says so', () => {
  const germline = openGermline('human')
  const annotator = new ContigAnnotator(germline)
  const v = germline.byGene.get('TRAV12-2')!.find(segment => segment.region === 'V')!
  const j = germline.byGene.get('TRAJ33')!.find(segment => segment.region === 'J')!
  const c = germline.byGene.get('TRAC')![0]!
  if (v.region !== 'V' || j.region !== 'J') throw new Error('germline')
  const rest = (3 - ((v.sequence.length - v.cys104! + j.j118!) % 3)) % 3
  const contig = `GGACTTGC${v.leader}${v.sequence}${'GCA'.slice(0, rest)}${j.sequence}${c.sequence.slice(0, 120)}`
  const found = annotator.annotate(contig)
  expect([found.v!.calls[0], found.j!.calls[0], found.c!.segment.gene, found.productive, found.leaderStart]).toEqual([
    'TRAV12-2*01',
    'TRAJ33*01',
    'TRAC',
    true,
    8,
  ])
  const turned = annotator.annotate(reverseComplement(contig))
  expect([turned.reversed, turned.v!.calls[0], turned.junctionStart]).toEqual([true, 'TRAV12-2*01', found.junctionStart])
  const cut = contig.slice(0, 150) + contig.slice(153)
  const deleted = annotator.annotate(cut)
  expect([deleted.v!.calls[0], deleted.inFrame, deleted.caveats.some(row => row.code === 'indel')]).toEqual(['TRAV12-2*01', true, true])
  expect(deleted.sequence.slice(deleted.junctionStart, deleted.junctionEnd)).toBe(contig.slice(found.junctionStart, found.junctionEnd))
  expect(annotator.annotate(contig.slice(0, 300)).reason).toBe('no-j')
  expect(annotator.annotate(c.sequence.slice(0, 200)).reason).toBe('no-v')
  expect(annotator.annotate('ACGTACGT').reason).toBe('short')
  expect(annotator.annotate('N'.repeat(400)).reason).toBe('no-v')
})
