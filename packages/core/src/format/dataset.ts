// A CDISC dataset, whatever file it came in: columns with their attributes, rows of values. Text is a string, missing is null; an empty text is not null.
import type { Table } from './delimited.ts'

export type DatasetValue = string | number | boolean | null

/** Attributes of Dataset-JSON 1.1; those that a file has beside them are kept. */
export interface DatasetColumn {
  readonly itemOID: string
  readonly name: string
  readonly label: string
  readonly dataType: 'string' | 'integer' | 'decimal' | 'float' | 'double' | 'boolean' | 'date' | 'datetime' | 'time' | 'URI'
  /** `integer`: the file holds days or seconds since 1960-01-01 where the value is a date. */
  readonly targetDataType?: 'integer' | 'decimal'
  readonly length?: number
  readonly displayFormat?: string
  readonly keySequence?: number
}

export interface Dataset {
  /** Upper case, such as AE. */
  readonly name: string
  readonly label: string
  readonly columns: readonly DatasetColumn[]
  readonly rows: readonly (readonly DatasetValue[])[]
  /** All other attributes of the file, as they stand. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A plain column of texts or numbers, with the label that a standard gives it. */
export const datasetColumn = (dataset: string, name: string, label: string, dataType: DatasetColumn['dataType']): DatasetColumn => ({
  itemOID: `IT.${dataset}.${name}`,
  name,
  label,
  dataType,
})

/** As a table of texts: missing is empty, a row's line is its number. */
export const datasetTable = (dataset: Dataset): Table => ({
  columns: dataset.columns.map(column => column.name),
  rows: dataset.rows.map((row, i) => ({ line: i + 1, cells: row.map(cell => (cell === null ? '' : String(cell))) })),
})
