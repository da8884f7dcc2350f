// Order of minigenes in one construct: the path with the least sum of junction costs; exact up to 14, two-exchange from seeded starts beyond.
import { seededRandom } from '../base/index.ts'

export const EXACT_LIMIT = 14
const STARTS = 50

export interface MinigeneOrder {
  readonly order: readonly number[]
  readonly cost: number
  /** Whether no better order exists, or none was found. */
  readonly exact: boolean
}

/** `cost[i][j]`: of j standing right behind i. Ties go to the order with the smaller indices first. */
export function orderMinigenes(cost: readonly (readonly number[])[], seed = 'cognate'): MinigeneOrder {
  const n = cost.length
  if (n === 0) return { order: [], cost: 0, exact: true }
  return n <= EXACT_LIMIT ? exactOrder(cost, n) : exchanged(cost, n, seed)
}

/** Held and Karp 1962: least cost of visiting a set and ending at a place. */
function exactOrder(cost: readonly (readonly number[])[], n: number): MinigeneOrder {
  const size = 1 << n
  const least = new Float64Array(size * n).fill(Number.POSITIVE_INFINITY)
  const from = new Int8Array(size * n).fill(-1)
  for (let i = 0; i < n; i++) least[(1 << i) * n + i] = 0
  for (let set = 1; set < size; set++) {
    for (let last = 0; last < n; last++) {
      const here = least[set * n + last]!
      if (here === Number.POSITIVE_INFINITY) continue
      for (let next = 0; next < n; next++) {
        if ((set >> next) & 1) continue
        const to = (set | (1 << next)) * n + next
        const value = here + cost[last]![next]!
        if (value < least[to]!) {
          least[to] = value
          from[to] = last
        }
      }
    }
  }
  let last = 0
  for (let i = 1; i < n; i++) if (least[(size - 1) * n + i]! < least[(size - 1) * n + last]!) last = i
  const total = least[(size - 1) * n + last]!
  const order: number[] = []
  for (let set = size - 1; last >= 0; ) {
    order.unshift(last)
    const before = from[set * n + last]!
    set ^= 1 << last
    last = before
  }
  return { order, cost: total, exact: true }
}

const pathCost = (order: readonly number[], cost: readonly (readonly number[])[]): number => {
  let sum = 0
  for (let i = 1; i < order.length; i++) sum += cost[order[i - 1]!]![order[i]!]!
  return sum
}

function exchanged(cost: readonly (readonly number[])[], n: number, seed: string): MinigeneOrder {
  const random = seededRandom(`${seed} minigenes`)
  let best = Array.from({ length: n }, (_, i) => i)
  let bestCost = pathCost(best, cost)
  for (let start = 0; start < STARTS; start++) {
    const order = Array.from({ length: n }, (_, i) => i)
    if (start > 0) for (let i = n - 1; i > 0; i--) swap(order, i, random.below(i + 1))
    let now = pathCost(order, cost)
    for (let improved = true; improved; ) {
      improved = false
      for (let i = 0; i < n; i++)
        for (let j = i + 1; j < n; j++) {
          swap(order, i, j)
          const value = pathCost(order, cost)
          if (value < now) {
            now = value
            improved = true
          } else swap(order, i, j)
        }
    }
    if (now < bestCost) {
      bestCost = now
      best = [...order]
    }
  }
  return { order: best, cost: bestCost, exact: bestCost === 0 }
}

function swap(list: number[], i: number, j: number): void {
  const held = list[i]!
  list[i] = list[j]!
  list[j] = held
}
