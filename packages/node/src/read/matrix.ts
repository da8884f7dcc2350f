// A lesion's expression matrix: a folder with matrix.mtx(.gz), features or genes.tsv(.gz), barcodes.tsv(.gz), or a 10x HDF5 file (Cell Ranger 2 and 3).
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { MatrixMarketReader, type SparseColumns } from '@cognate/core/format'
import { type ExpressionMatrix, makeExpressionMatrix } from '@cognate/core/receptor'
import { userPath } from './paths.ts'
import { checkFile, eachChunk, readText } from './text.ts'

/** Errors: `matrix-files` (what is missing in the folder), `matrix-truncated`, `matrix-malformed`, `h5-layout`, `h5-genomes`, and those of the files. */
export async function readExpressionMatrix(path: string): Promise<Result<ExpressionMatrix, Issue>> {
  const full = userPath(path)
  if (existsSync(full) && statSync(full).isDirectory()) return readMtxFolder(path)
  if (/\.mtx(\.gz)?$/.test(path)) return readMtxFolder(join(path, '..'), path)
  return readTenxH5(path)
}

function findIn(folder: string, names: readonly string[]): string | undefined {
  return names
    .flatMap(name => [`${name}.gz`, name])
    .map(name => join(folder, name))
    .find(path => existsSync(userPath(path)))
}

async function readMtxFolder(folder: string, named?: string): Promise<Result<ExpressionMatrix, Issue>> {
  const matrix = named ?? findIn(folder, ['matrix.mtx'])
  const features = findIn(folder, ['features.tsv', 'genes.tsv'])
  const barcodes = findIn(folder, ['barcodes.tsv'])
  if (matrix === undefined || features === undefined || barcodes === undefined) {
    const missing = [
      matrix === undefined ? 'matrix.mtx(.gz)' : '',
      features === undefined ? 'features.tsv(.gz)' : '',
      barcodes === undefined ? 'barcodes.tsv(.gz)' : '',
    ].filter(name => name !== '')
    return fail(
      inFile(
        folder,
        issue('matrix-files', `the folder has no ${missing.join(', ')}`, 'give the filtered_feature_bc_matrix folder of Cell Ranger'),
      ),
    )
  }
  const featureText = readText(features)
  if (!featureText.ok) return featureText
  const barcodeText = readText(barcodes)
  if (!barcodeText.ok) return barcodeText
  const counts = await readMatrixMarket(matrix)
  if (!counts.ok) return counts
  const lines = (text: string) => text.split(/\r?\n/).filter(line => line !== '')
  const rows = lines(featureText.value).map(line => line.split('\t'))
  const made = makeExpressionMatrix(
    counts.value,
    rows.map(cells => cells[1] ?? cells[0]!),
    lines(barcodeText.value),
  )
  return made.ok
    ? geneExpressionOnly(
        made.value,
        rows.map(cells => cells[2]),
      )
    : fail(inFile(matrix, made.issue))
}

export async function readMatrixMarket(path: string): Promise<Result<SparseColumns, Issue>> {
  const reader = new MatrixMarketReader()
  const read = await eachChunk(path, chunk => reader.push(chunk))
  if (!read.ok) return read
  const counts = reader.finish()
  return counts.ok ? counts : fail(inFile(path, counts.issue))
}

/** Rows of another feature type (antibodies, hashtags) are left out. */
function geneExpressionOnly(matrix: ExpressionMatrix, types: readonly (string | undefined)[]): Result<ExpressionMatrix, Issue> {
  if (types.every(type => type === undefined || type === '' || type === 'Gene Expression')) return ok(matrix)
  const keep = types.map(type => type === 'Gene Expression')
  const place = new Int32Array(keep.length).fill(-1)
  let rows = 0
  keep.forEach((kept, row) => {
    if (kept) place[row] = rows++
  })
  const { counts } = matrix
  const indptr = new Uint32Array(counts.columns + 1)
  const indices = new Uint32Array(counts.indices.length)
  const data = new Float32Array(counts.data.length)
  let at = 0
  for (let cell = 0; cell < counts.columns; cell++) {
    for (let i = counts.indptr[cell]!; i < counts.indptr[cell + 1]!; i++) {
      const row = place[counts.indices[i]!]!
      if (row < 0) continue
      indices[at] = row
      data[at++] = counts.data[i]!
    }
    indptr[cell + 1] = at
  }
  return makeExpressionMatrix(
    { rows, columns: counts.columns, indptr, indices: indices.subarray(0, at), data: data.subarray(0, at) },
    matrix.genes.filter((_, row) => keep[row]),
    matrix.barcodes,
  )
}

