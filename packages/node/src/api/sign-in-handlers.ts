// Routes of set-up, enrolment, sessions and signatures.
import type { AuditEvent, Meaning } from '@cognate/core/audit'
import { fail, type Issue, issue, type Result } from '@cognate/core/base'
import type { AccountData } from '@cognate/core/record'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { toSVG } from 'bwip-js/node'
import { hashText } from '../store/command-request.ts'
import { accessOf, rowHistory } from '../store/record-reads.ts'
import { STATION_COOKIE } from './cookies.ts'
import type { SecondFactor } from './credentials.ts'
import { factorsOf } from './factors.ts'
import { done, type Handled, type Handlers, type HandlerTools, text } from './handler.ts'
import type { Call } from './server.ts'

/** Events of one's account that are looked through, and shown. */
const MOST_READ = 200
const MOST_SHOWN = 30

interface Before {
  /** RFC 3339; '' where this is the first time, or it was too long ago to tell. */
  readonly signed_in_at: string
  /** Sign-ins and signatures that were refused since then. */
  readonly refused: number
}

/** The sign-in before this session's, and what was refused since. */
function beforeThis(events: readonly AuditEvent[], session: string): Before {
  const earlier = events.findIndex(({ action, actor }) => action === 'sign-in' && actor.session !== session)
  const since = earlier < 0 ? events : events.slice(0, earlier)
  return {
    signed_in_at: events[earlier]?.time ?? '',
    refused: since.filter(({ action }) => action === 'sign-in-refused' || action === 'signature-refused').length,
  }
}

