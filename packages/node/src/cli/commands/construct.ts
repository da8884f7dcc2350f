import { once } from 'node:events'
import { createWriteStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { issue } from '@cognate/core/base'
import { CODON_OBJECTIVES, type CodonObjective, PRESETS } from '@cognate/core/bio'
import {
  CONSTANT_SETS,
  DEFAULT_OVERLAP,
  DEFAULT_PRODUCT,
  LINKERS,
  makeStitcher,
  parseStitchrReference,
  parseTag,
  stitchedCells,
  TAGS,
} from '@cognate/core/construct'
import { parseThimbleHeader, parseThimbleLine, thimbleOutputColumns } from '@cognate/core/format'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { dataPath, userPath } from '../../read/paths.ts'
import { shippedCodonUsage } from '../../read/shipped.ts'
import { checkFile, eachLine, readText } from '../../read/text.ts'
import { referencePath } from '../../reference/store.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, consoleOf, needing, wholeNumber, withCommon } from '../options.ts'
import { type ConstructRun, runConstruct, runUserChain } from '../stages/construct.ts'
import type { ProductFiles, ProductWish } from '../stages/construct-product.ts'
import { plural } from '../stages/stage.ts'
import { defineConstructCheck } from './construct-check.ts'

interface ProductFlags extends CommonFlags {
  readonly constant: string
  readonly constantSet?: string
  readonly linkerFile?: string
  readonly linker: string
  readonly order: 'beta-alpha' | 'alpha-beta'
  readonly layout: 'together' | 'separate' | 'multi'
  readonly preset: string
  readonly lockJunction?: boolean
  readonly codons: CodonObjective
  readonly kozak: string
  readonly stop: 'TAA' | 'TGA' | 'TAG' | 'TAATGA'
  readonly tag: readonly string[]
  readonly barcode: number
  readonly payload?: string
  readonly vector?: string
  readonly cut?: string
  readonly overlap: number
  readonly germline?: string
  readonly species?: 'human' | 'mouse'
  readonly preferredAlleles?: string
  readonly alleleFallback?: boolean
  readonly geneNames?: string
  readonly out: string
}

interface Flags extends ProductFlags {
  readonly receptors: string
  readonly contigs?: readonly string[]
  readonly germlineBases?: string
  readonly most: number
  readonly selection?: string
}

interface ThimbleFlags extends CommonFlags {
  readonly reference: string
  readonly extra?: string
  readonly species: 'human' | 'mouse'
  readonly out: string
}

const oneOf = (names: readonly string[]) => (text: string) => {
  if (!names.includes(text)) throw new InvalidArgumentError(`use one of ${names.join(', ')}`)
  return text
}

/** What an insert is made of, whatever it carries. */
function withProduct(command: Command): Command {
  return command
    .option(
      '--preset <name or file>',
      `sequence limits: ${[...PRESETS.keys()].join(', ')} (none keeps the native codons), or a JSON file of the same form`,
      DEFAULT_PRODUCT.preset,
    )
    .option('--kozak <bases>', 'bases before the start codon; "" for none', DEFAULT_PRODUCT.kozak)
    .option(
      '--codons <objective>',
      'best: the most frequent synonym wherever the limits allow it; match-usage: every synonym as often as the species uses it',
      oneOf(CODON_OBJECTIVES),
      DEFAULT_PRODUCT.codons,
    )
    .option('--stop <bases>', 'TAA, TGA, TAG or TAATGA', oneOf(['TAA', 'TGA', 'TAG', 'TAATGA']), DEFAULT_PRODUCT.stop)
    .option('--vector <file>', 'backbone, GenBank or SnapGene: the insert gets its arms, and plasmids.gb is written')
    .option(
      '--cut <place>',
      'where the insert goes: EcoRI/NotI (cut and ligate), BsmBI (Golden Gate), or bases such as 1201-1260 (flanks for Gibson)',
    )
    .option('--overlap <bases>', 'bases of the vector at each end of the ordered DNA, with bases as place', wholeNumber, DEFAULT_OVERLAP)
    .option('--out <folder>', 'folder for the results')
}

function productOf(flags: ProductFlags): { product: ProductWish; files: ProductFiles } {
  if ((flags.vector === undefined) !== (flags.cut === undefined))
    throw new InputFault(issue('vector-cut', '--vector and --cut belong together', 'name the backbone and where the insert goes'))
  return {
    product: {
      constantSet: flags.constant,
      linker: flags.linker,
      order: flags.order,
      layout: flags.layout,
      lockJunction: flags.lockJunction === true,
      codons: flags.codons,
      kozak: flags.kozak.toUpperCase(),
      stop: flags.stop,
      tags: flags.tag.map(text => must(parseTag(text))),
      barcodeLength: flags.barcode,
    },
    files: {
      preset: flags.preset,
      constantSetFile: flags.constantSet,
      linkerFile: flags.linkerFile,
      payload: flags.payload,
      germline: flags.germline,
      species: flags.species,
      preferredAlleles: flags.preferredAlleles,
      alleleFallback: flags.alleleFallback,
      geneNames: flags.geneNames,
      vector: flags.vector === undefined ? undefined : { file: flags.vector, cut: flags.cut!, overlap: flags.overlap },
    },
  }
}

const DEFAULT_FLAGS = {
  constant: DEFAULT_PRODUCT.constantSet,
  linker: DEFAULT_PRODUCT.linker,
  order: DEFAULT_PRODUCT.order,
  layout: DEFAULT_PRODUCT.layout,
  tag: [],
  barcode: 0,
} as const

export function defineConstruct(program: Command): void {
  const construct = withProduct(
    withCommon(
      needing(
        program
          .command('construct')
          .description('receptors to checked inserts: constructs.tsv, constructs.gb, order.csv, gate.tsv, construct-sheet.html'),
        ['overlap', 'vector'],
        ['germline-bases', 'contigs'],
      ),
    )
      .option(
        '--receptors <file>',
        'receptors.tsv (receptor_id and tra_/trb_ or trg_/trd_ v_call, j_call, junction_aa, junction), an AIRR table with cell_id, or a thimble table',
      )
      .option(
        '--contigs <file...>',
        'FASTA of contigs, or AIRR tables with sequence: each chain is built from the contig its row names; its bases win over germline',
      )
      .option(
        '--germline-bases <file>',
        'TSV of receptor_id, locus, difference (V 123 A>G), person, reason: bases of contigs that are taken back to germline, one by one',
      )
      .option(
        '--selection <file>',
        'selection.payload.json: builds the chosen receptors, as they were chosen, and prints the checksum that two people sign',
      )
      .addOption(
        new Option('--research', 'build by rank, without a signed choice: every file says so, with this word and without it').conflicts(
          'selection',
        ),
      )
      .option('--most <number>', 'build the first receptors of the table; 0 builds all', wholeNumber, 0)
      .option('--species <species>', 'of the receptors: human or mouse; it is never guessed', oneOf(['human', 'mouse']), 'human')
      .option('--preferred-alleles <file>', 'alleles that are taken where a receptor names none: stitchr’s table (Gene, Allele, Region)')
      .option('--gene-names <file>', 'older names of genes (TRBV13S1) to the reference’s: name, tab, genes; as VDJdb’s table')
      .option('--allele-fallback', 'another allele of the gene stands in, with a caveat, for a named one that the germline has not')
      .option('--germline <name or folder>', 'imported germline (imgt, tenx, vdj) instead of the open set that ships')
      .option(
        '--constant <set>',
        `constant regions: ${[...CONSTANT_SETS.keys()].join(', ')}`,
        oneOf([...CONSTANT_SETS.keys()]),
        DEFAULT_PRODUCT.constantSet,
      )
      .option('--constant-set <file>', 'YAML of a constant set of your own, used instead')
      .option('--linker <name>', `linker: ${Object.keys(LINKERS).join(', ')}`, oneOf(Object.keys(LINKERS)), DEFAULT_PRODUCT.linker)
      .option('--linker-file <file>', 'YAML of a linker of your own, used instead: parts in order, the last a 2A peptide')
      .option(
        '--order <order>',
        'beta-alpha or alpha-beta (delta counts as beta)',
        oneOf(['beta-alpha', 'alpha-beta']),
        DEFAULT_PRODUCT.order,
      )
      .option(
        '--layout <layout>',
        'together; separate (a vector each chain); multi (two receptors in one insert)',
        oneOf(['together', 'separate', 'multi']),
        DEFAULT_PRODUCT.layout,
      )
      .option('--lock-junction', 'keep the bases of the junctions through codon optimisation')
      .option(
        '--tag <tag...>',
        `residues to add: ${Object.keys(TAGS).join(', ')} or NAME=RESIDUES, with their place, such as Myc@beta-C or HA@alpha-N`,
        [],
      )
      .option('--barcode <bases>', 'barcode of so many bases behind the stop codon, three bases apart within the batch', wholeNumber, 0)
      .option('--payload <file>', 'YAML of named parts made behind the last chain'),
  )
    .addHelpText(
      'after',
      '\nA receptor that fails any check is refused: it keeps its row in constructs.tsv with the reasons, and no order line is written. Exit code 1 then.\nA TIL product carries no construct: its cells are infused as they grew.\n\nExamples:\n  cognate construct --receptors results/receptors.tsv --most 5 --out results\n  cognate construct --receptors results/receptors.tsv --vector backbone.gb --cut EcoRI/NotI --out results\n',
    )
    .action((flags: Partial<Flags> & CommonFlags, command: Command) => {
      if (flags.receptors === undefined || flags.out === undefined)
        command.error("error: '--receptors' and '--out' are needed", { exitCode: 2 })
      const given = flags as Flags
      const started = performance.now()
      const { receptors, most, contigs, germlineBases, selection } = given
      finish(must(runConstruct({ receptors, most, contigs, germlineBases, selection, ...productOf(given) })), given.out, flags, started)
    })
  withProduct(
    withCommon(
      construct
        .command('car')
        .description('a chimeric receptor of named parts (leader, scfv, hinge, tm, costim, cd3zeta) through the same optimiser and gate'),
    ),
  )
    .argument('<parts>', 'YAML: name, and parts with role, name, aa or nt, and citation; no part ships')
    .action((parts: string, flags: Partial<ProductFlags> & CommonFlags, command: Command) => {
      if (flags.out === undefined) command.error("error: '--out' is needed", { exitCode: 2 })
      const started = performance.now()
      const given = { ...DEFAULT_FLAGS, ...flags } as ProductFlags
      const { product, files } = productOf(given)
      finish(must(runUserChain(parts, product, files)), given.out, flags, started)
    })
  defineConstructCheck(construct)
  withCommon(
    construct
      .command('thimble')
      .description('V, CDR3 and J rows to sequences exactly as stitchr builds them, for comparison with existing designs'),
  )
    .argument('<table>', 'table in thimble format')
    .requiredOption(
      '--reference <folder>',
      "germline folder in stitchr's layout (TRA.fasta … C-region-motifs.tsv), or the name given to `cognate reference add imgt`",
    )
    .option('--extra <file>', 'additional genes in the same FASTA layout')
    .option('--species <species>', 'human or mouse', oneOf(['human', 'mouse']), 'human')
    .requiredOption('-o, --out <file>', 'table to write; - is standard output')
    .action((table: string, flags: ThimbleFlags) => thimble(table, flags))
}

function finish(run: ConstructRun, out: string, flags: CommonFlags, started: number): void {
  finishStage('construct', run.report, out, flags, started)
  if (run.refused === 0) return
  consoleOf(flags).fault(`${plural(run.refused, 'construct')} refused: constructs.tsv and gate.tsv in ${out} say why`)
  process.exitCode = EXIT.input
}

/** Streams the table: memory holds the reference and one batch of rows. */
async function thimble(table: string, flags: ThimbleFlags): Promise<void> {
  const folder = referencePath('imgt', flags.reference)
  const names = (() => {
    try {
      return readdirSync(userPath(folder))
    } catch {
      throw new InputFault(issue('reference-missing', `there is no folder ${folder}`, "give a germline folder in stitchr's layout"))
    }
  })()
  const files = names.filter(name => /^TR[ABGD]\.fasta$/.test(name)).map(name => ({ text: must(readText(join(folder, name))) }))
  const extra = flags.extra === undefined ? [] : [{ text: must(readText(flags.extra)), extra: true }]
  const reference = must(parseStitchrReference([...files, ...extra], must(readText(join(folder, 'C-region-motifs.tsv')))))
  const linkers = new Map(
    must(readText(dataPath('linkers.tsv')))
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t') as [string, string]),
  )
  const stitcher = makeStitcher(reference, shippedCodonUsage(flags.species), linkers, flags.species)
  must(checkFile(table))
  const sink = flags.out === '-' ? process.stdout : createWriteStream(userPath(flags.out))
  const started = performance.now()
  let loci: readonly ['TRA', 'TRB'] | readonly ['TRG', 'TRD'] = ['TRA', 'TRB']
  let rows = 0
  let failed = 0
  const pieces: string[] = []
  must(
    await eachLine(table, (line, number) => {
      if (number === 1) {
        const header = parseThimbleHeader(line)
        if (!header.ok) return header.issue
        loci = header.value.loci
        sink.write(thimbleOutputColumns(loci[0], loci[1]).join('\t'))
        return undefined
      }
      if (line === '') return undefined
      const stitched = stitcher.stitch(parseThimbleLine(line, number), loci)
      rows++
      if (stitched.issues.length > 0) failed++
      pieces.push(`\n${stitchedCells(stitched).join('\t')}`)
      if (pieces.length === 512) sink.write(pieces.splice(0).join(''))
      return undefined
    }),
  )
  sink.write(pieces.join(''))
  if (sink !== process.stdout) {
    sink.end()
    await once(sink, 'finish')
  }
  consoleOf(flags).end(
    'thimble',
    `${rows.toLocaleString('en-US')} rows, ${failed} with a chain that could not be built`,
    false,
    (performance.now() - started) / 1000,
  )
  if (failed === 0) return
  consoleOf(flags).fault(`${plural(failed, 'row')} with a chain that could not be built: column Warnings/Errors says why`)
  process.exitCode = EXIT.input
}
