// Deviations: opened by whoever sees one, closed by quality assurance with impact, cause and corrective action; a critical one holds the lot.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import { defineCommand, existing, idSchema, type RecordCommand, type RowWrite, textSchema } from '../record/index.ts'
import type { LotData } from './lot.ts'
import { defineLotCommand, lotNeeds, lotPlace, lotWrite, templateStep } from './lot-file.ts'

export type DeviationData = {
  /** Empty where it is of the whole lot. */
  readonly step: string
  readonly class: 'minor' | 'major' | 'critical'
  readonly description: string
  readonly immediate_action: string
  readonly status: 'open' | 'closed'
  /** Does it stop the next step until it is closed? */
  readonly blocks: boolean
  readonly opened_by: string
  readonly impact: string
  readonly root_cause: string
  readonly corrective_action: string
  readonly closed_by: string
}

export const openDeviation = (
  lot: string,
  number: number,
  data: Pick<DeviationData, 'step' | 'class' | 'description' | 'immediate_action' | 'blocks' | 'opened_by'>,
): RowWrite => ({
  table: 'deviation',
  id: `${lot}:dev:${number}`,
  parent: lot,
  data: { ...data, status: 'open', impact: '', root_cause: '', corrective_action: '', closed_by: '' } satisfies DeviationData,
})

export const deviationCommands: readonly RecordCommand[] = [
  defineLotCommand('hold', {
    name: 'deviation.open',
    path: 'lots/:id/deviations',
    title: 'Open a deviation; a critical one puts the lot on hold',
    action: 'open-deviation',
    input: z.strictObject({
      id: idSchema,
      step: z.string().max(80).default(''),
      class: z.enum(['minor', 'major', 'critical']),
      description: textSchema,
      immediate_action: z.string().max(2000).default(''),
    }),
    decide(input, file, { actor }) {
      if (input.step !== '') {
        const step = templateStep(file, input.step)
        if (!step.ok) return step
      }
      const write = openDeviation(input.id, file.deviations.length + 1, {
        step: input.step,
        class: input.class,
        description: input.description,
        immediate_action: input.immediate_action,
        blocks: input.class !== 'minor',
        opened_by: actor.account,
      })
      const hold = input.class === 'critical' ? [lotWrite(file, { holds: [...file.lot.holds, `deviation ${write.id}`] })] : []
      return ok({
        entity: { table: 'deviation', id: write.id },
        writes: [write, ...hold],
        reason: input.description,
        alerts: [{ to: ['qa'], text: `${input.class} deviation on ${input.id}: ${input.description}` }],
      })
    },
  }),
  defineCommand({
    name: 'deviation.close',
    path: 'deviations/:id/closure',
    title: 'Close a deviation with impact, cause and corrective action',
    action: 'decide-quality',
    meaning: 'reviewed',
    input: z.strictObject({ id: idSchema, impact: textSchema, root_cause: textSchema, corrective_action: textSchema }),
    needs({ id }, rows) {
      const parent = rows.peek('deviation', id)?.parent
      return parent === undefined ? { rows: [{ table: 'deviation', id }] } : { ...lotNeeds(parent, rows, [{ table: 'deviation', id }]) }
    },
    place: ({ id }, rows) => lotPlace(rows.peek('deviation', id)?.parent ?? '', rows),
    decide({ id, ...closing }, rows, { actor }) {
      const row = existing<DeviationData>(rows, 'deviation', id)
      if (!row.ok) return row
      const { data, parent } = row.value
      if (data.status === 'closed') return fail(issue('deviation-closed', `${id} is closed`, 'open another one'))
      const other = separate('opener-closer', actor.account, [data.opened_by])
      if (!other.ok) return other
      const lot = existing<LotData>(rows, 'lot', parent)
      if (!lot.ok) return lot
      const holds = lot.value.data.holds.filter(hold => hold !== `deviation ${id}`)
      const unheld: RowWrite[] =
        holds.length === lot.value.data.holds.length
          ? []
          : [{ table: 'lot', id: parent, parent: lot.value.parent, data: { ...lot.value.data, holds } }]
      return ok({
        entity: { table: 'deviation', id },
        writes: [{ table: 'deviation', id, parent, data: { ...data, ...closing, status: 'closed', closed_by: actor.account } }, ...unheld],
        reason: closing.root_cause,
      })
    },
  }),
]
