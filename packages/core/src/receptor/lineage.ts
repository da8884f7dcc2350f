// CD8 or CD4 from mRNA counts, or from antibodies against the two where they were counted. CD4 mRNA is scarce: unknown is not CD8.
// Rule of the mRNA after tcrsift (pirl-unc/tcrsift, Apache-2.0).
import { countOf, type ExpressionMatrix } from './expression-matrix.ts'
import { callFeature, type FeatureCalls } from './feature-calls.ts'

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

/** Share of the called cells of a clone that must agree; below it the clone is `mixed-lineage`. */
export const LINEAGE_AGREEMENT = 0.8

/** Cells by the antibodies against CD4 and CD8; undefined where the run did not count both, or their counts do not fall apart. */
export interface SurfaceLineage {
  /** Undefined for a cell with both or neither. */
  readonly of: (column: number) => 'CD8' | 'CD4' | undefined
}

/** `CD4_TotalSeqC`, `anti-human CD8a` … name their protein as a word. */
const namesProtein = (name: string, proteins: readonly string[]): boolean =>
  name
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .some(word => proteins.includes(word))

export function surfaceLineage(matrix: ExpressionMatrix): SurfaceLineage | undefined {
  const antibodies = matrix.features.filter(feature => feature.type === 'Antibody Capture')
  const calls = (proteins: readonly string[]): FeatureCalls | undefined =>
    antibodies
      .filter(feature => namesProtein(feature.name, proteins))
      .map(callFeature)
      .find(call => call.separated)
  const cd8 = calls(['CD8', 'CD8A'])
  const cd4 = calls(['CD4'])
  if (cd8 === undefined || cd4 === undefined) return undefined
  return { of: column => (cd8.positive[column] === cd4.positive[column] ? undefined : cd8.positive[column] === true ? 'CD8' : 'CD4') }
}
