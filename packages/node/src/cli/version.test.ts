import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { codeFiles } from './version.ts'

test('a stage is done again when a model, a kernel or a shipped table changes', () => {
  const names = codeFiles().map(path => basename(path))
  expect(names).toEqual(
    expect.arrayContaining(['class1.manifest.json', 'class2.manifest.json', 'class2-kernel.wasm', 'germline-human.tsv', 'sources.json']),
  )
})
