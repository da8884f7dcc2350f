// A lesion's expression matrix: a folder with matrix.mtx(.gz), features or genes.tsv(.gz), barcodes.tsv(.gz), a 10x HDF5 file (Cell Ranger 2 and later) or an AnnData h5ad.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, issue, type Result } from '@cognate/core/base'
import { MatrixMarketReader, type SparseColumns } from '@cognate/core/format'
import { type ExpressionMatrix, makeExpressionMatrix, splitFeatures } from '@cognate/core/receptor'
import { readH5ad } from './h5ad.ts'
import { openEntryParser } from './matrix-kernel.ts'
import { userPath } from './paths.ts'
import { readTenxH5 } from './tenx-h5.ts'
import { eachChunk, readText } from './text.ts'

export interface MatrixOptions {
  /** An h5ad without counts holds their logarithms. */
  readonly alreadyLog?: boolean
  /** Of a file of Cell Ranger 2 that holds several. */
  readonly genome?: string
}

/** Errors: `matrix-files` (what is missing in the folder), `matrix-truncated`, `matrix-malformed`, `h5-layout`, `h5-genomes`, `h5ad-not-counts`, and those of the files. */
export async function readExpressionMatrix(
  path: string,
  { alreadyLog, genome }: MatrixOptions = {},
): Promise<Result<ExpressionMatrix, Issue>> {
  const full = userPath(path)
  if (existsSync(full) && statSync(full).isDirectory()) return readMtxFolder(path)
  if (/\.mtx(\.gz)?$/.test(path)) return readMtxFolder(join(path, '..'), path)
  return path.endsWith('.h5ad') ? readH5ad(path, alreadyLog) : readTenxH5(path, genome)
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
    ? splitFeatures(
        made.value,
        rows.map(cells => cells[2]),
      )
    : fail(inFile(matrix, made.issue))
}

export async function readMatrixMarket(path: string): Promise<Result<SparseColumns, Issue>> {
  const reader = new MatrixMarketReader(openEntryParser())
  const read = await eachChunk(path, chunk => reader.push(chunk))
  if (!read.ok) return read
  const counts = reader.finish()
  return counts.ok ? counts : fail(inFile(path, counts.issue))
}
