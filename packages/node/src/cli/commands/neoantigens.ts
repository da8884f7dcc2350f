import { issue, nearest, type Watch } from '@cognate/core/base'
import { chromosomeKey } from '@cognate/core/bio'
import { CLASS_I_LENGTHS, CLASS_II_LENGTHS, type Neoantigen } from '@cognate/core/neoantigen'
import { percentileWithFlanks } from '@cognate/core/presentation'
import { REASON_WORDS } from '@cognate/core/variant'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { referencePath } from '../../reference/store.ts'
import { InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import {
  type CommonFlags,
  list,
  needing,
  ownRouteOf,
  shareOfOne,
  type VariantFlags,
  variantOptionsOf,
  wholeNumber,
  withCommon,
  withVariantOptions,
} from '../options.ts'
import { findNeoantigens, type NeoantigenRun } from '../stages/neoantigens.ts'

interface Flags extends CommonFlags, VariantFlags {
  readonly hla: readonly string[]
  readonly expression?: string
  readonly idColumn?: string
  readonly valueColumn?: string
  readonly hotspots?: string
  readonly hlaLoss?: string
  readonly proteome?: string
  readonly purity?: number
  readonly copyNumber?: string
  readonly sex?: 'female' | 'male'
  readonly fusions?: string
  readonly starFusion?: string
  readonly junctions?: string
  readonly antigens?: string
  readonly peer?: readonly string[]
  readonly allPeptides?: boolean
  readonly pvacseqTables?: boolean
  readonly lengths: readonly number[]
  readonly class2Lengths: readonly number[]
  readonly tierCriteria?: string
  readonly downstream: number
  readonly out?: string
  readonly explain?: string
}

/** Distinct whole numbers of a range, ascending. */
const lengthsFrom =
  (least: number, most: number) =>
  (text: string): readonly number[] => {
    const lengths = [...new Set(text.split(',').map(Number))].sort((a, b) => a - b)
    if (!lengths.every(length => Number.isInteger(length) && length >= least && length <= most))
      throw new InvalidArgumentError(`write lengths from ${least} to ${most}, such as ${least + 1},${least + 2}`)
    return lengths
  }

export function defineNeoantigens(program: Command): void {
  withCommon(
    needing(
      withVariantOptions(
        program.command('neoantigens').description('variants + HLA + expression to neoantigens.tsv: ranked, tiered, with reasons'),
      ),
      ['star-fusion', 'fusions'],
      ['sex', 'copy-number'],
    ),
  )
    .requiredOption('--hla <list>', 'HLA alleles of the patient, comma-separated, any spelling; or a genotype list string', list)
    .option('--expression <file>', 'salmon quant.sf, kallisto abundance.tsv, RSEM results, or TSV with gene and tpm')
    .option('--id-column <name>', 'of another expression table: gene ids or symbols, or transcript ids; with --value-column')
    .option('--value-column <name>', 'of another expression table: TPM')
    .option(
      '--hotspots <file>',
      'known hotspots and drivers, CSV or TSV with gene, change (G12D, G12 or 12) and source: flagged, not ranked by',
    )
    .option(
      '--hla-loss <file>',
      'TSV of allele with lost (true, false) or status (lost, kept, unknown), lesion, evidence; or the table of LOHHLA',
    )
    .option('--purity <share>', 'share of tumour cells in the sample, 0-1; needs --copy-number', shareOfOne)
    .option('--copy-number <file>', 'segments of ASCAT, FACETS, Sequenza, PURPLE, or TSV with chrom, start, end, total, minor')
    .addOption(new Option('--sex <sex>', 'of the patient, for X and Y').choices(['female', 'male']))
    .option('--proteome <file-or-name>', 'protein FASTA, or the name given to `cognate reference add proteome`')
    .option('--fusions <path>', "Arriba's fusions.tsv, or AGFusion's output folder (run with --middlestar): also writes fusions.tsv")
    .option('--star-fusion <file>', "STAR-Fusion's abridged table: read counts and FFPM of the same breakpoints")
    .option(
      '--junctions <file>',
      'table of regtools cis-splice-effects identify: also writes splicing.tsv; needs --annotation and --genome',
    )
    .option(
      '--antigens <file>',
      'antigens that no variant explains: FASTA (also WT. and MT. pairs), TSV with sequence, perhaps id, gene, wild_type, or a peptide a line; also writes antigens.tsv',
    )
    .option('--peer <files...>', 'tables of pVACseq, Vaxrank, NeoFox, NeoPredPipe or antigen.garnish: writes peers.tsv, theirs beside ours')
    .option('--all-peptides', 'also write peptides.tsv: every mutated peptide of every variant on every allele')
    .option('--pvacseq-tables', "also write the list in the columns of pVACseq's aggregated report")
    .option('--lengths <list>', 'lengths of class I peptides, from 8 to 14', lengthsFrom(8, 14), [...CLASS_I_LENGTHS])
    .option('--class2-lengths <list>', 'lengths of class II peptides, from 12 to 25', lengthsFrom(12, 25), [...CLASS_II_LENGTHS])
    .option('--tier-criteria <file>', 'thresholds of the tiers: YAML under the option names of pVACseq (docs/file-formats.md)')
    .option('--downstream <residues>', "residues of a frameshift's tail that are searched", wholeNumber, 1000)
    .option('--out <folder>', 'folder for the results')
    .option(
      '--explain <what>',
      'print why one variant ranks where it does (KRAS:G12D), several side by side (KRAS:G12D,TP53:R175H), or what became of one that is not listed (chr12:25245350), and write nothing',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cognate neoantigens --vcf somatic.vcf.gz --tumour T --hla "A*02:01,C*08:02" --out results\n  cognate neoantigens --vcf somatic.vcf.gz --tumour T --hla "A*02:01" --explain KRAS:G12D\n',
    )
    .action(async (flags: Flags, command: Command) => {
      if (flags.out === undefined && flags.explain === undefined)
        command.error("error: one of '--out' and '--explain' is needed", { exitCode: 2 })
      if ((flags.idColumn === undefined) !== (flags.valueColumn === undefined))
        command.error("error: '--id-column' and '--value-column' belong together", { exitCode: 2 })
      const started = performance.now()
      const { vcf, hla, downstream } = flags
      const optional = {
        expression: flags.expression,
        expressionColumns:
          flags.idColumn === undefined || flags.valueColumn === undefined ? undefined : { id: flags.idColumn, value: flags.valueColumn },
        lengths: flags.lengths,
        class2Lengths: flags.class2Lengths,
        tierCriteria: flags.tierCriteria,
        hotspots: flags.hotspots,
        hlaLoss: flags.hlaLoss,
        purity: flags.purity,
        copyNumber: flags.copyNumber,
        sex: flags.sex,
        fusions: flags.fusions,
        starFusion: flags.starFusion,
        junctions: flags.junctions,
        antigens: flags.antigens,
        peers: flags.peer,
        allPeptides: flags.allPeptides,
        pvacseqTables: flags.pvacseqTables,
        proteome: flags.proteome === undefined ? undefined : referencePath('proteome', flags.proteome),
      }
      const decisions = flags.explain === undefined ? undefined : decisionsAt(flags.explain)
      const run = must(
        await findNeoantigens({
          vcf,
          leastCallers: flags.minCallers,
          rnaAlignment: flags.rnaBam,
          hla,
          downstream,
          variantOptions: { ...variantOptionsOf(flags), watch: decisions?.watch },
          own: ownRouteOf(flags),
          ...optional,
        }),
      )
      if (flags.explain !== undefined)
        process.stdout.write(decisions === undefined ? explain(run.result.neoantigens, flags.explain) : decisions.text(run))
      else finishStage('neoantigens', run.report, flags.out!, flags, started)
    })
}

/** Gathers every decision about one place, `chr12:25245350`; undefined when what is asked is no place. */
function decisionsAt(wanted: string): { readonly watch: Watch; readonly text: (run: NeoantigenRun) => string } | undefined {
  const place = /^([\w.]+):(\d+)$/.exec(wanted)
  if (place === null) return undefined
  const key = chromosomeKey(place[1]!)
  const seen: { reason: string; about: string }[] = []
  return {
    watch: (reason, about) => {
      const at = /^([^\s:]+):(\d+)\b/.exec(about)
      if (at !== null && at[2] === place[2] && chromosomeKey(at[1]!) === key && reason !== 'consequences') seen.push({ reason, about })
    },
    text: ({ result, calls }) => {
      const listed = result.neoantigens
      if (seen.length === 0)
        throw new InputFault(
          issue(
            'variant-unknown',
            `no record of the VCF stands at ${wanted}`,
            'give the position of the record as the VCF writes it, such as chr12:25245350',
          ),
        )
      const lines = seen.map(
        ({ reason, about }) =>
          `  ${about.replace(/^[^\s]+\s?/, '').padEnd(28)} ${Object.hasOwn(REASON_WORDS, reason) ? REASON_WORDS[reason] : reason}`,
      )
      const here = new Set(calls.called.filter(v => v.position === Number(place[2]) && chromosomeKey(v.chromosome) === key).map(v => v.id))
      const ids = listed.filter(n => here.has(n.variantId))
      const ranked = ids.map(n => explain(listed, `${n.gene}:${n.aminoAcidChange}`))
      return [`${wanted}: what became of it`, ...lines, ...(ids.length === 0 ? ['  not in the list of neoantigens'] : ranked), ''].join(
        '\n',
      )
    },
  }
}

/** The terms of one variant's score, as a table a person reads. */
const nameOf = (n: Neoantigen) => `${n.gene}:${n.aminoAcidChange}`

/** One, or several side by side: `KRAS:G12D,TP53:R175H`. */
function explain(neoantigens: readonly Neoantigen[], wanted: string): string {
  const places = wanted.split(',').map(one => placeOf(neoantigens, one.trim()))
  return places.length === 1 ? explainOne(neoantigens, places[0]!) : sideBySide(neoantigens, places)
}

function placeOf(neoantigens: readonly Neoantigen[], wanted: string): number {
  const at = neoantigens.findIndex(n => nameOf(n).toLowerCase() === wanted.toLowerCase())
  if (at < 0)
    throw new InputFault(
      issue(
        'neoantigen-unknown',
        `no variant is called ${wanted}`,
        `the nearest are ${nearest(wanted, neoantigens.map(nameOf)).join(', ') || 'none: the list is empty'}; what became of one that is not listed: --explain chr12:25245350`,
      ),
    )
  return at
}

/** A line for each term, a column for each variant. */
function sideBySide(neoantigens: readonly Neoantigen[], places: readonly number[]): string {
  const shown = places.map(at => neoantigens[at]!)
  const signed = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`
  const terms = [...new Set(shown.flatMap(n => n.terms.map(term => term.name)))]
  const rows: readonly (readonly string[])[] = [
    ['', ...shown.map(nameOf)],
    ['rank', ...places.map(at => `${at + 1} of ${neoantigens.length}`)],
    ['tier', ...shown.map(n => n.tier)],
    ['peptide', ...shown.map(n => n.best.sequence)],
    ['allele', ...shown.map(n => n.best.allele)],
    ...terms.map(name => [
      name,
      ...shown.map(n => {
        const term = n.terms.find(one => one.name === name)
        return term === undefined ? '-' : signed(term.value)
      }),
    ]),
    ['score', ...shown.map(n => n.score.toFixed(2))],
  ]
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)))
  return `${rows
    .map(row =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\nweights are priors\n`
}

function explainOne(neoantigens: readonly Neoantigen[], at: number): string {
  const found = neoantigens[at]!
  const lines = found.terms.map(
    term => `  ${term.value >= 0 ? '+' : '−'}${Math.abs(term.value).toFixed(2)}  ${term.name.padEnd(16)} ${term.fact}`,
  )
  return [
    `${nameOf(found)}  rank ${at + 1} of ${neoantigens.length}  tier ${found.tier}  score ${found.score.toFixed(2)} (weights are priors)`,
    `  peptide ${found.best.sequence} on ${found.best.allele}, wild type ${found.best.wildType ?? 'none'}, changed positions ${found.best.changedPositions.join(', ')}`,
    ...lines,
    ...flankLine(found),
    ...found.caveats.map(caveat => `  caveat: ${caveat.text}`),
    `  transcripts: ${found.transcripts.join(', ')}`,
    '',
  ].join('\n')
}

function flankLine({ best, flankRatio }: Neoantigen): readonly string[] {
  if (flankRatio === undefined) return []
  const percentile = percentileWithFlanks(best.percentileMutant, flankRatio)
  return [
    `  neighbours in the protein: ${flankRatio.toPrecision(2)} times as common beside ligands as by chance, rank with them ${percentile.toPrecision(2)} % (not in the score)`,
  ]
}