type H5 = typeof import('h5wasm/node')
type H5File = InstanceType<H5['File']>

const H5_REMEDY = 'give filtered_feature_bc_matrix.h5 of Cell Ranger, or the folder with matrix.mtx.gz'

export async function readTenxH5(path: string, genome?: string): Promise<Result<ExpressionMatrix, Issue>> {
  const full = checkFile(path)
  if (!full.ok) return full
  const h5: H5 = await import('h5wasm/node')
  const runtime = (await h5.ready) as { activate_throwing_error_handler?: () => void }
  // the library's own diagnostics would go to the user's screen; ours say the same in one line
  runtime.activate_throwing_error_handler?.()
  let file: H5File
  try {
    file = new h5.File(full.value, 'r')
  } catch {
    return fail(inFile(path, issue('h5-layout', 'this is not an HDF5 file', H5_REMEDY)))
  }
  try {
    const groups = file.keys()
    const group = groups.includes('matrix') ? 'matrix' : chooseGenome(groups, genome)
    if (typeof group !== 'string') return fail(inFile(path, group))
    const read = readGroup(file, group)
    return read.ok ? read : fail(inFile(path, read.issue))
  } catch {
    return fail(inFile(path, issue('h5-layout', 'the file has not the layout of a 10x matrix, or is damaged', H5_REMEDY)))
  } finally {
    closeQuietly(file)
  }
}

/** A damaged file may refuse to close: its fault was reported already. */
function closeQuietly(file: H5File): void {
  try {
    file.close()
  } catch {
    // nothing more can be done
  }
}

function chooseGenome(groups: readonly string[], genome: string | undefined): string | Issue {
  if (genome !== undefined && groups.includes(genome)) return genome
  if (groups.length === 1) return groups[0]!
  return issue('h5-genomes', `the file holds ${groups.length} genomes: ${groups.join(', ')}`, 'split the file, one genome each')
}

/** Whole numbers of a dataset as 32-bit; 64-bit ones are viewed as pairs, never converted one by one. */
function wholeNumbers(value: unknown): Uint32Array {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    const pairs = new Uint32Array(value.buffer, value.byteOffset, value.length * 2)
    const out = new Uint32Array(value.length)
    for (let i = 0; i < out.length; i++) out[i] = pairs[2 * i]!
    return out
  }
  return Uint32Array.from(value as ArrayLike<number>)
}

function readGroup(file: H5File, group: string): Result<ExpressionMatrix, Issue> {
  const value = (name: string): unknown => {
    const dataset = file.get(`${group}/${name}`)
    return dataset !== null && 'value' in dataset ? dataset.value : undefined
  }
  const texts = (name: string): string[] => [...((value(name) ?? []) as string[])]
  const isV3 = group === 'matrix'
  const genes = isV3 ? texts('features/name') : texts('gene_names')
  const types = isV3 ? texts('features/feature_type') : []
  const barcodes = texts('barcodes')
  const data = value('data')
  if (data === undefined || genes.length === 0) return fail(issue('h5-layout', `group ${group} has no data or no genes`, H5_REMEDY))
  const counts: SparseColumns = {
    rows: genes.length,
    columns: barcodes.length,
    indptr: wholeNumbers(value('indptr')),
    indices: wholeNumbers(value('indices')),
    data: Float32Array.from(wholeNumbers(data)),
  }
  const faulty =
    counts.indptr.length !== counts.columns + 1 ||
    counts.indptr.at(-1) !== counts.indices.length ||
    counts.indices.length !== counts.data.length ||
    counts.indices.some(row => row >= counts.rows)
  if (faulty) return fail(issue('h5-layout', `group ${group}: indices, pointers and data disagree`, H5_REMEDY))
  const made = makeExpressionMatrix(counts, genes, barcodes)
  return made.ok ? geneExpressionOnly(made.value, types) : made
}
