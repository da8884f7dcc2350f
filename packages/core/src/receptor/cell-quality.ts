// Cells whose expression is too poor, or too rich, to be one living cell: they keep their receptor and are counted, and leave the scores.
import { type Caveat, caveat } from '../base/index.ts'
import type { ExpressionMatrix } from './expression-matrix.ts'

/** Both ends are allowed. The defaults are tcrsift's (openvax/tcrsift@555a7e6, Apache-2.0). */
export interface CellLimits {
  /** Genes seen. */
  readonly genes: readonly [least: number, most: number]
  /** Molecules counted. */
  readonly counts: readonly [least: number, most: number]
  /** Per cent of molecules from mitochondrial genes (`MT-`), at most. */
  readonly mitochondrialPercent: number
}

export const DEFAULT_CELL_LIMITS: CellLimits = { genes: [250, 15_000], counts: [500, 100_000], mitochondrialPercent: 8 }

/** A matrix of fewer genes is a panel or an extract: limits that were made for whole transcriptomes say nothing about its cells. */
const WHOLE_TRANSCRIPTOME = 10_000

export type QualityFault = 'few-genes' | 'many-genes' | 'few-counts' | 'many-counts' | 'mitochondrial'

export interface CellQuality {
  /** What is wrong with the cell of a column; undefined: nothing, or nothing was asked. */
  readonly faultOf: (column: number) => QualityFault | undefined
  readonly caveats: readonly Caveat[]
}

const UNASKED: CellQuality = { faultOf: () => undefined, caveats: [] }

/** `limits` undefined: the defaults, where the matrix is a whole transcriptome; `none`: every cell is scored. */
export function cellQuality(lesion: string, matrix: ExpressionMatrix, limits: CellLimits | 'none' | undefined): CellQuality {
  if (limits === 'none') return UNASKED
  if (limits === undefined && matrix.genes.length < WHOLE_TRANSCRIPTOME) {
    const text = `${lesion}: the matrix has ${matrix.genes.length.toLocaleString('en-US')} genes, so no cell was left out of the scores for its genes, counts or mitochondria`
    return { ...UNASKED, caveats: [caveat('cell-quality-not-assessed', text)] }
  }
  const { genes, counts, mitochondrialPercent } = limits ?? DEFAULT_CELL_LIMITS
  const { indptr, indices, data } = matrix.counts
  const mitochondrial = matrix.genes.map(gene => /^MT-/i.test(gene))
  const assessed = mitochondrial.includes(true)
  const mitochondrialShare = (column: number): number => {
    let sum = 0
    for (let i = indptr[column]!; i < indptr[column + 1]!; i++) if (mitochondrial[indices[i]!]) sum += data[i]!
    return (100 * sum) / matrix.totals[column]!
  }
  return {
    faultOf: column => {
      const seen = indptr[column + 1]! - indptr[column]!
      const total = matrix.totals[column]!
      if (seen < genes[0]) return 'few-genes'
      if (seen > genes[1]) return 'many-genes'
      if (total < counts[0]) return 'few-counts'
      if (total > counts[1]) return 'many-counts'
      return assessed && mitochondrialShare(column) > mitochondrialPercent ? 'mitochondrial' : undefined
    },
    caveats: assessed
      ? []
      : [caveat('mitochondria-not-assessed', `${lesion}: the matrix has no mitochondrial gene (MT-), so dying cells were not told apart`)],
  }
}
