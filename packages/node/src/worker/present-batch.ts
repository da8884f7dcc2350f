// One batch of `cognate present`: bytes of peptide lines, or proteins to cut into windows → the table's bytes, or its columns for Parquet. Runs in a worker or inline.
import type { HlaAllele } from '@cognate/core/bio'
import { type PresentRow, presentRows } from '@cognate/core/presentation'
import { must } from '../cli/exit.ts'
import { openPredictors } from '../model/open-predictors.ts'

export interface PresentBatch {
  readonly source:
    | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly column: number }
    | { readonly kind: 'proteins'; readonly sequences: readonly string[]; readonly lengths: readonly number[] }
  readonly I: readonly HlaAllele[]
  readonly II: readonly HlaAllele[]
  readonly bestOnly: boolean
  readonly output: 'tsv' | 'columns'
}

export interface PresentAnswer {
  readonly peptides: number
  readonly rows: number
  /** Rows that hold no score: their caveat says why. */
  readonly refused: number
  readonly tsv?: Uint8Array<ArrayBuffer>
  /** One array per column of PRESENT_COLUMNS; numbers as numbers, an absent one as NaN. */
  readonly columns?: readonly (readonly string[] | Float64Array)[]
}

/** Columns that hold numbers: offset, score, percentile, IC50, percentile. */
export const NUMERIC_COLUMNS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8])
/** Peptides scored at a time within a batch. */
const STEP = 4096

export function presentBatch(batch: PresentBatch): PresentAnswer {
  const predictors = must(openPredictors())
  const peptides = peptidesOf(batch.source)
  const pieces: string[] = []
  const all: PresentRow[] = []
  let rows = 0
  let refused = 0
  for (let from = 0; from < peptides.length; from += STEP) {
    const made = presentRows(predictors, { ...batch, peptides: peptides.slice(from, from + STEP) })
    rows += made.length
    refused += made.filter(row => row[5] === '').length
    if (batch.output === 'columns') all.push(...made)
    else pieces.push(made.map(row => row.join('\t')).join('\n'))
  }
  if (batch.output === 'columns') return { peptides: peptides.length, rows, refused, columns: columnsOf(all) }
  return {
    peptides: peptides.length,
    rows,
    refused,
    tsv: new TextEncoder().encode(pieces.map(piece => (piece === '' ? '' : `${piece}\n`)).join('')),
  }
}

/** Peptides as written, empty lines left out. */
export function peptidesOf(source: PresentBatch['source']): readonly string[] {
  if (source.kind === 'proteins')
    return source.sequences.flatMap(sequence =>
      source.lengths.flatMap(length =>
        Array.from({ length: Math.max(0, sequence.length - length + 1) }, (_, i) => sequence.slice(i, i + length)),
      ),
    )
  const peptides: string[] = []
  for (const line of new TextDecoder().decode(source.bytes).split('\n')) {
    const peptide = (source.column === 0 && !line.includes('\t') ? line : (line.split('\t')[source.column] ?? '')).trim()
    if (peptide !== '') peptides.push(peptide)
  }
  return peptides
}

const columnsOf = (rows: readonly PresentRow[]): readonly (readonly string[] | Float64Array)[] =>
  Array.from({ length: 12 }, (_, c) =>
    NUMERIC_COLUMNS.has(c)
      ? Float64Array.from(rows, row => (row[c] === '' ? Number.NaN : Number(row[c])))
      : rows.map(row => String(row[c])),
  )
