// Compiles the scoring kernel to WebAssembly and bundles the command line and its worker into dist/.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
mkdirSync(join(root, 'dist'), { recursive: true })

/** Compiles packages/node/src/model/kernel.as.ts and returns the module's bytes. */
export async function compileKernel() {
  const source = join(root, 'packages/node/src/model/kernel.as.ts')
  const outputs = new Map()
  const { error, stderr } = await asc.main(
    [
      'kernel.as.ts',
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--use',
      'abort=',
    ],
    {
      readFile: name => (name === 'kernel.as.ts' ? readSource(source) : null),
      writeFile: (name, contents) => outputs.set(name, contents),
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`kernel did not compile: ${stderr.toString()}`)
  return outputs.get('kernel.wasm')
}

async function readSource(path) {
  const { readFileSync } = await import('node:fs')
  return readFileSync(path, 'utf8')
}

export async function buildAll() {
  writeFileSync(join(root, 'dist/kernel.wasm'), await compileKernel())
  await build({
    entryPoints: { cognate: join(root, 'packages/node/src/cli/main.ts') },
    outdir: join(root, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['h5wasm', 'h5wasm/node'],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'warning',
    sourcemap: 'linked',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
