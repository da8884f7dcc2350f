// What both shipped predictors are made from: the model file with its kernel, what the file says of its alleles, and their loaded tables.
import { type Issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import type { MhcClass, Predictor } from '@cognate/core/presentation'
import { readKernel } from '../read/kernel.ts'
import { type ModelFile, readModelFile } from './model-file.ts'

export interface OpenedModel {
  readonly file: ModelFile
  readonly wasm: Uint8Array<ArrayBuffer>
}

/** Errors: `model-missing`, `model-format`, `kernel-missing`. */
export function openModel(path: string, kernel: 'class1' | 'class2'): Result<OpenedModel, Issue> {
  const file = readModelFile(path)
  if (!file.ok) return file
  const wasm = readKernel(kernel)
  return wasm.ok ? ok({ file: file.value, wasm: wasm.value }) : wasm
}

/** The predictor's facts, as the file's header has them. */
export function describeModel({ header, sha256 }: ModelFile, mhcClass: MhcClass): Omit<Predictor, 'predict' | 'usualAlpha'> {
  return {
    id: `${header.model} ${header.version} ${sha256.slice(0, 8)}`,
    mhcClass,
    minLength: header.min_length,
    maxLength: header.max_length,
    alleles: () => Object.keys(header.alleles),
    support(allele) {
      const row = header.alleles[allele]
      if (row === undefined) return undefined
      const [ligands, affinities, distance, nearest] = header.allele_support[row]!
      return { ligands, affinities, distance, nearest }
    },
  }
}

/** Loads what an allele needs when it is first asked for. An allele that is not supported is a bug of the caller: ask `support` first. */
export function alleleCache<Loaded>({ header }: ModelFile, load: (row: number) => Loaded): (allele: HlaAllele) => Loaded {
  const cache = new Map<number, Loaded>()
  return allele => {
    const row = header.alleles[allele]
    if (row === undefined) throw new Error(`${allele} is not supported: check support() first`)
    const known = cache.get(row) ?? load(row)
    cache.set(row, known)
    return known
  }
}
