// RECIST 1.1 (doi:10.1016/j.ejca.2008.10.026) and 1.0: what a visit shows of targets, non-targets and new lesions, and the overall response, with the numbers that decided.
import { type CalendarDate, type Caveat, caveat } from '../base/index.ts'
import { formatLength, type Length, ofMillimetres, ZERO } from './length.ts'
import type { Finding, Lesion, LesionSet, Visit } from './lesion.ts'

export type TargetResponse = 'CR' | 'PR' | 'SD' | 'PD' | 'NE'
export type NonTargetResponse = 'CR' | 'NON-CR/NON-PD' | 'PD' | 'NE'
export type OverallResponse = TargetResponse | 'NON-CR/NON-PD'
export type RecistVersion = 'recist-1.1' | 'recist-1.0'

/** Least growth that is progression, beside a fifth over the nadir; RECIST 1.0 knows no such floor. */
const LEAST_GROWTH = ofMillimetres(5)
/** A node below it is normal. */
export const NORMAL_NODE = ofMillimetres(10)

export interface Sums {
  readonly baseline: Length
  /** Smallest of baseline and of the earlier visits with every target measured. */
  readonly nadir: Length
  /** Of the targets that were measured. */
  readonly sum: Length
  readonly complete: boolean
  /** Every target measured: nothing left, and every node normal. */
  readonly gone: boolean
}

/** Whole-number comparisons: S ≤ 0.7 B as 10 S ≤ 7 B. CR is asked first, then PD, which does not need every target measured. */
export function targetResponse({ baseline, nadir, sum, complete, gone }: Sums, version: RecistVersion = 'recist-1.1'): TargetResponse {
  if (complete && gone) return 'CR'
  const growth = sum - nadir
  const floor = version === 'recist-1.1' ? LEAST_GROWTH : 1
  if (growth >= floor && 5 * sum >= 6 * nadir) return 'PD'
  if (!complete) return 'NE'
  return 10 * sum <= 7 * baseline ? 'PR' : 'SD'
}

/** Undefined: the subject has no non-target lesion. */
export function nonTargetResponse(states: readonly Finding['state'][]): NonTargetResponse | undefined {
  if (states.length === 0) return undefined
  if (states.includes('unequivocal')) return 'PD'
  if (states.includes(undefined)) return 'NE'
  return states.every(state => state === 'absent') ? 'CR' : 'NON-CR/NON-PD'
}

/** Tables 1 and 2 of the paper. Undefined parts: the subject has no such lesions. */
export function overallResponse(
  target: TargetResponse | undefined,
  nonTarget: NonTargetResponse | undefined,
  newLesion: boolean,
): OverallResponse {
  if (newLesion || target === 'PD' || nonTarget === 'PD') return 'PD'
  if (target === undefined) return nonTarget ?? 'NE'
  return target === 'CR' && nonTarget !== undefined && nonTarget !== 'CR' ? 'PR' : target
}

export interface TimePoint {
  readonly subject: string
  readonly reader: string
  readonly visit: string
  readonly visitNumber: number
  readonly baseline: boolean
  /** Of progression its earliest finding, else the visit's last scan; undefined when no row has a date. */
  readonly date: CalendarDate | undefined
  readonly sum: Length | undefined
  readonly nadir: Length | undefined
  /** Per cent of baseline; undefined at baseline, without targets, and from nothing. */
  readonly change: number | undefined
  readonly target: TargetResponse | undefined
  readonly nonTarget: NonTargetResponse | undefined
  readonly newLesion: boolean
  /** Undefined at baseline. */
  readonly overall: OverallResponse | undefined
  readonly reason: string
  readonly caveats: readonly Caveat[]
}

