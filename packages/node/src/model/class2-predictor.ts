// The shipped class II predictor: model file + kernel → the Predictor interface of core. Affinity only; the core comes with every score.
import { readFileSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { ic50OfOutput, type Predictor, type ScoreBlock } from '@cognate/core/presentation'
import { kernelPath, modelPath } from '../read/paths.ts'
import { CLASS2_BLOCK, type Class2Kernel, openClass2Kernel } from './class2-kernel.ts'
import { loadClass2Weights } from './class2-network.ts'
import { type ModelFile, readModelFile } from './model-file.ts'
import { percentileOf, type RankTable, scoreOfLogit } from './percentile.ts'

/** Errors: `model-missing`, `model-format`, `kernel-missing`. */
export function openClass2Predictor(path = modelPath('class2.cogm')): Result<Predictor, Issue> {
  const file = readModelFile(path)
  if (!file.ok) return file
  let wasm: WebAssembly.Module
  try {
    wasm = new WebAssembly.Module(new Uint8Array(readFileSync(kernelPath('class2'))))
  } catch {
    return fail(issue('kernel-missing', `no scoring kernel at ${kernelPath('class2')}`, 'run `./cognate doctor`, which builds it'))
  }
  return ok(makePredictor(file.value, wasm))
}

function makePredictor(file: ModelFile, wasm: WebAssembly.Module): Predictor {
  const { header } = file
  const weights = loadClass2Weights(file)
  const ranks = file.tensor('ranks')
  const tables = new Map<number, RankTable>()
  const tableOf = (row: number): RankTable => {
    const known = tables.get(row)
    if (known !== undefined) return known
    const loaded = { ranks, scores: file.row('rank_affinity', row).map(scoreOfLogit) }
    tables.set(row, loaded)
    return loaded
  }
  // the kernel holds the vectors of the molecules it was last asked for
  let open: { readonly key: string; readonly kernel: Class2Kernel } | undefined
  const kernelFor = (rows: readonly number[]): Class2Kernel => {
    const key = rows.join(' ')
    if (open?.key === key) return open.kernel
    const vectors = new Float32Array(rows.length * weights.hidden)
    for (const [a, row] of rows.entries()) vectors.set(file.row('alleles', row), a * weights.hidden)
    open = { key, kernel: openClass2Kernel(wasm, weights, vectors) }
    return open.kernel
  }
  return {
    id: `${header.model} ${header.version} ${file.sha256.slice(0, 8)}`,
    mhcClass: 'II',
    minLength: header.min_length,
    maxLength: header.max_length,
    alleles: () => Object.keys(header.alleles),
    usualAlpha: beta => header.usual_alpha?.[beta],
    support(allele) {
      const row = header.alleles[allele]
      if (row === undefined) return undefined
      const [ligands, affinities, distance, nearest] = header.allele_support[row]!
      return { ligands, affinities, distance, nearest }
    },
    predict(peptides: readonly string[], alleles: readonly HlaAllele[]): ScoreBlock {
      const rows = alleles.map(allele => {
        const row = header.alleles[allele]
        if (row === undefined) throw new Error(`${allele} is not supported: check support() first`)
        return row
      })
      const size = peptides.length * alleles.length
      const block = {
        alleles,
        peptides: peptides.length,
        presentationScore: new Float32Array(size),
        presentationPercentile: new Float32Array(size),
        ic50NanoMolar: new Float32Array(size),
        affinityPercentile: new Float32Array(size),
        coreOffset: new Int8Array(size),
      }
      if (size === 0) return block
      const kernel = kernelFor(rows)
      for (let from = 0; from < peptides.length; from += CLASS2_BLOCK) {
        const count = Math.min(CLASS2_BLOCK, peptides.length - from)
        const scores = kernel.score(peptides, from, count)
        for (let k = 0; k < count * alleles.length; k++) {
          const i = from * alleles.length + k
          const y = scores[2 * k]!
          block.presentationScore[i] = y
          block.ic50NanoMolar[i] = ic50OfOutput(y)
          block.affinityPercentile[i] = percentileOf(tableOf(rows[k % alleles.length]!), y)
          block.coreOffset[i] = scores[2 * k + 1]!
        }
      }
      block.presentationPercentile.set(block.affinityPercentile)
      return block
    },
  }
}
