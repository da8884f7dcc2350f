// Spots of pools → the peptides that explain them. Rules of ACE (Lee 2024, pirl-unc/ace) and golfy (pirl-unc/golfy), worked from their formulas; `likelihood` is ours.

export interface PooledReadout {
  readonly peptides: number
  /** Peptide indices of each pool. */
  readonly pools: readonly (readonly number[])[]
  /** Spots of each pool. */
  readonly spots: readonly number[]
}

export interface Hit {
  readonly peptide: number
  /** A hit pool holds no other hit peptide; otherwise more than one reading fits. */
  readonly confident: boolean
}

export interface EmpiricalOptions {
  /** A pool is positive from this many spots on. */
  readonly minSpots: number
  /** A peptide must be in this many positive pools. */
  readonly minCoverage: number
}

/** ACE's rule: a peptide is a hit when it stands in enough positive pools. */
export function deconvolveEmpirical(
  { peptides, pools, spots }: PooledReadout,
  { minSpots, minCoverage }: EmpiricalOptions,
): readonly Hit[] {
  const positive = pools.filter((_, pool) => spots[pool]! >= minSpots)
  const inPositive = new Int32Array(peptides)
  for (const pool of positive) for (const peptide of pool) inPositive[peptide]!++
  return gradeHits(
    Array.from({ length: peptides }, (_, i) => i).filter(peptide => inPositive[peptide]! >= minCoverage),
    positive,
  )
}

/** A hit is confident when a positive pool of it holds no other. */
export function gradeHits(hits: readonly number[], positive: readonly (readonly number[])[]): readonly Hit[] {
  const set = new Set(hits)
  return hits.map(peptide => ({
    peptide,
    confident: positive.some(pool => pool.includes(peptide) && pool.every(other => other === peptide || !set.has(other))),
  }))
}

export interface Activities {
  readonly activity: Float64Array
  readonly background: number
}

const ROUNDS = 500

/** Poisson activities by expectation-maximisation (Strom 2016): pools are sums of their peptides and a common background. 0/0 counts as 0. */
export function fitActivities({ peptides, pools, spots }: PooledReadout, only?: readonly number[]): Activities {
  const allowed = only === undefined ? undefined : new Set(only)
  const columns = peptides + 1
  const members = pools.map(pool => [...pool.filter(peptide => allowed === undefined || allowed.has(peptide)), peptides])
  const columnSum = new Float64Array(columns)
  for (const pool of members) for (const column of pool) columnSum[column]!++
  let b = new Float64Array(columns)
  for (const [pool, list] of members.entries()) for (const column of list) b[column]! += spots[pool]! / columnSum[column]!
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(columns)
    for (const [pool, list] of members.entries()) {
      let expected = 0
      for (const column of list) expected += b[column]!
      const ratio = expected === 0 ? 0 : spots[pool]! / expected
      for (const column of list) next[column]! += ratio
    }
    let moved = 0
    for (let i = 0; i < columns; i++) {
      const value = columnSum[i] === 0 ? 0 : (next[i]! * b[i]!) / columnSum[i]!
      const kept = Math.abs(value) < 1e-4 ? 0 : value
      moved += Math.abs(kept - b[i]!)
      next[i] = kept
    }
    b = next
    if (moved / columns < 1e-3) break
  }
  return { activity: b.slice(0, peptides), background: b[peptides]! }
}

/** Hits of `fitActivities`: above three times the background and the empty wells' mean, by at least one spot. */
export function deconvolveEm(
  readout: PooledReadout,
  emptyWells = 0,
): { readonly hits: readonly number[]; readonly fit: Activities; readonly cutoff: number } {
  const fit = fitActivities(readout)
  const cutoff = 3 * fit.background + emptyWells + 1
  return { hits: [...fit.activity.keys()].filter(peptide => fit.activity[peptide]! > cutoff), fit, cutoff }
}

function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!)
}

/** Non-negative lasso on spots scaled between their 1st and 99th percentile (golfy's rule); the background is penalised like a peptide. */
export function deconvolveLasso(
  { peptides, pools, spots }: PooledReadout,
  emptyWells = 0,
): { readonly hits: readonly number[]; readonly activity: Float64Array; readonly background: number } {
  const sorted = spots.toSorted((a, b) => a - b)
  const low = percentile(sorted, 0.01)
  const scale = percentile(sorted, 0.99) - low || 1
  const y = spots.map(value => Math.max(0, value - low) / scale)
  const alpha = 1 / (2 * (peptides + 1))
  const columns: number[][] = Array.from({ length: peptides + 1 }, () => [])
  for (const [pool, list] of pools.entries()) {
    for (const peptide of list) columns[peptide]!.push(pool)
    columns[peptides]!.push(pool)
  }
  const b = new Float64Array(peptides + 1)
  const residual = Float64Array.from(y)
  for (let round = 0; round < 10_000; round++) {
    let largest = 0
    for (let j = 0; j <= peptides; j++) {
      const column = columns[j]!
      if (column.length === 0) continue
      let rho = 0
      for (const pool of column) rho += residual[pool]!
      rho += column.length * b[j]!
      const value = Math.max(0, (rho - alpha * pools.length) / column.length)
      const step = value - b[j]!
      if (step !== 0) for (const pool of column) residual[pool]! -= step
      b[j] = value
      largest = Math.max(largest, Math.abs(step))
    }
    if (largest < 1e-9) break
  }
  const activity = b.slice(0, peptides).map(value => value * scale)
  const background = b[peptides]! * scale
  const cutoff = Math.sqrt(background) + emptyWells + 1
  return { hits: [...activity.keys()].filter(peptide => activity[peptide]! > cutoff), activity, background }
}

function logLikelihood(readout: PooledReadout, { activity, background }: Activities): number {
  let sum = 0
  for (const [pool, list] of readout.pools.entries()) {
    let expected = Math.max(background, 1e-3)
    for (const peptide of list) expected += activity[peptide]!
    sum += readout.spots[pool]! * Math.log(expected) - expected
  }
  return sum
}

/** Spots below which an activity is not taken for a response. */
const LEAST_ACTIVITY = 10

/**
 * The default: of the empirical hits, the peptide that raises the Poisson likelihood most is taken, again and again, while the gain is worth
 * ln(pools); then activities near the background are dropped.
 */
export function deconvolveLikelihood(
  readout: PooledReadout,
  options: EmpiricalOptions,
): { readonly hits: readonly Hit[]; readonly fit: Activities } {
  const candidates = deconvolveEmpirical(readout, options).map(hit => hit.peptide)
  const chosen: number[] = []
  const price = Math.log(readout.pools.length)
  let fit = fitActivities(readout, chosen)
  let likelihood = logLikelihood(readout, fit)
  for (;;) {
    let best: { peptide: number; fit: Activities; value: number } | undefined
    for (const peptide of candidates) {
      if (chosen.includes(peptide)) continue
      const more = fitActivities(readout, [...chosen, peptide])
      const value = logLikelihood(readout, more)
      if (best === undefined || value > best.value) best = { peptide, fit: more, value }
    }
    if (best === undefined || best.value - likelihood < price) break
    chosen.push(best.peptide)
    fit = best.fit
    likelihood = best.value
  }
  const floor = Math.max(3 * fit.background, LEAST_ACTIVITY)
  const kept = chosen.filter(peptide => fit.activity[peptide]! >= floor).sort((a, b) => a - b)
  const positive = readout.pools.filter((_, pool) => readout.spots[pool]! >= options.minSpots)
  return { hits: gradeHits(kept, positive), fit }
}
