// Cells → clonotypes. Chain drop-out does not split a clone, an ambient alpha does not join two: rules and parameters below.
import { type Brand, byText, type Caveat, caveat, type Funnel, sha256Hex } from '../base/index.ts'
import { type Cell, isAlphaBeta } from './cell.ts'
import type { Chain } from './contig.ts'

/** `CT-` and ten hex digits of SHA-256 over the sorted chain keys: survives re-runs and new lesions. */
export type ClonotypeId = Brand<string, 'clonotype-id'>

export interface Clonotype {
  readonly id: ClonotypeId
  /** `C1`, `C2` … by size: for people only. */
  readonly alias: string
  readonly cells: readonly Cell[]
  readonly paired: number
  readonly betaOnly: number
  readonly alphaOnly: number
  readonly cellsByLesion: ReadonlyMap<string, number>
  readonly alphas: readonly ClonotypeChain[]
  readonly betas: readonly ClonotypeChain[]
  readonly flags: readonly string[]
  readonly caveats: readonly Caveat[]
}

export interface ClonotypeChain {
  readonly chain: Chain
  /** Cells of the clonotype that show it. */
  readonly cells: number
  readonly umiMedian: number
}

export interface ClonotypeRule {
  /** A cell's second alpha links two alphas when this many cells of the group show it. */
  readonly linkCells: number
  /** A beta-only cell joins the largest of several clonotypes when it holds this share of the paired cells. */
  readonly dominance: number
  /** A second chain stays when at least this many cells and this share of the paired cells show it. */
  readonly secondChainCells: number
  readonly secondChainShare: number
  /** Cells with the same two betas and one alpha that make a true dual-beta clone. */
  readonly dualBetaCells: number
}

export const DEFAULT_CLONOTYPE_RULE: ClonotypeRule = {
  linkCells: 2,
  dominance: 0.9,
  secondChainCells: 2,
  secondChainShare: 0.1,
  dualBetaCells: 3,
}

interface Draft {
  readonly beta: Chain | undefined
  readonly alphaKeys: Set<string>
  readonly cells: Cell[]
}

/** Reason codes in the funnel: `ambiguous-beta`, `ambiguous-alpha`, `doublet`, `not-alpha-beta`, `no-receptor`, `multichain-unplaced`. */
export function callClonotypes(cells: readonly Cell[], funnel: Funnel, rule: ClonotypeRule = DEFAULT_CLONOTYPE_RULE): readonly Clonotype[] {
  const usable: Cell[] = []
  const multichain: Cell[] = []
  const doublets = findDoublets(cells, rule)
  for (const cell of cells) {
    funnel.add('in', cell.barcode)
    if (cell.pairing === 'no IR') funnel.add('no-receptor', cell.barcode)
    else if (!isAlphaBeta(cell)) funnel.add('not-alpha-beta', cell.barcode)
    else if (doublets.has(cell)) funnel.add('doublet', cell.barcode)
    else if (cell.pairing === 'multichain') multichain.push(cell)
    else usable.push(cell)
  }
  const groups = new Map<string, Cell[]>()
  const alphaOnly: Cell[] = []
  for (const cell of usable) {
    const beta = cell.vdj[0]
    if (beta === undefined) alphaOnly.push(cell)
    else groups.set(beta.key, [...(groups.get(beta.key) ?? []), cell])
  }
  const drafts: Draft[] = []
  for (const group of groups.values()) for (const draft of splitGroup(group, funnel, rule)) drafts.push(draft)
  placeAlphaOnly(alphaOnly, drafts, funnel)
  for (const cell of multichain) {
    const fits = drafts.filter(
      draft => cell.vdj.some(beta => beta.key === draft.beta?.key) && cell.vj.some(alpha => draft.alphaKeys.has(alpha.key)),
    )
    if (fits.length === 1) fits[0]!.cells.push(cell)
    else funnel.add('multichain-unplaced', cell.barcode)
  }
  const made = drafts.map(draft => finish(draft, rule)).toSorted((a, b) => b.cells.length - a.cells.length || byText(a.id, b.id))
  funnel.add('out', '', made.length)
  return made.map((clonotype, i) => ({ ...clonotype, alias: `C${i + 1}` }))
}

