import { type Command, InvalidArgumentError } from 'commander'
import { must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, withCommon } from '../options.ts'
import { runPersistence, type SampleInput } from '../stages/persistence.ts'

interface Flags extends CommonFlags {
  readonly receptors: string
  readonly sample: readonly SampleInput[]
  readonly out: string
}

/** `30=FILE` or `30:tissue=FILE`; day 0 is the product unless said otherwise. */
function sampleOf(text: string, before: readonly SampleInput[] = []): readonly SampleInput[] {
  const parts = /^([+-]?\d+(?:\.\d+)?)(?::(blood|product|tissue))?=(.+)$/.exec(text)
  if (parts === null) throw new InvalidArgumentError('write DAY=FILE or DAY:blood|product|tissue=FILE, such as 30=blood_day30.tsv')
  const day = Number(parts[1])
  return [...before, { day, kind: (parts[2] as SampleInput['kind'] | undefined) ?? (day === 0 ? 'product' : 'blood'), path: parts[3]! }]
}

export function definePersistence(program: Command): void {
  withCommon(
    program
      .command('persistence')
      .description('serial repertoires to transferred receptors over time: persistence.tsv, kinetics.tsv, persistence.svg'),
  )
    .requiredOption(
      '--receptors <file>',
      'what was infused: constructs.tsv of `cognate construct`, or TSV with V, J, junction residues, native and insert junction bases of both chains',
    )
    .requiredOption(
      '--sample <day=file>',
      'repertoire of a sample by day from infusion: 10x, AIRR, MiXCR, TRUST4, immunoSEQ; repeat for each; 30:tissue=FILE or :product is no blood (day 0 is the product)',
      sampleOf,
    )
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExample:\n  cognate persistence --receptors constructs.tsv --sample -7=before.tsv.gz --sample 0=product.tsv.gz --sample 30=day30.tsv.gz --out results\n\nNothing found is printed as below the limit of detection, never as 0 %.\n',
    )
    .action((flags: Flags) => {
      const started = performance.now()
      finishStage('persistence', must(runPersistence({ receptors: flags.receptors, samples: flags.sample })), flags.out, flags, started)
    })
}
