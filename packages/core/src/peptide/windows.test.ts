import { expect, test } from 'vitest'
import { oracle, type Row, readData, tableOf, value } from '../../../../test/oracle.ts'
import { parseFasta } from '../format/index.ts'
import type { ChangeKind } from '../variant/index.ts'
import { changeWindow, minigeneWindow, mutatedPeptides, type WindowInput } from './index.ts'

const inputOf = (row: Row): WindowInput => ({
  kind: row.variant_type as ChangeKind,
  aminoAcidChange: row.amino_acid_change!,
  proteinPosition: row.protein_position!,
  wildType: row.wildtype_amino_acid_sequence!,
  mutant: row.frameshift_amino_acid_sequence!,
})

oracle('HCC1395: windows of flank 8 equal pVACseq’s FASTA for 951 rows; the other 4 have none there either', () => {
  const folder = 'variants/pvactools/hcc1395/expected_class_I'
  const expected = new Map(value(parseFasta(readData(`${folder}/HCC1395_TUMOR_DNA.fasta`))).map(record => [record.id, record.sequence]))
  expect(expected.size).toBe(1902)
  const none: string[] = []
  for (const row of tableOf(`${folder}/HCC1395_TUMOR_DNA.tsv`)) {
    const outcome = changeWindow(inputOf(row), { flank: 8, peptideLength: 8, downstream: 1000 })
    if (outcome.kind === 'none') none.push(`${row.index} ${outcome.reason}`)
    expect([row.index, outcome.kind === 'window' ? outcome.window.wildType : undefined]).toEqual([
      row.index,
      expected.get(`WT.${row.index}`),
    ])
    expect([row.index, outcome.kind === 'window' ? outcome.window.mutant : undefined]).toEqual([row.index, expected.get(`MT.${row.index}`)])
  }
  expect(none).toEqual([
    '1.OR4F29.ENST00000426406.4.FS.10A/AG not-changed', // the first new residue is the stop
    '43.IGSF3.ENST00000318837.6.inframe_ins.1036-1037-/* no-new-peptide',
    '44.IGSF3.ENST00000369483.5.inframe_ins.1036-1037-/* no-new-peptide',
    '45.IGSF3.ENST00000369486.8.inframe_ins.1016-1017-/* no-new-peptide',
  ])
})

oracle('pVACtools window cases: the 16 without phased neighbours and fusions', () => {
  const cases = tableOf('variants/pvactools/windows/cases.tsv').filter(c => c.kind === 'variant' && c.proximal_variants === '')
  expect(cases.length).toBe(16)
  for (const c of cases) {
    const options = {
      flank: Number(c.flank_aa),
      peptideLength: Number(c.epitope_length),
      downstream: c.downstream_aa === '' ? 1000 : Number(c.downstream_aa),
    }
    const ours = tableOf(`variants/pvactools/windows/${c.input}`).flatMap(row => {
      const outcome = changeWindow(inputOf(row), options)
      return outcome.kind === 'window' ? [outcome.window.wildType, outcome.window.mutant] : []
    })
    const theirs =
      c.expected_fasta === 'EMPTY'
        ? []
        : value(parseFasta(readData(`variants/pvactools/windows/${c.expected_fasta}`))).map(record => record.sequence)
    expect([c.case, [...new Set(ours)].sort()]).toEqual([c.case, theirs.toSorted()])
  }
})

oracle('pVACtools epitopes: 840 of 842 with partner and positions; the other 2 stand in the wild-type window', () => {
  const windows = new Map(tableOf('variants/pvactools/epitopes/Test.tsv').map(row => [row.index!, inputOf(row)]))
  const rows = tableOf('variants/pvactools/epitopes/Test.MHC_I.all_epitopes.tsv')
  expect(rows.length).toBe(842)
  const self: string[] = []
  for (const row of rows) {
    const input = windows.get(row.Index!)!
    const outcome = changeWindow(input, { flank: 9, peptideLength: 9, downstream: 1000 })
    if (outcome.kind === 'none') expect.fail(`${row.Index} has no window`)
    const peptide = mutatedPeptides(outcome.window, input.kind, Number(row['Peptide Length'])).find(
      p => p.sequence === row['MT Epitope Seq'],
    )
    if (peptide === undefined) {
      expect(outcome.window.wildType).toContain(row['MT Epitope Seq'])
      self.push(row['MT Epitope Seq']!)
      continue
    }
    expect([row.Index, peptide.sequence, peptide.wildType ?? 'NA']).toEqual([row.Index, row['MT Epitope Seq'], row['WT Epitope Seq']])
    expect([row.Index, peptide.sequence, peptide.wildType === undefined ? 'NA' : peptide.changedPositions.join(', ')]).toEqual([
      row.Index,
      row['MT Epitope Seq'],
      row['Mutation Position'],
    ])
  }
  expect(self).toEqual(['PLLPLLLLL', 'PLLPLLLLL'])
})

const substituted = (wildType: string, residue: number, to: string): WindowInput => ({
  kind: 'missense',
  aminoAcidChange: `${wildType[residue - 1]}/${to}`,
  proteinPosition: String(residue),
  wildType,
  mutant: wildType.slice(0, residue - 1) + to + wildType.slice(residue),
})

test('KRAS G12D as a minigene: 24 residues from the start of the protein, changed at 12', () => {
  const kras = 'MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSYRKQVV'
  expect(minigeneWindow(substituted(kras, 12, 'D'))).toEqual({
    sequence: 'MTEYKLVVVGADGVGKSALTIQLI',
    wildType: 'MTEYKLVVVGAGGVGKSALTIQLI',
    changeOffset: 12,
  })
})

test('TP53 R175H as a minigene: 25 residues, changed at 13', () => {
  // residues 151-200 of P04637, so that residue 175 is the 25th
  const stretch = 'PPPGTRVRAMAIYKQSQHMTEVVRRCPHHERCSDSDGLAPPQHLIRVEGN'
  expect(minigeneWindow(substituted(stretch, 25, 'H'))).toMatchObject({ sequence: 'YKQSQHMTEVVRHCPHHERCSDSDG', changeOffset: 13 })
})

test('a deletion is 12 + 12 residues over the join', () => {
  const wildType = 'ACDEFGHIKLMNPQRSTVWYACDEFGHIKLMNPQRSTVWY'
  // residue 20, Y, is lost: 12 residues up to W19, then 12 from A21
  const change: WindowInput = {
    kind: 'inframe_del',
    aminoAcidChange: 'Y/-',
    proteinPosition: '20',
    wildType,
    mutant: wildType.slice(0, 19) + wildType.slice(20),
  }
  expect(minigeneWindow(change)?.sequence).toBe('IKLMNPQRSTVWACDEFGHIKLMN')
})
