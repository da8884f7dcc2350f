// A recall as a case of its own: it begins with everything that its start reached, puts lots and containers of it on hold at once, and closes when each affected thing has its disposition.
// What was reached is asked of the genealogy by the rim, before the command and again before it is closed.
import { z } from 'zod'
import { ANYWHERE } from '../access/index.ts'
import { fail, issue, ok, type Result } from '../base/index.ts'
import {
  defineCommand,
  existing,
  fresh,
  idSchema,
  type RecordCommand,
  type Row,
  type Rows,
  type RowWrite,
  textSchema,
} from '../record/index.ts'
import { type ContainerData, holdContainers } from './container-commands.ts'
import type { ConstructData } from './identity-commands.ts'
import type { LotData } from './lot.ts'
import { holdLot } from './lot-file.ts'
import { CONCERNED, OF_A_LOT, RECALL_DISPOSITIONS, type RecallData, type RecallItem, undecided } from './recall.ts'
import type { MaterialData } from './supply-commands.ts'

const nodeSchema = z.string().regex(/^[a-z_]+:[A-Za-z0-9][A-Za-z0-9._:*+-]{0,79}$/, 'an item is named with its kind, such as lot:L-1')
const affectedSchema = z.array(nodeSchema).min(1).max(2000)

/** Of a case that a person opened, or that a lot opened by itself. */
const caseSchema = z.union([
  idSchema,
  z
    .string()
    .regex(OF_A_LOT)
    .max(80 + ':recall'.length),
])
const chosenSchema = idSchema.refine(
  id => !OF_A_LOT.test(id),
  'an id that ends in :recall is the case that a lot opens by itself when it is taken back',
)

const idsOf = (affected: readonly string[], kind: string): readonly string[] =>
  affected.filter(node => node.startsWith(`${kind}:`)).map(node => node.slice(kind.length + 1))

/** Lots that it reached, all that stands in them, materials and constructs. */
const needsAffected = (id: string, affected: readonly string[]) => ({
  rows: [
    { table: 'recall' as const, id },
    ...idsOf(affected, 'lot').map(lot => ({ table: 'lot' as const, id: lot })),
    ...idsOf(affected, 'material').map(material => ({ table: 'material' as const, id: material })),
    ...idsOf(affected, 'construct').map(construct => ({ table: 'construct' as const, id: construct })),
  ],
  parents: idsOf(affected, 'lot'),
})

const constructWrite = ({ id, parent, data }: Row<ConstructData>, recalledBy: string | undefined): RowWrite => ({
  table: 'construct',
  id,
  parent,
  data: { ...data, recalled_by: recalledBy },
})

/** Holds on lots and containers that were reached and are not held for it yet; released materials go back into quarantine, and nothing is made of constructs any more. Errors: `not-found`. */
function holds(rows: Rows, id: string, affected: readonly string[]): Result<readonly RowWrite[]> {
  const hold = `recall ${id}`
  const writes: RowWrite[] = []
  for (const material of idsOf(affected, 'material')) {
    const row = existing<MaterialData>(rows, 'material', material)
    if (!row.ok) return row
    if (row.value.data.status === 'released')
      writes.push({ table: 'material', id: material, parent: row.value.parent, data: { ...row.value.data, status: 'quarantine' } })
  }
  for (const construct of idsOf(affected, 'construct')) {
    const row = existing<ConstructData>(rows, 'construct', construct)
    if (!row.ok) return row
    if (row.value.data.recalled_by === undefined) writes.push(constructWrite(row.value, id))
  }
  for (const lot of idsOf(affected, 'lot')) {
    const row = existing<LotData>(rows, 'lot', lot)
    if (!row.ok) return row
    if (!row.value.data.holds.includes(hold)) writes.push(holdLot(row.value, hold))
    writes.push(
      ...holdContainers(
        rows.of<ContainerData>('container', lot).filter(({ data }) => !data.holds.includes(hold)),
        hold,
      ),
    )
  }
  return ok(writes)
}

/** Constructs about which nothing has to be done: of them something may be made again. */
const cleared = (data: RecallData | undefined): readonly string[] =>
  idsOf(
    (data?.items ?? []).filter(({ disposition }) => disposition === 'no-action').map(({ item }) => item),
    'construct',
  )

/** Errors: `not-found`, `recall-closed`. */
function openRecall(rows: Rows, id: string): Result<Row<RecallData>> {
  const row = existing<RecallData>(rows, 'recall', id)
  if (!row.ok) return row
  return row.value.data.status === 'open' ? row : fail(issue('recall-closed', `recall ${id} is closed`, 'open another recall'))
}

const write = (id: string, data: RecallData): RowWrite => ({ table: 'recall', id, parent: '', data })

