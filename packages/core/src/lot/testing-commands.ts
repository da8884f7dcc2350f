// Results, their review, and what happens to a result outside its specification: it stays, it is investigated, and an average never replaces it.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import {
  decimalSchema,
  defineCommand,
  existing,
  fileSchema,
  idSchema,
  instantSchema,
  type RecordCommand,
  type Rows,
  textSchema,
} from '../record/index.ts'
import { defineLotCommand, lotNeeds, lotPlace } from './lot-file.ts'
import { judgeResult, limitOf } from './quantity.ts'
import { CONCERNED, recallIdOfLot, recallLot } from './recall.ts'

export type ResultData = {
  readonly test: string
  readonly sample: string
  /** As typed. */
  readonly raw: string
  readonly unit: string
  /** In the limit's unit, and by which rule. */
  readonly value: string
  readonly basis: string
  /** `undecided`: kept as reported, an input of the conversion is missing. */
  readonly verdict: 'pass' | 'fail' | 'indeterminate' | 'undecided'
  readonly why_undecided: string
  readonly method: string
  readonly instrument: string
  readonly tested_at: string
  readonly analyst: string
  readonly reviewer: string
  readonly status: 'entered' | 'reviewed' | 'invalidated'
  readonly attachment_sha256: string
}

/** A result that stands is replaced only after its investigation invalidated it. */
export const stands = ({ status, verdict }: Pick<ResultData, 'status' | 'verdict'>): boolean =>
  status !== 'invalidated' && verdict !== 'undecided'

export type OosData = {
  readonly result: string
  readonly status: 'open' | 'confirmed' | 'invalidated'
  readonly opened_by: string
  readonly cause: string
  readonly retest_plan: string
  readonly concluded_by: string
}

const needsResult = (table: 'result' | 'oos', id: string, rows: Rows) => {
  const parent = rows.peek(table, id)?.parent
  return parent === undefined ? { rows: [{ table, id }] } : lotNeeds(parent, rows, [{ table, id }])
}

