// The HTTP interface of the record on fastify: every route of the table, its policy asked before anything else, problems as RFC 9457, nothing identifying in the logs.
import { randomUUID } from 'node:crypto'
import { ANYWHERE, authorise, type Place, type Role } from '@cognate/core/access'
import { fail, type Issue, issue, type Json, ok, type Result } from '@cognate/core/base'
import { standingOf } from '@cognate/core/record'
import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import fastifyRateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Asker } from '../store/command-request.ts'
import type { OpenRecord } from '../store/open-record.ts'
import { type Clock, SYSTEM_CLOCK } from '../store/record-clock.ts'
import { type CasePlace, keepingIn } from './case-desk.ts'
import { CaseRuns } from './case-runs.ts'
import { COOKIE, STATION_COOKIE, setCookie, setStationCookie } from './cookies.ts'
import { type CredentialOptions, Credentials, type Session } from './credentials.ts'
import type { Handled } from './handler.ts'
import { makeHandlers } from './handlers.ts'
import { openPersonKeys } from './person.ts'
import { noRoute, sendAnswer, sendProblem } from './reply.ts'
import { checkShape } from './request-shape.ts'
import { ROUTES, type RouteSpec } from './routes.ts'
import { typedSecret } from './secret.ts'
import type { TrialPlace } from './trial-desk.ts'
import { PAGE_POLICY, serveWebApp } from './web-app.ts'

const BODY_MOST = 1 << 20
const FILE_MOST = 64 << 20

export interface ServerOptions {
  readonly clock?: Clock
  /** Cheaper password hashing; for tests. */
  readonly argon?: CredentialOptions['argon']
  readonly breached?: ReadonlySet<string>
  /** Requests a minute and address: of authentication, of everything else. */
  readonly limits?: { readonly authentication: number; readonly other: number }
  /** One line of JSON a request. */
  readonly log?: (line: string) => void
  /** Cases that can be looked at and run; `program` is the command line that knows `run`. */
  readonly cases?: CasePlace & { readonly program: readonly string[] }
  readonly trials?: TrialPlace
  /** Address of the web app for passkeys, told when it is known. */
  readonly originOf?: CredentialOptions['originOf']
  /** Commands of the record are taken from registered stations alone; accounts and stations themselves from anywhere. */
  readonly stationsOnly?: boolean
  /** The API stands behind a proxy that ends TLS, or on loopback. */
  readonly trustProxy?: boolean
}

export interface RecordServer {
  readonly app: FastifyInstance
  readonly credentials: Credentials
  /** One-time token of the set-up, as long as no account exists. */
  readonly setupToken: string | undefined
}

/** What a handler is given: who asks, with which role, and the checked request. */
export interface Call {
  readonly request: FastifyRequest
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: Json
  readonly asker: Asker
  readonly session: Session | undefined
  readonly role: Role | ''
  readonly account: ReturnType<typeof standingOf> | undefined
  /** Is the action allowed there too? The scope is known only after the row was read. */
  readonly mayAt: (place: Place) => Result<Role>
}

/** Is it a command that has to come from a registered station, where the site asks for that? */
const isOfStation = ({ command, name }: RouteSpec): boolean => command !== undefined && !/^(account|station)\./.test(name)

const unregistered = issue(
  'station-unknown',
  'this computer is no registered station, and the record is written at those alone',
  'go to one, or have the administrator register this one',
)

