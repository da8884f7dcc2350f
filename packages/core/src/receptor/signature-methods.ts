// Scores of a gene set that their programs draw by chance, here in expectation: Seurat's AddModuleScore (Tirosh 2016, doi:10.1126/science.aad0501) and
// AUCell (Aibar 2017, doi:10.1038/nmeth.4463) with ties at random. And a three-gene model of tumour-antigen-specific T cells.
import type { ExpressionMatrix } from './expression-matrix.ts'
import {
  geneMeans,
  meanScore,
  type ResolvedSignature,
  rankSums,
  type Signature,
  scoreGenes,
  uCell,
  weightedLogSum,
} from './signature-score.ts'

const BINS = 24

export const MODULE_CONTROLS = 100

/** AddModuleScore's expectation over its draws of `controls` control genes per gene of the set, from 24 bins of mean expression. */
export function moduleScore(matrix: ExpressionMatrix, set: ResolvedSignature, controls = MODULE_CONTROLS): Float64Array {
  const means = geneMeans(matrix)
  const n = means.length
  const order = Array.from(means.keys()).sort((a, b) => means[a]! - means[b]! || a - b)
  const binOf = new Uint8Array(n)
  const sizes = new Int32Array(BINS)
  for (let r = 0; r < n; r++) {
    let bin = Math.min(BINS - 1, Math.floor((r * BINS) / Math.max(1, n - 1)))
    while (bin > 0 && ((n - 1) * bin) / BINS > r) bin--
    while (bin < BINS - 1 && ((n - 1) * (bin + 1)) / BINS <= r) bin++
    binOf[order[r]!] = bin
    sizes[bin]!++
  }
  const inBin = new Int32Array(BINS)
  for (const row of set.rows) inBin[binOf[row]!]!++
  // genes of a bin that at least one of its k draws takes
  const expected = Array.from(sizes, (size, bin) => {
    const taken = Math.min(controls, size)
    return size === 0 ? 0 : size * (1 - (1 - taken / size) ** inBin[bin]!)
  })
  const total = expected.reduce((sum, value) => sum + value, 0)
  const weight = new Float64Array(n)
  for (const row of set.rows) weight[row]! += 1 / set.rows.length
  if (total > 0) for (let gene = 0; gene < n; gene++) weight[gene]! -= expected[binOf[gene]!]! / total / sizes[binOf[gene]!]!
  return weightedLogSum(matrix, weight)
}

const AUC_SHARE = 0.05
/** Share of the set's genes below which no score is given. */
const LEAST_PRESENT = 0.2

/** AUCell's expectation over ties; NaN for every cell when fewer than 20 % of the set's genes are in the matrix. */
export function auCell(matrix: ExpressionMatrix, set: ResolvedSignature): Float64Array {
  const { columns, rows } = matrix.counts
  if (set.present < LEAST_PRESENT * (set.present + set.missing.length) || set.present === 0)
    return new Float64Array(columns).fill(Number.NaN)
  const top = Math.ceil(AUC_SHARE * rows)
  let best = 0
  for (let i = 1; i <= set.present; i++) best += Math.max(0, top - i)
  return rankSums(matrix, set, (first, last) => meanGain(first, last, top)).map(sum => sum / best)
}

/** Mean of max(0, top − r) over ranks a to b. */
function meanGain(a: number, b: number, top: number): number {
  const last = Math.min(b, top - 1)
  if (last < a) return 0
  const count = last - a + 1
  return (count * (top - a + (top - last))) / 2 / (b - a + 1)
}

/** UCell with a set that should be low: never below 0. */
export function uCellTwoSided(
  matrix: ExpressionMatrix,
  up: ResolvedSignature,
  down: ResolvedSignature,
  missing: 'impute' | 'skip' = 'impute',
): Float64Array {
  const high = uCell(matrix, up, missing)
  const low = uCell(matrix, down, missing)
  return high.map((value, cell) => Math.max(0, value - low[cell]!))
}

/** A logistic model on ln(1 + CP10K) of three genes. */
export interface ThreeGeneModel {
  readonly genes: readonly ['CXCL13', 'ENTPD1', 'IL7R']
  readonly weights: readonly [number, number, number]
  readonly intercept: number
}

/** 0-1, from the genes' values in the model's order. */
export const threeGeneScore = (model: ThreeGeneModel, values: readonly number[]): number =>
  1 / (1 + Math.exp(-(model.intercept + model.weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0))))

