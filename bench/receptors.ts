// Receptors and off-target scans beside what was recorded of their rivals: junction distances, TCRMatch, contig annotation, a proteome.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { seededRandom } from '@cognate/core/base'
import { STANDARD_RESIDUES } from '@cognate/core/bio'
import { type ContigRow, parseFastq } from '@cognate/core/format'
import { ContigAnnotator, findReceptors, KnownReceptorIndex, matchWord, tcrmatchScore } from '@cognate/core/receptor'
import { ProteomeBuilder, scanProteome } from '@cognate/core/safety'
import { must } from '../packages/node/src/cli/exit.ts'
import { openJunctionKernel } from '../packages/node/src/distance/junction-kernel.ts'
import { openMatchSet } from '../packages/node/src/distance/match-kernel.ts'
import { shippedDSegments, shippedGermline, shippedResiduePairs, shippedTcrmatchKernel } from '../packages/node/src/read/shipped.ts'
import { openSieve } from '../packages/node/src/scan/scan-kernel.ts'
import type { Measured } from './regions.ts'

const seconds = (body: () => void): number => {
  const started = performance.now()
  body()
  return (performance.now() - started) / 1000
}

/** Junctions of natural lengths: human beta chains have 14.5 residues on average. */
function junctions(count: number): readonly string[] {
  const random = seededRandom('junctions')
  return Array.from(
    { length: count },
    () => `CAS${Array.from({ length: 5 + random.below(8) }, () => STANDARD_RESIDUES[random.below(20)]).join('')}QYF`,
  )
}

export function junctionDistances(count: number): Measured {
  const set = must(openJunctionKernel(junctions(count)))
  const row = new Uint16Array(count)
  set.row(0, row)
  let near = 0
  const took = seconds(() => {
    for (let i = 0; i < count; i++) {
      set.row(i, row)
      if (row[(i + 1) % count]! < 12) near++
    }
  })
  return {
    name: `TCRdist of junctions, full square (${near} near)`,
    items: count * count,
    unit: 'pairs',
    seconds: took,
    rival: 'scirpy with numba 29 M/s (recorded); limit: 60 M/s',
  }
}

export function matches(count: number): Measured {
  const kernel = shippedTcrmatchKernel()
  const words = junctions(count).map(junction => matchWord(junction.slice(1, -1), kernel)!)
  let high = 0
  const took = seconds(() => {
    for (const a of words) for (const b of words) if (tcrmatchScore(a, b, kernel) > 0.97) high++
  })
  return {
    name: 'TCRMatch',
    items: high > 0 ? count * count : 0,
    unit: 'pairs',
    seconds: took,
    rival: 'its own C++ 1.2 M/s (recorded); limit: 2 M/s',
  }
}

/** Receptors looked up among known ones, on both chains and by TCRMatch, as `receptors --known` does it. */
export function knownReceptors(receptors: number, known: number): Measured {
  const all = junctions(receptors + known)
  const rows = all.slice(receptors).map((junction, i) => ({
    alphaJunction: i % 2 === 0 ? '' : all[i % all.length]!,
    alphaV: '',
    betaJunction: junction,
    betaV: '',
    epitope: '',
    source: 'made',
    kind: 'other' as const,
    reference: String(i),
  }))
  let found = 0
  const took = seconds(() => {
    const index = new KnownReceptorIndex(rows, shippedTcrmatchKernel(), openMatchSet)
    for (const junction of all.slice(0, receptors)) {
      index.find({ alphaV: '', alphaJunction: junction, betaV: '', betaJunction: junction })
      found++
    }
  })
  return {
    name: `receptors looked up among ${known.toLocaleString('en-US')} known ones, both chains`,
    items: found,
    unit: 'receptors',
    seconds: took,
    rival: 'one by one, as before: 6/s among 100,000 (recorded)',
  }
}

