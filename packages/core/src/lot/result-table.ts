// Results in a laboratory's table: each row goes by its sample to the lot and the test that the sample was taken for, or waits with the reason. This is a preview; what enters the record the
// record judges itself, one event a row.
import { type Issue, issue, ok, type Result, refuse } from '../base/index.ts'
import { columnReader, type Table, type TableRow } from '../format/index.ts'
import { instantSchema } from '../record/index.ts'
import type { ReleaseTest } from './batch-template.ts'
import { CONVERSION_INPUTS, type ConversionInputs, judgeResult, limitOf } from './quantity.ts'
import { type ResultData, stands } from './testing-commands.ts'

export const RESULT_COLUMNS = ['sample', 'result', 'unit', 'tested_at'] as const
export const OPTIONAL_RESULT_COLUMNS = ['test', 'subject', 'instrument', ...CONVERSION_INPUTS] as const
/** Names of columns that are read. */
export const RESULT_NAMES: readonly string[] = [...RESULT_COLUMNS, ...OPTIONAL_RESULT_COLUMNS]

/** `sample=Probe,result=Wert`: our names to the file's. Errors: `columns`. */
export function parseColumnNames(text: string): Result<ReadonlyMap<string, string>, Issue> {
  const names = new Map<string, string>()
  for (const part of text.split(',').filter(one => one.trim() !== '')) {
    const at = part.indexOf('=')
    const our = part.slice(0, at).trim()
    if (at < 1 || !RESULT_NAMES.includes(our))
      return refuse('columns', `"${part}" names no column`, `write NAME=COLUMN; names are ${RESULT_NAMES.join(', ')}`)
    names.set(our, part.slice(at + 1).trim())
  }
  return ok(names)
}

/** A sample was taken for it. */
export interface AwaitedTest {
  readonly lot: string
  readonly subject: string
  readonly test: ReleaseTest
  /** Every test of the lot's release. */
  readonly specification: readonly ReleaseTest[]
  /** Of that test, so far. */
  readonly results: readonly Pick<ResultData, 'raw' | 'unit' | 'status' | 'verdict'>[]
}

export interface MatchedResult {
  readonly line: number
  readonly sample: string
  readonly lot: string
  readonly test: string
  readonly raw: string
  readonly unit: string
  readonly tested_at: string
  readonly instrument: string
  readonly inputs: ConversionInputs
  readonly verdict: ResultData['verdict']
}

export interface WaitingResult {
  readonly line: number
  readonly sample: string
  readonly issue: Issue
}

/** What a file of results would enter, and what of it waits with its reason, by line. */
export interface ResultPreview {
  readonly matched: readonly MatchedResult[]
  readonly waiting: readonly WaitingResult[]
  /** Observations that the mapping leaves out. */
  readonly left_out: number
}

/** `awaited`: by sample. A sample that several tests share needs the column `test`. */
export function matchResults(
  table: Table,
  awaited: ReadonlyMap<string, readonly AwaitedTest[]>,
): { readonly matched: readonly MatchedResult[]; readonly waiting: readonly WaitingResult[] } {
  const get = columnReader(table.columns)
  const seen = new Map<string, number>()
  const matched: MatchedResult[] = []
  const waiting: WaitingResult[] = []
  for (const row of table.rows) {
    const cell = (name: string): string => get(row, name)
    const found = matchRow(row, cell, awaited, seen)
    if ('issue' in found) waiting.push(found)
    else matched.push(found)
  }
  return { matched, waiting }
}

function matchRow(
  { line }: TableRow,
  cell: (name: string) => string,
  awaited: ReadonlyMap<string, readonly AwaitedTest[]>,
  seen: Map<string, number>,
): MatchedResult | WaitingResult {
  const [sample, raw, unit, testedAt] = RESULT_COLUMNS.map(cell) as [string, string, string, string]
  const waits = (code: string, what: string, remedy: string): WaitingResult => ({ line, sample, issue: issue(code, what, remedy, line) })
  const tests = awaited.get(sample)
  if (tests === undefined)
    return waits('sample-unknown', `no lot has a sample "${sample}"`, 'check the id with the laboratory; nothing is guessed')
  const named = cell('test') === '' ? tests : tests.filter(({ test }) => test.name === cell('test'))
  const names = tests.map(({ test }) => test.name).join(', ')
  if (named.length === 0)
    return waits('test-unknown', `the sample ${sample} was taken for ${names}, not for "${cell('test')}"`, 'check sample and test')
  if (named.length > 1) return waits('test-ambiguous', `the sample ${sample} was taken for ${names}`, 'give a column `test`')
  const { lot, subject, test, specification, results } = named[0]!
  if (cell('subject') !== '' && cell('subject') !== subject)
    return waits(
      'subject-differs',
      `the row is of ${cell('subject')}, the sample ${sample} of ${subject}`,
      'stop: find out whose the sample is',
    )
  const key = `${lot} ${test.name}`
  const before = seen.get(key)
  if (before !== undefined)
    return waits('row-twice', `${test.name} of lot ${lot} stands in line ${before} already`, 'leave one; a retest follows an investigation')
  const live = results.find(stands)
  if (live !== undefined)
    return waits(
      'result-there',
      `${test.name} of lot ${lot} has the result ${live.raw} ${live.unit}`,
      'a result is replaced only after its investigation invalidated it',
    )
  if (!instantSchema.safeParse(testedAt).success)
    return waits('time', `"${testedAt}" is no time`, 'write RFC 3339 with the zone, such as 2026-03-24T09:30:00+01:00')
  const inputs = Object.fromEntries(CONVERSION_INPUTS.flatMap(name => (cell(name) === '' ? [] : [[name, cell(name)]]))) as ConversionInputs
  const judged = judgeResult(raw, unit, limitOf(test), inputs, specification)
  if (!judged.ok && judged.issue.code !== 'conversion-input') return { line, sample, issue: { ...judged.issue, line } }
  seen.set(key, line)
  return {
    line,
    sample,
    lot,
    test: test.name,
    raw,
    unit,
    tested_at: testedAt,
    instrument: cell('instrument'),
    inputs,
    verdict: judged.ok ? judged.value.verdict : 'undecided',
  }
}
