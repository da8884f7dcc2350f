import { writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { userPath } from '../../read/paths.ts'
import { must } from '../exit.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { annotateContigs } from '../stages/annotate.ts'

interface Flags extends CommonFlags {
  readonly species: 'human' | 'mouse'
  readonly reference?: string
  readonly out: string
}

export function defineAnnotate(program: Command): void {
  withCommon(program.command('annotate').description('contig FASTA or FASTQ to AIRR Rearrangement TSV: V, D, J, C, junction, full chain'))
    .argument('<contigs>', 'FASTA or FASTQ, plain or gzip; - reads standard input')
    .addOption(new Option('--species <species>', 'of the T cells; it is never guessed').choices(['human', 'mouse']).default('human'))
    .option('--reference <name-or-folder>', 'imported IMGT germline instead of the open set that ships')
    .requiredOption('-o, --out <file>', 'AIRR TSV to write; - writes to standard output')
    .addHelpText(
      'after',
      '\nExamples:\n  cognate annotate all_contig.fasta --out annotation.tsv\n  zcat consensus.fastq.gz | cognate annotate - --species mouse --out -\n',
    )
    .action(async (contigs: string, flags: Flags) => {
      const started = performance.now()
      const report = must(await annotateContigs({ contigs, species: flags.species, reference: flags.reference }))
      const table = report.files.get('annotation.tsv')!
      if (flags.out === '-') {
        process.stdout.write(table)
        return
      }
      writeFileSync(userPath(flags.out), table)
      const console = consoleOf(flags)
      console.end('annotate', report.headline, false, (performance.now() - started) / 1000)
      console.leftBehind(report.funnel)
      if (report.empty !== undefined) console.notice(report.empty)
      if (flags.json === true)
        process.stdout.write(`${JSON.stringify({ stage: 'annotate', headline: report.headline, funnel: report.funnel }, null, 1)}\n`)
    })
}
