// One coordinator who enrols subjects, straight at the store: for tests and benchmarks that are about the log and not about people.

import type { Issue, Result } from '@cognate/core/base'
import { RECORD_COMMANDS } from '@cognate/core/case'
import type { AccountData } from '@cognate/core/record'
import type { Asker, CommandAnswer, CommandRequest } from '../packages/node/src/store/command-request.ts'
import type { RecordStore } from '../packages/node/src/store/record-store.ts'

export const accountWith = (name: string, roles: AccountData['roles'], site = 's', studies: readonly string[] = ['T']): AccountData => ({
  name,
  roles,
  site,
  studies,
  trained_until: '2099-01-01T00:00:00Z',
  status: 'active',
  proposed_by: 'system',
  applied_by: 'system',
})

export const askerOf = (account: string): Asker => ({
  account,
  session: 'ab'.repeat(32),
  factors: ['password'],
  station: 'test',
  request: 'r',
})

/** Accounts as the set-up would make them. */
export const setUpAccounts = (
  store: RecordStore,
  accounts: Readonly<Record<string, AccountData>>,
  files: readonly string[] = [],
): Promise<CommandAnswer> =>
  store.runAsSystem(
    'setup',
    {},
    {
      entity: { table: 'account', id: Object.keys(accounts)[0]! },
      writes: Object.entries(accounts).map(([id, data]) => ({ table: 'account', id, parent: '', data })),
      reason: 'test',
      files,
    },
  )

export const setUpCarl = (store: RecordStore, files: readonly string[] = []) =>
  setUpAccounts(store, { carl: accountWith('Carl', ['coordinator']) }, files)

const enrol = RECORD_COMMANDS.find(command => command.name === 'subject.enrol')!

/** Carl enrols a subject of his site and study. */
export const enrolSubject = (store: RecordStore, id: string, more: Partial<CommandRequest> = {}): Promise<Result<CommandAnswer, Issue>> =>
  store.run({ command: enrol, input: { id, site: 's', study: 'T' }, asker: askerOf('carl'), ...more })
