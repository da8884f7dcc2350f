// A table of a trial, whatever file it is in: CSV or TSV, SAS transport, Dataset-JSON, NDJSON, and its gzip (`.dsjc`).
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import {
  type Dataset,
  datasetColumn,
  datasetTable,
  delimiterOf,
  parseDatasetJson,
  parseDatasetNdjson,
  parseDelimited,
  parseXpt,
  type Table,
} from '@cognate/core/format'
import { userPath } from './paths.ts'
import { readBytes, readParsed } from './text.ts'

const EXTENSIONS = ['csv', 'tsv', 'xpt', 'json', 'ndjson', 'dsjc', 'csv.gz']

/** A table with what its format says of its columns; CSV and TSV say nothing: every column is text. Errors: those of the file and of its format, with its name. */
export function readWholeDataset(path: string): Result<Dataset, Issue> {
  const name = path.toLowerCase()
  if (name.endsWith('.xpt')) {
    const bytes = readBytes(path)
    if (!bytes.ok) return bytes
    const dataset = parseXpt(bytes.value)
    return dataset.ok ? dataset : fail(inFile(path, dataset.issue))
  }
  if (/\.json$/.test(name)) return readParsed(path, parseDatasetJson)
  if (/\.(ndjson|dsjc)$/.test(name)) return readParsed(path, parseDatasetNdjson)
  const table = readTable(path)
  if (!table.ok) return table
  const dataset = basename(path).replace(/\..*$/, '').toUpperCase()
  return ok({
    name: dataset,
    label: dataset,
    columns: table.value.columns.map(column => datasetColumn(dataset, column, column, 'string')),
    rows: table.value.rows.map(row => row.cells),
    attributes: { datasetJSONVersion: '1.1.0' },
  })
}

const readTable = (path: string): Result<Table, Issue> =>
  readParsed(path, text => parseDelimited(text, { delimiter: /\.tsv(\.gz)?$/.test(path.toLowerCase()) ? '\t' : delimiterOf(text) }))

/** The same as a table of texts, with the lines of a CSV or TSV. */
export function readDataset(path: string): Result<Table, Issue> {
  if (!/\.(xpt|json|ndjson|dsjc)$/.test(path.toLowerCase())) return readTable(path)
  const dataset = readWholeDataset(path)
  return dataset.ok ? ok(datasetTable(dataset.value)) : dataset
}

/** The file of a domain in a folder, by the first extension that is there; undefined when there is none. */
export const datasetFile = (folder: string, domain: string): string | undefined =>
  EXTENSIONS.map(extension => join(folder, `${domain}.${extension}`)).find(path => existsSync(userPath(path)))
