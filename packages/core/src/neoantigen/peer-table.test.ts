import { expect, test } from 'vitest'
import { oracle, readData, value } from '../../../../test/oracle.ts'
import { parsePeerTable } from './index.ts'

oracle('the tables of five tools are read: peptide and allele once each', () => {
  const read = (name: string) => value(parsePeerTable(readData(`variants/peer_outputs/${name}`)))
  const pvacseq = read('H_NJ-HCC1395-HCC1395.Class_I.all_epitopes.aggregated.tsv')
  expect([pvacseq.tool, pvacseq.peptides[0]]).toEqual([
    'pVACseq aggregated',
    { peptide: 'AERMGFTVV', allele: 'HLA-B*45:01', gene: 'ADAR', change: 'E806V', ic50NanoMolar: 76.11, percentile: 0.1 },
  ])
  const vaxrank = read('vaxrank_output.tsv')
  expect(vaxrank.peptides[0]).toMatchObject({ peptide: 'RKFSYRSTV', ic50NanoMolar: 44.9, change: 'chrX g.41344255G>C' })
  const neopredpipe = read('neopredpipe.neoantigens.txt')
  expect(neopredpipe.peptides[0]).toMatchObject({ peptide: 'SLVDFGYSL', allele: 'HLA-A*32:02', gene: 'OR5B2', percentile: 0.2605 })
  expect(read('neofox_neoantigen_candidates_annotated.tsv').tool).toBe('NeoFox')
  expect(read('antigengarnish_test_antigen.tsv').peptides[0]).toMatchObject({ peptide: 'ADLANIAPMY', ic50NanoMolar: 188.69 })
  expect([pvacseq, vaxrank, neopredpipe].map(table => table.peptides.length)).toEqual([308, 440, 66])
})

test('a table of no known tool names those that are read', () => {
  expect(parsePeerTable('a\tb\n1\t2\n')).toMatchObject({ ok: false, issue: { code: 'peer-table-unknown', line: 1 } })
})
