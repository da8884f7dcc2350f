// Survival statistics beside R (survival), the same numbers in the same run; where R is not installed, its recorded times are printed. And the whole report of a simulated trial.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import {
  fhirBundle,
  parseTrial,
  readOut,
  readOutFigures,
  readOutTables,
  readTrial,
  TRIAL_DOMAINS,
  type TrialTables,
  trialReportHtml,
} from '@cognate/core/case'
import { exactJsonText } from '@cognate/core/format'
import { coxModel, kaplanMeier, logRank, restrictedMean } from '@cognate/core/response'
import { readDataset } from '../packages/node/src/read/dataset.ts'
import { shippedLabCriteria } from '../packages/node/src/read/shipped.ts'
import { readText } from '../packages/node/src/read/text.ts'
import type { Measured } from './regions.ts'

/** Seconds of R in the same run: best of three; undefined without R. */
function inR(setup: string, call: string): number | undefined {
  if (spawnSync('Rscript', ['-e', 'library(survival)']).status !== 0) return undefined
  const script = `library(survival); ${setup}; cat(min(sapply(1:3, function(i) system.time(${call})[["elapsed"]])))`
  return Number(execFileSync('Rscript', ['-e', script], { encoding: 'utf8' }))
}

const rival = (r: number | undefined, recorded: number, ours: number): string =>
  r === undefined ? `R ${recorded} s (recorded)` : `R ${r.toFixed(2)} s in the same run: ${(ours / r).toFixed(2)} × its time`

function best<T>(body: () => T): { readonly seconds: number; readonly result: T } {
  let seconds = Number.POSITIVE_INFINITY
  let result!: T
  for (let i = 0; i < 3; i++) {
    const started = performance.now()
    result = body()
    seconds = Math.min(seconds, (performance.now() - started) / 1000)
  }
  return { seconds, result }
}

/** Whole days, so that there are ties. */
export function survival(million: number, hundredThousand: number, withR: boolean): readonly Measured[] {
  const random = seededRandom('survival')
  const uniform = () => (random.below(1_000_000) + 0.5) / 1_000_000
  const make = (n: number) => ({
    time: Float64Array.from({ length: n }, () => Math.ceil(-Math.log(uniform()) * 1000)),
    status: Uint8Array.from({ length: n }, () => (random.below(10) < 7 ? 1 : 0)),
  })
  const folder = mkdtempSync(join(tmpdir(), 'cognate-survival-'))
  const write = (name: string, columns: readonly (readonly [string, ArrayLike<number>])[]) => {
    const path = join(folder, name)
    const n = columns[0]![1].length
    const lines = [columns.map(([heading]) => heading).join(',')]
    for (let i = 0; i < n; i++) lines.push(columns.map(([, values]) => values[i]).join(','))
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const big = make(million)
  const km = best(() => restrictedMean(kaplanMeier(big)))
  const small = make(hundredThousand)
  const x = Array.from({ length: 5 }, (_, j) => ({ name: `x${j}`, values: Float64Array.from({ length: hundredThousand }, uniform) }))
  const cox = best(() => coxModel(small, x))
  if (!cox.result.ok) throw new Error(cox.result.issue.what)
  const group = Uint8Array.from({ length: hundredThousand }, () => random.below(2))
  const test = best(() => logRank(small, group, 2))
  const read = (path: string) => `d <- read.csv(${JSON.stringify(path)})`
  const bigFile = withR
    ? write('big.csv', [
        ['t', big.time],
        ['s', big.status],
      ])
    : ''
  const smallFile = withR
    ? write('small.csv', [['t', small.time], ['s', small.status], ['g', group], ...x.map(c => [c.name, c.values] as const)])
    : ''
  const r = (file: string, call: string) => (withR ? inR(read(file), call) : undefined)
  const measured: readonly Measured[] = [
    {
      name: 'Kaplan-Meier with restricted mean',
      items: km.result === undefined ? 0 : million,
      unit: 'subjects',
      seconds: km.seconds,
      rival: rival(r(bigFile, 'survfit(Surv(t,s)~1,data=d)'), 3.3, km.seconds),
    },
    {
      name: 'Cox, Efron, five covariates',
      items: cox.result.value.subjects,
      unit: 'subjects',
      seconds: cox.seconds,
      rival: rival(r(smallFile, 'coxph(Surv(t,s)~x0+x1+x2+x3+x4,data=d)'), 1.0, cox.seconds),
    },
    {
      name: 'log-rank, two groups',
      items: test.result.df === 1 ? hundredThousand : 0,
      unit: 'subjects',
      seconds: test.seconds,
      rival: rival(r(smallFile, 'survdiff(Surv(t,s)~g,data=d)'), 0.33, test.seconds),
    },
  ]
  rmSync(folder, { recursive: true })
  return measured
}

/** The bundled trial, so many times over under other names: tables, figures and page. */
export function trialReport(example: string, times: number): Measured {
  const must = <T>(result: { ok: true; value: T } | { ok: false; issue: unknown }): T => {
    if (!result.ok) throw new Error(JSON.stringify(result.issue))
    return result.value
  }
  const file = must(parseTrial(must(readText(join(example, 'TRIAL.yaml')))))
  const tables: TrialTables = Object.fromEntries(
    TRIAL_DOMAINS.filter(domain => existsSync(join(example, `${domain}.csv`))).map(domain => {
      const path = join(example, `${domain}.csv`)
      const { columns, rows } = must(readDataset(path))
      const subject = columns.indexOf('USUBJID')
      const many = Array.from({ length: times }, (_, k) =>
        rows.map(({ line, cells }) => ({ line, cells: cells.with(subject, `${cells[subject]}-${k}`) })),
      ).flat()
      return [domain, { file: path, table: { columns, rows: many } }]
    }),
  )
  const criteria = shippedLabCriteria()
  const started = performance.now()
  const trial = must(readTrial(tables, file))
  const out = readOut(trial, file, criteria)
  const figures = readOutFigures(out)
  const length =
    trialReportHtml(out, { figures, software: 'bench', published: [] }).length +
    readOutTables(out).size +
    exactJsonText(fhirBundle(out, trial, tables) ?? '').length
  return {
    name: 'whole report of a simulated trial',
    items: length > 0 ? out.treated.length : 0,
    unit: 'treated subjects',
    seconds: (performance.now() - started) / 1000,
    rival: 'limit: 10,000 in 30 s',
  }
}
