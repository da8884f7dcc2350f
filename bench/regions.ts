// What is timed: each region does real work on real or seeded input and says how much. Sizes are arguments, so that a test can pin every region on a small one.
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip, gunzipSync, gzipSync } from 'node:zlib'
import { seededRandom } from '@cognate/core/base'
import { type HlaAllele, parseGermline } from '@cognate/core/bio'
import { DEFAULT_PRODUCT, designConstruct, judge, makeStitcher, parseStitchrReference, stitchedCells } from '@cognate/core/construct'
import { MatrixMarketReader, parseThimbleLine } from '@cognate/core/format'
import { makeExpressionMatrix, resolveSignature, uCell } from '@cognate/core/receptor'
import { DEFAULT_VARIANT_OPTIONS } from '@cognate/core/variant'
import { openPredictors } from '../packages/node/src/model/open-predictors.ts'
import { openEntryParser } from '../packages/node/src/read/matrix-kernel.ts'
import { dataPath } from '../packages/node/src/read/paths.ts'
import { shippedCodonUsage, shippedReferences, shippedSignatures } from '../packages/node/src/read/shipped.ts'
import { CHUNK, eachChunk } from '../packages/node/src/read/text.ts'
import { callVariantsOf } from '../packages/node/src/read/vcf.ts'

export interface Measured {
  readonly name: string
  /** Items done; 0 would mean that nothing was timed. */
  readonly items: number
  readonly unit: string
  readonly seconds: number
  /** What it is compared with, measured in the same run or recorded elsewhere. */
  readonly rival: string
}

const timed = async <T>(body: () => T | Promise<T>): Promise<{ result: T; seconds: number }> => {
  const started = performance.now()
  const result = await body()
  return { result, seconds: (performance.now() - started) / 1000 }
}

const must = <T>(result: { ok: true; value: T } | { ok: false; issue: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.issue))
  return result.value
}

const CLASS_I = ['HLA-A*02:01', 'HLA-A*11:01', 'HLA-B*07:02', 'HLA-B*35:01', 'HLA-C*04:01', 'HLA-C*07:02'] as HlaAllele[]
const CLASS_II = ['HLA-DRB1*01:01', 'HLA-DRB1*15:01', 'HLA-DPA1*01:03/DPB1*04:01', 'HLA-DQA1*05:01/DQB1*02:01'] as HlaAllele[]

/** Random peptides on a full typing: both outputs and %rank, one core. */
export async function presentation(mhcClass: 'I' | 'II', peptides: number): Promise<Measured> {
  const random = seededRandom('bench-peptides')
  const list = Array.from({ length: peptides }, () =>
    Array.from({ length: mhcClass === 'I' ? 8 + random.below(4) : 15 }, () => 'ACDEFGHIKLMNPQRSTVWY'[random.below(20)]).join(''),
  )
  const predictor = must(openPredictors())[mhcClass]
  const alleles = mhcClass === 'I' ? CLASS_I : CLASS_II
  predictor.predict(list.slice(0, 1000), alleles)
  const { result, seconds } = await timed(() => predictor.predict(list, alleles))
  return {
    name: `class ${mhcClass} presentation, one core`,
    items: result.presentationPercentile.filter(p => p > 0).length,
    unit: 'peptide-allele scores',
    seconds,
    rival: mhcClass === 'I' ? 'MHCnuggets in numpy 4,300-5,500/s (recorded)' : 'limit: 100,000/s',
  }
}

/** Thimble rows to output rows in stitchr's way; the golden rows repeated. */
export async function stitching(data: string, rows: number): Promise<Measured> {
  const folder = join(data, 'tcr/imgt_202514-7_stitchr_format/HUMAN')
  const files = ['TRA', 'TRB', 'TRG', 'TRD'].map(locus => ({ text: readFileSync(join(folder, `${locus}.fasta`), 'utf8') }))
  const reference = must(parseStitchrReference(files, readFileSync(join(folder, 'C-region-motifs.tsv'), 'utf8')))
  const linkers = new Map(
    readFileSync(dataPath('linkers.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split('\t') as [string, string]),
  )
  const golden = readFileSync(join(data, 'tcr/golden/A_vdjdb_humanC_P2A_in.tsv'), 'utf8').trim().split('\n').slice(1)
  const lines = Array.from({ length: rows }, (_, i) => golden[i % golden.length]!)
  const stitcher = makeStitcher(reference, shippedCodonUsage('human'), linkers)
  const { result, seconds } = await timed(() => {
    let linked = 0
    for (const [i, line] of lines.entries())
      if (stitchedCells(stitcher.stitch(parseThimbleLine(line, i + 2), ['TRA', 'TRB']))[21] !== '') linked++
    return linked
  })
  return {
    name: 'stitchr-compatible receptors, one core',
    items: result,
    unit: 'pairs',
    seconds,
    rival: 'stitchr 1.3.1: 1,030-1,500 pairs/s (recorded)',
  }
}

/** Writes a seeded matrix of the size of a 10x run and returns its path. */
export function makeMatrix(genes: number, cells: number, perCell: number): string {
  const random = seededRandom('bench-matrix')
  const lines: string[] = []
  let entries = 0
  for (let c = 1; c <= cells; c++) {
    let gene = 0
    for (let i = 0; i < perCell; i++) {
      gene += 1 + random.below(Math.floor((2 * genes) / perCell) - 1)
      if (gene > genes) break
      lines.push(`${gene} ${c} ${1 + Math.floor(3 * random.unit() ** 4)}`)
      entries++
    }
  }
  const path = join(mkdtempSync(join(tmpdir(), 'cognate-bench-')), 'matrix.mtx.gz')
  writeFileSync(
    path,
    gzipSync(`%%MatrixMarket matrix coordinate integer general\n%\n${genes} ${cells} ${entries}\n${lines.join('\n')}\n`, { level: 6 }),
  )
  return path
}

/** Streaming read of a matrix.mtx.gz beside draining the same file through plain gunzip. */
export async function matrixMarket(path: string): Promise<Measured & { readonly gunzipSeconds: number }> {
  const drain = () =>
    timed(async () => {
      let bytes = 0
      for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }).pipe(createGunzip({ chunkSize: CHUNK })))
        bytes += (chunk as Uint8Array).length
      return bytes
    })
  const read = () =>
    timed(async () => {
      const reader = new MatrixMarketReader(openEntryParser())
      must(await eachChunk(path, chunk => reader.push(chunk)))
      return must(reader.finish())
    })
  let gunzipSeconds = Number.POSITIVE_INFINITY
  let seconds = Number.POSITIVE_INFINITY
  let items = 0
  for (let i = 0; i < 3; i++) {
    gunzipSeconds = Math.min(gunzipSeconds, (await drain()).seconds)
    const done = await read()
    seconds = Math.min(seconds, done.seconds)
    items = done.result.data.length
  }
  return {
    name: 'matrix.mtx.gz, streaming',
    items,
    unit: 'entries',
    seconds,
    gunzipSeconds,
    rival: `plain gunzip of the same file ${gunzipSeconds.toFixed(3)} s: ${(seconds / gunzipSeconds).toFixed(2)} ×`,
  }
}

