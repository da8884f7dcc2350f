import type { Command } from 'commander'
import { must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, list, wholeBetween, withCommon } from '../options.ts'
import { runSelect, type SelectInput } from '../stages/select.ts'

interface Flags extends CommonFlags, Omit<SelectInput, 'caseId'> {
  readonly case: string
  readonly out: string
}

export function defineSelect(program: Command): void {
  withCommon(
    program
      .command('select')
      .description('all evidence to the receptors of the product, with reasons: selection.tsv and the payload to sign'),
  )
    .requiredOption('--receptors <file>', 'receptors.tsv')
    .requiredOption('--screen <file>', 'screen.tsv: what the receptors answered to')
    .requiredOption('--neoantigens <file>', 'neoantigens.tsv')
    .option('--minigenes <file>', 'minigenes.tsv: which mutation stands in which minigene and construct')
    .option('--deconvolution <file>', 'deconvolution.tsv of `screen read`')
    .option('--safety <file>', 'safety.tsv; in its column tested write negative once a red word was tested and is not seen')
    .option('--constructs <file>', 'constructs.tsv: a receptor without a construct that passed is stopped')
    .option('--hla <list>', 'HLA alleles of the patient', list, [])
    .option(
      '--hla-loss <file>',
      'TSV of allele with lost (true, false) or status (lost, kept, unknown), lesion, evidence; or the table of LOHHLA',
    )
    .option('--overrides <file>', 'gates let through by a named person: TSV receptor_id, gate, person, reason')
    .option('--number <count>', 'receptors of the product', wholeBetween(1, 100), 5)
    .option('--case <id>', 'name of the case, for the payload', '')
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExample:\n  cognate select --receptors results/receptors.tsv --screen screen/screen.tsv --neoantigens results/neoantigens.tsv --minigenes screen/minigenes.tsv --hla "A*02:01,C*08:02" --out product\n\nA receptor needs evidence of level 3: positive alone in two wells and on two plates, wild type negative; or level 4: an EC50 on a named HLA.\nThe software proposes. Two people sign the payload.\n',
    )
    .action((flags: Flags) => {
      const started = performance.now()
      finishStage('select', must(runSelect({ ...flags, caseId: flags.case })), flags.out, flags, started)
    })
}
