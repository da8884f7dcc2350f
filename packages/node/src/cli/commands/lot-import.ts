// `lot import`: a laboratory's table or HL7 messages of results, previewed, and entered when that is said. What does not match waits in a table of its own with the reason.
import { readFileSync } from 'node:fs'
import { fail, type Issue, inFile, issue, type Result, refuse } from '@cognate/core/base'
import { parseCheckedYaml } from '@cognate/core/case'
import { columnReader, delimiterOf, formatTsv, isHl7, parseDelimited, parseHl7, type Table, utf8 } from '@cognate/core/format'
import {
  type AwaitedTest,
  type BatchTemplate,
  type Hl7Results,
  hl7MappingSchema,
  hl7Results,
  type LotData,
  type MatchedResult,
  matchResults,
  OPTIONAL_RESULT_COLUMNS,
  RESULT_COLUMNS,
  type ResultData,
  type WaitingResult,
} from '@cognate/core/lot'
import { type Command, InvalidArgumentError } from 'commander'
import { userPath } from '../../read/paths.ts'
import { readBytes, readParsed } from '../../read/text.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

interface ImportFlags extends ClientFlags {
  readonly columns?: ReadonlyMap<string, string>
  readonly hl7?: string
  readonly waiting?: string
  readonly enter?: boolean
}

const KNOWN: readonly string[] = [...RESULT_COLUMNS, ...OPTIONAL_RESULT_COLUMNS]

/** `sample=Probe,result=Wert`: our name to the file's. */
function columnNames(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map(part => {
      const at = part.indexOf('=')
      if (at < 1 || !KNOWN.includes(part.slice(0, at))) throw new InvalidArgumentError(`write NAME=COLUMN; names are ${KNOWN.join(', ')}`)
      return [part.slice(0, at), part.slice(at + 1)]
    }),
  )
}

export function defineLotImport(lot: Command): void {
  withServer(
    lot
      .command('import')
      .argument(
        '<file>',
        `CSV or TSV with the columns ${RESULT_COLUMNS.join(', ')}; may have ${OPTIONAL_RESULT_COLUMNS.join(', ')}; or HL7 version 2 messages (ORU^R01)`,
      )
      .description('results of a laboratory: each row by its sample to its lot and test; a preview, until --enter is said'),
  )
    .option('--columns <names>', 'what the file calls them, such as sample=Probe,result=Wert', columnNames)
    .option('--hl7 <file>', 'mapping of HL7 messages, YAML: the laboratory’s codes, units and words to ours (docs/record.md)')
    .option('--waiting <file>', 'table of the rows that match nothing, with the reason')
    .option('--enter', 'enter the matched rows, signed, one event a row; the file itself is attached')
    .addHelpText(
      'after',
      '\nA sample that no lot has, another subject, a unit without a rule, a decimal comma, a test that has a result: such a row waits, and nothing about it is guessed.\nExit 0: every row matched (with --enter: was entered). Exit 1: some wait.\n',
    )
    .action(async (file: string, flags: ImportFlags) => {
      const read = readResults(file, flags)
      const client = new RecordClient(flags)
      const { matched, waiting } = matchResults(read.table, await awaitedTests(client, samplesOf(read.table)))
      const refused = flags.enter === true ? await enter(client, matched, readFileSync(userPath(file))) : []
      const left = [...read.waiting, ...waiting, ...refused].sort((a, b) => a.line - b.line)
      putText(
        '-',
        formatTsv(
          ['line', 'sample', 'lot', 'test', 'result', 'unit', 'verdict'],
          matched
            .filter(({ line }) => !refused.some(other => other.line === line))
            .map(one => [String(one.line), one.sample, one.lot, one.test, one.raw, one.unit, one.verdict]),
        ),
      )
      for (const { line, issue: why } of left) process.stderr.write(`${file}:${line}: ${why.what}; ${why.remedy} [${why.code}]\n`)
      if (flags.waiting !== undefined)
        putText(
          flags.waiting,
          formatTsv(
            ['line', 'sample', 'code', 'reason', 'remedy'],
            left.map(one => [String(one.line), one.sample, one.issue.code, one.issue.what, one.issue.remedy]),
          ),
        )
      const done = matched.length - refused.length
      const rows = done + left.length
      if (read.leftOut > 0) process.stderr.write(`${read.leftOut} observations are left out by the mapping\n`)
      process.stderr.write(
        flags.enter === true
          ? `${done} of ${rows} rows entered, ${left.length} wait\n`
          : `${done} of ${rows} rows match, ${left.length} wait; nothing was entered: say --enter\n`,
      )
      if (left.length > 0) process.exitCode = EXIT.input
    })
}

