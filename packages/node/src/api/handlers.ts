// What each route does. Handlers answer a value or an issue; the server turns either into HTTP.
import { randomBytes } from 'node:crypto'
import type { Meaning } from '@cognate/core/audit'
import { toBase64 } from '@cognate/core/audit'
import { fail, type Issue, issue, type Json, ok, type Result } from '@cognate/core/base'
import { certificateHtml, certificateOf } from '@cognate/core/lot'
import type { AccountData, Row } from '@cognate/core/record'
import { toSVG } from 'bwip-js/node'
import { hashText } from '../store/command-request.ts'
import { getFile, putFile } from '../store/files.ts'
import type { OpenRecord } from '../store/open-record.ts'
import type { Clock } from '../store/record-clock.ts'
import {
  countRows,
  type ListOptions,
  listEvents,
  listRows,
  placeOfRow,
  placesOfNodes,
  readLotFile,
  recallScope,
  rowHistory,
  signaturesOf,
  traceItem,
} from '../store/record-reads.ts'
import type { Credentials } from './credentials.ts'
import { openApiDocument } from './openapi.ts'
import { type Person, type PersonKeys, saltedHash, sealPerson, unsealPerson } from './person.ts'
import { RESOURCES, type RouteSpec } from './routes.ts'
import type { Call } from './server.ts'

export interface Answer {
  readonly body: unknown
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Session token to set; empty ends it. */
  readonly cookie?: string
}
export type Handled = Result<Answer, Issue>
export type Handler = (call: Call) => Promise<Handled>

export interface HandlerTools {
  readonly record: OpenRecord
  readonly credentials: Credentials
  readonly clock: Clock
  readonly personKeys: PersonKeys
  readonly metrics: { readonly requests: ReadonlyMap<string, number>; readonly milliseconds: number }
  readonly setup: { readonly token: () => string | undefined; readonly used: () => void }
}

const done = (body: unknown, more: Omit<Answer, 'body'> = {}): Handled => ok({ body, ...more })
const text = (body: Json, name: string): string => String((body as Record<string, Json>)[name] ?? '')

