// CDISC Dataset-JSON 1.1 (https://wiki.cdisc.org/display/DSJSON1DOT1): one JSON object, or NDJSON with the metadata on line 1. Unknown attributes survive a round trip.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import type { Dataset, DatasetColumn, DatasetValue } from './dataset.ts'

const VERSION = /^1\.1(\.\d+)?$/
const TYPES = ['string', 'integer', 'decimal', 'float', 'double', 'boolean', 'date', 'datetime', 'time', 'URI']
const TEXTUAL = new Set(['string', 'decimal', 'date', 'datetime', 'time', 'URI'])

type Json = Readonly<Record<string, unknown>>

/** Errors: `dataset-json` (not JSON), `dataset-version`, `dataset-columns` (name, position, nearest type), `dataset-records` (another number of rows), `dataset-row`. */
export function parseDatasetJson(text: string): Result<Dataset, Issue> {
  const parsed = parse(text, 1)
  if (!parsed.ok) return parsed
  const { rows, ...head } = parsed.value
  if (!Array.isArray(rows)) return fail(issue('dataset-json', 'there is no list of rows', 'give a Dataset-JSON file', 1))
  return build(head, rows, false)
}

export function parseDatasetNdjson(text: string): Result<Dataset, Issue> {
  const lines = text.split(/\r?\n/)
  const head = parse(lines[0] ?? '', 1)
  if (!head.ok) return head
  const rows: unknown[] = []
  for (let i = 1; i < lines.length; i++) {
    if (lines[i] === '') continue
    try {
      rows.push(JSON.parse(lines[i]!))
    } catch (fault) {
      return fail(issue('dataset-json', (fault as Error).message, 'a row is a list of values on a line of its own', i + 1))
    }
  }
  return build(head.value, rows, true)
}

function parse(text: string, line: number): Result<Json, Issue> {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return ok(json as Json)
  } catch (fault) {
    return fail(issue('dataset-json', (fault as Error).message, 'give a Dataset-JSON file', line))
  }
  return fail(issue('dataset-json', 'the file is no object', 'give a Dataset-JSON file', line))
}

function build(head: Json, rows: readonly unknown[], byLine: boolean): Result<Dataset, Issue> {
  const { name, label, columns, records, ...attributes } = head
  if (!VERSION.test(String(attributes.datasetJSONVersion)))
    return fail(issue('dataset-version', `datasetJSONVersion is ${String(attributes.datasetJSONVersion)}`, 'give Dataset-JSON 1.1', 1))
  if (typeof name !== 'string' || !Array.isArray(columns) || columns.length === 0)
    return fail(issue('dataset-columns', 'name or columns are missing', 'a dataset has a name and at least one column', 1))
  const seen = new Set<string>()
  for (const [i, column] of (columns as readonly Partial<DatasetColumn>[]).entries()) {
    const own = column.name
    if (typeof own !== 'string' || seen.has(own))
      return fail(
        issue(
          'dataset-columns',
          `column ${i + 1} is ${own === undefined ? 'without a name' : `${own} again`}`,
          'each column has a name of its own',
          1,
        ),
      )
    seen.add(own)
    if (!TYPES.includes(String(column.dataType)))
      return fail(
        issue(
          'dataset-columns',
          `column ${i + 1}, ${own}, has the type ${String(column.dataType)}`,
          `use ${nearest(String(column.dataType), TYPES, 1)[0]}`,
          1,
        ),
      )
  }
  if (records !== rows.length)
    return fail(
      issue(
        'dataset-records',
        `records is ${String(records)}, the file holds ${rows.length} rows`,
        'the file was cut or edited: take it again from its source',
        1,
      ),
    )
  const typed = columns as readonly DatasetColumn[]
  for (const [i, row] of rows.entries()) {
    const line = byLine ? i + 2 : undefined
    if (!Array.isArray(row) || row.length !== typed.length)
      return fail(
        issue(
          'dataset-row',
          `row ${i + 1} has ${Array.isArray(row) ? row.length : 'no'} values, not ${typed.length}`,
          'rows are lists in the order of the columns',
          line,
        ),
      )
    const wrong = row.findIndex((cell, k) => !fits(cell, typed[k]!))
    if (wrong >= 0)
      return fail(
        issue(
          'dataset-row',
          `row ${i + 1}, ${typed[wrong]!.name}: ${JSON.stringify(row[wrong])} is no ${typed[wrong]!.dataType}`,
          'repair the value, or the type of the column',
          line,
        ),
      )
  }
  return ok({
    name: name.toUpperCase(),
    label: typeof label === 'string' ? label : '',
    columns: typed,
    rows: rows as readonly (readonly DatasetValue[])[],
    attributes,
  })
}

const fits = (cell: unknown, { dataType }: DatasetColumn): boolean =>
  cell === null ||
  (TEXTUAL.has(dataType) ? typeof cell === 'string' : dataType === 'boolean' ? typeof cell === 'boolean' : typeof cell === 'number')

const head = (dataset: Dataset) => ({
  ...dataset.attributes,
  datasetJSONVersion: (dataset.attributes.datasetJSONVersion as string | undefined) ?? '1.1.0',
  records: dataset.rows.length,
  name: dataset.name,
  label: dataset.label,
  columns: dataset.columns,
})

export const formatDatasetJson = (dataset: Dataset): string => `${JSON.stringify({ ...head(dataset), rows: dataset.rows })}\n`

export const formatDatasetNdjson = (dataset: Dataset): string =>
  [JSON.stringify(head(dataset)), ...dataset.rows.map(row => JSON.stringify(row)), ''].join('\n')
