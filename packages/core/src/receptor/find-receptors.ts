// The stage: contigs and expression of one or more lesions → clonotypes with lineage and scores → ranked receptors, with reasons.
import {
  type Brand,
  byText,
  type Caveat,
  caveat,
  Funnel,
  type FunnelRow,
  fail,
  type Issue,
  issue,
  ok,
  type Result,
  sha256Hex,
} from '../base/index.ts'
import type { ContigRow } from '../format/index.ts'
import { type Clonotype, type ClonotypeChain, callClonotypes } from './call-clonotypes.ts'
import { type Cell, makeCell } from './cell.ts'
import { type CloneScore, scoreClones } from './clone-score.ts'
import { chainsByCell } from './contig.ts'
import { type ExpressionMatrix, joinBarcodes } from './expression-matrix.ts'
import { type Lineage, lineageCounts, lineageOf } from './lineage.ts'
import { resolveSignature, type Signature, uCell } from './signature-score.ts'

export interface LesionInput {
  readonly lesion: string
  readonly contigs: readonly ContigRow[]
  readonly matrix: ExpressionMatrix | undefined
  /** Stands before the contig file's barcodes in the matrix, such as `P17B_`. */
  readonly barcodePrefix?: string
}

/** `TCR-`-less id of one alpha × beta pair: `RC-` and ten hex digits over both chain keys. */
export type ReceptorId = Brand<string, 'receptor-id'>

export interface Receptor {
  readonly id: ReceptorId
  readonly rank: number
  readonly clonotype: Clonotype
  /** 1 for the commonest pair of the clonotype. */
  readonly pairRank: number
  readonly alpha: ClonotypeChain
  readonly beta: ClonotypeChain
  readonly lineage: Lineage
  /** Cells of the clonotype that show both chains. */
  readonly cells: number
  readonly scores: readonly LesionScore[]
  readonly supportingSets: readonly string[]
  readonly shortlisted: boolean
  readonly evidenceLevel: 0 | 1
  readonly reasons: readonly string[]
  readonly caveats: readonly Caveat[]
}

export interface LesionScore {
  readonly lesion: string
  readonly signature: string
  readonly score: CloneScore
  readonly cells: number
}

export interface ScoredClonotype {
  readonly clonotype: Clonotype
  readonly lineage: Lineage
  readonly scores: readonly LesionScore[]
}

export interface ReceptorOptions {
  readonly signatures: readonly Signature[]
  /** Receptors on the shortlist. */
  readonly candidates: number
  readonly seed: string
}

export interface ReceptorResult {
  readonly cells: readonly Cell[]
  readonly clonotypes: readonly ScoredClonotype[]
  readonly receptors: readonly Receptor[]
  readonly funnel: readonly FunnelRow[]
  readonly caveats: readonly Caveat[]
}

/** Least share of the smaller of contig cells and matrix cells that must join; below it the files do not belong together. */
const LEAST_JOINED = 0.1

