// Drugs that belong to an infusion, such as the doses of IL-2 after it: each dose given, with its time and amount, or withheld with the reason. They stand with the order; another entry for
// the same dose needs its reason and keeps the one before.
import { z } from 'zod'
import { add, fail, issue, ok, type Ratio, ratioText, ZERO } from '../base/index.ts'
import { typedDecimal } from '../lot/index.ts'
import { decimalSchema, defineCommand, existing, idSchema, instantSchema, type RecordCommand, textSchema } from '../record/index.ts'
import { type DoseOrderData, needsOrder, placeOfOrder } from './bedside-commands.ts'

export type DrugDose = {
  readonly drug: string
  /** Which dose of this drug, from 1. */
  readonly dose: number
  /** When it was given, or was due. */
  readonly at: string
  /** Empty where it was withheld. */
  readonly amount: string
  readonly unit: string
  /** Why it was withheld; empty where it was given. */
  readonly why_withheld: string
  readonly recorded_by: string
}

export const drugCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'drug.record',
    path: 'orders/:id/drugs',
    title: 'Record a dose of a drug with the infusion, such as IL-2: given, or withheld with the reason',
    action: 'give-product',
    meaning: 'performed',
    input: z.strictObject({
      id: idSchema,
      drug: textSchema,
      dose: z.int().min(1).max(200).describe('which dose of this drug, from 1'),
      at: instantSchema.describe('when it was given, or was due'),
      amount: decimalSchema.optional().describe('what was given; empty where it was withheld'),
      unit: z.string().max(60).default('').describe('of the amount, such as 10*6.[iU] or mg'),
      why_withheld: z.string().max(1000).default(''),
      reason: z.string().max(1000).default('').describe('of a correction'),
    }),
    needs: ({ id }, rows) => needsOrder(id, rows),
    place: ({ id }, rows) => placeOfOrder(id, rows),
    decide(input, rows, { at: now, actor }) {
      const order = existing<DoseOrderData>(rows, 'dose_order', input.id)
      if (!order.ok) return order
      const { data, parent } = order.value
      if (Date.parse(input.at) > Date.parse(now)) return fail(issue('time', `${input.at} is after now, ${now}`, 'correct the time'))
      const { amount = '', unit, why_withheld } = input
      if ((amount === '') === (why_withheld.trim() === ''))
        return fail(
          issue(
            'drug-dose',
            `${input.drug} ${input.dose} is neither given nor withheld, or both`,
            'give the amount, or the reason why it was withheld',
          ),
        )
      if (amount !== '' && unit.trim() === '') return fail(issue('drug-dose', `${amount} has no unit`, 'give the unit of the amount'))
      if (amount !== '' && typedDecimal(amount).over <= 0n)
        return fail(issue('drug-dose', `the amount is ${amount}`, 'a dose that was not given is withheld, with the reason'))
      const before = (data.drugs ?? []).find(one => one.drug === input.drug && one.dose === input.dose)
      if (before !== undefined && input.reason.trim() === '')
        return fail(
          issue(
            'drug-there',
            `${input.drug} ${input.dose} was recorded by ${before.recorded_by}`,
            'a correction needs a reason; what stood before is kept',
          ),
        )
      const dose: DrugDose = { drug: input.drug, dose: input.dose, at: input.at, amount, unit, why_withheld, recorded_by: actor.account }
      const drugs = [...(data.drugs ?? []).filter(one => one !== before), dose].sort(
        (a, b) => Date.parse(a.at) - Date.parse(b.at) || a.dose - b.dose,
      )
      return ok({
        entity: { table: 'dose_order', id: input.id },
        writes: [{ table: 'dose_order', id: input.id, parent, data: { ...data, drugs } }],
        reason: input.reason === '' ? `${input.drug} ${input.dose}: ${amount === '' ? 'withheld' : `${amount} ${unit}`}` : input.reason,
      })
    },
  }),
]

export interface DrugTotal {
  readonly drug: string
  readonly given: number
  readonly withheld: number
  /** By unit: nothing is converted. */
  readonly amount: string
  readonly why_withheld: readonly string[]
}

/** What of each drug was given, in the order of their first doses. */
export function drugTotals(doses: readonly DrugDose[]): readonly DrugTotal[] {
  return [...new Set(doses.map(({ drug }) => drug))].map(drug => {
    const own = doses.filter(one => one.drug === drug)
    const given = own.filter(({ amount }) => amount !== '')
    const sums = new Map<string, Ratio>()
    for (const { amount, unit } of given) sums.set(unit, add(sums.get(unit) ?? ZERO, typedDecimal(amount)))
    return {
      drug,
      given: given.length,
      withheld: own.length - given.length,
      amount: [...sums].map(([unit, sum]) => `${ratioText(sum)} ${unit}`).join(' and '),
      why_withheld: own.filter(({ amount }) => amount === '').map(({ dose, why_withheld }) => `${dose}: ${why_withheld}`),
    }
  })
}
