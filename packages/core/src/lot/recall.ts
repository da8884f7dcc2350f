// A recall as the record keeps it: what it started with, and what became of everything that this had reached.
import type { Rows, RowWrite } from '../record/index.ts'
import { holdContainers } from './container-commands.ts'
import { withHold } from './lot.ts'
import { type LotFile, lotWrite } from './lot-file.ts'

export const RECALL_DISPOSITIONS = ['quarantined', 'returned', 'destroyed', 'person-informed', 'no-action'] as const

export type RecallItem = {
  /** `kind:id`, as the genealogy names it. */
  readonly item: string
  /** Empty until it was decided. */
  readonly disposition: (typeof RECALL_DISPOSITIONS)[number] | ''
  readonly reason: string
  readonly decided_by: string
}
export type RecallData = {
  readonly start: string
  readonly reason: string
  readonly opened_by: string
  readonly status: 'open' | 'closed'
  readonly items: readonly RecallItem[]
}

/** An id that only a lot gives: a person's own would stand in the way of a late failing result. */
export const OF_A_LOT = /^[A-Za-z0-9][A-Za-z0-9._:*+-]*:recall$/

export const undecided = (item: string): RecallItem => ({ item, disposition: '', reason: '', decided_by: '' })

export const recallIdOfLot = (lot: string): string => `${lot}:recall`

/** Who has to know of a recall at once. */
export const CONCERNED = ['qa', 'physician', 'nurse', 'coordinator'] as const

/**
 * A lot is taken back: it and its containers are on hold, and its recall opens by itself, in which each container, and each infusion of one, waits for what is done
 * about it. Once a lot, for a recalled one is not recalled again.
 */
export function recallLot(
  file: LotFile,
  rows: Rows,
  { hold, reason, by }: { readonly hold: string; readonly reason: string; readonly by: string },
): readonly RowWrite[] {
  const lot = file.row.id
  const items = [...file.containers.map(({ id }) => `container:${id}`), ...rows.of('infusion', lot).map(({ id }) => `infusion:${id}`)].map(
    undecided,
  )
  const data: RecallData = { start: `lot:${lot}`, reason, opened_by: by, status: 'open', items }
  return [
    lotWrite(file, { disposition: 'recalled', holds: withHold(file.lot.holds, hold) }),
    ...holdContainers(file.containers, hold),
    { table: 'recall', id: recallIdOfLot(lot), parent: '', data },
  ]
}

/** What of the genealogy a recall has not, and the other way round; '' where they agree. */
export function scopeDifference(held: readonly string[], reached: readonly string[]): string {
  const [a, b] = [new Set(held), new Set(reached)]
  const missing = reached.filter(item => !a.has(item))
  const foreign = held.filter(item => !b.has(item))
  return [
    ...(missing.length > 0
      ? [`not in it: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ` and ${missing.length - 10} more` : ''}`]
      : []),
    ...(foreign.length > 0 ? [`not reached: ${foreign.slice(0, 10).join(', ')}`] : []),
  ].join('; ')
}
