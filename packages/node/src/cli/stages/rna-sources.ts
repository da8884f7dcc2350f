// Neoantigens that come from the RNA and not from a small variant alone: fusions → fusions.tsv, new splice junctions → splicing.tsv.
import { type FunnelRow, type Issue, ok, type Result, refuse } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { formatTsv } from '@cognate/core/format'
import { FUSION_COLUMNS, fusionCells, fusionNeoantigens, SPLICE_COLUMNS, spliceCells, spliceNeoantigens } from '@cognate/core/neoantigen'
import type { Predictor } from '@cognate/core/presentation'
import { type OwnRoute, parseRegtools, type SpliceJunction, spliceCandidates, type VariantCalls } from '@cognate/core/variant'
import { readFusions } from '../../read/fusions.ts'
import { readParsed } from '../../read/text.ts'
import type { NeoantigensInput } from './neoantigens.ts'

export interface SourceTable {
  readonly table: string
  readonly funnel: readonly FunnelRow[]
}

/** Fusions with their best peptide; undefined when none were given. */
export function fusionTable(
  input: Pick<NeoantigensInput, 'fusions' | 'starFusion'>,
  predictor: Predictor,
  alleles: readonly HlaAllele[],
): Result<SourceTable | undefined, Issue> {
  if (input.fusions === undefined) return ok(undefined)
  const read = readFusions(input.fusions, input.starFusion)
  if (!read.ok) return read
  const { neoantigens, funnel } = fusionNeoantigens(read.value.fusions, predictor, alleles)
  const left = [...read.value.left].map(([reason, count]) => ({ stage: 'fusions', reason, count, example: input.fusions ?? '' }))
  return ok({
    table: formatTsv(
      FUSION_COLUMNS,
      neoantigens.map((row, i) => fusionCells(row, i + 1)),
    ),
    funnel: [...funnel, ...left],
  })
}

/** Errors: `junctions-need-genome` without the own route, and those of the table. */
export function readJunctions(input: Pick<NeoantigensInput, 'junctions' | 'own'>): Result<readonly SpliceJunction[], Issue> {
  if (input.junctions === undefined) return ok([])
  return input.own === undefined
    ? refuse(
        'junctions-need-genome',
        'a transcript is rebuilt over a junction from an annotation and a genome, and none was given',
        'give --annotation with --genome, or --reference',
      )
    : readParsed(input.junctions, parseRegtools)
}

export function spliceTable(
  junctions: readonly SpliceJunction[],
  calls: VariantCalls,
  route: OwnRoute,
  { variantOptions }: Pick<NeoantigensInput, 'variantOptions'>,
  predictor: Predictor,
  alleles: readonly HlaAllele[],
): SourceTable {
  const { candidates, funnel } = spliceCandidates(junctions, calls.called, route.index, variantOptions)
  const found = spliceNeoantigens(candidates, predictor, alleles)
  return {
    table: formatTsv(
      SPLICE_COLUMNS,
      found.neoantigens.map((row, i) => spliceCells(row, i + 1)),
    ),
    funnel: [...funnel, ...found.funnel],
  }
}
