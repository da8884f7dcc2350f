// One variant with its scored windows → its best peptide with the facts, the tier, the terms of its rank, and the reasons in words.
import { type Caveat, caveat } from '../base/index.ts'
import type { HlaAllele } from '../bio/index.ts'
import { minigeneWindow } from '../peptide/index.ts'
import { LOW_SUPPORT_LIGANDS, type Predictor, WEAK_BINDER_PERCENTILE } from '../presentation/index.ts'
import type { ProteinChange, SomaticVariant } from '../variant/index.ts'
import {
  bestPeptide,
  type ChosenPeptide,
  epitopesOf,
  flankRatioOf,
  presentingAlleles,
  type Scores,
  type VariantWindow,
} from './best-peptide.ts'
import { type CellFraction, type Clonality, cellFraction } from './clonality.ts'
import { expressionOf } from './expression.ts'
import type { NeoantigenOptions } from './find-neoantigens.ts'
import { hotspotOf } from './hotspot.ts'
import { type BestPeptide, type Neoantigen, neoantigenId, type RankTerm, shortChange } from './neoantigen.ts'
import { aggregateEpitopes } from './pvacseq-best.ts'
import { PVACSEQ_DEFAULTS, type PvacseqTier, pvacseqTier, type TierFacts } from './pvacseq-tier.ts'
import { rankScore, rankTerms } from './rank.ts'
import { matchNear, type ProteomeProtein, type ReferenceHits, type RefMatch, refMatchAs, refMatchOf } from './reference-match.ts'
import type { Candidate } from './search-peptides.ts'

/** What is the same for every variant of the case. */
export interface Scene {
  readonly scores: Scores
  readonly class2Scores: Scores | undefined
  readonly predictor: Predictor
  readonly options: NeoantigenOptions
  /** Alleles of both classes that the tumour has lost, and the places of the kept ones of each. */
  readonly lost: ReadonlySet<HlaAllele>
  readonly kept: readonly number[]
  readonly class2Kept: readonly number[]
  /** Allele fraction of a clonal variant, where purity and copy number are not known. */
  readonly clonal: number
}

/** Undefined when no peptide of the variant could be scored. `hits`: of the proteome, undefined when none was given. */
export function makeNeoantigen({ variant, windows }: Candidate, scene: Scene, hits: ReferenceHits | undefined): Neoantigen | undefined {
  const { scores, options } = scene
  const usable = windows.some(w => w.preferred) ? windows.filter(w => w.preferred) : windows
  const found = choosePeptide(usable, scene)
  if (found === undefined) return undefined
  const { chosen, hlaLost } = found
  const { best, from } = chosen
  const { change } = from
  const measured = measurementsOf(variant, change, scene)
  const match = hits === undefined ? undefined : matchNear(hits, from.window.mutant, best.sequence)
  const refMatch = refMatchAs(hits, match)
  const tierOf = tiersOf(variant, measured, scene)
  const tier = tierOf({ ...best, changedPositions: positionsOf(best), peptideLength: best.sequence.length }, from.preferred, refMatch)
  const allelesPresenting = presentingAlleles(usable, scores, options.alleles, scene.kept)
  const class2 = bestClass2(usable, scene)
  const terms = rankTerms({ ...measured, best, class2, kind: change.kind, rnaAltReads: variant.rna.altReads, allelesPresenting })
  const hotspot = options.hotspots === undefined ? undefined : hotspotOf(options.hotspots, change)
  return {
    ...measured,
    id: neoantigenId(variant.id, change.gene, shortChange(change)),
    variantId: variant.id,
    gene: change.gene,
    aminoAcidChange: shortChange(change),
    change,
    tier: hlaLost ? 'HlaLost' : tier,
    pvacseqTier: tier,
    best,
    flankRatio: flankRatioOf(chosen),
    class2,
    allelesPresenting,
    aggregated: options.aggregated === true ? aggregatedOf(windows, scene, tierOf, hits) : undefined,
    rnaDepth: variant.rna.depth,
    refMatch,
    hotspot,
    transcripts: usable.flatMap(w => w.transcripts),
    minigene: minigeneWindow(change),
    terms,
    score: rankScore(terms),
    reasons: reasonsOf({ terms, chosen, hlaLost, hotspot, refMatch, match }),
    caveats: [
      ...variant.caveats,
      ...caveatsOf(best.allele, scene.predictor, match === undefined ? [...(hits?.values() ?? [])][0] : undefined),
    ],
  }
}

/** Places of the alleles that the tumour has kept. */
export const keptIndices = (alleles: readonly HlaAllele[], lost: ReadonlySet<HlaAllele>): readonly number[] =>
  alleles.map((_, a) => a).filter(a => !lost.has(alleles[a]!))

/** The best of the kept alleles; of a lost one where nothing else presents the variant, which is said. */
function choosePeptide(
  windows: readonly VariantWindow[],
  { scores, options: { alleles }, lost, kept: places }: Scene,
): { readonly chosen: ChosenPeptide; readonly hlaLost: boolean } | undefined {
  const kept = bestPeptide(windows, scores, alleles, places)
  const any =
    lost.size === 0
      ? kept
      : bestPeptide(
          windows,
          scores,
          alleles,
          alleles.map((_, a) => a),
        )
  const presented = (one: ChosenPeptide | undefined) => one !== undefined && one.best.percentileMutant <= WEAK_BINDER_PERCENTILE
  if (any !== undefined && presented(any) && !presented(kept) && lost.has(any.best.allele)) return { chosen: any, hlaLost: true }
  return kept === undefined ? undefined : { chosen: kept, hlaLost: false }
}

