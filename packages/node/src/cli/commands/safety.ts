import type { Command } from 'commander'
import { referencePath } from '../../reference/store.ts'
import { must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, needing, wholeBetween, wholeNumber, withCommon } from '../options.ts'
import { readTargets, runSafety } from '../stages/safety.ts'

interface Flags extends CommonFlags {
  readonly peptide?: string
  readonly wildType?: string
  readonly receptor: string
  readonly hla?: string
  readonly targets?: string
  readonly proteome: string
  readonly further?: string
  readonly motif?: string
  readonly scan?: string
  readonly tissues?: string
  readonly mismatches: number
  readonly top: number
  readonly contactWeights?: boolean
  readonly out: string
}

export function defineSafety(program: Command): void {
  withCommon(
    needing(
      program
        .command('safety')
        .description('peptide, alanine or X-scan to off-target peptides of the human proteome: safety.tsv, safety.html'),
      ['wild-type', 'peptide'],
      ['hla', 'peptide'],
      ['receptor', 'peptide'],
    ),
  )
    .option('--peptide <sequence>', 'peptide that the receptor recognises')
    .option('--wild-type <sequence>', 'its unmutated form, which comes first in the report')
    .option('--hla <allele>', 'allele that presents it')
    .option('--receptor <id>', 'name of the receptor, for the table', '')
    .option('--targets <file>', 'several targets: TSV with receptor_id, peptide, hla, perhaps wt_peptide')
    .requiredOption('--proteome <file-or-name>', 'protein FASTA, or the name given to `cognate reference add proteome`')
    .option('--further <file>', 'FASTA of further proteins, such as the patient’s own where the germline changes them')
    .option('--motif <pattern>', 'positions that the receptor needs, such as E.DPI...Y')
    .option('--scan <file>', 'alanine or X-scan: TSV with position, residue, response, and rows native and negative')
    .option('--tissues <file>', 'expression by tissue, one row a gene, as the Human Protein Atlas publishes it')
    .option('--mismatches <number>', 'list words within this many mismatches, up to 5', wholeBetween(0, 5), 3)
    .option('--top <number>', 'and this many of the best by likeness', wholeNumber, 200)
    .option('--contact-weights', 'the best by likeness of the residues that face the receptor, which count twice (crossdome_contact)')
    .requiredOption('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExamples:\n  cognate safety --peptide EVDPIGHLY --hla "A*01:01" --proteome human.fasta.gz --motif "E.DPI...Y" --tissues hpa.tsv --out results\n  cognate safety --targets targets.tsv --proteome human --scan alanine.tsv --out results\n\nA report ranks risks. It never says that a receptor is safe.\n',
    )
    .action(async (flags: Flags, command: Command) => {
      if ((flags.peptide === undefined) === (flags.targets === undefined))
        command.error("error: give one of '--peptide' and '--targets'", { exitCode: 2 })
      if (flags.peptide !== undefined && flags.hla === undefined) command.error("error: '--peptide' needs '--hla'", { exitCode: 2 })
      const started = performance.now()
      const targets =
        flags.targets === undefined
          ? [
              {
                receptorId: flags.receptor,
                peptide: flags.peptide!.toUpperCase(),
                wildType: flags.wildType?.toUpperCase(),
                hla: flags.hla!,
              },
            ]
          : must(readTargets(flags.targets))
      const report = must(
        await runSafety({
          targets,
          proteome: referencePath('proteome', flags.proteome),
          motif: flags.motif,
          further: flags.further,
          scan: flags.scan,
          tissues: flags.tissues,
          maxMismatches: flags.mismatches,
          top: flags.top,
          byContact: flags.contactWeights,
        }),
      )
      finishStage('safety', report, flags.out, flags, started)
    })
}
