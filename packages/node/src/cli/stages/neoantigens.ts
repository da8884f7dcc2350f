// Stage `neoantigens`: VCF + HLA (+ expression, HLA loss, proteome) → neoantigens.tsv and minigenes. Reads (neoantigen-inputs.ts), asks core, and hands on what is written (neoantigen-report.ts).
import { type Caveat, type Issue, ok, type Result } from '@cognate/core/base'
import { type HlaAllele, parseHlaTyping } from '@cognate/core/bio'
import { formatFasta } from '@cognate/core/format'
import {
  comparePeers,
  fusionMatchCandidate,
  hlaStatus,
  indexHlaLoss,
  listedMatchCandidate,
  NearestSelfFinder,
  type Neoantigen,
  type NeoantigenResult,
  type ReferenceHits,
  ReferenceMatcher,
  rankNeoantigens,
  searchPeptides,
  selfQueries,
  spliceMatchCandidate,
  withNearestSelf,
} from '@cognate/core/neoantigen'
import { type Predictor, supportedAlleles } from '@cognate/core/presentation'
import { type GermlineProtein, junctionStretches, type VariantCalls } from '@cognate/core/variant'
import { openPredictors } from '../../model/open-predictors.ts'
import { openOwnRoute } from '../../read/own-route.ts'
import { eachProtein, foreignProteome } from '../../read/proteome.ts'
import { fusionTable, listedTable, splicedInput, spliceTable } from './further-sources.ts'
import { type NeoantigensInput, readExpression, readTables } from './neoantigen-inputs.ts'
import { furtherTables, generalCaveats, neoantigenReport, peptidePieces } from './neoantigen-report.ts'
import type { StageOutcome, StageReport } from './stage.ts'
import { callWithRna } from './variants.ts'

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
  const tables = readTables(input)
  if (!tables.ok) return tables
  const { junctions, fusions, listed, loss, peers } = tables.value
  const further = junctions.length === 0 ? undefined : junctionStretches(junctions)
  const opened = input.own === undefined ? ok(undefined) : await openOwnRoute({ ...input.own, further })
  if (!opened.ok) return opened
  const route = opened.value?.route
  const calls = await callWithRna({ ...input, options: input.variantOptions }, route)
  if (!calls.ok) return calls
  const expression = readExpression(input, calls.value)
  if (!expression.ok) return expression
  const { downstream, lengths, class2Lengths } = input
  const scope = { downstream, lengths, class2Lengths, criteria: tables.value.criteria, class2Alleles: alleles.value.II }
  const search = searchPeptides(calls.value.variants, calls.value.changes, scope)
  const spliced = splicedInput(junctions, calls.value, route, input)
  const germline = input.proteome === undefined ? [] : calls.value.germline()
  const asked = [
    search.matchCandidates,
    (fusions?.fusions ?? []).map(fusionMatchCandidate),
    (spliced?.candidates ?? []).map(spliceMatchCandidate),
    (listed ?? []).map(listedMatchCandidate),
  ]
  const matches =
    input.proteome === undefined ? ok(undefined) : await matchProteome(input.proteome, germline, new ReferenceMatcher(asked.flat()))
  if (!matches.ok) return matches
  const [ofVariants, ofFusions, ofSplices, ofListed] = dividedAs(asked, matches.value?.hits)
  const losses = indexHlaLoss(loss ?? [])
  const isKept = (allele: HlaAllele) => hlaStatus(losses, allele)?.lost !== true
  const kept = { I: alleles.value.I.filter(isKept), II: alleles.value.II.filter(isKept) }
  const presented = { predictors: predictors.value, alleles: kept, lengths, class2Lengths }
  const sources = [
    ['fusions.tsv', fusions && fusionTable(fusions, input.fusions ?? '', { ...presented, hits: ofFusions })],
    ['splicing.tsv', spliced && spliceTable(spliced, { ...presented, hits: ofSplices })],
    ['antigens.tsv', listed && listedTable(listed, { ...presented, hits: ofListed })],
  ] as const
  const options = {
    ...scope,
    alleles: alleles.value.I,
    expression: expression.value,
    hlaLoss: loss,
    tumour: tables.value.tumour,
    hotspots: tables.value.hotspots,
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
  const more = furtherTables(input, result, alleles.value.I, comparePeers(peers, search, result.neoantigens, predictors.value.I))
  const made = neoantigenReport(
    result,
    calls.value,
    caveats,
    predictors.value,
    alleles.value.II.length > 0,
    typing.value.alleles.map(({ allele }) => allele),
    sources.flatMap(([, source]) => source?.screened ?? []),
  )
  for (const [name, source] of sources) if (source !== undefined) more.set(name, source.table)
  if (germline.length > 0) more.set(GERMLINE_PROTEINS, germlineFasta(germline))
  return ok({
    result,
    calls: calls.value,
    report: {
      ...made,
      files: new Map([...made.files, ...more]),
      longFiles: input.allPeptides === true ? new Map([['peptides.tsv', () => peptidePieces(result)]]) : undefined,
      funnel: [...made.funnel, ...sources.flatMap(([, source]) => source?.funnel ?? [])],
    },
  })
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
