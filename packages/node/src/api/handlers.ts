// Which handler a route has: lists, rows and commands by their kind, the others by name. Handlers answer a value or an issue; the server turns either into HTTP.
import { fail, type Issue, issue, type Json } from '@cognate/core/base'
import { FILE_KINDS, kindOfFile } from '@cognate/core/format'
import { type RecallData, scopeDifference } from '@cognate/core/lot'
import type { Row } from '@cognate/core/record'
import { hashText } from '../store/command-request.ts'
import { type ListOptions, listRows, placeOfRow, recallScope, rowHistory } from '../store/record-reads.ts'
import { caseHandlers } from './case-handlers.ts'
import { done, type Handler, type Handlers, type HandlerTools, text } from './handler.ts'
import { logHandlers } from './log-handlers.ts'
import { lotHandlers } from './lot-handlers.ts'
import { personHandlers } from './person-handlers.ts'
import { presentHandlers } from './present-handlers.ts'
import { resultHandlers } from './result-handlers.ts'
import { RESOURCES, type RouteSpec } from './routes.ts'
import { makeScope } from './scope.ts'
import { signInHandlers } from './sign-in-handlers.ts'
import { trialHandlers } from './trial-handlers.ts'

export function makeHandlers(tools: HandlerTools): (spec: RouteSpec) => Handler {
  const { record, credentials } = tools
  const { store } = record
  const { pool } = store
  const scope = makeScope(store)

  const named: Handlers = {
    ...signInHandlers(tools),
    ...lotHandlers(tools, scope),
    ...personHandlers(tools, scope),
    ...logHandlers(tools),
    ...caseHandlers(tools.cases, scope),
    ...presentHandlers(),
    ...resultHandlers(tools),
    ...trialHandlers(tools.trials, scope),
    async 'file.write'({ request }) {
      if (!Buffer.isBuffer(request.body) || request.body.length === 0)
        return fail(issue('input', 'the bytes of a file are expected', 'send them as application/octet-stream'))
      const kind = kindOfFile(request.body)
      if (kind === undefined)
        return fail(issue('file-kind', 'the file is of no kind that the record keeps', `attach one of ${FILE_KINDS.join(', ')}`))
      const sha256 = await record.files.put(request.body)
      return sha256.ok ? done({ kind, sha256: sha256.value, bytes: request.body.length }, { status: 201 }) : sha256
    },
    async 'file.read'({ params }) {
      const file = await record.files.get(params.id!)
      if (!file.ok) return file.issue.code === 'file-missing' ? fail({ ...file.issue, code: 'not-found' }) : file
      return done(file.value, {
        type: 'application/octet-stream',
        headers: { 'content-disposition': `attachment; filename="${params.id}"` },
      })
    },
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
      const may = await scope.scoped(call, { table, id, version: newest.version, parent: newest.parent, data: newest.data })
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
      const scopeFault = await recallScopeFault(spec.command!.name, call.body)
      if (scopeFault !== undefined) return fail(scopeFault)
      const token = call.request.headers['x-signature-token']
      const attachment = text(call.body, 'attachment_sha256')
      const attached = attachment === '' ? undefined : await record.files.get(attachment)
      if (attached?.ok === false) return attached.issue.code === 'files-unreachable' ? attached : fail({ ...attached.issue, code: 'input' })
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

  /** Why a recall's list is not what the genealogy says now; undefined where it is, or the command is about no list. Errors of the item come from the command itself. */
  async function recallScopeFault(name: string, body: Json): Promise<Issue | undefined> {
    if (!['recall.open', 'recall.extend', 'recall.close'].includes(name)) return undefined
    const held = (await rowHistory(pool, 'recall', text(body, 'id'))).at(-1)?.data as RecallData | undefined
    const start = name === 'recall.open' ? text(body, 'start') : held?.start
    if (start === undefined) return undefined
    const reached = await recallScope(pool, start)
    if (!reached.ok) return reached.issue
    const { affected } = body as { affected?: readonly string[] }
    const list = name === 'recall.close' ? (held?.items.map(({ item }) => item) ?? []) : (affected ?? [])
    const difference = scopeDifference(list, reached.value.affected)
    return difference === ''
      ? undefined
      : issue(
          'recall-scope',
          `${start} reached ${reached.value.affected.length} items, the recall has ${list.length}; ${difference}`,
          name === 'recall.close' ? 'take them in by recall.extend' : 'ask again what it reached, and name all of it',
        )
  }

  /** What the change of an account or a station brings with it. */
  async function followUp(name: string, id: string): Promise<Record<string, string>> {
    if (name === 'station.register') return { station_code: await credentials.stations.begin(id) }
    if (name === 'station.withdraw') await credentials.stations.end(id)
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
