import { once } from 'node:events'
import { createWriteStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { issue } from '@cognate/core/base'
import { PRESETS } from '@cognate/core/bio'
import { CONSTANT_SETS, DEFAULT_PRODUCT, LINKERS, makeStitcher, parseStitchrReference, stitchedCells } from '@cognate/core/construct'
import { parseThimbleHeader, parseThimbleLine, thimbleOutputColumns } from '@cognate/core/format'
import { type Command, InvalidArgumentError } from 'commander'
import { dataPath, userPath } from '../../read/paths.ts'
import { shippedCodonUsage } from '../../read/shipped.ts'
import { checkFile, eachLine, readText } from '../../read/text.ts'
import { referencePath } from '../../reference/store.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { type CommonFlags, consoleOf, wholeNumber, withCommon } from '../options.ts'
import { runConstruct } from '../stages/construct.ts'
import { defineConstructCheck } from './construct-check.ts'

interface Flags extends CommonFlags {
  readonly receptors: string
  readonly contigs?: readonly string[]
  readonly most: number
  readonly constant: string
  readonly linker: string
  readonly order: 'beta-alpha' | 'alpha-beta'
  readonly preset: string
  readonly lockJunction?: boolean
  readonly out: string
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

export function defineConstruct(program: Command): void {
  const construct = withCommon(
    program.command('construct').description('receptors to checked inserts: constructs.tsv, constructs.gb, order.csv, gate.tsv'),
  )
    .option('--receptors <file>', 'receptors.tsv, or a table with receptor_id and tra_/trb_ v_call, j_call, junction_aa (and junction)')
    .option(
      '--contigs <file...>',
      'FASTA of contigs, or AIRR tables with sequence: each chain is built from the contig its row names; its bases win over germline',
    )
    .option('--most <number>', 'build the first receptors of the table; 0 builds all', wholeNumber, 0)
    .option(
      '--constant <set>',
      `constant regions: ${Object.keys(CONSTANT_SETS).join(', ')}`,
      oneOf(Object.keys(CONSTANT_SETS)),
      DEFAULT_PRODUCT.constantSet,
    )
    .option('--linker <name>', `linker: ${Object.keys(LINKERS).join(', ')}`, oneOf(Object.keys(LINKERS)), DEFAULT_PRODUCT.linker)
    .option('--order <order>', 'beta-alpha or alpha-beta', oneOf(['beta-alpha', 'alpha-beta']), DEFAULT_PRODUCT.order)
    .option(
      '--preset <name or file>',
      `sequence limits: ${[...PRESETS.keys()].join(', ')} (none keeps the native codons), or a JSON file of the same form`,
      DEFAULT_PRODUCT.preset,
    )
    .option('--lock-junction', 'keep the bases of the junctions through codon optimisation')
    .option('--out <folder>', 'folder for the results')
    .addHelpText(
      'after',
      '\nA receptor that fails any check is refused: it keeps its row in constructs.tsv with the reasons, and no order line is written. Exit code 1 then.\n\nExample:\n  cognate construct --receptors results/receptors.tsv --most 5 --out results\n',
    )
    .action((flags: Partial<Flags> & CommonFlags, command: Command) => {
      if (flags.receptors === undefined || flags.out === undefined)
        command.error("error: '--receptors' and '--out' are needed", { exitCode: 2 })
      const started = performance.now()
      const product = {
        constantSet: flags.constant!,
        linker: flags.linker!,
        order: flags.order!,
        preset: flags.preset!,
        lockJunction: flags.lockJunction === true,
      }
      const run = must(
        runConstruct({
          receptors: flags.receptors!,
          most: flags.most!,
          product,
          ...(flags.contigs === undefined ? {} : { contigs: flags.contigs }),
        }),
      )
      finishStage('construct', run.report, flags.out!, flags, started)
      if (run.refused > 0) process.exitCode = EXIT.input
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
  if (failed > 0) process.exitCode = EXIT.input
}
