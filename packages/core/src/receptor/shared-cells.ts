// Cells of two lesions with one barcode and one set of chains. Barcodes repeat between runs by chance, chains with them do not: one library got into the other, or one file stands for both.
import { hash32 } from '../base/index.ts'
import type { Cell } from './cell.ts'

export interface SharedCells {
  readonly lesions: readonly [string, string]
  readonly cells: number
  /** Cells with chains of the smaller lesion. */
  readonly of: number
}

/** Pairs of lesions that share such cells, in the order of the lesions. */
export function sharedCells(cells: readonly Cell[]): readonly SharedCells[] {
  const lesions = new Map<string, Map<string, number>>()
  for (const { lesion, barcode, vj, vdj } of cells) {
    if (vj.length + vdj.length === 0) continue
    const own = lesions.get(lesion) ?? new Map<string, number>()
    lesions.set(lesion, own)
    own.set(barcode, hash32([...vj, ...vdj].map(chain => chain.key).join()))
  }
  const named = [...lesions]
  return named.flatMap(([first, a], i) =>
    named.slice(i + 1).flatMap(([second, b]) => {
      const [few, many] = a.size < b.size ? [a, b] : [b, a]
      let shared = 0
      for (const [barcode, chains] of few) if (many.get(barcode) === chains) shared++
      return shared === 0 ? [] : [{ lesions: [first, second] as const, cells: shared, of: few.size }]
    }),
  )
}
