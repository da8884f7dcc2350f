// Second half of the stage: windows × the patient's alleles of both classes → one ranked row per variant, with reasons, and a funnel for the rest.
import { byText, type Caveat, caveat, type FunnelRow } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { type Predictor, type Predictors, unscorable, WEAK_BINDER_PERCENTILE, WEAK_BINDER_PERCENTILE_II } from '../presentation/index.ts'
import { Scores } from './best-peptide.ts'
import type { TumourPurity } from './clonality.ts'
import type { Expression } from './expression.ts'
import { type HlaLoss, hlaStatus, indexHlaLoss } from './hla-loss.ts'
import type { Hotspots } from './hotspot.ts'
import { keptIndices, makeNeoantigen } from './make-neoantigen.ts'
import type { Neoantigen } from './neoantigen.ts'
import { clonalVaf } from './pvacseq-tier.ts'
import type { ReferenceHits } from './reference-match.ts'
import type { NeoantigenSearch, SearchOptions } from './search-peptides.ts'

export interface NeoantigenOptions extends SearchOptions {
  readonly alleles: readonly HlaAllele[]
  readonly expression?: Expression
  readonly hlaLoss?: readonly HlaLoss[]
  /** Purity and copy number; without them clonality follows pVACseq's rule. */
  readonly tumour?: TumourPurity
  readonly hotspots?: Hotspots
  /** Also choose and tier what pVACseq's aggregated report would show of each variant. */
  readonly aggregated?: boolean
}

export interface NeoantigenResult {
  readonly neoantigens: readonly Neoantigen[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
  /** Peptide × allele scores made. */
  readonly scored: number
}

/** Second half: score, choose the best peptide of each variant, tier, rank, explain. `matches` as `ReferenceMatcher.hits` gives them. */
export function rankNeoantigens(
  search: NeoantigenSearch,
  predictors: Predictors,
  options: NeoantigenOptions,
  matches?: readonly ReferenceHits[],
): NeoantigenResult {
  const { funnel } = search
  const caveats: Caveat[] = []
  const losses = indexHlaLoss(options.hlaLoss ?? [])
  const lost = new Set([...options.alleles, ...options.class2Alleles].filter(allele => hlaStatus(losses, allele)?.lost === true))
  if (options.hlaLoss === undefined)
    caveats.push(caveat('hla-loss-not-assessed', 'loss of HLA in the tumour was not assessed: a lost allele presents nothing'))
  const predictor = predictors.I
  const scorable = search.peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
  const scores = new Scores(scorable, predictor.predict(scorable, options.alleles))
  // the class II model is opened only where class II was typed
  const class2Scores = options.class2Alleles.length === 0 ? undefined : scoreClass2(search, predictors.II, options.class2Alleles)
  const clonal = clonalVaf(search.candidates.map(candidate => candidate.variant.tumour.vaf))
  const kept = keptIndices(options.alleles, lost)
  const class2Kept = keptIndices(options.class2Alleles, lost)
  const scene = { scores, class2Scores, predictor, options, lost, kept, class2Kept, clonal }
  const neoantigens: Neoantigen[] = []
  search.candidates.forEach((candidate, c) => {
    const made = makeNeoantigen(candidate, scene, matches?.[c])
    if (made === undefined) funnel.add('no-scorable-peptide', candidate.variant.id)
    else {
      neoantigens.push(made)
      if (made.best.percentileMutant <= WEAK_BINDER_PERCENTILE) {
        funnel.add('presented', made.id)
        if ((made.alleleExpression ?? made.geneExpression ?? 0) > 0) funnel.add('presented and expressed', made.id)
      } else if ((made.class2?.percentileMutant ?? 100) <= WEAK_BINDER_PERCENTILE_II) funnel.add('presented by class II only', made.id)
      else funnel.add('not presented at 2 %', `${made.gene} ${made.aminoAcidChange}: best ${made.best.percentileMutant.toPrecision(2)} %`)
    }
  })
  neoantigens.sort((a, b) => Number(isGated(a)) - Number(isGated(b)) || b.score - a.score || byText(a.id, b.id))
  funnel.add('out', '', neoantigens.length)
  const class2Scored = class2Scores === undefined ? 0 : search.class2Peptides.length * options.class2Alleles.length
  return { neoantigens, funnel: funnel.rows(), caveats, scored: scorable.length * options.alleles.length + class2Scored }
}

function scoreClass2(search: NeoantigenSearch, predictor: Predictor | undefined, alleles: readonly HlaAllele[]): Scores | undefined {
  if (predictor === undefined) return undefined
  const scorable = search.class2Peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
  return new Scores(scorable, predictor.predict(scorable, alleles))
}

/** Behind all others whatever the score: self elsewhere, or presented only by a lost allele. */
export const isGated = (neoantigen: Neoantigen): boolean => neoantigen.tier === 'HlaLost' || neoantigen.refMatch === 'yes'