/** Cells with two betas that were each found alone in a different clone elsewhere; not those whose pair of betas repeats with one alpha. */
function findDoublets(cells: readonly Cell[], rule: ClonotypeRule): ReadonlySet<Cell> {
  const single = new Map<string, Set<string>>()
  const dual = new Map<string, number>()
  for (const cell of cells) {
    if (cell.vdj.length === 1 && cell.vj.length > 0) {
      const beta = cell.vdj[0]!.key
      single.set(beta, (single.get(beta) ?? new Set()).add(cell.vj[0]!.key))
    }
    if (cell.vdj.length === 2 && cell.vj.length > 0) {
      const pair = `${cell.vdj
        .map(beta => beta.key)
        .sort()
        .join('+')}/${cell.vj[0]!.key}`
      dual.set(pair, (dual.get(pair) ?? 0) + 1)
    }
  }
  const doublets = new Set<Cell>()
  for (const cell of cells) {
    if (cell.vdj.length !== 2) continue
    const [first, second] = cell.vdj.map(beta => single.get(beta.key))
    if (first === undefined || second === undefined) continue
    const shareAlpha = [...first].some(alpha => second.has(alpha))
    const pair = `${cell.vdj
      .map(beta => beta.key)
      .sort()
      .join('+')}/${cell.vj[0]?.key ?? ''}`
    if (!shareAlpha && (dual.get(pair) ?? 0) < rule.dualBetaCells) doublets.add(cell)
  }
  return doublets
}

/** One group of cells that share their first beta → its connected components of alphas. */
function splitGroup(group: readonly Cell[], funnel: Funnel, rule: ClonotypeRule): readonly Draft[] {
  const beta = group[0]!.vdj[0]!
  const paired = group.filter(cell => cell.vj.length > 0)
  const betaOnly = group.filter(cell => cell.vj.length === 0)
  if (paired.length === 0) return [{ beta, alphaKeys: new Set(), cells: [...betaOnly] }]
  const seen = new Map<string, number>()
  for (const cell of paired) for (const alpha of cell.vj) seen.set(alpha.key, (seen.get(alpha.key) ?? 0) + 1)
  const parent = new Map<string, string>()
  const find = (key: string): string => {
    let root = key
    while (parent.get(root) !== undefined && parent.get(root) !== root) root = parent.get(root)!
    return root
  }
  for (const cell of paired) {
    const [first, second] = cell.vj
    if (!parent.has(first!.key)) parent.set(first!.key, first!.key)
    if (second !== undefined && seen.get(second.key)! >= rule.linkCells) {
      if (!parent.has(second.key)) parent.set(second.key, second.key)
      parent.set(find(second.key), find(first!.key))
    }
  }
  const drafts = new Map<string, Draft>()
  for (const cell of paired) {
    const root = find(cell.vj[0]!.key)
    const draft = drafts.get(root) ?? { beta, alphaKeys: new Set<string>(), cells: [] }
    draft.cells.push(cell)
    for (const alpha of cell.vj) if (parent.has(alpha.key) && find(alpha.key) === root) draft.alphaKeys.add(alpha.key)
    drafts.set(root, draft)
  }
  const list = [...drafts.values()]
  const largest = list.reduce((a, b) => (b.cells.length > a.cells.length ? b : a))
  const home = list.length === 1 || largest.cells.length >= rule.dominance * paired.length ? largest : undefined
  for (const cell of betaOnly) {
    if (home === undefined) funnel.add('ambiguous-beta', cell.barcode)
    else home.cells.push(cell)
  }
  return list
}

