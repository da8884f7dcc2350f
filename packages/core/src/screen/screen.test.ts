import { expect, test } from 'vitest'
import { oracle, readData, tableOf } from '../../../../test/oracle.ts'
import {
  deconvolveEm,
  deconvolveEmpirical,
  deconvolveLasso,
  deconvolveLikelihood,
  designPools,
  dfr2x,
  dfrEq,
  fitTitration,
  leastPools,
  orderMinigenes,
  repeatedPairs,
} from './index.ts'

const SCREEN = 'singlecell/screen'

interface DfrCase {
  readonly id: string
  readonly control: readonly number[]
  readonly antigens: readonly {
    readonly antigen: string
    readonly wells: readonly number[]
    readonly dfr_eq_p: number
    readonly dfr_2x_p_50000: number
    readonly dfr_2x_p_exact: number
  }[]
}

oracle('dfr-eq and dfr-2x equal the published functions on 72 plates, 259 antigens', () => {
  const plates = JSON.parse(readData(`${SCREEN}/dfr_cases.json`)) as readonly DfrCase[]
  let compared = 0
  for (const { id, control, antigens } of plates) {
    const eq = dfrEq(control, antigens)
    const twice = dfr2x(control, antigens)
    for (const [i, antigen] of antigens.entries()) {
      compared++
      expect(Math.abs(eq[i]!.p! - antigen.dfr_eq_p), `${id} ${antigen.antigen} eq`).toBeLessThan(1e-7)
      expect(Math.abs(twice[i]!.p! - antigen.dfr_2x_p_exact), `${id} ${antigen.antigen} 2x`).toBeLessThan(1e-8)
      expect(twice[i]!.p! <= 0.05).toBe(antigen.dfr_2x_p_50000 <= 0.05)
    }
  }
  expect(compared).toBe(259)
})

interface PoolCase {
  readonly peptides: number
  readonly truth: readonly number[]
  readonly pools: readonly (readonly number[])[]
  readonly spots: readonly number[]
  readonly empirical: {
    readonly min_pool_spots: number
    readonly min_coverage: number
    readonly confident: readonly number[]
    readonly candidate: readonly number[]
  }
  readonly em: { readonly activity: readonly number[]; readonly background: number; readonly hits: readonly number[] } | null
  readonly lasso: { readonly hits: readonly number[]; readonly activity: readonly number[]; readonly background: number }
}

oracle('deconvolution: ACE empirical, em and lasso as recorded; the default finds the truth', () => {
  const cases = JSON.parse(readData(`${SCREEN}/deconvolution_cases.json`)) as readonly PoolCase[]
  expect(cases.length).toBe(30)
  let f1 = 0
  let missed = 0
  let otherMinimum = 0
  for (const plate of cases) {
    const options = { minSpots: plate.empirical.min_pool_spots, minCoverage: plate.empirical.min_coverage }
    const empirical = deconvolveEmpirical(plate, options)
    expect(empirical.filter(hit => hit.confident).map(hit => hit.peptide)).toEqual(plate.empirical.confident)
    expect(empirical.filter(hit => !hit.confident).map(hit => hit.peptide)).toEqual(plate.empirical.candidate)
    const lasso = deconvolveLasso(plate)
    if (lasso.hits.join() !== plate.lasso.hits.join()) {
      // a plate of noise whose least value is reached at more than one place: ours is no worse than the recorded one
      otherMinimum++
      expect(plate.truth).toEqual([])
      expect(lassoCost(plate, lasso.activity, lasso.background)).toBeLessThanOrEqual(
        lassoCost(plate, plate.lasso.activity, plate.lasso.background) + 1e-5,
      )
    }
    if (plate.em !== null) {
      const em = deconvolveEm(plate)
      for (const [i, activity] of plate.em.activity.entries())
        expect(Math.abs(em.fit.activity[i]! - activity)).toBeLessThanOrEqual(1e-4 * Math.max(1, activity))
      expect(em.hits).toEqual(plate.em.hits)
    }
    const found = new Set(deconvolveLikelihood(plate, options).hits.map(hit => hit.peptide))
    const right = plate.truth.filter(peptide => found.has(peptide)).length
    missed += plate.truth.length - right
    f1 += found.size + plate.truth.length === 0 ? 1 : (2 * right) / (found.size + plate.truth.length)
  }
  expect(f1 / cases.length).toBeGreaterThanOrEqual(0.98)
  expect(missed).toBe(0)
  expect(otherMinimum).toBeLessThanOrEqual(1)
})