export const testingCommands: readonly RecordCommand[] = [
  defineLotCommand('result', {
    name: 'result.enter',
    path: 'lots/:id/results',
    title: 'Enter the result of a test',
    action: 'enter-result',
    meaning: 'performed',
    input: z.strictObject({
      id: idSchema,
      test: z.string().min(1).max(200),
      raw: z.string().min(1).max(200),
      unit: z.string().min(1).max(60),
      instrument: z.string().max(200).default(''),
      tested_at: instantSchema,
      inputs: z
        .strictObject({
          dose_volume_ml: decimalSchema.optional(),
          body_weight_kg: decimalSchema.optional(),
          transduced_fraction: decimalSchema.optional(),
          wild_type_pg_ml: decimalSchema.optional(),
        })
        .default({}),
      attachment_sha256: fileSchema.optional(),
    }),
    decide(input, file, { at, actor }, rows) {
      const test = file.template.release.find(one => one.name === input.test)
      if (test === undefined)
        return fail(
          issue(
            'test-unknown',
            `the specification has no test "${input.test}"`,
            `its tests are ${file.template.release.map(one => one.name).join(', ')}`,
          ),
        )
      if (Date.parse(input.tested_at) > Date.parse(at))
        return fail(issue('time', `tested at ${input.tested_at}, which is after now, ${at}`, 'correct the time'))
      const judged = judgeResult(input.raw, input.unit, limitOf(test), input.inputs, file.template.release)
      if (!judged.ok && judged.issue.code !== 'conversion-input') return judged
      const before = file.results.filter(row => row.data.test === input.test)
      const live = before.find(row => stands(row.data))
      if (live !== undefined)
        return fail(
          issue(
            'result-there',
            `${input.test} has the result ${live.data.raw} ${live.data.unit} (${live.id})`,
            'a result is replaced only after its investigation invalidated it',
          ),
        )
      const id = `${input.id}:${input.test.replaceAll(/[^A-Za-z0-9]+/g, '-')}:${before.length + 1}`
      const data: ResultData = {
        test: input.test,
        sample: file.lot.samples[input.test] ?? '',
        raw: input.raw,
        unit: input.unit,
        value: judged.ok ? judged.value.value : '',
        basis: judged.ok ? judged.value.basis : '',
        verdict: judged.ok ? judged.value.verdict : 'undecided',
        why_undecided: judged.ok ? '' : judged.issue.what,
        method: test.method,
        instrument: input.instrument,
        tested_at: input.tested_at,
        analyst: actor.account,
        reviewer: '',
        status: 'entered',
        attachment_sha256: input.attachment_sha256 ?? '',
      }
      const failed = data.verdict === 'fail'
      const recalled = failed && (file.lot.disposition === 'conditional' || file.lot.disposition === 'released')
      const oos: OosData = { result: id, status: 'open', opened_by: actor.account, cause: '', retest_plan: '', concluded_by: '' }
      const hold = `late result: ${input.test} ${input.raw}`
      return ok({
        entity: { table: 'result', id },
        writes: [
          { table: 'result', id, parent: input.id, data },
          ...(failed ? [{ table: 'oos' as const, id: `${id}:oos`, parent: input.id, data: oos }] : []),
          // a pending test that fails takes the lot back at once, before anybody has to decide
          ...(recalled ? recallLot(file, rows, { hold, reason: hold, by: actor.account }) : []),
        ],
        reason: `${input.test}: ${input.raw} ${input.unit}${failed ? ', out of specification' : ''}`,
        ...(input.attachment_sha256 === undefined ? {} : { files: [input.attachment_sha256] }),
        ...(failed
          ? {
              alerts: [
                {
                  to: recalled ? CONCERNED : (['qa'] as const),
                  text: `${input.id}: ${input.test} is ${input.raw} ${input.unit}, out of specification${recalled ? `; the lot is recalled and every container on hold, recall ${recallIdOfLot(input.id)}` : ''}`,
                },
              ],
            }
          : {}),
      })
    },
  }),
  defineCommand({
    name: 'result.review',
    path: 'results/:id/review',
    title: 'Review a result as another person',
    action: 'review-result',
    meaning: 'reviewed',
    input: z.strictObject({ id: idSchema }),
    needs: ({ id }, rows) => needsResult('result', id, rows),
    place: ({ id }, rows) => lotPlace(rows.peek('result', id)?.parent ?? '', rows),
    decide({ id }, rows, { actor }) {
      const row = existing<ResultData>(rows, 'result', id)
      if (!row.ok) return row
      const { data, parent } = row.value
      if (data.status !== 'entered') return fail(issue('result-state', `${id} is ${data.status}`, 'only an entered result is reviewed'))
      if (data.verdict === 'undecided')
        return fail(
          issue('result-undecided', `${id} is undecided: ${data.why_undecided}`, 'enter the result with what the conversion needs'),
        )
      const other = separate('analyst-reviewer', actor.account, [data.analyst])
      if (!other.ok) return other
      return ok({
        entity: { table: 'result', id },
        writes: [{ table: 'result', id, parent, data: { ...data, status: 'reviewed', reviewer: actor.account } }],
        reason: 'reviewed',
      })
    },
  }),
  defineCommand({
    name: 'oos.conclude',
    path: 'investigations/:id/conclusion',
    title: 'Conclude the investigation of a result outside its specification',
    action: 'decide-quality',
    meaning: 'reviewed',
    input: z.strictObject({
      id: idSchema,
      conclusion: z.enum(['confirmed', 'invalidated']),
      cause: textSchema,
      retest_plan: z.string().max(2000).default(''),
    }),
    needs: ({ id }, rows) => needsResult('oos', id, rows),
    place: ({ id }, rows) => lotPlace(rows.peek('oos', id)?.parent ?? '', rows),
    decide({ id, conclusion, cause, retest_plan }, rows, { actor }) {
      const row = existing<OosData>(rows, 'oos', id)
      if (!row.ok) return row
      const { data, parent } = row.value
      if (data.status !== 'open') return fail(issue('oos-state', `${id} is ${data.status}`, 'a conclusion stands'))
      const result = existing<ResultData>(rows, 'result', data.result)
      if (!result.ok) return result
      const other = separate('opener-closer', actor.account, [data.opened_by])
      if (!other.ok) return other
      if (conclusion === 'invalidated' && retest_plan.trim() === '')
        return fail(
          issue('retest-plan', 'the result is invalidated without a plan for the retest', 'fix the plan before anything is tested again'),
        )
      return ok({
        entity: { table: 'oos', id },
        writes: [
          { table: 'oos', id, parent, data: { ...data, status: conclusion, cause, retest_plan, concluded_by: actor.account } },
          ...(conclusion === 'invalidated'
            ? [{ table: 'result' as const, id: data.result, parent, data: { ...result.value.data, status: 'invalidated' } }]
            : []),
        ],
        reason: `${conclusion}: ${cause}`,
      })
    },
  }),
]
