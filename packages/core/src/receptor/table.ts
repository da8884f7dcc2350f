// `clonotypes.tsv`, `receptors.tsv`, `cells.tsv`: chains under AIRR's names (junction = C104 to F/W118).
import { rounded, type Cell as TableCell } from '../format/index.ts'
import type { Cell } from './cell.ts'
import type { ReceptorResult } from './find-receptors.ts'
import type { Receptor } from './receptor.ts'
import type { ReceptorMap } from './receptor-map.ts'

export const CLONOTYPE_COLUMNS = [
  'clonotype_id',
  'alias',
  'cells',
  'cells_paired',
  'cells_beta_only',
  'cells_alpha_only',
  'cells_by_lesion',
  'frequency',
  'lineage',
  'trb_v_call',
  'trb_junction_aa',
  'tra_v_call',
  'tra_junction_aa',
  'best_signature',
  'best_score',
  'best_p',
  'best_percentile',
  'supporting_sets',
  'flags',
  'caveats',
  'combined_p',
  'combined_q',
] as const

export function clonotypeRows({
  clonotypes,
  combined,
}: Pick<ReceptorResult, 'clonotypes' | 'combined'>): readonly (readonly TableCell[])[] {
  const total = clonotypes.reduce((sum, { clonotype }) => sum + clonotype.cells.length, 0)
  return clonotypes.map(entry => {
    const { clonotype: c, lineage, scores } = entry
    const all = combined.get(entry)
    const best = scores.toSorted((a, b) => a.score.p - b.score.p)[0]
    return [
      c.id,
      c.alias,
      c.cells.length,
      c.paired,
      c.betaOnly,
      c.alphaOnly,
      [...c.cellsByLesion].map(([lesion, n]) => `${lesion}:${n}`).join(','),
      (c.cells.length / total).toFixed(6),
      lineage,
      c.betas[0]?.chain.vCall,
      c.betas[0]?.chain.junctionAa,
      c.alphas[0]?.chain.vCall,
      c.alphas[0]?.chain.junctionAa,
      best === undefined ? undefined : `${best.signature} in ${best.lesion}`,
      best?.score.mean.toFixed(4),
      best?.score.p.toPrecision(3),
      best?.score.percentile.toFixed(3),
      [...new Set(scores.filter(score => score.score.passes).map(score => `${score.signature} in ${score.lesion}`))].join(','),
      c.flags.join(','),
      c.caveats.map(caveat => caveat.code).join(';'),
      all?.p.toPrecision(3),
      all?.q.toPrecision(3),
    ]
  })
}

export const RECEPTOR_COLUMNS = [
  'rank',
  'receptor_id',
  'clonotype_id',
  'pair_rank',
  'tra_v_call',
  'tra_j_call',
  'tra_c_call',
  'tra_junction',
  'tra_junction_aa',
  'tra_sequence_id',
  'tra_umi_median',
  'trb_v_call',
  'trb_d_call',
  'trb_j_call',
  'trb_c_call',
  'trb_junction',
  'trb_junction_aa',
  'trb_sequence_id',
  'trb_umi_median',
  'cells',
  'clonotype_cells',
  'cells_by_lesion',
  'lineage',
  'supporting_sets',
  'shortlisted',
  'evidence_level',
  'flags',
  'reasons',
  'caveats',
] as const

export const receptorRows = (receptors: readonly Receptor[]): readonly (readonly TableCell[])[] =>
  receptors.map(r => {
    const a = r.alpha.chain
    const b = r.beta.chain
    return [
      r.rank,
      r.id,
      r.clonotype.id,
      r.pairRank,
      a.vCall,
      a.jCall,
      a.cCall,
      a.junction,
      a.junctionAa,
      a.sequenceId,
      r.alpha.umiMedian,
      b.vCall,
      b.dCall,
      b.jCall,
      b.cCall,
      b.junction,
      b.junctionAa,
      b.sequenceId,
      r.beta.umiMedian,
      r.cells,
      r.clonotype.cells.length,
      [...r.clonotype.cellsByLesion].map(([lesion, n]) => `${lesion}:${n}`).join(','),
      r.lineage,
      r.supportingSets.join(','),
      r.shortlisted,
      r.evidenceLevel,
      [...r.clonotype.flags, ...r.specificity].join(','),
      r.reasons.join('; '),
      r.caveats.map(caveat => caveat.code).join(';'),
    ]
  })

const CELL_COLUMNS = [
  'lesion',
  'barcode',
  'pairing',
  'tra_junction_aa',
  'trb_junction_aa',
  'tra2_junction_aa',
  'trb2_junction_aa',
  'has_expression',
  'clonotype_id',
] as const

/** `score_neotcr8`: the column of a signature in cells.tsv.gz. */
export const scoreColumn = (signature: string): string => `score_${signature.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`

/** `cells.tsv`: every cell with contigs, its clonotype and its score by each signature. */
export function cellTable({ cells, clonotypes, cellScores, poor }: Pick<ReceptorResult, 'cells' | 'clonotypes' | 'cellScores' | 'poor'>): {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly TableCell[])[]
} {
  const home = new Map<Cell, string>()
  for (const { clonotype } of clonotypes) for (const cell of clonotype.cells) home.set(cell, clonotype.id)
  const signatures = [...new Set([...cellScores.values()].flatMap(scores => [...scores.keys()]))]
  const rows = cells.map(cell => [
    cell.lesion,
    cell.barcode,
    cell.pairing,
    cell.vj[0]?.junctionAa,
    cell.vdj[0]?.junctionAa,
    cell.vj[1]?.junctionAa,
    cell.vdj[1]?.junctionAa,
    cell.column !== undefined,
    home.get(cell) ?? '',
    ...signatures.map(name => (cell.column === undefined ? undefined : rounded(cellScores.get(cell.lesion)?.get(name)?.[cell.column], 5))),
    poor.get(cell) ?? '',
  ])
  return { columns: [...CELL_COLUMNS, ...signatures.map(scoreColumn), 'not_scored'], rows }
}

export const CELL_MAP_COLUMNS = ['lesion', 'barcode', 'umap_1', 'umap_2', 'score', 'clonotype_id'] as const

export const cellMapRows = ({ cells, home }: ReceptorMap): readonly (readonly TableCell[])[] =>
  cells.map(({ cell, x, y, score }) => [cell.lesion, cell.barcode, x.toFixed(3), y.toFixed(3), rounded(score, 5), home.get(cell) ?? ''])
