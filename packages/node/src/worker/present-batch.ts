// One batch of `cognate present`: bytes of peptide lines, or proteins to cut into windows → the table's bytes, or its columns for Parquet. Runs in a worker or inline.
import type { HlaAllele } from '@cognate/core/bio'
import { flankRatio, flankRatioAt, PRESENT_COLUMNS, type PresentRow, presentRows } from '@cognate/core/presentation'
import { must } from '../cli/exit.ts'
import { openPredictors } from '../model/open-predictors.ts'

/** Column numbers of a file of peptides. */
export interface PeptideColumns {
  readonly peptide: number
  readonly before?: number
  readonly after?: number
}

export interface PresentBatch {
  readonly source:
    | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly columns: PeptideColumns }
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

/** Columns that hold numbers: offset, score, percentile, IC50, percentile; flank ratio, percentile with it. */
export const NUMERIC_COLUMNS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 10, 11])
/** Peptides scored at a time within a batch. */
const STEP = 4096

export function presentBatch(batch: PresentBatch): PresentAnswer {
  const predictors = must(openPredictors())
  const { peptides, flankRatios } = peptidesOf(batch.source)
  const pieces: string[] = []
  const all: PresentRow[] = []
  let rows = 0
  let refused = 0
  for (let from = 0; from < peptides.length; from += STEP) {
    const made = presentRows(predictors, {
      ...batch,
      peptides: peptides.slice(from, from + STEP),
      flankRatios: flankRatios.slice(from, from + STEP),
    })
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

interface BatchPeptides {
  readonly peptides: readonly string[]
  /** One a peptide, NaN where no neighbour is given; empty for a list without flanks. */
  readonly flankRatios: readonly number[]
}

/** Peptides as written, empty lines left out, and what their neighbours say. */
export const peptidesOf = (source: PresentBatch['source']): BatchPeptides =>
  source.kind === 'proteins' ? windowsOf(source.sequences, source.lengths) : linesOf(source.bytes, source.columns)

function windowsOf(sequences: readonly string[], lengths: readonly number[]): BatchPeptides {
  const peptides: string[] = []
  const flankRatios: number[] = []
  for (const sequence of sequences) {
    const protein = sequence.toUpperCase()
    for (const length of lengths) {
      for (let at = 0; at + length <= sequence.length; at++) {
        peptides.push(sequence.slice(at, at + length))
        flankRatios.push(flankRatioAt(protein, at, length))
      }
    }
  }
  return { peptides, flankRatios }
}

function linesOf(bytes: Uint8Array, columns: PeptideColumns): BatchPeptides {
  const { before, after } = columns
  const peptides: string[] = []
  const flankRatios: number[] = []
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const cells = line.split('\t')
    const peptide = (cells[columns.peptide] ?? '').trim()
    if (peptide === '') continue
    peptides.push(peptide)
    if (before === undefined && after === undefined) continue
    const flank = (column: number | undefined) => (column === undefined ? '' : (cells[column] ?? '').trim().toUpperCase())
    const [leading, trailing] = [flank(before), flank(after)]
    flankRatios.push(leading === '' && trailing === '' ? Number.NaN : flankRatio(leading, trailing))
  }
  return { peptides, flankRatios }
}

const columnsOf = (rows: readonly PresentRow[]): readonly (readonly string[] | Float64Array)[] =>
  Array.from(PRESENT_COLUMNS, (_, c) =>
    NUMERIC_COLUMNS.has(c)
      ? Float64Array.from(rows, row => (row[c] === '' ? Number.NaN : Number(row[c])))
      : rows.map(row => String(row[c])),
  )
