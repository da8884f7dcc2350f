// What we write as XPT is read by R's `foreign` and compared cell by cell. R comes from Debian; `.ci/run` installs it.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatXpt, parseDatasetJson, parseDelimited } from '@cognate/core/format'
import { expect } from 'vitest'
import { oracle, readData, value } from './oracle.ts'
import { isThere } from './oracle-data.ts'
import { temporary } from './run-cli.ts'

const NAMES = ['dm', 'ae', 'ds', 'suppdm', 'ts', 'ex', 'lb', 'rs']
const hasR = spawnSync('Rscript', ['-e', 'library(foreign)']).status === 0

oracle(
  'R reads the transport files that we write: every cell of eight datasets',
  () => {
    const folder = temporary()
    let cells = 0
    const datasets = NAMES.map(name => value(parseDatasetJson(readData(`clinical/cdisc/${name}.json`))))
    for (const [i, name] of NAMES.entries()) writeFileSync(join(folder, `${name}.xpt`), value(formatXpt(datasets[i]!)))
    const script = `for (f in list.files(${JSON.stringify(folder)}, "xpt$", full.names = TRUE)) write.csv(foreign::read.xport(f), sub("xpt$", "csv", f), row.names = FALSE, na = "")`
    const run = spawnSync('Rscript', ['-e', script], { encoding: 'utf8' })
    expect([run.stderr, run.status]).toEqual(['', 0])
    const differ: string[] = []
    for (const [i, name] of NAMES.entries()) {
      const table = value(parseDelimited(readFileSync(join(folder, `${name}.csv`), 'utf8'), { delimiter: ',' }))
      const { columns, rows } = datasets[i]!
      expect([name, table.columns, table.rows.length]).toEqual([name, columns.map(column => column.name), rows.length])
      rows.forEach((row, r) => {
        row.forEach((cell, k) => {
          cells++
          const theirs = table.rows[r]!.cells[k]!
          const same =
            typeof cell === 'number'
              ? Math.abs(cell - Number(theirs)) <= 1e-13 * Math.abs(cell)
              : String(cell ?? '').trimEnd() === theirs.trimEnd()
          if (!same) differ.push(`${name} ${r} ${columns[k]!.name}: ${cell} ${theirs}`)
        })
      })
    }
    expect(differ).toEqual([])
    expect(cells).toBe(117_943)
  },
  isThere && hasR,
)
