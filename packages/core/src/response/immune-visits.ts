// One subject's visits as iRECIST reads them. From SDTM's states it is known that non-target disease progressed, not by how much: it has grown further when more of its lesions are
// unequivocal than at the visit before. New lesions that are measured are summed apart.
import { type ImmuneFinding, type ImmuneResponse, immuneResponses } from './irecist.ts'
import type { Length } from './length.ts'
import type { LesionSet, Visit } from './lesion.ts'
import { assessVisits, type TimePoint } from './recist.ts'

export interface ImmuneTimePoint {
  readonly point: TimePoint
  /** Undefined at baseline. */
  readonly response: ImmuneResponse | undefined
}

export function assessImmuneVisits(set: LesionSet): readonly ImmuneTimePoint[] {
  const points = assessVisits(set)
  const others = set.lesions.filter(lesion => lesion.role === 'non-target')
  const fresh = set.lesions.filter(lesion => lesion.role === 'new')
  const unequivocal = (visit: Visit | undefined, lesions: readonly { readonly id: string }[]) =>
    lesions.filter(lesion => visit?.findings.get(lesion.id)?.state === 'unequivocal').length
  const findings = points.map((point, i): ImmuneFinding => {
    const visit = set.visits[i]!
    const before = set.visits[i - 1]
    const seen = fresh.filter(lesion => {
      const finding = visit.findings.get(lesion.id)
      return finding !== undefined && (finding.state === 'unequivocal' || finding.length !== undefined)
    })
    return {
      target: point.target,
      nonTarget: point.nonTarget,
      newLesion: seen.length > 0,
      targetSum: point.sum,
      newSum: seen.reduce((sum, lesion) => sum + (visit.findings.get(lesion.id)!.length ?? 0), 0) as Length,
      newCount: seen.length,
      nonTargetGrew: unequivocal(visit, others) > unequivocal(before, others),
      newNonTargetGrew: false,
    }
  })
  const responses = immuneResponses(findings.slice(1))
  return points.map((point, i) => ({ point, response: i === 0 ? undefined : responses[i - 1] }))
}
