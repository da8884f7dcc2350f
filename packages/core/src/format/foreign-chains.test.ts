// Rows written by hand after each program's own description of its columns; no recorded files were at hand.
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import {
  isImmunoseqHeader,
  isMixcrHeader,
  isParseHeader,
  isTrust4Header,
  parseAirr,
  parseAirrCells,
  parseImmunoseq,
  parseMixcrClones,
  parseParseCells,
  parseTrust4Cells,
  withAirrCells,
} from './index.ts'

const headOf = (text: string) => text.split('\n')[0]!

test('TRUST4 barcode report: first and secondary chains, stars, out of frame', () => {
  const text = [
    '#barcode\tcell_type\tchain1\tchain2\tsecondary_chain1\tsecondary_chain2',
    'AAA-1\tabT\tTRBV20-1*01,TRBD1*01,TRBJ2-7*01,TRBC2,TGTAGTGCTTTT,CSAF,12.00,AAA-1_0,100.00,1\tTRAV12-2*01,*,TRAJ3*01,TRAC,TGTGCCTTT,CAF,5.00,AAA-1_1,99.00,0\t*\tTRAV1-2*01,*,TRAJ33*01,TRAC,TGTGCTTTT,CAF,2.00,AAA-1_2,90,0;TRAV2*01,*,TRAJ9*01,TRAC,TGTGCTTT,out_of_frame,1.00,AAA-1_3,90,0',
  ].join('\n')
  expect(isTrust4Header(headOf(text))).toBe(true)
  const rows = value(parseTrust4Cells(text))
  expect(
    rows.map(row => [row.cellId, row.locus, row.vCall, row.junction, row.junctionAa, row.umiCount, row.productive, row.fullLength]),
  ).toEqual([
    ['AAA-1', 'TRB', 'TRBV20-1*01', 'TGTAGTGCTTTT', 'CSAF', 12, true, true],
    ['AAA-1', 'TRA', 'TRAV12-2*01', 'TGTGCCTTT', 'CAF', 5, true, false],
    ['AAA-1', 'TRA', 'TRAV1-2*01', 'TGTGCTTTT', 'CAF', 2, true, false],
    ['AAA-1', 'TRA', 'TRAV2*01', 'TGTGCTTT', '', 1, false, false],
  ])
})

test('MiXCR clones: best hit without score and 00, molecules before reads, cells by their tag', () => {
  const text = [
    'cloneId\ttagValueCELL\treadCount\tuniqueMoleculeCount\tallVHitsWithScore\tallDHitsWithScore\tallJHitsWithScore\tallCHitsWithScore\tnSeqCDR3\taaSeqCDR3',
    '0\tACGT\t120\t9\tTRBV20-1*00(1200.5),TRBV20-2*00(900)\t\tTRBJ2-7*00(300)\tTRBC2*00(100)\tTGTAGTGCTTTT\tCSAF',
    '1\tACGT\t20\t2\tTRAV12-2*00(800)\t\tTRAJ3*00(250)\t\tTGTGCCTT\tCA_F',
  ].join('\n')
  expect(isMixcrHeader(headOf(text))).toBe(true)
  const rows = value(parseMixcrClones(text))
  expect(rows[0]).toMatchObject({
    cellId: 'ACGT',
    locus: 'TRB',
    vCall: 'TRBV20-1',
    jCall: 'TRBJ2-7',
    cCall: 'TRBC2',
    umiCount: 9,
    consensusCount: 120,
  })
  expect(rows[1]).toMatchObject({ productive: false, junctionAa: '' })
  expect(value(parseMixcrClones(text.replace('\ttagValueCELL', '').replaceAll('\tACGT', ''))).map(row => row.cellId)).toEqual(['', ''])
  expect(parseMixcrClones('cloneId\treadCount\n1\t2')).toMatchObject({ ok: false, issue: { code: 'mixcr-columns' } })
})