export async function buildServer(record: OpenRecord, options: ServerOptions = {}): Promise<RecordServer> {
  const clock = options.clock ?? SYSTEM_CLOCK
  const { store } = record
  const credentials = new Credentials(store.pool, {
    clock,
    ...(options.argon === undefined ? {} : { argon: options.argon }),
    ...(options.breached === undefined ? {} : { breached: options.breached }),
    originOf: options.originOf,
  })
  const { rows } = await store.pool.query('SELECT 1 FROM account LIMIT 1')
  let setupToken: string | undefined = rows.length === 0 ? typedSecret(24) : undefined
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_MOST,
    trustProxy: options.trustProxy === true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    requestTimeout: 30_000,
    return503OnClosing: true,
  })
  await app.register(fastifyCookie)
  await app.register(fastifyHelmet, PAGE_POLICY)
  const limits = options.limits ?? { authentication: 60, other: 6000 }
  await app.register(fastifyRateLimit, {
    global: true,
    max: limits.other,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, context) => ({
      statusCode: 429,
      ...issue('rate-limit', 'too many requests from this address', `wait ${Math.ceil(context.ttl / 1000)} s`),
    }),
  })
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: FILE_MOST }, (_request, body, done) =>
    done(null, body),
  )

  const personKeys = openPersonKeys(`${record.folder}/keys`)
  const metrics = { requests: new Map<string, number>(), milliseconds: 0 }
  const cases =
    options.cases === undefined
      ? undefined
      : { place: options.cases, runs: new CaseRuns(options.cases.program, clock, keepingIn(options.cases)) }
  app.addHook('preClose', async () => cases?.runs.close())
  const handlers = makeHandlers({
    record,
    credentials,
    clock,
    personKeys,
    metrics,
    cases,
    trials: options.trials,
    stationsOnly: options.stationsOnly === true,
    setup: {
      token: () => setupToken,
      used: () => {
        setupToken = undefined
      },
    },
  })

  // what was asked is of one person and one moment: nothing keeps it
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })

  // a route without a policy cannot be registered
  app.addHook('onRoute', route => {
    const methods = [route.method].flat().filter(method => method !== 'HEAD' && method !== 'OPTIONS')
    if (methods.length > 0 && (route.config as { policy?: unknown } | undefined)?.policy === undefined)
      throw new Error(`${methods.join()} ${route.url} has no policy`)
  })

  const who = async (
    request: FastifyRequest,
    spec: RouteSpec,
  ): Promise<Result<Pick<Call, 'asker' | 'session' | 'role' | 'account' | 'mayAt'>, Issue>> => {
    const anonymous: Asker = { account: '', session: '', factors: [], station: request.ip, request: request.id }
    if (spec.policy === 'public')
      return ok({ asker: anonymous, session: undefined, role: '', account: undefined, mayAt: () => ok('auditor') })
    const token = request.cookies[COOKIE]
    const found = token === undefined ? undefined : await credentials.session(token, request.cookies[STATION_COOKIE])
    if (found === undefined) return fail(issue('sign-in', 'nobody is signed in, or the session ended', 'sign in by POST /api/v1/sessions'))
    const { session } = found
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (!reads && !credentials.csrfFits(session, request.headers['x-csrf-token'] as string | undefined))
      return fail(issue('csrf', 'the X-CSRF-Token header is missing or not of this session', 'send the token that signing in answered'))
    const called = session.station === '' ? request.ip : session.station
    const station = session.registered ? called : `${called} (not registered)`
    const asker: Asker = { account: session.account, session: session.id, factors: session.factors, station, request: request.id }
    const account = standingOf(session.account, found.account)
    if (account.disabled) return fail(issue('account-disabled', `${session.account} is disabled`, 'ask the security officer'))
    const { policy } = spec
    if (policy === 'session')
      return ok({ asker, session, role: account.roles[0] ?? '', account, mayAt: () => ok(account.roles[0] ?? 'auditor') })
    const at = new Date(clock.now()).toISOString()
    const mayAt = (place: Place) => authorise(account, policy.action, place, at)
    const role = mayAt(ANYWHERE)
    const isElsewhere = options.stationsOnly === true && !session.registered && isOfStation(spec)
    const allowed = role.ok && isElsewhere ? fail(unregistered) : role
    if (!allowed.ok) {
      await store.noteAccess(asker, '', {
        action: 'refused',
        entity: { kind: 'route', id: spec.name, version: 0 },
        reason: allowed.issue.code,
      })
      return allowed
    }
    return ok({ asker, session, role: allowed.value, account, mayAt })
  }

  for (const spec of ROUTES) {
    const handle = handlers(spec)
    app.route({
      method: spec.method,
      url: `/api/v1${spec.path}`,
      ...(spec.bodyMost === undefined ? {} : { bodyLimit: spec.bodyMost }),
      config: {
        policy: spec.policy,
        ...(spec.authentication === true ? { rateLimit: { max: limits.authentication, timeWindow: 60_000 } } : {}),
      },
      handler: async (request, reply) => {
        const known = await who(request, spec)
        if (!known.ok) return sendProblem(reply, known.issue)
        const params = request.params as Record<string, string>
        const shaped = checkShape(request, spec, params)
        if (!shaped.ok) return sendProblem(reply, shaped.issue)
        const handled: Handled = await handle({ request, params, ...shaped.value, ...known.value })
        if (!handled.ok) return sendProblem(reply, handled.issue)
        const { cookie, stationCookie } = handled.value
        if (cookie !== undefined) setCookie(reply, cookie)
        if (stationCookie !== undefined) setStationCookie(reply, stationCookie)
        return sendAnswer(reply, handled.value)
      },
    })
  }

  serveWebApp(app)
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => sendProblem(reply, noRoute(request)))
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string; what?: string; remedy?: string }, _request, reply) => {
    if (error.code === 'rate-limit') return sendProblem(reply, issue('rate-limit', error.what ?? '', error.remedy ?? ''))
    if (error.statusCode === 413)
      return sendProblem(
        reply,
        issue(
          'payload-too-large',
          'the body is too large',
          'send less than 1 MiB (a file of results: 16); attachments go to /api/v1/files',
        ),
      )
    if (error.statusCode === 415) return sendProblem(reply, issue('media-type', 'the media type is not taken', 'send application/json'))
    if (error.statusCode !== undefined && error.statusCode < 500)
      return sendProblem(reply, issue('body', 'the request could not be read', 'send well-formed JSON'))
    // the trace stays here; the asker gets the request's id
    options.log?.(JSON.stringify({ level: 'error', request: reply.request.id, error: error.stack ?? error.message }))
    return sendProblem(reply, issue('bug', 'this is a bug', `report it with the request ${reply.request.id}`))
  })
  app.addHook('onResponse', async (request, reply) => {
    const name = `${request.method} ${request.routeOptions.url ?? 'none'} ${reply.statusCode}`
    metrics.requests.set(name, (metrics.requests.get(name) ?? 0) + 1)
    metrics.milliseconds += reply.elapsedTime
    options.log?.(
      JSON.stringify({
        time: new Date(clock.now()).toISOString(),
        request: request.id,
        method: request.method,
        route: request.routeOptions.url ?? '',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      }),
    )
  })
  await app.ready()
  return {
    app,
    credentials,
    get setupToken() {
      return setupToken
    },
  }
}
