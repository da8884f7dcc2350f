// A 10x HDF5 matrix: Cell Ranger 2 (one group a genome) and 3 and later (group `matrix`).
import { fail, type Issue, issue, type Result } from '@cognate/core/base'
import type { SparseColumns } from '@cognate/core/format'
import { type ExpressionMatrix, makeExpressionMatrix, splitFeatures } from '@cognate/core/receptor'
import { type H5File, h5Value, inH5File, wholeNumbers } from './h5.ts'

const REMEDY = 'give filtered_feature_bc_matrix.h5 of Cell Ranger, the folder with matrix.mtx.gz, or an AnnData .h5ad'

/** Errors: `h5-layout`, `h5-genomes` (several and none named), and those of the file. */
export const readTenxH5 = (path: string, genome?: string): Promise<Result<ExpressionMatrix, Issue>> =>
  inH5File(path, REMEDY, file => {
    const groups = file.keys()
    const group = groups.includes('matrix') ? onlyGenome(file, genome) : chooseGenome(groups, genome)
    return typeof group === 'string' ? readGroup(file, group) : fail(group)
  })

function chooseGenome(groups: readonly string[], genome: string | undefined): string | Issue {
  if (genome !== undefined && groups.includes(genome)) return genome
  if (genome === undefined && groups.length === 1) return groups[0]!
  const named = genome === undefined ? '' : `, and ${genome} is none of them`
  return issue(
    'h5-genomes',
    `the file holds ${groups.length === 1 ? 'one genome' : `${groups.length} genomes`}: ${groups.join(', ')}${named}`,
    'name the one of the patient with --genome',
  )
}

/** From Cell Ranger 3 on a matrix holds all genomes: one that is named has to be the only one. */
function onlyGenome(file: H5File, genome: string | undefined): string | Issue {
  if (genome === undefined) return 'matrix'
  const held = [...new Set((h5Value(file, 'matrix/features/genome') ?? []) as string[])].filter(name => name !== '')
  return held.every(name => name === genome)
    ? 'matrix'
    : issue('h5-genomes', `${genome} was named, and the genes are of ${held.join(' and ')}`, 'give a matrix of that genome alone')
}

function readGroup(file: H5File, group: string): Result<ExpressionMatrix, Issue> {
  const value = (name: string): unknown => h5Value(file, `${group}/${name}`)
  const texts = (name: string): string[] => [...((value(name) ?? []) as string[])]
  const isV3 = group === 'matrix'
  const genes = isV3 ? texts('features/name') : texts('gene_names')
  const types = isV3 ? texts('features/feature_type') : []
  const barcodes = texts('barcodes')
  const data = value('data')
  if (data === undefined || genes.length === 0) return fail(issue('h5-layout', `group ${group} has no data or no genes`, REMEDY))
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
  if (faulty) return fail(issue('h5-layout', `group ${group}: indices, pointers and data disagree`, REMEDY))
  const made = makeExpressionMatrix(counts, genes, barcodes)
  return made.ok ? splitFeatures(made.value, types) : made
}
