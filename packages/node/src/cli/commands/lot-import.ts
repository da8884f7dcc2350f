// `lot import`: results of a laboratory as a table, HL7 messages or FHIR observations, previewed, and entered when that is said. What does not match waits in a table of its own with the reason.
import { readFileSync } from 'node:fs'
import { inFile } from '@cognate/core/base'
import { formatTsv, utf8 } from '@cognate/core/format'
import {
  type MatchedResult,
  OPTIONAL_RESULT_COLUMNS,
  parseColumnNames,
  RESULT_COLUMNS,
  type ResultPreview,
  type WaitingResult,
} from '@cognate/core/lot'
import { type Command, InvalidArgumentError } from 'commander'
import { userPath } from '../../read/paths.ts'
import { readBytes, readText } from '../../read/text.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

interface ImportFlags extends ClientFlags {
  readonly columns?: ReadonlyMap<string, string>
  readonly mapping?: string
  readonly waiting?: string
  readonly enter?: boolean
}

function columnNames(text: string): ReadonlyMap<string, string> {
  const names = parseColumnNames(text)
  if (!names.ok) throw new InvalidArgumentError(names.issue.remedy)
  return names.value
}

export function defineLotImport(lot: Command): void {
  withServer(
    lot
      .command('import')
      .argument(
        '<file>',
        `CSV or TSV with the columns ${RESULT_COLUMNS.join(', ')}; may have ${OPTIONAL_RESULT_COLUMNS.join(', ')}; or HL7 version 2 messages (ORU^R01), or Observations of FHIR R4 (JSON)`,
      )
      .description('results of a laboratory: each row by its sample to its lot and test; a preview, until --enter is said'),
  )
    .option('--columns <names>', 'what the file calls them, such as sample=Probe,result=Wert', columnNames)
    .option('--mapping <file>', 'for HL7 and FHIR, YAML: the laboratory’s codes, units and words to ours (docs/record.md)')
    .option('--waiting <file>', 'table of the rows that match nothing, with the reason')
    .option('--enter', 'enter the matched rows, signed, one event a row; the file itself is attached')
    .addHelpText(
      'after',
      '\nA sample that no lot has, another subject, a unit without a rule, a decimal comma, a test that has a result: such a row waits, and nothing about it is guessed.\nExit 0: every row matched (with --enter: was entered). Exit 1: some wait.\n',
    )
    .action(async (file: string, flags: ImportFlags) => {
      const client = new RecordClient(flags)
      const { matched, waiting, left_out: leftOut } = await preview(client, file, flags)
      const refused =
        flags.enter === true ? await enter(client, matched, readFileSync(userPath(file))) : new Map<MatchedResult, WaitingResult>()
      const left = [...waiting, ...refused.values()].sort((a, b) => a.line - b.line)
      putText(
        '-',
        formatTsv(
          ['line', 'sample', 'lot', 'test', 'result', 'unit', 'verdict'],
          matched
            .filter(one => !refused.has(one))
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
      const done = matched.length - refused.size
      const rows = done + left.length
      if (leftOut > 0) process.stderr.write(`${leftOut} observations are left out by the mapping\n`)
      process.stderr.write(
        flags.enter === true
          ? `${done} of ${rows} rows entered, ${left.length} wait\n`
          : `${done} of ${rows} rows match, ${left.length} wait; nothing was entered: say --enter\n`,
      )
      if (left.length > 0) process.exitCode = EXIT.input
    })
}

/** What the record makes of a file: what matches, and what waits with its reason. Nothing is entered. */
async function preview(client: RecordClient, file: string, { mapping, columns = new Map() }: ImportFlags): Promise<ResultPreview> {
  const given = mapping === undefined ? {} : { mapping: must(readText(mapping)) }
  const body = { text: utf8(must(readBytes(file))), columns: Object.fromEntries(columns), ...given }
  try {
    return JSON.parse(await client.open('/results/preview', body)) as ResultPreview
  } catch (error) {
    if (!(error instanceof InputFault)) throw error
    // what is wrong with the mapping stands in the mapping's lines
    const isOfMapping = mapping !== undefined && /^((hl7|fhir)-(yaml|key|value)|mapping-other)$/.test(error.issue.code)
    throw new InputFault(inFile(isOfMapping ? mapping : file, error.issue))
  }
}

/** Rows that the record refused. */
async function enter(
  client: RecordClient,
  matched: readonly MatchedResult[],
  bytes: Uint8Array,
): Promise<ReadonlyMap<MatchedResult, WaitingResult>> {
  const refused = new Map<MatchedResult, WaitingResult>()
  if (matched.length === 0) return refused
  const attachment_sha256 = await client.putFile(bytes)
  const sign = client.signer()
  for (const one of matched) {
    const { line, sample, lot, test, raw, unit, tested_at, instrument, inputs } = one
    try {
      await client.post(
        `/lots/${encodeURIComponent(lot)}/results`,
        { test, raw, unit, tested_at, instrument, inputs, attachment_sha256 },
        sign,
      )
    } catch (error) {
      if (!(error instanceof InputFault)) throw error
      refused.set(one, { line, sample, issue: error.issue })
    }
  }
  return refused
}