function bestClass2(
  windows: readonly VariantWindow[],
  { class2Scores, options: { class2Alleles }, class2Kept }: Scene,
): BestPeptide | undefined {
  if (class2Scores === undefined) return undefined
  return bestPeptide(windows, class2Scores, class2Alleles, class2Kept, window => window.class2)?.best
}

interface Measurements {
  readonly geneExpression: number | undefined
  readonly rnaVaf: number | undefined
  readonly alleleExpression: number | undefined
  readonly dnaVaf: number | undefined
  readonly clonality: Clonality
  readonly cellFraction: CellFraction | undefined
}

/** Expression and clonality: a table given wins over what the VCF says; without purity clonality follows pVACseq's rule. */
function measurementsOf(variant: SomaticVariant, change: ProteinChange, { options, clonal }: Scene): Measurements {
  const given =
    options.expression === undefined ? undefined : expressionOf(options.expression, change.transcript, change.geneId, change.gene)
  const geneExpression = given?.gene ?? given?.transcript ?? change.geneExpression
  const rnaVaf = variant.rna.vaf
  const dnaVaf = variant.tumour.vaf
  const fraction = options.tumour === undefined ? undefined : cellFraction(variant, options.tumour)
  const byVaf = dnaVaf === undefined ? 'unknown' : dnaVaf >= clonal / 2 ? 'clonal' : 'subclonal'
  return {
    geneExpression,
    rnaVaf,
    alleleExpression: geneExpression === undefined || rnaVaf === undefined ? undefined : Math.round(geneExpression * rnaVaf * 1000) / 1000,
    dnaVaf,
    clonality: options.tumour === undefined ? byVaf : (fraction?.clonality ?? 'unknown'),
    cellFraction: fraction,
  }
}

const positionsOf = ({ wildType, changedPositions }: BestPeptide): readonly number[] | undefined =>
  wildType === undefined ? undefined : changedPositions

type TieredPeptide = Pick<TierFacts, 'allele' | 'ic50Mutant' | 'ic50WildType' | 'percentileMutant' | 'changedPositions' | 'peptideLength'>
type TierOf = (peptide: TieredPeptide, preferredTranscript: boolean, match: RefMatch) => PvacseqTier

/** The tier that a peptide of the variant has. */
function tiersOf(variant: SomaticVariant, measured: Measurements, { options, clonal }: Scene): TierOf {
  const { geneExpression, rnaVaf, alleleExpression, dnaVaf } = measured
  const facts = { rnaExpression: geneExpression, rnaVaf, rnaDepth: variant.rna.depth, alleleExpression, dnaVaf, problematic: false }
  return (peptide, preferredTranscript, match) =>
    pvacseqTier({ ...peptide, ...facts, preferredTranscript, refMatch: match === 'yes' }, clonal, options.criteria ?? PVACSEQ_DEFAULTS)
}

/** What pVACseq's report would show of the variant, whose rules look at all transcripts. */
function aggregatedOf(
  windows: readonly VariantWindow[],
  { scores, options }: Scene,
  tierOf: TierOf,
  hits: ReferenceHits | undefined,
): Neoantigen['aggregated'] {
  const epitopes = aggregateEpitopes(epitopesOf(windows, scores, options.alleles), options.criteria ?? PVACSEQ_DEFAULTS)
  if (epitopes === undefined) return undefined
  const { best } = epitopes
  const refMatch = refMatchOf(hits, best.window, best.peptide)
  return { epitopes, refMatch, tier: tierOf({ ...best, peptideLength: best.peptide.length }, best.preferred, refMatch) }
}

interface Told {
  readonly terms: readonly RankTerm[]
  readonly chosen: ChosenPeptide
  readonly hlaLost: boolean
  readonly hotspot: string | undefined
  readonly refMatch: RefMatch
  /** The protein that the best peptide or its neighbours share an 8-mer with. */
  readonly match: ProteomeProtein | undefined
}

/** The few facts that made the rank, in words a clinician can check; what puts it behind all others first. */
function reasonsOf({ terms, chosen: { best, from }, hlaLost, hotspot, refMatch, match }: Told): readonly string[] {
  return [
    ...(match === undefined ? [] : [`shares an 8-mer with ${match.gene} (${match.id})`]),
    ...(hlaLost ? [`only ${best.allele} presents it, and the tumour has lost that allele`] : []),
    ...terms.map(term => term.fact),
    ...(from.preferred ? [] : ['only in transcripts that are neither MANE Select, canonical nor of support level 1']),
    ...(hotspot === undefined || hotspot === '' ? [] : [`known hotspot: ${hotspot}`]),
    ...(refMatch === 'no' ? ['no changed 8-mer in another protein of the proteome'] : []),
  ]
}

/** `elsewhere`: a protein that only the rest of the window shares an 8-mer with. */
function caveatsOf(allele: HlaAllele, predictor: Predictor, elsewhere: ProteomeProtein | undefined): readonly Caveat[] {
  const caveats: Caveat[] = []
  if (elsewhere !== undefined)
    caveats.push(
      caveat('self-elsewhere-in-window', `away from the best peptide its window shares an 8-mer with ${elsewhere.gene} (${elsewhere.id})`),
    )
  const support = predictor.support(allele)
  if (support !== undefined && support.ligands < LOW_SUPPORT_LIGANDS)
    caveats.push(caveat('allele-low-support', `${allele} has ${support.ligands} ligands in training`))
  return caveats
}
