import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { columnReader, parseDelimited } from '@cognate/core/format'
import {
  flankModel,
  flankRatioAt,
  type Predictor,
  percentileWithFlanks,
  presentRows,
  type ScoreBlock,
  supportedAlleles,
  unscorable,
} from '@cognate/core/presentation'
import { expect, test } from 'vitest'
import { areaUnderCurve, mean } from '../../../../test/area-under-curve.ts'
import { oracle, readData, root, tableOf, value } from '../../../../test/oracle.ts'
import { kernelPath, modelPath } from '../read/paths.ts'
import { sha256OfFile } from '../write/outputs.ts'
import { openKernel } from './class1-kernel.ts'
import { CLASS1_LENGTH_ROW, loadWeights, scorePlain } from './class1-network.ts'
import { openClass1Predictor } from './class1-predictor.ts'
import { readModelFile } from './model-file.ts'
import { loadSharedTables, moleculeTable } from './molecule-table.ts'
import { percentileOf } from './percentile.ts'

const file = value(readModelFile(modelPath('class1.cogm')))
const weights = loadWeights(file)
const tables = loadSharedTables(file, CLASS1_LENGTH_ROW)
const tableFor = (allele: string) => moleculeTable(tables, file, file.header.alleles[allele]!)
const kernel = openKernel(new Uint8Array(readFileSync(kernelPath('class1'))), weights)
const predictor = value(openClass1Predictor())

