// The trainers of models/ on a small share of the data, by whichever Python has numpy.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { folder, isThere, root } from './oracle-data.ts'
import { temporary } from './run-cli.ts'

/** A Python of one's own may stand before the system's, which is the one that the system's numpy is for. */
export const python = ['python3', '/usr/bin/python3'].find(program => spawnSync(program, ['-c', 'import numpy']).status === 0)
export const hasTrainer = isThere && python !== undefined

/** A model of a five-hundredth of the steps, with its manifest. */
export function train(
  script: string,
): readonly [Buffer, { readonly figures: Record<string, unknown>; readonly inputs: Record<string, Record<string, number>> }] {
  const out = temporary()
  const flags = ['--share', '0.002', '--processes', '1', '--out', out, '--work', join(out, 'work'), '--data', folder]
  const run = spawnSync(
    python!,
    [join(root, 'models', script, 'train.py'), ...flags, ...(script === 'class1' ? ['--protocol', 'development'] : [])],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, OPENBLAS_NUM_THREADS: '1' },
    },
  )
  expect([run.status, run.stderr.includes('Traceback')]).toEqual([0, false])
  const stem = join(out, script === 'class1' ? 'development' : 'class2')
  return [readFileSync(`${stem}.cogm`), JSON.parse(readFileSync(`${stem}.manifest.json`, 'utf8'))]
}
