// The shipped class II predictor: model file + kernel → the Predictor interface of core. Affinity only; the core comes with every score.
import { readFileSync } from 'node:fs'
import { fail, type Issue, issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { ic50OfOutput, type Predictor, type ScoreBlock } from '@cognate/core/presentation'
import { kernelPath, modelPath } from '../read/paths.ts'
import { CLASS2_BLOCK, openClass2Kernel, type SpreadTable, spreadTable } from './class2-kernel.ts'
import { loadClass2Weights } from './class2-network.ts'
import { loadGatedTables, moleculeTable } from './gated-table.ts'
import { type ModelFile, readModelFile } from './model-file.ts'
import { percentileOf, type RankTable, scoreOfLogit } from './percentile.ts'

/** Errors: `model-missing`, `model-format`, `kernel-missing`. */
export function openClass2Predictor(path = modelPath('class2.cogm')): Result<Predictor, Issue> {
  const file = readModelFile(path)
  if (!file.ok) return file
  let wasm: Uint8Array<ArrayBuffer>
  try {
    wasm = new Uint8Array(readFileSync(kernelPath('class2')))
  } catch {
    return fail(issue('kernel-missing', `no scoring kernel at ${kernelPath('class2')}`, 'run `./cognate doctor`, which builds it'))
  }
  return ok(makePredictor(file.value, wasm))
}

interface LoadedMolecule {
  readonly table: SpreadTable
  readonly affinity: RankTable
}

function makePredictor(file: ModelFile, wasm: Uint8Array<ArrayBuffer>): Predictor {
  const { header } = file
  const weights = loadClass2Weights(file)
  const kernel = openClass2Kernel(wasm, weights)
  const tables = loadGatedTables(file)
  const ranks = file.tensor('ranks')
  const cache = new Map<number, LoadedMolecule>()
  const load = (row: number): LoadedMolecule => {
    const known = cache.get(row)
    if (known !== undefined) return known
    const loaded = {
      table: spreadTable(weights, moleculeTable(tables, file, row)),
      affinity: { ranks, scores: file.row('rank_affinity', row).map(scoreOfLogit) },
    }
    cache.set(row, loaded)
    return loaded
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
      const wanted = alleles.map(allele => {
        const row = header.alleles[allele]
        if (row === undefined) throw new Error(`${allele} is not supported: check support() first`)
        return load(row)
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
      for (const [a, { table, affinity }] of wanted.entries()) {
        kernel.loadTable(table)
        for (let from = 0; from < peptides.length; from += CLASS2_BLOCK) {
          const count = Math.min(CLASS2_BLOCK, peptides.length - from)
          const scores = kernel.score(peptides, from, count)
          for (let p = 0; p < count; p++) {
            const i = (from + p) * alleles.length + a
            const y = scores[2 * p]!
            block.presentationScore[i] = y
            block.ic50NanoMolar[i] = ic50OfOutput(y)
            block.affinityPercentile[i] = percentileOf(affinity, y)
            block.coreOffset[i] = scores[2 * p + 1]!
          }
        }
      }
      block.presentationPercentile.set(block.affinityPercentile)
      return block
    },
  }
}
