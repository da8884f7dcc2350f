// Outputs of a stage appear together or not at all: written beside their place, then renamed. Text is UTF-8; names that end in .gz are compressed.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export const sha256OfFile = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Writes all files below `folder`, whole. */
export function writeOutputs(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  const partial = join(folder, '.partial')
  rmSync(partial, { recursive: true, force: true })
  for (const [name, text] of files) {
    const path = join(partial, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text, { level: 6 }) : text)
  }
  for (const name of files.keys()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    renameSync(join(partial, name), join(folder, name))
  }
  rmSync(partial, { recursive: true, force: true })
}
