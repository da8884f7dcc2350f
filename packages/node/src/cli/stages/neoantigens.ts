// Stage `neoantigens`: VCF + HLA (+ expression, HLA loss, proteome) → neoantigens.tsv and minigenes. Whole in one file: the stage reads, asks core, and writes.
import { type Caveat, caveat, fail, type Issue, inFile, ok, type Result, refuse } from '@cognate/core/base'
import { type HlaAllele, parseHlaTyping } from '@cognate/core/bio'
import { parseTierCriteria } from '@cognate/core/case'
import { type Cell, formatFasta, formatTsv, tsvPieces } from '@cognate/core/format'
import {
  aggregatedColumns,
  aggregatedRows,
  checkExpressionIds,
  comparePeers,
  type Expression,
  type ExpressionColumns,
  fusionMatchCandidate,
  hlaStatus,
  indexHlaLoss,
  listedMatchCandidate,
  minigeneTable,
  NEOANTIGEN_COLUMNS,
  NearestSelfFinder,
  type Neoantigen,
  type NeoantigenResult,
  neoantigenRows,
  PEER_COLUMNS,
  PEPTIDE_COLUMNS,
  type PeerComparison,
  type PeerTable,
  type PresentedPeptide,
  parseExpression,
  parseHlaLoss,
  parseHotspots,
  parseListedAntigens,
  parsePeerTable,
  peerCells,
  peptideCells,
  type ReferenceHits,
  ReferenceMatcher,
  rankNeoantigens,
  type ScreenedAntigen,
  screeningOrder,
  searchPeptides,
  selfQueries,
  spliceMatchCandidate,
  type TumourPurity,
  withNearestSelf,
} from '@cognate/core/neoantigen'
import { minigeneId } from '@cognate/core/peptide'
import { type Predictor, type Predictors, supportedAlleles, WEAK_BINDER_PERCENTILE } from '@cognate/core/presentation'
import { matchOffTheShelf } from '@cognate/core/receptor'
import { type GermlineProtein, junctionStretches, parseCopyNumber, type VariantCalls, type VariantOptions } from '@cognate/core/variant'
import { openPredictors } from '../../model/open-predictors.ts'
import { type OwnRouteInput, openOwnRoute } from '../../read/own-route.ts'
import { eachProtein, foreignProteome } from '../../read/proteome.ts'
import { shippedAnchorWeights } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import type { VcfInput } from '../../read/vcf.ts'
import { fusionTable, listedTable, readFusionInput, readJunctions, splicedInput, spliceTable } from './further-sources.ts'
import { plural, type StageOutcome, type StageReport } from './stage.ts'
import { callWithRna, whyNoVariants } from './variants.ts'

export interface NeoantigensInput {
  readonly vcf: readonly VcfInput[]
  readonly leastCallers?: number
  readonly variantOptions: VariantOptions
  readonly own?: OwnRouteInput
  /** BAM or CRAM of the tumour's RNA. */
  readonly rnaAlignment?: string
  readonly hla: readonly string[]
  readonly expression?: string
  /** Of a table that has none of the known headers. */
  readonly expressionColumns?: ExpressionColumns
  readonly hlaLoss?: string
  readonly proteome?: string
  /** Purity and copy number go together. */
  readonly purity?: number
  readonly copyNumber?: string
  readonly sex?: 'female' | 'male'
  readonly downstream: number
  /** Arriba's table or AGFusion's folder, and STAR-Fusion's counts. */
  readonly fusions?: string
  readonly starFusion?: string
  /** regtools cis-splice-effects; needs the own route. */
  readonly junctions?: string
  /** FASTA or table of antigens that no variant explains. */
  readonly antigens?: string
  /** Table of hotspots and drivers: gene, change, source. */
  readonly hotspots?: string
  /** Tables of other tools to compare with. */
  readonly peers?: readonly string[]
  /** Lengths of the peptides of class I and II. */
  readonly lengths?: readonly number[]
  readonly class2Lengths?: readonly number[]
  /** YAML of pVACseq's thresholds. */
  readonly tierCriteria?: string
  /** Also write every mutated peptide on every allele. */
  readonly allPeptides?: boolean
  /** Also write pVACseq's aggregated report. */
  readonly pvacseqTables?: boolean
}

export interface NeoantigenRun {
  readonly report: StageReport
  readonly result: NeoantigenResult
  readonly calls: VariantCalls
}

export async function runNeoantigens(input: NeoantigensInput): Promise<StageOutcome> {
  const run = await findNeoantigens(input)
  return run.ok ? ok(run.value.report) : run
}

