// Times to an event of one subject: progression, survival, duration of response. Days from the start of the clock; presets of censoring are starting points, each rule a switch.
import type { OverallResponse } from './recist.ts'

export interface CensoringRules {
  /** A new anti-cancer therapy before the event censors at the last adequate assessment before it. */
  readonly newTherapyCensors: boolean
  /** Scheduled assessments missed before the event that censor at the last adequate one; 0: never. */
  readonly missedAssessments: number
  readonly windowDays: number
  /** Until a day, so many days apart. */
  readonly schedule: readonly { readonly until: number; readonly every: number }[]
}

export const fdaCensoring = (schedule: CensoringRules['schedule'], windowDays = 14, missedAssessments = 2): CensoringRules => ({
  newTherapyCensors: true,
  missedAssessments,
  windowDays,
  schedule,
})
export const emaCensoring = (schedule: CensoringRules['schedule']): CensoringRules => ({
  newTherapyCensors: false,
  missedAssessments: 0,
  windowDays: 0,
  schedule,
})

export interface Assessment {
  /** Days from the start of the clock. */
  readonly day: number
  readonly overall: OverallResponse
}

/** Days from the start of the clock, up to the data cut. */
export interface History {
  readonly assessments: readonly Assessment[]
  readonly death: number | undefined
  readonly newTherapy: number | undefined
  readonly lastAlive: number | undefined
}

export interface Endpoint {
  readonly day: number
  readonly event: boolean
  readonly reason: 'progression' | 'death' | 'new anti-cancer therapy' | 'missed assessments' | 'no event' | 'no assessment' | 'alive'
}

const progressionOf = (history: History): number | undefined => {
  const days = history.assessments.filter(({ overall }) => overall === 'PD').map(({ day }) => day)
  return days.length === 0 ? undefined : Math.min(...days)
}

/** Progression or death, counted from `from` (a response's day for its duration). `deathCounts` false: time to progression. */
export function timeToProgression(history: History, rules: CensoringRules, deathCounts: boolean, from = 0): Endpoint {
  const progression = progressionOf(history)
  const death = deathCounts ? history.death : undefined
  const event = progression !== undefined && (death === undefined || progression <= death) ? progression : death
  const adequate = history.assessments.filter(({ overall }) => overall !== 'NE').map(({ day }) => day)
  const lastBy = (limit: number) =>
    adequate.filter(day => day <= limit).reduce<number | undefined>((last, day) => Math.max(last ?? day, day), undefined)
  const { newTherapy } = history
  if (rules.newTherapyCensors && newTherapy !== undefined && newTherapy < (event ?? Number.POSITIVE_INFINITY))
    return { day: Math.max(from, lastBy(newTherapy) ?? 0), event: false, reason: 'new anti-cancer therapy' }
  if (event === undefined) {
    const last = lastBy(Number.POSITIVE_INFINITY)
    return last === undefined
      ? { day: from, event: false, reason: 'no assessment' }
      : { day: Math.max(from, last), event: false, reason: 'no event' }
  }
  const before = adequate.filter(day => day < event).reduce((last, day) => Math.max(last, day), 0)
  if (rules.missedAssessments > 0) {
    const missed = scheduledDays(rules, event).filter(day => day - rules.windowDays > before && day + rules.windowDays < event)
    if (missed.length >= rules.missedAssessments) return { day: Math.max(from, before), event: false, reason: 'missed assessments' }
  }
  return { day: event, event: true, reason: event === progression ? 'progression' : 'death' }
}

function scheduledDays({ schedule }: CensoringRules, until: number): readonly number[] {
  const days: number[] = []
  let day = 0
  for (const { until: end, every } of schedule) {
    while (day + every <= Math.min(end, until)) {
      day += every
      days.push(day)
    }
  }
  return days
}

/** Death, else last known alive (or the last assessment, whichever is later). */
export function overallSurvival(history: History): Endpoint {
  if (history.death !== undefined) return { day: history.death, event: true, reason: 'death' }
  const last = Math.max(0, history.lastAlive ?? 0, ...history.assessments.map(({ day }) => day))
  return { day: last, event: false, reason: 'alive' }
}
