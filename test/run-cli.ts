// Runs the bundled command line as a user would, without a shell.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../packages/node/src/read/paths.ts'

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

export function cognate(args: readonly string[], input = ''): CliRun {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
    env: { ...process.env, COGNATE_CWD: root, COGNATE_HOME: join(tmpdir(), 'cognate-test-home') },
  })
  return { code: run.status ?? -1, out: run.stdout, err: run.stderr }
}

export const temporary = (): string => mkdtempSync(join(tmpdir(), 'cognate-'))
