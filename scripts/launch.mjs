// Bundles packages/node into dist/ when any source is newer than the bundle, then runs the command line.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bundle = join(root, 'dist/cognate.mjs')

function newestSource(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path))
    else if (/\.(tsx?|json|mjs|css|html)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
      newest = Math.max(newest, statSync(path).mtimeMs)
  }
  return newest
}

const sources = Math.max(
  newestSource(join(root, 'packages/core/src')),
  newestSource(join(root, 'packages/node/src')),
  newestSource(join(root, 'packages/web/src')),
  statSync(join(root, 'scripts/build.mjs')).mtimeMs,
  statSync(join(root, 'package-lock.json')).mtimeMs,
)
if (!existsSync(bundle) || statSync(bundle).mtimeMs < sources) {
  const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (built.status !== 0) {
    process.stderr.write('cognate: building failed; see the lines above\n')
    process.exit(3)
  }
}
process.argv[1] = bundle
await import(bundle)
