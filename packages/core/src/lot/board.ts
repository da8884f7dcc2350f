// The vein-to-vein board: a line for each lot that is under way, with what was planned against what was done, what comes next and how many days are left for it. Days count from the
// lot's opening; the template's day of a step is its plan. Nothing is moved and nothing is decided here.
import { type BatchTemplate, harvestStep, stepsUpTo, type TemplateStep } from './batch-template.ts'
import { appliedLabel, CONTAINER_STAGES, type ContainerData } from './container-commands.ts'
import { againstRelease, testStandings } from './disposition-commands.ts'
import type { LotData } from './lot.ts'
import { type LotFile, whyIncomplete } from './lot-file.ts'

const DAY_MS = 86_400_000

export interface BoardLine {
  readonly coi: string
  readonly subject: string
  readonly lot: string
  readonly product_type: LotData['product_type']
  /** Of a stored lot: of its containers. */
  readonly stage: string
  readonly disposition: LotData['disposition']
  /** Of the lot and of its containers, each once. */
  readonly holds: readonly string[]
  /** Whole days since the opening; null before. */
  readonly day: number | null
  readonly steps_done: number
  readonly steps: number
  /** Days after its planned day that the newest step was performed, below 0 before it; null: none was. */
  readonly behind_days: number | null
  readonly next: string
  /** RFC 3339; empty: no day is set for it. */
  readonly due: string
  /** Whole days left beyond the one that runs: 0 is due within a day, below 0 is late. */
  readonly slack_days: number | null
}

interface Next {
  readonly next: string
  /** ms since 1970. */
  readonly due?: number
}

/** Over: rejected, or nothing is left to ship, give or bring back and no result is awaited. A released vector waits in its freezer for the arms it goes into. */
export function isOver(file: LotFile): boolean {
  const { disposition, stage, product_type } = file.lot
  if (disposition === 'rejected') return true
  if (stage !== 'stored') return false
  const gone = file.containers.every(({ data }) => GONE.has(data.stage))
  if (disposition === 'recalled') return gone
  const awaited = testStandings(file).some(({ verdict }) => verdict === 'pending')
  return !awaited && (gone || (product_type === 'VECTOR' && disposition === 'released'))
}

const GONE: ReadonlySet<ContainerData['stage']> = new Set(['given', 'returned', 'destroyed'])

/** `now`: RFC 3339. `instant` writes ms since 1970 so. */
export function boardLine(file: LotFile, now: string, instant: (ms: number) => string): BoardLine {
  const { lot, row, template, steps, containers } = file
  const opened = lot.opened_at === '' ? undefined : Date.parse(lot.opened_at)
  const newest = [...steps.values()]
    .filter(({ data }) => data.status !== 'skipped')
    .sort((a, b) => Date.parse(b.data.performed_at) - Date.parse(a.data.performed_at))[0]
  const planned = template.steps.find(step => step.id === newest?.data.step)?.day
  const { next, due } = nextOf(file, opened)
  return {
    coi: lot.coi,
    subject: lot.subject,
    lot: row.id,
    product_type: lot.product_type,
    stage: lot.stage === 'stored' ? spread(containers.map(({ data }) => data.stage)) : lot.stage,
    disposition: lot.disposition,
    holds: [...new Set([...file.holds, ...containers.flatMap(({ data }) => data.holds)])],
    day: opened === undefined ? null : daysBetween(opened, Date.parse(now)),
    steps_done: template.steps.filter(step => whyIncomplete(file, step) === undefined).length,
    steps: template.steps.length,
    behind_days:
      newest === undefined || planned === undefined || opened === undefined
        ? null
        : daysBetween(opened, Date.parse(newest.data.performed_at)) - planned,
    next,
    due: due === undefined ? '' : instant(due),
    slack_days: due === undefined ? null : Math.ceil((due - Date.parse(now)) / DAY_MS) - 1,
  }
}

