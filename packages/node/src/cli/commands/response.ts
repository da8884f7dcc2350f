import { caveat, dayText, describeIssue, Funnel, fail, type Issue, inFile, issue, ok, parseDate, type Result } from '@cognate/core/base'
import { RESPONSE_COLUMNS, responseRow } from '@cognate/core/case'
import { columnReader, formatTsv, parseFhir } from '@cognate/core/format'
import {
  agrees,
  assessImmuneVisits,
  assessVisits,
  BASELINE_COLUMNS,
  bestImmuneResponse,
  bestResponse,
  type ConfirmationRules,
  compareCalls,
  formatLength,
  type Length,
  type LesionSet,
  OPTIONAL_BASELINE_COLUMNS,
  PROPOSAL_COLUMNS,
  proposalRows,
  READER_CALL_COLUMNS,
  type ReaderCall,
  readBaselineLesions,
  readerCallRow,
  readLesions,
  readMeasurements,
  readReaderCalls,
  readTumourSize,
  setsOfReader,
  type TumourSize,
  untilProgression,
} from '@cognate/core/response'
import { type Command, Option } from 'commander'
import { readDataset } from '../../read/dataset.ts'
import { readMeasurementReport } from '../../read/dicom-sr.ts'
import { readParsed } from '../../read/text.ts'
import { printFaults } from '../console.ts'
import { EXIT, InputFault, must } from '../exit.ts'
import { finishStage } from '../finish-stage.ts'
import { issueTable } from '../issue-table.ts'
import { type CommonFlags, consoleOf, needing, wholeNumber, withCommon } from '../options.ts'
import { putText } from '../put-text.ts'
import { plural, type StageReport } from '../stages/stage.ts'

interface Flags extends CommonFlags {
  readonly tu: string
  readonly tr: string
  readonly rs?: string
  readonly ex?: string
  readonly product?: string
  readonly criteria: 'recist-1.1' | 'recist-1.0' | 'irecist'
  readonly reader?: string
  readonly cut?: string
  readonly stableMinDays: number
  readonly confirmDays: number
  readonly maxNe: number
  readonly acceptSd?: boolean
  readonly out: string
}

export function defineResponse(program: Command): void {
  const response = withCommon(
    needing(
      program
        .command('response')
        .description(
          'lesions to responses: every visit and the best response by RECIST 1.1, 1.0 or iRECIST, with the numbers that decided',
        ),
      ['product', 'ex'],
    ),
  )
    .option('--tu <file>', 'SDTM TU: USUBJID, TULNKID, TUORRES, TULOC, VISITNUM (CSV, XPT, Dataset-JSON, NDJSON)')
    .option('--tr <file>', 'SDTM TR: USUBJID, TRLNKID, TRTESTCD, TRSTRESC, TRSTRESU, TRSTAT, VISITNUM, VISIT, TRDTC')
    .option('--rs <file>', 'SDTM RS: what the readers called themselves, laid beside what their measurements give (reader-calls.tsv)')
    .option('--ex <file>', 'SDTM EX, with --product: stable disease is counted from that exposure; without it from baseline')
    .option('--product <name>', 'EXTRT of the cells')
    .addOption(new Option('--criteria <name>', 'criteria').choices(['recist-1.1', 'recist-1.0', 'irecist']).default('recist-1.1'))
    .option('--reader <name>', 'INVESTIGATOR, TREVALID of an independent reader, or ACCEPTED (TRACPTFL); default: every reader apart')
    .option('--cut <date>', 'rows dated after it do not exist')
    .option('--stable-min-days <days>', 'days from start from which stable disease counts', wholeNumber, 42)
    .option('--confirm-days <days>', 'days between a response and the one that confirms it', wholeNumber, 28)
    .option('--max-ne <number>', 'assessments not evaluable between the two, at most', wholeNumber, 1)
    .option('--accept-sd', 'let one stable disease through between two partial responses')
    .option(
      '--out <folder>',
      'folder for response.tsv, best-response.tsv and discordance.tsv (visits that readers see differently, to be adjudicated by another person)',
    )
    .addHelpText('after', '\nExample:\n  cognate response --tu tu.csv --tr tr.csv --out results\n')
    .action((wanted: Partial<Flags> & CommonFlags, command: Command) => {
      if (wanted.tu === undefined || wanted.tr === undefined || wanted.out === undefined)
        command.error("error: '--tu', '--tr' and '--out' are needed", { exitCode: 2 })
      const flags = wanted as Flags
      const started = performance.now()
      const cut = flags.cut === undefined ? undefined : must(parseDate(flags.cut))
      const read = must(readLesions(must(readDataset(flags.tu)), must(readDataset(flags.tr)), cut, { tu: flags.tu, tr: flags.tr }))
      const chosen = flags.reader === undefined ? read : setsOfReader(read, flags.reader)
      const { sets } = chosen
      if (read.sets.length === 0)
        throw new InputFault(
          inFile(
            flags.tu,
            issue('no-lesions', 'no row names a target, a non-target or a new lesion', 'give SDTM TU with TULNKID and TUORRES'),
          ),
        )
      if (sets.length === 0)
        throw new InputFault(
          issue(
            'reader-unknown',
            `nobody called ${flags.reader ?? 'a reader'} has read a lesion`,
            `the readers are ${[...new Set(read.sets.map(set => set.reader))].join(', ')}`,
          ),
        )
      const starts = must(startsOf(flags))
      const given = flags.rs === undefined ? undefined : must(readReaderCalls(must(readDataset(flags.rs)), flags.rs, cut))
      const issues = [...chosen.issues, ...(given?.issues ?? [])]
      const calls = given?.calls.filter(call => sets.some(set => set.subject === call.subject && set.reader === call.reader))
      finishStage('response', reportOf(sets, calls, issues, starts, flags), flags.out, flags, started)
      printFaults(consoleOf(flags), issues, 'issues.tsv')
      if (issues.length > 0) process.exitCode = EXIT.input
    })
  defineProposal(response)
  withCommon(response.command('sr').description('measurements of DICOM structured reports (TID 1500), in millimetres to a hundredth'))
    .argument('<files...>', 'structured reports of one patient')
    .requiredOption('--patient <id>', 'whose they have to be: a report of anybody else stops everything')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .action((files: readonly string[], flags: CommonFlags & { patient: string; out: string }) => {
      const rows = files.flatMap(file => {
        const report = must(readMeasurementReport(file))
        const lesions = readMeasurements(report, flags.patient)
        if (!lesions.ok) throw new InputFault(inFile(file, lesions.issue))
        const length = (value: Length | undefined) => (value === undefined ? '' : formatLength(value))
        return lesions.value.map(lesion => [
          flags.patient,
          lesion.trackingId,
          lesion.trackingUid,
          length(lesion.long),
          length(lesion.short),
          lesion.observer,
          lesion.images.join(','),
          file,
        ])
      })
      const text = formatTsv(['patient', 'tracking_id', 'tracking_uid', 'long_mm', 'short_mm', 'observer', 'images', 'file'], rows)
      putText(flags.out, text)
    })
  withCommon(response.command('fhir').description('tumour sizes of FHIR R4 Observations (mCODE): one a file, or bundles'))
    .argument('<files...>', 'JSON: an Observation, a Bundle that holds some, or one resource a line')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .action((files: readonly string[], flags: CommonFlags & { out: string }) => {
      const rows = files.flatMap(file =>
        must(readParsed(file, sizesOf)).map(size => [
          size.subject,
          size.of,
          size.date,
          size.longest === undefined ? '' : formatLength(size.longest),
          size.others.map(formatLength).join(','),
          file,
        ]),
      )
      const text = formatTsv(['subject', 'lesion', 'date', 'longest_mm', 'others_mm', 'file'], rows)
      putText(flags.out, text)
    })
}

