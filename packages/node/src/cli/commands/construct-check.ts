// `construct check` and `construct verify`: judge a design that was edited elsewhere; judge the plasmid that came back.
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inFile, issue } from '@cognate/core/base'
import {
  type DesignToVerify,
  failedChecks,
  GATE_COLUMNS,
  type GateReferences,
  type GateResult,
  judge,
  KOZAK,
  parseDeclarations,
  type Read,
  type Verdict,
  verifyDesign,
} from '@cognate/core/construct'
import { formatTsv, parseAbif, parseFasta, parseFastq } from '@cognate/core/format'
import { type Command, Option } from 'commander'
import { userPath } from '../../read/paths.ts'
import { readPreset } from '../../read/preset.ts'
import { readSequences } from '../../read/sequences.ts'
import { shippedReferences } from '../../read/shipped.ts'
import { readBytes, readParsed, readText } from '../../read/text.ts'
import { importedGermline } from '../../reference/germline.ts'
import { writeOutputs } from '../../write/outputs.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { type CommonFlags, consoleOf, withCommon } from '../options.ts'
import { withOwnParts } from '../stages/construct-product.ts'
import { plural } from '../stages/stage.ts'

interface CheckFlags extends CommonFlags {
  readonly spec: string
  readonly preset?: string
  readonly constantSet?: string
  readonly linkerFile?: string
  readonly germline?: string
  readonly species: 'human' | 'mouse'
  readonly out: string
}

function checkReferences(flags: CheckFlags): GateReferences {
  const shipped = shippedReferences(flags.preset === undefined ? undefined : must(readPreset(flags.preset)), flags.species)
  const { references } = must(withOwnParts(shipped, { constantSetFile: flags.constantSet, linkerFile: flags.linkerFile }))
  return flags.germline === undefined ? references : { ...references, receptor: must(importedGermline(flags.germline, flags.species)) }
}

export function defineConstructCheck(construct: Command): void {
  withCommon(construct.command('check').description('the gate alone, on any insert and its declaration'))
    .argument('<file>', 'inserts: FASTA, GenBank, or a SnapGene file named like its construct; names as in the declaration')
    .requiredOption('--spec <file>', 'constructs.tsv: what each insert is declared to be')
    .option('--preset <file>', 'JSON file of the sequence limits the declaration names, when they are not shipped')
    .option('--constant-set <file>', 'YAML of the constant set the declaration names, when it is not shipped')
    .option('--linker-file <file>', 'YAML of the linker the declaration names, when it is not shipped')
    .addOption(new Option('--species <species>', 'of the receptors').choices(['human', 'mouse']).default('human'))
    .option('--germline <name or folder>', 'imported IMGT germline that the design was built with')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .action((path: string, flags: CheckFlags) => {
      const sequences = must(readSequences(path))
      if (sequences.length === 0)
        throw new InputFault(
          inFile(path, issue('inserts-none', 'the file holds no insert: nothing was judged', 'give FASTA or GenBank of the inserts')),
        )
      const declared = must(readParsed(flags.spec, parseDeclarations))
      const references = checkReferences(flags)
      const rows: (readonly string[])[] = []
      let refused = 0
      for (const { id, sequence } of sequences) {
        const declaration = declared.get(id)
        if (declaration === undefined)
          throw new InputFault(
            inFile(
              path,
              issue(
                'construct-undeclared',
                `${id} is not in ${flags.spec}`,
                `name the inserts as there: ${[...declared.keys()].slice(0, 3).join(', ')}`,
              ),
            ),
          )
        const gate: readonly GateResult[] = judge(sequence, declaration, references)
        if (failedChecks(gate).length > 0) refused++
        rows.push(...gate.map(g => [id, g.check, g.verdict, g.observed, g.expected]))
      }
      writeTable(flags.out, formatTsv(GATE_COLUMNS, rows))
      const judged = `${plural(sequences.length, 'insert')} judged, ${refused} refused`
      if (refused === 0) consoleOf(flags).notice(judged)
      else {
        consoleOf(flags).fault(judged)
        process.exitCode = EXIT.input
      }
    })
  withCommon(
    construct.command('verify').description('sequencing of the returned plasmids against the design: every base proven, or what differs'),
  )
    .requiredOption('--design <file>', 'constructs.gb, plasmids.gb, FASTA or SnapGene file of the designs')
    .requiredOption('--reads <folder>', 'folder with .ab1, .fastq(.gz) or .fasta; a read or file named like a construct belongs to it')
    .option('--flanks <file>', 'FASTA with the records left and right: bases of the vector beside the insert')
    .requiredOption('--out <folder>', 'folder for verification.tsv')
    .action((flags: CommonFlags & { design: string; reads: string; flanks?: string; out: string }) => verify(flags))
}

