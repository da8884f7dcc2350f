// Models side by side: one row per peptide × allele with every model's percentile and IC50, rank correlation per allele, and where they disagree. Nothing is averaged.
import { byText } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import type { ExternalScore } from './external/index.ts'
import { binderClass, type MhcClass, type Predictor } from './predictor.ts'

export interface ModelScores {
  readonly model: string
  readonly scores: readonly ExternalScore[]
}

export interface ComparedRow {
  readonly peptide: string
  readonly allele: HlaAllele
  /** In the order of the models; undefined where a model gave none. */
  readonly percentiles: readonly (number | undefined)[]
  readonly ic50s: readonly (number | undefined)[]
  /** Two models differ by more than one class: one calls it strong, another no binder. */
  readonly disagree: boolean
}

export interface Agreement {
  readonly allele: HlaAllele
  readonly model: string
  /** Pairs both models scored. */
  readonly pairs: number
  /** Rank correlation of the percentiles where both have them, else of IC50. */
  readonly spearman: number
  readonly by: 'percentile' | 'ic50'
}

/** Our scores of the same pairs, in the form of an external tool's. */
export function scoresOf(predictor: Predictor, peptides: readonly string[], alleles: readonly HlaAllele[]): ModelScores {
  const block = predictor.predict(peptides, alleles)
  return {
    model: predictor.id,
    scores: peptides.flatMap((peptide, p) =>
      alleles.map((allele, a) => {
        const i = p * alleles.length + a
        return {
          peptide,
          allele,
          score: block.presentationScore[i]!,
          percentile: block.presentationPercentile[i]!,
          ic50NanoMolar: block.ic50NanoMolar[i]!,
          affinityPercentile: block.affinityPercentile[i]!,
        }
      }),
    ),
  }
}

/** Pairs of any model, ordered by allele and then as the first model that has them gave them. */
export function compareModels(models: readonly ModelScores[], mhcClass: MhcClass): readonly ComparedRow[] {
  const pairs = new Map<string, (ExternalScore | undefined)[]>()
  for (const [m, { scores }] of models.entries()) {
    for (const score of scores) {
      const key = `${score.allele} ${score.peptide}`
      const entry = pairs.get(key) ?? new Array<ExternalScore | undefined>(models.length).fill(undefined)
      entry[m] = score
      pairs.set(key, entry)
    }
  }
  return [...pairs.values()]
    .map(entry => {
      const { peptide, allele } = entry.find(score => score !== undefined)!
      const percentiles = entry.map(score => score?.percentile)
      const classes = new Set(percentiles.flatMap(percentile => (percentile === undefined ? [] : [binderClass(percentile, mhcClass)])))
      return {
        peptide,
        allele,
        percentiles,
        ic50s: entry.map(score => score?.ic50NanoMolar),
        disagree: classes.has('strong') && classes.has('-'),
      }
    })
    .sort((a, b) => byText(a.allele, b.allele))
}

/** Each further model against the first, per allele; alleles with fewer than three common pairs are left out. */
export function agreements(rows: readonly ComparedRow[], models: readonly ModelScores[]): readonly Agreement[] {
  const byAllele = new Map<HlaAllele, ComparedRow[]>()
  for (const row of rows) {
    const list = byAllele.get(row.allele)
    if (list === undefined) byAllele.set(row.allele, [row])
    else list.push(row)
  }
  return [...byAllele].flatMap(([allele, list]) =>
    models.slice(1).flatMap(({ model }, k) => {
      const pick = (of: (row: ComparedRow) => readonly (number | undefined)[]) =>
        list.flatMap(row => {
          const ours = of(row)[0]
          const theirs = of(row)[k + 1]
          return ours === undefined || theirs === undefined ? [] : [[ours, theirs] as const]
        })
      const percentiles = pick(row => row.percentiles)
      const by = percentiles.length >= 3 ? ('percentile' as const) : ('ic50' as const)
      const pairs = by === 'percentile' ? percentiles : pick(row => row.ic50s)
      return pairs.length < 3 ? [] : [{ allele, model, pairs: pairs.length, spearman: spearman(pairs), by }]
    }),
  )
}

/** Rank correlation with ties shared (Spearman 1904). */
export function spearman(pairs: readonly (readonly [number, number])[]): number {
  const x = sharedRanks(pairs.map(pair => pair[0]))
  const y = sharedRanks(pairs.map(pair => pair[1]))
  const mean = (pairs.length + 1) / 2
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < pairs.length; i++) {
    xy += (x[i]! - mean) * (y[i]! - mean)
    xx += (x[i]! - mean) ** 2
    yy += (y[i]! - mean) ** 2
  }
  return xy / Math.sqrt(xx * yy)
}

function sharedRanks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && values[order[j]!] === values[order[i]!]) j++
    for (let k = i; k < j; k++) ranks[order[k]!] = (i + 1 + j) / 2
    i = j
  }
  return ranks
}
