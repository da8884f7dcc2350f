// Format, lint and types; any finding fails. Run: npm run check.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = name => join(root, 'node_modules', name)
const steps = [
  ['format and lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', root]],
  ['types of core', [bin('typescript/bin/tsc'), '-p', join(root, 'packages/core/tsconfig.json')]],
  ['types of node, tests and scripts', [bin('typescript/bin/tsc'), '-p', join(root, 'packages/node/tsconfig.json')]],
  ['types of web', [bin('typescript/bin/tsc'), '-p', join(root, 'packages/web/tsconfig.json')]],
  ['types of the tests of web', [bin('typescript/bin/tsc'), '-p', join(root, 'test/tsconfig.json')]],
]
let failed = 0
for (const [name, args] of steps) {
  const run = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  console.log(`${run.status === 0 ? 'ok  ' : 'BAD '} ${name}`)
  if (run.status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
