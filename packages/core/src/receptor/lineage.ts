// CD8 or CD4 from mRNA counts. CD4 mRNA is scarce: unknown is not CD8. Rule after tcrsift (pirl-unc/tcrsift, Apache-2.0).
import { countOf, type ExpressionMatrix } from './expression-matrix.ts'

export type Lineage = 'CD8' | 'CD4' | 'unknown'

/** Ratio of (CD8A + CD8B + 1) to (CD4 + 1) beyond which a lineage is called. */
export const LINEAGE_RATIO = 3

export function lineageOf(cd8: number, cd4: number): Lineage {
  const ratio = (cd8 + 1) / (cd4 + 1)
  return ratio > LINEAGE_RATIO ? 'CD8' : ratio < 1 / LINEAGE_RATIO ? 'CD4' : 'unknown'
}

export const lineageCounts = (matrix: ExpressionMatrix, cell: number): { readonly cd8: number; readonly cd4: number } => ({
  cd8: countOf(matrix, 'CD8A', cell) + countOf(matrix, 'CD8B', cell),
  cd4: countOf(matrix, 'CD4', cell),
})