export async function findNeoantigens(input: NeoantigensInput): Promise<Result<NeoantigenRun, Issue>> {
  const predictors = openPredictors()
  if (!predictors.ok) return predictors
  const alleles = supportedAlleles(predictors.value, input.hla, { typing: true })
  if (!alleles.ok) return alleles
  const typing = parseHlaTyping(input.hla)
  if (!typing.ok) return typing
  const junctions = readJunctions(input)
  if (!junctions.ok) return junctions
  const further = junctions.value.length === 0 ? undefined : junctionStretches(junctions.value)
  const opened = input.own === undefined ? ok(undefined) : await openOwnRoute({ ...input.own, further })
  if (!opened.ok) return opened
  const route = opened.value?.route
  const calls = await callWithRna({ ...input, options: input.variantOptions }, route)
  if (!calls.ok) return calls
  const expression = readExpression(input, calls.value)
  if (!expression.ok) return expression
  const loss = input.hlaLoss === undefined ? ok(undefined) : readParsed(input.hlaLoss, parseHlaLoss)
  if (!loss.ok) return loss
  const tumour = readTumour(input)
  if (!tumour.ok) return tumour
  const hotspots = input.hotspots === undefined ? ok(undefined) : readParsed(input.hotspots, parseHotspots)
  if (!hotspots.ok) return hotspots
  const criteria =
    input.tierCriteria === undefined
      ? ok(undefined)
      : readParsed(input.tierCriteria, text => parseTierCriteria(text, shippedAnchorWeights()))
  if (!criteria.ok) return criteria
  const peers = readPeers(input.peers ?? [])
  if (!peers.ok) return peers
  const { downstream, lengths, class2Lengths } = input
  const scope = { downstream, lengths, class2Lengths, criteria: criteria.value, class2Alleles: alleles.value.II }
  const search = searchPeptides(calls.value.variants, calls.value.changes, scope)
  const fusions = readFusionInput(input)
  if (!fusions.ok) return fusions
  const listed = input.antigens === undefined ? ok(undefined) : readParsed(input.antigens, parseListedAntigens)
  if (!listed.ok) return listed
  const spliced = splicedInput(junctions.value, calls.value, route, input)
  const germline = input.proteome === undefined ? [] : calls.value.germline()
  const asked = [
    search.matchCandidates,
    (fusions.value?.fusions ?? []).map(fusionMatchCandidate),
    (spliced?.candidates ?? []).map(spliceMatchCandidate),
    (listed.value ?? []).map(listedMatchCandidate),
  ]
  const matches =
    input.proteome === undefined ? ok(undefined) : await matchProteome(input.proteome, germline, new ReferenceMatcher(asked.flat()))
  if (!matches.ok) return matches
  const [ofVariants, ofFusions, ofSplices, ofListed] = dividedAs(asked, matches.value?.hits)
  const losses = indexHlaLoss(loss.value ?? [])
  const isKept = (allele: HlaAllele) => hlaStatus(losses, allele)?.lost !== true
  const kept = { I: alleles.value.I.filter(isKept), II: alleles.value.II.filter(isKept) }
  const presented = { predictors: predictors.value, alleles: kept, lengths, class2Lengths }
  const tables = [
    [
      'fusions.tsv',
      fusions.value === undefined ? undefined : fusionTable(fusions.value, input.fusions ?? '', { ...presented, hits: ofFusions }),
    ],
    ['splicing.tsv', spliced === undefined ? undefined : spliceTable(spliced, { ...presented, hits: ofSplices })],
    ['antigens.tsv', listed.value === undefined ? undefined : listedTable(listed.value, { ...presented, hits: ofListed })],
  ] as const
  const options = {
    ...scope,
    alleles: alleles.value.I,
    expression: expression.value,
    hlaLoss: loss.value,
    tumour: tumour.value,
    hotspots: hotspots.value,
    aggregated: input.pvacseqTables,
  }
  const ranked = rankNeoantigens(search, predictors.value, options, ofVariants)
  const compared =
    input.proteome === undefined ? ok(ranked.neoantigens) : await nearSelf(input.proteome, germline, ranked.neoantigens, predictors.value.I)
  if (!compared.ok) return compared
  const result = { ...ranked, neoantigens: compared.value }
  const caveats: Caveat[] = [
    ...(opened.value?.caveats ?? []),
    ...calls.value.caveats,
    ...alleles.value.caveats,
    ...result.caveats,
    ...generalCaveats(calls.value, expression.value, input.proteome),
    ...foreignProteome(matches.value?.foreign, alleles.value.I),
  ]
  const more = furtherTables(input, result, alleles.value.I, comparePeers(peers.value, search, result.neoantigens, predictors.value.I))
  const made = report(
    result,
    calls.value,
    caveats,
    predictors.value,
    alleles.value.II.length > 0,
    typing.value.alleles.map(({ allele }) => allele),
    tables.flatMap(([, source]) => source?.screened ?? []),
  )
  for (const [name, made] of tables) if (made !== undefined) more.set(name, made.table)
  if (germline.length > 0) more.set(GERMLINE_PROTEINS, germlineFasta(germline))
  return ok({
    result,
    calls: calls.value,
    report: {
      ...made,
      files: new Map([...made.files, ...more]),
      longFiles: input.allPeptides === true ? new Map([['peptides.tsv', () => peptidePieces(result)]]) : undefined,
      funnel: [...made.funnel, ...tables.flatMap(([, source]) => source?.funnel ?? [])],
    },
  })
}

