// Our list in the columns of pVACseq's aggregated report (griffithlab/pVACtools 6.0.5): tiers by its rules, its order, NA where it writes NA.
import type { HlaAllele } from '../bio/index.ts'
import type { Cell } from '../format/index.ts'
import type { Neoantigen } from './neoantigen.ts'
import { pvacseqOrder } from './pvacseq-tier.ts'

const fixed = (value: number | undefined): string => (value === undefined ? 'NA' : value.toFixed(3))
const flag = (value: boolean | undefined): string => (value === false ? 'False' : 'True')

/** `A*02:01` in the header, `HLA-A*02:01` in the cells, as pVACseq writes them. */
const bare = (allele: HlaAllele): string => allele.replace(/^HLA-/, '')

export const aggregatedColumns = (alleles: readonly HlaAllele[]): readonly string[] => [
  'ID',
  'Index',
  ...alleles.map(bare),
  ...[
    'Gene',
    'AA Change',
    'Num Passing Transcripts',
    'Best Peptide',
    'Best Transcript',
    'MANE Select',
    'Canonical',
    'TSL',
    'Allele',
    'Pos',
  ],
  ...['Prob Pos', 'Num Included Peptides', 'Num Passing Peptides', 'IC50 MT', 'IC50 WT', '%ile MT', '%ile WT', 'RNA Expr', 'RNA VAF'],
  ...['Allele Expr', 'RNA Depth', 'DNA VAF', 'Tier', 'Ref Match', 'Evaluation'],
]

/** One row a variant. Counts are of peptides below 500 nM (passing) and 5,000 nM (included) over the patient's alleles. */
export function aggregatedRows(neoantigens: readonly Neoantigen[], alleles: readonly HlaAllele[]): readonly (readonly Cell[])[] {
  const rows = neoantigens.map(n => ({
    n,
    tier: n.pvacseqTier,
    ic50Mutant: n.best.ic50Mutant,
    alleleExpression: n.alleleExpression,
    gene: n.gene,
    change: n.aminoAcidChange,
  }))
  return pvacseqOrder(rows).map(({ n }) => {
    const { best, change, binding } = n
    return [
      n.variantId,
      change.pvacseqIndex,
      ...alleles.map((_, a) => binding.passingByAllele[a] || ''),
      n.gene,
      n.aminoAcidChange,
      n.transcripts.length,
      best.sequence,
      change.transcript,
      flag(change.maneSelect),
      flag(change.canonical),
      change.tsl === '' ? 'NA' : change.tsl,
      best.allele.startsWith('HLA-') ? best.allele : `HLA-${best.allele}`,
      best.wildType === undefined ? 'NA' : best.changedPositions.join(', '),
      'None',
      binding.included,
      binding.passing,
      fixed(best.ic50Mutant),
      fixed(best.ic50WildType),
      fixed(best.percentileMutant),
      fixed(best.percentileWildType),
      fixed(n.geneExpression),
      fixed(n.rnaVaf),
      fixed(n.alleleExpression),
      fixed(n.rnaDepth),
      fixed(n.dnaVaf),
      n.pvacseqTier,
      n.refMatch === 'not-run' ? 'Not Run' : n.refMatch === 'yes' ? 'True' : 'False',
      'Pending',
    ]
  })
}
