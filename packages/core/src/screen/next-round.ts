// What to test next, from what a screen showed: constructs into their minigenes, pools into their peptides, answers against their wild type, doses and HLA, failed wells again.
import type { PooledHit } from './pool-table.ts'
import { type ScreenReadout, type ScreenRow, wildTypeOf } from './read-screen.ts'

export type NextStep = 'split' | 'confirm' | 'wild-type' | 'titrate' | 'restrict' | 'repeat'

export interface NextTest {
  readonly effector: string
  readonly antigen: string
  readonly step: NextStep
  /** Molar, high to low, 0 last; empty outside titrations. */
  readonly doses: readonly number[]
  /** Alleles of single-allele presenters; empty outside restriction panels. */
  readonly presenters: readonly string[]
  readonly because: string
}

export interface NextRoundInput {
  readonly readout: ScreenReadout
  readonly pools: readonly PooledHit[]
  /** Construct → its minigenes; a construct of one is that minigene. */
  readonly constructs: ReadonlyMap<string, readonly string[]>
  readonly hla: readonly string[]
}

/** 10 µM in steps of ten to 1 pM, and the blank: a plateau needs a dose ten times the EC50. */
export const TITRATION_DOSES: readonly number[] = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 0]

const isWildType = (antigen: string): boolean => antigen.endsWith('-wt')

/** Each effector × antigen at most once a step, in the order of the readout. */
export function proposeNextRound({ readout, pools, constructs, hla }: NextRoundInput): readonly NextTest[] {
  const tests = new Map<string, NextTest>()
  const add = (
    effector: string,
    antigen: string,
    step: NextStep,
    because: string,
    more: Partial<Pick<NextTest, 'doses' | 'presenters'>> = {},
  ) => {
    const key = `${effector}\t${antigen}\t${step}`
    if (!tests.has(key)) tests.set(key, { effector, antigen, step, because, doses: [], presenters: [], ...more })
  }
  const tested = new Set(readout.rows.map(row => `${row.effector}\t${row.antigen}`))
  const titrated = new Set(readout.titrations.map(row => `${row.effector}\t${row.antigen}`))
  const inPool = new Set(pools.map(hit => hit.effector))
  for (const row of readout.rows) {
    const { effector, antigen } = row
    if (row.call === 'invalid' || row.call === 'no-data') {
      add(effector, antigen, 'repeat', row.call === 'invalid' ? 'the plate’s controls failed' : 'no well was counted')
      continue
    }
    if (row.call !== 'positive' || isWildType(antigen) || row.blocking !== undefined) continue
    const members = constructs.get(antigen) ?? []
    if (members.length > 1) {
      for (const member of members) add(effector, member, 'split', `${antigen} answered and holds ${members.length} minigenes`)
      continue
    }
    if (antigen.startsWith('POOL-') && inPool.has(effector)) continue
    confirmSingle(row, { tested, titrated, hla, rows: readout.rows }, add)
  }
  for (const hit of pools)
    add(
      hit.effector,
      hit.peptideId,
      'confirm',
      `${hit.confident ? 'confident' : 'candidate'} of the pools, ${hit.activity.toFixed(0)} spots above ${hit.background.toFixed(0)}`,
    )
  return [...tests.values()]
}

type Add = (
  effector: string,
  antigen: string,
  step: NextStep,
  because: string,
  more?: Partial<Pick<NextTest, 'doses' | 'presenters'>>,
) => void

interface Known {
  readonly tested: ReadonlySet<string>
  readonly titrated: ReadonlySet<string>
  readonly hla: readonly string[]
  readonly rows: readonly ScreenRow[]
}

function confirmSingle({ effector, antigen, presenterHla }: ScreenRow, known: Known, add: Add): void {
  const twin = wildTypeOf(antigen)
  if (!known.tested.has(`${effector}\t${twin}`)) add(effector, twin, 'wild-type', `${antigen} answered, its wild type was not tested`)
  if (!known.titrated.has(`${effector}\t${antigen}`))
    for (const one of [antigen, twin]) add(effector, one, 'titrate', `${antigen} answered at one dose`, { doses: TITRATION_DOSES })
  const alleles = new Set(known.rows.filter(row => row.effector === effector && row.antigen === antigen).map(row => row.presenterHla))
  if (presenterHla === '' && alleles.size === 1 && known.hla.length > 0)
    add(effector, antigen, 'restrict', 'the presenting HLA is not known', { presenters: known.hla })
}