function placeAlphaOnly(cells: readonly Cell[], drafts: readonly Draft[], funnel: Funnel): void {
  const byAlpha = new Map<string, Draft[]>()
  for (const draft of drafts) for (const key of draft.alphaKeys) byAlpha.set(key, [...(byAlpha.get(key) ?? []), draft])
  for (const cell of cells) {
    const fits = byAlpha.get(cell.vj[0]!.key) ?? []
    if (fits.length === 1) fits[0]!.cells.push(cell)
    else funnel.add(fits.length === 0 ? 'alpha-only' : 'ambiguous-alpha', cell.barcode)
  }
}

function finish(draft: Draft, rule: ClonotypeRule): Clonotype {
  const paired = draft.cells.filter(cell => cell.vj.length > 0 && cell.vdj.length > 0 && cell.pairing !== 'multichain')
  const alphas = keepChains(paired, cell => cell.vj, paired.length, rule)
  const withBeta = draft.cells.filter(cell => cell.vdj.length > 0 && cell.pairing !== 'multichain')
  const betas = keepChains(withBeta, cell => cell.vdj, withBeta.length, rule)
  const cellsByLesion = new Map<string, number>()
  for (const cell of draft.cells) cellsByLesion.set(cell.lesion, (cellsByLesion.get(cell.lesion) ?? 0) + 1)
  const keys = [...alphas, ...betas].map(entry => entry.chain.key).sort()
  const caveats: Caveat[] = []
  if (alphas.length > 1) caveats.push(caveat('two-alphas', 'two alphas: only a test can say which pair is the receptor'))
  if (betas.length > 1) caveats.push(caveat('two-betas', 'two betas: only a test can say which pair is the receptor'))
  return {
    id: `CT-${sha256Hex(keys.join('\n')).slice(0, 10)}` as ClonotypeId,
    alias: '',
    cells: draft.cells,
    paired: paired.length,
    betaOnly: draft.cells.filter(cell => cell.vj.length === 0).length,
    alphaOnly: draft.cells.filter(cell => cell.vdj.length === 0).length,
    cellsByLesion,
    alphas,
    betas,
    flags: lineageFlags(alphas, betas),
    caveats,
  }
}

function keepChains(
  cells: readonly Cell[],
  side: (cell: Cell) => readonly Chain[],
  total: number,
  rule: ClonotypeRule,
): readonly ClonotypeChain[] {
  const counts = new Map<string, { chain: Chain; umis: number[] }>()
  for (const cell of cells) {
    for (const chain of side(cell)) {
      const entry = counts.get(chain.key) ?? { chain, umis: [] }
      entry.umis.push(chain.umiCount)
      if (chain.umiCount > entry.chain.umiCount) entry.chain = chain
      counts.set(chain.key, entry)
    }
  }
  const ranked = [...counts.values()].toSorted(
    (a, b) => b.umis.length - a.umis.length || b.chain.umiCount - a.chain.umiCount || byText(a.chain.key, b.chain.key),
  )
  return ranked
    .filter(
      (entry, i) =>
        i === 0 || (i === 1 && entry.umis.length >= rule.secondChainCells && entry.umis.length >= rule.secondChainShare * total),
    )
    .map(({ chain, umis }) => ({ chain, cells: umis.length, umiMedian: umis.sort((a, b) => a - b)[umis.length >> 1]! }))
}

/** Invariant receptors by gene rule (10XGenomics/enclone, pages/innate). */
function lineageFlags(alphas: readonly ClonotypeChain[], betas: readonly ClonotypeChain[]): readonly string[] {
  const flags: string[] = []
  if (alphas.some(({ chain }) => chain.vGene === 'TRAV1-2' && /^TRAJ(33|20|12)$/.test(chain.jGene))) flags.push('mait')
  if (
    alphas.some(({ chain }) => chain.vGene === 'TRAV10' && chain.jGene === 'TRAJ18') &&
    betas.some(({ chain }) => chain.vGene === 'TRBV25-1')
  )
    flags.push('inkt')
  return flags
}
