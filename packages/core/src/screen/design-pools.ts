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
  /** Places of peptides that are alike (`alikeGroups`): they share a pool of the first replicate as far as it has room. */
  readonly alike?: readonly (readonly number[])[]
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
  const { peptides, maxPerPool, coverage, alike = [] } = request
  for (let q = Math.max(1, Math.ceil(peptides / maxPerPool)); ; q++) {
    const columns = Math.ceil(peptides / q)
    const place = placement(q, columns, coverage)
    if (place === undefined) continue
    const shifted = Array.from({ length: coverage }, (_, r) => poolsOf(peptides, q, i => place(Math.floor(i / q), i % q, r)))
    return withAlikeTogether(designOf(unevenGrid(request, coverage * q) ?? shifted), alike)
  }
}

const designOf = (replicates: readonly (readonly (readonly number[])[])[]): PoolDesign => {
  const used = replicates.map(pools => pools.filter(pool => pool.length > 0))
  return { replicates: used, pools: used.reduce((sum, pools) => sum + pools.length, 0) }
}

function poolsOf(peptides: number, count: number, poolOf: (i: number) => number): readonly (readonly number[])[] {
  const pools: number[][] = Array.from({ length: count }, () => [])
  for (let i = 0; i < peptides; i++) pools[poolOf(i)]!.push(i)
  return pools
}

/** Residues in a row that make two peptides alike: one receptor may well answer to both. */
const ALIKE_RESIDUES = 6

/** Places of peptides that share six residues in a row, directly or through others; only groups of two or more. */
export function alikeGroups(peptides: readonly string[]): readonly (readonly number[])[] {
  const root = peptides.map((_, i) => i)
  const find = (i: number): number => {
    while (root[i] !== i) i = root[i]!
    return i
  }
  const first = new Map<string, number>()
  for (const [i, peptide] of peptides.entries())
    for (let at = 0; at + ALIKE_RESIDUES <= peptide.length; at++) {
      const word = peptide.slice(at, at + ALIKE_RESIDUES)
      const other = find(first.get(word) ?? i)
      const own = find(i)
      root[Math.max(own, other)] = Math.min(own, other)
      if (!first.has(word)) first.set(word, i)
    }
  const groups = new Map<number, number[]>()
  for (let i = 0; i < peptides.length; i++) groups.set(find(i), [...(groups.get(find(i)) ?? []), i])
  return [...groups.values()].filter(group => group.length > 1)
}

/**
 * The same design with its places given out anew: a group fills one pool of the first replicate, the largest first; what a pool has no room for goes to the next.
 * A receptor that answers to a whole group then lights one pool there and not many, and the other replicates, where the group is apart, tell which.
 */
function withAlikeTogether({ replicates, pools }: PoolDesign, alike: readonly (readonly number[])[]): PoolDesign {
  const open = (replicates[0] ?? []).map(pool => [...pool])
  if (alike.length === 0 || open.length === 0) return { replicates, pools }
  const peptideAt = new Map<number, number>()
  for (const group of alike.toSorted((a, b) => b.length - a.length || a[0]! - b[0]!)) {
    const left = [...group]
    while (left.length > 0) {
      const roomy = open.find(pool => pool.length >= left.length) ?? open.reduce((most, pool) => (pool.length > most.length ? pool : most))
      for (const place of roomy.splice(0, left.length)) peptideAt.set(place, left.shift()!)
    }
  }
  const placed = new Set(peptideAt.values())
  const count = (replicates[0] ?? []).reduce((sum, pool) => sum + pool.length, 0)
  const others = Array.from({ length: count }, (_, i) => i).filter(peptide => !placed.has(peptide))
  for (const place of open.flat().sort((a, b) => a - b)) peptideAt.set(place, others.shift()!)
  return { replicates: replicates.map(own => own.map(pool => pool.map(place => peptideAt.get(place)!).sort((a, b) => a - b))), pools }
}

/**
 * Two or three replicates of unequal size: rows and columns of a grid, and its diagonals. Undefined when none has fewer pools than `most`.
 * Cells of a row are distinct columns, and cells of a row or a column lie on distinct diagonals, so no pair meets twice.
 */
function unevenGrid({ peptides, maxPerPool, coverage }: PoolRequest, most: number) {
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
        const replicates = [poolsOf(peptides, rows, row), poolsOf(peptides, columns, column)]
        if (coverage === 3) replicates.push(poolsOf(peptides, diagonals, i => (row(i) + column(i)) % diagonals))
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
