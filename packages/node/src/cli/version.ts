// The program's version and the checksum of all that it computes with: a stage is done again when either changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dataPath, kernelPath, modelPath, root } from '../read/paths.ts'

export const version = (): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version

/** What a result depends on beside its inputs: the running script, the kernels, the models (by their manifests, which hold the weights' checksums), the shipped tables. */
export function codeFiles(): readonly string[] {
  const of = (folder: string, ending: string) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter(name => name.endsWith(ending))
          .sort()
          .map(name => join(folder, name))
      : []
  return [
    process.argv[1] ?? '',
    ...of(dirname(kernelPath('class1')), '.wasm'),
    ...of(modelPath(''), '.manifest.json'),
    ...of(dataPath(''), ''),
  ]
}

let code: string | undefined

/** SHA-256 over `codeFiles`. */
export function codeChecksum(): string {
  if (code === undefined) {
    const hash = createHash('sha256')
    for (const path of codeFiles()) hash.update(existsSync(path) ? readFileSync(path) : path)
    code = hash.digest('hex')
  }
  return code
}
