import { issue } from '@cognate/core/base'
import { type CellLimits, DEFAULT_CELL_LIMITS, type ReceptorResult, SCORING_METHODS, type ScoringMethod } from '@cognate/core/receptor'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, gather, lesionPath, needing, wholeNumber, withCommon } from '../options.ts'
import { callReceptors, type LesionFiles, readManifest, runReceptors } from '../stages/receptors.ts'

interface Flags extends CommonFlags {
  readonly contigs?: ReadonlyMap<string, string>
  readonly samples?: string
  readonly airrCells?: ReadonlyMap<string, string>
  readonly matrix?: ReadonlyMap<string, string>
  readonly barcodePrefix?: ReadonlyMap<string, string>
  readonly candidates: number
  readonly method: ScoringMethod
  readonly signatures?: readonly string[]
  readonly mana3?: boolean
  readonly primaryOnly?: boolean
  readonly known?: readonly string[]
  readonly vLoops?: readonly string[]
  readonly cellLimits?: CellLimits | 'none'
  readonly alreadyLog?: boolean
  readonly genome?: string
  readonly explain?: string
  readonly out?: string
}

/** `genes=250-15000,counts=500-100000,mt=8`; what is left out keeps its default. */
function cellLimits(text: string): CellLimits | 'none' {
  if (text === 'none') return 'none'
  let limits = DEFAULT_CELL_LIMITS
  for (const part of text.split(',')) {
    const range = /^(genes|counts)=(\d+)-(\d+)$/.exec(part.trim())
    const share = /^mt=(\d+(?:\.\d+)?)$/.exec(part.trim())
    if (range !== null && Number(range[2]) <= Number(range[3])) limits = { ...limits, [range[1]!]: [Number(range[2]), Number(range[3])] }
    else if (share !== null) limits = { ...limits, mitochondrialPercent: Number(share[1]) }
    else throw new InvalidArgumentError('write genes=250-15000,counts=500-100000,mt=8, any of them, or none')
  }
  return limits
}

export function defineReceptors(program: Command): void {
  withCommon(
    needing(
      program
        .command('receptors')
        .description('contigs (10x, AIRR, BD, TRUST4, MiXCR, Parse) + expression to clonotypes.tsv, receptors.tsv, cells.tsv.gz'),
      ['v-loops', 'known'],
    ),
  )
    .option('--contigs <lesion=file>', 'contig annotations of a lesion; repeat for each', lesionPath)
    .option('--samples <file>', 'all of it in one table: lesion, contigs, matrix, barcode_prefix, airr_cells, hashtag; one line a lesion')
    .option('--matrix <lesion=path>', '10x HDF5 file, matrix folder or .h5ad of a lesion; repeat for each', lesionPath)
    .option('--airr-cells <lesion=file>', 'AIRR Cell JSON: which rearrangements belong to which cell; repeat for each', lesionPath)
    .option('--barcode-prefix <lesion=text>', 'what the matrix of a lesion writes before each barcode; repeat for each', lesionPath)
    .option('--known <file>', 'receptors of known specificity: VDJdb, McPAS, IEDB or CEDAR; repeat for several', gather)
    .option(
      '--v-loops <file>',
      'loops of V genes, so that distances to known receptors are of whole chains: database of TCRdock or tcrdist3, or IMGT’s gapped V-REGION FASTA; repeat for several',
      gather,
    )
    .addOption(new Option('--method <method>', 'how gene sets are scored').choices(Object.keys(SCORING_METHODS)).default('ucell'))
    .option(
      '--signatures <file>',
      'gene sets of your own, scored beside the shipped ones: TSV with signature, gene and, if wanted, lineage (CD8, CD4, any), direction (up, down), source; or GMT; repeat for several',
      gather,
    )
    .option('--primary-only', 'one pair of chains a clonotype, the commonest, instead of every alpha with every beta')
    .option('--mana3', 'rank clones by the three-gene model of tumour-antigen-specific cells as well')
    .option(
      '--cell-limits <limits>',
      'cells outside are not scored: genes=250-15000,counts=500-100000,mt=8, which is the default for whole transcriptomes; none scores every cell',
      cellLimits,
    )
    .option('--already-log', 'an .h5ad without counts holds their logarithms: they are taken back, where that gives whole numbers')
    .option('--genome <name>', 'of a matrix of Cell Ranger 2 that holds several')
    .option('--candidates <number>', 'receptors on the shortlist', wholeNumber, 40)
    .option('--explain <barcode>', 'tell one cell’s story from contig to fate, and write nothing')
    .option('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nExample:\n  cognate receptors --contigs liver=liver/filtered_contig_annotations.csv --matrix liver=liver/filtered_feature_bc_matrix.h5 --out results\n  cognate receptors --samples samples.tsv --out results\n\nIn --samples, lesions of one run share contigs and matrix, and each names the hashtag that marks its cells.\n',
    )
    .action(async (flags: Flags, command: Command) => {
      if (flags.out === undefined && flags.explain === undefined)
        command.error("error: one of '--out' and '--explain' is needed", { exitCode: 2 })
      if ((flags.contigs === undefined) === (flags.samples === undefined))
        command.error("error: give either '--contigs' or '--samples'", { exitCode: 2 })
      const lesions = flags.samples === undefined ? lesionsOf(flags, command) : must(readManifest(flags.samples))
      const input = {
        lesions,
        candidates: flags.candidates,
        seed: flags.seed,
        known: flags.known,
        vLoops: flags.vLoops,
        method: flags.method,
        signatures: flags.signatures,
        mana3: flags.mana3,
        primaryOnly: flags.primaryOnly,
        cellLimits: flags.cellLimits,
        matrix: { alreadyLog: flags.alreadyLog, genome: flags.genome },
      }
      const started = performance.now()
      if (flags.explain !== undefined) process.stdout.write(explain(must(await callReceptors(input)), flags.explain))
      else finishStage('receptors', must(await runReceptors(input)), flags.out!, flags, started)
    })
}

