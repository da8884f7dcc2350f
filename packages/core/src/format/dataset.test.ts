// CDISC's own examples, the same data as Dataset-JSON, NDJSON and XPT: every cell compared, written and read again.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { data, oracle, readData, value } from '../../../../test/oracle.ts'
import { type Dataset, formatDatasetJson, formatDatasetNdjson, formatXpt, parseDatasetJson, parseDatasetNdjson, parseXpt } from './index.ts'

const NAMES = ['dm', 'ae', 'ds', 'suppdm', 'ts', 'ex', 'lb', 'rs']
const json = (name: string) => value(parseDatasetJson(readData(`clinical/cdisc/${name}.json`)))
const xpt = (name: string) => value(parseXpt(readFileSync(data(`clinical/cdisc/${name}.xpt`))))

/** Cells that differ; text is compared without the blanks that a transport file cannot keep, and null as empty. */
function differences(a: Dataset, b: Dataset): { readonly cells: number; readonly differ: readonly string[] } {
  const differ: string[] = []
  let cells = 0
  if (a.rows.length !== b.rows.length) differ.push(`${a.name}: ${a.rows.length} and ${b.rows.length} rows`)
  const plain = (cell: unknown) => (cell === null ? '' : typeof cell === 'string' ? cell.trimEnd() : cell)
  a.rows.forEach((row, i) => {
    row.forEach((cell, k) => {
      cells++
      const other = b.rows[i]?.[k] ?? null
      const same =
        typeof cell === 'number' && typeof other === 'number'
          ? Math.abs(cell - other) <= 1e-13 * Math.abs(cell)
          : plain(cell) === plain(other)
      if (!same) differ.push(`${a.name} ${i} ${a.columns[k]!.name}: ${cell} ${other}`)
    })
  })
  return { cells, differ }
}

oracle('117,943 cells of eight pairs are equal in JSON and XPT, and again when what we wrote is read', () => {
  let cells = 0
  for (const name of NAMES) {
    const [ours, theirs] = [json(name), xpt(name)]
    expect(ours.columns.map(column => column.name)).toEqual(theirs.columns.map(column => column.name))
    const compared = differences(ours, theirs)
    expect(compared.differ).toEqual([])
    cells += compared.cells
    const written = value(formatXpt(ours))
    expect(differences(ours, value(parseXpt(written))).differ).toEqual([])
    // numbers bit for bit
    expect(value(parseXpt(value(formatXpt(theirs)))).rows).toEqual(theirs.rows)
  }
  expect(cells).toBe(117_943)
})

oracle('Dataset-JSON and NDJSON survive a round trip with every attribute; gzip of NDJSON is the same', () => {
  for (const name of [...NAMES, 'ae_i18n']) {
    const text = readData(`clinical/cdisc/${name}.json`)
    expect(JSON.parse(formatDatasetJson(value(parseDatasetJson(text))))).toEqual(JSON.parse(text))
  }
  for (const name of ['ae', 'dm', 'rs']) {
    const text = readData(`clinical/cdisc/${name}.ndjson`)
    const ours = value(parseDatasetNdjson(text))
    const lines = (ndjson: string) =>
      ndjson
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as unknown)
    expect(lines(formatDatasetNdjson(ours))).toEqual(lines(text))
    expect(differences(ours, json(name)).differ).toEqual([])
  }
  expect(value(parseDatasetNdjson(gunzipSync(readFileSync(data('clinical/cdisc/dm.dsjc'))).toString('utf8'))).rows.length).toBe(18)
})

oracle('what a transport file cannot hold is refused by row and column, never written as a question mark', () => {
  expect(formatXpt(json('ae_i18n'))).toMatchObject({ ok: false, issue: { code: 'xpt-text' } })
})

test('numbers of every size, missing values, dates as days since 1960, a last observation of blanks', () => {
  const column = (name: string, dataType: 'float' | 'string' | 'date', more = {}) => ({
    itemOID: `IT.X.${name}`,
    name,
    label: name,
    dataType,
    ...more,
  })
  const numbers = [0, 1, -1, 0.1, 1 / 3, 1e-70, 1e70, 123_456_789.123, -2.5, Number.MAX_SAFE_INTEGER, null]
  const dataset: Dataset = { name: 'X', label: '', columns: [column('A', 'float')], rows: numbers.map(n => [n]), attributes: {} }
  expect(value(parseXpt(value(formatXpt(dataset)))).rows).toEqual(dataset.rows)
  const dated: Dataset = {
    ...dataset,
    columns: [column('D', 'date', { targetDataType: 'integer', displayFormat: 'DATE9' })],
    rows: [['1960-01-02']],
  }
  expect(value(parseXpt(value(formatXpt(dated, () => -3652)))).rows).toEqual([[1]])
  const short: Dataset = { ...dataset, columns: [column('T', 'string')], rows: Array.from({ length: 79 }, () => ['x']) }
  expect(value(parseXpt(value(formatXpt(short)))).rows.length).toBe(79)
})

test('wrong files are refused by what is wrong: type, number of rows, row, version, cut, another format', () => {
  const file = {
    datasetJSONVersion: '1.1.0',
    records: 1,
    name: 'X',
    label: '',
    columns: [{ itemOID: 'I', name: 'A', label: 'A', dataType: 'integer' }],
    rows: [[1]],
  }
  const code = (change: object) => {
    const parsed = parseDatasetJson(JSON.stringify({ ...file, ...change }))
    return parsed.ok ? 'ok' : parsed.issue.code
  }
  expect([
    code({}),
    code({ records: 2 }),
    code({ rows: [['1']] }),
    code({ rows: [[1, 2]] }),
    code({ datasetJSONVersion: '1.0.0' }),
    code({ columns: [{ name: 'A', dataType: 'int' }] }),
    code({ columns: [...file.columns, ...file.columns] }),
  ]).toEqual(['ok', 'dataset-records', 'dataset-row', 'dataset-row', 'dataset-version', 'dataset-columns', 'dataset-columns'])
  expect(parseXpt(new Uint8Array(500))).toMatchObject({ ok: false, issue: { code: 'xpt-header' } })
})

test('a transport file that was cut, or holds a second dataset, is refused', () => {
  const column = (name: string) => ({ itemOID: `IT.X.${name}`, name, label: name, dataType: 'string' as const, length: 30 })
  const rows = Array.from({ length: 7 }, (_, i) => [`subject ${i} with some words`, `value ${i}, and as many`])
  const dataset: Dataset = { name: 'XX', label: 'XX', columns: [column('A'), column('B')], rows, attributes: {} }
  const whole = value(formatXpt(dataset))
  expect(value(parseXpt(whole)).rows).toEqual(rows)
  for (const length of [whole.length - 1, whole.length - 80])
    expect(parseXpt(whole.subarray(0, length))).toMatchObject({ ok: false, issue: { code: 'xpt-cut' } })
  const two = new Uint8Array([...whole, ...whole.subarray(3 * 80)])
  expect(parseXpt(two)).toMatchObject({ ok: false, issue: { code: 'xpt-members' } })
})
