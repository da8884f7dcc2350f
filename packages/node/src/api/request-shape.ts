// A request's query and body in the shapes that its route declares; what is not well-formed text, or nested too deeply, goes no further.
import { fail, type Issue, issue, type Json, ok, type Result } from '@cognate/core/base'
import type { FastifyRequest } from 'fastify'
import type { RouteSpec } from './routes.ts'

const DEPTH_MOST = 32

/** Query and body in their shapes, with `id` of the path in the body; texts well-formed, without NUL, not too deep. */
export function checkShape(
  request: FastifyRequest,
  spec: RouteSpec,
  params: Readonly<Record<string, string>>,
): Result<{ readonly query: unknown; readonly body: Json }, Issue> {
  if (Object.values(params).some(value => !isText(value)))
    return fail(issue('input', 'the path holds a NUL or a broken character', 'check the id'))
  let query: unknown
  if (spec.query !== undefined) {
    const parsed = spec.query.safeParse(request.query)
    if (!parsed.success)
      return fail(
        issue(
          'input',
          `query: ${parsed.error.issues.map(one => `${one.path.join('.')}: ${one.message}`).join('; ')}`,
          'see /api/v1/openapi.json',
        ),
      )
    query = parsed.data
  }
  if (spec.body === undefined) return ok({ query, body: null })
  const { body } = request
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Buffer.isBuffer(body))
    return fail(issue('input', 'a JSON object is expected as the body', 'see /api/v1/openapi.json'))
  if (!isClean(body as Json, 0))
    return fail(issue('input', 'the body holds a NUL, a broken character, or is nested too deeply', 'send well-formed text'))
  const given = spec.command !== undefined && spec.path.includes(':id') ? { ...body, id: params.id } : body
  const parsed = spec.body.safeParse(given)
  if (!parsed.success)
    return fail(
      issue(
        'input',
        parsed.error.issues.map(one => `${one.path.join('.') || 'body'}: ${one.message}`).join('; '),
        'see /api/v1/openapi.json',
      ),
    )
  return ok({ query, body: parsed.data as Json })
}

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')

function isClean(value: Json | undefined, depth: number): boolean {
  if (depth > DEPTH_MOST) return false
  if (typeof value === 'string') return isText(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(one => isClean(one as Json, depth + 1))
  return Object.entries(value).every(([key, inner]) => isText(key) && key !== '__proto__' && isClean(inner as Json, depth + 1))
}
