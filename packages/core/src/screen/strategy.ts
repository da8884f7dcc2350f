// How many wells a screen will need, and how many wrong answers it will give, before it is begun: constructs first and the members of the positive ones afterwards, or everything in one round
// of overlapping pools. By the number of mutations that will be seen, which nobody knows yet.
import { seededRandom } from '../base/index.ts'
import { deconvolveEmpirical } from './deconvolve.ts'
import { designPools } from './design-pools.ts'

export interface StrategyRequest {
  readonly antigens: number
  /** In one construct or pool. */
  readonly together: number
  /** Pools of each antigen in one round. */
  readonly coverage: number
  readonly seed: string
}

export interface StrategyForecast {
  readonly hits: number
  /** Wells of one effector and replicate, on average. */
  readonly adaptiveWells: number
  readonly oneRoundWells: number
  /** Antigens that stand in positive pools alone and are none, on average; adaptive screens have none. */
  readonly falsePositives: number
  /** Share of screens in which one round names the hits and nothing else. */
  readonly exact: number
}

const DRAWS = 1000

/** Chance that none of `size` of `n` is among `hits` drawn without replacement. */
function chanceOfNone(n: number, size: number, hits: number): number {
  let chance = 1
  for (let i = 0; i < hits; i++) chance *= Math.max(0, n - size - i) / (n - i)
  return chance
}

/** Singles are exact: each construct's members, by the chance that it holds a hit. */
export function adaptiveWells({ antigens, together }: StrategyRequest, hits: number): number {
  const constructs = Math.ceil(antigens / together)
  let wells = constructs
  for (let i = 0; i < constructs; i++) {
    const size = Math.min(together, antigens - i * together)
    wells += size * (1 - chanceOfNone(antigens, size, hits))
  }
  return wells
}

/** `hits`: how many antigens will be seen; each is forecast by a thousand draws from the seed. */
export function forecastStrategies(request: StrategyRequest, hits: readonly number[]): readonly StrategyForecast[] {
  const { antigens, together, coverage, seed } = request
  const design = designPools({ peptides: antigens, maxPerPool: together, coverage })
  const pools = design.replicates.flat()
  return hits
    .filter(count => count <= antigens)
    .map(count => {
      const random = seededRandom(`${seed}|strategy|${count}`)
      let wrong = 0
      let exact = 0
      for (let draw = 0; draw < DRAWS; draw++) {
        const seen = new Set<number>()
        while (seen.size < count) seen.add(random.below(antigens))
        const spots = pools.map(pool => (pool.some(antigen => seen.has(antigen)) ? 1 : 0))
        const called = deconvolveEmpirical({ peptides: antigens, pools, spots }, { minSpots: 1, minCoverage: coverage })
        const extra = called.filter(({ peptide }) => !seen.has(peptide)).length
        wrong += extra
        if (extra === 0) exact++
      }
      return {
        hits: count,
        adaptiveWells: adaptiveWells(request, count),
        oneRoundWells: design.pools,
        falsePositives: wrong / DRAWS,
        exact: exact / DRAWS,
      }
    })
}