export function signInHandlers(tools: HandlerTools): Handlers {
  const { credentials } = tools
  const { store } = tools.record
  const { pool } = store

  async function renew(account: string, half: 'officer' | 'administrator', by: string): Promise<Handled> {
    if (account === by) return fail(issue('separation-own-roles', 'nobody renews their own enrolment', 'another person has to do it'))
    if ((await rowHistory(pool, 'account', account)).length === 0)
      return fail(issue('not-found', `there is no account ${account}`, 'check the id'))
    const code = await credentials.beginEnrolment(account, half)
    await credentials.endSessionsOf(account)
    await store.runAsSystem(
      'enrolment.renew',
      { account, half, by },
      { entity: { table: 'account', id: account }, writes: [], reason: `${half}’s half of a new enrolment code` },
    )
    return done({ account, [`${half}_code`]: code }, { status: 201 })
  }

  /** What somebody did, or tried to do, about their own proofs. */
  const noteOwn = (call: Call, action: string, outcome: Result<undefined, Issue>) =>
    store.noteAccess(call.asker, '', {
      action: outcome.ok ? action : action.replace('-', '-not-'),
      entity: { kind: 'account', id: call.session!.account, version: 0 },
      reason: outcome.ok ? '' : outcome.issue.code,
    })

  /** What the access log says of an account, the newest first; a refused sign-in stands there under the hash of its name. */
  const ownEvents = async (account: string): Promise<readonly AuditEvent[]> =>
    (await accessOf(pool, [account, hashText(account)], MOST_READ)).map(text => JSON.parse(text) as AuditEvent)

  return {
    async setup({ body }) {
      const { token, site, studies, officer, administrator } = body as {
        token: string
        site: string
        studies: string[]
        officer: { id: string; name: string }
        administrator: { id: string; name: string }
      }
      const expected = tools.setup.token()
      if (expected === undefined || hashText(token) !== hashText(expected))
        return fail(issue('sign-in', 'the set-up token is wrong or used', 'the server prints it at its first start'))
      if (officer.id === administrator.id) return fail(issue('roles', 'officer and administrator are two persons', 'name two accounts'))
      tools.setup.used()
      const base = {
        site,
        studies,
        trained_until: new Date(tools.clock.now() + 30 * 86_400_000).toISOString(),
        status: 'active',
        proposed_by: 'system',
        applied_by: 'system',
      } as const
      const account = (name: string, role: 'security-officer' | 'administrator'): AccountData => ({ name, roles: [role], ...base })
      await store.runAsSystem(
        'setup',
        { officer: officer.id, administrator: administrator.id, site },
        {
          entity: { table: 'account', id: officer.id },
          writes: [
            { table: 'account', id: officer.id, parent: '', data: account(officer.name, 'security-officer') },
            { table: 'account', id: administrator.id, parent: '', data: account(administrator.name, 'administrator') },
          ],
          reason: 'first start',
        },
      )
      const codes = async (id: string) => ({
        account: id,
        officer_code: await credentials.beginEnrolment(id, 'officer'),
        administrator_code: await credentials.beginEnrolment(id, 'administrator'),
      })
      return done([await codes(officer.id), await codes(administrator.id)], { status: 201 })
    },
    async enrolment({ body }) {
      const enrolled = await credentials.enrol(
        text(body, 'account'),
        text(body, 'officer_code'),
        text(body, 'administrator_code'),
        text(body, 'password'),
      )
      if (!enrolled.ok) return enrolled
      // an authenticator reads the secret off the screen
      return done({ ...enrolled.value, qr: toSVG({ bcid: 'qrcode', text: enrolled.value.uri, scale: 4 }) }, { status: 201 })
    },
    async 'enrolment.confirm'({ body }) {
      const confirmed = await credentials.confirmEnrolment(
        text(body, 'account'),
        text(body, 'officer_code'),
        text(body, 'administrator_code'),
        text(body, 'code'),
      )
      return confirmed.ok ? done({ confirmed: true }) : confirmed
    },
    async 'session.begin'(call) {
      const account = text(call.body, 'account')
      const registered = await credentials.stations.of(call.request.cookies[STATION_COOKIE])
      const station = { name: registered ?? text(call.body, 'station'), registered: registered !== undefined }
      const made = await credentials.signIn(account, text(call.body, 'password'), call.body as SecondFactor, station)
      const asker = { ...call.asker, account: hashText(account), ...(registered === undefined ? {} : { station: registered }) }
      if (!made.ok) {
        await store.noteAccess(asker, '', {
          action: 'sign-in-refused',
          entity: { kind: 'account', id: hashText(account), version: 0 },
          reason: made.issue.code,
        })
        return made
      }
      await store.noteAccess({ ...asker, account, session: made.value.session }, '', {
        action: 'sign-in',
        entity: { kind: 'account', id: account, version: 0 },
        reason: '',
      })
      return done({ csrf: made.value.csrf }, { status: 201, cookie: made.value.token })
    },
    async 'session.show'({ account, session }) {
      const events = await ownEvents(session!.account)
      return done({
        before: beforeThis(events, session!.id),
        account: account?.account,
        name: account?.name,
        roles: account?.roles,
        site: account?.site,
        studies: account?.studies,
        factors: session?.factors,
        signed: session?.signed,
      })
    },
    async 'session.end'({ session }) {
      await credentials.endSession(session!.id)
      return done({ ended: true }, { cookie: '', headers: { 'clear-site-data': '"cache", "storage"' } })
    },
    async 'session.list'({ session }) {
      const own = await credentials.sessionsOf(session!.account)
      const events = await ownEvents(session!.account)
      return done({
        sessions: own.map(({ id, ...more }) => ({ ...more, current: id === session!.id })),
        events: events.slice(0, MOST_SHOWN).map(({ time, action, reason, actor }) => ({ time, action, reason, station: actor.station })),
      })
    },
    async 'session.end-others'(call) {
      const ended = await credentials.endOtherSessions(call.session!, text(call.body, 'password'), text(call.body, 'code'))
      await noteOwn(call, 'sessions-ended', ended)
      return ended.ok ? done({ ended: true }) : ended
    },
    async 'password.change'(call) {
      const changed = await credentials.changePassword(
        call.session!,
        text(call.body, 'current'),
        text(call.body, 'code'),
        text(call.body, 'password'),
      )
      await noteOwn(call, 'password-changed', changed)
      return changed.ok ? done({ changed: true }) : changed
    },
    async signature(call) {
      const { session } = call
      const given = call.body as unknown as { shown_sha256: string; meaning: Meaning; password?: string } & SecondFactor
      const proven = await credentials.stepUp(session!, given.shown_sha256, given.meaning, given.password, given)
      if (proven.ok) return done(proven.value, { status: 201 })
      const entity = { kind: 'account', id: session!.account, version: 0 }
      await store.noteAccess(call.asker, '', { action: 'signature-refused', entity, reason: proven.issue.code })
      return proven
    },
    async 'station.here'({ request }) {
      return done({ station: (await credentials.stations.of(request.cookies[STATION_COOKIE])) ?? '', only: tools.stationsOnly })
    },
    async 'station.bind'({ body, asker }) {
      const id = text(body, 'station')
      const bound = await credentials.stations.bind(id, text(body, 'code'))
      const entity = { kind: 'station', id: hashText(id), version: 0 }
      if (!bound.ok) {
        await store.noteAccess(asker, '', { action: 'station-refused', entity, reason: bound.issue.code })
        return bound
      }
      const row = (await rowHistory(pool, 'station', id)).at(-1)!
      await store.runAsSystem(
        'station.bind',
        { station: id, address: asker.station },
        {
          entity: { table: 'station', id },
          writes: [{ table: 'station', id, parent: '', data: { ...row.data, status: 'in-use' } }],
          reason: 'its code was typed at it',
        },
      )
      return done({ station: id }, { status: 201, stationCookie: bound.value })
    },
    async 'session.ask-passkey'() {
      const asked = await credentials.passkeys.ask({ for: 'sign-in' })
      return asked.ok ? done(asked.value, { status: 201 }) : asked
    },
    async 'signature.ask-passkey'({ session, body }) {
      const { shown_sha256: shownSha256, meaning } = body as { shown_sha256: string; meaning: Meaning }
      const asked = await credentials.passkeys.ask({ for: 'signature', session: session!.id, shownSha256, meaning }, session!.account)
      return asked.ok ? done(asked.value, { status: 201 }) : asked
    },
    async 'factor.list'() {
      return done({ factors: await factorsOf(pool, tools.clock.now()) })
    },
    async 'passkey.list'({ session }) {
      return done({ passkeys: await credentials.passkeys.list(session!.account) })
    },
    async 'passkey.ask'(call) {
      const session = call.session!
      const proven = await credentials.prove(session, text(call.body, 'password'), text(call.body, 'code'))
      if (!proven.ok) {
        await noteOwn(call, 'passkey-added', proven)
        return proven
      }
      const asked = await credentials.passkeys.askRegistration(session.account, call.account?.name ?? '', session.id)
      return asked.ok ? done(asked.value, { status: 201 }) : asked
    },
    async 'passkey.add'(call) {
      const { name, passkey } = call.body as unknown as { name: string; passkey: RegistrationResponseJSON }
      const added = await credentials.passkeys.register(call.session!.account, call.session!.id, name, passkey)
      await noteOwn(call, 'passkey-added', added)
      return added.ok ? done({ added: true }, { status: 201 }) : added
    },
    async 'passkey.remove'(call) {
      const removed = await credentials.passkeys.remove(call.session!.account, call.params.id!)
      await noteOwn(call, 'passkey-removed', removed)
      return removed.ok ? done({ removed: true }) : removed
    },
    async 'enrolment.renew-officer'({ params, asker }) {
      return renew(params.id!, 'officer', asker.account)
    },
    async 'enrolment.renew-administrator'({ params, asker }) {
      return renew(params.id!, 'administrator', asker.account)
    },
  }
}