function lesionsOf(flags: Flags, command: Command): readonly LesionFiles[] {
  const contigs = flags.contigs!
  for (const [option, given] of [
    ['--matrix', flags.matrix],
    ['--airr-cells', flags.airrCells],
    ['--barcode-prefix', flags.barcodePrefix],
  ] as const) {
    const stray = [...(given?.keys() ?? [])].find(lesion => !contigs.has(lesion))
    if (stray !== undefined) command.error(`error: ${option} names the lesion ${stray}, --contigs does not`, { exitCode: 2 })
  }
  return [...contigs].map(([lesion, file]) => ({
    lesion,
    contigs: file,
    matrix: flags.matrix?.get(lesion),
    barcodePrefix: flags.barcodePrefix?.get(lesion),
    airrCells: flags.airrCells?.get(lesion),
  }))
}

function explain(result: ReceptorResult, barcode: string): string {
  const cells = result.cells.filter(cell => cell.barcode === barcode)
  if (cells.length === 0)
    throw new InputFault(
      issue(
        'barcode-unknown',
        `no cell with contigs is called ${barcode}`,
        `write the barcode as in the contig file, such as ${result.cells[0]?.barcode ?? 'AAAC…-1'}`,
      ),
    )
  let text = ''
  for (const cell of cells) {
    const poor = result.poor.get(cell)
    text += `${cell.lesion} ${cell.barcode}: ${cell.pairing}${cell.column === undefined ? ', no expression' : ''}${poor === undefined ? '' : `, not scored: ${poor}`}\n`
    for (const chain of [...cell.vj, ...cell.vdj])
      text += `  ${chain.locus} ${chain.vGene} ${chain.junctionAa} ${chain.jGene}  ${chain.umiCount} UMIs  ${chain.sequenceId}\n`
    const home = result.clonotypes.find(({ clonotype }) => clonotype.cells.includes(cell))
    if (home === undefined) text += '  belongs to no clonotype: a doublet, an ambiguous chain, or not an alpha-beta cell (see funnel.tsv)\n'
    else {
      text += `  clonotype ${home.clonotype.id} (${home.clonotype.alias}), ${home.clonotype.cells.length} cells, ${home.lineage}\n`
      for (const { lesion, signature, score } of home.scores)
        text += `  ${signature} in ${lesion}: ${score.mean.toFixed(3)}, floor ${score.floor.toFixed(3)}, p ${score.p.toPrecision(2)}${score.passes ? ', passes' : ''}\n`
      for (const receptor of result.receptors.filter(r => r.clonotype === home.clonotype))
        text += `  receptor ${receptor.id}, rank ${receptor.rank}${receptor.shortlisted ? ', shortlisted' : ''}\n`
    }
  }
  return text
}
