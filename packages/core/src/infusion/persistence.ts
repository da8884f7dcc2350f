// Infused receptors found again in serial samples. An insert has the residues of the patient's receptor and other bases: residues, V and J find the receptor,
// the bases tell whether it is the transferred one. Transferred cells also carry their own receptor, so cells with several chains are counted, not dropped.
import { type Caveat, caveat, detectionLimit, wilson } from '../base/index.ts'
import { geneOf } from '../bio/index.ts'
import type { ContigRow } from '../format/index.ts'
import type { InfusedChain, InfusedReceptor } from './infused-receptor.ts'

export type SampleKind = 'blood' | 'product' | 'tissue'

export interface RepertoireSample {
  readonly name: string
  /** Days from infusion. */
  readonly day: number
  readonly kind: SampleKind
  readonly rows: readonly ContigRow[]
}

export interface PersistenceRow {
  readonly receptorId: string
  readonly sample: string
  readonly day: number
  readonly kind: SampleKind
  /** Cells with a productive beta chain; in bulk data UMIs, or rows without UMIs. */
  readonly cells: number
  readonly insert: number
  readonly insertWithAlpha: number
  readonly native: number
  /** Same residues, V and J, whatever the bases. */
  readonly aminoAcid: number
  /** Per cent of `cells` with the insert, its Wilson 95 % interval and the limit of detection. */
  readonly percent: number
  readonly low: number
  readonly high: number
  readonly detectionLimit: number
  readonly caveats: readonly Caveat[]
}

type Match = 'insert' | 'native' | 'other-nt'

function matchChain(row: ContigRow, chain: InfusedChain): Match | undefined {
  if (row.junctionAa !== chain.junctionAa || geneOf(row.vCall) !== geneOf(chain.v) || geneOf(row.jCall) !== geneOf(chain.j))
    return undefined
  if (row.junction === chain.insertJunction) return 'insert'
  return row.junction === chain.nativeJunction ? 'native' : 'other-nt'
}

/** Counts of every receptor in one sample, in the order of `receptors`. */
export function countReceptors(sample: RepertoireSample, receptors: readonly InfusedReceptor[]): readonly PersistenceRow[] {
  const productive = sample.rows.filter(row => row.productive && row.junctionAa !== '')
  const bulk = productive.length > 0 && productive.every(row => row.cellId === '')
  const units = (row: ContigRow) => (bulk ? Math.max(1, row.umiCount) : 1)
  const unitOf = (row: ContigRow, i: number) => (bulk ? `row ${i}` : row.cellId)
  const denominator = new Map<string, number>()
  for (const [i, row] of productive.entries()) if (row.locus === 'TRB') denominator.set(unitOf(row, i), units(row))
  const cells = [...denominator.values()].reduce((sum, value) => sum + value, 0)
  const shared = new Set(receptors.map(receptor => receptor.beta.insertJunction).filter((junction, i, all) => all.indexOf(junction) !== i))
  return receptors.map(receptor => {
    const insert = new Map<string, number>()
    const native = new Map<string, number>()
    const any = new Map<string, number>()
    const alpha = new Set<string>()
    for (const [i, row] of productive.entries()) {
      if (row.locus === 'TRA' && matchChain(row, receptor.alpha) === 'insert') alpha.add(unitOf(row, i))
      if (row.locus !== 'TRB') continue
      const match = matchChain(row, receptor.beta)
      if (match === undefined) continue
      any.set(unitOf(row, i), units(row))
      if (match === 'insert') insert.set(unitOf(row, i), units(row))
      if (match === 'native') native.set(unitOf(row, i), units(row))
    }
    const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, value) => total + value, 0)
    const found = sum(insert)
    const interval = wilson(found, cells)
    const caveats: Caveat[] = []
    if (cells === 0) caveats.push(caveat('no-beta-chains', `${sample.name} holds no productive beta chain`))
    if (receptor.beta.insertJunction === receptor.beta.nativeJunction)
      caveats.push(
        caveat(
          'insert-not-recoded',
          `the insert of ${receptor.id} has the bases of the patient's own receptor: the two cannot be told apart`,
        ),
      )
    if (shared.has(receptor.beta.insertJunction))
      caveats.push(caveat('beta-shared', `another infused receptor has the beta chain of ${receptor.id}`))
    if (bulk) caveats.push(caveat('bulk-sample', `${sample.name} has no cells: UMIs are counted, and alpha chains are not paired`))
    return {
      receptorId: receptor.id,
      sample: sample.name,
      day: sample.day,
      kind: sample.kind,
      cells,
      insert: found,
      insertWithAlpha: [...insert].filter(([unit]) => alpha.has(unit)).reduce((total, [, value]) => total + value, 0),
      native: sum(native),
      aminoAcid: sum(any),
      percent: cells === 0 ? Number.NaN : (100 * found) / cells,
      low: 100 * interval.low,
      high: 100 * interval.high,
      detectionLimit: 100 * detectionLimit(cells),
      caveats,
    }
  })
}

