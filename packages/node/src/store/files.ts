// Attached files by their SHA-256, in a folder: `ab/cdef…`. Written to a temporary name, fsynced, renamed; read back and hashed at every use that reaches a decision.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { writeDurably } from './signer.ts'

const placeOf = (folder: string, sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2))

export function putFile(folder: string, bytes: Uint8Array): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = placeOf(folder, sha256)
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeDurably(path, bytes)
  }
  return sha256
}

/** Errors: `file-missing`, `file-changed`. */
export function getFile(folder: string, sha256: string): Result<Buffer, Issue> {
  const path = placeOf(folder, sha256)
  if (!/^[0-9a-f]{64}$/.test(sha256) || !existsSync(path))
    return fail(issue('file-missing', `there is no file ${sha256}`, 'attach it again; it has to have the same hash'))
  const bytes = readFileSync(path)
  const found = createHash('sha256').update(bytes).digest('hex')
  return found === sha256 ? ok(bytes) : fail(issue('file-changed', `the file ${sha256} has the hash ${found}`, 'put it back from a backup'))
}
