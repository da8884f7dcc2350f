// Second half of the stage: windows × the patient's alleles of both classes → one ranked row per variant, with reasons, and a funnel for the rest.
import { byText, type Caveat, caveat, type FunnelRow } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { minigeneWindow } from '../peptide/index.ts'
import {
  LOW_SUPPORT_LIGANDS,
  type Predictor,
  type Predictors,
  unscorable,
  WEAK_BINDER_PERCENTILE,
  WEAK_BINDER_PERCENTILE_II,
} from '../presentation/index.ts'
import { bestPeptide, epitopesOf, flankRatioOf, presentingAlleles, type ScoredEpitope, Scores } from './best-peptide.ts'
import { cellFraction, type TumourPurity } from './clonality.ts'
import { type Expression, expressionOf } from './expression.ts'
import { type HlaLoss, hlaStatus, indexHlaLoss } from './hla-loss.ts'
import { type Hotspots, hotspotOf } from './hotspot.ts'
import { type Neoantigen, neoantigenId, shortChange, type Tier } from './neoantigen.ts'
import { type AggregatedEpitopes, aggregateEpitopes } from './pvacseq-best.ts'
import { clonalVaf, PVACSEQ_DEFAULTS, type PvacseqTier, pvacseqTier, type TierFacts } from './pvacseq-tier.ts'
import { rankScore, rankTerms } from './rank.ts'
import { matchNear, type ReferenceHits, type RefMatch, refMatchOf } from './reference-match.ts'
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
  const neoantigens: Neoantigen[] = []
  search.candidates.forEach((candidate, c) => {
    const made = makeNeoantigen(candidate, scores, class2Scores, predictor, options, lost, clonal, matches?.[c])
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

type TieredPeptide = Pick<TierFacts, 'allele' | 'ic50Mutant' | 'ic50WildType' | 'percentileMutant' | 'changedPositions' | 'peptideLength'>

function scoreClass2(search: NeoantigenSearch, predictor: Predictor | undefined, alleles: readonly HlaAllele[]): Scores | undefined {
  if (predictor === undefined) return undefined
  const scorable = search.class2Peptides.filter(peptide => unscorable(predictor, peptide) === undefined)
  return new Scores(scorable, predictor.predict(scorable, alleles))
}

/** Behind all others whatever the score: self elsewhere, or presented only by a lost allele. */
export const isGated = (neoantigen: Neoantigen): boolean => neoantigen.tier === 'HlaLost' || neoantigen.refMatch === 'yes'

function makeNeoantigen(
  { variant, windows }: Candidate,
  scores: Scores,
  class2Scores: Scores | undefined,
  predictor: Predictor,
  options: NeoantigenOptions,
  lost: ReadonlySet<HlaAllele>,
  clonal: number,
  hits: ReferenceHits | undefined,
): Neoantigen | undefined {
  const usable = windows.some(w => w.preferred) ? windows.filter(w => w.preferred) : windows
  const keptIndices = options.alleles.map((_, a) => a).filter(a => !lost.has(options.alleles[a]!))
  const kept = bestPeptide(usable, scores, options.alleles, keptIndices)
  const any =
    lost.size === 0
      ? kept
      : bestPeptide(
          usable,
          scores,
          options.alleles,
          options.alleles.map((_, a) => a),
        )
  const hlaLost =
    any !== undefined &&
    any.best.percentileMutant <= WEAK_BINDER_PERCENTILE &&
    (kept === undefined || kept.best.percentileMutant > WEAK_BINDER_PERCENTILE) &&
    lost.has(any.best.allele)
  const chosen = hlaLost ? any : kept
  if (chosen === undefined) return undefined
  const { best, from } = chosen
  const change = from.change
  const refMatch = refMatchOf(hits, from.window.mutant, best.sequence)
  const given =
    options.expression === undefined ? undefined : expressionOf(options.expression, change.transcript, change.geneId, change.gene)
  const geneExpression = given?.gene ?? given?.transcript ?? change.geneExpression
  const rnaVaf = variant.rna.vaf
  const alleleExpression =
    geneExpression === undefined || rnaVaf === undefined ? undefined : Math.round(geneExpression * rnaVaf * 1000) / 1000
  const dnaVaf = variant.tumour.vaf
  const fraction = options.tumour === undefined ? undefined : cellFraction(variant, options.tumour)
  const byVaf = dnaVaf === undefined ? 'unknown' : dnaVaf >= clonal / 2 ? 'clonal' : 'subclonal'
  const clonality = options.tumour === undefined ? byVaf : (fraction?.clonality ?? 'unknown')
  const allelesPresenting = presentingAlleles(usable, scores, options.alleles, keptIndices)
  const criteria = options.criteria ?? PVACSEQ_DEFAULTS
  const tierOf = (peptide: TieredPeptide, preferredTranscript: boolean, match: RefMatch): PvacseqTier =>
    pvacseqTier(
      {
        ...peptide,
        rnaExpression: geneExpression,
        rnaVaf,
        rnaDepth: variant.rna.depth,
        alleleExpression,
        dnaVaf,
        preferredTranscript,
        refMatch: match === 'yes',
        problematic: false,
      },
      clonal,
      criteria,
    )
  const pvacTier = tierOf(
    {
      ...best,
      changedPositions: best.wildType === undefined ? undefined : best.changedPositions,
      peptideLength: best.sequence.length,
    },
    from.preferred,
    refMatch,
  )
  const epitopes = options.aggregated === true ? aggregateEpitopes(epitopesOf(windows, scores, options.alleles), criteria) : undefined
  const aggregatedOf = (found: AggregatedEpitopes<ScoredEpitope>): Neoantigen['aggregated'] => {
    const { peptide, window, preferred } = found.best
    const match = refMatchOf(hits, window, peptide)
    return { epitopes: found, refMatch: match, tier: tierOf({ ...found.best, peptideLength: peptide.length }, preferred, match) }
  }
  const tier: Tier = hlaLost ? 'HlaLost' : pvacTier
  const class2 =
    class2Scores === undefined
      ? undefined
      : bestPeptide(
          usable,
          class2Scores,
          options.class2Alleles,
          options.class2Alleles.map((_, a) => a).filter(a => !lost.has(options.class2Alleles[a]!)),
          window => window.class2,
        )?.best
  const terms = rankTerms({
    best,
    class2,
    kind: change.kind,
    geneExpression,
    alleleExpression,
    rnaVaf,
    rnaAltReads: variant.rna.altReads,
    dnaVaf,
    clonality,
    cellFraction: fraction,
    allelesPresenting,
  })
  const reasons = terms.map(term => term.fact)
  if (hlaLost) reasons.unshift(`only ${best.allele} presents it, and the tumour has lost that allele`)
  const match = hits === undefined ? undefined : matchNear(hits, from.window.mutant, best.sequence)
  if (match !== undefined) reasons.unshift(`shares an 8-mer with ${match.gene} (${match.id})`)
  if (!from.preferred) reasons.push('only in transcripts that are neither MANE Select, canonical nor of support level 1')
  const hotspot = options.hotspots === undefined ? undefined : hotspotOf(options.hotspots, change)
  if (hotspot !== undefined && hotspot !== '') reasons.push(`known hotspot: ${hotspot}`)
  if (refMatch === 'no') reasons.push('no changed 8-mer in another protein of the proteome')
  const support = predictor.support(best.allele)
  const caveats = [...variant.caveats]
  const elsewhere = match === undefined ? [...(hits?.values() ?? [])][0] : undefined
  if (elsewhere !== undefined)
    caveats.push(
      caveat('self-elsewhere-in-window', `away from the best peptide its window shares an 8-mer with ${elsewhere.gene} (${elsewhere.id})`),
    )
  if (support !== undefined && support.ligands < LOW_SUPPORT_LIGANDS)
    caveats.push(caveat('allele-low-support', `${best.allele} has ${support.ligands} ligands in training`))
  return {
    id: neoantigenId(variant.id, change.gene, shortChange(change)),
    variantId: variant.id,
    gene: change.gene,
    aminoAcidChange: shortChange(change),
    change,
    tier,
    pvacseqTier: pvacTier,
    best,
    flankRatio: flankRatioOf(chosen),
    class2,
    allelesPresenting,
    aggregated: epitopes === undefined ? undefined : aggregatedOf(epitopes),
    geneExpression,
    rnaDepth: variant.rna.depth,
    rnaVaf,
    alleleExpression,
    dnaVaf,
    clonality,
    cellFraction: fraction,
    refMatch,
    hotspot,
    transcripts: usable.flatMap(w => w.transcripts),
    minigene: minigeneWindow(change),
    terms,
    score: rankScore(terms),
    reasons,
    caveats,
  }
}
