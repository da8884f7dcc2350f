// Toxicity of a subject: adverse events with their worst grade, laboratory values graded, cytokine release and neurotoxicity by the tables of the ASTCT.
import type { LabCriterion, LabGrade, LabValue } from './lab-grade.ts'
import { gradeLab } from './lab-grade.ts'

export interface AdverseEvent {
  readonly subject: string
  readonly term: string
  readonly grade: number
  readonly serious: boolean
  /** As the site wrote it: CELLS, CHEMOTHERAPY, IL-2 … */
  readonly related: string
  /** Day number; undefined: nobody wrote when it began. */
  readonly start: number | undefined
  /** Day number; undefined: it goes on, or nobody wrote when it ended. */
  readonly end: number | undefined
  readonly line: number
}

/** Subjects by term and worst grade; terms in order of the alphabet. */
export function worstGrades(
  events: readonly { readonly subject: string; readonly term: string; readonly grade: number }[],
): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const worst = new Map<string, number>()
  for (const { subject, term, grade } of events) worst.set(`${term}\t${subject}`, Math.max(worst.get(`${term}\t${subject}`) ?? 0, grade))
  const table = new Map<string, Map<number, number>>()
  for (const [key, grade] of [...worst].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const term = key.split('\t')[0]!
    const counts = table.get(term) ?? new Map<number, number>()
    counts.set(grade, (counts.get(grade) ?? 0) + 1)
    table.set(term, counts)
  }
  return table
}

/** What SDTM's LBTESTCD means in the criteria's words, and which way is toxic (CTCAE v5). */
export const LAB_TERMS: Readonly<Record<string, readonly (readonly [string, 'L' | 'H'])[]>> = {
  HGB: [
    ['Anemia', 'L'],
    ['Hemoglobin increased', 'H'],
  ],
  PLAT: [['Platelet count decreased', 'L']],
  NEUT: [['Neutrophil count decreased', 'L']],
  WBC: [
    ['White blood cell decreased', 'L'],
    ['Leukocytosis', 'H'],
  ],
  LYM: [
    ['Lymphocyte count decreased', 'L'],
    ['Lymphocyte count increased', 'H'],
  ],
  ALT: [['Alanine aminotransferase increased', 'H']],
  AST: [['Aspartate aminotransferase increased', 'H']],
  ALP: [['Alkaline phosphatase increased', 'H']],
  GGT: [['GGT increased', 'H']],
  BILI: [['Blood bilirubin increased', 'H']],
  CREAT: [['Creatinine increased', 'H']],
  SODIUM: [
    ['Hyponatremia', 'L'],
    ['Hypernatremia', 'H'],
  ],
  K: [
    ['Hypokalemia', 'L'],
    ['Hyperkalemia', 'H'],
  ],
  ALB: [['Hypoalbuminemia', 'L']],
  APTT: [['Activated partial thromboplastin time prolonged', 'H']],
  INR: [['INR increased', 'H']],
  LIPASE: [['Lipase increased', 'H']],
  AMYLASE: [['Serum amylase increased', 'H']],
}

export interface GradedLab {
  readonly term: string
  readonly direction: 'L' | 'H'
  readonly result: LabGrade
}

/** Every term of a test, both directions kept apart. A test that the table does not know has none. */
export const gradeLabTest = (test: string, value: Omit<LabValue, 'term'>, criteria: readonly LabCriterion[]): readonly GradedLab[] =>
  (LAB_TERMS[test.toUpperCase()] ?? []).map(([term, direction]) => ({
    term,
    direction,
    result: gradeLab({ ...value, term }, direction, criteria),
  }))

export interface CytokineRelease {
  readonly fever: boolean
  /** Antipyretics or drugs against cytokines were given: fever is no longer needed. */
  readonly feverTreated: boolean
  readonly hypotension: 'none' | 'no-vasopressor' | 'one-vasopressor' | 'several-vasopressors'
  readonly hypoxia: 'none' | 'low-flow' | 'high-flow' | 'positive-pressure'
}

/** Grade 0-4 of the ASTCT (doi:10.1016/j.bbmt.2018.12.758): fever and the worse of hypotension and hypoxia. */
export function cytokineReleaseGrade({ fever, feverTreated, hypotension, hypoxia }: CytokineRelease): number {
  if (!fever && !feverTreated) return 0
  const pressure = { none: 1, 'no-vasopressor': 2, 'one-vasopressor': 3, 'several-vasopressors': 4 }[hypotension]
  const oxygen = { none: 1, 'low-flow': 2, 'high-flow': 3, 'positive-pressure': 4 }[hypoxia]
  const grade = Math.max(pressure, oxygen)
  return grade === 1 && !fever ? 0 : grade
}

export interface Neurotoxicity {
  /** Immune effector cell encephalopathy score, 0-10. */
  readonly iceScore: number
  /** How the person wakes: by itself, to voice, to touch only, not at all. */
  readonly consciousness: 'awake' | 'voice' | 'touch' | 'none'
  /** Brief: resolves rapidly or with intervention. */
  readonly seizure: 'none' | 'brief' | 'prolonged'
  readonly motor: boolean
  /** Focal oedema on imaging; or diffuse, with signs of raised pressure. */
  readonly raisedPressure: 'none' | 'focal' | 'diffuse'
}

/** Grade 0-4 of ICANS: the most severe of its parts that have no other cause (ASTCT, doi:10.1016/j.bbmt.2018.12.758). */
export function neurotoxicityGrade({ iceScore, consciousness, seizure, motor, raisedPressure }: Neurotoxicity): number {
  const ice = iceScore >= 10 ? 0 : iceScore >= 7 ? 1 : iceScore >= 3 ? 2 : 3
  const wakes = { awake: ice === 0 ? 0 : 1, voice: 2, touch: 3, none: 4 }[consciousness]
  // who cannot be woken cannot be asked: a score of 0 is then grade 4 by consciousness
  return Math.max(
    ice,
    wakes,
    { none: 0, brief: 3, prolonged: 4 }[seizure],
    motor ? 4 : 0,
    { none: 0, focal: 3, diffuse: 4 }[raisedPressure],
  )
}