/** UCell of NeoTCR8 on a matrix. */
export async function signatureScore(path: string): Promise<Measured> {
  const reader = new MatrixMarketReader()
  reader.push(gunzipSync(readFileSync(path)))
  const counts = must(reader.finish())
  const genes = Array.from({ length: counts.rows }, (_, i) => `G${i}`)
  const signature = shippedSignatures().find(s => s.name === 'NeoTCR8')!
  signature.genes.forEach((gene, i) => {
    genes[i * 7] = gene
  })
  const matrix = must(
    makeExpressionMatrix(
      counts,
      genes,
      Array.from({ length: counts.columns }, (_, i) => `C${i}`),
    ),
  )
  const set = resolveSignature(signature, matrix)
  // before the clock starts: a lesion has ten times these cells, and the compiler's start is not their cost
  for (let warm = 0; warm < 6; warm++) uCell(matrix, set)
  const { result, seconds } = await timed(() => uCell(matrix, set))
  return { name: 'UCell, 243 genes, one core', items: result.length, unit: 'cells', seconds, rival: 'UCell in R 128 cells/s (recorded)' }
}

/** A real VCF to protein changes. */
export async function variants(data: string): Promise<Measured> {
  const path = join(data, 'variants/pvactools/hcc1395/annotated.expression.vcf.gz')
  const bytes = gunzipSync(readFileSync(path)).length
  const { result, seconds } = await timed(() =>
    callVariantsOf([{ caller: '', path }], { ...DEFAULT_VARIANT_OPTIONS, tumour: 'HCC1395_TUMOR_DNA', allFilters: true }),
  )
  return {
    name: `HCC1395 VCF to protein changes (${(bytes / 1e6).toFixed(1)} MB)`,
    items: must(result).changes.length,
    unit: 'rows',
    seconds,
    rival: `${(bytes / 1e6 / seconds).toFixed(0)} MB/s inflated`,
  }
}

/** Receptors to optimised inserts, and the gate on them. */
export async function constructs(data: string, receptors: number): Promise<readonly Measured[]> {
  const germlines = shippedReferences()
  const usage = shippedCodonUsage('human')
  must(parseGermline(readFileSync(dataPath('germline-human.tsv'), 'utf8')))
  const rows = readFileSync(join(data, 'tcr/golden/G_human_10x_nt_in.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1, 1 + receptors)
    .map(line => line.split('\t'))
  const times: number[] = []
  const made = rows.flatMap(cells => {
    const started = performance.now()
    const result = designConstruct(
      {
        receptorId: cells[0]!,
        alpha: { locus: 'TRA', vCall: cells[1]!, jCall: cells[2]!, junctionNt: cells[3]!, junctionAa: '' },
        beta: { locus: 'TRB', vCall: cells[4]!, jCall: cells[5]!, junctionNt: cells[6]!, junctionAa: '' },
      },
      DEFAULT_PRODUCT,
      germlines,
      usage,
    )
    times.push(performance.now() - started)
    return result.ok && result.value.status === 'ready' ? [result.value] : []
  })
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(0)
  const gate = await timed(() => made.map(construct => judge(construct.insert, construct.declaration, germlines)))
  return [
    {
      name: 'receptor to optimised, judged insert',
      items: made.length,
      unit: 'inserts',
      seconds: times.reduce((a, b) => a + b, 0) / 1000,
      rival: `median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms; DnaChisel alone 60-100 and 100-150 ms (recorded)`,
    },
    { name: 'gate alone', items: gate.result.length, unit: 'inserts', seconds: gate.seconds, rival: 'floor 500/s' },
  ]
}
