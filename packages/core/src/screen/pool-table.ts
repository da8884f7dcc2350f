// peptide-pools.tsv: which peptide stands in which pool of which replicate; and the pools of a screen taken apart.
import { type Issue, ok, type Result } from '../base/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'
import {
  type Activities,
  deconvolveEm,
  deconvolveEmpirical,
  deconvolveLasso,
  deconvolveLikelihood,
  type EmpiricalOptions,
  fitActivities,
  gradeHits,
  type Hit,
  type PooledReadout,
} from './deconvolve.ts'
import type { ScreenRow } from './read-screen.ts'

export interface PoolMember {
  readonly pool: string
  readonly replicate: number
  readonly peptideId: string
}

/** Errors: those of a table. */
export function parsePools(text: string): Result<readonly PoolMember[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['pool', 'replicate', 'peptide_id'] })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  return ok(
    table.value.rows.map(row => ({ pool: get(row, 'pool'), replicate: Number(get(row, 'replicate')), peptideId: get(row, 'peptide_id') })),
  )
}

export interface PooledHit {
  readonly effector: string
  readonly peptideId: string
  readonly confident: boolean
  readonly activity: number
  readonly background: number
}

export const DECONVOLUTIONS = ['likelihood', 'empirical', 'em', 'lasso'] as const
export type Deconvolution = (typeof DECONVOLUTIONS)[number]

/** Pools of each effector taken apart into the peptides that explain them. `minSpots`: a pool is positive from this many on. */
export function deconvolvePools(
  members: readonly PoolMember[],
  rows: readonly ScreenRow[],
  minSpots: number,
  method: Deconvolution = 'likelihood',
): readonly PooledHit[] {
  const peptides = [...new Set(members.map(member => member.peptideId))]
  const at = new Map(peptides.map((peptide, i) => [peptide, i]))
  const pools = new Map<string, number[]>()
  for (const { pool, peptideId } of members) pools.set(pool, [...(pools.get(pool) ?? []), at.get(peptideId)!])
  const minCoverage = new Set(members.map(member => member.replicate)).size
  return [...new Set(rows.map(row => row.effector))].flatMap(effector => {
    const read = rows.filter(row => row.effector === effector && pools.has(row.antigen) && row.values.length > 0)
    if (read.length === 0) return []
    const readout = {
      peptides: peptides.length,
      pools: read.map(row => pools.get(row.antigen)!),
      spots: read.map(row => row.values.reduce((sum, value) => sum + value, 0) / row.values.length),
    }
    const { hits, fit } = deconvolve(method, readout, { minSpots, minCoverage })
    return hits.map(hit => ({
      effector,
      peptideId: peptides[hit.peptide]!,
      confident: hit.confident,
      activity: fit.activity[hit.peptide]!,
      background: fit.background,
    }))
  })
}

/** Activities are those of the method; the empirical rule has none of its own and shows the expectation-maximised ones. */
function deconvolve(
  method: Deconvolution,
  readout: PooledReadout,
  options: EmpiricalOptions,
): { readonly hits: readonly Hit[]; readonly fit: Activities } {
  const { pools, spots } = readout
  const graded = (hits: readonly number[]) =>
    gradeHits(
      hits,
      pools.filter((_, pool) => spots[pool]! >= options.minSpots),
    )
  switch (method) {
    case 'likelihood':
      return deconvolveLikelihood(readout, options)
    case 'empirical':
      return { hits: deconvolveEmpirical(readout, options), fit: fitActivities(readout) }
    case 'em': {
      const { hits, fit } = deconvolveEm(readout)
      return { hits: graded(hits), fit }
    }
    case 'lasso': {
      const { hits, activity, background } = deconvolveLasso(readout)
      return { hits: graded(hits), fit: { activity: Float64Array.from(activity), background } }
    }
  }
}
