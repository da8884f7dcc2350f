// A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, `GET /HASH/checkpoint`. Nobody signs in: a request is as good as the log's signature in it.
import fastifyRateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Witness, WitnessAnswer } from '../store/witness.ts'

/** 63 hashes and a checkpoint of a hundred signatures are less. */
const BODY_MOST = 1 << 16

/** Requests a minute from one address: a log asks once a second at most. */
export const WITNESS_MOST = 600

/** `log`: one line a request. */
export function buildWitnessServer(
  witness: Witness,
  log: (line: string) => void = () => undefined,
  most: number = WITNESS_MOST,
): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: BODY_MOST, requestTimeout: 30_000, return503OnClosing: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const send = ({ status, type, body }: WitnessAnswer, reply: FastifyReply) => reply.status(status).header('content-type', type).send(body)
  void app.register(fastifyRateLimit, { max: most, timeWindow: 60_000 })
  // behind the limit, which knows the routes that come after it
  void app.register(async limited => {
    limited.post('/add-checkpoint', (request, reply) => send(witness.add(typeof request.body === 'string' ? request.body : ''), reply))
    limited.get<{ Params: { hash: string } }>('/:hash/checkpoint', (request, reply) => send(witness.checkpoint(request.params.hash), reply))
  })
  app.addHook('onResponse', async (request, reply) =>
    log(`${new Date().toISOString()} ${request.method} ${request.url} ${reply.statusCode}`),
  )
  return app
}
