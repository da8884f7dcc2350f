// Cases and trials in the browser for one person at their own computer: the same screens and routes without accounts and without a record.
// Loopback only. The address that is printed holds a key of this start; the browser keeps it in a cookie that no other site can send, and names of other hosts are refused.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Role } from '@cognate/core/access'
import { fail, issue, ok } from '@cognate/core/base'
import fastifyCookie from '@fastify/cookie'
import fastifyHelmet from '@fastify/helmet'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { SYSTEM_CLOCK } from '../store/record-clock.ts'
import type { CasePlace } from './case-desk.ts'
import { caseHandlers } from './case-handlers.ts'
import { CASE_ROUTES } from './case-routes.ts'
import { CaseRuns } from './case-runs.ts'
import { done, type Handlers } from './handler.ts'
import { openApiDocument } from './openapi.ts'
import { presentHandlers } from './present-handlers.ts'
import { noRoute, sendAnswer, sendProblem } from './reply.ts'
import { checkShape } from './request-shape.ts'
import type { RouteSpec } from './routes.ts'
import type { Gate } from './scope.ts'
import type { Call } from './server.ts'
import type { TrialPlace } from './trial-desk.ts'
import { trialHandlers } from './trial-handlers.ts'
import { TRIAL_ROUTES } from './trial-routes.ts'
import { FILES, PAGE_POLICY, sendPage } from './web-app.ts'

export interface ViewerPlaces {
  readonly cases: CasePlace | undefined
  readonly trials: TrialPlace | undefined
  /** The command line that knows `run`. */
  readonly program: readonly string[]
}

const COOKIE = 'cognate-view'
const ROLES: readonly Role[] = ['scientist', 'statistician']

/** Whoever sits at the computer may read and run what lies in its folders; there is no log to note it in. */
const GATE: Gate = { allowed: async (call, place) => call.mayAt(place), note: async () => {} }

const PERSON: Pick<Call, 'session' | 'role' | 'account' | 'mayAt'> = {
  session: undefined,
  role: 'scientist',
  account: undefined,
  mayAt: () => ok('scientist'),
}

const LOCAL_ROUTES: readonly RouteSpec[] = [
  ...CASE_ROUTES,
  ...TRIAL_ROUTES,
  { name: 'session.show', method: 'GET', path: '/session', title: 'Who is here', policy: 'session' },
  { name: 'openapi', method: 'GET', path: '/openapi.json', title: 'The interface', policy: 'session' },
]

const same = (a: string, b: string): boolean => {
  const [x, y] = [a, b].map(text => createHash('sha256').update(text).digest())
  return timingSafeEqual(x!, y!)
}

/** `key` is to be sent once, as `/?key=…`. */
export async function buildViewer(places: ViewerPlaces): Promise<{ readonly app: FastifyInstance; readonly key: string }> {
  const key = randomBytes(24).toString('base64url')
  const app = Fastify({ logger: false, bodyLimit: 1 << 20, genReqId: () => randomUUID(), routerOptions: { maxParamLength: 200 } })
  await app.register(fastifyCookie)
  await app.register(fastifyHelmet, PAGE_POLICY)
  const cases = places.cases === undefined ? undefined : { place: places.cases, runs: new CaseRuns(places.program, SYSTEM_CLOCK) }
  app.addHook('preClose', async () => cases?.runs.close())
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  const handlers: Handlers = {
    ...caseHandlers(cases, GATE),
    ...presentHandlers(),
    ...trialHandlers(places.trials, GATE),
    'session.show': async () => done({ account: 'local', name: 'this computer', roles: ROLES, local: true }),
    openapi: async () => done(openApiDocument()),
  }

  const holdsKey = (request: FastifyRequest) => same(request.cookies[COOKIE] ?? '', key)

  /** A name that leads here by another host's rule is refused, and so is who does not hold the key. */
  const guard = (request: FastifyRequest) => {
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
      return fail(issue('no-route', `${request.headers.host ?? 'nobody'} is not this computer`, 'open the address that was printed'))
    if (!holdsKey(request))
      return fail(issue('sign-in', 'this browser does not hold the key', 'open the address that `cognate view` printed'))
    // other sites' forms and links cannot send it
    if (request.method !== 'GET' && request.headers['x-csrf-token'] === undefined)
      return fail(issue('csrf', 'the X-CSRF-Token header is missing', 'send it, whatever its value'))
    return ok(undefined)
  }

  for (const [url, name, type] of FILES)
    app.get(url, (request, reply) => {
      const given = (request.query as { readonly key?: string }).key
      if (url === '/' && given === undefined && !holdsKey(request))
        return reply.status(401).type('text/plain; charset=utf-8').send('Open the address that `cognate view` printed.\n')
      if (url !== '/' || given === undefined) return sendPage(reply, name, type)
      if (!same(given, key))
        return sendProblem(reply, issue('sign-in', 'this key is of another start', 'open the address that was printed last'))
      return reply.setCookie(COOKIE, key, { path: '/', httpOnly: true, sameSite: 'strict' }).redirect('/', 303)
    })
  for (const spec of LOCAL_ROUTES)
    app.route({
      method: spec.method,
      url: `/api/v1${spec.path}`,
      handler: async (request, reply) => {
        const known = guard(request)
        if (!known.ok) return sendProblem(reply, known.issue)
        const params = request.params as Record<string, string>
        const shaped = checkShape(request, spec, params)
        if (!shaped.ok) return sendProblem(reply, shaped.issue)
        const asker = { account: 'local', session: '', factors: [], station: request.ip, request: request.id }
        const handled = await handlers[spec.name]!({ request, params, ...shaped.value, ...PERSON, asker })
        return handled.ok ? sendAnswer(reply, handled.value) : sendProblem(reply, handled.issue)
      },
    })
  app.setNotFoundHandler((request, reply) => sendProblem(reply, noRoute(request)))
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    sendProblem(
      reply,
      error.statusCode !== undefined && error.statusCode < 500
        ? issue('body', 'the request could not be read', 'send well-formed JSON')
        : issue('bug', `this is a bug: ${error.stack ?? error.message}`, 'report it'),
    ),
  )
  await app.ready()
  return { app, key }
}
