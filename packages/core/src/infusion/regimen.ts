// A regimen as data: drugs with the basis of their dose, days from infusion, rounding; what is planned for a person, and how what was given differs. No default hides a missing weight or height.
import { z } from 'zod'
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

const drug = z.strictObject({
  name: z.string().min(1).describe('As EXTRT writes it.'),
  dose: z.number().gt(0),
  unit: z.string().min(1).describe('Of the dose given: mg, 10^6 IU, 10^9 cells.'),
  per: z.enum(['fixed', 'kg', 'm2']).describe('kg: per kilogram; m2: per square metre of body surface.'),
  route: z.string().default('INTRAVENOUS'),
  days: z.array(z.int()).min(1).describe('Days from infusion, which is day 0.'),
  times_a_day: z.int().min(1).max(6).default(1),
  most: z.int().min(1).optional().describe('Doses at most: to tolerance, every one fewer needs its reason.'),
  round_to: z.number().gt(0).optional().describe('Dose is rounded to a multiple of it.'),
  stop: z.string().optional().describe('When no further dose is given.'),
  citation: z.string().min(1).describe('Where the number stands, or "unverified".'),
})

export const stoppingRuleSchema = z.strictObject({
  what: z.string().min(1),
  term: z.string().optional().describe('Adverse event by its term, or Death; without it any event counts.'),
  grade: z.int().min(1).max(5).default(3),
  window_days: z.int().min(1).describe('Days from infusion that count.'),
  limit: z.int().min(0).describe('So many subjects are still allowed.'),
  citation: z.string().min(1),
})

export const RegimenSchema = z
  .strictObject({
    regimen: z.string().min(1),
    version: z.string().min(1),
    body_surface: z.enum(['mosteller', 'du-bois', 'haycock']).default('mosteller').describe('Formula of the body surface.'),
    drugs: z.array(drug).min(1),
    stopping_rules: z.array(stoppingRuleSchema).default([]),
  })
  .superRefine(({ drugs }, context) => {
    const days = new Set<string>()
    for (const [i, { name, days: own }] of drugs.entries())
      for (const day of own) {
        const key = `${name.toUpperCase()} ${day}`
        if (days.has(key))
          context.addIssue({
            code: 'custom',
            path: ['drugs', i, 'days'],
            message: `${name} stands on day ${day} twice: several doses a day are times_a_day`,
          })
        days.add(key)
      }
  })

export type Regimen = z.infer<typeof RegimenSchema>
export type RegimenDrug = Regimen['drugs'][number]

interface SurfaceFormula {
  /** m² of centimetres and kilograms. */
  readonly of: (heightCm: number, weightKg: number) => number
  readonly text: (heightCm: number, weightKg: number) => string
}

/** Mosteller 1987 (doi:10.1056/NEJM198710223171717), Du Bois 1916 (doi:10.1001/archinte.1916.00080130010002), Haycock 1978 (doi:10.1016/S0022-3476(78)80601-5). */
const SURFACES: Readonly<Record<Regimen['body_surface'], SurfaceFormula>> = {
  mosteller: { of: (h, w) => Math.sqrt((h * w) / 3600), text: (h, w) => `√(${h} × ${w} / 3600)` },
  'du-bois': { of: (h, w) => 0.007184 * w ** 0.425 * h ** 0.725, text: (h, w) => `0.007184 × ${w}^0.425 × ${h}^0.725` },
  haycock: { of: (h, w) => 0.024265 * w ** 0.5378 * h ** 0.3964, text: (h, w) => `0.024265 × ${w}^0.5378 × ${h}^0.3964` },
}

/** Body surface in m². */
export const bodySurface = (heightCm: number, weightKg: number, formula: Regimen['body_surface'] = 'mosteller'): number =>
  SURFACES[formula].of(heightCm, weightKg)

export interface Person {
  readonly weightKg: number | undefined
  readonly heightCm: number | undefined
}

export interface PlannedDose {
  readonly drug: string
  readonly dose: number
  readonly unit: string
  readonly route: string
  readonly day: number
  /** The arithmetic, for the person who checks it. */
  readonly how: string
  readonly citation: string
}