/** Errors: `barcodes-differ` with three barcodes of each file; `no-contigs`. */
export function findReceptors(lesions: readonly LesionInput[], options: ReceptorOptions): Result<ReceptorResult, Issue> {
  const contigFunnel = new Funnel('contigs')
  const cellFunnel = new Funnel('cells')
  const caveats: Caveat[] = []
  const cells: Cell[] = []
  for (const { lesion, contigs, matrix, barcodePrefix } of lesions) {
    if (contigs.length === 0)
      return fail(issue('no-contigs', `the contig file of ${lesion} has a header and no contigs`, 'check that the V(D)J run found cells'))
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
  const clonotypes = callClonotypes(cells, cellFunnel)
  const matrices = new Map(lesions.map(({ lesion, matrix }) => [lesion, matrix]))
  const lineages = clonotypes.map(clonotype => cloneLineage(clonotype, matrices))
  const scores = scoreAll(lesions, clonotypes, lineages, options, caveats)
  const scored = clonotypes.map((clonotype, i) => ({ clonotype, lineage: lineages[i]!, scores: scores[i]! }))
  const receptors = rankReceptors(scored, options)
  const receptorFunnel = new Funnel('receptors')
  receptorFunnel.add('in', '', clonotypes.length)
  for (const clonotype of clonotypes) if (clonotype.paired === 0) receptorFunnel.add('no-pair', clonotype.id)
  receptorFunnel.add('out', '', receptors.length)
  receptorFunnel.add('shortlisted', '', receptors.filter(receptor => receptor.shortlisted).length)
  return ok({
    cells,
    clonotypes: scored,
    receptors,
    caveats,
    funnel: [...contigFunnel.rows(), ...cellFunnel.rows(), ...receptorFunnel.rows()],
  })
}

function cloneLineage(clonotype: Clonotype, matrices: ReadonlyMap<string, ExpressionMatrix | undefined>): Lineage {
  let cd8 = 0
  let cd4 = 0
  let measured = 0
  for (const cell of clonotype.cells) {
    const matrix = matrices.get(cell.lesion)
    if (matrix === undefined || cell.column === undefined) continue
    const counts = lineageCounts(matrix, cell.column)
    cd8 += counts.cd8
    cd4 += counts.cd4
    measured++
  }
  return measured === 0 ? 'unknown' : lineageOf(cd8, cd4)
}

/** Scores of every clonotype with measured cells, per lesion, lineage stratum and signature. */
function scoreAll(
  lesions: readonly LesionInput[],
  clonotypes: readonly Clonotype[],
  lineages: readonly Lineage[],
  options: ReceptorOptions,
  caveats: Caveat[],
): readonly LesionScore[][] {
  const scores: LesionScore[][] = clonotypes.map(() => [])
  for (const { lesion, matrix } of lesions) {
    if (matrix === undefined) continue
    for (const signature of options.signatures) {
      const set = resolveSignature(signature, matrix)
      const share = set.present / signature.genes.length
      if (share < 0.5) {
        caveats.push(
          caveat(
            'signature-genes-missing',
            `${signature.name} was not scored in ${lesion}: ${set.present} of ${signature.genes.length} genes are in the matrix`,
          ),
        )
        continue
      }
      if (share < 0.8)
        caveats.push(
          caveat(
            'signature-genes-missing',
            `${signature.name} in ${lesion}: ${set.present} of ${signature.genes.length} genes are in the matrix; missing ${set.missing.slice(0, 8).join(', ')}`,
          ),
        )
      const values = uCell(matrix, set)
      for (const lineage of ['CD8', 'CD4', 'unknown'] as const) {
        const members: number[] = []
        const pool: number[] = []
        const clones: number[][] = []
        clonotypes.forEach((clonotype, i) => {
          if (lineages[i] !== lineage) return
          const columns = clonotype.cells.filter(cell => cell.lesion === lesion && cell.column !== undefined).map(cell => cell.column!)
          if (columns.length === 0) return
          members.push(i)
          clones.push(columns.map((_, k) => pool.length + k))
          pool.push(...columns)
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
  return scores
}

/** The signature of a lineage: a CD8 set speaks about CD8 and unknown clones, a CD4 set about CD4 and unknown clones. */
const speaksAbout = (signature: Signature, lineage: Lineage): boolean =>
  signature.lineage === 'any' || lineage === 'unknown' || signature.lineage === lineage

/** Round-robin over the lists (signature × lesion × lineage): best unseen clone of each in turn. Clones beyond follow by size. */
function rankReceptors(scored: readonly ScoredClonotype[], options: ReceptorOptions): readonly Receptor[] {
  const eligible = scored.filter(({ clonotype }) => clonotype.alphas.length > 0 && clonotype.betas.length > 0)
  const lists = new Map<string, { entry: ScoredClonotype; score: CloneScore }[]>()
  for (const entry of eligible) {
    for (const { lesion, signature, score } of entry.scores) {
      const set = options.signatures.find(s => s.name === signature)!
      if (!score.passes || !speaksAbout(set, entry.lineage)) continue
      const key = `${signature}|${lesion}|${entry.lineage}`
      lists.set(key, [...(lists.get(key) ?? []), { entry, score }])
    }
  }
  const queues = [...lists]
    .toSorted((a, b) => byText(a[0], b[0]))
    .map(([, list]) =>
      list.toSorted(
        (a, b) =>
          a.score.p - b.score.p ||
          b.entry.clonotype.cells.length - a.entry.clonotype.cells.length ||
          b.score.mean - a.score.mean ||
          byText(a.entry.clonotype.id, b.entry.clonotype.id),
      ),
    )
  const order: ScoredClonotype[] = []
  const taken = new Set<ScoredClonotype>()
  for (let moved = true; moved; ) {
    moved = false
    for (const queue of queues) {
      while (queue.length > 0 && taken.has(queue[0]!.entry)) queue.shift()
      const next = queue.shift()
      if (next === undefined) continue
      taken.add(next.entry)
      order.push(next.entry)
      moved = true
    }
  }
  const supported = order.length
  order.push(
    ...eligible
      .filter(entry => !taken.has(entry))
      .toSorted((a, b) => b.clonotype.cells.length - a.clonotype.cells.length || byText(a.clonotype.id, b.clonotype.id)),
  )
  const receptors: Receptor[] = []
  order.forEach((entry, place) => {
    for (const receptor of pairsOf(entry, options, place < Math.min(options.candidates, supported)))
      receptors.push({ ...receptor, rank: receptors.length + 1 })
  })
  return receptors
}

function pairsOf(entry: ScoredClonotype, options: ReceptorOptions, shortlisted: boolean): readonly Receptor[] {
  const { clonotype, lineage, scores } = entry
  const supporting = scores.filter(
    ({ score, signature }) => score.passes && speaksAbout(options.signatures.find(s => s.name === signature)!, lineage),
  )
  const pairs: { alpha: ClonotypeChain; beta: ClonotypeChain; cells: number }[] = []
  for (const alpha of clonotype.alphas) {
    for (const beta of clonotype.betas) {
      const cells = clonotype.cells.filter(
        cell => cell.vj.some(chain => chain.key === alpha.chain.key) && cell.vdj.some(chain => chain.key === beta.chain.key),
      ).length
      pairs.push({ alpha, beta, cells })
    }
  }
  pairs.sort((a, b) => b.cells - a.cells || byText(a.alpha.chain.key, b.alpha.chain.key) || byText(a.beta.chain.key, b.beta.chain.key))
  const best = supporting.toSorted((a, b) => a.score.p - b.score.p)
  const reasons = [
    ...best
      .slice(0, 2)
      .map(
        ({ signature, lesion, score }) =>
          `${signature} above chance in ${lesion} (p ${score.p.toPrecision(2)}, top ${Math.max(1, Math.round(100 * (1 - score.percentile)))} % of clones)`,
      ),
    `${clonotype.cells.length} cells in ${[...clonotype.cellsByLesion].map(([lesion, n]) => `${lesion} (${n})`).join(', ')}`,
    lineage === 'unknown' ? 'lineage unknown' : lineage,
    ...(clonotype.flags.length > 0 ? [`flagged ${clonotype.flags.join(', ')}: probably not tumour-specific`] : []),
  ]
  return pairs.map(({ alpha, beta, cells }, i) => ({
    id: `RC-${sha256Hex(`${alpha.chain.key}\n${beta.chain.key}`).slice(0, 10)}` as ReceptorId,
    rank: 0,
    clonotype,
    pairRank: i + 1,
    alpha,
    beta,
    lineage,
    cells,
    scores,
    supportingSets: [...new Set(supporting.map(score => score.signature))],
    shortlisted,
    evidenceLevel: supporting.length > 0 ? 1 : 0,
    reasons: pairs.length > 1 ? [...reasons, `pair ${i + 1} of ${pairs.length}: ${cells} cells show both chains`] : reasons,
    caveats: clonotype.caveats,
  }))
}
