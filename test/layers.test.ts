import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CORE_LIBRARIES, checkLayers, ORDER, type Violation } from './layers.ts'
import { root } from './oracle.ts'

function sources(): Map<string, string> {
  const files = new Map<string, string>()
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) walk(path)
      else if (/\.tsx?$/.test(name) && !/\.test\.ts$|\.d\.ts$|\.as\.ts$/.test(name))
        files.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'))
    }
  }
  for (const name of ['core', 'node', 'web']) walk(join(root, 'packages', name, 'src'))
  return files
}

test('the sources keep every wall', () => {
  const files = sources()
  expect(files.size).toBeGreaterThan(90)
  expect(checkLayers(files)).toEqual([])
})

test('every folder of core is in the order, and every listed library is used', () => {
  const files = [...sources().keys()]
  const folders = new Set(files.flatMap(file => /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1] ?? []))
  expect([...folders].filter(folder => !ORDER.includes(folder))).toEqual([])
  const text = [...sources().values()].join('\n')
  expect(Object.keys(CORE_LIBRARIES).filter(library => !text.includes(`'${library}'`))).toEqual([])
})

const planted: readonly (readonly [Violation['wall'], string, string])[] = [
  ['upward-import', 'packages/core/src/base/planted.ts', "import { x } from '../bio/index.ts'"],
  ['upward-import', 'packages/core/src/neoantigen/planted.ts', "export { y } from '../construct/index.ts'"],
  ['deep-import', 'packages/core/src/construct/planted.ts', "import { x } from '../bio/germline.ts'"],
  ['deep-import', 'packages/node/src/cli/planted.ts', "import { x } from '../../../core/src/bio/index.ts'"],
  ['deep-import', 'packages/web/src/planted.ts', "import { x } from '@cognate/core/bio/germline.ts'"],
  ['library-in-core', 'packages/core/src/bio/planted.ts', "import { readFileSync } from 'node:fs'"],
  ['library-in-core', 'packages/core/src/bio/planted.ts', "const fs = await import('lodash')"],
  ['rim-crossing', 'packages/node/src/cli/planted.ts', "import { App } from '@cognate/web'"],
  ['rim-crossing', 'packages/web/src/planted.ts', "import { read } from '../../node/src/read/text.ts'"],
  ['rim-crossing', 'packages/core/src/bio/planted.ts', "import { read } from '../../../node/src/read/text.ts'"],
  ['platform-in-core', 'packages/core/src/bio/planted.ts', 'export const now = () => Date.now()'],
  ['platform-in-core', 'packages/core/src/bio/planted.ts', 'export const draw = () => Math.random()'],
]

describe('a planted violation is found', () => {
  test.each(planted)('%s in %s: %s', (wall, file, text) => {
    expect(checkLayers(new Map([...sources(), [file, text]])).map(violation => [violation.wall, violation.file])).toContainEqual([
      wall,
      file,
    ])
  })

  test('a circle of value imports; a circle closed by types alone is none', () => {
    const a = 'packages/core/src/bio/planted-a.ts'
    const b = 'packages/core/src/bio/planted-b.ts'
    const found = checkLayers(new Map([...sources(), [a, "import { b } from './planted-b.ts'"], [b, "import { a } from './planted-a.ts'"]]))
    expect(found.map(violation => violation.wall)).toContain('value-cycle')
    const types = checkLayers(
      new Map([...sources(), [a, "import type { B } from './planted-b.ts'"], [b, "import { a } from './planted-a.ts'"]]),
    )
    expect(types).toEqual([])
  })
})

test('core’s compiler settings know neither the browser nor node', () => {
  const settings = JSON.parse(readFileSync(join(root, 'packages/core/tsconfig.json'), 'utf8')) as {
    compilerOptions: { lib: string[]; types: string[] }
  }
  expect(settings.compilerOptions).toEqual({ lib: ['ES2023'], types: [] })
})
