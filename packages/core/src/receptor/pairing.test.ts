import { expect, test } from 'vitest'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { Funnel } from '../base/index.ts'
import { type ContigRow, parseTenxContigs } from '../format/index.ts'
import { type Cell, callClonotypes, chainsByCell, makeCell, type PairingClass } from './index.ts'

const CLASSES: Readonly<Record<string, PairingClass>> = {
  single_pair: 'single pair',
  extra_VJ: 'extra VJ',
  extra_VDJ: 'extra VDJ',
  two_full_chains: 'two full chains',
  orphan_VJ: 'orphan VJ',
  orphan_VDJ: 'orphan VDJ',
  multichain: 'multichain',
  no_IR: 'no IR',
  ambiguous: 'ambiguous',
}

const cellsOf = (rows: readonly ContigRow[], merge: boolean): Cell[] =>
  [...chainsByCell(rows, new Funnel('contigs'), merge)].map(([barcode, chains]) => makeCell('run', barcode, chains, undefined))

oracle('pairing classes of six real runs equal scirpy’s, and primary pairs are as many', () => {
  const files = [
    ...tableOf('singlecell/screpertoire/pairing_expected.tsv').map(row => ({
      row,
      file: `singlecell/screpertoire/${row.run}_filtered_contig_annotations.csv.gz`,
    })),
    ...tableOf('singlecell/scirpy/pairing_expected.tsv').map(row => ({ row, file: `singlecell/scirpy/${row.file}` })),
  ]
  expect(files.length).toBe(6)
  for (const { row, file } of files) {
    const rows = value(parseTenxContigs(readData(file)))
    expect(rows.length).toBe(Number(row.contigs))
    // scirpy counts two contigs with the same chain as two: compared without merging
    const cells = cellsOf(rows, false)
    expect(cells.length).toBe(Number(row.barcodes))
    for (const [column, pairing] of Object.entries(CLASSES)) {
      if (row[column] !== undefined)
        expect([file, pairing, cells.filter(cell => cell.pairing === pairing).length]).toEqual([file, pairing, Number(row[column])])
    }
    if (row.primary_pair_nt_clonotypes !== undefined) {
      const pairs = new Set(
        cells.filter(cell => cell.vj.length > 0 && cell.vdj.length > 0).map(cell => `${cell.vj[0]!.junction} ${cell.vdj[0]!.junction}`),
      )
      expect([file, pairs.size]).toEqual([file, Number(row.primary_pair_nt_clonotypes)])
    }
  }
})

oracle('cell pairs that Cell Ranger joins and we assign stay together in at least 99.9 %', () => {
  let together = 0
  let all = 0
  for (const run of ['P17B', 'P17L', 'P19B', 'P19L']) {
    const text = readData(`singlecell/screpertoire/${run}_filtered_contig_annotations.csv.gz`)
    const columns = text.slice(0, text.indexOf('\n')).split(',')
    const [barcode, clonotype] = [columns.indexOf('barcode'), columns.indexOf('raw_clonotype_id')]
    const theirs = new Map(
      text
        .split('\n')
        .slice(1)
        .filter(line => line !== '')
        .map(line => line.split(','))
        .map(cells => [cells[barcode]!, cells[clonotype]!] as const),
    )
    const ours = new Map<string, string>()
    for (const clone of callClonotypes(cellsOf(value(parseTenxContigs(text)), true), new Funnel('cells')))
      for (const cell of clone.cells) ours.set(cell.barcode, clone.id)
    const groups = new Map<string, Map<string, number>>()
    for (const [cell, group] of theirs) {
      const own = ours.get(cell)
      if (own === undefined || group === 'None') continue
      const counts = groups.get(group) ?? new Map<string, number>()
      counts.set(own, (counts.get(own) ?? 0) + 1)
      groups.set(group, counts)
    }
    const pairs = (n: number) => (n * (n - 1)) / 2
    for (const counts of groups.values()) {
      all += pairs([...counts.values()].reduce((a, b) => a + b, 0))
      for (const n of counts.values()) together += pairs(n)
    }
  }
  expect(all).toBeGreaterThan(500_000)
  expect(together / all).toBeGreaterThanOrEqual(0.999)
})

function contig(cell: string, locus: 'TRA' | 'TRB', junction: string, umis = 5): ContigRow {
  return {
    line: 1,
    cellId: cell,
    sequenceId: `${cell}_${locus}_${junction}`,
    locus,
    vCall: `${locus}V1`,
    dCall: '',
    jCall: `${locus}J1`,
    cCall: '',
    productive: true,
    junction,
    junctionAa: 'C'.repeat(junction.length / 3),
    umiCount: umis,
    consensusCount: umis,
    isCell: true,
    highConfidence: true,
    fullLength: true,
    sequence: '',
  }
}
const [A1, A2, B1, B2] = ['TGTAAA', 'TGTCCC', 'TGTGGG', 'TGTTTT']

test('a cell whose alpha dropped out joins the only clone with its beta', () => {
  const clones = callClonotypes(
    cellsOf([contig('c1', 'TRA', A1), contig('c1', 'TRB', B1), contig('c2', 'TRB', B1)], true),
    new Funnel('cells'),
  )
  expect(clones).toHaveLength(1)
  expect(clones[0]).toMatchObject({ paired: 1, betaOnly: 1 })
})

test('one ambient second alpha does not join two clones; two cells that share it do', () => {
  const ambient = [
    contig('c1', 'TRA', A1),
    contig('c1', 'TRA', A2, 1),
    contig('c1', 'TRB', B1),
    contig('c2', 'TRA', A1),
    contig('c2', 'TRB', B1),
  ]
  const clones = callClonotypes(cellsOf(ambient, true), new Funnel('cells'))
  expect(clones[0]!.alphas.map(entry => entry.chain.junction)).toEqual([A1])
  const dual = callClonotypes(
    cellsOf([...ambient, contig('c3', 'TRA', A1), contig('c3', 'TRA', A2, 2), contig('c3', 'TRB', B1)], true),
    new Funnel('cells'),
  )
  expect(dual[0]!.alphas.map(entry => entry.chain.junction).sort()).toEqual([A1, A2])
})

test('a union of cells of two clones is a doublet; the same two betas in three cells with one alpha are a clone', () => {
  const singles = [contig('c1', 'TRA', A1), contig('c1', 'TRB', B1), contig('c2', 'TRA', A2), contig('c2', 'TRB', B2)]
  const union = (cell: string) => [contig(cell, 'TRA', A1), contig(cell, 'TRB', B1), contig(cell, 'TRB', B2)]
  const funnel = new Funnel('cells')
  callClonotypes(cellsOf([...singles, ...union('d1')], true), funnel)
  expect(funnel.count('doublet')).toBe(1)
  const again = new Funnel('cells')
  callClonotypes(cellsOf([...singles, ...union('d1'), ...union('d2'), ...union('d3')], true), again)
  expect(again.count('doublet')).toBe(0)
})

test('the id of a clonotype does not depend on the order of cells', () => {
  const rows = [contig('c1', 'TRA', A1), contig('c1', 'TRB', B1), contig('c2', 'TRA', A2), contig('c2', 'TRB', B2)]
  const ids = (list: readonly ContigRow[]) =>
    callClonotypes(cellsOf(list, true), new Funnel('cells'))
      .map(clone => clone.id)
      .sort()
  expect(ids(rows.toReversed())).toEqual(ids(rows))
})
