// The validation pack itself: made from a report, it names what passed, fails on a clause whose test failed, and says what is a procedure.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './oracle.ts'

const pack = (tests: readonly { readonly title: string; readonly status: string }[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-validation-'))
  const file = join(folder, 'report.json')
  writeFileSync(
    file,
    JSON.stringify({
      testResults: [{ name: join(root, 'test/x.test.ts'), assertionResults: tests.map(one => ({ ...one, fullName: one.title })) }],
    }),
  )
  const run = spawnSync('sh', [join(root, 'scripts/with-runtime.sh'), 'scripts/validation-pack.ts', file], { encoding: 'utf8', cwd: root })
  rmSync(folder, { recursive: true, force: true })
  return run
}

test('[Annex 11 4] a clause without a passing test fails the pack, and an unknown clause in a title too', () => {
  const run = pack([
    { title: '[11.10(e)] is kept', status: 'passed' },
    { title: '[11.70] is broken', status: 'failed' },
    { title: '[11.99] is invented', status: 'passed' },
  ])
  expect(run.status).toBe(1)
  expect(run.stdout).toContain('44 clauses: 1 shown by passing tests')
  expect(run.stdout).toContain('11.70: FAILED')
  expect(run.stdout).toContain('11.10(a): NO TEST')
  expect(run.stdout).toContain('unknown clause in a title: 11.99')
})
