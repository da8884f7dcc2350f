import { once } from 'node:events'
import { createWriteStream, writeFileSync } from 'node:fs'
import { issue } from '@cognate/core/base'
import { parseFasta } from '@cognate/core/format'
import { type MhcClass, PRESENT_COLUMNS, type SupportedAlleles, supportedAlleles } from '@cognate/core/presentation'
import { type Command, Option } from 'commander'
import { openPredictors, type ShippedPredictors } from '../../model/open-predictors.ts'
import { userPath } from '../../read/paths.ts'
import { linePieces, readText } from '../../read/text.ts'
import { inOrder } from '../../worker/ordered-pool.ts'
import {
  NUMERIC_COLUMNS,
  type PeptideColumns,
  type PresentAnswer,
  type PresentBatch,
  peptidesOf,
  presentBatch,
} from '../../worker/present-batch.ts'
import { createParquet } from '../../write/parquet.ts'
import type { Console } from '../console.ts'
import { InputFault, must } from '../exit.ts'
import { compareWithOthers, residueTable, writeLogos } from '../interpret-presentation.ts'
import { type CommonFlags, consoleOf, list, needing, wholeBetween, withCommon } from '../options.ts'

interface Flags extends CommonFlags {
  readonly peptides?: string
  readonly fasta?: string
  readonly lengths?: readonly string[]
  readonly alleles: readonly string[]
  readonly class: string
  readonly bestAllele?: boolean
  readonly nearest?: boolean
  readonly threads?: number
  readonly logo?: string
  readonly residues?: string
  readonly compare?: string
  readonly external: readonly string[]
  readonly externalTable: readonly string[]
  readonly out: string
}

/** Residues of proteins handed to a worker at a time. */
const PROTEIN_BATCH = 20_000

export function definePresent(program: Command): void {
  withCommon(
    needing(program.command('present').description('peptides × HLA alleles to presentation score, %rank, IC50 and binding core'), [
      'lengths',
      'fasta',
    ]),
  )
    .option(
      '--peptides <file>',
      'one peptide a line, or TSV with a column peptide (and n_flank, c_flank); - reads standard input; gzip is recognised',
    )
    .option('--fasta <file>', 'proteins: all their windows are scored')
    .option('--lengths <list>', 'lengths of the windows of --fasta (default: 8,9,10,11 for class I, 15 for class II)', list)
    .requiredOption('--alleles <list>', 'HLA alleles, comma-separated, any spelling; DP and DQ chains are paired', list)
    .option('--class <class>', 'I, II, or auto: the classes of the alleles', 'auto')
    .addOption(new Option('--all-pairs', 'one row for each peptide and allele, as without it').conflicts('bestAllele'))
    .option('--best-allele', 'one row a peptide and class: its best allele')
    .option('--nearest', 'score the nearest known allele in place of an unknown one, with a caveat')
    .option('--threads <n>', 'worker threads (default: one a core)', wholeBetween(1, 1024))
    .option('--out <file>', 'table to write, TSV, or Parquet when the name ends in .parquet; - is standard output', '-')
    .option('--logo <folder>', 'draw the motif of each allele as an SVG; no peptides needed')
    .option('--residues <file>', 'TSV: which residues drive each peptide’s best score')
    .option('--compare <file>', 'TSV: our scores beside those of --external and --external-table')
    .option('--external <list>', 'installed tools to ask: netmhcpan, netmhciipan, mhcflurry, mixmhcpred', list, [])
    .option('--external-table <list>', 'TSV files with allele, peptide and any of score, percentile, ic50', list, [])
    .addHelpText(
      'after',
      `
Lengths: class I 8 to 14 residues, class II 9 to 30. Where both classes are scored, peptides below 12 are class I only.
%rank is the share of random natural peptides that score at least as well: class I strong at most 0.5, weak at most 2; class II 1 and 5.
Where the residues beside a peptide are known (--fasta, or the columns n_flank and c_flank), flank_ratio says how much oftener class I ligands have
such neighbours than random peptides, and percentile_with_flanks is the %rank divided by it. Five residues a side are read; - stands for the protein's end.
A sequence of --fasta that does not begin with M is taken for a piece: its ends are no ends of a protein.

Examples:
  cognate present --peptides peptides.txt --alleles "A*02:01,B*07:02"
  cognate present --fasta proteins.fa --alleles "DRB1*04:05,DPA1*01:03,DPB1*04:01" --out class2.parquet
  printf "GADGVGKSAL\\n" | cognate present --peptides - --alleles C0802
  cognate present --alleles C0802,DRB1*04:01 --logo motifs
  cognate present --peptides peptides.txt --alleles A0201 --external mhcflurry --compare beside.tsv
`,
    )
    .action(async (flags: Flags, command: Command) => {
      const sources = [flags.peptides, flags.fasta].filter(source => source !== undefined).length
      if (sources > 1 || (sources === 0 && flags.logo === undefined))
        command.error("error: give one of '--peptides' and '--fasta'", { exitCode: 2 })
      if ((flags.residues !== undefined || flags.compare !== undefined) && (flags.peptides === undefined || flags.peptides === '-'))
        command.error("error: --residues and --compare need '--peptides' with a file", { exitCode: 2 })
      if (flags.compare === undefined && flags.external.length + flags.externalTable.length > 0)
        command.error("error: other models are laid beside ours in a table: give its name with '--compare'", { exitCode: 2 })
      if (!['I', 'II', 'auto'].includes(flags.class)) command.error("error: --class is 'I', 'II' or 'auto'", { exitCode: 2 })
      await present(flags)
    })
}

