// `npm run bench`: times the regions one after the other and prints a table. Needs the development data (COGNATE_DATA). Ratios count, not absolute times.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@cognate/core/base'
import { buildAll } from '../scripts/build.mjs'
import { consequences } from './consequences.ts'
import { annotation, clonotyping, junctionDistances, knownReceptors, matches, proteomeScan } from './receptors.ts'
import { constructs, type Measured, makeMatrix, matrixMarket, presentation, signatureScore, stitching, variants } from './regions.ts'
import { survival, trialReport } from './survival.ts'

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

/** `cognate present` as a user runs it: one thread against all, and memory at one and at four million peptides. */
async function presentStream(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cognate-bench-'))
  const random = seededRandom('stream')
  const million = Array.from(
    { length: 1_000_000 },
    () => `${Array.from({ length: 9 }, () => 'ACDEFGHIKLMNPQRSTVWY'[random.below(20)]).join('')}\n`,
  ).join('')
  const one = join(folder, 'one.txt')
  const four = join(folder, 'four.txt')
  writeFileSync(one, million)
  writeFileSync(four, million.repeat(4))
  const run = (file: string, threads: number) =>
    runCommand([
      'present',
      '--peptides',
      file,
      '--alleles',
      'A*02:01,B*07:02',
      '--threads',
      String(threads),
      '--out',
      join(folder, 'out.tsv'),
      '--quiet',
    ])
  const line = (what: string, rows: number, { seconds, peak, code }: { seconds: number; peak: number; code: number }) =>
    process.stdout.write(
      `${what.padEnd(46)} ${Math.round(rows / seconds)
        .toLocaleString('en-US')
        .padStart(12)} rows/s, peak ${peak.toFixed(0)} MiB, exit ${code}\n`,
    )
  const single = await run(one, 1)
  const all = await run(one, cpus().length)
  line('cognate present, 1 M peptides, one thread', 2e6, single)
  line(`the same, ${cpus().length} threads (${(single.seconds / all.seconds).toFixed(2)} times as fast)`, 2e6, all)
  line('the same, 4 M peptides', 8e6, await run(four, cpus().length))
  const few = join(folder, 'few.txt')
  writeFileSync(few, 'GILGFVFTL\n')
  const start = await runCommand(['present', '--peptides', few, '--alleles', 'A*02:01', '--quiet'])
  process.stdout.write(`${'cold start, one peptide on one allele'.padEnd(46)} ${start.seconds.toFixed(2)} s (limit 0.5 s)\n`)
  rmSync(folder, { recursive: true })
}

process.stdout.write(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}\n`)
await buildAll()
print(await presentation('I', 200_000))
print(await presentation('II', 50_000))
const matrix = makeMatrix(36_601, 5_000, 1_600)
print(await matrixMarket(matrix))
print(await signatureScore(matrix))
await presentStream()
for (const measured of survival(1_000_000, 100_000, true)) print(measured)
print(trialReport(join(root, 'examples/trial-crc'), 1429))
if (!existsSync(data)) process.stdout.write('development data not found: the other regions were not run (set COGNATE_DATA)\n')
else {
  print(await stitching(data, 100_000))
  print(await variants(data))
  for (const measured of await consequences(data, 40_000_000, 100_000)) print(measured)
  print(junctionDistances(12_000))
  print(matches(2000))
  print(knownReceptors(1000, 100_000))
  print(annotation(data, 4))
  print(proteomeScan(11_400_000))
  print(clonotyping(1_000_000))
  for (const measured of await constructs(data, 200)) print(measured)
  const folder = mkdtempSync(join(tmpdir(), 'cognate-bench-'))
  const { hccCase } = await import('./hcc-case.ts')
  const whole = await runCommand(['run', hccCase(folder, data), '--out', join(folder, 'out')])
  process.stdout.write(
    `HCC1395 and four real T-cell runs, cognate run: ${whole.seconds.toFixed(1)} s, peak ${whole.peak.toFixed(0)} MiB, exit ${whole.code} (limits: 60 s, 1,500 MB)\n`,
  )
}
