// Follow-up for replication-competent virus of everybody who was given cells that a virus had changed: which samples are due when, what came of them, what is overdue.
// Pure: today comes in as an argument.
import { z } from 'zod'
import { daysInMonth, fail, issue, ok, parseDate } from '../base/index.ts'
import { type BatchTemplate, type LotData, lotNeeds, lotPlace, type TemplateData } from '../lot/index.ts'
import { defineCommand, existing, idSchema, instantSchema, type RecordCommand, type Row } from '../record/index.ts'
import type { InfusionData } from './bedside-commands.ts'

export type FollowUpData = {
  readonly infusion: string
  readonly visit: string
  readonly outcome: 'negative' | 'positive' | 'archived' | 'missed'
  readonly collected_at: string
  readonly method: string
  readonly reason: string
  readonly entered_by: string
}

interface ScheduledVisit {
  readonly visit: string
  /** After the first infusion. */
  readonly months: number
}

/**
 * Where a template has no schedule of its own: baseline, months 3, 6 and 12, then every year to the fifteenth. As the FDA's guidance of January 2020 on
 * retroviral vectors is recalled; it was not read here, so a site checks it and writes its own into the template.
 */
export const DEFAULT_FOLLOW_UP: readonly ScheduledVisit[] = [
  { visit: 'baseline', months: 0 },
  { visit: 'month-3', months: 3 },
  { visit: 'month-6', months: 6 },
  ...Array.from({ length: 15 }, (_, i) => ({ visit: `year-${i + 1}`, months: 12 * (i + 1) })),
]

export const followUpSchedule = ({ follow_up }: BatchTemplate): readonly ScheduledVisit[] => follow_up ?? DEFAULT_FOLLOW_UP

/** A sample is overdue when it has not come so many days after its day; a prior of ours. */
const GRACE_DAYS = 30

/** The same day of a later month, or its last. Day text to day text. */
export function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const total = year * 12 + (month - 1) + months
  const [y, m] = [Math.floor(total / 12), (total % 12) + 1]
  const two = (n: number) => String(n).padStart(2, '0')
  return `${y}-${two(m)}-${two(Math.min(date, daysInMonth(y, m)))}`
}

export interface FollowUpVisit extends ScheduledVisit {
  readonly due: string
  readonly state: 'done' | 'overdue' | 'due' | 'later'
  readonly outcome: FollowUpData['outcome'] | ''
}

export interface FollowUpLine {
  readonly coi: string
  readonly subject: string
  readonly lot: string
  /** The first infusion, from which the months count, and its day. */
  readonly infusion: string
  readonly given_on: string
  readonly visits: readonly FollowUpVisit[]
  readonly overdue: number
  /** Day of the next sample that is not there; empty: none is left. */
  readonly next_due: string
}

/** `today`: a day. */
export function followUpLine(
  { id: lot, data: { coi, subject } }: Row<LotData>,
  template: BatchTemplate,
  infusions: readonly Row<InfusionData>[],
  taken: readonly Row<FollowUpData>[],
  today: string,
): FollowUpLine | undefined {
  const first = infusions.toSorted((a, b) => Date.parse(a.data.started_at) - Date.parse(b.data.started_at))[0]
  if (first === undefined) return undefined
  const givenOn = first.data.started_at.slice(0, 10)
  const outcomes = new Map(taken.map(({ data }) => [data.visit, data.outcome]))
  const visits = followUpSchedule(template).map(({ visit, months }): FollowUpVisit => {
    const due = monthsAfter(givenOn, months)
    const outcome = outcomes.get(visit) ?? ''
    const days = dayOf(today) - dayOf(due)
    const state = outcome !== '' && outcome !== 'missed' ? 'done' : days > GRACE_DAYS ? 'overdue' : days >= -GRACE_DAYS ? 'due' : 'later'
    return { visit, months, due, state, outcome }
  })
  const open = visits.filter(({ state }) => state !== 'done')
  return {
    coi,
    subject,
    lot,
    infusion: first.id,
    given_on: givenOn,
    visits,
    overdue: open.filter(({ state }) => state === 'overdue').length,
    next_due: open[0]?.due ?? '',
  }
}

