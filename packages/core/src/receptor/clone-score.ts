// A clone's score against chance: the mean of its n cells beside the means of random groups of n cells of the same lesion and lineage.
// Without this a mean of few cells is noise and singletons lead every list. After tcrsift (pirl-unc/tcrsift, Apache-2.0).
import { seededRandom } from '../base/index.ts'

export interface CloneScore {
  readonly mean: number
  /** 0.99 quantile of random groups of the same size. */
  readonly floor: number
  /** (groups that reach the mean + 1) / (groups + 1). */
  readonly p: number
  /** Share of clones of the stratum with a lower mean, ties by half, 0-1. */
  readonly percentile: number
  readonly passes: boolean
}

export const DRAWS = 2000
export const FLOOR_QUANTILE = 0.99
export const PASS_PERCENTILE = 0.9
/** Stricter than tcrsift's mean route: one cell in a hundred reaches the floor by chance. */
export const PASS_P = 0.01

/** `seed` names patient, lesion, lineage; the group size is added here. Scores of cells and of each clone's cells, same order as `clones`. */
export function scoreClones(cells: Float64Array, clones: readonly (readonly number[])[], seed: string): readonly CloneScore[] {
  const bySize = new Map<number, Float64Array>()
  const means = clones.map(members => members.reduce((sum, cell) => sum + cells[cell]!, 0) / members.length)
  const sorted = means.toSorted((a, b) => a - b)
  return clones.map((members, i) => {
    const size = members.length
    let background = bySize.get(size)
    if (background === undefined) {
      background = backgroundMeans(cells, size, `${seed}|${size}`)
      bySize.set(size, background)
    }
    const mean = means[i]!
    const tolerance = 1e-12 + 1e-9 * Math.abs(mean)
    let exceed = 0
    for (const value of background) if (value >= mean - tolerance) exceed++
    const floor = quantileHigher(background, FLOOR_QUANTILE)
    const percentile = averageRank(sorted, mean) / sorted.length
    const p = (exceed + 1) / (background.length + 1)
    return { mean, floor, p, percentile, passes: mean > floor && p <= PASS_P && percentile >= PASS_PERCENTILE }
  })
}

/** Means of random groups without replacement, ascending; all single cells when groups hold one and there are few. */
function backgroundMeans(cells: Float64Array, size: number, seed: string): Float64Array {
  if (size === 1 && cells.length <= DRAWS) return cells.slice().sort()
  const random = seededRandom(seed)
  const out = new Float64Array(DRAWS)
  const pool = Uint32Array.from(cells.keys())
  const take = Math.min(size, cells.length)
  for (let d = 0; d < DRAWS; d++) {
    let sum = 0
    for (let i = 0; i < take; i++) {
      const j = i + random.below(pool.length - i)
      const chosen = pool[j]!
      pool[j] = pool[i]!
      pool[i] = chosen
      sum += cells[chosen]!
    }
    out[d] = sum / take
  }
  return out.sort()
}

/** Order statistic at or above the quantile: in a small stratum the best single cell does not pass by being the best. */
const quantileHigher = (sorted: Float64Array, q: number): number => sorted[Math.ceil((sorted.length - 1) * q)]!

function averageRank(sorted: readonly number[], value: number): number {
  let below = 0
  let equal = 0
  for (const other of sorted) {
    if (other < value) below++
    else if (other === value) equal++
  }
  return below + (equal + 1) / 2
}
