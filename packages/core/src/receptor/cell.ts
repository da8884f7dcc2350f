// A cell with its chains and the class of its pairing (scirpy's `chain_qc`, doi:10.1093/bioinformatics/btaa611).
import type { Chain } from './contig.ts'
import { isVj } from './contig.ts'

export type PairingClass =
  | 'single pair'
  | 'extra VJ'
  | 'extra VDJ'
  | 'two full chains'
  | 'orphan VJ'
  | 'orphan VDJ'
  | 'multichain'
  | 'ambiguous'
  | 'no IR'

export interface Cell {
  readonly lesion: string
  readonly barcode: string
  readonly pairing: PairingClass
  /** Alpha-like chains, best first, at most two. */
  readonly vj: readonly Chain[]
  readonly vdj: readonly Chain[]
  /** Column of the lesion's expression matrix; undefined without expression. */
  readonly column: number | undefined
}

export function pairingClass(chains: readonly Chain[]): PairingClass {
  if (chains.length === 0) return 'no IR'
  const kinds = new Set(
    chains.map(chain => (chain.locus === 'TRA' || chain.locus === 'TRB' ? 'ab' : chain.locus.startsWith('IG') ? 'ig' : 'gd')),
  )
  if (kinds.size > 1) return 'ambiguous'
  const vj = chains.filter(chain => isVj(chain.locus)).length
  const vdj = chains.length - vj
  if (vj > 2 || vdj > 2) return 'multichain'
  if (vj === 0) return 'orphan VDJ'
  if (vdj === 0) return 'orphan VJ'
  if (vj === 1 && vdj === 1) return 'single pair'
  if (vj === 2 && vdj === 2) return 'two full chains'
  return vj === 2 ? 'extra VJ' : 'extra VDJ'
}

export function makeCell(lesion: string, barcode: string, chains: readonly Chain[], column: number | undefined): Cell {
  return {
    lesion,
    barcode,
    column,
    pairing: pairingClass(chains),
    vj: chains.filter(chain => isVj(chain.locus)).slice(0, 2),
    vdj: chains.filter(chain => !isVj(chain.locus)).slice(0, 2),
  }
}

/** True for alpha-beta cells that can carry a therapeutic receptor. */
export const isAlphaBeta = (cell: Cell): boolean =>
  cell.pairing !== 'no IR' &&
  cell.pairing !== 'ambiguous' &&
  [...cell.vj, ...cell.vdj].every(chain => chain.locus === 'TRA' || chain.locus === 'TRB')
