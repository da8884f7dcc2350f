import { expect, test } from 'vitest'
import { oracle, tableOf } from '../../../../test/oracle.ts'
import { aggregateEpitopes } from './pvacseq-best.ts'
import { anchorPasses, clonalVaf, isPreferredTranscript, PVACSEQ_DEFAULTS, pvacseqOrder, pvacseqTier } from './pvacseq-tier.ts'

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
      allele: row.Allele!,
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

const flag = (text: string | undefined) => (text === 'Not Run' || text === undefined ? undefined : text === 'True')

for (const [scores, file, mutant, wildType] of [
  ['median', 'expected.default.tsv', 'Median MT IC50 Score', 'Median WT IC50 Score'],
  ['lowest', 'expected.lowest_score.tsv', 'Best MT IC50 Score', 'Corresponding WT IC50 Score'],
] as const)
  oracle(
    `pVACseq’s aggregated report, ${scores} scores: best peptide, transcript, allele, counts, tier and order of 23 of 23 variants`,
    () => {
      const folder = 'variants/pvactools/aggregate'
      const expected = tableOf(`${folder}/${file}`)
      const byVariant = new Map<string, Record<string, string>[]>()
      for (const row of tableOf(`${folder}/Test.all_epitopes.tsv`)) {
        const id = ['Chromosome', 'Start', 'Stop', 'Reference', 'Variant'].map(name => row[name]).join('-')
        byVariant.set(id, [...(byVariant.get(id) ?? []), row])
      }
      const clonal = clonalVaf([...byVariant.values()].map(([row]) => number(row!['Tumor DNA VAF'])))
      const ours = [...byVariant].map(([id, rows]) => {
        const { best, included, passing, passingByAllele } = aggregateEpitopes(
          rows.map(row => {
            const transcript = {
              maneSelect: flag(row['MANE Select']),
              canonical: flag(row.Canonical),
              tsl: row['Transcript Support Level']!,
            }
            return {
              row,
              peptide: row['MT Epitope Seq']!,
              allele: row['HLA Allele']!,
              transcript: row.Transcript!,
              ic50Mutant: number(row[mutant])!,
              ic50WildType: number(row[wildType]),
              changedPositions: positions(row['Mutation Position']!),
              proteinCoding: row.Biotype === 'protein_coding',
              preferred: isPreferredTranscript(transcript, PVACSEQ_DEFAULTS),
              problematic: false,
              maneSelect: transcript.maneSelect === true,
              canonical: transcript.canonical === true,
              tsl: transcript.tsl,
              transcriptLength: Number(row['Transcript Length']),
              transcriptExpression: number(row['Transcript Expression']),
            }
          }),
          PVACSEQ_DEFAULTS,
        )!
        const facts = {
          ...best,
          peptideLength: best.peptide.length,
          rnaExpression: number(best.row['Gene Expression']),
          rnaVaf: number(best.row['Tumor RNA VAF']),
          rnaDepth: number(best.row['Tumor RNA Depth']),
          alleleExpression: undefined,
          dnaVaf: number(best.row['Tumor DNA VAF']),
          preferredTranscript: best.preferred,
          refMatch: false,
        }
        const counts = ['A*02:01', 'B*35:01'].map(allele => String(passingByAllele.get(`HLA-${allele}`) ?? ''))
        return {
          id,
          cells: [best.peptide, best.transcript, best.allele, ...counts, String(included), String(passing), pvacseqTier(facts, clonal)],
          tier: pvacseqTier(facts, clonal),
          ic50Mutant: best.ic50Mutant,
          alleleExpression: undefined,
          gene: best.row['Gene Name']!,
          change: expected.find(row => row.ID === id)!['AA Change']!,
        }
      })
      const columns = [
        'Best Peptide',
        'Best Transcript',
        'Allele',
        'A*02:01',
        'B*35:01',
        'Num Included Peptides',
        'Num Passing Peptides',
        'Tier',
      ]
      expect(pvacseqOrder(ours).map(row => [row.id, ...row.cells])).toEqual(
        expected.map(row => [row.ID, ...columns.map(name => row[name])]),
      )
      expect(ours).toHaveLength(23)
    },
  )

for (const [file, criteria] of [
  ['Test.filtered.defaults.tsv', PVACSEQ_DEFAULTS],
  // made with MANE Select and support level alone
  ['Test.filtered.max_tsl_3.tsv', { ...PVACSEQ_DEFAULTS, maximumTsl: 3, transcripts: ['mane_select', 'tsl'] as const }],
] as const)
  oracle(`pVACseq’s transcript filter: the rows of ${file}`, () => {
    const folder = 'variants/pvactools/transcript_filter'
    const kept = tableOf(`${folder}/Test.all_epitopes.tsv`).filter(row =>
      isPreferredTranscript(
        { maneSelect: flag(row['MANE Select']), canonical: flag(row.Canonical), tsl: row['Transcript Support Level']! },
        criteria,
      ),
    )
    expect(kept).toEqual(tableOf(`${folder}/${file}`))
    expect(kept).toHaveLength(3)
  })

test('thresholds of a laboratory: by allele, by percentile, conservative or exploratory', () => {
  const facts = {
    allele: 'HLA-A*02:01',
    ic50Mutant: 300,
    ic50WildType: 9000,
    percentileMutant: 3,
    rnaExpression: undefined,
    rnaVaf: undefined,
    rnaDepth: undefined,
    alleleExpression: undefined,
    dnaVaf: undefined,
    preferredTranscript: true,
    refMatch: false,
    problematic: false,
    changedPositions: [5],
    peptideLength: 9,
  }
  const tier = (criteria: object) => pvacseqTier(facts, 0.5, { ...PVACSEQ_DEFAULTS, ...criteria })
  expect(tier({})).toBe('Pass')
  // 255 nM is the cut-off of A*02:01 in doi:10.4049/jimmunol.1302101
  expect(tier({ bindingThresholds: { 'HLA-A*02:01': 255 } })).toBe('PoorBinder')
  expect(tier({ percentileThreshold: 2 })).toBe('PoorBinder')
  expect(tier({ percentileThreshold: 2, percentileStrategy: 'exploratory' })).toBe('Pass')
})

test('anchors by allele: the heaviest positions until their weights sum to more than 0.8', () => {
  // B*08:01, 9-mers, of the published table: 9 (0.433), 5 (0.217), 3 (0.101), 2 (0.085) sum to 0.837
  const weights = [0.047853, 0.085419, 0.100924, 0.016531, 0.217427, 0.025744, 0.019262, 0.05383, 0.433012]
  const criteria = { ...PVACSEQ_DEFAULTS, anchorWeights: (allele: string) => (allele === 'HLA-B*08:01' ? weights : undefined) }
  const passes = (allele: string, position: number) =>
    anchorPasses({ allele, changedPositions: [position], peptideLength: 9, ic50WildType: 100 }, criteria)
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].filter(position => !passes('HLA-B*08:01', position))).toEqual([2, 3, 5, 9])
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].filter(position => !passes('HLA-A*02:01', position))).toEqual([1, 2, 8, 9])
})
