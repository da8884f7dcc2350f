// Stage `receptors`: contigs and matrices of the lesions → clonotypes.tsv, receptors.tsv, cells.tsv.gz.
import { basename, dirname, resolve } from 'node:path'
import { type Caveat, caveat, type FunnelRow, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { columnReader, delimiterOf, formatTsv, parseDelimited } from '@cognate/core/format'
import {
  CELL_MAP_COLUMNS,
  type CellLimits,
  CLONOTYPE_COLUMNS,
  cellMapFigure,
  cellMapRows,
  cellTable,
  clonotypeRows,
  findReceptors,
  type KnownReceptor,
  KnownReceptorIndex,
  type LesionInput,
  MANA_3_SIGNATURE,
  mapReceptors,
  parseKnownReceptors,
  parseSignatures,
  parseVLoops,
  RECEPTOR_COLUMNS,
  type ReceptorResult,
  receptorRows,
  type ScoringMethod,
  type Signature,
  type SplitRun,
  scoreColumn,
  splitByHashtag,
  type VLoops,
  withSpecificity,
} from '@cognate/core/receptor'
import { openMatchSet } from '../../distance/match-kernel.ts'
import { readAirrCells, readContigs } from '../../read/contigs.ts'
import { type MatrixOptions, readExpressionMatrix } from '../../read/matrix.ts'
import { userPath } from '../../read/paths.ts'
import { shippedSignatures, shippedTcrmatchKernel } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { count, plural, type StageOutcome } from './stage.ts'

/** One lesion's files. Entries that name the same contigs are told apart by their hashtag. */
export interface LesionFiles {
  readonly lesion: string
  readonly contigs: string
  readonly matrix?: string
  readonly barcodePrefix?: string
  /** AIRR Cell JSON. */
  readonly airrCells?: string
  /** Feature of the matrix that marks this lesion's cells. */
  readonly hashtag?: string
}

export interface ReceptorsInput {
  readonly lesions: readonly LesionFiles[]
  readonly candidates: number
  readonly seed: string
  readonly method?: ScoringMethod
  /** Tables of gene sets of the user, scored beside the shipped ones. */
  readonly signatures?: readonly string[]
  /** Rank clones by the three-gene model as well. */
  readonly mana3?: boolean
  /** The commonest pair of each clonotype alone. */
  readonly primaryOnly?: boolean
  /** Tables of receptors of known specificity. */
  readonly known?: readonly string[]
  /** How the matrices are read. */
  readonly matrix?: MatrixOptions
  /** Cells outside them are not scored. */
  readonly cellLimits?: CellLimits | 'none'
  /** Loops of V genes: with them TCRdist is of whole chains. */
  readonly vLoops?: readonly string[]
}

export async function runReceptors(input: ReceptorsInput): Promise<StageOutcome> {
  const read = await readRuns(input.lesions, input.matrix)
  if (!read.ok) return read
  const found = findAmong(read.value, input)
  if (!found.ok) return found
  const { cells, clonotypes, receptors, funnel, caveats } = found.value
  const table = cellTable(found.value)
  const map = mapReceptors(read.value.lesions, found.value, input.seed)
  const files = new Map([
    ['clonotypes.tsv', formatTsv(CLONOTYPE_COLUMNS, clonotypeRows(found.value))],
    ['receptors.tsv', formatTsv(RECEPTOR_COLUMNS, receptorRows(receptors))],
    ['cells.tsv.gz', formatTsv(table.columns, table.rows)],
  ])
  if (map.cells.length > 0)
    files.set('cell-map.tsv', formatTsv(CELL_MAP_COLUMNS, cellMapRows(map))).set('cell-map.svg', cellMapFigure(map.cells, map.signature))
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
  const read = await readRuns(input.lesions, input.matrix)
  return read.ok ? findAmong(read.value, input) : read
}

async function readRuns(entries: readonly LesionFiles[], options?: MatrixOptions): Promise<Result<SplitRun, Issue>> {
  const lesions: LesionInput[] = []
  const funnel: FunnelRow[] = []
  const caveats: Caveat[] = []
  for (const files of runsOf(entries)) {
    const read = await readRun(files, options)
    if (!read.ok) return read
    lesions.push(...read.value.lesions)
    funnel.push(...read.value.funnel)
    caveats.push(...read.value.caveats)
  }
  return ok({ lesions, funnel, caveats })
}

function findAmong(run: SplitRun, input: ReceptorsInput): Result<ReceptorResult, Issue> {
  const own = ownSignatures(input.signatures ?? [])
  if (!own.ok) return own
  const signatures = [...shippedSignatures(), ...(input.mana3 === true ? [MANA_3_SIGNATURE] : []), ...own.value]
  const { candidates, seed, method, primaryOnly, cellLimits } = input
  const found = findReceptors(run.lesions, { signatures, candidates, seed, method, primaryOnly, cellLimits })
  if (!found.ok) return fail(inFile([...new Set(input.lesions.map(lesion => lesion.contigs))].join(', '), found.issue))
  const whole = { ...found.value, funnel: [...run.funnel, ...found.value.funnel], caveats: [...run.caveats, ...found.value.caveats] }
  return withKnown(whole, input.known ?? [], input.vLoops ?? [])
}

/** Entries of one contig file together, in the order in which the files come. */
function runsOf(lesions: readonly LesionFiles[]): readonly (readonly LesionFiles[])[] {
  const runs = new Map<string, LesionFiles[]>()
  for (const lesion of lesions) runs.set(lesion.contigs, [...(runs.get(lesion.contigs) ?? []), lesion])
  return [...runs.values()]
}

/** One run: a lesion, or several under hashtags. Errors: those of the files, `hashtag-missing`, `hashtag-twice`, `hashtag-unknown`. */
async function readRun(entries: readonly LesionFiles[], options?: MatrixOptions): Promise<Result<SplitRun, Issue>> {
  const { lesion, contigs, matrix, barcodePrefix, airrCells } = entries[0]!
  const read = readContigs(contigs)
  if (!read.ok) return read
  const rows = airrCells === undefined ? ok({ rows: read.value, inferred: 0 }) : readAirrCells(airrCells, read.value)
  if (!rows.ok) return rows
  const inferred =
    rows.value.inferred === 0
      ? []
      : [
          caveat(
            'virtual-pairing',
            `${lesion}: alpha and beta of ${rows.value.inferred} cells were paired by inference, not seen in one cell`,
          ),
        ]
  const expression = matrix === undefined ? ok(undefined) : await readExpressionMatrix(matrix, options)
  if (!expression.ok) return expression
  if (entries.length === 1 && entries[0]!.hashtag === undefined)
    return ok({ lesions: [{ lesion, contigs: rows.value.rows, matrix: expression.value, barcodePrefix }], funnel: [], caveats: inferred })
  const without = entries.find(entry => entry.hashtag === undefined || entry.matrix !== matrix)
  if (without !== undefined || expression.value === undefined)
    return fail(
      inFile(
        contigs,
        issue(
          'hashtag-missing',
          `${entries.map(entry => entry.lesion).join(' and ')} share this file, and ${(without ?? entries[0]!).lesion} has no hashtag or not the same matrix`,
          'give each of them a hashtag and the one matrix that counts the hashtags',
        ),
      ),
    )
  const tags = entries.map(entry => entry.hashtag!)
  const twice = tags.find((tag, i) => tags.indexOf(tag) !== i)
  if (twice !== undefined)
    return fail(inFile(contigs, issue('hashtag-twice', `hashtag ${twice} marks two lesions`, 'a hashtag marks the cells of one lesion')))
  const hashtags = new Map(entries.map(entry => [entry.hashtag!, entry.lesion]))
  const split = splitByHashtag({
    run: basename(contigs),
    contigs: rows.value.rows,
    matrix: expression.value,
    barcodePrefix,
    hashtags,
  })
  return split.ok ? ok({ ...split.value, caveats: [...inferred, ...split.value.caveats] }) : fail(inFile(matrix!, split.issue))
}

const MANIFEST = ['lesion', 'contigs', 'matrix', 'barcode_prefix', 'airr_cells', 'hashtag'] as const

/** A table of samples, one lesion a line; paths are relative to the table. Errors: `column-missing`, `manifest-row` and those of the file. */
export function readManifest(path: string): Result<readonly LesionFiles[], Issue> {
  const table = readParsed(path, text => parseDelimited(text, { delimiter: delimiterOf(text), required: ['lesion', 'contigs'] }))
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const stray = table.value.columns.find(name => !(MANIFEST as readonly string[]).includes(name))
  const refuse = (what: string, line: number) =>
    fail(inFile(path, issue('manifest-row', what, `columns: ${MANIFEST.join(', ')}; one line a lesion`, line)))
  if (stray !== undefined) return refuse(`there is a column ${stray}`, 1)
  const lesions: LesionFiles[] = []
  for (const row of table.value.rows) {
    const cell = (name: (typeof MANIFEST)[number]) => get(row, name) || undefined
    const at = (name: (typeof MANIFEST)[number]) => {
      const file = cell(name)
      return file === undefined ? undefined : resolve(dirname(userPath(path)), file)
    }
    const [lesion, contigs] = [cell('lesion'), at('contigs')]
    if (lesion === undefined || contigs === undefined) return refuse('lesion or contigs is empty', row.line)
    lesions.push({
      lesion,
      contigs,
      matrix: at('matrix'),
      barcodePrefix: cell('barcode_prefix'),
      airrCells: at('airr_cells'),
      hashtag: cell('hashtag'),
    })
  }
  if (lesions.length === 0) return refuse('there is no lesion', 1)
  return ok(lesions)
}

/** Errors: `signature-twice`: a name that another set has, also one that ships. */
function ownSignatures(paths: readonly string[]): Result<readonly Signature[], Issue> {
  const names = new Set([...shippedSignatures(), MANA_3_SIGNATURE].map(({ name }) => scoreColumn(name)))
  const sets: Signature[] = []
  for (const path of paths) {
    const parsed = readParsed(path, parseSignatures)
    if (!parsed.ok) return parsed
    for (const set of parsed.value) {
      const column = scoreColumn(set.name)
      if (names.has(column))
        return fail(inFile(path, issue('signature-twice', `another set has the column ${column} already`, 'give the set another name')))
      names.add(column)
      sets.push(set)
    }
  }
  return ok(sets)
}

/** Flags receptors that known ones resemble; none is taken away. */
function withKnown(result: ReceptorResult, paths: readonly string[], vLoops: readonly string[]): Result<ReceptorResult, Issue> {
  if (paths.length === 0) return ok(result)
  const loops = new Map<string, VLoops>()
  for (const path of vLoops) {
    const parsed = readParsed(path, parseVLoops)
    if (!parsed.ok) return parsed
    for (const [name, found] of parsed.value) loops.set(name, found)
  }
  const known: KnownReceptor[] = []
  for (const path of paths) {
    const parsed = readParsed(path, parseKnownReceptors)
    if (!parsed.ok) return parsed
    for (const row of parsed.value) known.push(row)
  }
  return ok({
    ...result,
    receptors: withSpecificity(result.receptors, new KnownReceptorIndex(known, shippedTcrmatchKernel(), openMatchSet, loops)),
  })
}