function* peptidePieces({ everyPeptide }: NeoantigenResult): Iterable<string> {
  yield* tsvPieces(PEPTIDE_COLUMNS, cellsOf(everyPeptide()))
}

function* cellsOf(peptides: Iterable<PresentedPeptide>): Iterable<readonly Cell[]> {
  for (const peptide of peptides) yield peptideCells(peptide)
}

function readPeers(paths: readonly string[]): Result<readonly PeerTable[], Issue> {
  const tables: PeerTable[] = []
  for (const path of paths) {
    const parsed = readParsed(path, parsePeerTable)
    if (!parsed.ok) return parsed
    tables.push(parsed.value)
  }
  return ok(tables)
}

function furtherTables(
  input: NeoantigensInput,
  { neoantigens }: NeoantigenResult,
  alleles: readonly HlaAllele[],
  compared: readonly PeerComparison[],
): Map<string, string> {
  const files = new Map<string, string>()
  if (compared.length > 0) files.set('peers.tsv', formatTsv(PEER_COLUMNS, compared.map(peerCells)))
  if (input.pvacseqTables === true)
    files.set('all_epitopes.aggregated.tsv', formatTsv(aggregatedColumns(alleles), aggregatedRows(neoantigens, alleles)))
  return files
}

function generalCaveats(calls: VariantCalls, expression: Expression | undefined, proteome: string | undefined): readonly Caveat[] {
  const caveats = [caveat('rank-weights-are-priors', 'the weights of the rank are priors set by hand, not fitted to outcomes')]
  if (expression === undefined && calls.changes.every(change => change.geneExpression === undefined))
    caveats.push(caveat('no-expression', 'no gene expression was given: whether a mutation is expressed is unknown'))
  if (expression !== undefined && expression.doubt !== '')
    caveats.push(caveat('expression-not-tpm', `${expression.doubt} The tiers and the rank take them for TPM`))
  if (proteome === undefined)
    caveats.push(
      caveat('reference-match-not-run', 'mutant peptides were not compared with the human proteome: give one with tumour.proteome'),
    )
  return caveats
}

function report(
  result: NeoantigenResult,
  calls: VariantCalls,
  caveats: readonly Caveat[],
  predictors: Predictors,
  classTwo: boolean,
  hla: readonly HlaAllele[],
  further: readonly ScreenedAntigen[],
): StageReport {
  const { neoantigens } = result
  const { antigens: minigenes, repeated } = screeningOrder(neoantigens.flatMap(screenedVariant), further)
  const files = new Map([
    ['neoantigens.tsv', formatTsv(NEOANTIGEN_COLUMNS, neoantigenRows(neoantigens))],
    ['minigenes.tsv', minigeneTable(minigenes)],
    [
      'minigenes.fasta',
      formatFasta(
        minigenes.map(({ id, gene, change, minigene: { sequence } }) => ({
          id: minigeneId(id, sequence),
          description: `${gene} ${change} ${id}`,
          sequence,
        })),
        0,
      ),
    ],
  ])
  files.set('off-the-shelf.tsv', offTheShelf(result, hla))
  const presented = neoantigens.filter(n => n.best.percentileMutant <= WEAK_BINDER_PERCENTILE).length
  const models = classTwo ? `${predictors.I.id}, ${predictors.II?.id}` : predictors.I.id
  const base = {
    files,
    funnel: [
      ...result.funnel,
      ...(repeated.length === 0
        ? []
        : [
            {
              stage: 'neoantigens',
              reason: 'minigene-of-another',
              count: repeated.length,
              example: `${repeated[0]!.gene} ${repeated[0]!.change}`,
            },
          ]),
    ],
    caveats,
    headline: `${plural(calls.changes.length, 'protein change')} → ${plural(neoantigens.length, 'neoantigen candidate')}, ${presented} presented at 2 % or better (${models}, ${plural(result.scored, 'score')})`,
  }
  if (neoantigens.length > 0) return base
  const why =
    calls.changes.length === 0
      ? whyNoVariants(calls)
      : `no change gave a scorable peptide: ${result.funnel
          .filter(row => row.reason !== 'in')
          .map(row => `${row.reason} ${row.count}`)
          .join(', ')}.`
  return { ...base, empty: `0 neoantigens: ${why}` }
}

