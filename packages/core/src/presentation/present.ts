// Peptides × alleles in, rows of the `present` table out. Input faults become rows with a caveat, never a missing line.
import type { HlaAllele } from '../bio/index.ts'
import { percentileWithFlanks } from './flanks.ts'
import { binderClass, bindingCore, type MhcClass, type Predictor, type Predictors, type ScoreBlock, unscorable } from './predictor.ts'

export const PRESENT_COLUMNS = [
  'peptide',
  'allele',
  'class',
  'core',
  'core_offset',
  'presentation_score',
  'presentation_percentile',
  'ic50_nm',
  'affinity_percentile',
  'binder',
  'flank_ratio',
  'percentile_with_flanks',
  'model_version',
  'caveats',
] as const

export type PresentRow = readonly [
  string,
  string,
  MhcClass | '',
  string,
  number | '',
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
]

/** Where both classes are scored, a peptide shorter than this is a class I peptide only. */
export const CLASS_II_SHORTEST = 12

export interface PresentRequest {
  readonly peptides: readonly string[]
  /** `flankRatio` of each peptide; NaN, or left out: its neighbours are not known. */
  readonly flankRatios?: ArrayLike<number>
  readonly I: readonly HlaAllele[]
  readonly II: readonly HlaAllele[]
  /** One row per peptide and class: the allele of the lowest percentile. */
  readonly bestOnly?: boolean
}

interface Scored {
  readonly predictor: Predictor
  readonly alleles: readonly HlaAllele[]
  readonly place: ReadonlyMap<string, number>
  readonly block: ScoreBlock
}

/** Rows of all peptide × allele pairs. Order and duplicates as given; each distinct peptide is scored once. */
export function presentRows(predictors: Predictors, request: PresentRequest): readonly PresentRow[] {
  const written = request.peptides.map(peptide => peptide.toUpperCase())
  const scored: Scored[] = []
  if (request.I.length > 0) scored.push(score(predictors.I, written, request.I, 0))
  if (request.II.length > 0 && predictors.II !== undefined)
    scored.push(score(predictors.II, written, request.II, request.I.length > 0 ? CLASS_II_SHORTEST : 0))
  const rows: PresentRow[] = []
  request.peptides.forEach((given, i) => {
    const peptide = written[i]!
    const note = given === peptide ? '' : 'lower-case'
    const ratio = request.flankRatios?.[i] ?? Number.NaN
    const before = rows.length
    for (const part of scored) {
      const p = part.place.get(peptide)
      if (p === undefined) continue
      if (request.bestOnly === true) rows.push(scoreRow(part, peptide, p, lowest(part, p), ratio, note))
      else for (let a = 0; a < part.alleles.length; a++) rows.push(scoreRow(part, peptide, p, a, ratio, note))
    }
    if (rows.length === before) for (const part of scored) rows.push(...refusedRows(part, peptide, request.bestOnly === true))
  })
  return rows
}

function score(predictor: Predictor, peptides: readonly string[], alleles: readonly HlaAllele[], shortest: number): Scored {
  const place = new Map<string, number>()
  for (const peptide of peptides)
    if (!place.has(peptide) && peptide.length >= shortest && unscorable(predictor, peptide) === undefined) place.set(peptide, place.size)
  return { predictor, alleles, place, block: predictor.predict([...place.keys()], alleles) }
}

function lowest({ block, alleles }: Scored, p: number): number {
  const of = (a: number) => block.presentationPercentile[p * alleles.length + a]!
  let best = 0
  for (let a = 1; a < alleles.length; a++) if (of(a) < of(best)) best = a
  return best
}

function scoreRow({ predictor, alleles, block }: Scored, peptide: string, p: number, a: number, ratio: number, note: string): PresentRow {
  const i = p * alleles.length + a
  const { mhcClass } = predictor
  const percentile = block.presentationPercentile[i]!
  const offset = block.coreOffset?.[i] ?? 0
  const core = bindingCore(mhcClass, peptide, offset)
  const flanked = mhcClass === 'I' && !Number.isNaN(ratio)
  return [
    peptide,
    alleles[a]!,
    mhcClass,
    core,
    core === '' ? '' : offset,
    fixed(block.presentationScore[i]!, 5),
    fixed(percentile, 4),
    fixed(block.ic50NanoMolar[i]!, 1),
    fixed(block.affinityPercentile[i]!, 4),
    binderClass(percentile, mhcClass),
    flanked ? fixed(ratio, 3) : '',
    flanked ? fixed(percentileWithFlanks(percentile, ratio), 4) : '',
    predictor.id,
    note,
  ]
}

function refusedRows({ predictor, alleles }: Scored, peptide: string, bestOnly: boolean): readonly PresentRow[] {
  const reason = unscorable(predictor, peptide) ?? 'length-unsupported'
  const at = reason === 'residue-unsupported' ? peptide.search(/[^ACDEFGHIKLMNPQRSTVWY]/) + 1 : peptide.length
  const row = (allele: string): PresentRow => [
    peptide,
    allele,
    predictor.mhcClass,
    '',
    '',
    '',
    '',
    '',
    '',
    '-',
    '',
    '',
    predictor.id,
    `${reason}:${at}`,
  ]
  return bestOnly ? [row('')] : alleles.map(row)
}

const DIGITS = Array.from({ length: 1e5 }, (_, n) => String(n))
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5]

/** A number from 0 with a fixed count of decimals, at most 5: `toFixed`, several times faster, which counts where rows come by the million. */
export function fixed(value: number, decimals: number): string {
  const power = POWERS[decimals]!
  const scaled = Math.round(value * power)
  const whole = Math.floor(scaled / power)
  const rest = DIGITS[scaled - whole * power]!
  return `${whole < 1e5 ? DIGITS[whole] : whole}.${rest.length < decimals ? '0'.repeat(decimals - rest.length) : ''}${rest}`
}
