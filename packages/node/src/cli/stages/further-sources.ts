// Neoantigens that no small variant alone makes: fusions → fusions.tsv, new splice junctions → splicing.tsv, a list of antigens → antigens.tsv.
import { type FunnelRow, type Issue, ok, type Result, refuse } from '@cognate/core/base'
import { formatTsv } from '@cognate/core/format'
import {
  FUSION_COLUMNS,
  type FurtherScope,
  fusionCells,
  fusionNeoantigens,
  LISTED_COLUMNS,
  type ListedAntigen,
  listedCells,
  listedNeoantigens,
  type ScreenedAntigen,
  SPLICE_COLUMNS,
  screenedFusion,
  screenedListed,
  screenedSplicing,
  spliceCells,
  spliceNeoantigens,
} from '@cognate/core/neoantigen'
import {
  type FusionRead,
  type OwnRoute,
  parseRegtools,
  type SpliceJunction,
  spliceCandidates,
  type VariantCalls,
} from '@cognate/core/variant'
import { readFusions } from '../../read/fusions.ts'
import { readParsed } from '../../read/text.ts'
import type { NeoantigensInput } from './neoantigen-inputs.ts'

export interface SourceTable {
  readonly table: string
  /** What a screen can carry of it. */
  readonly screened: readonly ScreenedAntigen[]
  readonly funnel: readonly FunnelRow[]
}

/** Undefined when none were given. */
export const readFusionInput = (input: Pick<NeoantigensInput, 'fusions' | 'starFusion'>): Result<FusionRead | undefined, Issue> =>
  input.fusions === undefined ? ok(undefined) : readFusions(input.fusions, input.starFusion)

/** Fusions with their best peptide. */
export function fusionTable({ fusions, left }: FusionRead, source: string, scope: FurtherScope): SourceTable {
  const { neoantigens, funnel } = fusionNeoantigens(fusions, scope)
  return {
    table: formatTsv(
      FUSION_COLUMNS,
      neoantigens.map((row, i) => fusionCells(row, i + 1)),
    ),
    screened: neoantigens.map(screenedFusion).filter(one => one !== undefined),
    funnel: [...funnel, ...[...left].map(([reason, count]) => ({ stage: 'fusions', reason, count, example: source }))],
  }
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

/** New junctions with their best peptide. */
export function spliceTable({ candidates, funnel }: SplicedInput, scope: FurtherScope): SourceTable {
  const found = spliceNeoantigens(candidates, scope)
  return {
    table: formatTsv(
      SPLICE_COLUMNS,
      found.neoantigens.map((row, i) => spliceCells(row, i + 1)),
    ),
    screened: found.neoantigens.map(screenedSplicing),
    funnel: [...funnel, ...found.funnel],
  }
}

/** Listed antigens with their best peptides. */
export function listedTable(antigens: readonly ListedAntigen[], scope: FurtherScope): SourceTable {
  const { neoantigens, funnel } = listedNeoantigens(antigens, scope)
  return {
    table: formatTsv(
      LISTED_COLUMNS,
      neoantigens.map((row, i) => listedCells(row, i + 1)),
    ),
    screened: neoantigens.map(screenedListed),
    funnel,
  }
}

export type SplicedInput = ReturnType<typeof spliceCandidates>

/** Undefined when no junctions were given. */
export const splicedInput = (
  junctions: readonly SpliceJunction[],
  calls: VariantCalls,
  route: OwnRoute | undefined,
  { junctions: given, variantOptions }: Pick<NeoantigensInput, 'junctions' | 'variantOptions'>,
): SplicedInput | undefined =>
  route === undefined || given === undefined ? undefined : spliceCandidates(junctions, calls.called, route.index, variantOptions)
