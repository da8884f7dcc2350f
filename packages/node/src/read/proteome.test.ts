import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HlaAllele } from '@cognate/core/bio'
import { expect, test } from 'vitest'
import { eachProtein, foreignProteome } from './proteome.ts'

const folder = mkdtempSync(join(tmpdir(), 'cognate-'))
const read = async (text: string) => {
  const path = join(folder, 'proteins.fasta')
  writeFileSync(path, text)
  const genes: string[] = []
  const done = await eachProtein(path, ({ gene, sequence }) => genes.push(`${gene} ${sequence.length}`))
  return done.ok ? { ...done.value, genes } : done.issue
}
const KRAS = 'MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPT'

test('headers of UniProt and Ensembl name gene and species', async () => {
  expect(await read(`>sp|P01116|RASK_HUMAN GTPase OS=Homo sapiens OX=9606 GN=KRAS PE=1\n${KRAS}\n`)).toEqual({
    proteins: 1,
    foreign: undefined,
    genes: ['KRAS 35'],
  })
  expect(await read(`>ENSP00000256078.5 pep transcript:ENST00000256078.10 gene_symbol:KRAS\n${KRAS}\n`)).toMatchObject({
    foreign: undefined,
    genes: ['KRAS 35'],
  })
  expect(await read(`>sp|P32883|RASK_MOUSE GTPase OS=Mus musculus OX=10090 GN=Kras\n${KRAS}\n`)).toMatchObject({ foreign: 'Mus musculus' })
  expect(await read(`>ENSMUSP00000032399.6 pep gene_symbol:Kras\n${KRAS}\n`)).toMatchObject({ foreign: 'ENSMUS' })
})

test('bases in place of proteins, a protein without residues, no protein: refused', async () => {
  const bases = 'ATGACTGAATATAAACTTGTGGTAGTTGGAGCTGGT'
  expect(await read(`>a\n${bases}\n>b\n${bases}\n`)).toMatchObject({ code: 'proteome-nucleotides' })
  // a short one of four letters may be a protein, and one among proteins is one
  expect(await read(`>a\n${bases}\n>b\n${KRAS}\n`)).toMatchObject({ proteins: 2 })
  expect(await read('>a\nGATTACA\n')).toMatchObject({ proteins: 1 })
  expect(await read(`>a\n${KRAS}\n>b\n>c\n${KRAS}\n`)).toMatchObject({ code: 'fasta-empty', line: 3 })
  expect(await read('')).toMatchObject({ code: 'proteome-empty' })
})

test('a foreign proteome is told where alleles are of man', () => {
  const [man, mouse] = ['HLA-A*02:01', 'H-2-Kb'] as HlaAllele[]
  expect(foreignProteome('Mus musculus', [man!]).map(one => one.code)).toEqual(['proteome-species'])
  expect([...foreignProteome('Mus musculus', [mouse!]), ...foreignProteome(undefined, [man!])]).toEqual([])
})
