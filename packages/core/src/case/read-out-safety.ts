// Safety of a read-out: adverse events by when they began and what they were related to, and graded laboratory values.
import { dayText } from '../base/index.ts'
import type { Cell } from '../format/index.ts'
import { type AdverseEvent, evaluateStopping, gradeLabTest, type LabCriterion, type StoppingState, worstGrades } from '../infusion/index.ts'
import type { TrialFile } from './trial-file.ts'
import type { TrialSubject } from './trial-tables.ts'

/** Subjects by term and worst grade, of some of the events. */
export interface EventPart {
  readonly name: string
  readonly grades: ReadonlyMap<string, ReadonlyMap<number, number>>
}

/** `CELLS; IL-2` is related to both. */
const causesOf = ({ related }: AdverseEvent): readonly string[] =>
  related
    .split(/[;,/]/)
    .map(cause => cause.trim().toUpperCase())
    .filter(cause => cause !== '')

/** What began then or later; of an event whose beginning nobody wrote, all but what had ended before. */
const isSince = ({ start, end }: AdverseEvent, from: number): boolean =>
  start === undefined ? end === undefined || end >= from : start >= from

/** An event that began before and went on is not counted as emergent; one that got worse afterwards is a row of its own in SDTM. */
export function eventParts(subjects: readonly TrialSubject[]): readonly EventPart[] {
  const since = (dayOf: (subject: TrialSubject) => number | undefined) =>
    subjects.flatMap(subject => {
      const from = dayOf(subject)
      return from === undefined ? [] : subject.events.filter(event => isSince(event, from))
    })
  const all = subjects.flatMap(subject => subject.events)
  const causes = [...new Set(all.flatMap(causesOf))].sort()
  const parts: readonly (readonly [string, readonly AdverseEvent[]])[] = [
    ['adverse events', all],
    ['since conditioning', since(subject => subject.conditioning)],
    ['since infusion', since(subject => subject.infusion)],
    ['serious', all.filter(event => event.serious)],
    ...causes.map(cause => [`related to ${cause}`, all.filter(event => causesOf(event).includes(cause))] as const),
  ]
  return parts.map(([name, events]) => ({ name, grades: worstGrades(events) }))
}

/** The trial's stopping rules at the cut; a death counts as an event of grade 5 called Death. */
export const stoppingStates = (subjects: readonly TrialSubject[], file: TrialFile): readonly StoppingState[] =>
  evaluateStopping(
    file.stopping_rules,
    subjects.flatMap(({ id, infusion, death, events }) => {
      if (infusion === undefined) return []
      const own = events
        .filter(event => event.start !== undefined || isSince(event, infusion))
        .map(({ term, grade, start = infusion }) => ({ subject: id, term, grade, day: start - infusion }))
      return death === undefined ? own : [...own, { subject: id, term: 'Death', grade: 5, day: death - infusion }]
    }),
  )

export const EVENT_COLUMNS = [
  'subject',
  'term',
  'grade',
  'serious',
  'related',
  'start',
  'end',
  'day_from_conditioning',
  'day_from_infusion',
  'emergent',
] as const

/** A row for each event; emergent: it began on or after the first day of conditioning, or, without any, of infusion. */
export const eventRows = (subjects: readonly TrialSubject[]): readonly (readonly Cell[])[] =>
  subjects.flatMap(subject =>
    subject.events.map((event): readonly Cell[] => {
      const { conditioning, infusion } = subject
      const from = conditioning ?? infusion
      return [
        subject.id,
        event.term,
        event.grade,
        event.serious ? 'yes' : 'no',
        event.related,
        event.start === undefined ? '' : dayText(event.start),
        event.end === undefined ? '' : dayText(event.end),
        conditioning === undefined || event.start === undefined ? '' : event.start - conditioning,
        infusion === undefined || event.start === undefined ? '' : event.start - infusion,
        from === undefined ? '' : isSince(event, from) ? 'yes' : 'no',
      ]
    }),
  )

export function gradeLaboratory(subjects: readonly TrialSubject[], file: TrialFile, criteria: readonly LabCriterion[]) {
  const table = criteria.filter(row => row.criteria === file.lab_criteria)
  const ungraded = new Map<string, number>()
  const graded: { subject: string; term: string; grade: number }[] = []
  for (const subject of subjects) {
    const baselines = new Map(subject.labs.filter(lab => lab.baseline).map(lab => [lab.test, lab]))
    for (const lab of subject.labs.filter(one => one.day > 0)) {
      const base = baselines.get(lab.test)
      const indicator =
        base?.value === undefined
          ? undefined
          : base.high !== undefined && base.value > base.high
            ? 'HIGH'
            : base.low !== undefined && base.value < base.low
              ? 'LOW'
              : 'NORMAL'
      const grades = gradeLabTest(
        lab.test,
        {
          value: lab.value,
          unit: lab.unit,
          normalLow: lab.low,
          normalHigh: lab.high,
          baseline: base?.value,
          baselineIndicator: indicator,
          sex: subject.sex,
        },
        table,
      )
      const count = (reason: string) => ungraded.set(reason, (ungraded.get(reason) ?? 0) + 1)
      if (grades.length === 0) count(`test ${lab.test} is not in the table`)
      for (const { term, result } of grades) {
        if (result.grade === undefined) count(`${term}: ${result.reason}`)
        else if (result.grade > 0) graded.push({ subject: subject.id, term, grade: result.grade })
      }
    }
  }
  return { laboratory: worstGrades(graded), ungraded }
}