export const recallCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'recall.open',
    path: 'recall-cases',
    title: 'Recall what an item reached: holds at once, everybody concerned told',
    action: 'decide-quality',
    meaning: 'recalled',
    input: z.strictObject({
      id: chosenSchema,
      start: nodeSchema,
      affected: affectedSchema.describe('everything that it reached, as GET /recalls/START lists it'),
      reason: textSchema,
    }),
    needs: ({ id, start, affected }) => needsAffected(id, [start, ...affected]),
    place: () => ANYWHERE,
    decide({ id, start, affected, reason }, rows, { actor }) {
      const unused = fresh(rows, 'recall', id)
      if (!unused.ok) return unused
      const held = holds(rows, id, [...new Set([start, ...affected])])
      if (!held.ok) return held
      const data: RecallData = { start, reason, opened_by: actor.account, status: 'open', items: affected.map(undecided) }
      return ok({
        entity: { table: 'recall', id },
        writes: [write(id, data), ...held.value],
        reason,
        alerts: [
          {
            to: CONCERNED,
            text: `recall ${id} of ${start}: ${reason}; ${idsOf(affected, 'lot').length} lots, ${idsOf(affected, 'container').length} containers, ${idsOf(affected, 'infusion').length} infusions`,
          },
        ],
      })
    },
  }),
  defineCommand({
    name: 'recall.extend',
    path: 'recall-cases/:id/items',
    title: 'Take into a recall what its start has reached since',
    action: 'decide-quality',
    meaning: 'recalled',
    input: z.strictObject({ id: caseSchema, affected: affectedSchema, reason: textSchema }),
    needs: ({ id, affected }) => needsAffected(id, affected),
    place: () => ANYWHERE,
    decide({ id, affected, reason }, rows) {
      const recall = openRecall(rows, id)
      if (!recall.ok) return recall
      const { data } = recall.value
      const known = new Set(data.items.map(({ item }) => item))
      const added = affected.filter(item => !known.has(item))
      if (added.length === 0) return fail(issue('recall-scope', 'everything of it is in the recall', 'nothing has to be done'))
      const held = holds(rows, id, added)
      if (!held.ok) return held
      return ok({
        entity: { table: 'recall', id },
        writes: [write(id, { ...data, items: [...data.items, ...added.map(undecided)] }), ...held.value],
        reason,
      })
    },
  }),
  defineCommand({
    name: 'recall.dispose',
    path: 'recall-cases/:id/dispositions',
    title: 'Say what became of items of a recall',
    action: 'decide-quality',
    meaning: 'reviewed',
    input: z.strictObject({ id: caseSchema, items: affectedSchema, disposition: z.enum(RECALL_DISPOSITIONS), reason: textSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'recall', id }] }),
    place: () => ANYWHERE,
    decide({ id, items, disposition, reason }, rows, { actor }) {
      const recall = openRecall(rows, id)
      if (!recall.ok) return recall
      const { data } = recall.value
      const foreign = items.find(item => !data.items.some(one => one.item === item))
      if (foreign !== undefined)
        return fail(
          issue(
            'recall-item',
            `${foreign} is not in recall ${id}`,
            `its items are ${data.items
              .map(one => one.item)
              .slice(0, 20)
              .join(', ')}`,
          ),
        )
      const decided = (one: RecallItem): RecallItem =>
        items.includes(one.item) ? { item: one.item, disposition, reason, decided_by: actor.account } : one
      return ok({
        entity: { table: 'recall', id },
        writes: [write(id, { ...data, items: data.items.map(decided) })],
        reason: `${items.length === 1 ? items[0] : `${items.length} items`}: ${disposition}, ${reason}`,
      })
    },
  }),
  defineCommand({
    name: 'recall.close',
    path: 'recall-cases/:id/closing',
    title: 'Close a recall of which every item has its disposition',
    action: 'decide-quality',
    meaning: 'approved',
    input: z.strictObject({ id: caseSchema, reason: textSchema }),
    needs: ({ id }, rows) => ({
      rows: [
        { table: 'recall', id },
        ...cleared(rows.peek<RecallData>('recall', id)?.data).map(construct => ({ table: 'construct' as const, id: construct })),
      ],
    }),
    place: () => ANYWHERE,
    decide({ id, reason }, rows) {
      const recall = openRecall(rows, id)
      if (!recall.ok) return recall
      const { data } = recall.value
      const left = data.items.filter(({ disposition }) => disposition === '').map(({ item }) => item)
      if (left.length > 0)
        return fail(
          issue(
            'recall-open-items',
            `${left.length} of ${data.items.length} items of recall ${id} have no disposition: ${left.slice(0, 10).join(', ')}`,
            'say what became of each, then close it',
          ),
        )
      const free = cleared(data)
        .map(construct => rows.get<ConstructData>('construct', construct)!)
        .filter(construct => construct.data.recalled_by === id)
      return ok({
        entity: { table: 'recall', id },
        writes: [write(id, { ...data, status: 'closed' }), ...free.map(construct => constructWrite(construct, undefined))],
        reason,
      })
    },
  }),
]
