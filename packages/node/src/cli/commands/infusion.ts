import { writeFileSync } from 'node:fs'
import { columnReader, formatTsv } from '@cognate/core/format'
import { gradeLabTest, LAB_CRITERIA, LAB_TERMS } from '@cognate/core/infusion'
import { type Command, Option } from 'commander'
import { readDataset } from '../../read/dataset.ts'
import { userPath } from '../../read/paths.ts'
import { shippedLabCriteria } from '../../read/shipped.ts'
import { must } from '../exit.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { plural } from '../stages/stage.ts'

interface Flags extends CommonFlags {
  readonly criteria: (typeof LAB_CRITERIA)[number]
  readonly out: string
}

export function defineInfusion(program: Command): void {
  const infusion = program.command('infusion').description('what is given, and what it does')
  withCommon(infusion.command('grade').description('laboratory values to toxicity grades by CTCAE v4, v5, v6 or DAIDS'))
    .argument('<lb>', `SDTM LB: USUBJID, LBTESTCD (${Object.keys(LAB_TERMS).join(', ')}), LBORRES, LBORRESU, LBORNRLO, LBORNRHI, LBBLFL`)
    .addOption(new Option('--criteria <name>', 'criteria').choices([...LAB_CRITERIA]).default('ctcae-5'))
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nA unit that the criteria do not know gives no grade: it is never converted. A value without a grade says why.\n\nExample:\n  cognate infusion grade lb.csv --criteria ctcae-5 --out grades.tsv\n',
    )
    .action((path: string, flags: Flags) => {
      const table = must(readDataset(path))
      const criteria = shippedLabCriteria().filter(row => row.criteria === flags.criteria)
      const get = columnReader(table.columns)
      const has = new Set(table.columns)
      const cell = (row: (typeof table.rows)[number], name: string) => (has.has(name) ? get(row, name) : '')
      const number = (text: string) => (text === '' || Number.isNaN(Number(text)) ? undefined : Number(text))
      const baselines = new Map(
        table.rows.filter(row => cell(row, 'LBBLFL') === 'Y').map(row => [`${cell(row, 'USUBJID')} ${cell(row, 'LBTESTCD')}`, row]),
      )
      let graded = 0
      const rows = table.rows.flatMap(row => {
        const base = baselines.get(`${cell(row, 'USUBJID')} ${cell(row, 'LBTESTCD')}`)
        const value = base === undefined ? undefined : number(cell(base, 'LBORRES'))
        const [low, high] = base === undefined ? [undefined, undefined] : [number(cell(base, 'LBORNRLO')), number(cell(base, 'LBORNRHI'))]
        const indicator =
          value === undefined
            ? undefined
            : high !== undefined && value > high
              ? 'HIGH'
              : low !== undefined && value < low
                ? 'LOW'
                : 'NORMAL'
        const grades = gradeLabTest(
          cell(row, 'LBTESTCD'),
          {
            value: number(cell(row, 'LBORRES')),
            unit: cell(row, 'LBORRESU'),
            normalLow: number(cell(row, 'LBORNRLO')),
            normalHigh: number(cell(row, 'LBORNRHI')),
            baseline: value,
            baselineIndicator: indicator,
          },
          criteria,
        )
        const start = [
          cell(row, 'USUBJID'),
          cell(row, 'LBTESTCD'),
          cell(row, 'LBORRES'),
          cell(row, 'LBORRESU'),
          cell(row, 'DAY') || cell(row, 'LBDTC'),
        ]
        if (grades.length === 0) return [[...start, '', '', '', 'test not in the table']]
        return grades.map(({ term, direction, result }) => {
          if (result.grade !== undefined) graded++
          return [...start, term, direction, result.grade ?? '', result.grade === undefined ? result.reason : '']
        })
      })
      const text = formatTsv(['subject', 'test', 'value', 'unit', 'when', 'term', 'direction', 'grade', 'reason'], rows)
      if (flags.out === '-') process.stdout.write(text)
      else writeFileSync(userPath(flags.out), text)
      consoleOf(flags).notice(`${plural(table.rows.length, 'value')}, ${graded} of ${rows.length} rows have a grade (${flags.criteria})`)
    })
}
