// `cognate cohort`: many cases on this machine, and what they have in common. On a cluster the same cases run under workflow/Snakefile.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { userPath } from '../../read/paths.ts'
import { type CohortEntry, findCases } from '../cohort-cases.ts'
import { printAnswer } from '../console.ts'
import { EXIT, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, consoleOf, wholeNumber, withCommon } from '../options.ts'
import { runCases } from '../run-cohort.ts'
import { gatherCases } from '../stages/cohort.ts'

interface Flags extends CommonFlags {
  readonly out: string
  readonly threads: number
}

const CASES = 'CASE.yaml files, or folders that hold one CASE.yaml each'

export function defineCohort(program: Command): void {
  const cohort = program.command('cohort').description('many cases: run them, gather them, see which look like one person')
  withCommon(cohort.command('run').description('every case, several at a time, then the report'))
    .argument('<cases...>', CASES)
    .requiredOption('--out <folder>', 'folder for the results, one folder a case; run again to resume')
    .option('--threads <number>', 'cases at a time', wholeNumber, availableParallelism())
    .addHelpText(
      'after',
      '\nEach case runs in a process of its own, as `cognate run` would run it; one that fails does not stop the others, and exit code 1 says so at the end. What a case printed is in its run.log. Stages that did not change are not run again.\nOn a cluster: workflow/README.md.\n\nExample:\n  cognate cohort run cases/ --out out\n',
    )
    .action(async (paths: readonly string[], flags: Flags) => {
      const started = performance.now()
      const screen = consoleOf(flags)
      const entries = must(findCases(paths))
      const out = userPath(flags.out)
      const failures = new Map<string, string>()
      let done = 0
      await runCases(entries, out, flags.threads, ({ id, seconds, unchanged, failure }) => {
        done++
        if (failure !== undefined) failures.set(id, failure)
        const headline = failure === undefined ? 'finished' : `FAILED: ${failure.split('\n')[0]}`
        screen.end(`${done}/${entries.length}`, `${id} ${headline}`, unchanged, seconds)
      })
      report(entries, failures, flags, started)
    })
  withCommon(
    cohort
      .command('report')
      .description('cases that were run: cohort.tsv, recurrent.tsv, public-receptors.tsv, case-pairs.tsv, cohort.html'),
  )
    .argument('<cases...>', CASES)
    .requiredOption('--out <folder>', 'folder with the results of the cases, one folder a case')
    .addHelpText(
      'after',
      '\nLook at the pairs first: equal receptors, many equal variants, the same bytes or the same typing in two patients mean a swapped tube, mixed cells or a copied CASE.yaml.\n\nExample:\n  cognate cohort report cases/ --out out\n',
    )
    .action((paths: readonly string[], flags: Flags) => {
      report(must(findCases(paths)), new Map(), flags, performance.now())
    })
  cohort
    .command('list')
    .description('the cases with the files that each needs, for a workflow engine')
    .argument('<cases...>', CASES)
    .option('--json', 'print them for programs')
    .addHelpText('after', '\nExample:\n  cognate cohort list cases/ --json\n')
    .action((paths: readonly string[], flags: { readonly json?: boolean }) => {
      const cases = must(findCases(paths)).map(({ id, path, opened }) => {
        const { inputs } = must(opened)
        return { case: id, file: userPath(path), inputs: inputs.map(input => input.full) }
      })
      printAnswer(flags, cases, cases.map(one => `${one.case}\t${one.file}\t${one.inputs.length} inputs`).join('\n'))
    })
}

function report(entries: readonly CohortEntry[], failures: ReadonlyMap<string, string>, flags: Flags, started: number): void {
  const { report: made, cohort } = gatherCases(entries, userPath(flags.out), failures)
  finishStage('cohort', made, flags.out, flags, started)
  consoleOf(flags).result(`  ${join(flags.out, 'cohort.html')}`)
  for (const one of cohort.cases)
    if (one.kind === 'unfinished') {
      consoleOf(flags).fault(`${one.id}: ${one.why}`)
      process.exitCode = EXIT.input
    }
}