/** Errors: `dose-zero` (rounded to nothing), `weight-missing`, `height-missing`, `weight-odd` (below 20 or above 300 kg), `height-odd` (below 100 or above 230 cm). */
export function planRegimen(regimen: Regimen, person: Person): Result<readonly PlannedDose[], Issue> {
  const { weightKg, heightCm } = person
  const needs = (per: RegimenDrug['per']) => regimen.drugs.some(one => one.per === per)
  if ((needs('kg') || needs('m2')) && weightKg === undefined)
    return fail(issue('weight-missing', 'the regimen doses by weight, and none is given', 'weigh the person; nothing is assumed'))
  if (needs('m2') && heightCm === undefined)
    return fail(
      issue('height-missing', 'the regimen doses by body surface, and no height is given', 'measure the person; nothing is assumed'),
    )
  if (weightKg !== undefined && !(weightKg >= 20 && weightKg <= 300))
    return fail(issue('weight-odd', `a weight of ${weightKg} kg`, 'give kilograms'))
  if (heightCm !== undefined && !(heightCm >= 100 && heightCm <= 230))
    return fail(issue('height-odd', `a height of ${heightCm} cm`, 'give centimetres'))
  const doses = regimen.drugs.flatMap(one => {
    const surface = heightCm === undefined || weightKg === undefined ? 0 : bodySurface(heightCm, weightKg, regimen.body_surface)
    const times = one.per === 'kg' ? weightKg! : one.per === 'm2' ? surface : 1
    const exact = one.dose * times
    // to whole steps; a product such as 0.1 × 3 must not lose one
    const dose =
      one.round_to === undefined
        ? Number(exact.toPrecision(12))
        : Number((Math.round(Number((exact / one.round_to).toPrecision(12))) * one.round_to).toPrecision(12))
    const basis =
      one.per === 'kg'
        ? ` × ${weightKg} kg`
        : one.per === 'm2'
          ? ` × ${surface.toFixed(3)} m² (${SURFACES[regimen.body_surface].text(heightCm!, weightKg!)})`
          : ''
    const how = `${one.dose}${basis} = ${Number(exact.toPrecision(6))} ${one.unit}${one.round_to === undefined ? '' : `, rounded to ${one.round_to}`}`
    const all = one.days.toSorted((a, b) => a - b).flatMap(day => Array.from({ length: one.times_a_day }, () => day))
    return all
      .slice(0, one.most ?? all.length)
      .map((day): PlannedDose => ({ drug: one.name, dose, unit: one.unit, route: one.route, day, how, citation: one.citation }))
  })
  const nothing = doses.find(({ dose }) => dose === 0)
  return nothing === undefined
    ? ok(doses)
    : fail(
        issue(
          'dose-zero',
          `${nothing.drug} on day ${nothing.day} is rounded to nothing: ${nothing.how}`,
          'check the dose and what it is rounded to',
        ),
      )
}

export interface GivenDose {
  readonly drug: string
  readonly dose: number | undefined
  readonly unit: string
  /** Days from infusion. */
  readonly day: number
}

export interface DoseDifference {
  readonly drug: string
  readonly kind: 'not-given' | 'not-planned' | 'dose' | 'day' | 'unit'
  readonly planned: string
  readonly given: string
}

/** Every difference of what was given from what was planned, dose by dose in order of day; doses that agree within `tolerance` (a share) agree. */
export function compareDoses(planned: readonly PlannedDose[], given: readonly GivenDose[], tolerance = 0.02): readonly DoseDifference[] {
  const differences: DoseDifference[] = []
  const name = (text: string) => text.toUpperCase()
  for (const drug of new Set([...planned.map(one => name(one.drug)), ...given.map(one => name(one.drug))])) {
    const plan = planned.filter(one => name(one.drug) === drug).toSorted((a, b) => a.day - b.day)
    const real = given.filter(one => name(one.drug) === drug).toSorted((a, b) => a.day - b.day)
    for (let i = 0; i < Math.max(plan.length, real.length); i++) {
      const [p, g] = [plan[i], real[i]]
      const shown = {
        planned: p === undefined ? '' : `${p.dose} ${p.unit} on day ${p.day}`,
        given: g === undefined ? '' : `${g.dose ?? '?'} ${g.unit} on day ${g.day}`,
      }
      const kind =
        g === undefined
          ? 'not-given'
          : p === undefined
            ? 'not-planned'
            : p.unit !== g.unit
              ? 'unit'
              : g.dose === undefined || Math.abs(g.dose - p.dose) > tolerance * p.dose
                ? 'dose'
                : p.day !== g.day
                  ? 'day'
                  : undefined
      if (kind !== undefined) differences.push({ drug, kind, ...shown })
    }
  }
  return differences
}

export interface StoppingState {
  readonly what: string
  readonly count: number
  readonly limit: number
  /** `not assessed`: below the limit by what is known, and the adverse events are not. */
  readonly state: 'below limit' | 'at limit' | 'over limit' | 'not assessed'
}

/** Events with days from each subject's infusion; a subject counts once a rule. A count that equals the limit is at it, not over. */
export function evaluateStopping(
  rules: Regimen['stopping_rules'],
  events: readonly { readonly subject: string; readonly term: string; readonly grade: number; readonly day: number }[],
): readonly StoppingState[] {
  return rules.map(rule => {
    const counted = new Set(
      events
        .filter(
          event =>
            event.day >= 0 &&
            event.day <= rule.window_days &&
            event.grade >= rule.grade &&
            (rule.term === undefined || event.term.toLowerCase() === rule.term.toLowerCase()),
        )
        .map(event => event.subject),
    ).size
    return {
      what: rule.what,
      count: counted,
      limit: rule.limit,
      state: counted > rule.limit ? 'over limit' : counted === rule.limit ? 'at limit' : 'below limit',
    }
  })
}
