// What of a result is drawn on the map of cells: cells of shortlisted clones first, then others by a seeded draw, each with its clone and its score by the first signature there is.
import { seededRandom, shuffled } from '../base/index.ts'
import type { Cell } from './cell.ts'
import { mapCells } from './cell-map.ts'
import type { DrawnCell } from './cell-map-figure.ts'
import type { ExpressionMatrix } from './expression-matrix.ts'
import type { LesionInput, ReceptorResult } from './find-receptors.ts'

export interface ReceptorMap {
  readonly cells: readonly DrawnCell[]
  /** Signature whose score is drawn; empty when none was scored. */
  readonly signature: string
  /** Clonotype of each cell. */
  readonly home: ReadonlyMap<Cell, string>
}

export function mapReceptors(lesions: readonly LesionInput[], result: ReceptorResult, seed: string): ReceptorMap {
  const matrices = new Map<string, ExpressionMatrix>(
    lesions.flatMap(({ lesion, matrix }) => (matrix === undefined ? [] : [[lesion, matrix]])),
  )
  const shortlisted = new Set(result.receptors.filter(receptor => receptor.shortlisted).map(receptor => receptor.clonotype.id))
  const home = new Map<Cell, string>()
  const names = new Map<Cell, string>()
  for (const { clonotype } of result.clonotypes)
    for (const cell of clonotype.cells) {
      home.set(cell, clonotype.id)
      if (shortlisted.has(clonotype.id)) names.set(cell, `${clonotype.alias} ${clonotype.betas[0]?.chain.junctionAa ?? ''}`)
    }
  const signature = [...result.cellScores.values()].flatMap(scores => [...scores.keys()])[0] ?? ''
  const cells = [...home.keys()]
  const order = [
    ...cells.filter(cell => names.has(cell)),
    ...shuffled(
      cells.filter(cell => !names.has(cell)),
      seededRandom(`${seed} cells of the map`),
    ),
  ]
  return {
    signature,
    home,
    cells: mapCells(order, matrices, seed).map(placed => ({
      ...placed,
      score: result.cellScores.get(placed.cell.lesion)?.get(signature)?.[placed.cell.column!],
      clone: names.get(placed.cell),
    })),
  }
}