/** Per cell; genes that the matrix lacks count as not expressed and are named. */
export function scoreThreeGenes(
  matrix: ExpressionMatrix,
  model: ThreeGeneModel,
): { readonly scores: Float64Array; readonly missing: readonly string[] } {
  const weight = new Float64Array(matrix.counts.rows)
  const missing: string[] = []
  for (const [i, gene] of model.genes.entries()) {
    const row = matrix.rowsOf.get(gene)?.[0]
    if (row === undefined) missing.push(gene)
    else weight[row] = model.weights[i]!
  }
  return { scores: weightedLogSum(matrix, weight).map(sum => 1 / (1 + Math.exp(-(model.intercept + sum)))), missing }
}

/** L2 logistic regression (the intercept unpenalised, C = 1) by Newton's method; converges in a dozen steps on three genes. */
export function fitThreeGenes(
  rows: readonly { readonly values: readonly [number, number, number]; readonly positive: boolean }[],
  c = 1,
): ThreeGeneModel {
  const beta = [0, 0, 0, 0]
  for (let step = 0; step < 50; step++) {
    const gradient = [-beta[0]! / c, -beta[1]! / c, -beta[2]! / c, 0]
    const hessian = Array.from({ length: 4 }, (_, i) => Array.from({ length: 4 }, (_, j) => (i === j && i < 3 ? 1 / c : 0)))
    for (const { values, positive } of rows) {
      const x = [...values, 1]
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * beta[i]!, 0)))
      for (let i = 0; i < 4; i++) {
        gradient[i]! += x[i]! * ((positive ? 1 : 0) - p)
        for (let j = 0; j < 4; j++) hessian[i]![j]! += x[i]! * x[j]! * p * (1 - p)
      }
    }
    const move = solve(hessian, gradient)
    for (let i = 0; i < 4; i++) beta[i]! += move[i]!
    if (Math.max(...move.map(Math.abs)) < 1e-12) break
  }
  return { genes: ['CXCL13', 'ENTPD1', 'IL7R'], weights: [beta[0]!, beta[1]!, beta[2]!], intercept: beta[3]! }
}

/** Gauss with pivots; small and well-conditioned here. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const a = matrix.map((row, i) => [...row, right[i]!])
  const n = a.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row
    const held = a[column]!
    a[column] = a[pivot]!
    a[pivot] = held
    for (let row = column + 1; row < n; row++) {
      const factor = a[row]![column]! / a[column]![column]!
      for (let k = column; k <= n; k++) a[row]![k]! -= factor * a[column]![k]!
    }
  }
  const out = new Array<number>(n).fill(0)
  for (let row = n - 1; row >= 0; row--) {
    let sum = a[row]![n]!
    for (let k = row + 1; k < n; k++) sum -= a[row]![k]! * out[k]!
    out[row] = sum / a[row]![row]!
  }
  return out
}

/**
 * MANA-3: the labelled cells of MANAscore (Zeng 2025, BKI-immuno-KNS/MANAscore@d1eb019, MIT) fitted with `fitThreeGenes`: 7,057 cells of three lung patients, tumour-antigen-specific
 * against EBV- and influenza-specific. Its negatives are virus-specific cells of blood and tumour: it tells these two apart, no more.
 */
export const MANA_3: ThreeGeneModel = {
  genes: ['CXCL13', 'ENTPD1', 'IL7R'],
  weights: [0.50507, 0.4609, -0.69038],
  intercept: 0.01119,
}

export type ScoringMethod = 'ucell' | 'mean' | 'score-genes' | 'module-score' | 'aucell'

/** Scores of a set per cell by the method of that name. */
export const SCORING_METHODS: Readonly<Record<ScoringMethod, (matrix: ExpressionMatrix, set: ResolvedSignature) => Float64Array>> = {
  ucell: (matrix, set) => uCell(matrix, set),
  mean: meanScore,
  'score-genes': scoreGenes,
  'module-score': (matrix, set) => moduleScore(matrix, set),
  aucell: auCell,
}

/** Score of a set; its genes that should be low count against it: UCell never below 0, the others as a difference. */
export function scoreSet(matrix: ExpressionMatrix, method: ScoringMethod, up: ResolvedSignature, down?: ResolvedSignature): Float64Array {
  if (down === undefined) return SCORING_METHODS[method](matrix, up)
  if (method === 'ucell') return uCellTwoSided(matrix, up, down)
  const low = SCORING_METHODS[method](matrix, down)
  return SCORING_METHODS[method](matrix, up).map((value, cell) => value - low[cell]!)
}

/** The three-gene model as a set, so that clones are ranked by it as by any other. */
export const MANA_3_SIGNATURE: Signature = {
  name: 'MANA-3',
  lineage: 'CD8',
  genes: MANA_3.genes,
  source: 'fitted on the labelled cells of MANAscore (BKI-immuno-KNS/MANAscore@d1eb019)',
}
