// A table of bedside findings → grades of cytokine release and neurotoxicity, a row each, with what decided.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, lackingColumn, type Table, type TableRow } from '../format/index.ts'
import { type CytokineRelease, cytokineReleaseGrade, type Neurotoxicity, neurotoxicityGrade } from './toxicity.ts'

const CHOICES = {
  hypotension: ['none', 'no-vasopressor', 'one-vasopressor', 'several-vasopressors'],
  hypoxia: ['none', 'low-flow', 'high-flow', 'positive-pressure'],
  consciousness: ['awake', 'voice', 'touch', 'none'],
  seizure: ['none', 'brief', 'prolonged'],
  raised_pressure: ['none', 'focal', 'diffuse'],
} as const

export const ASTCT_COLUMNS = ['subject', 'when', 'temperature_c', 'fever_treated', 'hypotension', 'hypoxia'] as const
export const ICANS_COLUMNS = ['ice_score', 'consciousness', 'seizure', 'motor_weakness', 'raised_pressure'] as const
export const ASTCT_CHOICES: Readonly<Record<string, readonly string[]>> = CHOICES

/** Fever as the consensus has it, in degrees Celsius. */
const FEVER = 38

export interface AstctGrade {
  readonly subject: string
  readonly when: string
  readonly cytokineRelease: number
  /** Undefined: nobody examined it (the five columns are empty, or not there). */
  readonly neurotoxicity: number | undefined
  readonly line: number
}

/** Rows that cannot be graded are issues with their line: `astct-value`, `astct-incomplete`. Errors: `column-missing`. */
export function gradeAstct(table: Table): Result<{ readonly grades: readonly AstctGrade[]; readonly issues: readonly Issue[] }, Issue> {
  const lacking = lackingColumn(table, ASTCT_COLUMNS, ICANS_COLUMNS)
  if (lacking !== undefined) return fail(lacking)
  const get = columnReader(table.columns)
  const grades: AstctGrade[] = []
  const issues: Issue[] = []
  for (const row of table.rows) {
    const cells = new RowCells(row, name => get(row, name))
    const temperature = cells.number('temperature_c', 25, 45)
    const release: CytokineRelease = {
      fever: temperature !== undefined && temperature >= FEVER,
      feverTreated: cells.isSo('fever_treated'),
      hypotension: cells.choice('hypotension'),
      hypoxia: cells.choice('hypoxia'),
    }
    const neurotoxicity = cells.examined() ? cells.neurotoxicity() : undefined
    if (cells.issues.length > 0) {
      issues.push(...cells.issues)
      continue
    }
    grades.push({
      subject: cells.text('subject'),
      when: cells.text('when'),
      cytokineRelease: cytokineReleaseGrade(release),
      neurotoxicity: neurotoxicity === undefined ? undefined : neurotoxicityGrade(neurotoxicity),
      line: row.line,
    })
  }
  return ok({ grades, issues })
}

class RowCells {
  readonly issues: Issue[] = []
  readonly text: (name: string) => string
  readonly #line: number

  constructor(row: TableRow, text: (name: string) => string) {
    this.text = text
    this.#line = row.line
  }

  #wrong(name: string, remedy: string): void {
    const what = this.text(name) === '' ? `${name} is empty` : `${name} is "${this.text(name)}"`
    this.issues.push(issue(this.text(name) === '' ? 'astct-incomplete' : 'astct-value', what, remedy, this.#line))
  }

  number(name: string, least: number, most: number): number | undefined {
    const text = this.text(name)
    if (/^\d+(\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
    this.#wrong(name, `write a number from ${least} to ${most}`)
    return undefined
  }

  isSo(name: string): boolean {
    const text = this.text(name).toLowerCase()
    if (!['yes', 'y', 'no', 'n'].includes(text)) this.#wrong(name, 'write yes or no')
    return text.startsWith('y')
  }

  choice<K extends keyof typeof CHOICES>(name: K): (typeof CHOICES)[K][number] {
    const known = CHOICES[name] as readonly string[]
    const text = this.text(name).toLowerCase()
    if (!known.includes(text)) this.#wrong(name, `write ${known.join(', ')}`)
    return text as (typeof CHOICES)[K][number]
  }

  examined(): boolean {
    return ICANS_COLUMNS.some(name => this.text(name) !== '')
  }

  neurotoxicity(): Neurotoxicity {
    return {
      iceScore: this.number('ice_score', 0, 10) ?? 0,
      consciousness: this.choice('consciousness'),
      seizure: this.choice('seizure'),
      motor: this.isSo('motor_weakness'),
      raisedPressure: this.choice('raised_pressure'),
    }
  }
}
