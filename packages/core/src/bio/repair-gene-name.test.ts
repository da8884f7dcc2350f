import { expect, test } from 'vitest'
import { IMGT_FOLDER } from '../../../../test/imgt.ts'
import { oracle, readData, tableOf, value } from '../../../../test/oracle.ts'
import { parseStitchrReference } from '../construct/index.ts'
import { type GeneIndex, repairGeneName } from './index.ts'

/** Names of the human reference, with the functionality it states. */
function humanIndex(): GeneIndex {
  const files = ['TRA', 'TRB', 'TRG', 'TRD'].map(locus => ({ text: readData(`${IMGT_FOLDER.human}/${locus}.fasta`) }))
  const { regions } = value(parseStitchrReference(files, readData(`${IMGT_FOLDER.human}/C-region-motifs.tsv`)))
  const alleles = new Map<string, Set<string>>()
  const functional = new Set<string>()
  for (const region of [regions.VARIABLE, regions.JOINING]) {
    for (const [gene, list] of region) {
      alleles.set(gene, new Set(list.map(entry => entry.allele)))
      if (list.some(entry => /^\(?F\)?$/.test(entry.functionality))) functional.add(gene)
    }
  }
  return { alleles, functional }
}

oracle('130 of 130 dirty names of VDJdb: outcome and names as the rules say', () => {
  const index = humanIndex()
  const arden = new Map(
    readData('tcr/nomenclature/vdjdb_nomenclature.conversions')
      .split('\n')
      .filter(line => line.includes('\t') && !line.startsWith('#'))
      .map(line => line.split('\t'))
      .map(cells => [cells[0]!, cells[1]!.trim().split(',')] as const),
  )
  const rows = tableOf('tcr/golden/dirty_gene_names_expected.tsv')
  expect(rows.length).toBe(130)
  const got = rows.map(row => {
    const outcome = repairGeneName(row.name!, index, arden)
    const names = outcome.kind === 'candidates' ? [...outcome.names] : outcome.kind === 'refused' ? [] : [outcome.name]
    return [row.name, outcome.kind, names.sort()]
  })
  expect(got).toEqual(rows.map(row => [row.name, row.expected_outcome, row.expected === '' ? [] : row.expected!.split(',').sort()]))
})

test('a repair leaves an audit line', () => {
  const index: GeneIndex = { alleles: new Map([['TRBJ2-7', new Set(['01'])]]), functional: new Set(['TRBJ2-7']) }
  expect(repairGeneName('TRBJ 2-7', index)).toEqual({
    kind: 'repaired',
    name: 'TRBJ2-7',
    rule: 'characters',
    audit: 'TRBJ 2-7 → TRBJ2-7 [characters]',
  })
  expect(repairGeneName('TRBJ2-7', index)).toEqual({ kind: 'valid', name: 'TRBJ2-7' })
})
