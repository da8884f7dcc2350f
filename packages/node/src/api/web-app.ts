// The web app's three files, as the build made them. They are the same for everybody: what is shown comes through the interface, after signing in.
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { webPath } from '../read/paths.ts'

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/app.css', 'app.css', 'text/css; charset=utf-8'],
] as const

export function serveWebApp(app: FastifyInstance): void {
  for (const [url, name, type] of FILES) {
    const bytes = readFileSync(webPath(name))
    app.get(url, { config: { policy: 'public' } }, (_request, reply) => reply.header('cache-control', 'no-cache').type(type).send(bytes))
  }
}