const screenedVariant = ({ id, gene, aminoAcidChange, minigene, best }: Neoantigen): readonly ScreenedAntigen[] =>
  minigene === undefined
    ? []
    : [
        {
          id,
          gene,
          change: aminoAcidChange,
          minigene,
          bestPeptide: best.sequence,
          bestAllele: best.allele,
          isFirst: best.percentileMutant <= WEAK_BINDER_PERCENTILE,
        },
      ]

function readExpression(input: NeoantigensInput, calls: VariantCalls): Result<Expression | undefined, Issue> {
  const path = input.expression
  if (path === undefined) return ok(undefined)
  const parsed = readParsed(path, text => parseExpression(text, input.expressionColumns))
  if (!parsed.ok) return parsed
  const checked = checkExpressionIds(parsed.value, calls.changes)
  return checked.ok ? parsed : fail(inFile(path, checked.issue))
}

function readTumour(input: NeoantigensInput): Result<TumourPurity | undefined, Issue> {
  const { purity, copyNumber, sex } = input
  if (purity === undefined && copyNumber === undefined) return ok(undefined)
  if (purity === undefined || copyNumber === undefined)
    return refuse(
      'purity-incomplete',
      `${purity === undefined ? 'copy number' : 'purity'} was given alone`,
      'give both purity and copy number, or neither: then clonality follows the allele fractions',
    )
  const parsed = readParsed(copyNumber, parseCopyNumber)
  return parsed.ok ? ok({ purity, copyNumber: parsed.value, sex }) : parsed
}

/** Shared mutations of this patient for which a receptor was published, on an HLA of this patient. */
function offTheShelf({ neoantigens }: NeoantigenResult, hla: readonly HlaAllele[]): string {
  const matches = matchOffTheShelf(
    neoantigens.map(n => ({ gene: n.gene, change: n.aminoAcidChange })),
    hla,
  )
  return formatTsv(
    ['gene', 'amino_acid_change', 'peptide', 'residues', 'patient_hla', 'published_hla', 'agreement', 'evidence_level', 'pmids'],
    matches.map(({ mutation, patientHla, publishedHla, agrees }) => [
      mutation.gene,
      mutation.change,
      mutation.peptide,
      mutation.residues,
      patientHla,
      publishedHla,
      agrees,
      1,
      mutation.pmids.join(';'),
    ]),
  )
}

/** The hits of each list of candidates, as they were asked one behind the other. */
function dividedAs(
  asked: readonly (readonly unknown[])[],
  hits: readonly ReferenceHits[] | undefined,
): readonly (readonly ReferenceHits[] | undefined)[] {
  let from = 0
  return asked.map(list => {
    from += list.length
    return hits?.slice(from - list.length, from)
  })
}

/** What the patient's germline makes of proteins, for `safety --further`. */
export const GERMLINE_PROTEINS = 'germline-proteins.fasta'

const germlineFasta = (proteins: readonly GermlineProtein[]): string =>
  formatFasta(proteins.map(({ id, gene, sequence }) => ({ id: id.replaceAll(' ', ':'), description: `gene_symbol:${gene}`, sequence })))

/** One pass over a proteome FASTA, then over what the patient's germline makes of it. */
async function matchProteome(
  path: string,
  germline: readonly GermlineProtein[],
  matcher: ReferenceMatcher,
): Promise<Result<{ readonly hits: readonly ReferenceHits[]; readonly foreign: string | undefined }, Issue>> {
  const read = await eachProtein(path, ({ transcript, gene, sequence }) => matcher.add({ id: transcript, gene, sequence }))
  for (const protein of germline) matcher.add(protein)
  return read.ok ? ok({ hits: matcher.hits(), foreign: read.value.foreign }) : read
}

/** A second pass, when the best peptides are known: which self peptides look like them. */
async function nearSelf(
  path: string,
  germline: readonly GermlineProtein[],
  neoantigens: readonly Neoantigen[],
  predictor: Predictor,
): Promise<Result<readonly Neoantigen[], Issue>> {
  const finder = new NearestSelfFinder(selfQueries(neoantigens))
  const read = await eachProtein(path, ({ transcript, gene, sequence }) => finder.add({ id: transcript, gene, sequence }))
  for (const protein of germline) finder.add(protein)
  return read.ok ? ok(withNearestSelf(neoantigens, finder.hits(), predictor)) : read
}
