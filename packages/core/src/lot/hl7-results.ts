// A laboratory's ORU^R01 messages (HL7 version 2) as rows of results, by a mapping that the site writes once for the laboratory: its codes to our tests, its units and words to ours.
// What is preliminary, corrected, a test of the interface, without zone or sample waits with the reason; nothing is guessed.
import { z } from 'zod'
import { issue } from '../base/index.ts'
import { type Hl7Message, type Hl7Segment, hl7Instant, type Table, type TableRow } from '../format/index.ts'
import { textSchema } from '../record/index.ts'
import { RESULT_NAMES, type WaitingResult } from './result-table.ts'

export const hl7MappingSchema = z.strictObject({
  hl7: textSchema.describe('name of the laboratory or its system'),
  sample: z
    .enum(['SPM-2', 'OBR-2', 'OBR-3'])
    .default('SPM-2')
    .describe('where the id of the sample stands: specimen, order of the placer, order of the filler'),
  subject: z
    .union([z.literal('not-sent'), z.strictObject({ authority: textSchema.optional(), type: textSchema.optional() })])
    .describe('which id of PID-3 is the study id; not-sent: the messages name no person, and only the sample decides'),
  tests: z
    .array(
      z.strictObject({
        code: textSchema.describe('OBX-3, identifier'),
        system: textSchema.optional().describe('OBX-3, coding system, such as LN for LOINC'),
        test: textSchema.describe('test of the release specification'),
      }),
    )
    .min(1),
  units: z.record(z.string(), textSchema).default({}).describe('unit as the laboratory writes it to ours (UCUM)'),
  words: z.record(z.string(), textSchema).default({}).describe('coded or written answer to the word of the specification'),
  leave_out: z.array(textSchema).default([]).describe('codes that are no release tests'),
})
export type Hl7Mapping = z.infer<typeof hl7MappingSchema>

export interface Hl7Results {
  /** Under the names that `matchResults` knows; a row's line is that of its OBX. */
  readonly table: Table
  readonly waiting: readonly WaitingResult[]
  /** Observations whose code the mapping leaves out. */
  readonly leftOut: number
}

/** Why an observation is no final result, by its status (HL7 table 0085). */
const STATUS: Readonly<Record<string, string>> = {
  P: 'preliminary',
  R: 'entered and not verified',
  S: 'partial',
  I: 'pending',
  O: 'ordered only',
  C: 'a correction of a final result',
  D: 'deleted',
  W: 'sent for the wrong patient',
  X: 'cannot be obtained',
  U: 'final without a new value',
  N: 'not asked for',
  V: 'verified, not final',
  A: 'amended',
  B: 'appended',
}

/** What one order with its observations, notes and specimens holds. */
interface Order {
  readonly message: Hl7Message
  readonly request: Hl7Segment
  readonly observations: Hl7Segment[]
  readonly specimens: Hl7Segment[]
}

export function hl7Results(messages: readonly Hl7Message[], mapping: Hl7Mapping): Hl7Results {
  const rows: TableRow[] = []
  const waiting: WaitingResult[] = []
  const seen = new Map<string, number>()
  let leftOut = 0
  for (const message of messages) {
    const fault = messageFault(message, seen)
    if (fault !== undefined) {
      waiting.push(fault)
      continue
    }
    const { orders, orphans } = ordersOf(message)
    for (const { line } of orphans)
      waiting.push(
        wait(line, '', 'hl7-no-order', 'the observation stands before any order (OBR)', 'ask the laboratory which sample it is of'),
      )
    if (orphans.length === 0 && orders.every(({ observations }) => observations.length === 0))
      waiting.push(wait(message.line, '', 'hl7-empty', 'the message holds no observation', 'ask the laboratory what was meant'))
    for (const order of orders)
      for (const observation of order.observations) {
        if (mapping.leave_out.includes(observation.part(3))) {
          leftOut++
          continue
        }
        const read = rowOf(observation, order, mapping)
        if ('issue' in read) waiting.push(read)
        else rows.push(read)
      }
  }
  return { table: { columns: RESULT_NAMES, rows }, waiting, leftOut }
}

const wait = (line: number, sample: string, code: string, what: string, remedy: string): WaitingResult => ({
  line,
  sample,
  issue: issue(code, what, remedy, line),
})

/** Errors: `hl7-type`, `hl7-not-production`, `hl7-twice`. */
function messageFault({ line, segments }: Hl7Message, seen: Map<string, number>): WaitingResult | undefined {
  const header = segments[0]!
  const [type, event] = [header.part(9, 1), header.part(9, 2)]
  if (type !== 'ORU' || event !== 'R01')
    return wait(line, '', 'hl7-type', `the message is ${type}^${event}, results are ORU^R01`, 'have the interface send results alone')
  const processing = header.part(11)
  if (processing !== 'P')
    return wait(
      line,
      '',
      'hl7-not-production',
      `the message is marked ${processing === '' ? 'nothing' : processing} in MSH-11, not P: it may be a test of the interface`,
      'have the laboratory send it for production',
    )
  const key = `${header.field(3)} ${header.field(4)} ${header.field(10)}`
  const before = seen.get(key)
  if (before !== undefined)
    return wait(line, '', 'hl7-twice', `the message ${header.part(10)} stands in line ${before} already`, 'leave one')
  seen.set(key, line)
  return undefined
}

/** `orphans`: observations before any order. */
function ordersOf(message: Hl7Message): { readonly orders: readonly Order[]; readonly orphans: readonly Hl7Segment[] } {
  const orders: Order[] = []
  const orphans: Hl7Segment[] = []
  for (const segment of message.segments) {
    if (segment.name === 'OBR') orders.push({ message, request: segment, observations: [], specimens: [] })
    else if (segment.name === 'OBX') (orders.at(-1)?.observations ?? orphans).push(segment)
    else if (segment.name === 'SPM') orders.at(-1)?.specimens.push(segment)
  }
  return { orders, orphans }
}