const reference = readFileSync(modelPath('class1.reference-scores.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map(line => line.split('\t'))

test('plain scores equal the trainer’s to 1e-5 on 300 pairs', () => {
  expect(reference.length).toBe(300)
  const known = new Map(reference.map(([, allele]) => [allele!, tableFor(allele!)]))
  for (const [peptide, allele, presentation, affinity] of reference) {
    const [p, a] = scorePlain(weights, peptide!, known.get(allele!)!)
    expect(Math.abs(p - Number(presentation))).toBeLessThan(1e-5)
    expect(Math.abs(a - Number(affinity))).toBeLessThan(1e-5)
  }
})

test('the kernel equals the plain scores to 1e-5, at every block size and length', () => {
  const random = seededRandom('kernel')
  const peptides = Array.from({ length: 700 }, () =>
    Array.from({ length: 8 + random.below(7) }, () => 'ACDEFGHIKLMNPQRSTVWY'[random.below(20)]).join(''),
  )
  const table = tableFor('HLA-B*35:01')
  kernel.loadTable(table)
  for (const [from, count] of [
    [0, 1],
    [1, 5],
    [6, 512],
    [518, 182],
  ] as const) {
    kernel.loadPeptides(peptides, from, count)
    const scores = kernel.score()
    for (let i = 0; i < count; i++) {
      const [p, a] = scorePlain(weights, peptides[from + i]!, table)
      expect(Math.abs(p - scores[2 * i]!)).toBeLessThan(1e-5)
      expect(Math.abs(a - scores[2 * i + 1]!)).toBeLessThan(1e-5)
    }
  }
})

test('the weights are those of the manifest', () => {
  const manifest = JSON.parse(readFileSync(modelPath('class1.manifest.json'), 'utf8')) as {
    weights_sha256: string
    exclusion_list_peptides: number
  }
  expect(sha256OfFile(modelPath('class1.cogm'))).toBe(manifest.weights_sha256)
  expect(manifest.exclusion_list_peptides).toBe(236_103)
})

/** Suite that every implementation of the interface must pass. */
function conforms(p: Predictor, allele: HlaAllele): void {
  const peptides = ['SIINFEKL', 'GILGFVFTL', 'GADGVGKSAL', 'NLVPMVATV', 'NLVPMVATV']
  const block = p.predict(peptides, [allele])
  expect(block.presentationScore.length).toBe(5)
  for (let i = 0; i < 5; i++) {
    expect(block.presentationScore[i]).toBeGreaterThanOrEqual(0)
    expect(block.presentationScore[i]).toBeLessThanOrEqual(1)
    expect(block.presentationPercentile[i]).toBeGreaterThan(0)
    expect(block.presentationPercentile[i]).toBeLessThanOrEqual(100)
    expect(block.ic50NanoMolar[i]).toBeGreaterThan(0)
  }
  expect(block.presentationScore[3]).toBe(block.presentationScore[4])
  expect(unscorable(p, 'SIINFEKX')).toBe('residue-unsupported')
  expect(unscorable(p, 'SIINFEK')).toBe('length-unsupported')
  expect(p.support('HLA-Z*99:99' as HlaAllele)).toBeUndefined()
}
test('the shipped model conforms to the predictor interface', () => conforms(predictor, 'HLA-A*02:01' as HlaAllele))

test('well-known epitopes are presented: influenza and CMV on A*02:01, the MAGE-A3 peptide on A*01:01', () => {
  const percentile = (peptide: string, allele: string) => predictor.predict([peptide], [allele as HlaAllele]).presentationPercentile[0]!
  expect(percentile('GILGFVFTL', 'HLA-A*02:01')).toBeLessThan(0.5)
  expect(percentile('NLVPMVATV', 'HLA-A*02:01')).toBeLessThan(0.5)
  expect(percentile('EVDPIGHLY', 'HLA-A*01:01')).toBeLessThan(0.5)
  expect(percentile('GILGFVFTL', 'HLA-B*07:02')).toBeGreaterThan(2)
})

test('%rank is monotone in the score and never 0', () => {
  const table = { ranks: Float32Array.of(0.005, 1, 50, 100), scores: Float32Array.of(0.9, 0.5, 0.1, 0) }
  expect([1, 0.9, 0.7, 0.5, 0.3, 0.05, 0].map(score => Number(percentileOf(table, score).toFixed(3)))).toEqual([
    0.005, 0.005, 0.502, 1, 25.5, 75, 100,
  ])
})

const naturalProteins = (): readonly string[] =>
  readData('reference/hcc1395_vep105_wildtype_proteins.fasta.gz')
    .split('\n')
    .filter(line => line !== '' && line[0] !== '>')

oracle('on fresh natural peptides %rank is uniform (Kolmogorov-Smirnov distance below 0.01 on 50,000)', () => {
  const proteins = naturalProteins()
  const random = seededRandom('calibration')
  const peptides: string[] = []
  while (peptides.length < 50_000) {
    const protein = proteins[random.below(proteins.length)]!
    const length = 8 + (peptides.length % 4)
    const at = random.below(Math.max(1, protein.length - length))
    const peptide = protein.slice(at, at + length)
    if (unscorable(predictor, peptide) === undefined) peptides.push(peptide)
  }
  for (const allele of ['HLA-A*02:01', 'HLA-C*08:02', 'HLA-B*82:02'] as HlaAllele[]) {
    const ranks = predictor.predict(peptides, [allele]).presentationPercentile.slice().sort()
    let distance = 0
    ranks.forEach((rank, i) => {
      distance = Math.max(distance, Math.abs(rank / 100 - (i + 1) / ranks.length))
    })
    expect([allele, distance < 0.01]).toEqual([allele, true])
  }
})

test('a serotype and a group are answered with their alleles that were measured most', () => {
  const remedy = (name: string) => {
    const answer = supportedAlleles({ I: predictor }, [name])
    return answer.ok ? '' : answer.issue.remedy
  }
  // the alleles of A2 with most ligands in the training data are these
  expect(remedy('A2')).toContain('measured most in training: A*02:01, A*02:0')
  expect(remedy('A*02')).toBe(remedy('A2'))
  expect(remedy('Cw10')).toBe('give two fields; measured most in training: C*03:04')
  expect(remedy('A*2:01')).toContain('nearest known: HLA-A*02:01')
})

test('an unknown allele names its nearest, class II is set aside with a caveat, a rare allele carries one', () => {
  expect(supportedAlleles({ I: predictor }, ['A*02:999'])).toMatchObject({ ok: false, issue: { code: 'hla-unsupported' } })
  const supported = value(supportedAlleles({ I: predictor }, ['A*02:01', 'DRB1*04:05', 'B*82:02']))
  expect(supported.I).toEqual(['HLA-A*02:01', 'HLA-B*82:02'])
  expect(supported.caveats.map(caveat => caveat.code)).toEqual(['allele-low-support', 'class-ii-not-scored'])
  expect(supportedAlleles({ I: predictor }, ['DRB1*04:05'])).toMatchObject({ ok: false, issue: { code: 'hla-none' } })
})

test('present keeps order and duplicates; what cannot be scored keeps its row with the reason', () => {
  const rows = presentRows(
    { I: predictor },
    {
      peptides: ['GILGFVFTL', 'SIINFEKX', 'gilgfvftl', 'AAA'],
      I: ['HLA-A*02:01' as HlaAllele],
      II: [],
    },
  )
  expect(rows.map(row => [row[0], row.at(-1)])).toEqual([
    ['GILGFVFTL', ''],
    ['SIINFEKX', 'residue-unsupported:8'],
    ['GILGFVFTL', 'lower-case'],
    ['AAA', 'length-unsupported:3'],
  ])
  expect(rows[0]![5]).toBe(rows[2]![5])
})

test('a damaged or missing model is refused with the command that restores it', () => {
  expect(readModelFile(join(root, 'nowhere.cogm'))).toMatchObject({ ok: false, issue: { code: 'model-missing' } })
  expect(readModelFile(join(root, 'package.json'))).toMatchObject({ ok: false, issue: { code: 'model-format' } })
})

/** The twin of the shipped model, trained the same way without the peptides it is measured on here. */
const twin = value(openClass1Predictor(join(root, 'models/class1/development.cogm')))

oracle(
  'Kim 2013 blind set, binder < 500 nM, by the development twin: pooled AUC at least 0.937, mean over allele-length sets at least 0.882',
  () => {
    const rows = tableOf('mhc/bench/kim2014_blind2013_with_peer_predictions.tsv.gz')
    const scores: number[] = []
    const peers: number[] = []
    const binders: boolean[] = []
    const sets: number[] = []
    const alleleOf = (text: string) => text.replace(/^HLA-([ABC])-(\d\d)(\d\d)$/, 'HLA-$1*$2:$3') as HlaAllele
    for (const [allele, list] of Map.groupBy(rows, row => alleleOf(row.mhc!))) {
      if (twin.support(allele) === undefined) continue
      const usable = list.filter(row => unscorable(twin, row.peptide!) === undefined)
      const block = twin.predict(
        usable.map(row => row.peptide!),
        [allele],
      )
      const score = [...block.ic50NanoMolar].map(ic50 => -ic50)
      const binder = usable.map(row => Number(row.log10_ic50_measured) < Math.log10(500))
      for (const length of new Set(usable.map(row => row.length!))) {
        const at = usable.flatMap((row, i) => (row.length === length ? [i] : []))
        const positive = at.map(i => binder[i]!)
        if (at.length < 20 || positive.every(b => b) || !positive.some(b => b)) continue
        sets.push(
          areaUnderCurve(
            at.map(i => score[i]!),
            positive,
          ),
        )
      }
      if (!allele.startsWith('HLA-')) continue
      scores.push(...score)
      binders.push(...binder)
      peers.push(...usable.map(row => -Number(row.log10_ic50_netmhcpan)))
    }
    expect([scores.length, sets.length]).toEqual([25_667, 79])
    // the published NetMHCpan column, recomputed here: proves that the comparison is the published one
    expect(areaUnderCurve(peers, binders)).toBeCloseTo(0.9372, 4)
    expect(areaUnderCurve(scores, binders)).toBeGreaterThanOrEqual(0.937)
    expect(sets.reduce((a, b) => a + b, 0) / sets.length).toBeGreaterThanOrEqual(0.882)
  },
)

interface DevelopmentSample {
  readonly hit: readonly boolean[]
  /** Lowest %rank over the sample's alleles, and the score where it was reached: it tells equal ones apart. */
  readonly percentile: readonly number[]
  readonly score: readonly number[]
  /** Both in one number, high is good. */
  readonly worth: readonly number[]
  /** Fifteen residues before and behind, `X` beyond the protein's ends. */
  readonly flanks: readonly (readonly [string, string])[]
}

let scored: readonly DevelopmentSample[] | undefined

/** The 20 development samples as the twin scores them, once. */
const developmentSamples = (): readonly DevelopmentSample[] => {
  scored ??= scoreSamples()
  return scored
}

function scoreSamples(): readonly DevelopmentSample[] {
  const wanted = new Set(tableOf('mhc/bench/mhcflurry_dev_samples.tsv').map(row => row.sample_id!))
  const rows = parseDelimited(readData('mhc/bench/mhcflurry_multiallelic_with_flanks.csv.gz'), { delimiter: ',' })
  const get = columnReader(value(rows).columns)
  const bySample = Map.groupBy(
    value(rows).rows.filter(row => wanted.has(get(row, 'sample_id')) && unscorable(twin, get(row, 'peptide')) === undefined),
    row => get(row, 'sample_id'),
  )
  return [...bySample.values()].map(list => {
    const alleles = [...new Set(get(list[0]!, 'hla').split(' '))].filter(
      name => twin.support(name as HlaAllele) !== undefined,
    ) as HlaAllele[]
    const block = twin.predict(
      list.map(row => get(row, 'peptide')),
      alleles,
    )
    const best = list.map((_, p) =>
      alleles.map((_allele, a) => p * alleles.length + a).reduce((x, y) => (worth(block, y) > worth(block, x) ? y : x)),
    )
    return {
      hit: list.map(row => get(row, 'hit') === '1'),
      percentile: best.map(i => block.presentationPercentile[i]!),
      score: best.map(i => block.presentationScore[i]!),
      worth: best.map(i => worth(block, i)),
      flanks: list.map(row => [get(row, 'n_flank'), get(row, 'c_flank')]),
    }
  })
}

const worth = (block: ScoreBlock, i: number): number => -block.presentationPercentile[i]! + 1e-6 * block.presentationScore[i]!

/** Share of ligands among as many of the best as there are ligands. */
function precision(scores: readonly number[], hit: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!)
  const top = order.slice(0, hit.filter(h => h).length)
  return top.filter(i => hit[i]).length / top.length
}

oracle('the 20 development samples, best %rank over the alleles, by the twin: mean AUC at least 0.885, mean PPV at least 0.775', () => {
  const samples = developmentSamples()
  expect(samples.length).toBe(20)
  expect(mean(samples.map(({ worth, hit }) => areaUnderCurve(worth, hit)))).toBeGreaterThanOrEqual(0.885)
  expect(mean(samples.map(({ worth, hit }) => precision(worth, hit)))).toBeGreaterThanOrEqual(0.775)
})

oracle('the same with flanks, by weights that have not seen the samples: mean AUC at least 0.907, mean PPV at least 0.788', () => {
  const ratio = flankModel(JSON.parse(readFileSync(join(root, 'models/class1/flanks-development.json'), 'utf8')))
  const gains = developmentSamples().map(({ hit, percentile, score, worth, flanks }) => {
    const flanked = percentile.map((rank, i) => {
      const [before, after] = flanks[i]!
      return -percentileWithFlanks(rank, ratio(before.replaceAll('X', '-'), after.replaceAll('X', '-'))) + 1e-9 * score[i]!
    })
    const auc = areaUnderCurve(flanked, hit)
    return { auc, ppv: precision(flanked, hit), gain: auc - areaUnderCurve(worth, hit) }
  })
  expect(gains.length).toBe(20)
  expect(mean(gains.map(({ auc }) => auc))).toBeGreaterThanOrEqual(0.907)
  expect(mean(gains.map(({ ppv }) => ppv))).toBeGreaterThanOrEqual(0.788)
  expect(gains.filter(({ gain }) => gain > 0).length).toBeGreaterThanOrEqual(18)
})

oracle('percentiles with flanks stay percentiles: of 100,000 windows of natural proteins, as many lie below as their number says', () => {
  const random = seededRandom('windows')
  const proteins = naturalProteins().filter(protein => protein.length > 8)
  // by length, so that every window is as likely as any other
  const starts: number[] = []
  let windows = 0
  for (const protein of proteins) {
    starts.push(windows)
    windows += protein.length - 8
  }
  const peptides: string[] = []
  const ratios: number[] = []
  while (peptides.length < 100_000) {
    const n = random.below(windows)
    const protein = starts.findLastIndex(start => start <= n)
    const at = n - starts[protein]!
    const peptide = proteins[protein]!.slice(at, at + 9)
    if (unscorable(predictor, peptide) !== undefined) continue
    peptides.push(peptide)
    ratios.push(flankRatioAt(proteins[protein]!, at, 9))
  }
  expect(Math.abs(mean(ratios) - 1)).toBeLessThan(0.02)
  // the percentile is of peptides of 8 to 11 residues together, so it is compared with itself before the flanks
  const { presentationPercentile } = predictor.predict(peptides, ['HLA-A*02:01' as HlaAllele])
  for (const limit of [0.5, 2, 10]) {
    const below = (values: ArrayLike<number>) => Array.from(values).filter(v => v <= limit).length
    const plain = below(presentationPercentile)
    const flanked = below(presentationPercentile.map((rank, i) => percentileWithFlanks(rank, ratios[i]!)))
    expect([limit, Math.abs(flanked / plain - 1) < 0.05]).toEqual([limit, true])
  }
})
