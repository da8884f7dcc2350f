// AnnData (.h5ad, anndata 0.7 and later, and the older layouts of 0.6) → expression matrix. Counts are taken from layers/counts, raw/X, X, the first that holds whole numbers:
// scores need counts, and logarithms cannot be turned back without knowing how they were made.
import { fail, type Issue, issue, type Result } from '@cognate/core/base'
import { type SparseColumns, transposed } from '@cognate/core/format'
import { type ExpressionMatrix, makeExpressionMatrix, splitFeatures } from '@cognate/core/receptor'
import { type H5File, h5Value, inH5File, wholeNumbers } from './h5.ts'

const REMEDY = 'write it with adata.write_h5ad(): cells in obs, genes in var, counts in X, raw or layers["counts"]'

/** Where counts may stand, with the table of genes that belongs to each. */
const PLACES = [
  ['layers/counts', 'var'],
  ['raw/X', 'raw/var'],
  ['raw.X', 'raw.var'],
  ['X', 'var'],
] as const

/**
 * `alreadyLog`: where no place holds counts, they are taken back from their logarithms, which fails unless every cell gives whole numbers.
 * Errors: `h5-layout`, `h5ad-not-counts` (no place holds whole numbers), `matrix-genes`, `barcode-twice`, and those of the file.
 */
export const readH5ad = (path: string, alreadyLog = false): Promise<Result<ExpressionMatrix, Issue>> =>
  inH5File(path, REMEDY, file => {
    const tried: string[] = []
    for (const [place, genes] of PLACES) {
      if (!isThere(file, place)) continue
      const counts = readCells(file, place)
      if (counts === undefined) return fail(issue('h5-layout', `${place} is no matrix that is understood`, REMEDY))
      if (counts.data.every(Number.isInteger)) return withNames(file, counts, genes)
      const taken = alreadyLog ? countsOfLogs(counts) : undefined
      if (taken !== undefined) return withNames(file, taken, genes)
      tried.push(place)
    }
    return tried.length === 0
      ? fail(issue('h5-layout', 'there is no X, raw/X or layers/counts', REMEDY))
      : fail(
          issue(
            'h5ad-not-counts',
            `${tried.join(' and ')} ${tried.length > 1 ? 'hold' : 'holds'} other than whole numbers: counts were normalised or logged`,
            alreadyLog
              ? 'its values are no logarithms of counts either, so they cannot be taken back: keep the counts, adata.layers["counts"] = adata.X.copy() before normalising'
              : 'keep the counts: adata.layers["counts"] = adata.X.copy() before normalising; or give --already-log where they are logarithms of scaled counts',
          ),
        )
  })

/** Natural logarithms first, as scanpy and Seurat write them, then those to base 2. */
const POWERS = [Math.expm1, (x: number) => 2 ** x - 1] as const

/**
 * Counts from ln(1 + scale · count) of each cell: its least value stands for one molecule, and every other must then be a whole number of them.
 * Undefined when one is not. A cell whose rarest gene was counted twice comes out at half its counts: ranks and shares stay the same.
 */
export function countsOfLogs(logs: SparseColumns): SparseColumns | undefined {
  for (const power of POWERS) {
    const data = new Float32Array(logs.data.length)
    let whole = true
    for (let cell = 0; cell < logs.columns && whole; cell++) {
      const [from, to] = [logs.indptr[cell]!, logs.indptr[cell + 1]!]
      let one = Number.POSITIVE_INFINITY
      for (let i = from; i < to; i++) if (logs.data[i]! > 0) one = Math.min(one, power(logs.data[i]!))
      for (let i = from; i < to && whole; i++) {
        const count = power(logs.data[i]!) / one
        data[i] = logs.data[i] === 0 ? 0 : Math.round(count)
        // single precision of the logarithm leaves a few parts in a hundred thousand
        whole = logs.data[i]! >= 0 && (logs.data[i] === 0 || Math.abs(count - data[i]!) <= Math.min(0.2, 0.01 + count * 5e-5))
      }
    }
    if (whole) return { ...logs, data }
  }
  return undefined
}

/** Whether a dataset or group is there, without a fault where its parent is missing. */
function isThere(file: H5File, path: string): boolean {
  let at = ''
  for (const part of path.split('/')) {
    const group = at === '' ? file : file.get(at)
    if (group === null || !('keys' in group) || !group.keys().includes(part)) return false
    at = at === '' ? part : `${at}/${part}`
  }
  return true
}

function attribute(file: H5File, path: string, name: string): unknown {
  const entity = file.get(path)
  return entity !== null && 'attrs' in entity ? entity.attrs[name]?.value : undefined
}

