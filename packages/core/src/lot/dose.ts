// The cells of a lot's dose, factor by factor: what the template's test counted, and the shares of it that are viable, T cells and receptor-positive. Every factor is a result that stands in
// the record; one that is missing, or is no number (`<5`), leaves what follows it unknown.
import { decimalOf, divide, multiply, type Ratio, ratioText } from '../base/index.ts'
import { DOSE_CELLS, type DoseRule } from './batch-template.ts'
import type { LotFile } from './lot-file.ts'
import { stands } from './testing-commands.ts'

export interface DoseStep {
  readonly cells: string
  /** Undefined: not known. */
  readonly number: Ratio | undefined
  /** In words: the test, or the share and its test. */
  readonly basis: string
}

/** The share that leads to each kind of cells from the one before. */
const SHARE_TO = { viable: 'viability', 'viable CD3+': 'cd3', 'viable receptor-positive': 'receptor_positive' } as const
const HUNDRED: Ratio = { over: 100n, under: 1n }

const nameOf = (cells: (typeof DOSE_CELLS)[number]): string => `${cells} cells`

const countedStep = (cells: string, test: string, text: string | undefined): DoseStep => {
  const number = decimalOf(text)
  return { cells, number, basis: number === undefined ? `${test}: ${text ?? 'no result'}` : `counted (${test})` }
}

/**
 * Cells counted, then times each share in percent; exact. `result`: text of a test's result, undefined without one. A share that the rule has no test for ends the steps.
 */
export function doseSteps(rule: DoseRule, result: (test: string) => string | undefined): readonly DoseStep[] {
  const steps = [countedStep(nameOf(rule.counted), rule.test, result(rule.test))]
  for (const cells of DOSE_CELLS.slice(DOSE_CELLS.indexOf(rule.counted) + 1)) {
    const test = rule[SHARE_TO[cells as keyof typeof SHARE_TO]]
    if (test === undefined) break
    const text = result(test)
    const share = decimalOf(text)
    const before = steps.at(-1)!.number
    steps.push({
      cells: nameOf(cells),
      number: share === undefined || before === undefined ? undefined : divide(multiply(before, share), HUNDRED),
      basis: `× ${text ?? 'no result'}${share === undefined ? '' : ' %'} (${test})`,
    })
  }
  return steps
}

/** What a lot's dose is made of; empty where its template counts none. A template without a rule: its test of the dose in cells, whatever it counts. */
export function doseOf({ template: { dose, release }, results }: Pick<LotFile, 'template' | 'results'>): readonly DoseStep[] {
  const result = (test: string) => {
    const found = results.find(({ data }) => data.test === test && stands(data))?.data
    return found?.value || found?.raw
  }
  if (dose !== undefined) return doseSteps(dose, result)
  const test = release.find(({ name, unit }) => unit === 'cells' && /\bdose\b/i.test(name))?.name
  return test === undefined ? [] : [countedStep('cells', test, result(test))]
}

/** The viable receptor-positive ones; undefined where the steps do not lead to them, or not to a number. */
export const receptorPositive = (steps: readonly DoseStep[]): Ratio | undefined =>
  steps.find(({ cells }) => cells === nameOf('viable receptor-positive'))?.number

/** `355300000`: whole cells without an exponent. */
export const cellsText = (number: Ratio | undefined): string => (number === undefined ? 'unknown' : ratioText(number, 0))