function defineProposal(response: Command): void {
  withCommon(
    response
      .command('propose')
      .description('baseline lesions to a proposal of target lesions by RECIST 1.1, with the reason of each: a reader decides'),
  )
    .argument('<lesions>', `CSV or TSV with the columns ${BASELINE_COLUMNS.join(', ')}; may have ${OPTIONAL_BASELINE_COLUMNS.join(', ')}`)
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nOf a lymph node (organ LYMPH NODE) the size is the short axis. Slices thicker than 5 mm need twice their thickness. The limits of chest X-ray (20 mm) and calliper (10 mm) are from memory of the paper: check them.\n\nExample:\n  cognate response propose baseline.tsv\n',
    )
    .action((file: string, flags: CommonFlags & { out: string }) => {
      const read = readBaselineLesions(must(readDataset(file)))
      if (!read.ok) throw new InputFault(inFile(file, read.issue))
      const { bySubject, issues } = read.value
      putText(
        flags.out,
        formatTsv(
          PROPOSAL_COLUMNS,
          [...bySubject].flatMap(([subject, lesions]) => proposalRows(subject, lesions)),
        ),
      )
      for (const problem of issues) process.stderr.write(`${describeIssue(inFile(file, problem))}\n`)
      if (issues.length > 0) process.exitCode = EXIT.input
    })
}

/** Every tumour size of a resource or a bundle; other resources of a bundle are passed over, a wrong tumour size is refused. */
function sizesOf(text: string): Result<readonly TumourSize[], Issue> {
  const read = parseFhir(text)
  if (!read.ok) return read
  const { resources } = read.value
  const sizes: TumourSize[] = []
  for (const { resource, line } of resources) {
    const size = readTumourSize(resource)
    if (size.ok) sizes.push(size.value)
    else if (resources.length === 1 || (size.issue.code !== 'fhir-resource' && size.issue.code !== 'fhir-code'))
      return fail({ ...size.issue, line })
  }
  return ok(sizes)
}

