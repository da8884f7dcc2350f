// Stage `receptors`: contigs and matrices of the lesions → clonotypes.tsv, receptors.tsv, cells.tsv.gz.
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import { formatTsv } from '@cognate/core/format'
import {
  CELL_COLUMNS,
  CLONOTYPE_COLUMNS,
  cellRows,
  clonotypeRows,
  findReceptors,
  type KnownReceptor,
  KnownReceptorIndex,
  type LesionInput,
  MANA_3_SIGNATURE,
  parseKnownReceptors,
  RECEPTOR_COLUMNS,
  type ReceptorResult,
  receptorRows,
  type ScoringMethod,
  withSpecificity,
} from '@cognate/core/receptor'
import { readContigs } from '../../read/contigs.ts'
import { readExpressionMatrix } from '../../read/matrix.ts'
import { shippedSignatures, shippedTcrmatchKernel } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { count, plural, type StageOutcome } from './stage.ts'

export interface ReceptorsInput {
  readonly lesions: readonly {
    readonly lesion: string
    readonly contigs: string
    readonly matrix?: string
    readonly barcodePrefix?: string
  }[]
  readonly candidates: number
  readonly seed: string
  readonly method?: ScoringMethod
  /** Rank clones by the three-gene model as well. */
  readonly mana3?: boolean
  /** Tables of receptors of known specificity. */
  readonly known?: readonly string[]
}

export async function runReceptors(input: ReceptorsInput): Promise<StageOutcome> {
  const found = await callReceptors(input)
  if (!found.ok) return found
  const { cells, clonotypes, receptors, funnel, caveats } = found.value
  const files = new Map([
    ['clonotypes.tsv', formatTsv(CLONOTYPE_COLUMNS, clonotypeRows(clonotypes))],
    ['receptors.tsv', formatTsv(RECEPTOR_COLUMNS, receptorRows(receptors))],
    ['cells.tsv.gz', formatTsv(CELL_COLUMNS, cellRows(cells, clonotypes))],
  ])
  const report = {
    files,
    funnel,
    caveats,
    headline: `${plural(cells.length, 'cell')} in ${plural(input.lesions.length, 'lesion')} → ${plural(clonotypes.length, 'clonotype')} → ${plural(receptors.length, 'receptor')}, ${count(receptors.filter(r => r.shortlisted).length)} shortlisted`,
  }
  if (receptors.length > 0) return ok(report)
  const reasons = funnel.filter(row => !['in', 'out', 'shortlisted'].includes(row.reason)).map(row => `${row.reason} ${row.count}`)
  return ok({ ...report, empty: `0 receptors because no clonotype has both chains (${reasons.join(', ') || 'no usable contig'}).` })
}

export async function callReceptors(input: ReceptorsInput): Promise<Result<ReceptorResult, Issue>> {
  const lesions: LesionInput[] = []
  for (const { lesion, contigs, matrix, barcodePrefix } of input.lesions) {
    const rows = readContigs(contigs)
    if (!rows.ok) return rows
    const expression = matrix === undefined ? ok(undefined) : await readExpressionMatrix(matrix)
    if (!expression.ok) return expression
    lesions.push({ lesion, contigs: rows.value, matrix: expression.value, barcodePrefix })
  }
  const signatures = [...shippedSignatures(), ...(input.mana3 === true ? [MANA_3_SIGNATURE] : [])]
  const found = findReceptors(lesions, { signatures, candidates: input.candidates, seed: input.seed, method: input.method })
  if (!found.ok) return fail(inFile(input.lesions.map(lesion => lesion.contigs).join(', '), found.issue))
  return withKnown(found.value, input.known ?? [])
}

/** Flags receptors that known ones resemble; none is taken away. */
function withKnown(result: ReceptorResult, paths: readonly string[]): Result<ReceptorResult, Issue> {
  if (paths.length === 0) return ok(result)
  const known: KnownReceptor[] = []
  for (const path of paths) {
    const parsed = readParsed(path, parseKnownReceptors)
    if (!parsed.ok) return parsed
    for (const row of parsed.value) known.push(row)
  }
  return ok({ ...result, receptors: withSpecificity(result.receptors, new KnownReceptorIndex(known, shippedTcrmatchKernel())) })
}
