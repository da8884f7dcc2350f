// What the stage `neoantigens` writes: its tables, minigenes, doubts, and one line for the screen.
import { type Caveat, caveat } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { type Cell, formatFasta, formatTsv, tsvPieces } from '@cognate/core/format'
import {
  aggregatedColumns,
  aggregatedRows,
  type Expression,
  minigeneTable,
  NEOANTIGEN_COLUMNS,
  type Neoantigen,
  type NeoantigenResult,
  neoantigenRows,
  PEER_COLUMNS,
  PEPTIDE_COLUMNS,
  type PeerComparison,
  type PresentedPeptide,
  peerCells,
  peptideCells,
  type ScreenedAntigen,
  screeningOrder,
} from '@cognate/core/neoantigen'
import { minigeneId } from '@cognate/core/peptide'
import { type Predictors, WEAK_BINDER_PERCENTILE } from '@cognate/core/presentation'
import { matchOffTheShelf } from '@cognate/core/receptor'
import type { VariantCalls } from '@cognate/core/variant'
import type { NeoantigensInput } from './neoantigen-inputs.ts'
import { plural, type StageReport } from './stage.ts'
import { whyNoVariants } from './variants.ts'

export function neoantigenReport(
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

export function generalCaveats(calls: VariantCalls, expression: Expression | undefined, proteome: string | undefined): readonly Caveat[] {
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

export function furtherTables(
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

/** `peptides.tsv`, for it may be too long for one text. */
export function* peptidePieces({ everyPeptide }: NeoantigenResult): Iterable<string> {
  yield* tsvPieces(PEPTIDE_COLUMNS, cellsOf(everyPeptide()))
}

function* cellsOf(peptides: Iterable<PresentedPeptide>): Iterable<readonly Cell[]> {
  for (const peptide of peptides) yield peptideCells(peptide)
}
