// Where the program's own files lie, whether it runs bundled (dist/) or from source (packages/node/src/…); and user paths, relative to where the user stands.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the checkout: the nearest folder above this file that holds packages/node. */
export const root: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'packages/node/package.json'))) {
    const above = dirname(folder)
    if (above === folder) throw new Error('the program stands outside its checkout')
    folder = above
  }
  return folder
})()

export const modelPath = (name: string): string => join(root, 'packages/node/models', name)
export const dataPath = (name: string): string => join(root, 'packages/node/data', name)
export const kernelPath = (kernel: 'class1' | 'class2' | 'scan' | 'junction' | 'match' | 'matrix'): string =>
  join(root, `dist/${kernel}-kernel.wasm`)

export const webPath = (name: string): string => join(root, 'dist/web', name)

/** A path as the user typed it. */
export const userPath = (path: string): string => resolve(process.env.COGNATE_CWD ?? process.cwd(), path)

/** Development data; undefined when it is not there. Only tests and benchmarks ask. */
export function developmentData(): string | undefined {
  const folder = resolve(root, process.env.COGNATE_DATA ?? '../shared/data')
  return existsSync(folder) ? folder : undefined
}