export function annotation(data: string, repeats: number): Measured {
  const records = parseFastq(gunzipSync(readFileSync(join(data, 'tcr/golden/contigs_mouse_sample36/consensus.fastq.gz'))).toString())
  if (!records.ok) throw new Error(records.issue.what)
  const annotator = new ContigAnnotator(shippedGermline('mouse'), shippedDSegments('mouse'))
  let called = 0
  const took = seconds(() => {
    for (let r = 0; r < repeats; r++) for (const record of records.value) if (annotator.annotate(record.sequence).v !== undefined) called++
  })
  return {
    name: 'contig annotation',
    items: called,
    unit: 'contigs',
    seconds: took,
    rival: 'IgBLAST 57/s, TRUST4 96/s (recorded); limit: 2,000/s',
  }
}

/** A seeded proteome of `residues` residues: distinct 9-mers, so that every word is looked at. */
export function proteomeScan(residues: number): Measured {
  const random = seededRandom('proteome')
  const builder = new ProteomeBuilder()
  for (let made = 0; made < residues; made += 500)
    builder.add({ id: `P${made}`, gene: `G${made}` }, Array.from({ length: 500 }, () => STANDARD_RESIDUES[random.below(20)]).join(''))
  const proteome = builder.finish()
  const pairs = shippedResiduePairs()
  const sieve = openSieve(proteome)
  if (!sieve.ok) throw new Error(sieve.issue.what)
  const options = { maxMismatches: 3, top: 1000, sieve: sieve.value }
  const scans = 5
  let listed = 0
  const scan = () => {
    for (let i = 0; i < scans; i++) listed = scanProteome('EVDPIGHLY', proteome, pairs, options)!.words.length
  }
  scan()
  const took = seconds(scan)
  return {
    name: `proteome scan, best 1,000 (${listed} words)`,
    items: listed >= 1000 ? scans * residues : 0,
    unit: 'windows',
    seconds: took,
    rival: 'limit: 11.4 M in 0.03 s',
  }
}

/** Cells of clones of natural sizes, two contigs each, through pairing and the clonotype rule. */
export function clonotyping(cells: number): Measured {
  const random = seededRandom('clonotypes')
  const bases = (n: number) => Array.from({ length: n }, () => 'ACGT'[random.below(4)]).join('')
  const contigs: ContigRow[] = []
  let clone = { alpha: '', beta: '', left: 0 }
  for (let i = 0; i < cells; i++) {
    if (clone.left === 0) clone = { alpha: bases(39), beta: bases(42), left: 1 + Math.floor(1 / (random.below(1000) / 1000 + 0.002)) }
    clone.left--
    for (const locus of ['TRA', 'TRB'] as const) {
      const junction = locus === 'TRA' ? clone.alpha : clone.beta
      contigs.push({
        line: i,
        cellId: `C${i}`,
        sequenceId: `C${i}_${locus}`,
        locus,
        vCall: `${locus}V${1 + (junction.charCodeAt(3) % 20)}`,
        dCall: '',
        jCall: `${locus}J1-1`,
        cCall: `${locus}C1`,
        productive: true,
        junction,
        junctionAa: 'C'.padEnd(junction.length / 3, 'A'),
        umiCount: 3,
        consensusCount: 100,
        isCell: true,
        highConfidence: true,
        fullLength: true,
        sequence: '',
      })
    }
  }
  let clonotypes = 0
  const took = seconds(() => {
    const found = findReceptors([{ lesion: 'L', contigs, matrix: undefined }], { signatures: [], candidates: 40, seed: 'bench' })
    if (!found.ok) throw new Error(found.issue.what)
    clonotypes = found.value.clonotypes.length
  })
  const peak = Math.round(process.memoryUsage().rss / 2 ** 20)
  return {
    name: `clonotyping (${clonotypes} clonotypes, ${peak} MiB)`,
    items: clonotypes > 0 ? cells : 0,
    unit: 'cells',
    seconds: took,
    rival: 'limit: 1 M in 60 s and 4 GB',
  }
}
