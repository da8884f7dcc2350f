// Which screening design for 1 to 10 immunogenic mutations among 150? 200 seeded screens a design: wells, share of true hits found, false ones.
// Run: npm run screens:simulate. Wells count spots: background Poisson(8), a response of 60 to 400 spots, both with 20 % well-to-well variation; three wells where a design
// replicates, called by dfr-2x against six negatives; pools are taken apart by the default deconvolution.
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@cognate/core/base'
import { deconvolveLikelihood, designPools, dfr2x } from '@cognate/core/screen'

const MINIGENES = 150
const NEGATIVES = 6

interface Outcome {
  readonly wells: number
  readonly rounds: number
  readonly found: number
  readonly falseHits: number
}

type Random = ReturnType<typeof seededRandom>

function poisson(mean: number, random: Random): number {
  let count = 0
  // sum of exponentials; means here are hundreds at most
  for (let sum = 0; ; count++) {
    sum -= Math.log((random.below(1_000_000) + 1) / 1_000_001)
    if (sum > mean) return count
  }
}

const normal = (random: Random): number => Array.from({ length: 12 }, () => random.below(1_000_000) / 1_000_000).reduce((a, b) => a + b, -6)
const well = (mean: number, random: Random): number => poisson(Math.max(0.1, mean * (1 + 0.2 * normal(random))), random)

interface Screen {
  readonly truth: ReadonlyMap<number, number>
  readonly random: Random
}

function makeScreen(hits: number, run: number): Screen {
  const random = seededRandom(`screen ${hits} ${run}`)
  const truth = new Map<number, number>()
  while (truth.size < hits) truth.set(random.below(MINIGENES), 60 + random.below(341))
  return { truth, random }
}

/** Positive groups of minigenes by replicate wells and the plate's own negatives, 28 groups a plate. */
function calledGroups(
  groups: readonly (readonly number[])[],
  { truth, random }: Screen,
): { readonly positive: readonly number[]; readonly wells: number } {
  const positive: number[] = []
  let wells = 0
  for (let from = 0; from < groups.length; from += 28) {
    const plate = groups.slice(from, from + 28)
    const control = Array.from({ length: NEGATIVES }, () => well(8, random))
    const antigens = plate.map((group, i) => {
      const mean = 8 + group.reduce((sum, minigene) => sum + (truth.get(minigene) ?? 0), 0)
      return { antigen: String(from + i), wells: Array.from({ length: 3 }, () => well(mean, random)) }
    })
    wells += 3 * plate.length + NEGATIVES + 1
    for (const [i, row] of dfr2x(control, antigens).entries()) if (row.p! <= 0.05 && row.mean > row.controlMean) positive.push(from + i)
  }
  return { positive, wells }
}

const score = (found: readonly number[], screen: Screen, wells: number, rounds: number): Outcome => ({
  wells,
  rounds,
  found: found.filter(minigene => screen.truth.has(minigene)).length / Math.max(1, screen.truth.size),
  falseHits: found.filter(minigene => !screen.truth.has(minigene)).length,
})

const all = Array.from({ length: MINIGENES }, (_, i) => i)

function singles(screen: Screen): Outcome {
  const { positive, wells } = calledGroups(
    all.map(i => [i]),
    screen,
  )
  return score(positive, screen, wells, 1)
}

/** Tandem constructs first, then each minigene of the positive ones. */
function adaptive(perConstruct: number, screen: Screen): Outcome {
  const groups = Array.from({ length: Math.ceil(MINIGENES / perConstruct) }, (_, g) => all.slice(g * perConstruct, (g + 1) * perConstruct))
  const first = calledGroups(groups, screen)
  const candidates = first.positive.flatMap(group => groups[group]!)
  if (candidates.length === 0) return score([], screen, first.wells, 1)
  const second = calledGroups(
    candidates.map(i => [i]),
    screen,
  )
  return score(
    second.positive.map(i => candidates[i]!),
    screen,
    first.wells + second.wells,
    2,
  )
}

/** One round of overlapping pools, one well each. */
function pooled(maxPerPool: number, coverage: number, screen: Screen): Outcome {
  const pools = designPools({ peptides: MINIGENES, maxPerPool, coverage }).replicates.flat()
  const spots = pools.map(pool => well(8 + pool.reduce((sum, minigene) => sum + (screen.truth.get(minigene) ?? 0), 0), screen.random))
  const { hits } = deconvolveLikelihood({ peptides: MINIGENES, pools, spots }, { minSpots: 30, minCoverage: coverage })
  return score(
    hits.map(hit => hit.peptide),
    screen,
    pools.length + NEGATIVES + 1,
    1,
  )
}

export const DESIGNS: readonly { readonly name: string; readonly run: (screen: Screen) => Outcome }[] = [
  { name: 'every minigene alone, 3 wells', run: singles },
  { name: 'constructs of 12, then singles', run: screen => adaptive(12, screen) },
  { name: 'constructs of 6, then singles', run: screen => adaptive(6, screen) },
  { name: 'pools of 12, 2 per minigene', run: screen => pooled(12, 2, screen) },
  { name: 'pools of 12, 3 per minigene', run: screen => pooled(12, 3, screen) },
  { name: 'pools of 12, 4 per minigene', run: screen => pooled(12, 4, screen) },
]

/** Means over `runs` screens of one design. */
export function simulate(
  design: (typeof DESIGNS)[number],
  hits: number,
  runs: number,
): { readonly wells: number; readonly sensitivity: number; readonly falseHits: number; readonly exact: number } {
  const outcomes = Array.from({ length: runs }, (_, run) => design.run(makeScreen(hits, run)))
  const mean = (amountOf: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + amountOf(outcome), 0) / runs
  return {
    wells: mean(outcome => outcome.wells),
    sensitivity: mean(outcome => outcome.found),
    falseHits: mean(outcome => outcome.falseHits),
    exact: mean(outcome => (outcome.found === 1 && outcome.falseHits === 0 ? 1 : 0)),
  }
}

function print(): void {
  process.stdout.write(
    '| design | hits among 150 | wells | true hits found | false hits a screen | screens exactly right |\n|---|---|---|---|---|---|\n',
  )
  for (const design of DESIGNS)
    for (const hits of [1, 3, 6, 10]) {
      const { wells, sensitivity, falseHits, exact } = simulate(design, hits, 200)
      process.stdout.write(
        `| ${design.name} | ${hits} | ${wells.toFixed(0)} | ${(100 * sensitivity).toFixed(1)} % | ${falseHits.toFixed(2)} | ${(100 * exact).toFixed(0)} % |\n`,
      )
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) print()