/** First day of the product by subject; empty without EX. */
function startsOf(flags: Flags): Result<ReadonlyMap<string, number>, Issue> {
  if (flags.ex === undefined) return ok(new Map())
  if (flags.product === undefined) throw new InputFault(issue('product-missing', '--ex needs --product', 'name the EXTRT of the cells'))
  const table = readDataset(flags.ex)
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const starts = new Map<string, number>()
  for (const row of table.value.rows) {
    if (get(row, 'EXTRT').toUpperCase() !== flags.product.toUpperCase()) continue
    const date = parseDate(get(row, 'EXSTDTC'))
    if (!date.ok) return date
    const id = get(row, 'USUBJID')
    starts.set(id, Math.min(starts.get(id) ?? date.value.first, date.value.first))
  }
  return ok(starts)
}

function reportOf(
  sets: readonly LesionSet[],
  calls: readonly ReaderCall[] | undefined,
  issues: readonly Issue[],
  starts: ReadonlyMap<string, number>,
  flags: Flags,
): StageReport {
  const rules: ConfirmationRules = {
    stableMinDays: flags.stableMinDays,
    minDays: flags.confirmDays,
    maxNotEvaluable: flags.maxNe,
    acceptStable: flags.acceptSd === true,
    missingAsNotEvaluable: false,
  }
  const immune = flags.criteria === 'irecist'
  const visits = sets.map(set => ({
    set,
    points: immune
      ? assessImmuneVisits(set)
      : assessVisits(set, flags.criteria === 'recist-1.0' ? 'recist-1.0' : 'recist-1.1').map(point => ({ point, response: undefined })),
  }))
  const best = visits.map(({ set, points }) => {
    const dated = points.filter(({ point }) => !point.baseline && point.date !== undefined)
    const start = starts.get(set.subject) ?? points[0]!.point.date?.first ?? 0
    const seen = untilProgression(dated.map(({ point }) => ({ day: point.date!.last, response: point.overall! })))
    const [plain, confirmed] = [bestResponse(seen, start, rules, false), bestResponse(seen, start, rules, true)]
    const day = (value: number | undefined) => (value === undefined ? '' : dayText(value))
    const own = immune ? bestImmuneResponse(points.flatMap(({ response }) => (response === undefined ? [] : [response]))) : ''
    return [set.subject, set.reader, flags.criteria, plain.response, day(plain.day), confirmed.response, day(confirmed.day), own]
  })
  const byVisit = new Map<string, Map<string, string>>()
  for (const { set, points } of visits)
    for (const { point } of points.filter(one => !one.point.baseline)) {
      const key = `${set.subject}\t${point.visit}`
      byVisit.set(key, (byVisit.get(key) ?? new Map<string, string>()).set(set.reader, point.overall!))
    }
  const every = visits.flatMap(({ points }) => points)
  const compared =
    calls === undefined
      ? []
      : compareCalls(
          every.map(({ point }) => point),
          calls,
          new Map(every.flatMap(({ point, response }) => (response === undefined ? [] : [[point, response] as const]))),
        )
  const differing = compared.filter(one => !agrees(one))
  const discordant = [...byVisit].filter(([, overall]) => new Set(overall.values()).size > 1)
  const funnel = new Funnel('response')
  funnel.add('in', '', sets.length)
  for (const problem of issues) funnel.add(problem.code, problem.what)
  funnel.add('out', '', sets.length)
  const columns = immune ? [...RESPONSE_COLUMNS, 'irecist'] : RESPONSE_COLUMNS
  return {
    files: new Map([
      [
        'response.tsv',
        formatTsv(
          columns,
          visits.flatMap(({ points }) =>
            points.map(({ point, response }) => (immune ? [...responseRow(point), response ?? ''] : responseRow(point))),
          ),
        ),
      ],
      [
        'discordance.tsv',
        formatTsv(
          ['subject', 'visit', 'readings', 'adjudicated', 'adjudicator', 'reason'],
          discordant.map(([key, overall]) => [
            ...key.split('\t'),
            [...overall].map(([reader, response]) => `${reader}: ${response}`).join('; '),
            '',
            '',
            '',
          ]),
        ),
      ],
      ...(calls === undefined ? [] : [['reader-calls.tsv', formatTsv(READER_CALL_COLUMNS, compared.map(readerCallRow))] as const]),
      ['issues.tsv', issueTable(issues)],
      [
        'best-response.tsv',
        formatTsv(['subject', 'reader', 'criteria', 'best', 'best_date', 'confirmed_best', 'confirmed_best_date', 'irecist_best'], best),
      ],
    ]),
    funnel: funnel.rows(),
    caveats: [
      ...(differing.length === 0
        ? []
        : [
            caveat(
              'reader-differs',
              `${differing.length} of ${compared.length} calls of readers differ from what they measured: reader-calls.tsv`,
            ),
          ]),
      ...sets.flatMap(set => set.caveats.map(one => caveat(one.code, `${set.subject}, ${set.reader}: ${one.text}`))),
    ],
    headline: `${plural(new Set(sets.map(set => set.subject)).size, 'subject')}, ${plural(new Set(sets.map(set => set.reader)).size, 'reader')} → ${plural(
      visits.reduce((sum, { points }) => sum + points.length, 0),
      'visit',
    )} (${flags.criteria})${calls === undefined ? '' : `; ${compared.length - differing.length} of ${compared.length} calls of the readers agree`}`,
  }
}