test('Parse barcode report: chains with their bases; residues alone are refused with the file that has more', () => {
  const text =
    'Barcode\tTRA_V\tTRA_J\tTRA_cdr3_nt\tTRA_cdr3_aa\tTRA_read_count\tTRA_transcript_count\tTRB_V\tTRB_J\tTRB_cdr3_nt\tTRB_cdr3_aa\tTRB_transcript_count\n01_02_03\tTRAV1-2\tTRAJ33\tTGTGCTTTT\tCAF\t30\t4\tNaN\tNaN\tNaN\tNaN\t\n'
  expect(isParseHeader(headOf(text))).toBe(true)
  expect(value(parseParseCells(text))).toMatchObject([{ cellId: '01_02_03', locus: 'TRA', umiCount: 4, consensusCount: 30 }])
  expect(parseParseCells(text.replaceAll('_nt', '_x'))).toMatchObject({ ok: false, issue: { code: 'parse-without-bases' } })
  const airr = value(
    parseAirr('sequence_id\tv_call\tj_call\tjunction\tproductive\tcell_barcode\ns\tTRAV1*01\tTRAJ1*01\tTGTTTT\tT\t01_02\n'),
  )
  expect(airr[0]?.cellId).toBe('01_02')
})

test('immunoSEQ: the junction stands in the read, templates are counted, genes are renamed', () => {
  const v2 =
    'nucleotide\taminoAcid\tcount (templates/reads)\tvMaxResolved\tvGeneName\tjGeneName\tvIndex\tcdr3Length\nAAATGTAGTGCTTTTGG\tCSAF\t7\tTCRBV20-01*01\tTCRBV20-01\tTCRBJ02-07\t3\t12\nAAATGTAG\t\t2\tunresolved\tTCRBV05-01\tTCRBJ02-07\t3\t5\n'
  expect(isImmunoseqHeader(headOf(v2))).toBe(true)
  const rows = value(parseImmunoseq(v2, gene => gene.replace('TCRBV20-01', 'TRBV20-1').replace('TCRB', 'TRB')))
  expect(rows[0]).toMatchObject({
    cellId: '',
    locus: 'TRB',
    vCall: 'TRBV20-1*01',
    junction: 'TGTAGTGCTTTT',
    junctionAa: 'CSAF',
    umiCount: 7,
  })
  expect(rows[1]).toMatchObject({ productive: false, vCall: 'TRBV05-01', junction: '' })
  const v4 =
    'rearrangement\tcdr3_rearrangement\tcdr3_amino_acid\ttemplates\tv_resolved\tj_resolved\nAAATGT\tTGTAGTGCTTTT\tCSAF\t3\tTRBV20-1\tTRBJ2-7\n'
  expect(isImmunoseqHeader(headOf(v4))).toBe(true)
  expect(value(parseImmunoseq(v4, gene => gene))[0]).toMatchObject({ junction: 'TGTAGTGCTTTT', umiCount: 3 })
})

test('AIRR cells put rearrangements into their cells; one in two cells, or one that is not there, is refused', () => {
  const rows = value(
    parseAirr('sequence_id\tv_call\tj_call\tjunction\tproductive\na\tTRAV1*01\tTRAJ1*01\tTGTTTT\tT\nb\tTRBV2*01\tTRBJ1-1*01\tTGTTTT\tT\n'),
  )
  const cells = value(parseAirrCells('{"Cell": [{"cell_id": "c1", "rearrangements": ["a", "b"], "virtual_pairing": true}]}'))
  expect(cells[0]?.virtualPairing).toBe(true)
  expect(value(withAirrCells(rows, cells)).map(row => row.cellId)).toEqual(['c1', 'c1'])
  expect(withAirrCells(rows, [...cells, { cellId: 'c2', sequenceIds: ['a'], virtualPairing: false }])).toMatchObject({
    issue: { code: 'airr-cell-conflict' },
  })
  expect(withAirrCells(rows, [{ cellId: 'c2', sequenceIds: ['z'], virtualPairing: false }])).toMatchObject({
    issue: { code: 'airr-cell-unknown' },
  })
  expect(parseAirrCells('{"Cell": [{"cell_id": 4}]}')).toMatchObject({ issue: { code: 'airr-cell-malformed' } })
})
