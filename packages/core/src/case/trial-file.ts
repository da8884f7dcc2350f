// TRIAL.yaml → the parameters of a read-out. Each is printed beside the figures that used it.
import { z } from 'zod'
import { type Issue, parseDate, type Result } from '../base/index.ts'
import { parseCheckedYaml } from '../format/index.ts'
import { stoppingRuleSchema } from '../infusion/index.ts'
import { INTERVAL_KINDS } from '../response/index.ts'

const date = z.string().refine(text => parseDate(text).ok && text.length === 10, 'a date YYYY-MM-DD in quotes')

export const TrialSchema = z.strictObject({
  trial: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/, 'letters, digits, dot, dash and underscore')
    .describe('Name of the trial; printed on every output.'),
  title: z.string().default('').describe('What the trial is, in a sentence.'),
  protocol: z.string().default('').describe('Version of the protocol.'),
  synthetic: z.boolean().default(false).describe('True when no row is a person: every page says so.'),
  data_cut: date.describe('Rows dated after it do not exist for the run.'),
  product: z.string().min(1).describe('EXTRT of the cells: that row is the infusion.'),
  conditioning: z
    .array(z.string().min(1))
    .default(['CYCLOPHOSPHAMIDE', 'FLUDARABINE'])
    .describe('EXTRT of the chemotherapy before the cells: adverse events are counted since its first day too.'),
  start: z.enum(['infusion', 'first-treatment', 'enrolment']).default('infusion').describe('Where every clock starts.'),
  clock: z.enum(['inclusive', 'exclusive']).default('inclusive').describe('inclusive: end − start + 1, as in ADaM.'),
  month_days: z.number().gt(28).max(31).default(30.4375),
  criteria: z.enum(['recist-1.1', 'recist-1.0']).default('recist-1.1'),
  reader: z
    .string()
    .min(1)
    .default('INVESTIGATOR')
    .describe(
      'Whose readings count: INVESTIGATOR, TREVALID of an independent reader, or ACCEPTED: the one of each subject whose rows have TRACPTFL.',
    ),
  landmark_months: z.array(z.number().gt(0)).default([6, 12]).describe('Months at which times to events are told too.'),
  confirmation: z
    .strictObject({
      required: z.boolean().default(true),
      min_days: z.int().min(0).default(28),
      max_ne: z.int().min(0).default(1),
      accept_sd: z.boolean().default(false),
    })
    .prefault({}),
  stable_min_days: z.int().min(0).default(42),
  assessment_schedule: z.array(z.strictObject({ until: z.int().min(1), every: z.int().min(1) })).default([{ until: 1095, every: 42 }]),
  assessment_window_days: z.int().min(0).default(14),
  missed_assessments: z.int().min(0).default(2),
  censoring: z.enum(['fda', 'ema']).default('fda'),
  intervals: z
    .strictObject({
      proportion: z
        .array(z.enum(['clopper-pearson', 'wilson']))
        .min(1)
        .default(['clopper-pearson', 'wilson']),
      survival: z.array(z.enum(INTERVAL_KINDS)).min(1).default(['log', 'log-log']),
      level: z.number().gt(0.5).lt(1).default(0.95),
    })
    .prefault({}),
  stopping_rules: z
    .array(stoppingRuleSchema)
    .default([])
    .describe('Evaluated at every cut: subjects with such an event within so many days of the infusion.'),
  lab_criteria: z.enum(['ctcae-4', 'ctcae-5', 'ctcae-6', 'daids']).default('ctcae-5'),
  persistence_threshold: z.number().gt(0).max(100).default(10).describe('Per cent of CD3⁺ counted as high at one month.'),
})

export type TrialFile = z.infer<typeof TrialSchema>

/** Errors: `trial-yaml`, `trial-key`, `trial-value`. */
export const parseTrial = (text: string): Result<TrialFile, Issue> => parseCheckedYaml(text, { name: 'trial', schema: TrialSchema })

export const trialJsonSchema = (): unknown => z.toJSONSchema(TrialSchema, { io: 'input' })
