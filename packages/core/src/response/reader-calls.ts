// What readers called themselves (SDTM RS), beside what their own measurements give: both shown, with the rule and the numbers that made ours. Nothing of theirs enters ours.
import { type CalendarDate, fail, type Issue, inFile, ok, parseDate, type Result, reportAt } from '../base/index.ts'
import { columnReader, lackingColumn, numberOf, type Table } from '../format/index.ts'
import { readerOf } from './lesion.ts'
import type { TimePoint } from './recist.ts'

export type CallPart = 'target' | 'non-target' | 'overall'

const PARTS = new Map<string, CallPart>([
  ['TRGRESP', 'target'],
  ['NTRGRESP', 'non-target'],
  ['OVRLRESP', 'overall'],
])

/** Terms that a part can have, of RECIST and of iRECIST; what stands elsewhere is a slip of columns. */
const TERMS: Readonly<Record<CallPart, readonly string[]>> = {
  target: ['CR', 'PR', 'SD', 'PD', 'NE', 'iCR', 'iPR', 'iSD', 'iUPD', 'iCPD'],
  'non-target': ['CR', 'NON-CR/NON-PD', 'PD', 'NE', 'iCR', 'NON-iCR/NON-iUPD', 'iUPD', 'iCPD'],
  overall: ['CR', 'PR', 'SD', 'NON-CR/NON-PD', 'PD', 'NE', 'iCR', 'iPR', 'iSD', 'NON-iCR/NON-iUPD', 'iUPD', 'iCPD'],
}

export interface ReaderCall {
  readonly subject: string
  readonly reader: string
  readonly visitNumber: number
  readonly part: CallPart
  readonly call: string
  readonly immune: boolean
  readonly line: number
}

export interface ReaderCalls {
  readonly calls: readonly ReaderCall[]
  /** `call-part` (a term that the part cannot have), `call-twice` (two that differ), `visit-number`, `date`. */
  readonly issues: readonly Issue[]
}

const NEEDED = ['USUBJID', 'RSTESTCD', 'RSSTRESC', 'VISITNUM']

/** Rows of other tests are passed over; those dated after the cut do not exist. Errors: `column-missing`. */
export function readReaderCalls(rs: Table, file = 'rs', cut?: CalendarDate): Result<ReaderCalls, Issue> {
  const lacking = lackingColumn(rs, NEEDED)
  if (lacking !== undefined) return fail(inFile(file, lacking))
  const get = columnReader(rs.columns)
  const issues: Issue[] = []
  const calls = new Map<string, ReaderCall>()
  for (const row of rs.rows) {
    const cell = (name: string): string => get(row, name)
    const report = reportAt(issues, file, row.line)
    const part = PARTS.get(cell('RSTESTCD').toUpperCase())
    if (part === undefined) continue
    const date = cell('RSDTC') === '' ? undefined : parseDate(cell('RSDTC'))
    if (date?.ok === false) issues.push(inFile(file, { ...date.issue, line: row.line }))
    else if (date !== undefined && cut !== undefined && date.value.first > cut.last) continue
    const visitNumber = numberOf(cell('VISITNUM'))
    if (visitNumber === undefined) {
      report('visit-number', `VISITNUM is "${cell('VISITNUM')}"`, 'give the number of the visit')
      continue
    }
    const [subject, reader] = [cell('USUBJID'), readerOf(cell('RSEVAL'), cell('RSEVALID'))]
    const written = cell('RSSTRESC') === '' && cell('RSSTAT').toUpperCase() === 'NOT DONE' ? 'NE' : cell('RSSTRESC')
    const call = TERMS[part].find(term => term.toUpperCase() === written.toUpperCase())
    const where = `${subject}, ${reader}, visit ${visitNumber}`
    if (call === undefined) {
      report(
        'call-part',
        `${where}: the ${part} response is "${written}"`,
        `it can be ${TERMS[part].join(', ')}: look whether the tests were swapped`,
      )
      continue
    }
    const key = `${where}, ${part}`
    const before = calls.get(key)
    if (before !== undefined && before.call !== call)
      report(
        'call-twice',
        `${where}: the ${part} response is ${before.call} on line ${before.line} and ${call} here`,
        'keep one: a correction replaces its row',
      )
    else calls.set(key, { subject, reader, visitNumber, part, call, immune: /^(NON-)?i/.test(call), line: row.line })
  }
  return ok({ calls: [...calls.values()], issues })
}

/** A reader's call beside ours. */
export interface ComparedCall extends ReaderCall {
  /** Undefined: the reader's measurements have no such visit, or no lesion of that part. */
  readonly ours: string | undefined
  /** Rule and numbers of ours. */
  readonly why: string
}

/** `immune`: our iRECIST responses by the same visit; without them calls of iRECIST are not compared. */
export function compareCalls(
  points: readonly TimePoint[],
  calls: readonly ReaderCall[],
  immune: ReadonlyMap<TimePoint, string> = new Map(),
): readonly ComparedCall[] {
  const at = new Map(points.map(point => [`${point.subject}\t${point.reader}\t${point.visitNumber}`, point]))
  return calls.flatMap((call): readonly ComparedCall[] => {
    const point = at.get(`${call.subject}\t${call.reader}\t${call.visitNumber}`)
    if (point?.baseline === true) return []
    if (call.immune || immune.size > 0) {
      // of iRECIST only the response of the visit is worked out
      if (call.part !== 'overall' || immune.size === 0) return []
      const ours = point === undefined ? undefined : immune.get(point)
      return [{ ...call, ours, why: point?.reason ?? '' }]
    }
    const ours =
      point === undefined ? undefined : call.part === 'target' ? point.target : call.part === 'non-target' ? point.nonTarget : point.overall
    return [{ ...call, ours, why: point?.reason ?? '' }]
  })
}

export const READER_CALL_COLUMNS = [
  'subject',
  'reader',
  'visit',
  'part',
  'reader_says',
  'from_measurements',
  'agree',
  'why',
  'line',
] as const

export const agrees = ({ call, ours }: ComparedCall): boolean => call === ours

export const readerCallRow = (one: ComparedCall): readonly (string | number | undefined)[] => [
  one.subject,
  one.reader,
  one.visitNumber,
  one.part,
  one.call,
  one.ours,
  agrees(one) ? 'yes' : 'no',
  one.ours === undefined ? 'the reader measured no lesion of it at this visit' : one.why,
  one.line,
]
