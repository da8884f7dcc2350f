// Options that several commands share, and how their text becomes a value.

import { DEFAULT_VARIANT_OPTIONS, type VariantOptions } from '@cognate/core/variant'
import { type Command, InvalidArgumentError } from 'commander'
import { type Console, makeConsole } from './console.ts'

export interface CommonFlags {
  readonly quiet?: boolean
  readonly json?: boolean
  readonly seed: string
}

export const withCommon = (command: Command): Command =>
  command
    .option('--quiet', 'print errors and notices only')
    .option('--json', 'print a machine-readable summary on standard output')
    .option('--seed <text>', 'seed of everything that draws by chance', 'cognate')

export const consoleOf = (flags: CommonFlags): Console => makeConsole({ quiet: flags.quiet === true, json: flags.json === true })

export const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

export function wholeNumber(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('a whole number from 0 is expected')
  return n
}

export function shareOfOne(text: string): number {
  const n = Number(text)
  if (!(n > 0 && n <= 1)) throw new InvalidArgumentError('a share above 0 and at most 1 is expected')
  return n
}

/** Collects `LESION=PATH` of a repeated option. */
export function lesionPath(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('write LESION=PATH, such as liver-1=liver/contigs.csv')
  const lesion = text.slice(0, at)
  if (before.has(lesion)) throw new InvalidArgumentError(`lesion ${lesion} is given twice`)
  return new Map([...before, [lesion, text.slice(at + 1)]])
}

export interface VariantFlags {
  readonly tumour?: string
  readonly normal?: string
  readonly allFilters?: boolean
  readonly biotypes?: readonly string[]
  readonly incompleteTranscripts?: boolean
}

export const withVariantOptions = (command: Command): Command =>
  command
    .requiredOption('--vcf <file>', 'somatic VCF annotated by VEP (CSQ with WildtypeProtein and FrameshiftSequence); plain, gzip or bgzip')
    .option('--tumour <sample>', 'tumour sample of the VCF')
    .option('--normal <sample>', 'normal sample of the VCF')
    .option('--all-filters', 'keep records whose FILTER is not PASS')
    .option('--biotypes <list>', 'transcript biotypes to keep', list, ['protein_coding'])
    .option('--incomplete-transcripts', 'keep transcripts whose coding sequence is incomplete')

export const variantOptionsOf = (flags: VariantFlags): VariantOptions => ({
  ...DEFAULT_VARIANT_OPTIONS,
  allFilters: flags.allFilters === true,
  incompleteTranscripts: flags.incompleteTranscripts === true,
  biotypes: new Set(flags.biotypes ?? ['protein_coding']),
  tumour: flags.tumour,
  normal: flags.normal,
})
