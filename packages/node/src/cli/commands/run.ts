import { relative } from 'node:path'
import { funnelCount, RESEARCH_NOTICE } from '@cognate/core/case'
import type { Command } from 'commander'
import { must } from '../exit.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { type CaseRun, runCase } from '../run-case.ts'

interface Flags extends CommonFlags {
  readonly out: string
}

export function defineRun(program: Command): void {
  withCommon(
    program.command('run').description('the main job: every stage of a case, from VCF and single-cell data to constructs and a dossier'),
  )
    .argument('<case>', 'CASE.yaml')
    .requiredOption('--out <folder>', 'folder for the results; run again to resume')
    .addHelpText(
      'after',
      '\nA stage whose inputs, options and code did not change is not run again.\n\nExample:\n  cognate run examples/crc-001/CASE.yaml --out out/crc-001\n',
    )
    .action(async (casePath: string, flags: Flags) => {
      const screen = consoleOf(flags)
      const run = must(await runCase(casePath, flags.out, screen))
      screen.result(summary(run))
      if (flags.json === true)
        process.stdout.write(`${JSON.stringify({ out: run.out, dossier: run.dossier, stages: run.stages, funnel: run.funnel }, null, 1)}\n`)
    })
}

function summary(run: CaseRun): string {
  const n = (stage: string, reason: string) => funnelCount(run.funnel, stage, reason).toLocaleString('en-US')
  const here = process.env.COGNATE_CWD ?? process.cwd()
  const lines = [
    '',
    `tumour   ${n('variants', 'in')} records → ${n('variants', 'out')} protein changes → ${n('neoantigens', 'out')} candidates → ${n('neoantigens', 'presented')} presented → ${n('neoantigens', 'presented and expressed')} expressed`,
  ]
  if (run.stages.some(stage => stage.name === 'receptors')) {
    lines.push(
      `T cells  ${n('contigs', 'in')} contigs → ${n('cells', 'in')} cells → ${n('cells', 'out')} clonotypes → ${n('receptors', 'out')} receptors → ${n('receptors', 'shortlisted')} shortlisted`,
    )
    lines.push(`product  ${n('constructs', 'in')} receptors → ${n('constructs', 'out')} constructs that passed every check`)
  }
  lines.push('', `dossier: ${relative(here, run.dossier) || run.dossier}`, RESEARCH_NOTICE)
  return lines.join('\n')
}
