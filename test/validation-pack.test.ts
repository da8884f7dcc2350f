// The validation pack itself: made from a report, it names what passed, fails on a clause whose test failed, and says what is a procedure.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './oracle.ts'

const pack = (tests: readonly { readonly title: string; readonly status: string }[], ...more: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-validation-'))
  const file = join(folder, 'report.json')
  writeFileSync(
    file,
    JSON.stringify({
      testResults: [{ name: join(root, 'test/x.test.ts'), assertionResults: tests.map(one => ({ ...one, fullName: one.title })) }],
    }),
  )
  const run = spawnSync('sh', [join(root, 'scripts/with-runtime.sh'), 'scripts/validation-pack.ts', ...more, file], {
    encoding: 'utf8',
    cwd: root,
  })
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

test('[Annex 11 10] the pack holds changes, bill of materials, restore drill and the reading of ASVS, hashed and signed; a byte that is changed is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-validation-'))
  const out = join(root, 'out/validation')
  const made = pack(
    [{ title: '[11.10(e)] is kept', status: 'passed' }],
    '--key',
    join(folder, 'pack.key'),
    '--name',
    'cognate.example/pack',
  )
  const vkey = /--check (\S+)/.exec(made.stdout)![1]!
  expect(vkey).toMatch(/^cognate\.example\/pack\+/)
  const check = (key: string) =>
    spawnSync('sh', [join(root, 'scripts/with-runtime.sh'), 'scripts/validation-pack.ts', '--check', key], { encoding: 'utf8', cwd: root })
  expect(check(vkey)).toMatchObject({ status: 0, stdout: expect.stringContaining('PROVEN') })
  const drill = JSON.parse(readFileSync(join(out, 'restore-drill.json'), 'utf8')) as {
    proven: boolean
    events: number
    restored_events: number
  }
  expect([drill.proven, drill.restored_events >= drill.events]).toEqual([true, true])
  const { components } = JSON.parse(readFileSync(join(out, 'sbom.cdx.json'), 'utf8')) as { components: readonly { purl: string }[] }
  expect(components.length).toBeGreaterThan(100)
  expect(components.map(({ purl }) => purl)).toContainEqual(expect.stringMatching(/^pkg:npm\/fastify@/))
  expect(readFileSync(join(out, 'changes.tsv'), 'utf8').split('\n').length).toBeGreaterThan(1)
  const asvs = join(out, 'asvs.tsv')
  writeFileSync(asvs, readFileSync(asvs, 'utf8').replace('V1.1.1', 'V1.1.2'))
  expect(check(vkey)).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT PROVEN') })
  expect(check(vkey.replace(/.$/, 'A'))).toMatchObject({ status: 1 })
  rmSync(folder, { recursive: true, force: true })
}, 60_000)