function writeTable(out: string, text: string): void {
  if (out === '-') process.stdout.write(text)
  else writeOutputs(userPath(join(out, '..')), new Map([[out.split(/[\\/]/).at(-1)!, text]]))
}

function readReads(folder: string): readonly (Read & { readonly file: string })[] {
  const full = userPath(folder)
  const names = (() => {
    try {
      return readdirSync(full)
        .filter(name => statSync(join(full, name)).isFile())
        .sort()
    } catch {
      throw new InputFault(issue('reads-missing', `there is no folder ${folder}`, 'name the folder with the sequencing reads'))
    }
  })()
  return names.flatMap((file): readonly (Read & { readonly file: string })[] => {
    const path = join(folder, file)
    if (/\.ab1$/i.test(file)) {
      const trace = parseAbif(must(readBytes(path)))
      if (!trace.ok) throw new InputFault(inFile(path, trace.issue))
      return [{ file, name: file.replace(/\.ab1$/i, ''), bases: trace.value.bases, qualities: trace.value.qualities }]
    }
    const isFastq = /\.(fastq|fq)(\.gz)?$/i.test(file)
    if (!isFastq && !/\.(fasta|fa|fna)(\.gz)?$/i.test(file)) return []
    const text = must(readText(path))
    const records = isFastq ? parseFastq(text) : parseFasta(text)
    if (!records.ok) throw new InputFault(inFile(path, records.issue))
    return records.value.map(record => ({
      file,
      name: record.id,
      bases: record.sequence,
      qualities: record.quality === undefined ? undefined : Uint8Array.from(record.quality, letter => letter.charCodeAt(0) - 33),
    }))
  })
}

/** Without a named CDS: behind the first Kozak sequence; without one, the first base. */
const startOf = (sequence: string): number => {
  const at = sequence.indexOf(`${KOZAK}ATG`)
  return at < 0 ? 0 : at + KOZAK.length
}

function verify(flags: CommonFlags & { design: string; reads: string; flanks?: string; out: string }): void {
  const flanks = new Map((flags.flanks === undefined ? [] : must(readSequences(flags.flanks))).map(record => [record.id, record.sequence]))
  const designs: readonly DesignToVerify[] = must(readSequences(flags.design)).map(({ id, sequence, coding }) => ({
    name: id,
    insert: sequence,
    left: flanks.get('left') ?? '',
    right: flanks.get('right') ?? '',
    fivePrime: coding?.start ?? startOf(sequence),
    codingEnd: coding?.end ?? sequence.length,
  }))
  const reads = readReads(flags.reads)
  const belongs = (read: { name: string; file: string }, design: DesignToVerify) =>
    read.name.startsWith(design.name) || read.file.startsWith(design.name)
  const stray = reads.find(read => !designs.some(design => belongs(read, design)))
  if (stray !== undefined)
    throw new InputFault(
      inFile(
        `${flags.reads}/${stray.file}`,
        issue(
          'read-unassigned',
          `the read ${stray.name} is named like no construct`,
          `start its name, or its file's, with a construct: ${designs
            .slice(0, 3)
            .map(d => d.name)
            .join(', ')}`,
        ),
      ),
    )
  const verdicts = designs.map(design =>
    verifyDesign(
      design,
      reads.filter(read => belongs(read, design)),
      designs,
    ),
  )
  const folder = userPath(flags.out)
  mkdirSync(folder, { recursive: true })
  writeOutputs(
    folder,
    new Map([
      [
        'verification.tsv',
        formatTsv(
          ['construct_id', 'verdict', 'position', 'ref', 'alt', 'effect', 'reads', 'unproven', 'fits'],
          verdicts.flatMap(verdictRows),
        ),
      ],
    ]),
  )
  const screen = consoleOf(flags)
  for (const verdict of verdicts)
    screen.result(
      `${verdict.design}  ${verdict.verdict}${verdict.differences.map(d => `  ${d.position} ${d.ref || '-'}>${d.alt || '-'} (${d.effect})`).join('')}${verdict.fits === undefined ? '' : `  fits ${verdict.fits}`}`,
    )
  if (verdicts.some(verdict => verdict.verdict !== 'match')) process.exitCode = EXIT.input
}

function verdictRows(v: Verdict): readonly (readonly (string | number)[])[] {
  const unproven = v.unproven.map(([from, to]) => `${from}-${to}`).join(',')
  if (v.differences.length === 0) return [[v.design, v.verdict, '', '', '', '', '', unproven, v.fits ?? '']]
  return v.differences.map(d => [v.design, v.verdict, d.position, d.ref, d.alt, d.effect, d.reads.join(','), unproven, v.fits ?? ''])
}
