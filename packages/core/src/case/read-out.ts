// What a trial shows at a data cut: funnel, responses, times to events, toxicity, persistence. Every number is made of rows that stand in the tables beside it.
import { clopperPearson, type Issue, wilson } from '../base/index.ts'
import { atOneMonth, type LabCriterion, type StoppingState } from '../infusion/index.ts'
import {
  assessImmuneVisits,
  assessVisits,
  bestResponse,
  type CensoringRules,
  type ComparedCall,
  type ConfirmationRules,
  compareCalls,
  type DatedBest,
  type Endpoint,
  emaCensoring,
  eventTimes,
  fdaCensoring,
  firstConfirmedResponse,
  firstResponse,
  type History,
  type ImmuneTimePoint,
  type KaplanMeier,
  kaplanMeier,
  median,
  overallSurvival,
  type Quantile,
  type SurvivalAt,
  survivalAt,
  type TimePoint,
  timeToProgression,
  untilProgression,
} from '../response/index.ts'
import { type EventPart, eventParts, gradeLaboratory, stoppingStates } from './read-out-safety.ts'
import type { TrialFile } from './trial-file.ts'
import type { SilentDomain, Trial, TrialSubject } from './trial-tables.ts'

export const ENDPOINTS = ['TTP', 'PFS', 'DOR', 'OS'] as const
export type EndpointName = (typeof ENDPOINTS)[number]

/** An endpoint in days of the trial's clock. */
export interface TimedEndpoint extends Endpoint {
  /** Days of the clock: both ends counted when it is inclusive. */
  readonly days: number
  /** Day number it ends on. */
  readonly date: number
}

export interface SubjectReadOut {
  readonly subject: TrialSubject
  /** Day number at which the clocks start. */
  readonly start: number
  readonly points: readonly TimePoint[]
  /** By iRECIST, beside the criteria of the trial; empty where those are RECIST 1.0. */
  readonly immune: readonly ImmuneTimePoint[]
  readonly best: DatedBest
  readonly confirmed: DatedBest
  /** Day number of the first response: confirmed where the trial asks for it. */
  readonly response: number | undefined
  readonly progression: number | undefined
  readonly endpoints: Readonly<Record<Exclude<EndpointName, 'DOR'>, TimedEndpoint>> & { readonly DOR: TimedEndpoint | undefined }
  /** Per cent: least of the visits up to progression. */
  readonly bestChange: number | undefined
  /** CD8, CD4: of the receptors that were given. */
  readonly origins: readonly string[]
  /** Per cent of CD3+ that carry a receptor, one month after; undefined without a sample. */
  readonly oneMonth: number | undefined
  readonly cells: CellSeries
}

export interface Survival {
  readonly name: EndpointName
  readonly subjects: number
  readonly events: number
  /** One for each kind of interval, in days. */
  readonly curves: readonly KaplanMeier[]
  readonly medians: readonly Quantile[]
}

export interface Proportion {
  readonly count: number
  readonly of: number
  readonly intervals: readonly { readonly kind: string; readonly low: number; readonly high: number }[]
}

export interface ReadOut {
  readonly file: TrialFile
  readonly enrolled: number
  /** Reason → subjects. */
  readonly notTreated: ReadonlyMap<string, number>
  readonly treated: readonly SubjectReadOut[]
  readonly evaluable: number
  readonly objectiveResponse: Proportion
  readonly diseaseControl: Proportion
  readonly cytotoxicResponders: number
  readonly highPersistence: number
  readonly survival: readonly Survival[]
  /** All of them first; then since conditioning, since infusion, the serious ones, and by what they were related to. */
  readonly adverseEvents: readonly EventPart[]
  readonly laboratory: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly stopping: readonly StoppingState[]
  /** Laboratory values without a grade, by reason. */
  readonly ungraded: ReadonlyMap<string, number>
  /** What readers called themselves beside what they measured, of the treated; undefined without rs. */
  readonly calls: readonly ComparedCall[] | undefined
  /** Tables that are missing or empty: none of their rows is no news of their kind. */
  readonly silent: readonly SilentDomain[]
  readonly issues: readonly Issue[]
}

