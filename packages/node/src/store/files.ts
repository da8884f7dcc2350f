// Attached files by their SHA-256: in a folder (`ab/cdef…`, written to a temporary name, fsynced, renamed) or in an S3-compatible store. Read back and hashed at every use that
// reaches a decision.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import { writeDurably } from './signer.ts'

export interface FileStore {
  /** The SHA-256 of what was kept. Errors: `files-unreachable`. */
  put(bytes: Uint8Array): Promise<Result<string, Issue>>
  /** Errors: `file-missing`, `file-changed`, `files-unreachable`. */
  get(sha256: string): Promise<Result<Buffer, Issue>>
  /** The SHA-256 of every file that is kept, sorted. Errors: `files-unreachable`. */
  list(): Promise<Result<readonly string[], Issue>>
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Where a file lies below the folder or the prefix: `ab/cdef…`. */
export const placeOfFile = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256.slice(2)}`

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

export const missingFile = (sha256: string): Result<never, Issue> =>
  fail(issue('file-missing', `there is no file ${sha256}`, 'attach it again; it has to have the same hash'))

/** The bytes, when they are those that the name says. Errors: `file-changed`. */
export function provenFile(sha256: string, bytes: Buffer): Result<Buffer, Issue> {
  const found = sha256Of(bytes)
  return found === sha256 ? ok(bytes) : fail(issue('file-changed', `the file ${sha256} has the hash ${found}`, 'put it back from a backup'))
}

export class FolderFiles implements FileStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async put(bytes: Uint8Array): Promise<Result<string, Issue>> {
    const sha256 = sha256Of(bytes)
    const path = join(this.folder, placeOfFile(sha256))
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeDurably(path, bytes)
    }
    return ok(sha256)
  }

  async get(sha256: string): Promise<Result<Buffer, Issue>> {
    const path = join(this.folder, placeOfFile(sha256))
    return isSha256(sha256) && existsSync(path) ? provenFile(sha256, readFileSync(path)) : missingFile(sha256)
  }

  async list(): Promise<Result<readonly string[], Issue>> {
    if (!existsSync(this.folder)) return ok([])
    const names = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).map(name => name.replace(/[\\/]/g, ''))
    return ok(names.filter(isSha256).sort())
  }
}
