import { headlines } from '@cognate/core/case'
import type { Command } from 'commander'
import { EXIT, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { runTrialReport } from '../stages/trial.ts'

interface Flags extends CommonFlags {
  readonly cut?: string
  readonly out: string
}

export function defineTrial(program: Command): void {
  const trial = program.command('trial').description('the read-out of a trial')
  withCommon(trial.command('report').description('TRIAL.yaml and SDTM tables to report.html, tables, figures and ADaM, at a data cut'))
    .argument('<folder>', 'folder with TRIAL.yaml and dm, ex, ds, tu, tr (ae, lb, persistence) as CSV, XPT, Dataset-JSON or NDJSON')
    .option('--cut <date>', "data cut instead of TRIAL.yaml's: rows dated after it do not exist")
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
      if (readOut.issues.length > 0) process.exitCode = EXIT.input
    })
}
