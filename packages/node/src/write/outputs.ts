// Outputs of a stage appear together or not at all: written beside their place, then renamed. Text is UTF-8; names that end in .gz are compressed.
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

export const sha256OfFile = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** A text, bytes, or the pieces of a text that may be too long for one. */
export type Output = string | Uint8Array | (() => Iterable<string>)

/** Writes all files below `folder`, whole. */
export function writeOutputs(folder: string, files: ReadonlyMap<string, Output>): void {
  const partial = join(folder, '.partial')
  rmSync(partial, { recursive: true, force: true })
  for (const [name, output] of files) {
    const path = join(partial, name)
    mkdirSync(dirname(path), { recursive: true })
    if (typeof output === 'function') writePieces(path, output())
    else writeFileSync(path, name.endsWith('.gz') ? gzipSync(output, { level: 6 }) : output)
  }
  for (const name of files.keys()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    renameSync(join(partial, name), join(folder, name))
  }
  rmSync(partial, { recursive: true, force: true })
}

function writePieces(path: string, pieces: Iterable<string>): void {
  const descriptor = openSync(path, 'w')
  try {
    for (const piece of pieces) writeFileSync(descriptor, piece)
  } finally {
    closeSync(descriptor)
  }
}
