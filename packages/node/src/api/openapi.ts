// The interface as OpenAPI 3.1, from the same schemas that validate requests.
import { z } from 'zod'
import { version } from '../cli/version.ts'
import { ROUTES, type RouteSpec } from './routes.ts'

type Schema = { readonly [key: string]: unknown }

/** A body without what stands in the path. */
function bodySchema(route: RouteSpec): Schema | undefined {
  if (route.body === undefined) return undefined
  const schema = z.toJSONSchema(route.body, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' }) as {
    properties?: Record<string, unknown>
    required?: string[]
    $schema?: string
  }
  delete schema.$schema
  if (route.path.includes(':id') && schema.properties !== undefined) {
    delete schema.properties.id
    schema.required = (schema.required ?? []).filter(name => name !== 'id')
  }
  return schema
}

const problem = { description: 'a problem', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }

export function openApiDocument(): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const route of ROUTES) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
    const parameters: Schema[] = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', maxLength: 200 },
    }))
    const query =
      route.query === undefined ? undefined : (z.toJSONSchema(route.query, { io: 'input' }) as { properties?: Record<string, Schema> })
    for (const [name, schema] of Object.entries(query?.properties ?? {})) parameters.push({ name, in: 'query', required: false, schema })
    if (route.command !== undefined)
      parameters.push(
        { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1, maxLength: 100 } },
        { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' }, description: 'the version that was seen' },
        ...(route.command.meaning === undefined
          ? []
          : [
              {
                name: 'X-Signature-Token',
                in: 'header',
                required: false,
                schema: { type: 'string' },
                description: `of a signature with the meaning "${route.command.meaning}"`,
              },
            ]),
      )
    const body = bodySchema(route)
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = {
      operationId: route.name,
      summary: route.title,
      description:
        route.policy === 'public' ? 'no session' : route.policy === 'session' ? 'any session' : `action "${route.policy.action}"`,
      ...(typeof route.policy === 'object' ? { 'x-action': route.policy.action } : {}),
      ...(route.command?.event === undefined ? {} : { 'x-event': route.command.event }),
      parameters,
      ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
      responses: { 200: { description: 'done' }, default: problem },
      ...(route.policy === 'public' ? { security: [] } : {}),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cognate record',
      version: version(),
      description:
        'Identity, lots, release and audit of a personalised cell therapy. Research software: it supports decisions, it does not make them.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-cognate' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            code: { type: 'string' },
            instance: { type: 'string' },
          },
        },
      },
    },
    paths,
  }
}
