// `view`: the web app's screens of cases and trials on this computer, without accounts and without a record.
import { issue } from '@cognate/core/base'
import type { Command } from 'commander'
import { InputFault } from '../exit.ts'
import { checkFolders, listen } from '../listen.ts'
import { type CommonFlags, wholeNumber, withCommon } from '../options.ts'
import { ownProgram } from '../own-process.ts'

interface ViewFlags extends CommonFlags {
  readonly cases?: string
  readonly results: string
  readonly trials?: string
  readonly readOuts: string
  readonly port: number
}

export function defineView(program: Command): void {
  withCommon(
    program.command('view').description('cases and trials in the browser, on this computer alone: look at results, run cases, cut data'),
  )
    .option('--cases <folder>', 'folder whose folders hold one CASE.yaml each, as `cohort run` takes it')
    .option('--results <folder>', 'folder of the cases’ results, one folder a case', 'results')
    .option('--trials <folder>', 'folder whose folders hold one TRIAL.yaml each')
    .option('--read-outs <folder>', 'folder of the read-outs, one folder a trial and data cut', 'read-outs')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 8421)
    .addHelpText(
      'after',
      '\nOpen the address that is printed; its key is good until Ctrl-C. For several people, accounts and signatures: `cognate serve`.\n\nExample:\n  cognate view --cases examples --trials examples\n\nResearch software: it supports decisions and does not make them.\n',
    )
    .action(async ({ cases, results, trials, readOuts, port }: ViewFlags) => {
      if (cases === undefined && trials === undefined)
        throw new InputFault(issue('view-nothing', 'neither cases nor trials were named', 'say --cases FOLDER, --trials FOLDER or both'))
      checkFolders([cases, trials])
      const { buildViewer } = await import('../../api/viewer.ts')
      const words = ownProgram()
      const { app, key } = await buildViewer({
        cases: cases === undefined ? undefined : { cases, results },
        trials: trials === undefined ? undefined : { trials, readOuts, program: words },
        program: words,
      })
      const address = await listen(app, '127.0.0.1', port)
      process.stderr.write(`  open ${address}/?key=${key}\n  on this computer only; Ctrl-C ends it, and stops a case that runs\n`)
      const stop = () => void app.close().then(() => process.exit(0))
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
}
