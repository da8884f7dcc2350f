// What a handler answered, as HTTP: an answer, or a problem document (RFC 9457).
import { type Issue, issue } from '@cognate/core/base'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './handler.ts'
import { problemOf, statusOf } from './problem.ts'

export function sendAnswer(reply: FastifyReply, { body, status = 200, type, headers = {} }: Answer): FastifyReply {
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  reply.status(status)
  return type === undefined ? reply.send(body) : reply.type(type).send(body)
}

export function sendProblem(reply: FastifyReply, problem: Issue): FastifyReply {
  const retry = (problem as Issue & { retry_after?: number }).retry_after
  if (retry !== undefined) reply.header('retry-after', String(retry))
  return reply
    .status(statusOf(problem))
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(problemOf(problem, reply.request.id))
}

export const noRoute = ({ method, url }: FastifyRequest): Issue =>
  issue('no-route', `there is no ${method} ${url.split('?')[0]}`, 'see /api/v1/openapi.json')
