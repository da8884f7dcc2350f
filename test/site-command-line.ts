import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './oracle-data.ts'
import type { Person, Site } from './record-site.ts'

/** The command line beside a site's server, with a new session of a person. */
export async function commandLine(site: Site, person: Person, args: readonly string[], proof: () => Record<string, string> = () => ({})) {
  if (!site.app.server.listening) await site.app.listen({ port: 0, host: '127.0.0.1' })
  const server = site.app.listeningOrigin
  await person.signIn()
  const session = join(site.folder, `${person.account}.session`)
  writeFileSync(session, JSON.stringify({ server, cookie: person.cookie, csrf: person.csrf }), { mode: 0o600 })
  return new Promise<{ code: number; out: string; err: string }>(resolve => {
    const child = execFile(
      join(root, 'cognate'),
      [...args, '--server', server, '--session', session],
      { env: { ...process.env, COGNATE_CWD: site.folder, ...proof() } },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}
