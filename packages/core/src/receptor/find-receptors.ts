// The stage: contigs and expression of one or more lesions → clonotypes with lineage and scores → ranked receptors, with reasons.
import { type Caveat, caveat, Funnel, type FunnelRow, fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ContigRow } from '../format/index.ts'
import { type Clonotype, callClonotypes } from './call-clonotypes.ts'
import { type Cell, makeCell } from './cell.ts'
import { type CellLimits, type CellQuality, cellQuality, type QualityFault } from './cell-quality.ts'
import { scoreClones } from './clone-score.ts'
import { type CombinedScore, combineScores } from './combine-scores.ts'
import { chainsByCell } from './contig.ts'
import { type ExpressionMatrix, joinBarcodes } from './expression-matrix.ts'
import { LINEAGE_AGREEMENT, type Lineage, lineageCounts, lineageOf, type SurfaceLineage, surfaceLineage } from './lineage.ts'
import { type RankOptions, rankReceptors } from './rank-receptors.ts'
import type { LesionScore, Receptor, ScoredClonotype } from './receptor.ts'
import { sharedCells } from './shared-cells.ts'
import { MANA_3, MANA_3_SIGNATURE, type ScoringMethod, scoreSet, scoreThreeGenes } from './signature-methods.ts'
import { type ResolvedSignature, resolveSignature, type Signature } from './signature-score.ts'

export interface LesionInput {
  readonly lesion: string
  readonly contigs: readonly ContigRow[]
  readonly matrix: ExpressionMatrix | undefined
  /** Stands before the contig file's barcodes in the matrix, such as `P17B_`. */
  readonly barcodePrefix?: string
}

export interface ReceptorOptions extends RankOptions {
  readonly seed: string
  /** How gene sets are scored; UCell unless said. */
  readonly method?: ScoringMethod
  /** Cells outside them are not scored; the defaults on whole transcriptomes otherwise. */
  readonly cellLimits?: CellLimits | 'none'
}