function dayOf(text: string): number {
  const date = parseDate(text)
  if (!date.ok) throw new Error(`${text} is no day`)
  return date.value.first
}

/** Only what a virus changed has to be followed. */
export const needsFollowUp = ({ product_type }: LotData): boolean => product_type === 'TCR-T' || product_type === 'CAR-T'

export const followUpCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'follow-up.enter',
    path: 'infusions/:id/follow-ups',
    title: 'Enter a sample of the follow-up for replication-competent virus',
    action: 'enter-result',
    meaning: 'performed',
    input: z.strictObject({
      id: idSchema,
      visit: idSchema,
      outcome: z.enum(['negative', 'positive', 'archived', 'missed']),
      collected_at: instantSchema,
      method: z.string().max(200).default(''),
      reason: z.string().max(1000).default(''),
    }),
    needs: ({ id, visit }, rows) => {
      const own = [
        { table: 'infusion' as const, id },
        { table: 'follow_up' as const, id: `${id}:${visit}` },
      ]
      const lot = rows.peek('infusion', id)?.parent
      return lot === undefined ? { rows: own } : lotNeeds(lot, rows, own)
    },
    place: ({ id }, rows) => lotPlace(rows.peek('infusion', id)?.parent ?? '', rows),
    decide(input, rows, { at, actor }) {
      const infusion = existing<InfusionData>(rows, 'infusion', input.id)
      if (!infusion.ok) return infusion
      const lot = existing<LotData>(rows, 'lot', infusion.value.parent)
      if (!lot.ok) return lot
      const template = existing<TemplateData>(rows, 'template', lot.value.data.template)
      if (!template.ok) return template
      if (!needsFollowUp(lot.value.data))
        return fail(
          issue('follow-up', `${lot.value.id} is a ${lot.value.data.product_type} lot`, 'only cells that a virus changed are followed'),
        )
      const schedule = followUpSchedule(template.value.data.template)
      if (!schedule.some(({ visit }) => visit === input.visit))
        return fail(
          issue('follow-up', `no visit is called ${input.visit}`, `the schedule has ${schedule.map(({ visit }) => visit).join(', ')}`),
        )
      if (Date.parse(input.collected_at) > Date.parse(at))
        return fail(issue('time', `collected at ${input.collected_at}, which is after now, ${at}`, 'correct the time of collection'))
      if (input.outcome === 'missed' && input.reason.trim() === '')
        return fail(issue('reason', 'a sample that was not taken needs a reason', 'say why, and what is done instead'))
      const id = `${input.id}:${input.visit}`
      const before = rows.get<FollowUpData>('follow_up', id)
      if (before !== undefined && before.data.outcome !== 'missed')
        return fail(issue('follow-up', `${input.visit} was entered as ${before.data.outcome}`, 'a correction is a deviation'))
      const { outcome } = input
      const data: FollowUpData = {
        infusion: input.id,
        visit: input.visit,
        outcome,
        collected_at: input.collected_at,
        method: input.method,
        reason: input.reason,
        entered_by: actor.account,
      }
      const vectors = lot.value.data.arms.map(arm => arm.vector_lot).filter(one => one !== '')
      return ok({
        entity: { table: 'follow_up', id },
        writes: [{ table: 'follow_up', id, parent: lot.value.id, data }],
        reason: input.reason === '' ? `${input.visit}: ${outcome}` : `${input.visit}: ${outcome}; ${input.reason}`,
        ...(outcome === 'positive'
          ? {
              alerts: [
                {
                  to: ['qa' as const, 'physician' as const, 'coordinator' as const],
                  text: `${lot.value.data.subject}: replication-competent virus at ${input.visit}; see who else had the vector lots ${vectors.join(', ')} (recall)`,
                },
              ],
            }
          : {}),
      })
    },
  }),
]
