import type { Command } from 'commander'
import { must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import {
  type CommonFlags,
  ownRouteOf,
  type VariantFlags,
  variantOptionsOf,
  wholeNumber,
  withCommon,
  withVariantOptions,
} from '../options.ts'
import { runVariants } from '../stages/variants.ts'

interface Flags extends CommonFlags, VariantFlags {
  readonly out: string
  readonly windows?: number
}

export function defineVariants(program: Command): void {
  withCommon(
    withVariantOptions(program.command('variants').description('VCF to protein changes: variants.tsv, proteins.fasta, funnel.tsv')),
  )
    .option('--windows <flank>', 'also write windows.fasta with this many residues on each side', wholeNumber)
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExamples:\n  cognate variants --vcf somatic.vcf.gz --tumour TUMOR_DNA --normal NORMAL_DNA --out results\n  cognate variants --vcf somatic.vcf.gz --tumour TUMOR_DNA --reference GRCh38.112 --phased phased.vcf.gz --out results\n',
    )
    .action(async (flags: Flags) => {
      const started = performance.now()
      const report = must(
        await runVariants({
          vcf: flags.vcf,
          leastCallers: flags.minCallers,
          rnaAlignment: flags.rnaBam,
          options: variantOptionsOf(flags),
          own: ownRouteOf(flags),
          windows: flags.windows,
        }),
      )
      finishStage('variants', report, flags.out, flags, started)
    })
}