export function readOut(trial: Trial, file: TrialFile, criteria: readonly LabCriterion[]): ReadOut {
  const treated = trial.subjects.filter(subject => subject.infusion !== undefined).map(subject => readSubject(subject, file))
  const notTreated = new Map<string, number>()
  for (const subject of trial.subjects)
    if (subject.infusion === undefined) notTreated.set(subject.disposition, (notTreated.get(subject.disposition) ?? 0) + 1)
  const responders = respondersOf(treated, file)
  const controlled = treated.filter(one => ['CR', 'PR', 'SD', 'NON-CR/NON-PD'].includes(counted(one, file)))
  const subjects = treated.map(one => one.subject)
  const { laboratory, ungraded } = gradeLaboratory(subjects, file, criteria)
  return {
    file,
    enrolled: trial.subjects.length,
    notTreated: new Map([...notTreated].sort(([a], [b]) => (a < b ? -1 : 1))),
    treated,
    evaluable: treated.filter(one => one.points.some(point => !point.baseline)).length,
    objectiveResponse: proportion(responders.length, treated.length, file),
    diseaseControl: proportion(controlled.length, treated.length, file),
    cytotoxicResponders: responders.filter(one => one.origins.includes('CD8')).length,
    highPersistence: treated.filter(one => one.oneMonth !== undefined && one.oneMonth >= file.persistence_threshold).length,
    survival: ENDPOINTS.map(name => survivalOf(name, treated, file)),
    adverseEvents: eventParts(subjects),
    stopping: stoppingStates(subjects, file).map(rule =>
      rule.state === 'below limit' && trial.silent.includes('ae') ? { ...rule, state: 'not assessed' } : rule,
    ),
    laboratory,
    ungraded,
    calls:
      trial.calls === undefined
        ? undefined
        : compareCalls(
            treated.flatMap(one => one.points),
            trial.calls.filter(call => treated.some(one => one.subject.id === call.subject)),
          ),
    silent: trial.silent,
    issues: trial.issues,
  }
}

const counted = (one: SubjectReadOut, file: TrialFile) => (file.confirmation.required ? one.confirmed : one.best).response

/** Those whose best response, confirmed where the trial asks for it, is complete or partial. */
export const respondersOf = (treated: readonly SubjectReadOut[], file: TrialFile): readonly SubjectReadOut[] =>
  treated.filter(one => ['CR', 'PR'].includes(counted(one, file)))

function proportion(count: number, of: number, file: TrialFile): Proportion {
  const intervals = file.intervals.proportion.map(kind => ({
    kind,
    ...(kind === 'wilson' ? wilson(count, of) : clopperPearson(count, of, file.intervals.level)),
  }))
  return { count, of, intervals }
}

export const censoringOf = (file: TrialFile, preset = file.censoring): CensoringRules =>
  preset === 'fda'
    ? fdaCensoring(file.assessment_schedule, file.assessment_window_days, file.missed_assessments)
    : emaCensoring(file.assessment_schedule)

export const confirmationOf = (file: TrialFile): ConfirmationRules => ({
  stableMinDays: file.stable_min_days,
  minDays: file.confirmation.min_days,
  maxNotEvaluable: file.confirmation.max_ne,
  acceptStable: file.confirmation.accept_sd,
  missingAsNotEvaluable: true,
})

function readSubject(subject: TrialSubject, file: TrialFile): SubjectReadOut {
  const start =
    file.start === 'infusion'
      ? subject.infusion!
      : file.start === 'enrolment'
        ? subject.enrolled
        : (subject.firstTreatment ?? subject.infusion!)
  const points = subject.lesions === undefined ? [] : assessVisits(subject.lesions, file.criteria)
  const dated = points.filter(point => !point.baseline && point.date !== undefined)
  const seen = untilProgression(dated.map(point => ({ day: point.date!.last, response: point.overall! })))
  const rules = confirmationOf(file)
  const cells = cellSeries(subject)
  const history = historyOf(subject, start, dated)
  const response = file.confirmation.required ? firstConfirmedResponse(seen, rules) : firstResponse(seen)
  const last = seen.at(-1)?.day ?? start
  const changes = points
    .filter(point => point.change !== undefined && point.date !== undefined && point.date.last <= last)
    .map(point => point.change!)
  return {
    subject,
    start,
    points,
    immune: subject.lesions === undefined || file.criteria !== 'recist-1.1' ? [] : assessImmuneVisits(subject.lesions),
    best: bestResponse(seen, start, rules, false),
    confirmed: bestResponse(seen, start, rules, true),
    response,
    progression: seen.find(one => one.response === 'PD')?.day,
    endpoints: endpointsOf(history, start, response, file, censoringOf(file)),
    bestChange: changes.length === 0 ? undefined : Math.min(...changes),
    origins: [...new Set(subject.persistence.map(sample => sample.origin).filter(origin => origin !== ''))].sort(),
    oneMonth: atOneMonth(cells.points)?.value,
    cells,
  }
}

function historyOf(subject: TrialSubject, start: number, dated: readonly TimePoint[]): History {
  const relative = (day: number | undefined) => (day === undefined ? undefined : day - start)
  return {
    assessments: dated.map(point => ({ day: point.date!.last - start, overall: point.overall! })),
    death: relative(subject.death),
    newTherapy: relative(subject.newTherapy),
    lastAlive: relative(subject.lastAlive),
  }
}

