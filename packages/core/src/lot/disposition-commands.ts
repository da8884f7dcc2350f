// The quality decision: what still stands against a lot, release, conditional release with the physician's acceptance, rejection, hold and recall.
import { z } from 'zod'
import { separate } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import { idSchema, type RecordCommand, textSchema } from '../record/index.ts'
import { containerWrite, holdContainers } from './container-commands.ts'
import { withHold } from './lot.ts'
import { defineLotCommand, type LotFile, lotWrite, makersOf, whyIncomplete } from './lot-file.ts'
import { CONCERNED, recallIdOfLot, recallLot } from './recall.ts'

export interface TestStanding {
  readonly test: string
  readonly requiredBeforeRelease: boolean
  /** Of the result that counts: the last that was not invalidated. */
  readonly verdict: 'pass' | 'fail' | 'indeterminate' | 'undecided' | 'pending'
  readonly reviewed: boolean
  readonly result: string
}

/** Every test of the specification and where it stands. */
export const testStandings = (file: LotFile): readonly TestStanding[] =>
  file.template.release.map(test => {
    const last = file.results.filter(row => row.data.test === test.name && row.data.status !== 'invalidated').at(-1)
    return {
      test: test.name,
      requiredBeforeRelease: test.required_before_release,
      verdict: last?.data.verdict ?? 'pending',
      reviewed: last?.data.status === 'reviewed',
      result: last?.id ?? '',
    }
  })

/** What stands against a release, in words; none: nothing does. Conditional: tests marked as such may be pending, none may fail. */
export function againstRelease(file: LotFile, conditional: boolean): readonly string[] {
  const faults: string[] = []
  for (const { test, requiredBeforeRelease, verdict, reviewed } of testStandings(file)) {
    const mayWait = conditional && !requiredBeforeRelease && (verdict === 'pending' || (verdict === 'pass' && !reviewed))
    if (mayWait) continue
    if (verdict !== 'pass') faults.push(`${test} is ${verdict}`)
    else if (!reviewed) faults.push(`the result of ${test} is not reviewed`)
  }
  for (const row of file.oos) if (row.data.status === 'open') faults.push(`the investigation ${row.id} is open`)
  for (const row of file.deviations) if (row.data.status === 'open') faults.push(`the deviation ${row.id} is open`)
  for (const step of file.template.steps) {
    const why = whyIncomplete(file, step)
    if (why !== undefined) faults.push(why)
  }
  for (const hold of file.holds) faults.push(`the lot is on hold: ${hold}`)
  for (const row of file.containers) for (const hold of row.data.holds) faults.push(`container ${row.id} is on hold: ${hold}`)
  return faults
}

const blocked = (id: string, faults: readonly string[]) =>
  fail(issue('release-blocked', `lot ${id} cannot be released: ${faults.join('; ')}`, 'finish what is open; nothing overrides it'))