/** What the lasso minimises, on the scaled spots. */
function lassoCost({ pools, spots, peptides }: PoolCase, activity: ArrayLike<number>, background: number): number {
  const sorted = spots.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const low = Math.floor(place)
    return sorted[low]! + (place - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!)
  }
  const scale = at(0.99) - at(0.01)
  let squares = 0
  let size = background / scale
  for (let i = 0; i < peptides; i++) size += activity[i]! / scale
  for (const [pool, list] of pools.entries()) {
    const expected = (background + list.reduce((sum, peptide) => sum + activity[peptide]!, 0)) / scale
    squares += (Math.max(0, spots[pool]! - at(0.01)) / scale - expected) ** 2
  }
  return squares / (2 * pools.length) + size / (2 * (peptides + 1))
}

oracle('pools: never a pair together twice, never fewer than possible, and at most as many as golfy in 550 of 556 settings', () => {
  let asFew = 0
  const rows = tableOf(`${SCREEN}/golfy_zero_violation_pools.tsv`)
  for (const row of rows) {
    const request = { peptides: Number(row.peptides), maxPerPool: Number(row.max_per_pool), coverage: Number(row.coverage) }
    const design = designPools(request)
    const flat = design.replicates.flat()
    expect(repeatedPairs(flat)).toBe(0)
    expect(Math.max(...flat.map(pool => pool.length))).toBeLessThanOrEqual(request.maxPerPool)
    expect(flat.flat().length).toBe(request.peptides * request.coverage)
    expect(design.pools).toBeGreaterThanOrEqual(leastPools(request))
    if (design.pools <= Number(row.golfy_pools)) asFew++
  }
  expect(rows.length).toBe(556)
  expect(asFew).toBeGreaterThanOrEqual(550)
})

interface Curve {
  readonly id: string
  readonly kind: 'full' | 'weak' | 'flat'
  readonly concentration_molar: readonly number[]
  readonly response: readonly number[]
  readonly r_nls: { readonly converged: boolean; readonly log10_ec50?: number; readonly rss?: number }
}

oracle('titrations: 20 of 20 kinds, and the fits of R where R converged on a full curve', () => {
  const curves = JSON.parse(readData(`${SCREEN}/dose_curves.json`)) as readonly Curve[]
  const kinds = { full: 'full', weak: 'above-range', flat: 'no-response' } as const
  let compared = 0
  for (const { id, kind, concentration_molar, response, r_nls } of curves) {
    const fit = fitTitration(concentration_molar.map((molar, i) => ({ molar, response: response[i]! })))
    expect([id, fit?.kind]).toEqual([id, kinds[kind]])
    if (kind !== 'full' || !r_nls.converged) continue
    compared++
    expect(fit!.rss).toBeLessThanOrEqual(1.000001 * r_nls.rss!)
    expect(Math.abs(Math.log10(fit!.ec50!) - r_nls.log10_ec50!)).toBeLessThanOrEqual(1e-3)
    expect(fit!.ec50Low!).toBeLessThan(fit!.ec50!)
    expect(fit!.ec50High!).toBeGreaterThan(fit!.ec50!)
  }
  expect(curves.length).toBe(20)
  expect(compared).toBeGreaterThan(8)
})

oracle('minigene orders cost what exact search costs, 10 of 10', () => {
  const cases = JSON.parse(readData(`${SCREEN}/minigene_order.json`)) as readonly { junction_cost: number[][]; optimal_cost: number }[]
  expect(cases.map(row => orderMinigenes(row.junction_cost).cost)).toEqual(cases.map(row => row.optimal_cost))
  expect(cases.length).toBe(10)
})

test('an empty plate, equal doses and no minigene are answered, not thrown', () => {
  expect(fitTitration([])).toBeUndefined()
  expect(fitTitration(Array.from({ length: 8 }, () => ({ molar: 1e-6, response: 3 })))).toBeUndefined()
  expect(fitTitration(Array.from({ length: 8 }, (_, i) => ({ molar: 10 ** -i, response: 0 })))?.kind).toBe('no-response')
  expect(orderMinigenes([])).toEqual({ order: [], cost: 0, exact: true })
  expect(
    deconvolveLikelihood(
      {
        peptides: 4,
        pools: [
          [0, 1],
          [2, 3],
        ],
        spots: [0, 0],
      },
      { minSpots: 10, minCoverage: 1 },
    ).hits,
  ).toEqual([])
})
