// The end of an infusion: when, how much was left in the bag and why, how the person was, what happened. One entry a container; another one needs its reason and keeps the one before.
import { z } from 'zod'
import { compareRatios, fail, issue, ok, parseDecimal } from '../base/index.ts'
import { type ContainerData, type LotData, lotNeeds, lotPlace } from '../lot/index.ts'
import { decimalSchema, defineCommand, existing, idSchema, instantSchema, type RecordCommand } from '../record/index.ts'
import type { InfusionData } from './bedside-commands.ts'

const vitalSigns = z.strictObject({
  at: instantSchema,
  temperature_c: decimalSchema,
  pulse: decimalSchema,
  systolic_mmhg: decimalSchema,
  diastolic_mmhg: decimalSchema,
  saturation_pct: decimalSchema,
})

export type InfusionEnd = {
  /** Empty: it was not frozen. */
  readonly thawed_at: string
  readonly stopped_at: string
  readonly volume_given_ml: string
  /** Why not all of the container was given; empty when it was. */
  readonly why_not_all: string
  readonly vital_signs: readonly z.infer<typeof vitalSigns>[]
  /** Empty: none. */
  readonly reaction: string
  readonly ended_by: string
}

export const infusionEndCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'infusion.end',
    path: 'infusions/:id/end',
    title: 'Record the end of an infusion: time, volume given, vital signs, reaction',
    action: 'give-product',
    meaning: 'performed',
    input: z.strictObject({
      id: idSchema,
      stopped_at: instantSchema,
      volume_given_ml: decimalSchema,
      why_not_all: z.string().max(1000).default(''),
      thawed_at: instantSchema.optional(),
      reaction: z.string().max(2000).default(''),
      vital_signs: z.array(vitalSigns).max(100).default([]),
      reason: z.string().max(1000).default('').describe('of a correction'),
    }),
    needs: ({ id }, rows) => {
      const infusion = rows.peek<InfusionData>('infusion', id)
      const own = [{ table: 'infusion' as const, id }]
      if (infusion === undefined) return { rows: own }
      return lotNeeds(infusion.parent, rows, [...own, { table: 'container', id: infusion.data.container }])
    },
    place: ({ id }, rows) => lotPlace(rows.peek('infusion', id)?.parent ?? '', rows),
    decide(input, rows, { at, actor }) {
      const infusion = existing<InfusionData>(rows, 'infusion', input.id)
      if (!infusion.ok) return infusion
      const { data, parent } = infusion.value
      const container = existing<ContainerData>(rows, 'container', data.container)
      if (!container.ok) return container
      const lot = existing<LotData>(rows, 'lot', parent)
      if (!lot.ok) return lot
      const wrongTime = (what: string) => fail(issue('time', what, 'correct the time'))
      if (Date.parse(input.stopped_at) > Date.parse(at)) return wrongTime(`stopped at ${input.stopped_at}, which is after now, ${at}`)
      if (Date.parse(input.stopped_at) < Date.parse(data.started_at))
        return wrongTime(`stopped at ${input.stopped_at}, before it was started at ${data.started_at}`)
      if (input.thawed_at !== undefined && Date.parse(input.thawed_at) > Date.parse(data.started_at))
        return wrongTime(`thawed at ${input.thawed_at}, after it was started at ${data.started_at}`)
      const late = input.vital_signs.find(signs => Date.parse(signs.at) > Date.parse(at))
      if (late !== undefined) return wrongTime(`vital signs of ${late.at}, which is after now, ${at}`)
      const given = parseDecimal(input.volume_given_ml)
      if (!given.ok) return given
      const whole = parseDecimal(container.value.data.volume_ml)
      if (!whole.ok) return whole
      const less = compareRatios(given.value, whole.value)
      if (given.value.over < 0n || less > 0)
        return fail(
          issue(
            'volume',
            `${input.volume_given_ml} mL of a container that holds ${container.value.data.volume_ml} mL`,
            'give the volume that went in, at most what the container held',
          ),
        )
      if (less < 0 && input.why_not_all.trim() === '')
        return fail(
          issue('why-not-all', `${input.volume_given_ml} of ${container.value.data.volume_ml} mL were given`, 'say why the rest was not'),
        )
      if (data.end !== undefined && input.reason.trim() === '')
        return fail(
          issue('ended', `the end was recorded by ${data.end.ended_by}`, 'a correction needs a reason; what stood before is kept'),
        )
      const end: InfusionEnd = {
        thawed_at: input.thawed_at ?? '',
        stopped_at: input.stopped_at,
        volume_given_ml: input.volume_given_ml,
        why_not_all: input.why_not_all,
        vital_signs: input.vital_signs,
        reaction: input.reaction,
        ended_by: actor.account,
      }
      return ok({
        entity: { table: 'infusion', id: input.id },
        writes: [{ table: 'infusion', id: input.id, parent, data: { ...data, end } }],
        reason: input.reason === '' ? `ended; ${input.volume_given_ml} mL given` : input.reason,
        ...(input.reaction === ''
          ? {}
          : {
              alerts: [
                {
                  to: ['physician' as const, 'qa' as const],
                  text: `${lot.value.data.subject}: reaction to ${data.container}: ${input.reaction}`,
                },
              ],
            }),
      })
    },
  }),
]
