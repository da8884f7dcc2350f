// Development data for tests and benchmarks: found by COGNATE_DATA, else beside the checkout.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

export const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
export const folder = resolve(root, process.env.COGNATE_DATA ?? '../shared/data')
export const isThere = existsSync(folder)

export const data = (path: string): string => join(folder, path)

export function readData(path: string): string {
  const bytes = readFileSync(data(path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

export type Row = Readonly<Record<string, string>>
