import { expect, test } from 'vitest'
import { oracle, tableOf } from '../../../../test/oracle.ts'
import { clonalVaf, pvacseqOrder, pvacseqTier } from './pvacseq-tier.ts'

const number = (text: string | undefined) => (text === undefined || text === '' || text === 'NA' ? undefined : Number(text))

/** `6`, `1-3`, `NA`. */
function positions(text: string): number[] | undefined {
  if (text === 'NA') return undefined
  return text.split(',').flatMap(part => {
    const [from = 0, to = from] = part.trim().split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

oracle('HCC1395: 358 of 358 tiers and the same order from pVACseq’s own numbers', () => {
  const rows = tableOf('variants/pvactools/hcc1395/expected_class_I/HCC1395_TUMOR_DNA.MHC_I.all_epitopes.aggregated.tsv')
  expect(rows.length).toBe(358)
  const clonal = clonalVaf(rows.map(row => number(row['DNA VAF'])))
  const ours = rows.map(row => {
    const tsl = number(row.TSL)
    const facts = {
      ic50Mutant: number(row['IC50 MT'])!,
      ic50WildType: number(row['IC50 WT']),
      rnaExpression: number(row['RNA Expr']),
      rnaVaf: number(row['RNA VAF']),
      rnaDepth: number(row['RNA Depth']),
      alleleExpression: number(row['Allele Expr']),
      dnaVaf: number(row['DNA VAF']),
      preferredTranscript: row['MANE Select'] === 'True' || row.Canonical === 'True' || (tsl !== undefined && tsl <= 1),
      refMatch: false,
      problematic: row['Prob Pos'] !== 'None',
      changedPositions: positions(row.Pos!),
      peptideLength: row['Best Peptide']!.length,
    }
    return {
      id: row.ID!,
      tier: pvacseqTier(facts, clonal),
      ic50Mutant: facts.ic50Mutant,
      alleleExpression: facts.alleleExpression,
      gene: row.Gene!,
      change: row['AA Change']!,
    }
  })
  expect(ours.map(row => row.tier)).toEqual(rows.map(row => row.Tier))
  expect(pvacseqOrder(ours).map(row => row.id)).toEqual(rows.map(row => row.ID))
})

test('without any allele fraction below 0.6 the clonal fraction is 0.6', () => {
  expect(clonalVaf([0.9, undefined, 1])).toBe(0.6)
  expect(clonalVaf([0.55, 0.3])).toBe(0.5)
  expect(clonalVaf([0.41, 0.3])).toBe(0.41)
})
