// Compiles the scoring kernel to WebAssembly and bundles the command line and its worker into dist/.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
mkdirSync(join(root, 'dist'), { recursive: true })

/** Kernel → its folder below packages/node/src. */
const KERNELS = {
  'class1-kernel': 'model',
  'class2-kernel': 'model',
  'scan-kernel': 'scan',
  'junction-kernel': 'distance',
  'match-kernel': 'distance',
  'matrix-kernel': 'read',
}

/** Compiles the kernel NAME.as.ts and returns the module's bytes. */
export async function compileKernel(name) {
  const source = join(root, `packages/node/src/${KERNELS[name]}/${name}.as.ts`)
  const outputs = new Map()
  const { error, stderr } = await asc.main(
    [
      'kernel.ts',
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
      readFile: file => (file === 'kernel.ts' ? readSource(source) : null),
      writeFile: (file, contents) => outputs.set(file, contents),
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`${name} did not compile: ${stderr.toString()}`)
  return outputs.get('kernel.wasm')
}

async function readSource(path) {
  const { readFileSync } = await import('node:fs')
  return readFileSync(path, 'utf8')
}

export async function buildAll() {
  for (const name of Object.keys(KERNELS)) writeFileSync(join(root, `dist/${name}.wasm`), await compileKernel(name))
  await build({
    entryPoints: {
      cognate: join(root, 'packages/node/src/cli/main.ts'),
      'present-worker': join(root, 'packages/node/src/worker/present-worker.ts'),
    },
    outdir: join(root, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // the record's server is loaded only where it is asked for
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // its main file asks for its parts in a way that no bundler sees
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    external: [
      'h5wasm',
      'h5wasm/node',
      '@gmod/*',
      'read-excel-file',
      'read-excel-file/node',
      'piscina',
      'fastify',
      '@fastify/*',
      'pg',
      '@node-rs/argon2',
      'otpauth',
      '@simplewebauthn/server',
    ],
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'warning',
    sourcemap: 'linked',
  })
  sweepChunks()
  await buildWeb()
}

/** The web app: three files that the server sends as they are. */
async function buildWeb() {
  const source = join(root, 'packages/web/src')
  await build({
    entryPoints: { app: join(source, 'main.tsx') },
    outdir: join(root, 'dist/web'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  })
  for (const name of ['index.html', 'app.css']) copyFileSync(join(source, name), join(root, 'dist/web', name))
}

const DAY_MS = 86_400_000

/** Pieces of builds before yesterday. Younger ones stay: a program that runs may still load them. */
function sweepChunks() {
  const folder = join(root, 'dist/chunks')
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
