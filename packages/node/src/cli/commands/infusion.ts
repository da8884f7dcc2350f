import { describeIssue, inFile, issue, parseDate } from '@cognate/core/base'
import { amountOf, columnReader, formatTsv, lackingColumn, numberOf, parseCheckedYaml } from '@cognate/core/format'
import {
  ASTCT_CHOICES,
  ASTCT_COLUMNS,
  compareDoses,
  gradeAstct,
  gradeLabTest,
  ICANS_COLUMNS,
  LAB_CRITERIA,
  LAB_TERMS,
  planRegimen,
  RegimenSchema,
} from '@cognate/core/infusion'
import { type Command, Option } from 'commander'
import { readDataset } from '../../read/dataset.ts'
import { dataPath } from '../../read/paths.ts'
import { shippedLabCriteria } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { type CommonFlags, consoleOf, anyNumber as number, withCommon } from '../options.ts'
import { putText } from '../put-text.ts'
import { plural } from '../stages/stage.ts'
import { defineFollowUp } from './infusion-follow-up.ts'
import { defineGiven } from './infusion-given.ts'

interface Flags extends CommonFlags {
  readonly criteria: (typeof LAB_CRITERIA)[number]
  readonly out: string
}

interface PlanFlags extends CommonFlags {
  readonly regimen?: string
  readonly weight?: number
  readonly height?: number
  readonly ex?: string
  readonly subject?: string
  readonly product?: string
  readonly out: string
}

function definePlan(infusion: Command): void {
  withCommon(
    infusion.command('plan').description('doses of a regimen for one person, with their arithmetic; beside what was given with --ex'),
  )
    .option('--regimen <file>', 'YAML of the regimen; default: the template that ships, whose numbers are not verified')
    .option('--weight <kg>', 'weight in kilograms', number)
    .option('--height <cm>', 'height in centimetres', number)
    .option('--ex <file>', 'SDTM EX: what was given; needs --subject and --product')
    .option('--subject <id>', 'USUBJID')
    .option('--product <name>', 'EXTRT of the cells: day 0')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nExample:\n  cognate infusion plan --weight 80 --height 180\n\nResearch software: every number is to be cited and checked by the site before anybody acts on it.\n',
    )
    .action((flags: PlanFlags) => {
      const regimen = must(
        readParsed(flags.regimen ?? dataPath('regimen-tcr-t.yaml'), text =>
          parseCheckedYaml(text, { name: 'regimen', schema: RegimenSchema }),
        ),
      )
      const planned = must(planRegimen(regimen, { weightKg: flags.weight, heightCm: flags.height }))
      const table =
        flags.ex === undefined
          ? formatTsv(
              ['drug', 'day', 'dose', 'unit', 'route', 'how', 'citation'],
              planned.map(dose => [dose.drug, dose.day, dose.dose, dose.unit, dose.route, dose.how, dose.citation]),
            )
          : formatTsv(
              ['drug', 'difference', 'planned', 'given', 'reason'],
              compareDoses(planned, givenDoses(flags)).map(one => [one.drug, one.kind, one.planned, one.given, '']),
            )
      putText(flags.out, table)
      const open = regimen.drugs.filter(drug => drug.citation === 'unverified').map(drug => drug.name)
      if (open.length > 0) consoleOf(flags).notice(`not verified, to be cited by the site: ${open.join(', ')}`)
    })
}

/** Doses of one subject by day from the infusion; the cells themselves are not of the regimen. */
function givenDoses({ ex, subject, product }: PlanFlags) {
  if (subject === undefined || product === undefined)
    throw new InputFault(issue('plan-subject', '--ex needs --subject and --product', 'name whose doses, and the EXTRT of the cells'))
  const table = must(readDataset(ex!))
  const get = columnReader(table.columns)
  const rows = table.rows.filter(row => get(row, 'USUBJID') === subject)
  const isProduct = (row: (typeof rows)[number]) => get(row, 'EXTRT').toUpperCase() === product.toUpperCase()
  const infusion = rows.find(isProduct)
  if (infusion === undefined) throw new InputFault(issue('plan-subject', `${ex} has no ${product} of ${subject}`, 'check both names'))
  const wrong = (row: (typeof rows)[number], what: string, remedy: string) =>
    new InputFault(inFile(ex!, issue('dose', what, remedy, row.line)))
  const day = (row: (typeof rows)[number]) => {
    const date = parseDate(get(row, 'EXSTDTC'))
    if (!date.ok) throw wrong(row, `EXSTDTC is "${get(row, 'EXSTDTC')}"`, 'write YYYY-MM-DD')
    return date.value.first
  }
  const doseOf = (row: (typeof rows)[number]) => {
    const text = get(row, 'EXDOSE')
    if (text !== '' && amountOf(text) === undefined) throw wrong(row, `EXDOSE is "${text}"`, 'give a number from 0, or leave it empty')
    return amountOf(text)
  }
  return rows
    .filter(row => !isProduct(row))
    .map(row => ({
      drug: get(row, 'EXTRT'),
      dose: doseOf(row),
      unit: get(row, 'EXDOSU'),
      day: day(row) - day(infusion),
    }))
}

