// `npm run bench`: times the regions one after the other and prints a table. Needs the development data (COGNATE_DATA). Ratios count, not absolute times.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from '../scripts/build.mjs'
import { constructs, type Measured, makeMatrix, matrixMarket, presentation, signatureScore, stitching, variants } from './regions.ts'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const data = resolve(root, process.env.COGNATE_DATA ?? '../shared/data')

function print(measured: Measured): void {
  const rate = measured.items / measured.seconds
  process.stdout.write(
    `${measured.name.padEnd(46)} ${Math.round(rate).toLocaleString('en-US').padStart(12)} ${measured.unit}/s  (${measured.items.toLocaleString('en-US')} in ${measured.seconds.toFixed(2)} s)  ${measured.rival}\n`,
  )
}

/** Wall seconds and peak memory (MiB) of a command. */
function runCommand(args: readonly string[]): Promise<{ seconds: number; peak: number; code: number }> {
  const started = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'dist/cognate.mjs'), ...args], {
    stdio: 'ignore',
  })
  let peak = 0
  const poll = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0))
    } catch {
      // the process ended, or the platform has no /proc
    }
  }, 20)
  return new Promise(done => {
    child.on('exit', code => {
      clearInterval(poll)
      done({ seconds: (performance.now() - started) / 1000, peak: peak / 1024, code: code ?? -1 })
    })
  })
}

process.stdout.write(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}\n`)
await buildAll()
print(await presentation('I', 200_000))
print(await presentation('II', 50_000))
const matrix = makeMatrix(36_601, 5_000, 1_600)
print(await matrixMarket(matrix))
print(await signatureScore(matrix))
if (!existsSync(data)) process.stdout.write('development data not found: the other regions were not run (set COGNATE_DATA)\n')
else {
  print(await stitching(data, 100_000))
  print(await variants(data))
  for (const measured of await constructs(data, 200)) print(measured)
  const folder = mkdtempSync(join(tmpdir(), 'cognate-bench-'))
  const { hccCase } = await import('./hcc-case.ts')
  const whole = await runCommand(['run', hccCase(folder, data), '--out', join(folder, 'out')])
  process.stdout.write(
    `HCC1395 and four real T-cell runs, cognate run: ${whole.seconds.toFixed(1)} s, peak ${whole.peak.toFixed(0)} MiB, exit ${whole.code} (limits: 60 s, 1,500 MB)\n`,
  )
}
