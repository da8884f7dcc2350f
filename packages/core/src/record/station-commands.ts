// Stations: the computers at which the record is written. The administrator registers one; a code that is typed at it once gives it a secret of its own, so that an event names the station and
// does not repeat what somebody called it.
import { z } from 'zod'
import { ANYWHERE } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import { defineCommand, idSchema, type RecordCommand, textSchema } from './command.ts'
import { existing } from './rows.ts'

export type StationData = {
  /** Where it stands. */
  readonly place: string
  readonly status: 'registered' | 'in-use' | 'withdrawn'
  readonly registered_by: string
}

export const stationCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'station.register',
    path: 'stations',
    title: 'Register a station, or one of that name anew',
    action: 'configure',
    input: z.strictObject({ id: idSchema, place: textSchema, reason: textSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'station', id }] }),
    place: () => ANYWHERE,
    decide({ id, place, reason }, _rows, { actor }) {
      const data: StationData = { place, status: 'registered', registered_by: actor.account }
      return ok({ entity: { table: 'station', id }, writes: [{ table: 'station', id, parent: '', data }], reason })
    },
  }),
  defineCommand({
    name: 'station.withdraw',
    path: 'stations/:id/withdrawal',
    title: 'Withdraw a station; its sessions end at once',
    action: 'configure',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'station', id }] }),
    place: () => ANYWHERE,
    decide({ id, reason }, rows) {
      const row = existing<StationData>(rows, 'station', id)
      if (!row.ok) return row
      if (row.value.data.status === 'withdrawn') return fail(issue('station-state', `${id} is withdrawn`, 'register it anew'))
      const data: StationData = { ...row.value.data, status: 'withdrawn' }
      return ok({ entity: { table: 'station', id }, writes: [{ table: 'station', id, parent: '', data }], reason })
    },
  }),
]
