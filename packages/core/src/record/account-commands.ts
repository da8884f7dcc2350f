// Accounts: the security officer proposes, the administrator applies, nobody changes their own roles. Secrets are not here: they live apart and leave with no export.
import { z } from 'zod'
import { ANYWHERE, checkRoles, ROLE_NAMES, type Role, type Standing, separate } from '../access/index.ts'
import { fail, issue, ok } from '../base/index.ts'
import { defineCommand, idSchema, instantSchema, type RecordCommand, textSchema } from './command.ts'
import { existing } from './rows.ts'

export type AccountData = {
  readonly name: string
  readonly roles: readonly Role[]
  readonly site: string
  readonly studies: readonly string[]
  readonly trained_until: string
  readonly status: 'proposed' | 'active' | 'disabled'
  readonly proposed_by: string
  readonly applied_by: string
}

export const standingOf = (account: string, data: AccountData): Standing & { readonly name: string } => ({
  account,
  name: data.name,
  roles: data.roles,
  site: data.site,
  studies: data.studies,
  trainedUntil: data.trained_until,
  disabled: data.status !== 'active',
})

export const accountCommands: readonly RecordCommand[] = [
  defineCommand({
    name: 'account.propose',
    path: 'accounts',
    title: 'Propose an account, or new roles of one',
    action: 'propose-account',
    input: z.strictObject({
      id: idSchema,
      name: textSchema,
      roles: z.array(z.enum(ROLE_NAMES as readonly [Role, ...Role[]])).max(ROLE_NAMES.length),
      site: idSchema,
      studies: z.array(idSchema).max(200),
      trained_until: instantSchema,
      reason: textSchema,
    }),
    needs: ({ id }) => ({ rows: [{ table: 'account', id }] }),
    place: () => ANYWHERE,
    decide({ id, reason, ...given }, rows, { actor }) {
      const own = separate('own-roles', actor.account, [id])
      if (!own.ok) return own
      const roles = checkRoles(given.roles)
      if (!roles.ok) return roles
      const before = rows.get<AccountData>('account', id)
      if (before !== undefined && before.data.name !== given.name)
        return fail(
          issue(
            'account-name',
            `${id} is the account of ${before.data.name}`,
            'an account is never given to another person: choose another id',
          ),
        )
      const data: AccountData = { ...given, status: 'proposed', proposed_by: actor.account, applied_by: '' }
      return ok({ entity: { table: 'account', id }, writes: [{ table: 'account', id, parent: '', data }], reason })
    },
  }),
  defineCommand({
    name: 'account.apply',
    path: 'accounts/:id/application',
    title: 'Apply a proposed account',
    action: 'apply-account',
    meaning: 'approved',
    input: z.strictObject({ id: idSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'account', id }] }),
    place: () => ANYWHERE,
    decide({ id }, rows, { actor }) {
      const row = existing<AccountData>(rows, 'account', id)
      if (!row.ok) return row
      const { data } = row.value
      if (data.status !== 'proposed') return fail(issue('account-state', `${id} is ${data.status}`, 'only a proposed account is applied'))
      const other = separate('proposer-applier', actor.account, [data.proposed_by])
      if (!other.ok) return other
      const own = separate('own-roles', actor.account, [id])
      if (!own.ok) return own
      return ok({
        entity: { table: 'account', id },
        writes: [{ table: 'account', id, parent: '', data: { ...data, status: 'active', applied_by: actor.account } }],
        reason: `proposed by ${data.proposed_by}`,
      })
    },
  }),
  defineCommand({
    name: 'account.disable',
    path: 'accounts/:id/disabling',
    title: 'Disable an account; its sessions end at once',
    action: 'propose-account',
    input: z.strictObject({ id: idSchema, reason: textSchema }),
    needs: ({ id }) => ({ rows: [{ table: 'account', id }] }),
    place: () => ANYWHERE,
    decide({ id, reason }, rows, { actor }) {
      const own = separate('own-roles', actor.account, [id])
      if (!own.ok) return own
      const row = existing<AccountData>(rows, 'account', id)
      if (!row.ok) return row
      return ok({
        entity: { table: 'account', id },
        writes: [{ table: 'account', id, parent: '', data: { ...row.value.data, status: 'disabled' } }],
        reason,
      })
    },
  }),
]