export interface Kinetics {
  readonly receptorId: string
  readonly cmaxPercent: number
  readonly tmaxDay: number
  /** Percent × days over blood after day 0, trapezoid. */
  readonly aucPercentDays: number
  readonly halfLifeDays: number | undefined
  /** Why there is no half-life. */
  readonly reason: string
  readonly lastDetectedDay: number | undefined
}

/** Cellular kinetics over blood after day 0; undefined without such a sample. */
export function kineticsOf(receptorId: string, rows: readonly PersistenceRow[]): Kinetics | undefined {
  const course = rows
    .filter(row => row.receptorId === receptorId && row.kind === 'blood' && row.day > 0 && row.cells > 0)
    .sort((a, b) => a.day - b.day)
  if (course.length === 0) return undefined
  let top = course[0]!
  for (const row of course) if (row.percent > top.percent) top = row
  let area = 0
  for (let i = 1; i < course.length; i++)
    area += ((course[i]!.percent + course[i - 1]!.percent) / 2) * (course[i]!.day - course[i - 1]!.day)
  const detected = course.filter(row => row.insert > 0)
  const falling = detected.filter(row => row.day >= top.day)
  const slope = falling.length < 3 ? undefined : logSlope(falling)
  return {
    receptorId,
    cmaxPercent: top.percent,
    tmaxDay: top.day,
    aucPercentDays: area,
    halfLifeDays: slope === undefined || slope >= 0 ? undefined : -Math.LN2 / slope,
    reason:
      slope === undefined
        ? `${falling.length} detected points from the peak on, 3 are needed`
        : slope >= 0
          ? 'the course does not fall'
          : '',
    lastDetectedDay: detected.at(-1)?.day,
  }
}

/** Least-squares slope of ln(percent) over days. */
function logSlope(rows: readonly PersistenceRow[]): number {
  const x = rows.map(row => row.day)
  const y = rows.map(row => Math.log(row.percent))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const mx = mean(x)
  const my = mean(y)
  let above = 0
  let below = 0
  for (let i = 0; i < x.length; i++) {
    above += (x[i]! - mx) * (y[i]! - my)
    below += (x[i]! - mx) ** 2
  }
  return above / below
}

export const PERSISTENCE_COLUMNS = [
  'receptor_id',
  'sample',
  'day',
  'kind',
  'cells',
  'insert',
  'insert_with_alpha',
  'native',
  'same_residues',
  'percent',
  'ci_low',
  'ci_high',
  'lod',
  'reading',
  'caveats',
] as const

export const persistenceCells = (row: PersistenceRow): readonly (string | number | undefined)[] => [
  row.receptorId,
  row.sample,
  row.day,
  row.kind,
  row.cells,
  row.insert,
  row.insertWithAlpha,
  row.native,
  row.aminoAcid,
  Number.isNaN(row.percent) ? undefined : row.percent,
  row.low,
  row.high,
  row.detectionLimit,
  row.insert === 0 ? `< LOD (${row.detectionLimit.toPrecision(2)} %)` : `${row.percent.toPrecision(3)} %`,
  row.caveats.map(other => other.code).join(';'),
]
