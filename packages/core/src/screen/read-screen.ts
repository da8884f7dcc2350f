// Plates with their map → which effector answers to which antigen, how strongly, and where the pools point.
import { type Caveat, caveat } from '../base/index.ts'
import { BLOCKED, type Blocked, type ReadWell } from './plate.ts'
import {
  canResample,
  dfr2x,
  dfrEq,
  EMPIRICAL_CUTS,
  type EmpiricalCut,
  empiricalRule,
  isEmpiricallyPositive,
  type Positivity,
  type Rule,
} from './positivity.ts'
import { fitTitration, type TitrationFit } from './titration.ts'

export type Unit = 'spots' | 'percent' | 'pg/mL'
export type Call = 'positive' | 'negative' | 'invalid' | 'no-data'

export interface ScreenRow {
  readonly effector: string
  readonly antigen: string
  readonly presenterHla: string
  readonly plate: string
  readonly wells: readonly string[]
  readonly values: readonly number[]
  readonly rule: Rule
  readonly statistic: number
  readonly fold: number
  readonly p: number | undefined
  readonly call: Call
  readonly caveats: readonly Caveat[]
  /** The antibody that was in the wells; undefined: none. */
  readonly blocking?: Blocked
}

export interface TitrationRow {
  readonly effector: string
  readonly antigen: string
  readonly presenterHla: string
  readonly plate: string
  readonly fit: TitrationFit | undefined
  readonly highestDose: number
}

export interface ScreenReadout {
  readonly rows: readonly ScreenRow[]
  readonly titrations: readonly TitrationRow[]
  readonly caveats: readonly Caveat[]
}

export interface ReadOptions {
  readonly rule: Rule
  readonly unit: Unit
  readonly alpha: number
  readonly cut?: EmpiricalCut
}

/** Spread of replicates above which they are flagged: variance over (median + 1); unverified. */
const MOST_SPREAD = 10