function rowOf(observation: Hl7Segment, order: Order, mapping: Hl7Mapping): TableRow | WaitingResult {
  const { line } = observation
  const header = order.message.segments[0]!
  const samples = samplesOf(order, mapping)
  const sample = samples[0] ?? ''
  const waits = (code: string, what: string, remedy: string) => wait(line, sample, code, what, remedy)
  if (samples.length !== 1)
    return waits(
      samples.length === 0 ? 'hl7-no-sample' : 'hl7-samples',
      samples.length === 0 ? `${mapping.sample} holds no sample` : `${mapping.sample} names ${samples.join(' and ')}`,
      'one order is of one sample; say in the mapping where its id stands',
    )
  const test = testOf(observation, mapping)
  if (test === undefined)
    return waits(
      'hl7-code',
      `the mapping does not know ${observation.field(3)}`,
      'add the code to `tests` with the test that it is, or to `leave_out`',
    )
  const status = observation.part(11)
  if (status !== 'F')
    return waits(
      'hl7-not-final',
      `${test} of ${sample} is ${STATUS[status] ?? `of the status "${status}"`}`,
      status === 'C' ? 'a result that stands is replaced only after its investigation invalidated it' : 'wait for the final result',
    )
  const subject = mapping.subject === 'not-sent' ? '' : subjectOf(order.message, mapping.subject)
  if (subject === undefined)
    return waits('hl7-no-subject', 'PID-3 holds no id of the kind that the mapping names, or several', 'find out whose the sample is')
  const value = readingOf(observation)
  if (value === undefined)
    return waits(
      'hl7-value',
      `"${observation.field(5)}" of the type ${observation.field(2) || 'none'} is no single value`,
      'enter it by hand from the laboratory’s report',
    )
  const word = isNumber(value) ? undefined : mapping.words[value]
  if (word === undefined && !isNumber(value))
    return waits('hl7-word', `the mapping does not know the answer "${value}"`, 'add it to `words` with the word of the specification')
  const times = [observation.field(19), observation.field(14)].filter(text => text !== '')
  const tested = times[0] === undefined ? undefined : hl7Instant(times[0], header.field(7))
  if (tested === undefined)
    return waits(
      'hl7-time',
      times[0] === undefined
        ? 'the observation has no time (OBX-19, OBX-14)'
        : `"${times[0]}" is no whole time with its zone, nor has MSH-7 a zone`,
      'have the laboratory send times with their zone, such as 20260324093000+0100',
    )
  const unit = observation.part(6)
  const cells: Readonly<Record<string, string>> = {
    sample,
    result: word ?? value,
    unit: word === undefined ? (mapping.units[unit] ?? unit) : 'text',
    tested_at: tested,
    test,
    subject,
    instrument: observation.part(18),
  }
  return { line, cells: RESULT_NAMES.map(name => cells[name] ?? '') }
}

/** The one id, or the different ones, where the mapping says that it stands. */
function samplesOf({ request, specimens }: Order, mapping: Hl7Mapping): readonly string[] {
  const segments = mapping.sample === 'SPM-2' ? specimens : [request]
  const field = Number(mapping.sample.slice(-1))
  return [...new Set(segments.map(segment => segment.part(field)).filter(id => id !== ''))]
}

function testOf(observation: Hl7Segment, { tests }: Hl7Mapping): string | undefined {
  // a code and its alternative, each with its system
  const codes = [1, 4].map(at => ({ code: observation.part(3, at), system: observation.part(3, at + 2) }))
  return tests.find(one => codes.some(({ code, system }) => code === one.code && (one.system === undefined || one.system === system)))?.test
}

/** Undefined: none, or several that differ. */
function subjectOf({ segments }: Hl7Message, wanted: Exclude<Hl7Mapping['subject'], 'not-sent'>): string | undefined {
  const ids = new Set<string>()
  for (const person of segments.filter(segment => segment.name === 'PID'))
    for (let i = 1; i <= person.repetitions(3); i++) {
      const [id, authority, type] = [person.part(3, 1, 1, i), person.part(3, 4, 1, i), person.part(3, 5, 1, i)]
      const isKind = (wanted.authority ?? authority) === authority && (wanted.type ?? type) === type
      if (id !== '' && isKind) ids.add(id)
    }
  return ids.size === 1 ? [...ids][0] : undefined
}

/** A number as the laboratory wrote it with its sign, or words; undefined: several values, a ratio, a range, a type that is no value. */
function readingOf(observation: Hl7Segment): string | undefined {
  if (observation.repetitions(5) !== 1) return undefined
  const type = observation.field(2)
  if (type === 'NM' || type === 'ST' || type === 'TX' || type === 'FT') return observation.part(5).trim() || undefined
  if (type === 'CE' || type === 'CWE' || type === 'CNE') return observation.part(5) || observation.part(5, 2) || undefined
  if (type !== 'SN') return undefined
  const [sign, first, separator] = [observation.part(5, 1), observation.part(5, 2), observation.part(5, 3)]
  // a limit that is itself included cannot be written as a reading
  if (separator !== '' || first === '' || !['', '=', '<', '>'].includes(sign)) return undefined
  return `${sign === '=' ? '' : sign}${first}`
}

/** Begins as a number does; whether it is one, with a point and no thousands marks, is judged with its limit. */
const isNumber = (text: string): boolean => /^[<>]?\s*[-+.\d]/.test(text)
