// The main job on real input: the HCC1395 exome, its class I alleles, four runs of real 10x contigs and the 500-cell matrix of some of their cells.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseGenbank } from '@cognate/core/format'
import { expect } from 'vitest'
import { hccCase } from '../bench/hcc-case.ts'
import { data, oracle, rowsOf, tableOf, value } from './oracle.ts'
import { cognate, temporary } from './run-cli.ts'

oracle('HCC1395 and real T cells run end to end', () => {
  const folder = temporary()
  const out = join(folder, 'out')
  const run = cognate(['run', hccCase(folder, data('')), '--out', out])
  expect(run.err).not.toContain('remedy')
  expect(run.code).toBe(0)
  const read = (name: string) => rowsOf(readFileSync(join(out, name), 'utf8'))

  const variants = read('variants.tsv')
  const expected = tableOf('variants/pvactools/hcc1395/expected_class_I/HCC1395_TUMOR_DNA.tsv')
  expect(variants.map(row => row.pvacseq_index)).toEqual(expected.map(row => row.index))

  const neoantigens = read('neoantigens.tsv')
  const theirs = new Set(
    tableOf('variants/pvactools/hcc1395/expected_class_I/HCC1395_TUMOR_DNA.MHC_I.all_epitopes.aggregated.tsv').map(row => row.ID),
  )
  // the same 358 variants have a candidate
  expect(new Set(neoantigens.map(row => row.variant_id))).toEqual(theirs)
  expect(
    neoantigens.every(
      row => /^[ACDEFGHIKLMNPQRSTVWY]{8,11}$/.test(row.best_peptide!) && Number(row.percentile_mt) > 0 && row.reasons!.includes('; '),
    ),
  ).toBe(true)
  expect(neoantigens.filter(row => row.ref_match === 'not-run')).toEqual([])

  const cells = rowsOf(gunzipSync(readFileSync(join(out, 'cells.tsv.gz'))).toString())
  expect(cells.length).toBe(15_388)
  expect(cells.filter(row => row.has_expression === 'true').length).toBe(202)

  const clonotypes = read('clonotypes.tsv')
  expect(clonotypes.length).toBeGreaterThan(7000)
  expect(clonotypes.some(row => row.cells_by_lesion!.split(',').length === 2)).toBe(true)
  const receptors = read('receptors.tsv')
  expect(receptors.length).toBeGreaterThan(7000)

  const constructs = read('constructs.tsv')
  expect(constructs.map(row => row.status)).toEqual(Array(5).fill('ready'))
  for (const [i, construct] of constructs.entries()) {
    const receptor = receptors[i]!
    expect(construct.receptor_id).toBe(receptor.receptor_id)
    expect(construct.protein_aa).toContain(receptor.tra_junction_aa)
    expect(construct.protein_aa).toContain(receptor.trb_junction_aa)
  }
  expect(value(parseGenbank(readFileSync(join(out, 'constructs.gb'), 'utf8'))).length).toBe(5)
  const html = readFileSync(join(out, 'dossier.html'), 'utf8')
  expect(html).toContain('HCC1395')
  expect(html).not.toContain('Synthetic patient')
})
