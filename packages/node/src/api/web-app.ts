// The web app's three files, as the build made them. They are the same for everybody: what is shown comes through the interface, after signing in.
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { webPath } from '../read/paths.ts'

/** Of every answer: no script and no style but the app's own. */
export const PAGE_POLICY = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
    },
  },
}

export const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/app.css', 'app.css', 'text/css; charset=utf-8'],
] as const

export function serveWebApp(app: FastifyInstance): void {
  for (const [url, name, type] of FILES) app.get(url, { config: { policy: 'public' } }, (_request, reply) => sendPage(reply, name, type))
}

const kept = new Map<string, Buffer>()

/** One of the app's files. */
export function sendPage(reply: FastifyReply, name: string, type: string): FastifyReply {
  const bytes = kept.get(name) ?? readFileSync(webPath(name))
  kept.set(name, bytes)
  return reply.header('cache-control', 'no-cache').type(type).send(bytes)
}
