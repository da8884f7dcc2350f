// A server's start: what keeps it from its address is said, not thrown.
import { existsSync, statSync } from 'node:fs'
import { issue } from '@cognate/core/base'
import { userPath } from '../read/paths.ts'
import { InputFault } from './exit.ts'

interface Listener {
  readonly listen: (at: { readonly host: string; readonly port: number }) => Promise<string>
}

/** The address it listens at. Throws an `InputFault`: `port-taken`, `port-refused`, `host-unknown`. */
export async function listen(app: Listener, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE')
      throw new InputFault(issue('port-taken', `something listens on port ${port} already`, 'stop it, or say --port 0 for a free one'))
    if (code === 'EACCES') throw new InputFault(issue('port-refused', `port ${port} is not for this user`, 'take one above 1023'))
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new InputFault(issue('host-unknown', `${host} is no address of this computer`, 'name one of its own, such as 127.0.0.1'))
    throw error
  }
}

/** Folders that a server was given. Throws an `InputFault`: `folder-missing`. */
export function checkFolders(folders: readonly (string | undefined)[]): void {
  for (const folder of folders)
    if (folder !== undefined && !(existsSync(userPath(folder)) && statSync(userPath(folder)).isDirectory()))
      throw new InputFault({ ...issue('folder-missing', 'there is no such folder', 'check the path'), file: folder })
}