export function makeHandlers(tools: HandlerTools): (spec: RouteSpec) => Handler {
  const { record, credentials } = tools
  const { store } = record
  const { pool } = store

  /** The row, if it is in the asker's site and study; otherwise it is not there for them. */
  const scoped = async (call: Call, row: Row): Promise<Result<Row, Issue>> => {
    const may = call.mayAt(await placeOfRow(pool, row))
    if (may.ok) return ok(row)
    await store.noteAccess(call.asker, '', {
      action: 'refused',
      entity: { kind: row.table, id: row.id, version: 0 },
      reason: may.issue.code,
    })
    return may
  }

  const lotInScope = async (call: Call) => {
    const lot = (await rowHistory(pool, 'lot', call.params.id!)).at(-1)
    if (lot === undefined) return fail(issue('not-found', `there is no lot ${call.params.id}`, 'check the id'))
    const may = await scoped(call, { table: 'lot', id: call.params.id!, version: lot.version, parent: lot.parent, data: lot.data })
    return may.ok ? readLotFile(pool, call.params.id!) : may
  }

  const subjectInScope = async (call: Call): Promise<Result<string, Issue>> => {
    const id = call.params.id!
    const subject = (await rowHistory(pool, 'subject', id)).at(-1)
    if (subject === undefined) return fail(issue('not-found', `there is no subject ${id}`, 'enrol the subject first'))
    const may = await scoped(call, { table: 'subject', id, version: subject.version, parent: subject.parent, data: subject.data })
    return may.ok ? ok(id) : may
  }

  const named: Readonly<Record<string, Handler>> = {
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
      return enrolled.ok ? done(enrolled.value, { status: 201 }) : enrolled
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
      const made = await credentials.signIn(account, text(call.body, 'password'), text(call.body, 'code'), text(call.body, 'station'))
      const asker = { ...call.asker, account: hashText(account) }
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
      return done({
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
      return done({ ended: true }, { cookie: '' })
    },
    async signature({ body, session }) {
      const given = body as { shown_sha256: string; meaning: Meaning; password?: string; code?: string }
      const proven = await credentials.stepUp(session!, given.shown_sha256, given.meaning, given.password, given.code)
      return proven.ok ? done(proven.value, { status: 201 }) : proven
    },
    async 'enrolment.renew-officer'({ params, asker }) {
      return renew(params.id!, 'officer', asker.account)
    },
    async 'enrolment.renew-administrator'({ params, asker }) {
      return renew(params.id!, 'administrator', asker.account)
    },
    async 'lot.file'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      const { row, template, steps, results, oos, deviations, containers } = file.value
      return done(
        { lot: row, template, steps: [...steps.values()], results, investigations: oos, deviations, containers },
        { headers: { etag: `"${row.version}"` } },
      )
    },
    async 'lot.certificate'(call) {
      const file = await lotInScope(call)
      if (!file.ok) return file
      await store.sealAll()
      const { rows } = await pool.query<{ note: string }>(
        'SELECT c.note FROM checkpoint AS c WHERE c.log = $1 ORDER BY c.size DESC LIMIT 1',
        [store.logs.record.signer.origin],
      )
      const certificate = certificateOf(file.value, await signaturesOf(pool, call.params.id!), rows[0]?.note ?? '')
      if (!(call.request.headers.accept ?? '').includes('text/html')) return done(certificate)
      return done(certificateHtml(certificate, toSVG({ bcid: 'qrcode', text: certificate.checkpoint, scale: 2 })), {
        type: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'" },
      })
    },
    async trace(call) {
      const traced = await traceItem(pool, call.params.id!)
      if (!traced.ok) return traced
      const { start, from, into } = traced.value
      const nodes = [...from, ...into].map(hop => hop.node)
      return (await outOfScope(call, start, nodes)) ?? done(traced.value)
    },
    async 'recall.scope'(call) {
      const scope = await recallScope(pool, call.params.id!)
      if (!scope.ok) return scope
      return (await outOfScope(call, scope.value.start, scope.value.affected)) ?? done(scope.value)
    },
    async 'person.write'(call) {
      const subject = await subjectInScope(call)
      if (!subject.ok) return subject
      const person = call.body as unknown as Person
      const salt = randomBytes(32)
      const { keyId, sealed } = sealPerson(tools.personKeys, subject.value, person)
      await pool.query(
        `INSERT INTO person (subject, salt, sealed, key_id) VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET salt = $2, sealed = $3, key_id = $4, erased = false`,
        [subject.value, salt, sealed, keyId],
      )
      const hashes = Object.fromEntries(Object.entries(person).map(([name, value]) => [name, saltedHash(salt, value)]))
      await store.runAsSystem(
        'person.write',
        { subject: subject.value, by: call.asker.account, salted_sha256: hashes },
        { entity: { table: 'subject', id: subject.value }, writes: [], reason: 'identifying data sealed' },
      )
      return done({ subject: subject.value, salted_sha256: hashes }, { status: 201 })
    },
    async 'person.read'(call) {
      const subject = await subjectInScope(call)
      if (!subject.ok) return subject
      const { rows } = await pool.query<{ sealed: Buffer | null; key_id: string; erased: boolean }>(
        'SELECT sealed, key_id, erased FROM person WHERE subject = $1',
        [subject.value],
      )
      const row = rows[0]
      await store.noteAccess(call.asker, call.role, {
        action: 'read-identity',
        entity: { kind: 'person', id: subject.value, version: 0 },
        reason: row === undefined ? 'none held' : '',
      })
      if (row === undefined || row.sealed === null)
        return fail(
          issue(
            'not-found',
            row?.erased === true ? 'the identifying data were erased' : 'no identifying data are held',
            'they are entered by PUT',
          ),
        )
      const person = unsealPerson(tools.personKeys, subject.value, row.key_id, row.sealed)
      return person.ok ? done(person.value) : person
    },
    async 'person.erase'(call) {
      const { rowCount } = await pool.query(
        'UPDATE person SET sealed = NULL, salt = NULL, erased = true WHERE subject = $1 AND NOT erased',
        [call.params.id],
      )
      if (rowCount === 0) return fail(issue('not-found', 'no identifying data are held', 'there is nothing to erase'))
      await store.runAsSystem(
        'person.erase',
        { subject: call.params.id!, by: call.asker.account },
        { entity: { table: 'subject', id: call.params.id! }, writes: [], reason: 'identifying data erased' },
      )
      return done({ erased: true })
    },
    async 'file.write'({ request }) {
      if (!Buffer.isBuffer(request.body) || request.body.length === 0)
        return fail(issue('input', 'the bytes of a file are expected', 'send them as application/octet-stream'))
      return done({ sha256: putFile(record.files, request.body), bytes: request.body.length }, { status: 201 })
    },
    async 'file.read'({ params }) {
      const file = getFile(record.files, params.id!)
      if (!file.ok) return file.issue.code === 'file-missing' ? fail({ ...file.issue, code: 'not-found' }) : file
      return done(file.value, {
        type: 'application/octet-stream',
        headers: { 'content-disposition': `attachment; filename="${params.id}"` },
      })
    },
    async events({ query }) {
      const { after, limit, entity } = query as { after: number; limit: number; entity?: string }
      const rows = await listEvents(pool, after, limit, entity)
      return done({ events: rows.map(row => JSON.parse(row.text) as Json), next: rows.length === limit ? rows.at(-1)!.index : null })
    },
    async 'event.proof'({ params }) {
      const index = Number(params.id)
      const { tree } = store.logs.record
      if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size)
        return fail(issue('not-found', `there is no event ${params.id}`, `events 0 to ${tree.size - 1} are there`))
      await store.sealAll()
      const { rows } = await pool.query<{ note: string; size: string }>(
        'SELECT c.note, c.size::text AS size FROM checkpoint AS c WHERE c.log = $1 AND c.size > $2 ORDER BY c.size DESC LIMIT 1',
        [store.logs.record.signer.origin, index],
      )
      const newest = rows[0]
      if (newest === undefined) return fail(issue('not-found', 'the event is not sealed yet', 'ask again in a second'))
      return done({
        index,
        size: Number(newest.size),
        leaf: toBase64(tree.leaf(index)),
        proof: tree.inclusionProof(index, Number(newest.size)).map(toBase64),
        checkpoint: newest.note,
      })
    },
    async checkpoint() {
      const { rows } = await pool.query<{ note: string }>(
        'SELECT c.note FROM checkpoint AS c WHERE c.log = $1 ORDER BY c.size DESC LIMIT 1',
        [store.logs.record.signer.origin],
      )
      return rows[0] === undefined
        ? fail(issue('not-found', 'nothing was sealed yet', 'ask again in a second'))
        : done(rows[0].note, { type: 'text/plain; charset=utf-8' })
    },
    async health() {
      return done({ alive: true })
    },
    async ready() {
      const reachable = await pool.query('SELECT 1').then(
        () => undefined,
        error => (error as Error).message,
      )
      const why = reachable ?? store.fault
      return why === undefined
        ? done({ ready: true })
        : fail(issue('store-unavailable', `the record cannot be written: ${why}`, 'see the database’s log; reading goes on where it can'))
    },
    async metrics() {
      const lines = ['# TYPE cognate_requests_total counter']
      for (const [name, n] of tools.metrics.requests) {
        const [method = '', route = '', status = ''] = name.split(' ')
        lines.push(`cognate_requests_total{method="${method}",route="${route}",status="${status}"} ${n}`)
      }
      lines.push(
        '# TYPE cognate_request_milliseconds_total counter',
        `cognate_request_milliseconds_total ${tools.metrics.milliseconds.toFixed(0)}`,
      )
      lines.push(
        '# TYPE cognate_log_events gauge',
        ...Object.values(store.logs).map(log => `cognate_log_events{log="${log.name}"} ${log.tree.size}`),
      )
      lines.push(
        '# TYPE cognate_rows gauge',
        ...Object.entries(await countRows(pool)).map(([table, n]) => `cognate_rows{table="${table}"} ${n}`),
      )
      return done(`${lines.join('\n')}\n`, { type: 'text/plain; version=0.0.4; charset=utf-8' })
    },
    async openapi() {
      return done(openApiDocument())
    },
  }

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

  /** The refusal where any of the nodes lies outside the asker's site and studies. */
  async function outOfScope(call: Call, start: string, nodes: readonly string[]): Promise<Handled | undefined> {
    for (const place of await placesOfNodes(pool, [start, ...nodes])) {
      const may = call.mayAt(place)
      if (may.ok) continue
      await store.noteAccess(call.asker, '', {
        action: 'refused',
        entity: { kind: 'genealogy', id: start, version: 0 },
        reason: may.issue.code,
      })
      return may
    }
    return undefined
  }

  const list =
    (name: string): Handler =>
    async call => {
      const options = call.query as ListOptions
      const rows = await listRows(pool, RESOURCES[name]!.table, options)
      const visible: Row[] = []
      for (const row of rows) if (call.mayAt(await placeOfRow(pool, row)).ok) visible.push(row)
      return done({ [name]: visible, next: rows.length === options.limit ? rows.at(-1)!.id : null })
    }

  const show =
    (name: string): Handler =>
    async call => {
      const { table } = RESOURCES[name]!
      const id = call.params.id!
      const versions = await rowHistory(pool, table, id)
      const newest = versions.at(-1)
      if (newest === undefined)
        return fail(issue('not-found', `there is no ${table.replace('_', ' ')} ${id}`, 'check the id; scan it rather than type it'))
      const may = await scoped(call, { table, id, version: newest.version, parent: newest.parent, data: newest.data })
      if (!may.ok) return may
      return done(
        { id, parent: newest.parent, version: newest.version, data: newest.data, versions },
        { headers: { etag: `"${newest.version}"` } },
      )
    }

  const command =
    (spec: RouteSpec): Handler =>
    async call => {
      const key = call.request.headers['idempotency-key']
      if (typeof key !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(key))
        return fail(
          issue(
            'input',
            'the Idempotency-Key header is missing or has other than printable characters',
            'send a new UUID with each new request, the same one with a retry',
          ),
        )
      const match = call.request.headers['if-match']
      const version = match === undefined ? undefined : /^"(\d{1,9})"$/.exec(match)?.[1]
      if (match !== undefined && version === undefined)
        return fail(issue('input', 'If-Match holds no version', 'send the ETag that was read, such as "3"'))
      const token = call.request.headers['x-signature-token']
      const attachment = text(call.body, 'attachment_sha256')
      const attached = attachment === '' ? undefined : getFile(record.files, attachment)
      if (attached?.ok === false) return fail({ ...attached.issue, code: 'input' })
      const ran = await store.run({
        command: spec.command!,
        input: call.body,
        asker: call.asker,
        idempotencyKey: key,
        ...(typeof token === 'string' ? { signature: hashText(token) } : {}),
        ...(version === undefined ? {} : { ifVersion: Number(version) }),
      })
      if (!ran.ok) return ran
      const after = await followUp(spec.command!.name, ran.value.entity.id)
      return done({ ...ran.value, ...after }, { status: 201, headers: { etag: `"${ran.value.entity.version}"` } })
    }

  /** What an account's change brings with it. */
  async function followUp(name: string, id: string): Promise<Record<string, string>> {
    if (!name.startsWith('account.')) return {}
    await credentials.endSessionsOf(id)
    if (name === 'account.propose') return { officer_code: await credentials.beginEnrolment(id, 'officer') }
    return name === 'account.apply' ? { administrator_code: await credentials.beginEnrolment(id, 'administrator') } : {}
  }

  return spec => {
    if (spec.command !== undefined) return command(spec)
    const [resource = '', verb = ''] = spec.name.split('.')
    if (verb === 'list' && RESOURCES[resource] !== undefined) return list(resource)
    if (verb === 'show' && RESOURCES[resource] !== undefined) return show(resource)
    const handler = named[spec.name]
    if (handler === undefined) throw new Error(`the route ${spec.name} has no handler`)
    return handler
  }
}
