// Second half of the stage: windows × the patient's alleles of both classes → one ranked row per variant, with reasons, and a funnel for the rest.
import { byText, type Caveat, caveat, type FunnelRow } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import type { MutatedPeptide } from '../peptide/index.ts'
import { type Predictor, type Predictors, unscorable, WEAK_BINDER_PERCENTILE, WEAK_BINDER_PERCENTILE_II } from '../presentation/index.ts'
import { type PeptideScore, Scores } from './best-peptide.ts'
import type { TumourPurity } from './clonality.ts'
import type { Expression } from './expression.ts'
import { type HlaLoss, hlaStatus, indexHlaLoss } from './hla-loss.ts'
import type { Hotspots } from './hotspot.ts'
import { keptIndices, makeNeoantigen, type Scene } from './make-neoantigen.ts'
import type { Neoantigen } from './neoantigen.ts'
import { clonalVaf } from './pvacseq-tier.ts'
import type { ReferenceHits } from './reference-match.ts'
import type { Candidate, NeoantigenSearch, SearchOptions } from './search-peptides.ts'

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
  /** Every mutated peptide of every variant on every allele of its class, in the order of the list; made when it is asked for, for there may be millions. */
  readonly everyPeptide: () => Iterable<PresentedPeptide>
}

export interface PresentedPeptide {
  readonly neoantigen: Neoantigen
  readonly transcripts: readonly string[]
  readonly mhcClass: 'I' | 'II'
  readonly allele: HlaAllele
  readonly peptide: MutatedPeptide
  readonly mutant: PeptideScore
  readonly wildType: PeptideScore | undefined
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
  const scene: Scene = { scores, class2Scores, predictor, options, lost, kept, class2Kept, clonal }
  const neoantigens: Neoantigen[] = []
  const candidateOf = new Map<Neoantigen, Candidate>()
  search.candidates.forEach((candidate, c) => {
    const made = makeNeoantigen(candidate, scene, matches?.[c])
    if (made === undefined) funnel.add('no-scorable-peptide', candidate.variant.id)
    else {
      neoantigens.push(made)
      candidateOf.set(made, candidate)
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
  return {
    neoantigens,
    funnel: funnel.rows(),
    caveats,
    scored: scorable.length * options.alleles.length + class2Scored,
    everyPeptide: () => everyPeptide(neoantigens, candidateOf, scene),
  }
}

function* everyPeptide(
  neoantigens: readonly Neoantigen[],
  candidateOf: ReadonlyMap<Neoantigen, Candidate>,
  { scores, class2Scores, options }: Scene,
): Iterable<PresentedPeptide> {
  const classes = [
    { mhcClass: 'I', of: scores, alleles: options.alleles },
    { mhcClass: 'II', of: class2Scores, alleles: options.class2Alleles },
  ] as const
  for (const neoantigen of neoantigens)
    for (const { transcripts, peptides, class2 } of candidateOf.get(neoantigen)?.windows ?? [])
      for (const { mhcClass, of, alleles } of classes)
        for (const peptide of mhcClass === 'I' ? peptides : class2)
          for (const [a, allele] of alleles.entries()) {
            const mutant = of?.at(peptide.sequence, a)
            if (mutant !== undefined)
              yield { neoantigen, transcripts, mhcClass, allele, peptide, mutant, wildType: of?.at(peptide.wildType, a) }
          }
}

function scoreClass2(search: NeoantigenSearch, predictor: Predictor | undefined, alleles: readonly HlaAllele[]): Scores | undefined {
  if (predictor === undefined) return undefined
  const scorable = search.class2Peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
  return new Scores(scorable, predictor.predict(scorable, alleles))
}

/** Behind all others whatever the score: self elsewhere, or presented only by a lost allele. */
export const isGated = (neoantigen: Neoantigen): boolean => neoantigen.tier === 'HlaLost' || neoantigen.refMatch === 'yes'
