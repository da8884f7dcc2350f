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

/** One row a variant that was aggregated: the peptide that pVACseq's rules choose among ours, which need not be the best of our own list. */
export function aggregatedRows(neoantigens: readonly Neoantigen[], alleles: readonly HlaAllele[]): readonly (readonly Cell[])[] {
  const rows = neoantigens.flatMap(n =>
    n.aggregated === undefined
      ? []
      : [
          {
            n,
            epitopes: n.aggregated.epitopes,
            tier: n.aggregated.tier,
            refMatch: n.aggregated.refMatch,
            ic50Mutant: n.aggregated.epitopes.best.ic50Mutant,
            alleleExpression: n.alleleExpression,
            gene: n.gene,
            change: n.aminoAcidChange,
          },
        ],
  )
  return pvacseqOrder(rows).map(({ n, tier, refMatch, epitopes: { best, included, passing, passingByAllele } }) => {
    const { change } = best
    return [
      n.variantId,
      change.pvacseqIndex,
      ...alleles.map(allele => passingByAllele.get(allele) ?? ''),
      n.gene,
      n.aminoAcidChange,
      n.transcripts.length,
      best.peptide,
      change.transcript,
      flag(change.maneSelect),
      flag(change.canonical),
      change.tsl === '' ? 'NA' : change.tsl,
      best.allele.startsWith('HLA-') ? best.allele : `HLA-${best.allele}`,
      best.changedPositions === undefined ? 'NA' : best.changedPositions.join(', '),
      'None',
      included,
      passing,
      fixed(best.ic50Mutant),
      fixed(best.ic50WildType),
      fixed(best.percentileMutant),
      fixed(best.percentileWildType),
      fixed(n.geneExpression),
      fixed(n.rnaVaf),
      fixed(n.alleleExpression),
      fixed(n.rnaDepth),
      fixed(n.dnaVaf),
      tier,
      refMatch === 'not-run' ? 'Not Run' : refMatch === 'yes' ? 'True' : 'False',
      'Pending',
    ]
  })
}
