// A table of a trial, whatever file it is in: CSV or TSV, SAS transport, Dataset-JSON, NDJSON, and its gzip (`.dsjc`).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Issue, inFile, ok, type Result } from '@cognate/core/base'
import { datasetTable, parseDatasetJson, parseDatasetNdjson, parseDelimited, parseXpt, type Table } from '@cognate/core/format'
import { userPath } from './paths.ts'
import { readBytes, readParsed } from './text.ts'

const EXTENSIONS = ['csv', 'tsv', 'xpt', 'json', 'ndjson', 'dsjc', 'csv.gz']

/** Errors: those of the file and of its format, with its name. */
export function readDataset(path: string): Result<Table, Issue> {
  const name = path.toLowerCase()
  if (name.endsWith('.xpt')) {
    const bytes = readBytes(path)
    if (!bytes.ok) return bytes
    const dataset = parseXpt(bytes.value)
    return dataset.ok ? ok(datasetTable(dataset.value)) : fail(inFile(path, dataset.issue))
  }
  return readParsed(path, text => {
    if (/\.(ndjson|dsjc)$/.test(name) || /\.json$/.test(name)) {
      const dataset = name.endsWith('.json') ? parseDatasetJson(text) : parseDatasetNdjson(text)
      return dataset.ok ? ok(datasetTable(dataset.value)) : dataset
    }
    return parseDelimited(text, { delimiter: /\.tsv(\.gz)?$/.test(name) ? '\t' : ',' })
  })
}

/** The file of a domain in a folder, by the first extension that is there; undefined when there is none. */
export const datasetFile = (folder: string, domain: string): string | undefined =>
  EXTENSIONS.map(extension => join(folder, `${domain}.${extension}`)).find(path => existsSync(userPath(path)))