const daysBetween = (from: number, to: number): number => Math.floor((to - from) / DAY_MS)

const spread = (stages: readonly ContainerData['stage'][]): string =>
  CONTAINER_STAGES.filter(stage => stages.includes(stage))
    .map(stage => `${stages.filter(one => one === stage).length} ${stage}`)
    .join(', ')

function nextOf(file: LotFile, opened: number | undefined): Next {
  const { lot } = file
  if (lot.stage === 'planned' || opened === undefined) return { next: 'open the process' }
  const blocking = file.deviations.find(({ data }) => data.status === 'open' && data.blocks)
  if (blocking !== undefined) return { next: `deviation ${blocking.id} waits for quality assurance` }
  return lot.stage === 'stored' ? nextOfStored(file) : nextOfMaking(file, opened)
}

/** The end of the planned day: a step of that day is late on the next. */
const endOfPlannedDay = (opened: number, step: TemplateStep): number => opened + (step.day + 1) * DAY_MS

function nextOfMaking(file: LotFile, opened: number): Next {
  const { lot, template, containers } = file
  const isDone = (step: TemplateStep) => whyIncomplete(file, step) === undefined
  const harvest = harvestStep(template)
  if (lot.stage === 'in-process' && stepsUpTo(template, harvest.id).every(isDone))
    return { next: 'harvest', due: endOfPlannedDay(opened, harvest) }
  const ready = readySteps(template, isDone)[0]
  if (ready !== undefined)
    return { next: file.steps.has(ready.id) ? `verify ${ready.id}` : `${ready.id}: ${ready.title}`, due: endOfPlannedDay(opened, ready) }
  if (containers.length === 0) return { next: 'fill containers' }
  return { next: containers.some(({ data }) => appliedLabel(data) === undefined) ? 'label the containers' : 'store' }
}

/** Steps that may be performed or verified now, the earliest planned first. */
const readySteps = (template: BatchTemplate, isDone: (step: TemplateStep) => boolean): readonly TemplateStep[] => {
  const done = new Set(template.steps.filter(isDone).map(step => step.id))
  return template.steps.filter(step => !done.has(step.id) && step.after.every(id => done.has(id))).sort((a, b) => a.day - b.day)
}

function nextOfStored(file: LotFile): Next {
  const { lot, containers, shipments } = file
  const pending = testStandings(file)
    .filter(({ verdict }) => verdict === 'pending')
    .map(({ test }) => test)
  const awaited = `results: ${pending.join(', ')}`
  const out = containers.filter(({ data }) => !GONE.has(data.stage))
  const expires = Math.min(...out.map(({ data }) => Date.parse(data.expires)))
  const until = Number.isFinite(expires) ? { due: expires } : {}
  if (lot.disposition === 'recalled') return { next: `bring back ${out.map(({ id }) => id).join(', ')}` }
  if (lot.disposition === 'undecided') {
    if (lot.proposed_by !== '') return { next: 'acceptance by the physician', ...until }
    if (pending.length > 0) return { next: awaited, ...until }
    return { next: againstRelease(file, false)[0] ?? 'release', ...until }
  }
  const underway = shipments
    .filter(({ data }) => data.status === 'given')
    .sort((a, b) => Date.parse(a.data.due) - Date.parse(b.data.due))[0]
  if (underway !== undefined) return { next: `receipt of ${underway.id} by ${underway.data.to}`, due: Date.parse(underway.data.due) }
  if (out.some(({ data }) => data.stage === 'received')) return { next: 'give', ...until }
  return out.length > 0 ? { next: 'ship', ...until } : { next: awaited }
}

/** Soonest due first; what has no day after what has. */
export const sortBoard = (lines: readonly BoardLine[]): readonly BoardLine[] =>
  [...lines].sort((a, b) => (a.due || '~').localeCompare(b.due || '~') || a.lot.localeCompare(b.lot))
