// Several lesions in one single-cell run, told apart by hashtags: each cell goes to the lesion of its one hashtag; none or two is a reason, not a guess.
import { type Caveat, caveat, Funnel, type FunnelRow, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from '../format/index.ts'
import { type ExpressionMatrix, joinBarcodes } from './expression-matrix.ts'
import { callFeature } from './feature-calls.ts'
import type { LesionInput } from './find-receptors.ts'

export interface HashtaggedRun {
  readonly run: string
  readonly contigs: readonly ContigRow[]
  readonly matrix: ExpressionMatrix
  readonly barcodePrefix?: string
  /** Feature name of the hashtag → lesion; two hashtags may name one lesion. */
  readonly hashtags: ReadonlyMap<string, string>
}

export interface SplitRun {
  readonly lesions: readonly LesionInput[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
}

/**
 * Cells of a run by lesion. Left behind, with their contigs: `hashtag-none`, `hashtag-doublet` (two lesions), `no-expression` (the cell has no column of counts).
 * Errors: `hashtag-unknown` naming the features there are.
 */
export function splitByHashtag(input: HashtaggedRun): Result<SplitRun, Issue> {
  const { run, matrix, contigs, hashtags } = input
  const features = new Map(matrix.features.map(feature => [feature.name, feature]))
  const stray = [...hashtags.keys()].find(name => !features.has(name))
  if (stray !== undefined)
    return fail(
      issue(
        'hashtag-unknown',
        `${run}: the matrix counts no feature ${stray}; it has ${[...features.keys()].slice(0, 20).join(', ') || 'genes only'}`,
        'write the hashtags as the features file names them',
      ),
    )
  const calls = [...hashtags].map(([name, lesion]) => ({ lesion, call: callFeature(features.get(name)!) }))
  const caveats = calls
    .filter(({ call }) => !call.separated)
    .map(({ call, lesion }) =>
      caveat(
        'hashtag-not-separated',
        `${run}: counts of ${call.feature.name} (${lesion}) do not fall into background and signal: no cell is called by it`,
      ),
    )
  const columns = joinBarcodes(matrix, [...new Set(contigs.map(row => row.cellId))], input.barcodePrefix)
  const home = new Map<string, string>()
  const funnel = new Funnel('hashtags')
  for (const cell of new Set(contigs.map(row => row.cellId))) {
    funnel.add('in', cell)
    const column = columns.get(cell)
    const lesions = new Set(calls.filter(({ call }) => column !== undefined && call.positive[column] === true).map(({ lesion }) => lesion))
    if (lesions.size === 1) {
      home.set(cell, [...lesions][0]!)
      funnel.add('out', cell)
    } else funnel.add(column === undefined ? 'no-expression' : lesions.size === 0 ? 'hashtag-none' : 'hashtag-doublet', cell)
  }
  const lesions = [...new Set(hashtags.values())].map(lesion => ({
    lesion,
    contigs: contigs.filter(row => home.get(row.cellId) === lesion),
    matrix,
    barcodePrefix: input.barcodePrefix,
  }))
  const empty = lesions.filter(({ contigs: own }) => own.length === 0)
  return ok({
    lesions: lesions.filter(({ contigs: own }) => own.length > 0),
    funnel: funnel.rows(),
    caveats: [...caveats, ...empty.map(({ lesion }) => caveat('hashtag-empty', `${run}: no cell was given to ${lesion}`))],
  })
}