/** The four endpoints of a subject under any rules of censoring. */
export function endpointsOf(
  history: History,
  start: number,
  response: number | undefined,
  file: TrialFile,
  rules: CensoringRules,
): SubjectReadOut['endpoints'] {
  const both = file.clock === 'inclusive' ? 1 : 0
  const timed = (end: Endpoint, from = 0): TimedEndpoint => ({ ...end, days: end.day - from + both, date: start + end.day })
  const from = response === undefined ? undefined : response - start
  return {
    TTP: timed(timeToProgression(history, rules, false)),
    PFS: timed(timeToProgression(history, rules, true)),
    DOR: from === undefined ? undefined : timed(timeToProgression(history, rules, true, from), from),
    OS: timed(overallSurvival(history)),
  }
}

/** The same subject under another preset of censoring, for comparison. */
export const endpointsUnder = (one: SubjectReadOut, file: TrialFile, preset: 'fda' | 'ema'): SubjectReadOut['endpoints'] =>
  endpointsOf(
    historyOf(
      one.subject,
      one.start,
      one.points.filter(point => !point.baseline && point.date !== undefined),
    ),
    one.start,
    one.response,
    file,
    censoringOf(file, preset),
  )

export interface Landmark {
  readonly name: EndpointName
  readonly months: number
  readonly kind: string
  /** Undefined: nobody was followed so long. */
  readonly found: SurvivalAt | undefined
}

/** Share without the event at the months that the trial names, by each kind of interval. */
export const landmarks = ({ survival, file }: ReadOut): readonly Landmark[] =>
  survival.flatMap(({ name, curves }) =>
    file.landmark_months.flatMap(at =>
      curves.map(curve => ({ name, months: at, kind: curve.interval, found: survivalAt(curve, at * file.month_days) })),
    ),
  )

/** The times to events under both presets of censoring, that of the trial among them. */
export const sensitivity = ({ treated, file }: ReadOut): readonly (Survival & { readonly preset: 'fda' | 'ema' })[] =>
  (['fda', 'ema'] as const).flatMap(preset => {
    const ends = treated.map(one => endpointsUnder(one, file, preset))
    return ENDPOINTS.map(name => ({
      preset,
      ...survivalOfEnds(
        name,
        ends.flatMap(end => end[name] ?? []),
        file,
      ),
    }))
  })

const survivalOf = (name: EndpointName, treated: readonly SubjectReadOut[], file: TrialFile): Survival =>
  survivalOfEnds(
    name,
    treated.flatMap(one => one.endpoints[name] ?? []),
    file,
  )

function survivalOfEnds(name: EndpointName, ends: readonly TimedEndpoint[], file: TrialFile): Survival {
  const data = eventTimes(
    ends.map(end => end.days),
    ends.map(end => (end.event ? 1 : 0)),
  )
  const curves = file.intervals.survival.map(kind => kaplanMeier(data, kind, file.intervals.level))
  return { name, subjects: ends.length, events: ends.filter(end => end.event).length, curves, medians: curves.map(median) }
}

export interface CellSeries {
  /** Empty: no sample. */
  readonly method: string
  /** Blood, in order of day. */
  readonly points: readonly { readonly day: number; readonly value: number; readonly total: number }[]
}

/**
 * Per cent of CD3+ that carry any receptor, by one method and unit: the sum of the receptors by the method with the most samples; without any, the whole by flow.
 * Methods are never mixed.
 */
export function cellSeries({ persistence }: TrialSubject): CellSeries {
  const blood = persistence.filter(sample => sample.sample === 'blood' && sample.unit.includes('%'))
  const each = blood.filter(sample => sample.receptor !== 'ALL')
  const rows = each.length > 0 ? each : blood
  const methods = [...new Set(rows.map(sample => sample.method))]
  const count = (method: string) => rows.filter(sample => sample.method === method).length
  const method = methods.toSorted((a, b) => count(b) - count(a) || (a < b ? -1 : 1))[0] ?? ''
  const days = new Map<number, { value: number; total: number }>()
  for (const sample of rows.filter(one => one.method === method))
    days.set(sample.day, {
      value: (days.get(sample.day)?.value ?? 0) + sample.value,
      total: Math.max(days.get(sample.day)?.total ?? 0, sample.total),
    })
  return { method, points: [...days].map(([day, point]) => ({ day, ...point })).toSorted((a, b) => a.day - b.day) }
}

/** Days in months of the trial. */
export const months = (days: number, file: TrialFile): number => days / file.month_days
