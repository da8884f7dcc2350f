import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inFile, issue, isWhole, parseDate } from '@cognate/core/base'
import { headlines, type RecordTables, tablesOfResources } from '@cognate/core/case'
import { formatCsv, formatDatasetJson, formatDatasetNdjson, formatTsv, formatXpt, parseFhir } from '@cognate/core/format'
import type { Command } from 'commander'
import { printPdf } from '../../external/print-pdf.ts'
import { readWholeDataset } from '../../read/dataset.ts'
import { userPath } from '../../read/paths.ts'
import { readParsed } from '../../read/text.ts'
import { printFaults } from '../console.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'
import { plural } from '../stages/stage.ts'
import { runTrialReport } from '../stages/trial.ts'

interface Flags extends CommonFlags {
  readonly cut?: string
  readonly pdf?: boolean
  readonly out: string
}

export function defineTrial(program: Command): void {
  const trial = program.command('trial').description('the read-out of a trial')
  withCommon(trial.command('report').description('TRIAL.yaml and SDTM tables to report.html, tables, figures and ADaM, at a data cut'))
    .argument('<folder>', 'folder with TRIAL.yaml and dm, ex, ds, tu, tr (ae, lb, persistence) as CSV, XPT, Dataset-JSON or NDJSON')
    .option('--cut <date>', "data cut instead of TRIAL.yaml's: rows dated after it do not exist")
    .option('--pdf', 'print report.pdf too, with a browser that is installed (Chromium or Chrome)')
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nThe same folder and cut give the same bytes. Rows that could not be used are listed with file and line, in the report too; exit code 1 then.\n\nExample:\n  cognate trial report examples/trial-crc --out out/trial\n',
    )
    .action((folder: string, flags: Flags) => {
      const started = performance.now()
      const { report, binary, readOut } = must(runTrialReport(folder, flags.cut))
      finishStage('trial', report, flags.out, flags, started, binary)
      const screen = consoleOf(flags)
      for (const [name, value] of headlines(readOut)) screen.result(`  ${name}: ${value}`)
      screen.result(`  ${flags.out}/report.html`)
      if (flags.pdf === true)
        screen.result(`  ${must(printPdf(userPath(join(flags.out, 'report.html')), userPath(join(flags.out, 'report.pdf'))))}`)
      printFaults(screen, readOut.issues, 'issues.tsv')
      if (readOut.issues.length > 0) process.exitCode = EXIT.input
    })
  withCommon(trial.command('tables').description('a FHIR R4 bundle to SDTM tables: what `trial report` wrote, or what a hospital gives'))
    .argument('<bundle>', 'JSON: a bundle, or one resource a line')
    .requiredOption('--out <folder>', 'folder for the tables; TRIAL.yaml is put beside them by hand')
    .addHelpText(
      'after',
      '\nA bundle of `trial report` gives back every row and cell up to its cut. Of others, patients, medication and adverse events are read, and what is left is told by type.\n\nExample:\n  cognate trial tables out/trial/fhir-bundle.json --out tables\n',
    )
    .action((bundle: string, flags: CommonFlags & { out: string }) => {
      const { tables, left } = tablesOfResources(must(readParsed(bundle, parseFhir)))
      if (tables.size === 0)
        throw new InputFault(
          inFile(
            bundle,
            issue(
              'fhir-no-rows',
              'no resource stands for a row of a table',
              'give patients, medication, adverse events, or a bundle of `trial report`',
            ),
          ),
        )
      const folder = userPath(flags.out)
      mkdirSync(folder, { recursive: true })
      const screen = consoleOf(flags)
      for (const [domain, { columns, rows }] of tables) {
        writeFileSync(
          join(folder, `${domain}.csv`),
          formatCsv(
            columns,
            rows.map(row => columns.map(name => row[name])),
          ),
        )
        screen.result(`  ${flags.out}/${domain}.csv: ${plural(rows.length, 'row')}, ${plural(columns.length, 'column')}`)
      }
      if (left.size > 0) screen.notice(`stand for no row: ${[...left].map(([type, n]) => `${n} ${type}`).join(', ')}`)
    })
  withServer(trial.command('rows').description('what the record holds of a study, as SDTM tables: EX, EC, BE, BS'))
    .requiredOption('--study <id>', 'study')
    .requiredOption('--out <folder>', 'folder for the tables')
    .addHelpText(
      'after',
      '\nGiven doses with their lot and container (EX), what was to be given and was not, with the reason (EC), specimens (BE), and results of the lots (BS). Age, sex, consent, lesions and adverse events are the clinic’s and not in the record. EXTRT of the cells is such as TCR-T CELLS: name it as product in TRIAL.yaml.\n\nExample:\n  cognate trial rows --study ST-1 --out tables\n',
    )
    .action(async (flags: ClientFlags & { readonly study: string; readonly out: string }) => {
      const answer = await new RecordClient(flags).get(`/studies/${encodeURIComponent(flags.study)}/tables`)
      const folder = userPath(flags.out)
      mkdirSync(folder, { recursive: true })
      for (const [domain, { columns, rows }] of Object.entries(JSON.parse(answer) as RecordTables)) {
        writeFileSync(join(folder, `${domain}.csv`), formatCsv(columns, rows))
        process.stderr.write(`  ${flags.out}/${domain}.csv: ${plural(rows.length, 'row')}\n`)
      }
    })
  withCommon(
    trial.command('convert').description('a dataset from one form to another: XPT, Dataset-JSON, NDJSON, CSV, TSV by the name of the file'),
  )
    .argument('<in>', 'file to read')
    .argument('<out>', 'file to write: .xpt, .json, .ndjson, .csv or .tsv')
    .addHelpText(
      'after',
      '\nAttributes that the form can hold are kept. A text that a transport file cannot hold (not ASCII, over 200 characters) is refused by row and column, never written as a question mark.\n\nExample:\n  cognate trial convert ae.xpt ae.json\n',
    )
    .action((input: string, output: string, flags: CommonFlags) => {
      const dataset = must(readWholeDataset(input))
      const form = /\.(xpt|json|ndjson|csv|tsv)$/.exec(output.toLowerCase())?.[1]
      if (form === undefined)
        throw new InputFault(issue('dataset-form', `${output} names no form`, 'end the name in .xpt, .json, .ndjson, .csv or .tsv'))
      const columns = dataset.columns.map(column => column.name)
      const cells = dataset.rows.map(row => row.map(cell => (typeof cell === 'boolean' ? String(cell) : (cell ?? undefined))))
      const text = {
        json: formatDatasetJson,
        ndjson: formatDatasetNdjson,
        csv: () => formatCsv(columns, cells),
        tsv: () => formatTsv(columns, cells),
      }
      const dayOf = (iso: string) => {
        const date = parseDate(iso)
        return date.ok && isWhole(date.value) ? date.value.first : undefined
      }
      writeFileSync(userPath(output), form === 'xpt' ? must(formatXpt(dataset, dayOf)) : text[form as keyof typeof text](dataset))
      consoleOf(flags).notice(`${dataset.name}: ${dataset.rows.length} rows, ${dataset.columns.length} columns`)
    })
}
