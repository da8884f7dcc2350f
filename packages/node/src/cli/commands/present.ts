import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { issue } from '@cognate/core/base'
import { parseFasta } from '@cognate/core/format'
import { PRESENT_COLUMNS, presentRows, supportedAlleles } from '@cognate/core/presentation'
import type { Command } from 'commander'
import { openClass1Predictor } from '../../model/class1-predictor.ts'
import { userPath } from '../../read/paths.ts'
import { eachLine, readText } from '../../read/text.ts'
import { InputFault, must } from '../exit.ts'
import { type CommonFlags, consoleOf, list, withCommon } from '../options.ts'

interface Flags extends CommonFlags {
  readonly peptides?: string
  readonly fasta?: string
  readonly lengths: readonly string[]
  readonly alleles: readonly string[]
  readonly class: string
  readonly bestAllele?: boolean
  readonly out: string
}

/** Peptides scored and written at a time: memory stays flat. */
const BATCH = 8192

export function definePresent(program: Command): void {
  withCommon(program.command('present').description('peptides × HLA alleles to presentation score, %rank and IC50'))
    .option('--peptides <file>', 'one peptide a line, or TSV with a column peptide; - reads standard input')
    .option('--fasta <file>', 'proteins: all their windows are scored')
    .option('--lengths <list>', 'lengths of the windows of --fasta', list, ['8', '9', '10', '11'])
    .requiredOption('--alleles <list>', 'HLA alleles, comma-separated, any spelling', list)
    .option('--class <class>', 'I (class II is not yet shipped)', 'I')
    .option('--best-allele', 'one row a peptide: its best allele')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nExamples:\n  cognate present --peptides peptides.txt --alleles "A*02:01,B*07:02"\n  printf "GADGVGKSAL\\n" | cognate present --peptides - --alleles C0802\n',
    )
    .action(async (flags: Flags, command: Command) => {
      if ((flags.peptides === undefined) === (flags.fasta === undefined))
        command.error("error: give one of '--peptides' and '--fasta'", { exitCode: 2 })
      if (flags.class !== 'I')
        throw new InputFault(
          issue('class-not-shipped', `class ${flags.class} was asked for; this version ships a class I model`, 'use --class I'),
        )
      await present(flags)
    })
}

async function present(flags: Flags): Promise<void> {
  const predictor = must(openClass1Predictor())
  const { alleles, caveats } = must(supportedAlleles(predictor, flags.alleles))
  const screen = consoleOf(flags)
  for (const caveat of caveats) screen.notice(`${caveat.text} [${caveat.code}]`)
  const sink = flags.out === '-' ? process.stdout : createWriteStream(userPath(flags.out))
  const write = async (text: string) => {
    if (!sink.write(text)) await once(sink, 'drain')
  }
  await write(`${PRESENT_COLUMNS.join('\t')}\n`)
  const started = performance.now()
  let scored = 0
  for await (const peptides of flags.fasta === undefined
    ? peptideBatches(flags.peptides!)
    : windowBatches(flags.fasta, flags.lengths.map(Number))) {
    const rows = presentRows(predictor, peptides, alleles, flags.bestAllele === true)
    await write(`${rows.map(row => row.join('\t')).join('\n')}\n`)
    scored += peptides.length
  }
  if (sink !== process.stdout) {
    sink.end()
    await once(sink, 'finish')
  }
  if (scored === 0) throw new InputFault(issue('peptides-empty', 'no peptide was given', 'give one peptide a line, such as SIINFEKL'))
  screen.end(
    'present',
    `${scored.toLocaleString('en-US')} peptides × ${alleles.length} alleles (${predictor.id})`,
    false,
    (performance.now() - started) / 1000,
  )
}

/** Batches of peptides of a file or standard input; a TSV header with the column `peptide` is recognised. */
async function* peptideBatches(path: string): AsyncGenerator<readonly string[]> {
  let column = 0
  let first = true
  let batch: string[] = []
  const take = (line: string) => {
    const cells = line.trim().split('\t')
    if (first) {
      first = false
      const at = cells.findIndex(cell => cell.toLowerCase() === 'peptide')
      if (at >= 0) {
        column = at
        return
      }
    }
    const peptide = cells[column]?.trim() ?? ''
    if (peptide !== '') batch.push(peptide)
  }
  if (path !== '-') {
    const all: string[][] = []
    must(
      await eachLine(path, line => {
        take(line)
        if (batch.length >= BATCH) {
          all.push(batch)
          batch = []
        }
        return undefined
      }),
    )
    yield* all
  } else {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of process.stdin) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        take(line)
        if (batch.length >= BATCH) {
          yield batch
          batch = []
        }
      }
    }
    if (rest !== '') take(rest)
  }
  if (batch.length > 0) yield batch
}

async function* windowBatches(path: string, lengths: readonly number[]): AsyncGenerator<readonly string[]> {
  const records = parseFasta(must(readText(path)))
  if (!records.ok) throw new InputFault({ ...records.issue, file: path })
  if (lengths.some(length => !Number.isInteger(length) || length < 8 || length > 14))
    throw new InputFault(issue('length-unsupported', `lengths are ${lengths.join(', ')}`, 'use lengths from 8 to 14'))
  let batch: string[] = []
  for (const { sequence } of records.value) {
    for (const length of lengths) {
      for (let i = 0; i + length <= sequence.length; i++) {
        batch.push(sequence.slice(i, i + length))
        if (batch.length < BATCH) continue
        yield batch
        batch = []
      }
    }
  }
  if (batch.length > 0) yield batch
}
