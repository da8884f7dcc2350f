// A batch-record template: the steps of a process with their limits, and the tests that a lot has to pass. Data, versioned, approved by somebody other than its author; a lot is bound
// to one version for life. Days from the start of the process; limits are decimal texts in the unit beside them.
import { z } from 'zod'
import { fail, issue, ok, type Result } from '../base/index.ts'
import { decimalSchema, idSchema, textSchema } from '../record/index.ts'

const limits = {
  unit: z.string().min(1).max(60),
  low: decimalSchema.nullable(),
  high: decimalSchema.nullable(),
  limit_passes: z.boolean(),
  source: textSchema,
}

/** From all cells to those that a dose is stated in; each is a share of the one before. */
export const DOSE_CELLS = ['total', 'viable', 'viable CD3+', 'viable receptor-positive'] as const

const doseRuleSchema = z.strictObject({
  test: textSchema.describe('the release test that counts the cells of the dose'),
  counted: z.enum(DOSE_CELLS).describe('which cells it counts'),
  viability: textSchema.optional().describe('the release test of viability, in %'),
  cd3: textSchema.optional().describe('the release test of T cells among the viable ones, in %'),
  receptor_positive: textSchema.optional().describe('the release test of receptor-positive cells among T cells, in %'),
})
export type DoseRule = z.infer<typeof doseRuleSchema>

export const batchTemplateSchema = z.strictObject({
  product_type: z.enum(['TCR-T', 'TIL', 'CAR-T', 'VECTOR']),
  template: idSchema,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a semantic version such as 1.0.0'),
  note: z.string().max(2000),
  starting_material: textSchema,
  arms: textSchema,
  steps: z
    .array(
      z.strictObject({
        id: idSchema,
        day: z.number().int().min(0).max(365),
        title: textSchema,
        after: z.array(idSchema),
        second_person: z.boolean(),
        expected_minutes: z.number().int().min(0),
        materials: z.array(textSchema),
        equipment: z.array(textSchema),
        parameters: z.array(z.strictObject({ name: textSchema, ...limits, action: z.enum(['alert', 'stop']) })),
      }),
    )
    .min(1),
  release: z
    .array(
      z.strictObject({
        name: textSchema,
        method: textSchema,
        ...limits,
        text_limit: textSchema.nullable(),
        required_before_release: z.boolean(),
      }),
    )
    .min(1),
  /** What the dose of a lot is made of, for its certificate; without it the number of the test of the dose alone. */
  dose: doseRuleSchema.optional(),
  /** Samples for replication-competent virus after the infusion; without it the default schedule. */
  follow_up: z
    .array(z.strictObject({ visit: idSchema, months: z.number().int().min(0).max(600), source: textSchema }))
    .min(1)
    .optional(),
})

export type BatchTemplate = z.infer<typeof batchTemplateSchema>
export type TemplateStep = BatchTemplate['steps'][number]
export type ReleaseTest = BatchTemplate['release'][number]
export type ProductType = BatchTemplate['product_type']

/** `tcr-t-21d@1.0.0`: one row, whose content never changes after approval. */
export const templateId = ({ template, version }: Pick<BatchTemplate, 'template' | 'version'>): string =>
  `${template}@${version}`.replace('@', ':')

/** Errors: `template`: two steps or tests of one name, a dose made of tests that are none, a predecessor that is none, steps that wait for each other. */
export function checkTemplate(template: BatchTemplate): Result<BatchTemplate> {
  const wrong = (what: string) => fail(issue('template', what, 'correct the template and propose it again'))
  const ids = template.steps.map(step => step.id)
  if (new Set(ids).size !== ids.length) return wrong('two steps have the same id')
  const names = template.release.map(test => test.name)
  if (new Set(names).size !== names.length) return wrong('two release tests have the same name')
  if (template.dose !== undefined) {
    const { test, counted, ...shares } = template.dose
    const of = (name: string) => template.release.find(one => one.name === name)
    const unknown = [test, ...Object.values(shares)].find(name => name !== undefined && of(name) === undefined)
    if (unknown !== undefined) return wrong(`the dose is made of the test "${unknown}", which the specification does not have`)
    const percent = Object.values(shares).find(name => name !== undefined && of(name)!.unit !== '%')
    if (percent !== undefined) return wrong(`the dose takes a share from the test "${percent}", whose unit is ${of(percent)!.unit}, not %`)
    const steps = (['viability', 'cd3', 'receptor_positive'] as const).slice(DOSE_CELLS.indexOf(counted))
    const given = Object.values(shares).filter(name => name !== undefined).length
    if (steps.filter(name => shares[name] !== undefined).length < given || steps.slice(0, given).some(name => shares[name] === undefined))
      return wrong(`the dose counts ${counted} cells: its shares are ${steps.join(', then ') || 'none'}`)
  }
  const done = new Set<string>()
  for (let before = -1; done.size !== before; ) {
    before = done.size
    for (const step of template.steps) if (step.after.every(id => done.has(id))) done.add(step.id)
  }
  const stuck = template.steps.find(step => !done.has(step.id))
  return stuck === undefined ? ok(template) : wrong(`the step ${stuck.id} waits for a step that does not exist or waits for it`)
}

/** The step that ends the culture: the one called harvest, otherwise the last. */
export const harvestStep = (template: BatchTemplate): TemplateStep =>
  template.steps.find(step => /(^|-)harvest$/.test(step.id)) ?? template.steps.at(-1)!

/** A step and everything that has to come before it. */
export function stepsUpTo(template: BatchTemplate, id: string): readonly TemplateStep[] {
  const wanted = new Set([id])
  for (let before = -1; wanted.size !== before; ) {
    before = wanted.size
    for (const step of template.steps) if (wanted.has(step.id)) for (const earlier of step.after) wanted.add(earlier)
  }
  return template.steps.filter(step => wanted.has(step.id))
}