function defineAstct(infusion: Command): void {
  withCommon(infusion.command('astct').description('bedside findings to grades of cytokine release and neurotoxicity (ASTCT consensus)'))
    .argument('<findings>', `CSV or TSV: ${ASTCT_COLUMNS.join(', ')}; for neurotoxicity also ${ICANS_COLUMNS.join(', ')}`)
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      `\n${Object.entries(ASTCT_CHOICES)
        .map(([name, choices]) => `${name}: ${choices.join(', ')}`)
        .join(
          '\n',
        )}\nfever_treated: an antipyretic or a drug against cytokines was given, so that fever is no longer needed. Findings with another cause are left out by the examiner.\n\nExample:\n  cognate infusion astct findings.csv --out grades.tsv\n`,
    )
    .action((path: string, flags: CommonFlags & { out: string }) => {
      const table = must(readDataset(path))
      if (table.rows.length === 0)
        throw new InputFault(inFile(path, issue('rows-none', 'the table holds no finding', 'check that the file was written completely')))
      const read = gradeAstct(table)
      if (!read.ok) throw new InputFault(inFile(path, read.issue))
      const { grades, issues } = read.value
      putText(
        flags.out,
        formatTsv(
          ['subject', 'when', 'crs', 'icans'],
          grades.map(one => [one.subject, one.when, one.cytokineRelease, one.neurotoxicity]),
        ),
      )
      for (const problem of issues) process.stderr.write(`${describeIssue(inFile(path, problem))}\n`)
      const worst = (of: (one: (typeof grades)[number]) => number | undefined) =>
        grades.reduce((most, one) => Math.max(most, of(one) ?? 0), 0)
      consoleOf(flags).notice(
        `${plural(grades.length, 'finding')} graded; worst cytokine release ${worst(one => one.cytokineRelease)}, worst neurotoxicity ${worst(one => one.neurotoxicity)}`,
      )
      if (issues.length > 0) process.exitCode = EXIT.input
    })
}

export function defineInfusion(program: Command): void {
  const infusion = program.command('infusion').description('what is given, and what it does')
  defineFollowUp(infusion)
  defineGiven(infusion)
  defineAstct(infusion)
  definePlan(infusion)
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
      const lacking = lackingColumn(
        table,
        ['LBTESTCD', 'LBORRES', 'LBORRESU'],
        ['USUBJID', 'LBORNRLO', 'LBORNRHI', 'LBBLFL', 'DAY', 'LBDTC'],
      )
      if (lacking !== undefined) throw new InputFault(inFile(path, lacking))
      if (table.rows.length === 0)
        throw new InputFault(inFile(path, issue('rows-none', 'the table holds no value', 'check that the file was written completely')))
      const criteria = shippedLabCriteria().filter(row => row.criteria === flags.criteria)
      const cell = columnReader(table.columns)
      const baselines = new Map(
        table.rows.filter(row => cell(row, 'LBBLFL') === 'Y').map(row => [`${cell(row, 'USUBJID')} ${cell(row, 'LBTESTCD')}`, row]),
      )
      let graded = 0
      const rows = table.rows.flatMap(row => {
        const base = baselines.get(`${cell(row, 'USUBJID')} ${cell(row, 'LBTESTCD')}`)
        const value = base === undefined ? undefined : numberOf(cell(base, 'LBORRES'))
        const [low, high] =
          base === undefined ? [undefined, undefined] : [numberOf(cell(base, 'LBORNRLO')), numberOf(cell(base, 'LBORNRHI'))]
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
            value: numberOf(cell(row, 'LBORRES')),
            unit: cell(row, 'LBORRESU'),
            normalLow: numberOf(cell(row, 'LBORNRLO')),
            normalHigh: numberOf(cell(row, 'LBORNRHI')),
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
      putText(flags.out, text)
      const screen = consoleOf(flags)
      screen.notice(`${plural(table.rows.length, 'value')}, ${graded} of ${rows.length} rows have a grade (${flags.criteria})`)
      const reasons = Map.groupBy(
        rows.map(row => String(row.at(-1))).filter(reason => reason !== ''),
        reason => reason,
      )
      for (const [reason, of] of [...reasons].sort(([, a], [, b]) => b.length - a.length))
        screen.notice(`without a grade: ${of.length} × ${reason}`)
    })
}
