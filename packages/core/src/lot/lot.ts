// A lot: where it stands on three axes, and which events may follow. `stage` until it is stored (then each container has its own), `disposition` the quality decision, `holds` reasons that
// block shipping and giving but never testing or recording. The machine is a table; what is not in it is refused with what would be possible.
import { fail, issue, ok, type Result } from '../base/index.ts'
import type { ProductType } from './batch-template.ts'

export const STAGES = ['planned', 'in-process', 'harvested', 'stored', 'aborted'] as const
export type Stage = (typeof STAGES)[number]

export const DISPOSITIONS = ['undecided', 'conditional', 'released', 'rejected', 'recalled'] as const
export type Disposition = (typeof DISPOSITIONS)[number]

export type Arm = {
  readonly receptor: string
  readonly construct: string
  /** Of the insert, as the selection's construct has it. */
  readonly construct_sha256: string
  /** Consumed vector lot; empty until then. */
  readonly vector_lot: string
  /** Decimal share of the pooled product; empty until harvest. */
  readonly share: string
}

export type LotData = {
  readonly product_type: ProductType
  /** Id of the template row. */
  readonly template: string
  readonly site: string
  readonly study: string
  /** Empty for a vector lot, which is nobody's. */
  readonly coi: string
  readonly subject: string
  readonly specimen: string
  readonly selection: string
  /** Of a vector lot. */
  readonly construct: string
  readonly construct_sha256: string
  readonly arms: readonly Arm[]
  readonly stage: Stage
  readonly disposition: Disposition
  readonly holds: readonly string[]
  /** What stood against a vector in it and was judged, by quality assurance, to stand against this lot no longer. */
  readonly cleared?: readonly string[]
  /** RFC 3339; empty until then. */
  readonly opened_at: string
  readonly opened_by: string
  /** Samples taken at storing, by test. */
  readonly samples: { readonly [test: string]: string }
  /** A conditional release waits for the physician: who proposed it and why; empty otherwise. */
  readonly proposed_by: string
  readonly medical_reason: string
  readonly notify: readonly string[]
}

export const LOT_EVENTS = {
  open: { says: 'the process begins', stages: ['planned'], dispositions: ['undecided'] },
  step: { says: 'a step was performed', stages: ['in-process', 'harvested'], dispositions: ['undecided'] },
  verify: { says: 'a second person verified a step', stages: ['in-process', 'harvested'], dispositions: ['undecided'] },
  skip: { says: 'a step is left out', stages: ['in-process', 'harvested'], dispositions: ['undecided'] },
  vector: { says: 'a vector lot went into an arm', stages: ['in-process'], dispositions: ['undecided'] },
  harvest: { says: 'the culture ends', stages: ['in-process'], dispositions: ['undecided'] },
  fill: { says: 'a container was filled', stages: ['harvested'], dispositions: ['undecided'] },
  label: { says: 'a label was printed, applied or destroyed', stages: ['harvested'], dispositions: ['undecided'] },
  store: { says: 'containers and samples are in place', stages: ['harvested'], dispositions: ['undecided'] },
  result: {
    says: 'a result of a test came',
    stages: ['in-process', 'harvested', 'stored'],
    dispositions: ['undecided', 'conditional', 'released', 'rejected', 'recalled'],
  },
  hold: {
    says: 'a reason not to ship or give',
    stages: ['planned', 'in-process', 'harvested', 'stored'],
    dispositions: ['undecided', 'conditional', 'released', 'rejected', 'recalled'],
  },
  unhold: {
    says: 'the reason is gone',
    stages: ['planned', 'in-process', 'harvested', 'stored'],
    dispositions: ['undecided', 'conditional', 'released', 'rejected', 'recalled'],
  },
  release: { says: 'fit for use', stages: ['stored'], dispositions: ['undecided', 'conditional'] },
  'release-conditionally': { says: 'fit for use while tests are pending', stages: ['stored'], dispositions: ['undecided'] },
  accept: { says: 'the physician takes a conditional lot', stages: ['stored'], dispositions: ['undecided'] },
  reject: { says: 'not fit for use', stages: ['in-process', 'harvested', 'stored'], dispositions: ['undecided', 'conditional'] },
  recall: { says: 'taken back', stages: ['stored'], dispositions: ['conditional', 'released'] },
  ship: { says: 'containers leave or arrive', stages: ['stored'], dispositions: ['conditional', 'released'] },
  give: { says: 'a container is ordered, verified or given', stages: ['stored'], dispositions: ['conditional', 'released'] },
  abort: { says: 'the process is given up', stages: ['planned', 'in-process'], dispositions: ['undecided'] },
} as const satisfies Readonly<
  Record<string, { readonly says: string; readonly stages: readonly Stage[]; readonly dispositions: readonly Disposition[] }>
>
export type LotEvent = keyof typeof LOT_EVENTS

export const mayFollow = (lot: Pick<LotData, 'stage' | 'disposition'>, event: LotEvent): boolean =>
  (LOT_EVENTS[event].stages as readonly Stage[]).includes(lot.stage) &&
  (LOT_EVENTS[event].dispositions as readonly Disposition[]).includes(lot.disposition)

/** Errors: `lot-state`, with the events that are possible. */
export function checkEvent(id: string, lot: Pick<LotData, 'stage' | 'disposition'>, event: LotEvent): Result<undefined> {
  if (mayFollow(lot, event)) return ok(undefined)
  const possible = (Object.keys(LOT_EVENTS) as LotEvent[]).filter(other => mayFollow(lot, other))
  return fail(
    issue(
      'lot-state',
      `lot ${id} is ${lot.stage} and ${lot.disposition}; "${event}" (${LOT_EVENTS[event].says}) may not follow`,
      possible.length === 0 ? 'nothing may follow any more' : `possible now: ${possible.join(', ')}`,
    ),
  )
}

/** Reasons on the lot block every container. */
export const withHold = (holds: readonly string[], reason: string): readonly string[] =>
  holds.includes(reason) ? holds : [...holds, reason]
