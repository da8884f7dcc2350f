// Everything that belongs to a lot, gathered for a decision, and what a lot's command has to read.
import type { Place } from '../access/index.ts'
import { fail, issue, ok, type Result } from '../base/index.ts'
import {
  type CommandContext,
  type Decision,
  defineCommand,
  existing,
  type Needs,
  type RecordCommand,
  type Row,
  type RowRef,
  type Rows,
  type RowWrite,
} from '../record/index.ts'
import type { BatchTemplate, TemplateStep } from './batch-template.ts'
import type { ContainerData, CustodyData } from './container-commands.ts'
import type { DeviationData } from './deviation-commands.ts'
import { checkEvent, type LotData, type LotEvent, withHold } from './lot.ts'
import type { StepData } from './step-commands.ts'
import type { TemplateData } from './supply-commands.ts'
import type { OosData, ResultData } from './testing-commands.ts'

export interface LotFile {
  readonly row: Row<LotData>
  readonly lot: LotData
  /** Of the lot and of the vectors in it. */
  readonly holds: readonly string[]
  readonly template: BatchTemplate
  readonly steps: ReadonlyMap<string, Row<StepData>>
  readonly results: readonly Row<ResultData>[]
  readonly oos: readonly Row<OosData>[]
  readonly deviations: readonly Row<DeviationData>[]
  readonly containers: readonly Row<ContainerData>[]
  readonly shipments: readonly Row<CustodyData>[]
}

const vectorsIn = ({ arms }: LotData): readonly string[] => arms.map(arm => arm.vector_lot).filter(id => id !== '')

/** Why nothing of a lot may be released, shipped or given: its own holds, and what came to stand against a vector after it went in, until quality assurance has judged it for this lot. */
export function holdsOf(lot: LotData, rows: Rows): readonly string[] {
  const ofVectors = vectorsIn(lot).flatMap(id => {
    const { disposition, holds } = rows.get<LotData>('lot', id)!.data
    return holds.map(hold => `vector lot ${id} is ${disposition === 'released' ? 'on hold' : disposition}: ${hold}`)
  })
  return [...lot.holds, ...ofVectors.filter(hold => lot.cleared?.includes(hold) !== true)]
}

/** A lot, what belongs to it, its template and the vectors in it. */
export function lotNeeds(id: string, rows: Rows, more: readonly RowRef[] = []): Needs {
  const lot = rows.peek<LotData>('lot', id)?.data
  return {
    rows: [
      { table: 'lot', id },
      ...(lot === undefined
        ? []
        : [{ table: 'template' as const, id: lot.template }, ...vectorsIn(lot).map(vector => ({ table: 'lot' as const, id: vector }))]),
      ...more,
    ],
    parents: [id],
  }
}

export const lotPlace = (id: string, rows: Rows): Place => {
  const lot = rows.peek<LotData>('lot', id)?.data
  return { site: lot?.site ?? '', study: lot?.study ?? '' }
}

/** The file of a lot on which `event` may follow. Errors: `not-found`, `lot-state`. */
export function openLotFile(id: string, rows: Rows, event: LotEvent): Result<LotFile> {
  const row = existing<LotData>(rows, 'lot', id)
  if (!row.ok) return row
  const lot = row.value.data
  const may = checkEvent(id, lot, event)
  if (!may.ok) return may
  const template = existing<TemplateData>(rows, 'template', lot.template)
  if (!template.ok) return template
  return ok({
    row: row.value,
    lot,
    holds: holdsOf(lot, rows),
    template: template.value.data.template,
    steps: new Map(rows.of<StepData>('step', id).map(step => [step.data.step, step])),
    results: rows.of<ResultData>('result', id),
    oos: rows.of<OosData>('oos', id),
    deviations: rows.of<DeviationData>('deviation', id),
    containers: rows.of<ContainerData>('container', id),
    shipments: rows.of<CustodyData>('custody', id),
  })
}

export const lotWrite = (file: LotFile, change: Partial<LotData>): RowWrite => ({
  table: 'lot',
  id: file.row.id,
  parent: file.row.parent,
  data: { ...file.lot, ...change },
})

export const holdLot = ({ id, parent, data }: Row<LotData>, reason: string): RowWrite => ({
  table: 'lot',
  id,
  parent,
  data: { ...data, holds: withHold(data.holds, reason) },
})

/** A step is complete when it was performed and, where two persons are asked for, verified; or left out under a closed deviation. Undefined: complete. */
export function whyIncomplete(file: Pick<LotFile, 'steps' | 'deviations'>, step: TemplateStep): string | undefined {
  const open = file.deviations.find(({ data }) => data.step === step.id && data.status === 'open' && data.blocks)
  if (open !== undefined) return `${step.id} has the open deviation ${open.id}`
  const held = file.steps.get(step.id)?.data
  if (held === undefined) return `${step.id} was not performed`
  if (held.status === 'skipped') return undefined
  return held.status === 'performed' && step.second_person ? `${step.id} was not verified by a second person` : undefined
}

/** What has to be complete before a step is performed, and why it is not. Undefined: it is the step's turn. */
export const whyWaiting = (file: Pick<LotFile, 'steps' | 'deviations' | 'template'>, step: TemplateStep): string | undefined =>
  step.after.map(id => whyIncomplete(file, file.template.steps.find(one => one.id === id)!)).find(why => why !== undefined)

export const templateStep = (file: LotFile, id: string): Result<TemplateStep> => {
  const step = file.template.steps.find(one => one.id === id)
  return step === undefined
    ? fail(
        issue(
          'step-unknown',
          `the template ${file.lot.template} has no step ${id}`,
          `its steps are ${file.template.steps.map(one => one.id).join(', ')}`,
        ),
      )
    : ok(step)
}

/** Persons who performed or verified anything on the lot. */
export const makersOf = (file: LotFile): readonly string[] =>
  [...file.steps.values()].flatMap(({ data }) => [data.performed_by, data.verified_by].filter(name => name !== ''))

type LotCommand<Input extends { readonly id: string }> = Omit<RecordCommand<Input>, 'needs' | 'place' | 'decide' | 'event'> & {
  /** Rows beyond the lot's own. */
  readonly more?: (input: Input, rows: Rows) => readonly RowRef[]
  /** What else has to be read whole, such as the ledger of a reagent. */
  readonly ledgers?: (input: Input) => readonly string[]
  decide(input: Input, file: LotFile, context: CommandContext, rows: Rows): Result<Decision>
}

/** A command on the lot `input.id` after which `event` has happened: its decision is given the lot's file, on which the event may follow. */
export const defineLotCommand = <Input extends { readonly id: string }>(
  event: LotEvent,
  { more, ledgers, decide, ...command }: LotCommand<Input>,
): RecordCommand =>
  defineCommand<Input>({
    ...command,
    event,
    needs(input, rows) {
      const own = lotNeeds(input.id, rows, more?.(input, rows) ?? [])
      return { ...own, parents: [input.id, ...(ledgers?.(input) ?? [])] }
    },
    place: ({ id }, rows) => lotPlace(id, rows),
    decide(input, rows, context) {
      const file = openLotFile(input.id, rows, event)
      return file.ok ? decide(input, file.value, context, rows) : file
    },
  })