/** Every visit of one subject and reader, baseline first. */
export function assessVisits(set: LesionSet, version: RecistVersion = 'recist-1.1'): readonly TimePoint[] {
  const targets = set.lesions.filter(lesion => lesion.role === 'target')
  const nonTargets = set.lesions.filter(lesion => lesion.role === 'non-target')
  const firstSeen = newLesionVisits(set)
  const points: TimePoint[] = []
  let baseline: Length | undefined
  let nadir: Length | undefined
  let hadComplete = false
  for (const [i, visit] of set.visits.entries()) {
    const { sum, complete, gone, normalNodesGrew } = sumOf(targets, visit, set.visits[i - 1])
    const states = nonTargets.map(lesion => visit.findings.get(lesion.id)?.state)
    const newLesion = [...firstSeen].some(([, seen]) => seen <= visit.number)
    if (i === 0) {
      // a later visit never becomes baseline: without a whole one the targets cannot be evaluated
      baseline = targets.length > 0 && complete ? sum : undefined
      nadir = baseline
    }
    const isBaseline = i === 0
    const caveats: Caveat[] = []
    const target =
      isBaseline || targets.length === 0 || baseline === undefined || nadir === undefined
        ? isBaseline || targets.length === 0
          ? undefined
          : 'NE'
        : targetResponse({ baseline, nadir, sum, complete, gone }, version)
    const nonTarget = isBaseline ? undefined : nonTargetResponse(states)
    const overall = isBaseline ? undefined : overallResponse(target, nonTarget, newLesion)
    if (target === 'CR' && normalNodesGrew)
      caveats.push(caveat('normal-nodes-grew', 'nodes grew within the normal range: still complete response'))
    if (hadComplete && target !== 'CR' && target !== 'PD' && sum > 0)
      caveats.push(
        caveat('reappeared-after-cr', 'a target is measured again after a complete response: progression or not is the reader’s to say'),
      )
    points.push({
      subject: set.subject,
      reader: set.reader,
      visit: visit.name,
      visitNumber: visit.number,
      baseline: isBaseline,
      date: overall === 'PD' ? progressionDate(set, visit, target, nonTarget, firstSeen) : lastDate(visit),
      sum: targets.length === 0 || !targets.some(lesion => visit.findings.get(lesion.id)?.length !== undefined) ? undefined : sum,
      nadir: isBaseline || targets.length === 0 ? undefined : nadir,
      change: isBaseline || baseline === undefined || baseline === 0 || !complete ? undefined : (100 * (sum - baseline)) / baseline,
      target,
      nonTarget,
      newLesion,
      overall,
      reason: isBaseline ? 'baseline' : reasonOf(target, nonTarget, newLesion, { baseline, nadir, sum, complete }),
      caveats,
    })
    if (target === 'CR' && overall === 'CR') hadComplete = true
    if (!isBaseline && complete && targets.length > 0 && nadir !== undefined && sum < nadir) nadir = sum
  }
  return points
}

function sumOf(targets: readonly Lesion[], visit: Visit, before: Visit | undefined) {
  let sum = 0
  let complete = true
  let gone = true
  let normalNodesGrew = false
  for (const lesion of targets) {
    const length = visit.findings.get(lesion.id)?.length
    if (length === undefined) {
      complete = false
      continue
    }
    sum += length
    const normal = lesion.node ? length < NORMAL_NODE : length === ZERO
    gone &&= normal
    const earlier = before?.findings.get(lesion.id)?.length
    normalNodesGrew ||= lesion.node && normal && earlier !== undefined && length > earlier
  }
  return { sum: sum as Length, complete, gone: gone && complete, normalNodesGrew }
}

/** New lesions that are unequivocal, now or later, with the visit at which each was first seen. */
function newLesionVisits(set: LesionSet): ReadonlyMap<string, number> {
  const seen = new Map<string, number>()
  for (const lesion of set.lesions) {
    if (lesion.role !== 'new') continue
    const visits = set.visits.filter(visit => visit.findings.has(lesion.id))
    if (visits.some(visit => visit.findings.get(lesion.id)!.state === 'unequivocal' || visit.findings.get(lesion.id)!.length !== undefined))
      seen.set(lesion.id, visits[0]!.number)
  }
  return seen
}

const byLast = (a: CalendarDate, b: CalendarDate) => a.last - b.last
const datesOf = (visit: Visit, keep: (lesionId: string) => boolean): readonly CalendarDate[] =>
  [...visit.findings.values()]
    .filter(finding => keep(finding.lesionId))
    .flatMap(finding => (finding.date === undefined ? [] : [finding.date]))

const lastDate = (visit: Visit): CalendarDate | undefined => [...datesOf(visit, () => true)].sort(byLast).at(-1)

function progressionDate(
  set: LesionSet,
  visit: Visit,
  target: TargetResponse | undefined,
  nonTarget: NonTargetResponse | undefined,
  firstSeen: ReadonlyMap<string, number>,
): CalendarDate | undefined {
  const role = new Map(set.lesions.map(lesion => [lesion.id, lesion.role]))
  const shows = (id: string) =>
    (target === 'PD' && role.get(id) === 'target') ||
    (nonTarget === 'PD' && visit.findings.get(id)?.state === 'unequivocal' && role.get(id) === 'non-target') ||
    firstSeen.has(id)
  return [...datesOf(visit, shows)].sort(byLast)[0] ?? lastDate(visit)
}

function reasonOf(
  target: TargetResponse | undefined,
  nonTarget: NonTargetResponse | undefined,
  newLesion: boolean,
  sums: { readonly baseline: Length | undefined; readonly nadir: Length | undefined; readonly sum: Length; readonly complete: boolean },
): string {
  const { baseline, nadir, sum, complete } = sums
  const words: string[] = []
  if (target !== undefined && baseline !== undefined && nadir !== undefined) {
    const percent = (part: number, whole: number) => (whole === 0 ? '' : ` (${part >= 0 ? '+' : ''}${((100 * part) / whole).toFixed(1)} %)`)
    words.push(
      `targets ${target}: sum ${formatLength(sum)} mm${complete ? '' : ' of those measured'}, baseline ${formatLength(baseline)}${percent(sum - baseline, baseline)}, nadir ${formatLength(nadir)}${percent(sum - nadir, nadir)}`,
    )
  } else if (target === 'NE') words.push('targets NE: no complete baseline')
  if (nonTarget !== undefined) words.push(`non-targets ${nonTarget}`)
  if (newLesion) words.push('new lesion')
  return words.join('; ')
}
