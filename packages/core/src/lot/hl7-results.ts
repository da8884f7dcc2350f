// A laboratory's ORU^R01 messages (HL7 version 2) as rows of results, by a mapping that the site writes once for the laboratory.
// What is preliminary, corrected, a test of the interface, without zone or sample waits with the reason.
import { z } from 'zod'
import { type Hl7Message, type Hl7Segment, hl7Instant } from '../format/index.ts'
import { textSchema } from '../record/index.ts'
import { laboratoryMapping, type ReadResults, ResultRows } from './observed-result.ts'

export const hl7MappingSchema = z.strictObject({
  hl7: textSchema.describe('name of the laboratory or its system'),
  sample: z
    .enum(['SPM-2', 'OBR-2', 'OBR-3'])
    .default('SPM-2')
    .describe('where the id of the sample stands: specimen, order of the placer, order of the filler'),
  subject: z
    .union([z.literal('not-sent'), z.strictObject({ authority: textSchema.optional(), type: textSchema.optional() })])
    .describe('which id of PID-3 is the study id; not-sent: the messages name no person, and only the sample decides'),
  ...laboratoryMapping,
})
export type Hl7Mapping = z.infer<typeof hl7MappingSchema>

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

export function hl7Results(messages: readonly Hl7Message[], mapping: Hl7Mapping): ReadResults {
  const results = new ResultRows('hl7', mapping)
  const seen = new Map<string, number>()
  for (const message of messages) {
    if (isFaulty(message, seen, results)) continue
    const { orders, orphans } = ordersOf(message)
    for (const { line } of orphans)
      results.wait(line, '', 'no-order', 'the observation stands before any order (OBR)', 'ask the laboratory which sample it is of')
    if (orphans.length === 0 && orders.every(({ observations }) => observations.length === 0))
      results.wait(message.line, '', 'empty', 'the message holds no observation', 'ask the laboratory what was meant')
    for (const order of orders) for (const observation of order.observations) addObservation(observation, order, mapping, results)
  }
  return results.done()
}

/** Says why: `type`, `not-production`, `twice`. */
function isFaulty({ line, segments }: Hl7Message, seen: Map<string, number>, results: ResultRows): boolean {
  const header = segments[0]!
  const [type, event, processing] = [header.part(9, 1), header.part(9, 2), header.part(11)]
  const key = `${header.field(3)} ${header.field(4)} ${header.field(10)}`
  const before = seen.get(key)
  const wait = (code: string, what: string, remedy: string) => results.wait(line, '', code, what, remedy)
  if (type !== 'ORU' || event !== 'R01')
    wait('type', `the message is ${type}^${event}, results are ORU^R01`, 'have the interface send results alone')
  else if (processing !== 'P')
    wait(
      'not-production',
      `the message is marked ${processing === '' ? 'nothing' : processing} in MSH-11, not P: it may be a test of the interface`,
      'have the laboratory send it for production',
    )
  else if (before !== undefined) wait('twice', `the message ${header.part(10)} stands in line ${before} already`, 'leave one')
  else {
    seen.set(key, line)
    return false
  }
  return true
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

function addObservation(observation: Hl7Segment, order: Order, mapping: Hl7Mapping, results: ResultRows): void {
  // a code and its alternative, each with its system
  const codes = [1, 4].map(at => ({ code: observation.part(3, at), system: observation.part(3, at + 2) }))
  if (results.isLeftOut(codes.slice(0, 1))) return
  const header = order.message.segments[0]!
  const status = observation.part(11)
  const time = [observation.field(19), observation.field(14)].find(text => text !== '')
  const value = readingOf(observation)
  results.add({
    line: observation.line,
    codes,
    named: observation.field(3),
    samples: samplesOf(order, mapping),
    samplePlace: mapping.sample,
    notFinal:
      status === 'F'
        ? undefined
        : {
            what: STATUS[status] ?? `of the status "${status}"`,
            remedy:
              status === 'C' ? 'a result that stands is replaced only after its investigation invalidated it' : 'wait for the final result',
          },
    subject: mapping.subject === 'not-sent' ? '' : subjectOf(order.message, mapping.subject),
    subjectPlace: 'PID-3',
    readings: value === undefined ? [] : [value],
    unread: `"${observation.field(5)}" of the type ${observation.field(2) || 'none'} is no single value`,
    unit: observation.part(6),
    tested: time === undefined ? undefined : hl7Instant(time, header.field(7)),
    untimed: {
      what:
        time === undefined
          ? 'the observation has no time (OBX-19, OBX-14)'
          : `"${time}" is no whole time with its zone, nor has MSH-7 a zone`,
      remedy: 'have the laboratory send times with their zone, such as 20260324093000+0100',
    },
    instrument: observation.part(18),
  })
}

/** The one id, or the different ones, where the mapping says that it stands. */
function samplesOf({ request, specimens }: Order, mapping: Hl7Mapping): readonly string[] {
  const segments = mapping.sample === 'SPM-2' ? specimens : [request]
  const field = Number(mapping.sample.slice(-1))
  return [...new Set(segments.map(segment => segment.part(field)).filter(id => id !== ''))]
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