/** Cells × genes as stored → genes × cells by columns, which for csr is the same three arrays. */
function readCells(file: H5File, place: string): SparseColumns | undefined {
  const entity = file.get(place)
  if (entity === null) return undefined
  if (!('keys' in entity)) return readDense(entity)
  const encoding = String(attribute(file, place, 'encoding-type') ?? attribute(file, place, 'h5sparse_format') ?? '')
  const shape = Array.from(
    (attribute(file, place, 'shape') ?? attribute(file, place, 'h5sparse_shape') ?? []) as ArrayLike<number | bigint>,
    Number,
  )
  const [cells, genes] = shape
  if (cells === undefined || genes === undefined) return undefined
  const stored = {
    indptr: wholeNumbers(h5Value(file, `${place}/indptr`)),
    indices: wholeNumbers(h5Value(file, `${place}/indices`)),
    data: Float32Array.from(h5Value(file, `${place}/data`) as ArrayLike<number | bigint>, Number),
  }
  if (stored.indices.length !== stored.data.length || stored.indptr.at(-1) !== stored.data.length) return undefined
  if (encoding.startsWith('csc')) {
    if (stored.indptr.length !== genes + 1 || stored.indices.some(cell => cell >= cells)) return undefined
    return transposed({ rows: cells, columns: genes, ...stored })
  }
  return stored.indptr.length !== cells + 1 || stored.indices.some(gene => gene >= genes)
    ? undefined
    : { rows: genes, columns: cells, ...stored }
}

function readDense(entity: object): SparseColumns | undefined {
  const { shape, value } = entity as { readonly shape?: readonly number[]; readonly value?: ArrayLike<number | bigint> }
  const [cells, genes] = shape ?? []
  if (cells === undefined || genes === undefined || value === undefined || value.length !== cells * genes) return undefined
  const indptr = new Uint32Array(cells + 1)
  const indices: number[] = []
  const data: number[] = []
  for (let cell = 0; cell < cells; cell++) {
    for (let gene = 0; gene < genes; gene++) {
      const count = Number(value[cell * genes + gene])
      if (count === 0) continue
      indices.push(gene)
      data.push(count)
    }
    indptr[cell + 1] = indices.length
  }
  return { rows: genes, columns: cells, indptr, indices: Uint32Array.from(indices), data: Float32Array.from(data) }
}

function withNames(file: H5File, counts: SparseColumns, genes: string): Result<ExpressionMatrix, Issue> {
  const index = (table: string): readonly string[] => {
    const name = attribute(file, table, '_index')
    return textColumn(file, table, typeof name === 'string' ? name : '_index') ?? textColumn(file, table, 'index') ?? []
  }
  const ids = index(genes)
  // Ensembl ids as index, symbols in a column: signatures name symbols
  const symbols = ids.every(id => /^ENS[A-Z]*G\d+/.test(id))
    ? ['gene_symbols', 'gene_name', 'gene_names', 'feature_name', 'symbol']
        .map(name => textColumn(file, genes, name))
        .find(found => found !== undefined)
    : undefined
  const made = makeExpressionMatrix(counts, symbols ?? ids, index('obs'))
  const types = textColumn(file, genes, 'feature_types')
  return made.ok && types !== undefined ? splitFeatures(made.value, types) : made
}

/** A column of text of a data frame: strings, categories with codes (new) or codes with a table of categories (old), or a field of a compound table (oldest). */
function textColumn(file: H5File, table: string, column: string): readonly string[] | undefined {
  const frame = file.get(table)
  if (frame === null) return undefined
  if (!('keys' in frame)) {
    const compound = frame as unknown as {
      readonly dtype: { readonly compound_type?: { readonly members: readonly { readonly name: string }[] } }
      readonly value: readonly unknown[][]
    }
    const at = compound.dtype.compound_type?.members.findIndex(member => member.name === column) ?? -1
    return at < 0 ? undefined : compound.value.map(row => String(row[at]))
  }
  if (!frame.keys().includes(column)) return undefined
  const path = `${table}/${column}`
  const entity = file.get(path)
  if (entity !== null && 'keys' in entity) return decode(h5Value(file, `${path}/codes`), h5Value(file, `${path}/categories`))
  const values = h5Value(file, path)
  const categories = isThere(file, `${table}/__categories/${column}`) ? h5Value(file, `${table}/__categories/${column}`) : undefined
  return categories === undefined ? Array.from(values as ArrayLike<unknown>, String) : decode(values, categories)
}

/** Code −1 is a missing value. */
const decode = (codes: unknown, categories: unknown): readonly string[] =>
  Array.from(codes as ArrayLike<number | bigint>, code =>
    Number(code) < 0 ? '' : String((categories as ArrayLike<unknown>)[Number(code)]),
  )