export interface ReceptorResult {
  readonly cells: readonly Cell[]
  readonly clonotypes: readonly ScoredClonotype[]
  /** All signatures and lesions of a clone in one p; clones without a score are not in it. */
  readonly combined: ReadonlyMap<ScoredClonotype, CombinedScore>
  /** Score of every column of a lesion's matrix, by signature. */
  readonly cellScores: CellScores
  /** Cells of clonotypes that were not scored, and why. */
  readonly poor: ReadonlyMap<Cell, QualityFault>
  readonly receptors: readonly Receptor[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
}

/** Lesion → signature → score by column of the lesion's matrix. */
export type CellScores = ReadonlyMap<string, ReadonlyMap<string, Float64Array>>

/** Least share of the smaller of contig cells and matrix cells that must join; below it the files do not belong together. */
const LEAST_JOINED = 0.1
/** Cells with one barcode and chains in two lesions, below which nothing is said. */
const LEAST_SHARED = 3

/** Errors: `barcodes-differ` with three barcodes of each file; `no-contigs`; `no-cells` for a bulk repertoire; `lesion-copied` when most cells of two lesions are the same. */
export function findReceptors(lesions: readonly LesionInput[], options: ReceptorOptions): Result<ReceptorResult, Issue> {
  const contigFunnel = new Funnel('contigs')
  const cellFunnel = new Funnel('cells')
  const caveats: Caveat[] = []
  const cells: Cell[] = []
  for (const { lesion, contigs, matrix, barcodePrefix } of lesions) {
    if (contigs.length === 0)
      return fail(issue('no-contigs', `the contig file of ${lesion} has a header and no contigs`, 'check that the V(D)J run found cells'))
    if (contigs.every(row => row.cellId === ''))
      return fail(
        issue(
          'no-cells',
          `the contigs of ${lesion} name no cell: this is a bulk repertoire, where alpha and beta are not paired`,
          'give single-cell contigs, or --airr-cells; bulk repertoires are for `cognate persistence`',
        ),
      )
    const chains = chainsByCell(contigs, contigFunnel)
    const columns = matrix === undefined ? undefined : joinBarcodes(matrix, [...chains.keys()], barcodePrefix)
    if (matrix !== undefined && columns !== undefined) {
      const least = barcodePrefix === undefined ? LEAST_JOINED * Math.min(chains.size, matrix.barcodes.length) : 1
      if (columns.size < least) {
        const ours = [...chains.keys()].slice(0, 3).join(', ')
        const what = `${lesion}: ${columns.size} of ${chains.size} cells with contigs are in its matrix; contigs have ${ours}, the matrix ${matrix.barcodes.slice(0, 3).join(', ')}`
        return fail(
          issue(
            'barcodes-differ',
            what,
            'give the contigs and the matrix of the same sample, or barcode_prefix if the matrix names the run before each barcode',
          ),
        )
      }
      if (columns.size < chains.size / 2)
        caveats.push(caveat('few-cells-with-expression', `${lesion}: ${columns.size} of ${chains.size} cells with contigs have expression`))
    }
    if (matrix === undefined) caveats.push(caveat('no-expression', `${lesion} has no expression matrix: its cells are counted, not scored`))
    for (const [barcode, list] of chains) cells.push(makeCell(lesion, barcode, list, columns?.get(barcode)))
  }
  const copied = noteSharedCells(cells, caveats)
  if (copied !== undefined) return fail(copied)
  const called = callClonotypes(cells, cellFunnel)
  const matrices = lesionMatrices(lesions)
  const found = called.map(clonotype => cloneLineage(clonotype, matrices))
  const lineages = found.map(({ lineage }) => lineage)
  const clonotypes = called.map((clonotype, i) => ({ ...clonotype, caveats: [...clonotype.caveats, ...found[i]!.caveats] }))
  const poor = poorCells(lesions, clonotypes, options.cellLimits, caveats)
  const { scores, cellScores } = scoreAll(lesions, clonotypes, lineages, poor, options, caveats)
  const scored = clonotypes.map((clonotype, i) => ({ clonotype, lineage: lineages[i]!, scores: scores[i]! }))
  const combined = combineScores(scored, options.signatures)
  const receptors = rankReceptors(scored, options)
  const receptorFunnel = new Funnel('receptors')
  receptorFunnel.add('in', '', clonotypes.length)
  for (const clonotype of clonotypes) if (clonotype.paired === 0) receptorFunnel.add('no-pair', clonotype.id)
  receptorFunnel.add('out', '', receptors.length)
  receptorFunnel.add('shortlisted', '', receptors.filter(receptor => receptor.shortlisted).length)
  return ok({
    cells,
    clonotypes: scored,
    combined,
    cellScores,
    poor,
    receptors,
    caveats,
    funnel: [...contigFunnel.rows(), ...cellFunnel.rows(), ...scoringFunnel(clonotypes, poor), ...receptorFunnel.rows()],
  })
}

/** A few cells that lesions share are told; most of a lesion's cells are one file given for two lesions. */
function noteSharedCells(cells: readonly Cell[], caveats: Caveat[]): Issue | undefined {
  for (const { lesions, cells: shared, of } of sharedCells(cells)) {
    if (shared < LEAST_SHARED) continue
    const what = `${shared} of ${of} cells have the same barcode and the same chains in ${lesions.join(' and ')}`
    if (shared >= of / 2) return issue('lesion-copied', what, 'one file was given for both, or a copy of it: give each lesion its own')
    caveats.push(caveat('cells-shared', `${what}: one library got into the other, and a clone of both may be of one`))
  }
  return undefined
}

interface LesionMatrix {
  readonly matrix: ExpressionMatrix | undefined
  readonly surface: SurfaceLineage | undefined
}

/** Lesions under hashtags share a matrix: its antibodies are called once. */
function lesionMatrices(lesions: readonly LesionInput[]): ReadonlyMap<string, LesionMatrix> {
  const surfaces = new Map<ExpressionMatrix, SurfaceLineage | undefined>()
  return new Map(
    lesions.map(({ lesion, matrix }) => {
      if (matrix !== undefined && !surfaces.has(matrix)) surfaces.set(matrix, surfaceLineage(matrix))
      return [lesion, { matrix, surface: matrix === undefined ? undefined : surfaces.get(matrix) }]
    }),
  )
}

/** Surface proteins decide where they were counted, else pooled mRNA counts. Called cells that disagree make the lineage unknown when antibodies said so, and a caveat always. */
function cloneLineage(clonotype: Clonotype, matrices: ReadonlyMap<string, LesionMatrix>): { lineage: Lineage; caveats: readonly Caveat[] } {
  const pooled = { cd8: 0, cd4: 0, measured: 0 }
  const called = { surface: { CD8: 0, CD4: 0 }, mrna: { CD8: 0, CD4: 0 } }
  for (const cell of clonotype.cells) {
    const { matrix, surface } = matrices.get(cell.lesion)!
    if (matrix === undefined || cell.column === undefined) continue
    const counts = lineageCounts(matrix, cell.column)
    pooled.cd8 += counts.cd8
    pooled.cd4 += counts.cd4
    pooled.measured++
    const own = lineageOf(counts.cd8, counts.cd4)
    if (own !== 'unknown') called.mrna[own]++
    const shown = surface?.of(cell.column)
    if (shown !== undefined) called.surface[shown]++
  }
  const bySurface = called.surface.CD8 + called.surface.CD4 > 0
  const { CD8, CD4 } = bySurface ? called.surface : called.mrna
  const agree = Math.max(CD8, CD4) >= LINEAGE_AGREEMENT * (CD8 + CD4)
  const caveats = agree ? [] : [caveat('mixed-lineage', `${CD8} cells look like CD8, ${CD4} like CD4${bySurface ? ', by antibodies' : ''}`)]
  if (bySurface) return { lineage: agree ? (CD8 > CD4 ? 'CD8' : 'CD4') : 'unknown', caveats }
  return { lineage: pooled.measured === 0 ? 'unknown' : lineageOf(pooled.cd8, pooled.cd4), caveats }
}

/** Cells of clonotypes whose expression is outside the limits. */
function poorCells(
  lesions: readonly LesionInput[],
  clonotypes: readonly Clonotype[],
  limits: CellLimits | 'none' | undefined,
  caveats: Caveat[],
): ReadonlyMap<Cell, QualityFault> {
  const qualities = new Map<string, CellQuality>()
  for (const { lesion, matrix } of lesions) {
    if (matrix === undefined) continue
    const quality = cellQuality(lesion, matrix, limits)
    qualities.set(lesion, quality)
    caveats.push(...quality.caveats)
  }
  const poor = new Map<Cell, QualityFault>()
  for (const { cells } of clonotypes)
    for (const cell of cells) {
      const fault = cell.column === undefined ? undefined : qualities.get(cell.lesion)?.faultOf(cell.column)
      if (fault !== undefined) poor.set(cell, fault)
    }
  return poor
}

/** Cells with expression, those that were not scored by reason, and those that were; nothing when all were. */
function scoringFunnel(clonotypes: readonly Clonotype[], poor: ReadonlyMap<Cell, QualityFault>): readonly FunnelRow[] {
  if (poor.size === 0) return []
  const funnel = new Funnel('scores')
  const measured = clonotypes.flatMap(({ cells }) => cells.filter(cell => cell.column !== undefined))
  funnel.add('in', '', measured.length)
  for (const [cell, fault] of poor) funnel.add(`not-scored-${fault}`, `${cell.lesion} ${cell.barcode}`)
  funnel.add('out', '', measured.length - poor.size)
  return funnel.rows()
}

/** Scores of every clonotype with measured cells, per lesion, lineage stratum and signature; and of every cell. */
function scoreAll(
  lesions: readonly LesionInput[],
  clonotypes: readonly Clonotype[],
  lineages: readonly Lineage[],
  poor: ReadonlyMap<Cell, QualityFault>,
  options: ReceptorOptions,
  caveats: Caveat[],
): { readonly scores: readonly LesionScore[][]; readonly cellScores: CellScores } {
  const scores: LesionScore[][] = clonotypes.map(() => [])
  const cellScores = new Map<string, Map<string, Float64Array>>()
  for (const { lesion, matrix } of lesions) {
    if (matrix === undefined) continue
    const ofLesion = new Map<string, Float64Array>()
    cellScores.set(lesion, ofLesion)
    for (const signature of options.signatures) {
      const sets = [signature, ...lowOf(signature)].map(side => resolveSignature(side, matrix))
      const measured = sets.map(set => measuredIn(set, lesion, caveats))
      if (measured.includes(false)) continue
      const [up, down] = sets as [ResolvedSignature, ResolvedSignature?]
      const values =
        signature === MANA_3_SIGNATURE ? scoreThreeGenes(matrix, MANA_3).scores : scoreSet(matrix, options.method ?? 'ucell', up, down)
      ofLesion.set(signature.name, values)
      for (const lineage of ['CD8', 'CD4', 'unknown'] as const) {
        const members: number[] = []
        const pool: number[] = []
        const clones: number[][] = []
        clonotypes.forEach((clonotype, i) => {
          if (lineages[i] !== lineage) return
          const columns = clonotype.cells.flatMap(cell =>
            cell.lesion === lesion && cell.column !== undefined && !poor.has(cell) ? [cell.column] : [],
          )
          if (columns.length === 0) return
          members.push(i)
          clones.push(columns.map((_, k) => pool.length + k))
          for (const column of columns) pool.push(column)
        })
        if (clones.length === 0) continue
        const result = scoreClones(
          Float64Array.from(pool, column => values[column]!),
          clones,
          `${options.seed}|${lesion}|${lineage}|${signature.name}`,
        )
        members.forEach((i, k) => {
          scores[i]!.push({ lesion, signature: signature.name, score: result[k]!, cells: clones[k]!.length })
        })
      }
    }
  }
  return { scores, cellScores }
}

/** The genes of a set that should be low, as a set; nothing where it has none. */
const lowOf = ({ name, down, ...rest }: Signature): readonly Signature[] =>
  down === undefined || down.length === 0 ? [] : [{ ...rest, name: `${name} (low)`, genes: down }]

/** Are enough genes of a set in the matrix for a score? Fewer than half are not; fewer than four in five are said. */
function measuredIn({ signature, present, missing }: ResolvedSignature, lesion: string, caveats: Caveat[]): boolean {
  const of = `${present} of ${signature.genes.length} genes are in the matrix`
  const share = present / signature.genes.length
  if (share < 0.5) caveats.push(caveat('signature-genes-missing', `${signature.name} was not scored in ${lesion}: ${of}`))
  else if (share < 0.8)
    caveats.push(caveat('signature-genes-missing', `${signature.name} in ${lesion}: ${of}; missing ${missing.slice(0, 8).join(', ')}`))
  return share >= 0.5
}
