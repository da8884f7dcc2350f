// What is to be built, its files read: constant set, linker, payload, vector, alleles and limits, with the references that they need.
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import {
  checkProduct,
  DEFAULT_OVERLAP,
  type GateReferences,
  NO_CHOICE,
  type OpenVector,
  openVector,
  type ProductOptions,
  parseConstantSet,
  parseGeneNames,
  parseLinker,
  parsePreferredAlleles,
  parseUserChain,
} from '@cognate/core/construct'
import { readPreset } from '../../read/preset.ts'
import { readPlasmid } from '../../read/sequences.ts'
import { shippedCodonUsage, shippedReferences } from '../../read/shipped.ts'
import { readParsed } from '../../read/text.ts'
import { importedGermline } from '../../reference/germline.ts'

/** What is asked for in words; the rest stands in files. */
export type ProductWish = Omit<ProductOptions, 'preset' | 'payload' | 'vector' | 'alleles'>

/** Options as core takes them, but for what has to be read from files. */
export interface ProductFiles {
  /** A shipped name, or the path of a JSON file. */
  readonly preset: string
  /** YAML of a constant set of the user's, chosen by it being given. */
  readonly constantSetFile?: string | undefined
  /** YAML of a linker of the user's, chosen by it being given. */
  readonly linkerFile?: string | undefined
  /** YAML of named parts made behind the last chain. */
  readonly payload?: string | undefined
  readonly vector?: { readonly file: string; readonly cut: string; readonly overlap?: number | undefined } | undefined
  /** Name or folder of an imported germline. */
  readonly germline?: string | undefined
  /** Of the receptors; human unless said. */
  readonly species?: 'human' | 'mouse' | undefined
  /** stitchr's table of alleles that are taken where a receptor names none. */
  readonly preferredAlleles?: string | undefined
  /** Older names of genes, as VDJdb's table has them. */
  readonly geneNames?: string | undefined
  /** Another allele stands in for a named one that the germline has not. */
  readonly alleleFallback?: boolean | undefined
}

export interface Product {
  readonly options: ProductOptions
  readonly references: GateReferences
}

/** The references with the constant set and the linker of the user, and their names where files of them were given. */
export function withOwnParts(
  references: GateReferences,
  { constantSetFile, linkerFile }: Pick<ProductFiles, 'constantSetFile' | 'linkerFile'>,
): Result<{ readonly references: GateReferences; readonly constantSet?: string; readonly linker?: string }, Issue> {
  const usage = shippedCodonUsage('human')
  const set = constantSetFile === undefined ? ok(undefined) : readParsed(constantSetFile, text => parseConstantSet(text, usage))
  if (!set.ok) return set
  const linker = linkerFile === undefined ? ok(undefined) : readParsed(linkerFile, text => parseLinker(text, usage))
  if (!linker.ok) return linker
  const named = <T extends { readonly name: string }>(known: ReadonlyMap<string, T>, one: T | undefined): ReadonlyMap<string, T> =>
    one === undefined ? known : new Map([...known, [one.name, one]])
  return ok({
    references: {
      ...references,
      constantSets: named(references.constantSets, set.value),
      linkers: named(references.linkers, linker.value),
    },
    constantSet: set.value?.name,
    linker: linker.value?.name,
  })
}

/** The product with its files read, and the references it needs. */
export function readProduct(product: ProductWish, files: ProductFiles): Result<Product, Issue> {
  const preset = readPreset(files.preset)
  if (!preset.ok) return preset
  const species = files.species ?? 'human'
  let references = shippedReferences(preset.value, species)
  if (files.germline !== undefined) {
    const germline = importedGermline(files.germline, species)
    if (!germline.ok) return germline
    references = { ...references, receptor: germline.value }
  }
  const own = withOwnParts(references, files)
  if (!own.ok) return own
  references = own.value.references
  const { constantSet = product.constantSet, linker = product.linker } = own.value
  const payload = files.payload === undefined ? ok(undefined) : readParsed(files.payload, parseUserChain)
  if (!payload.ok) return payload
  const vector: Result<OpenVector | undefined, Issue> = files.vector === undefined ? ok(undefined) : readVector(files.vector)
  if (!vector.ok) return vector
  const preferred = files.preferredAlleles === undefined ? ok(undefined) : readParsed(files.preferredAlleles, parsePreferredAlleles)
  if (!preferred.ok) return preferred
  const names = files.geneNames === undefined ? ok(NO_CHOICE.names) : readParsed(files.geneNames, parseGeneNames)
  if (!names.ok) return names
  const alleles = {
    preferred: preferred.value?.preferred ?? NO_CHOICE.preferred,
    fallback: files.alleleFallback === true,
    names: names.value,
  }
  const options = {
    ...product,
    constantSet,
    linker,
    alleles,
    preset: preset.value?.name ?? files.preset,
    payload: payload.value,
    vector: vector.value,
  }
  const checked = checkProduct(options, references)
  return checked.ok ? ok({ options, references }) : checked
}

function readVector(vector: NonNullable<ProductFiles['vector']>): Result<OpenVector, Issue> {
  const record = readPlasmid(vector.file)
  if (!record.ok) return record
  const opened = openVector(record.value, { cut: vector.cut, overlap: vector.overlap ?? DEFAULT_OVERLAP })
  return opened.ok ? opened : fail(inFile(vector.file, opened.issue))
}