export const dispositionCommands: readonly RecordCommand[] = [
  defineLotCommand('release', {
    name: 'lot.release',
    path: 'lots/:id/release',
    title: 'Release a lot: every test final and passing, nothing open',
    action: 'release',
    meaning: 'released',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    decide({ id, reason }, file, { actor }) {
      const other = separate('releaser-maker', actor.account, makersOf(file))
      if (!other.ok) return other
      const faults = againstRelease(file, false)
      if (faults.length > 0) return blocked(id, faults)
      return ok({ entity: { table: 'lot', id }, writes: [lotWrite(file, { disposition: 'released' })], reason })
    },
  }),
  defineLotCommand('release-conditionally', {
    name: 'lot.release-conditionally',
    path: 'lots/:id/conditional-release',
    title: 'Release while tests that may be pending are; the physician has to accept it',
    action: 'release',
    meaning: 'released conditionally',
    input: z.strictObject({ id: idSchema, medical_reason: textSchema, notify: z.array(textSchema).min(1).max(50) }),
    decide({ id, medical_reason, notify }, file, { actor }) {
      const other = separate('releaser-maker', actor.account, makersOf(file))
      if (!other.ok) return other
      const faults = againstRelease(file, true)
      if (faults.length > 0) return blocked(id, faults)
      const pending = testStandings(file)
        .filter(one => one.verdict === 'pending')
        .map(one => one.test)
      if (pending.length === 0) return fail(issue('nothing-pending', `no test of lot ${id} is pending`, 'release it'))
      return ok({
        entity: { table: 'lot', id },
        writes: [lotWrite(file, { proposed_by: actor.account, medical_reason, notify })],
        reason: `${medical_reason}; pending: ${pending.join(', ')}`,
        alerts: [{ to: ['physician'], text: `lot ${id} waits for acceptance; pending: ${pending.join(', ')}` }],
      })
    },
  }),
  defineLotCommand('accept', {
    name: 'lot.accept',
    path: 'lots/:id/acceptance',
    title: 'Accept a conditional release as the physician',
    action: 'accept-and-order',
    meaning: 'accepts',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    decide({ id, reason }, file) {
      if (file.lot.proposed_by === '')
        return fail(issue('not-proposed', `no conditional release of lot ${id} is proposed`, 'the releaser has to sign it first'))
      const faults = againstRelease(file, true)
      if (faults.length > 0) return blocked(id, faults)
      return ok({ entity: { table: 'lot', id }, writes: [lotWrite(file, { disposition: 'conditional' })], reason })
    },
  }),
  defineLotCommand('reject', {
    name: 'lot.reject',
    path: 'lots/:id/rejection',
    title: 'Reject a lot',
    action: 'decide-quality',
    meaning: 'rejected',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    decide({ id, reason }, file) {
      return ok({
        entity: { table: 'lot', id },
        writes: [lotWrite(file, { disposition: 'rejected' }), ...holdContainers(file.containers, 'lot rejected')],
        reason,
      })
    },
  }),
  defineLotCommand('recall', {
    name: 'lot.recall',
    path: 'lots/:id/recall',
    title: 'Recall a lot: hold on every container, everybody concerned told',
    action: 'decide-quality',
    meaning: 'recalled',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    decide({ id, reason }, file, { actor }, rows) {
      return ok({
        entity: { table: 'lot', id },
        writes: recallLot(file, rows, { hold: `recall: ${reason}`, reason, by: actor.account }),
        reason,
        alerts: [{ to: CONCERNED, text: `lot ${id} is recalled: ${reason}; recall ${recallIdOfLot(id)}` }],
      })
    },
  }),
  defineLotCommand('hold', {
    name: 'lot.hold',
    path: 'lots/:id/holds',
    title: 'Put a lot on hold',
    action: 'decide-quality',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    decide({ id, reason }, file) {
      return ok({
        entity: { table: 'lot', id },
        writes: [lotWrite(file, { holds: withHold(file.lot.holds, reason) })],
        reason,
      })
    },
  }),
  defineLotCommand('unhold', {
    name: 'lot.unhold',
    path: 'lots/:id/lifted-holds',
    title: 'Lift a hold of a lot and its containers',
    action: 'decide-quality',
    meaning: 'reviewed',
    input: z.strictObject({ id: idSchema, hold: z.string().trim().min(1).max(4000), reason: textSchema }),
    decide({ id, hold, reason }, file) {
      const { lot, holds, containers } = file
      if (lot.disposition === 'recalled' || lot.disposition === 'rejected')
        return fail(issue('hold', `lot ${id} is ${lot.disposition}`, 'its containers stay on hold'))
      const held = containers.filter(row => row.data.holds.includes(hold))
      const isOfVector = holds.includes(hold) && !lot.holds.includes(hold)
      if (!holds.includes(hold) && held.length === 0)
        return fail(
          issue(
            'hold',
            `lot ${id} has no hold "${hold}"`,
            `its holds are ${[...holds, ...containers.flatMap(row => row.data.holds)].join('; ') || 'none'}`,
          ),
        )
      return ok({
        entity: { table: 'lot', id },
        writes: [
          lotWrite(file, isOfVector ? { cleared: [...(lot.cleared ?? []), hold] } : { holds: lot.holds.filter(one => one !== hold) }),
          ...held.map(row => containerWrite(row, { holds: row.data.holds.filter(one => one !== hold) })),
        ],
        reason,
      })
    },
  }),
]