function readResults(file: string, { hl7, columns }: ImportFlags): Hl7Results {
  const text = utf8(must(readBytes(file)))
  const named = <T>(parsed: Result<T, Issue>): T => must(parsed.ok ? parsed : fail(inFile(file, parsed.issue)))
  if (!isHl7(text)) {
    const table = named(parseDelimited(text, { delimiter: delimiterOf(text) }))
    return { table: renamed(table, columns ?? new Map(), file), waiting: [], leftOut: 0 }
  }
  if (hl7 === undefined)
    return named(
      refuse(
        'hl7-mapping',
        'these are HL7 messages, and nothing says which test a code is',
        'give the mapping of this laboratory: --hl7 MAPPING.yaml; docs/record.md shows one',
      ),
    )
  const mapping = must(readParsed(hl7, yaml => parseCheckedYaml(yaml, { name: 'hl7', schema: hl7MappingSchema, told: 'docs/record.md' })))
  return hl7Results(named(parseHl7(text)), mapping)
}

/** The table under our names. */
function renamed(table: Table, names: ReadonlyMap<string, string>, file: string): Table {
  const ours = new Map([...names].map(([our, theirs]) => [theirs, our]))
  const columns = table.columns.map(column => ours.get(column) ?? column)
  const missing = RESULT_COLUMNS.filter(name => !columns.includes(name))
  if (missing.length > 0)
    throw new InputFault({
      ...issue(
        'column-missing',
        `there is no column ${missing.map(name => names.get(name) ?? name).join(', ')}; there are ${table.columns.join(', ')}`,
        'say what the file calls them: --columns sample=…,result=…,unit=…,tested_at=…',
      ),
      file,
      line: 1,
    })
  return { ...table, columns }
}

interface LotFileAnswer {
  readonly template: BatchTemplate
  readonly results: readonly { readonly data: ResultData }[]
}

const samplesOf = (table: Table): ReadonlySet<string> => {
  const get = columnReader(table.columns)
  return new Set(table.rows.map(row => get(row, 'sample').trim()))
}

/** What the samples were taken for, in the lots that the session may see. */
async function awaitedTests(client: RecordClient, samples: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly AwaitedTest[]>> {
  const awaited = new Map<string, AwaitedTest[]>()
  for (let after: string | null = ''; after !== null; ) {
    const page = JSON.parse(await client.get(`/lots?limit=500${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`)) as {
      readonly lots: readonly { readonly id: string; readonly data: LotData }[]
      readonly next: string | null
    }
    for (const { id, data } of page.lots) {
      if (!Object.values(data.samples).some(sample => samples.has(sample))) continue
      const { template, results } = JSON.parse(await client.get(`/lots/${encodeURIComponent(id)}/file`)) as LotFileAnswer
      for (const test of template.release) {
        const sample = data.samples[test.name]
        if (sample === undefined) continue
        const one = { lot: id, subject: data.subject, test, results: results.flatMap(row => (row.data.test === test.name ? row.data : [])) }
        awaited.set(sample, [...(awaited.get(sample) ?? []), one])
      }
    }
    after = page.next
  }
  return awaited
}

/** Rows that the record refused. */
async function enter(client: RecordClient, matched: readonly MatchedResult[], bytes: Uint8Array): Promise<readonly WaitingResult[]> {
  if (matched.length === 0) return []
  const attachment_sha256 = await client.putFile(bytes)
  const sign = client.signer()
  const refused: WaitingResult[] = []
  for (const { line, sample, lot, test, raw, unit, tested_at, instrument, inputs } of matched)
    try {
      await client.post(
        `/lots/${encodeURIComponent(lot)}/results`,
        { test, raw, unit, tested_at, instrument, inputs, attachment_sha256 },
        sign,
      )
    } catch (error) {
      if (!(error instanceof InputFault)) throw error
      refused.push({ line, sample, issue: error.issue })
    }
  return refused
}
