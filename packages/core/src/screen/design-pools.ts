// Peptides into pools: each peptide once per replicate, no pair of peptides together twice, as few pools as that allows.
// A shifted design: peptide (a, b) stands in pool b + r·a of replicate r, over the integers modulo q or a field of q elements (cf. Colbourn and Dinitz, Handbook of
// Combinatorial Designs, 2nd ed., III.3). Two peptides meet in two replicates only if (r − r')(a − a') is 0, which the choice of q excludes.

export interface PoolDesign {
  /** Per replicate its pools of peptide indices. */
  readonly replicates: readonly (readonly (readonly number[])[])[]
  readonly pools: number
}

export interface PoolRequest {
  readonly peptides: number
  readonly maxPerPool: number
  /** Replicates: pools that each peptide stands in. */
  readonly coverage: number
  /** Likeness of two peptides, 0-1: like ones are put in one pool of the first replicate, where a shared answer is told apart by the others. */
  readonly order?: readonly number[]
}

/** Fewest pools that any design needs. */
export const leastPools = ({ peptides, maxPerPool, coverage }: PoolRequest): number => coverage * Math.ceil(peptides / maxPerPool)

/** Multiplication of a small finite field; undefined when q is no prime power that is tabled here. */
function field(q: number): ((a: number, b: number) => number) | undefined {
  // irreducible polynomials: x²+x+1, x³+x+1, x²+1 (3), x⁴+x+1, x²+2 (5), x³+2x+1 (3), x⁵+x²+1, x²+1 (7), x⁶+x+1
  const known: Readonly<Record<number, readonly [number, readonly number[]]>> = {
    4: [2, [1, 1, 1]],
    8: [2, [1, 1, 0, 1]],
    9: [3, [1, 0, 1]],
    16: [2, [1, 1, 0, 0, 1]],
    25: [5, [2, 0, 1]],
    27: [3, [1, 2, 0, 1]],
    32: [2, [1, 0, 1, 0, 0, 1]],
    49: [7, [1, 0, 1]],
    64: [2, [1, 1, 0, 0, 0, 0, 1]],
  }
  const entry = known[q]
  if (entry === undefined) return undefined
  const [p, modulus] = entry
  const degree = modulus.length - 1
  const digits = (value: number) => Array.from({ length: degree }, (_, i) => Math.floor(value / p ** i) % p)
  return (x, y) => {
    const product = new Array<number>(2 * degree - 1).fill(0)
    for (const [i, a] of digits(x).entries()) for (const [j, b] of digits(y).entries()) product[i + j] = (product[i + j]! + a * b) % p
    for (let i = product.length - 1; i >= degree; i--)
      for (let k = 0; k < degree; k++) product[i - degree + k] = (product[i - degree + k]! + (p - modulus[k]!) * product[i]!) % p
    return product.slice(0, degree).reduce((sum, digit, i) => sum + digit * p ** i, 0)
  }
}

/** Addition that goes with `field`. */
function fieldSum(q: number, p: number): (a: number, b: number) => number {
  return (a, b) => {
    let out = 0
    for (let scale = 1; scale < q; scale *= p) out += ((Math.floor(a / scale) + Math.floor(b / scale)) % p) * scale
    return out
  }
}

const CHARACTERISTIC: Readonly<Record<number, number>> = { 4: 2, 8: 2, 9: 3, 16: 2, 25: 5, 27: 3, 32: 2, 49: 7, 64: 2 }

/** Whether columns 0..A−1 and replicates 0..c−1 never meet twice modulo q. */
function residuesWork(q: number, columns: number, coverage: number): boolean {
  for (let r = 1; r < coverage; r++) for (let a = 1; a < columns; a++) if ((r * a) % q === 0) return false
  return true
}

/** A design without a pair that meets twice; pools are added until that holds. */
export function designPools(request: PoolRequest): PoolDesign {
  const { peptides, maxPerPool, coverage } = request
  const order = request.order ?? Array.from({ length: peptides }, (_, i) => i)
  for (let q = Math.max(1, Math.ceil(peptides / maxPerPool)); ; q++) {
    const columns = Math.ceil(peptides / q)
    const place = placement(q, columns, coverage)
    if (place === undefined) continue
    const shifted = Array.from({ length: coverage }, (_, r) => poolsOf(order, q, i => place(Math.floor(i / q), i % q, r)))
    return designOf(unevenGrid(request, order, coverage * q) ?? shifted)
  }
}

const designOf = (replicates: readonly (readonly (readonly number[])[])[]): PoolDesign => {
  const used = replicates.map(pools => pools.filter(pool => pool.length > 0))
  return { replicates: used, pools: used.reduce((sum, pools) => sum + pools.length, 0) }
}

function poolsOf(order: readonly number[], count: number, poolOf: (i: number) => number): readonly (readonly number[])[] {
  const pools: number[][] = Array.from({ length: count }, () => [])
  for (const [i, peptide] of order.entries()) pools[poolOf(i)]!.push(peptide)
  return pools.map(pool => pool.sort((x, y) => x - y))
}

/**
 * Two or three replicates of unequal size: rows and columns of a grid, and its diagonals. Undefined when none has fewer pools than `most`.
 * Cells of a row are distinct columns, and cells of a row or a column lie on distinct diagonals, so no pair meets twice.
 */
function unevenGrid({ peptides, maxPerPool, coverage }: PoolRequest, order: readonly number[], most: number) {
  if (coverage !== 2 && coverage !== 3) return undefined
  const least = Math.ceil(peptides / maxPerPool)
  for (let total = coverage * least; total < most; total++) {
    for (let rows = least; rows <= total - (coverage - 1) * least; rows++) {
      const rest = total - rows
      for (let columns = coverage === 2 ? rest : least; columns <= rest - (coverage - 2) * least; columns++) {
        const diagonals = rest - columns
        const fits = columns >= Math.ceil(peptides / rows) && (coverage === 2 || diagonals >= Math.max(rows, columns))
        if (!fits) continue
        const row = (i: number) => Math.floor((i * rows) / peptides)
        const column = (i: number) => i % columns
        const replicates = [poolsOf(order, rows, row), poolsOf(order, columns, column)]
        if (coverage === 3) replicates.push(poolsOf(order, diagonals, i => (row(i) + column(i)) % diagonals))
        if (replicates.every(pools => pools.every(pool => pool.length <= maxPerPool))) return replicates
      }
    }
  }
  return undefined
}

function placement(q: number, columns: number, coverage: number): ((a: number, b: number, r: number) => number) | undefined {
  if (residuesWork(q, columns, coverage)) return (a, b, r) => (b + r * a) % q
  const product = field(q)
  if (product === undefined || columns > q || coverage > q) return undefined
  const sum = fieldSum(q, CHARACTERISTIC[q]!)
  return (a, b, r) => sum(b, product(r, a))
}

/** Pairs of peptides that stand together in more than one pool. */
export function repeatedPairs(pools: readonly (readonly number[])[]): number {
  const seen = new Map<string, number>()
  for (const pool of pools)
    for (let i = 0; i < pool.length; i++)
      for (let j = i + 1; j < pool.length; j++) {
        const key = `${pool[i]} ${pool[j]}`
        seen.set(key, (seen.get(key) ?? 0) + 1)
      }
  return [...seen.values()].filter(count => count > 1).length
}