async function present(flags: Flags): Promise<void> {
  const predictors = must(openPredictors())
  const classes: readonly MhcClass[] = flags.class === 'auto' ? ['I', 'II'] : [flags.class as MhcClass]
  const supported = must(supportedAlleles(predictors, flags.alleles, { classes, nearest: flags.nearest === true }))
  const screen = consoleOf(flags)
  for (const caveat of supported.caveats) screen.notice(`${caveat.text} [${caveat.code}]`)
  if (flags.logo !== undefined) for (const line of writeLogos(predictors, supported, flags.logo)) screen.result(line)
  if (flags.residues !== undefined || flags.compare !== undefined) await interpret(flags, supported, predictors, screen)
  else if (flags.peptides !== undefined || flags.fasta !== undefined) await table(flags, supported, predictors, screen)
}

async function interpret(flags: Flags, supported: SupportedAlleles, predictors: ShippedPredictors, screen: Console): Promise<void> {
  const peptides: string[] = []
  for await (const { source } of lineBatches(flags.peptides!, { I: [], II: [], bestOnly: false, output: 'tsv' }))
    peptides.push(...peptidesOf(source).peptides)
  const distinct = [...new Set(peptides.map(peptide => peptide.toUpperCase()))]
  if (flags.residues !== undefined) writeFileSync(userPath(flags.residues), residueTable(predictors, supported, distinct))
  if (flags.compare === undefined) return
  const compared = await compareWithOthers(
    predictors,
    supported,
    { peptides: distinct, tools: flags.external, tables: flags.externalTable },
    screen,
  )
  writeFileSync(userPath(flags.compare), compared.table)
  for (const { allele, model, pairs, spearman, by } of compared.agreements)
    screen.result(`${allele} ${model}: Spearman ${spearman.toFixed(3)} of ${by} over ${pairs} pairs`)
  screen.result(
    `${compared.disagreements} of ${compared.pairs} pairs: one model strong, another no binder (${flags.compare}, column disagree)`,
  )
}

async function table(flags: Flags, supported: SupportedAlleles, predictors: ShippedPredictors, screen: Console): Promise<void> {
  const started = performance.now()
  const sink = openSink(flags.out)
  let peptides = 0
  let rows = 0
  let refused = 0
  for await (const answer of inOrder(
    'present-worker',
    'presentBatch',
    batches(flags, supported, predictors),
    presentBatch,
    flags.threads,
  )) {
    await sink.write(answer)
    peptides += answer.peptides
    rows += answer.rows
    refused += answer.refused
    screen.progress('present', `${peptides.toLocaleString('en-US')} peptides`)
  }
  await sink.close()
  if (peptides === 0) throw new InputFault(issue('peptides-empty', 'no peptide was given', 'give one peptide a line, such as SIINFEKL'))
  if (refused === rows)
    throw new InputFault(
      issue(
        'peptides-unscorable',
        `none of the ${peptides.toLocaleString('en-US')} peptides could be scored`,
        'give a list of peptides; the column caveats says what is wrong with each',
      ),
    )
  if (refused > 0)
    screen.notice(`${refused.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} rows have no score; the column caveats says why`)
  const ids = [supported.I.length > 0 ? predictors.I.id : '', supported.II.length > 0 ? predictors.II.id : ''].filter(id => id !== '')
  screen.end(
    'present',
    `${peptides.toLocaleString('en-US')} peptides × ${supported.I.length + supported.II.length} alleles → ${rows.toLocaleString('en-US')} rows (${ids.join(', ')})`,
    false,
    (performance.now() - started) / 1000,
  )
}

