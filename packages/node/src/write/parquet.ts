// Parquet files written a row group at a time: text columns as UTF-8, number columns as doubles that may be null.
import { fileWriter, ParquetWriter } from 'hyparquet-writer'

export interface ParquetFile {
  /** One row group; a column of texts, or of numbers where NaN is written as null. */
  readonly write: (columns: readonly (readonly string[] | Float64Array)[]) => void
  readonly close: () => void
}

/** `numeric`: indices of the number columns. */
export function createParquet(path: string, names: readonly string[], numeric: ReadonlySet<number>): ParquetFile {
  const file = fileWriter(path)
  const schema = names.map((name, c) =>
    numeric.has(c)
      ? ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' } as const)
      : ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const),
  )
  const writer = new ParquetWriter({ writer: file, schema: [{ name: 'root', num_children: names.length }, ...schema] })
  return {
    write(columns) {
      const rows = columns[0]?.length ?? 0
      if (rows === 0) return
      const columnData = columns.map((values, c) => ({
        name: names[c]!,
        data: values instanceof Float64Array ? Array.from(values, value => (Number.isNaN(value) ? null : value)) : [...values],
      }))
      // the file is written synchronously: nothing is awaited
      void writer.write({ columnData, rowGroupSize: rows })
    },
    close: () => void writer.finish(),
  }
}
