// Options that several commands share, and how their text becomes a value.

import { basename } from 'node:path'
import { DEFAULT_VARIANT_OPTIONS, type VariantOptions } from '@cognate/core/variant'
import { type Command, InvalidArgumentError } from 'commander'
import type { OwnRouteInput } from '../read/own-route.ts'
import type { VcfInput } from '../read/vcf.ts'
import { type Console, makeConsole } from './console.ts'

export interface CommonFlags {
  readonly quiet?: boolean
  readonly json?: boolean
  readonly seed: string
}

export const withCommon = (command: Command): Command =>
  command
    .option('--quiet', 'print errors, and rows at fault, only')
    .option('--json', 'print a machine-readable summary on standard output')
    .option('--seed <text>', 'seed of everything that draws by chance', 'cognate')

/** Options that say nothing without one of others, by their long names: refused, for they would be left aside. */
export const needing = (command: Command, ...rules: readonly (readonly [option: string, ...others: string[]])[]): Command =>
  command.hook('preAction', (_, action) => {
    if (action !== command) return
    const isGiven = (option: string) =>
      action.getOptionValueSource(option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())) === 'cli'
    for (const [option, ...others] of rules)
      if (isGiven(option) && !others.some(isGiven))
        action.error(`error: '--${option}' needs ${others.map(other => `'--${other}'`).join(' or ')}`, { exitCode: 2 })
  })

export const consoleOf = (flags: CommonFlags): Console => makeConsole({ quiet: flags.quiet === true, json: flags.json === true })

export const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

/** Values of an option that may be given several times. */
export const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError('a whole number from 0 is expected')
  return Number(text)
}

/** A whole number of a range. */
export const wholeBetween =
  (least: number, most: number) =>
  (text: string): number => {
    const n = wholeNumber(text)
    if (n < least || n > most) throw new InvalidArgumentError(`a whole number from ${least} to ${most} is expected`)
    return n
  }

export function anyNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is expected')
  return value
}

export function shareOfOne(text: string): number {
  const n = Number(text)
  if (!(n > 0 && n <= 1)) throw new InvalidArgumentError('a share above 0 and at most 1 is expected')
  return n
}

/** Of an interval or a test: neither 0 nor 1. */
export function openShare(text: string): number {
  const n = Number(text)
  if (!(n > 0 && n < 1)) throw new InvalidArgumentError('a share above 0 and below 1 is expected')
  return n
}

/** What the own consequence engine was asked to use; undefined: the VCF's CSQ is. */
export const ownRouteOf = (flags: VariantFlags): OwnRouteInput | undefined =>
  flags.reference === undefined && flags.annotation === undefined && flags.genome === undefined
    ? undefined
    : {
        reference: flags.reference,
        annotation: flags.annotation,
        genome: flags.genome,
        phased: flags.phased,
        phasedSample: flags.phasedSample ?? flags.tumour,
        unknownPhase: flags.enumeratePhases === true ? 'both' : flags.assumeCis === true ? 'cis' : 'apart',
      }

/** Collects `LESION=PATH` of a repeated option. */
export function lesionPath(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('write LESION=PATH, such as liver-1=liver/contigs.csv')
  const lesion = text.slice(0, at)
  if (before.has(lesion)) throw new InvalidArgumentError(`lesion ${lesion} is given twice`)
  return new Map([...before, [lesion, text.slice(at + 1)]])
}

/** `FILE`, or `CALLER=FILE` of a repeated option; a file without a name is called by its own. */
export function vcfInput(text: string, before: readonly VcfInput[] = []): readonly VcfInput[] {
  const named = /^([A-Za-z0-9_.-]+)=(.+)$/.exec(text)
  const path = named?.[2] ?? text
  const caller = named?.[1] ?? basename(path).replace(/\.vcf(\.b?gz)?$/, '')
  if (before.some(other => other.caller === caller)) throw new InvalidArgumentError(`two VCFs are called ${caller}: write CALLER=FILE`)
  return [...before, { caller, path }]
}

export interface VariantFlags {
  readonly vcf: readonly VcfInput[]
  readonly minCallers: number
  readonly rnaBam?: string
  readonly tumour?: string
  readonly normal?: string
  readonly allFilters?: boolean
  readonly biotypes?: readonly string[]
  readonly incompleteTranscripts?: boolean
  readonly reference?: string
  readonly annotation?: string
  readonly genome?: string
  readonly phased?: string
  readonly phasedSample?: string
  readonly assumeCis?: boolean
  readonly enumeratePhases?: boolean
}

export const withVariantOptions = (command: Command): Command =>
  needing(
    command,
    ['phased', 'reference', 'annotation'],
    ['phased-sample', 'phased'],
    ['assume-cis', 'reference', 'annotation'],
    ['enumerate-phases', 'reference', 'annotation'],
  )
    .requiredOption(
      '--vcf <file>',
      'somatic VCF, plain, gzip or bgzip: annotated by VEP (CSQ with WildtypeProtein and FrameshiftSequence), or with --reference any; several callers: repeat as mutect2=FILE',
      vcfInput,
    )
    .option('--min-callers <number>', 'of several VCFs, keep variants that this many callers pass', wholeNumber, 1)
    .option(
      '--rna-bam <file>',
      "BAM or CRAM of the tumour's RNA, indexed: depth and allele fraction are counted in it (CRAM: with --genome)",
    )
    .option('--tumour <sample>', 'tumour sample of the VCF')
    .option('--normal <sample>', 'normal sample of the VCF')
    .option('--all-filters', 'keep records whose FILTER is not PASS')
    .option('--biotypes <list>', 'transcript biotypes to keep', list, ['protein_coding'])
    .option('--incomplete-transcripts', 'keep transcripts whose coding sequence is incomplete')
    .option('--reference <name>', 'work the consequences out with a genome made by `cognate reference add genome`')
    .option('--annotation <file>', 'the same without an import: GFF3 or GTF; needs --genome')
    .option('--genome <file>', 'FASTA or .2bit of the annotation')
    .option(
      '--phased <file>',
      'phased VCF of the same patient: neighbours on the same haplotype are applied (germline ones to both proteins)',
    )
    .option('--phased-sample <sample>', 'sample of the phased VCF; default: the tumour, or its only sample')
    .option('--assume-cis', 'apply neighbours whose phase is unknown as if they were on the same haplotype')
    .option('--enumerate-phases', 'where the phase of a neighbour is unknown, take both haplotypes as candidates')

export const variantOptionsOf = (flags: VariantFlags): VariantOptions => ({
  ...DEFAULT_VARIANT_OPTIONS,
  allFilters: flags.allFilters === true,
  incompleteTranscripts: flags.incompleteTranscripts === true,
  biotypes: new Set(flags.biotypes ?? ['protein_coding']),
  tumour: flags.tumour,
  normal: flags.normal,
})
