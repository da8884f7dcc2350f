// A recall as the record keeps it: what it started with, and what became of everything that this had reached.

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
