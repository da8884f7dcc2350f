// Contigs → usable chains, with a reason for each that is not. `vj` loci are the alpha-like side (TRA TRG IGK IGL), `vdj` the beta-like (TRB TRD IGH).
import type { Funnel } from '../base/index.ts'
import { geneOf } from '../bio/index.ts'
import type { ContigRow } from '../format/index.ts'

export type ChainLocus = 'TRA' | 'TRB' | 'TRG' | 'TRD' | 'IGH' | 'IGK' | 'IGL'

export interface Chain {
  readonly locus: ChainLocus
  readonly vGene: string
  readonly jGene: string
  readonly vCall: string
  readonly dCall: string
  readonly jCall: string
  readonly cCall: string
  readonly junction: string
  readonly junctionAa: string
  readonly umiCount: number
  readonly consensusCount: number
  readonly sequenceId: string
  readonly sequence: string
  /** (V gene, junction bases, J gene): what makes two chains the same. */
  readonly key: string
}

const LOCI = new Set<string>(['TRA', 'TRB', 'TRG', 'TRD', 'IGH', 'IGK', 'IGL'])
export const isVj = (locus: ChainLocus): boolean => locus === 'TRA' || locus === 'TRG' || locus === 'IGK' || locus === 'IGL'

/** Reason a contig is not used; undefined when it is. Locus `Multi` is settled from V and J when both agree. */
export function contigFault(row: ContigRow): string | undefined {
  if (!row.isCell) return 'not-a-cell'
  if (!row.highConfidence) return 'low-confidence'
  if (!row.productive) return 'not-productive'
  if (row.junction === '' || row.junctionAa === '') return 'no-junction'
  if (row.junctionAa.includes('*')) return 'junction-stop'
  if (locusOfRow(row) === undefined) return 'locus-ambiguous'
  if (row.junction.length !== 3 * row.junctionAa.length) return 'junction-length'
  return undefined
}

function locusOfRow(row: ContigRow): ChainLocus | undefined {
  if (LOCI.has(row.locus)) return row.locus as ChainLocus
  const v = row.vCall.slice(0, 3)
  return v === row.jCall.slice(0, 3) && LOCI.has(v) ? (v as ChainLocus) : undefined
}

/**
 * Usable chains by cell, best first (UMIs, reads, junction, residues, all descending). Contigs with the same V, junction and J are one chain with its UMIs summed;
 * `merge` false keeps them apart, as scirpy does when it classes cells.
 */
export function chainsByCell(rows: readonly ContigRow[], funnel: Funnel, merge = true): Map<string, Chain[]> {
  const cells = new Map<string, Map<string, Chain>>()
  for (const row of rows) {
    funnel.add('in', row.sequenceId)
    const fault = contigFault(row)
    if (!cells.has(row.cellId)) cells.set(row.cellId, new Map())
    if (fault !== undefined) {
      funnel.add(fault, row.sequenceId)
      continue
    }
    funnel.add('out', row.sequenceId)
    const locus = locusOfRow(row)!
    const vGene = geneOf(row.vCall)
    const jGene = geneOf(row.jCall)
    const key = `${vGene}|${row.junction}|${jGene}`
    const chains = cells.get(row.cellId)!
    const place = merge ? locus + key : row.sequenceId
    const same = chains.get(place)
    chains.set(place, {
      locus,
      vGene,
      jGene,
      vCall: row.vCall,
      dCall: row.dCall,
      jCall: row.jCall,
      cCall: row.cCall,
      junction: row.junction,
      junctionAa: row.junctionAa,
      key,
      umiCount: row.umiCount + (same?.umiCount ?? 0),
      consensusCount: row.consensusCount + (same?.consensusCount ?? 0),
      sequenceId: same !== undefined && same.umiCount >= row.umiCount ? same.sequenceId : row.sequenceId,
      sequence: same !== undefined && same.umiCount >= row.umiCount ? same.sequence : row.sequence,
    })
  }
  return new Map([...cells].map(([cell, chains]) => [cell, [...chains.values()].sort(byEvidence)]))
}

const descending = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0)
const byEvidence = (a: Chain, b: Chain): number =>
  b.umiCount - a.umiCount ||
  b.consensusCount - a.consensusCount ||
  descending(a.junction, b.junction) ||
  descending(a.junctionAa, b.junctionAa)
