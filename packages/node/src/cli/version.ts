// The program's version and the checksum of the code that runs: a stage is done again when either changed.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../read/paths.ts'

export const version = (): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version

let code: string | undefined

/** SHA-256 over the running script and the shipped model and data. */
export function codeChecksum(): string {
  if (code === undefined) {
    const hash = createHash('sha256')
    for (const path of [
      process.argv[1] ?? '',
      join(root, 'packages/node/models/class1.manifest.json'),
      join(root, 'packages/node/data/sources.json'),
    ]) {
      try {
        hash.update(readFileSync(path))
      } catch {
        hash.update(path)
      }
    }
    code = hash.digest('hex')
  }
  return code
}
