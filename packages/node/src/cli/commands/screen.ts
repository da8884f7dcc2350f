import { DECONVOLUTIONS, type Deconvolution, type Rule, type Unit } from '@cognate/core/screen'
import { type Command, Option } from 'commander'
import { must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, gather, list, openShare, wholeBetween, wholeNumber, withCommon } from '../options.ts'
import { runScreenDesign } from '../stages/screen-design.ts'
import { runScreenRead } from '../stages/screen-read.ts'

interface DesignFlags extends CommonFlags {
  readonly minigenes: string
  readonly hla: readonly string[]
  readonly effectors: readonly string[]
  readonly top: number
  readonly perConstruct: number
  readonly wildTypes?: boolean
  readonly replicates: number
  readonly negatives: number
  readonly plate: '24' | '96' | '384'
  readonly cells: number
  readonly poolSize: number
  readonly coverage: number
  readonly preset: string
  readonly out: string
}

interface ReadFlags extends CommonFlags {
  readonly map: string
  readonly readout: readonly string[]
  readonly pools?: string
  readonly rule: Rule
  readonly unit: Unit
  readonly alpha: number
  readonly minSpots: number
  readonly deconvolution: Deconvolution
  readonly ceiling?: number
  readonly minigenes?: string
  readonly hla?: readonly string[]
  readonly out: string
}

export function defineScreen(program: Command): void {
  const screen = program.command('screen').description('design the plates that test receptors against neoantigens, and read them')
  withCommon(screen.command('design').description('neoantigens to minigenes, peptide pools, plate maps and what to order'))
    .requiredOption('--minigenes <file>', 'minigenes.tsv of `cognate neoantigens` or `cognate run`, best first')
    .requiredOption('--hla <list>', 'HLA alleles of the patient: joins of minigenes must not present new peptides', list)
    .requiredOption('--effectors <list>', 'T cells or receptors to test, such as R1,R2,R3', list)
    .option('--top <number>', 'best-ranked neoantigens to screen', wholeBetween(1, 100_000), 150)
    .option('--per-construct <number>', 'minigenes in a construct, 1-24', wholeBetween(1, 24), 12)
    .option('--wild-types', 'also a wild-type twin of each construct, on the same plates')
    .option('--replicates <number>', 'wells of each effector and construct', wholeBetween(1, 96), 3)
    .option('--negatives <number>', 'wells without antigen, per effector and plate', wholeBetween(0, 96), 6)
    .addOption(new Option('--plate <wells>', 'wells of a plate').choices(['24', '96', '384']).default('96'))
    .option('--cells <number>', 'T cells in a well', wholeNumber, 20_000)
    .option('--pool-size <number>', 'also write peptide pools of at most this many long peptides', wholeBetween(0, 1000), 0)
    .option('--coverage <number>', 'pools that each peptide stands in', wholeBetween(1, 10), 3)
    .option('--preset <name>', 'sequence limits of the minigenes', 'generic-strict')
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExample:\n  cognate screen design --minigenes results/minigenes.tsv --hla "A*02:01,B*07:02" --effectors R1,R2,R3 --out screen\n',
    )
    .action((flags: DesignFlags) => {
      const started = performance.now()
      const report = runScreenDesign({ ...flags, neoantigens: flags.minigenes, plate: Number(flags.plate) as 24 | 96 | 384 })
      finishStage('screen design', must(report), flags.out, flags, started)
    })
  withCommon(screen.command('read').description('plate readouts to screen.tsv: which receptor sees which antigen; plates drawn'))
    .requiredOption('--map <file>', 'plate-map.csv: what stands in each well; also .xlsx, or an ACE configuration')
    .requiredOption(
      '--readout <file>',
      'values: CSV or .xlsx with plate, well, value, or blocks of 8 × 12 (AID); repeat for several files',
      gather,
    )
    .addOption(new Option('--unit <unit>', 'of the values').choices(['spots', 'percent', 'pg/mL']).default('spots'))
    .addOption(
      new Option('--rule <rule>', 'what counts as positive: more than twice the control, more than the control, or cut-offs')
        .choices(['dfr-2x', 'dfr-eq', 'empirical'])
        .default('dfr-2x'),
    )
    .option('--alpha <share>', 'p at which a resampling rule calls', openShare, 0.05)
    .option('--pools <file>', 'peptide-pools.tsv: pools are taken apart into peptides')
    .option('--min-spots <number>', 'a pool is positive from this many on', wholeNumber, 25)
    .addOption(
      new Option('--deconvolution <method>', 'how pools are taken apart: likelihood is the most exact on simulated plates')
        .choices([...DECONVOLUTIONS])
        .default('likelihood'),
    )
    .option('--ceiling <number>', 'the reader counts no further than this', wholeNumber)
    .option('--minigenes <file>', 'minigenes.tsv of the design: next-round.tsv splits constructs that answered')
    .option('--hla <list>', 'alleles of the patient, for the restriction panels of the next round', list)
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText('after', '\nExample:\n  cognate screen read --map screen/plate-map.csv --readout plate1.csv --out results\n')
    .action(async (flags: ReadFlags) => {
      const started = performance.now()
      finishStage('screen read', must(await runScreenRead({ ...flags, readouts: flags.readout })), flags.out, flags, started)
    })
}
