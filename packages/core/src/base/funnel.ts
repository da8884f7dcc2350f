// Nothing disappears: each stage counts what came in, what went out, and why the rest did not, with one example a reason.

export interface FunnelRow {
  readonly stage: string
  /** `in`, `out`, or the reason code of what was left behind. */
  readonly reason: string
  readonly count: number
  readonly example: string
}

/** Sees every decision as it is counted: the reason and what it was about. */
export type Watch = (reason: string, about: string, stage: string) => void

export class Funnel {
  readonly #rows = new Map<string, { count: number; example: string }>()
  readonly stage: string
  readonly #watch: Watch | undefined

  constructor(stage: string, watch?: Watch) {
    this.stage = stage
    this.#watch = watch
  }

  add(reason: string, example = '', by = 1): void {
    this.#watch?.(reason, example, this.stage)
    const row = this.#rows.get(reason)
    if (row === undefined) this.#rows.set(reason, { count: by, example })
    else {
      row.count += by
      if (row.example === '') row.example = example
    }
  }

  count(reason: string): number {
    return this.#rows.get(reason)?.count ?? 0
  }

  rows(): readonly FunnelRow[] {
    return [...this.#rows].map(([reason, { count, example }]) => ({ stage: this.stage, reason, count, example }))
  }
}

/** The commonest reasons other than `in` and `out`, for the sentence that explains an empty result. */
export function commonestReasons(rows: readonly FunnelRow[], most = 3): readonly FunnelRow[] {
  return rows
    .filter(row => row.reason !== 'in' && row.reason !== 'out')
    .toSorted((a, b) => b.count - a.count)
    .slice(0, most)
}

/** Reasons that count what went on. */
const WENT_ON = new Set([
  'in',
  'out',
  'alleles',
  'consequences',
  'windows',
  'peptides',
  'presented',
  'presented and expressed',
  'presented by class II only',
  'shortlisted',
  'evaluable',
])

/** Does the row count what was left behind? */
export const isLeftBehind = ({ reason }: FunnelRow): boolean => !WENT_ON.has(reason)