interface Sink {
  readonly write: (answer: PresentAnswer) => Promise<void>
  readonly close: () => Promise<void>
}

function openSink(out: string): Sink {
  if (out.endsWith('.parquet')) {
    const file = createParquet(userPath(out), PRESENT_COLUMNS, NUMERIC_COLUMNS)
    return { write: async answer => file.write(answer.columns ?? []), close: async () => file.close() }
  }
  const stream = out === '-' ? process.stdout : createWriteStream(userPath(out))
  const put = async (piece: string | Uint8Array) => {
    if (!stream.write(piece)) await once(stream, 'drain')
  }
  let begun = false
  return {
    async write(answer) {
      if (!begun) await put(`${PRESENT_COLUMNS.join('\t')}\n`)
      begun = true
      await put(answer.tsv ?? new Uint8Array())
    },
    async close() {
      if (stream === process.stdout) return
      stream.end()
      await once(stream, 'finish')
    },
  }
}

async function* batches(flags: Flags, alleles: SupportedAlleles, predictors: ShippedPredictors): AsyncGenerator<PresentBatch> {
  const base = {
    I: alleles.I,
    II: alleles.II,
    bestOnly: flags.bestAllele === true,
    output: flags.out.endsWith('.parquet') ? ('columns' as const) : ('tsv' as const),
  }
  if (flags.fasta !== undefined) yield* proteinBatches(flags.fasta, windowLengths(flags, alleles, predictors), base)
  else yield* lineBatches(flags.peptides!, base)
}

type Base = Omit<PresentBatch, 'source'>

/** Pieces of a file of peptides; a header line with the column `peptide` is recognised in the first. */
async function* lineBatches(path: string, base: Base): AsyncGenerator<PresentBatch> {
  let columns: PeptideColumns | undefined
  for await (const piece of linePieces(path, problem => new InputFault(problem))) {
    let bytes = piece
    if (columns === undefined) {
      const end = bytes.indexOf(10) < 0 ? bytes.length : bytes.indexOf(10)
      const cells = new TextDecoder().decode(bytes.subarray(0, end)).trim().toLowerCase().split('\t')
      const place = (name: string) => (cells.includes(name) ? cells.indexOf(name) : undefined)
      const peptide = place('peptide')
      if (peptide !== undefined) bytes = bytes.subarray(end + 1)
      columns = peptide === undefined ? { peptide: 0 } : { peptide, before: place('n_flank'), after: place('c_flank') }
    }
    yield { ...base, source: { kind: 'lines', bytes, columns } }
  }
}

async function* proteinBatches(path: string, lengths: readonly number[], base: Base): AsyncGenerator<PresentBatch> {
  const records = parseFasta(must(readText(path)))
  if (!records.ok) throw new InputFault({ ...records.issue, file: path })
  let sequences: string[] = []
  let residues = 0
  for (const { sequence } of records.value) {
    sequences.push(sequence)
    residues += sequence.length
    if (residues < PROTEIN_BATCH) continue
    yield { ...base, source: { kind: 'proteins', sequences, lengths } }
    sequences = []
    residues = 0
  }
  if (sequences.length > 0) yield { ...base, source: { kind: 'proteins', sequences, lengths } }
}

function windowLengths(flags: Flags, alleles: SupportedAlleles, predictors: ShippedPredictors): readonly number[] {
  if (flags.lengths === undefined) return [...(alleles.I.length > 0 ? [8, 9, 10, 11] : []), ...(alleles.II.length > 0 ? [15] : [])]
  const lengths = flags.lengths.map(Number)
  const used = [alleles.I.length > 0 ? [predictors.I] : [], alleles.II.length > 0 ? [predictors.II] : []].flat()
  const fits = (length: number) => Number.isInteger(length) && used.some(p => length >= p.minLength && length <= p.maxLength)
  if (!lengths.every(fits))
    throw new InputFault(
      issue(
        'length-unsupported',
        `lengths are ${flags.lengths.join(', ')}`,
        `use lengths ${used.map(p => `from ${p.minLength} to ${p.maxLength} for class ${p.mhcClass}`).join(', ')}`,
      ),
    )
  return lengths
}