export function readScreen(wells: readonly ReadWell[], options: ReadOptions): ScreenReadout {
  const rows: ScreenRow[] = []
  const titrations: TitrationRow[] = []
  const caveats: Caveat[] = []
  const cut = options.cut ?? EMPIRICAL_CUTS[options.unit]
  for (const [key, group] of groupBy(
    wells.filter(well => well.kind !== 'empty'),
    well => `${well.plate}\t${well.effector}`,
  )) {
    const [plate = '', effector = ''] = key.split('\t')
    const control = values(group.filter(well => well.kind === 'negative'))
    const positive = values(group.filter(well => well.kind === 'positive'))
    const tests = group.filter(well => well.kind === 'test')
    const doses = tests.filter(well => well.doseMolar !== undefined)
    for (const [antigen, list] of groupBy(doses, well => `${well.antigen}\t${well.presenterHla}`))
      titrations.push(titrationOf(antigen, list, plate, effector))
    const plain = [
      ...groupBy(
        tests.filter(well => well.doseMolar === undefined),
        well => `${well.antigen}\t${well.presenterHla}\t${well.blocking ?? ''}`,
      ),
    ]
    const withValues = plain.map(([name, list]) => ({ antigen: name, list, wells: values(list) }))
    const answered = withValues.filter(row => row.wells.length > 0)
    const controlFailed =
      positive.length === 0 || control.length === 0 || mean(positive) < Math.max(cut.fold * mean(control), mean(control) + cut.above)
    if (answered.length > 0 && controlFailed)
      caveats.push(
        caveat(
          'control-failed',
          positive.length === 0
            ? `plate ${plate}, ${effector}: there is no positive control, so nothing is called`
            : control.length === 0
              ? `plate ${plate}, ${effector}: there are no negative wells, so nothing is called`
              : `plate ${plate}, ${effector}: the positive control did not answer (${mean(positive).toFixed(0)} against ${mean(control).toFixed(0)}), so nothing is called`,
        ),
      )
    const rule = chosenRule(
      options.rule,
      answered.map(row => row.wells.length),
      control.length,
    )
    if (answered.length > 0 && rule !== options.rule)
      caveats.push(
        caveat(
          'rule-changed',
          `plate ${plate}, ${effector}: too few replicates for ${options.rule}, the empirical rule was used (at least ${cut.fold} times the control and ${cut.above} more: unverified)`,
        ),
      )
    const results = control.length === 0 ? [] : resultsOf(rule, control, answered)
    for (const row of withValues) {
      const [antigen = '', presenterHla = ''] = row.antigen.split('\t')
      const { blocking } = row.list[0]!
      const result = results.find(other => other.antigen === row.antigen)
      rows.push({
        effector,
        antigen,
        presenterHla,
        plate,
        wells: row.list.map(well => well.well),
        values: row.wells,
        rule,
        statistic: result?.statistic ?? Number.NaN,
        fold: result === undefined ? Number.NaN : result.mean / Math.max(result.controlMean, 1e-9),
        p: result?.p,
        call:
          row.wells.length === 0
            ? 'no-data'
            : controlFailed || result === undefined
              ? 'invalid'
              : isPositive(rule, result, options.alpha, cut)
                ? 'positive'
                : 'negative',
        caveats: wellCaveats(row.list, row.wells),
        ...(blocking === undefined ? {} : { blocking }),
      })
    }
  }
  return { rows, titrations, caveats }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

const values = (wells: readonly ReadWell[]): readonly number[] => wells.flatMap(well => (well.value === undefined ? [] : [well.value]))
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length

const chosenRule = (rule: Rule, tests: readonly number[], control: number): Rule =>
  rule === 'empirical' || tests.every(test => canResample(test, control)) ? rule : 'empirical'

function resultsOf(
  rule: Rule,
  control: readonly number[],
  antigens: readonly { readonly antigen: string; readonly wells: readonly number[] }[],
): readonly Positivity[] {
  if (rule === 'dfr-eq') return dfrEq(control, antigens)
  return rule === 'dfr-2x' ? dfr2x(control, antigens) : empiricalRule(control, antigens)
}

const isPositive = (rule: Rule, row: Positivity, alpha: number, cut: EmpiricalCut): boolean =>
  rule === 'empirical' ? isEmpiricallyPositive(row, cut) : row.p !== undefined && row.p <= alpha && row.mean > row.controlMean

function wellCaveats(wells: readonly ReadWell[], list: readonly number[]): readonly Caveat[] {
  const caveats: Caveat[] = []
  const censored = wells.filter(well => well.censored)
  if (censored.length > 0) caveats.push(caveat('censored', `${censored.map(well => well.well).join(', ')}: at least the value given`))
  const missing = wells.filter(well => well.value === undefined)
  if (missing.length > 0) caveats.push(caveat('missing-wells', `${missing.map(well => well.well).join(', ')}: not counted`))
  if (list.length > 1) {
    const average = mean(list)
    const variance = list.reduce((sum, value) => sum + (value - average) ** 2, 0) / (list.length - 1)
    const sorted = list.toSorted((a, b) => a - b)
    const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
    if (variance / (median + 1) > MOST_SPREAD)
      caveats.push(caveat('replicates-differ', `replicates ${list.join(', ')} differ more than they should`))
  }
  return caveats
}

function titrationOf(key: string, wells: readonly ReadWell[], plate: string, effector: string): TitrationRow {
  const [antigen = '', presenterHla = ''] = key.split('\t')
  const doses = wells.flatMap(well =>
    well.value === undefined || well.doseMolar === undefined ? [] : [{ molar: well.doseMolar, response: well.value }],
  )
  return { effector, antigen, presenterHla, plate, fit: fitTitration(doses), highestDose: Math.max(0, ...doses.map(dose => dose.molar)) }
}

/** The wild-type twin of an antigen: `TMG-1-wt` of `TMG-1`. */
export const wildTypeOf = (antigen: string): string => `${antigen}-wt`

/** Classes of molecules whose antibody silences an answer that the same plate gives without it. */
export function silencedBy(rows: readonly ScreenRow[]): readonly Blocked[] {
  const open = new Set(rows.filter(row => row.blocking === undefined && row.call === 'positive').map(row => row.plate))
  const silenced = rows.filter(row => row.blocking !== undefined && row.call === 'negative' && open.has(row.plate))
  return BLOCKED.filter(blocked => silenced.some(row => row.blocking === blocked))
}

/** Class of molecules an allele belongs to, as the antibodies tell them apart. */
export const blockedClass = (allele: string): Blocked =>
  BLOCKED.find(blocked => blocked !== 'class-I' && allele.replace(/^HLA-/, '').startsWith(blocked)) ?? 'class-I'

/** Alleles of the classes whose antibody silences the answer; all of them where none does. */
export const narrowedBy = (silenced: readonly Blocked[], alleles: readonly string[]): readonly string[] =>
  alleles.filter(allele => silenced.length === 0 || silenced.includes(blockedClass(allele)))

/**
 * Alleles that answer when presenters carry one HLA each: the only one restricts, several leave it open unless a blocking antibody narrows them.
 * `rows` are of one effector and antigen.
 */
export function restrictionOf(rows: readonly ScreenRow[]): {
  readonly hla: string | undefined
  readonly ambiguous: boolean
  readonly silenced: readonly Blocked[]
} {
  const silenced = silencedBy(rows)
  const open = rows.filter(row => row.blocking === undefined && row.presenterHla !== '' && row.call === 'positive')
  const left = narrowedBy(silenced, [...new Set(open.map(row => row.presenterHla))])
  return { hla: left.length === 1 ? left[0] : undefined, ambiguous: left.length > 1, silenced }
}
