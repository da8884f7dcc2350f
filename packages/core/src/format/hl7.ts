// HL7 version 2 messages as a laboratory's system writes them (ER7, "pipes and hats"): segments of fields, repetitions, components and subcomponents, with the separators that
// each message's own header names. Files of one message or many, also in a batch or in the frames of MLLP.
import { fail, fromHex, type Issue, issue, ok, type Result } from '../base/index.ts'
import { utf8 } from './bytes.ts'

export interface Hl7Message {
  /** 1-based line of its header; carriage returns count as line ends. */
  readonly line: number
  readonly segments: readonly Hl7Segment[]
}

interface Marks {
  readonly field: string
  readonly component: string
  readonly repetition: string
  readonly escape: string
  readonly subcomponent: string
}

export class Hl7Segment {
  readonly name: string
  readonly line: number
  readonly #fields: readonly string[]
  readonly #marks: Marks

  constructor(text: string, line: number, marks: Marks) {
    const fields = text.split(marks.field)
    this.name = fields[0]!
    this.line = line
    // the header's first field is the separator itself
    this.#fields = this.name === 'MSH' ? ['MSH', marks.field, ...fields.slice(1)] : fields
    this.#marks = marks
  }

  /** Field as written; '' where there is none. */
  field(number: number): string {
    return this.#fields[number] ?? ''
  }

  /** How often a field stands there: once where it is not repeated, never where it is empty. */
  repetitions(number: number): number {
    const text = this.field(number)
    return text === '' ? 0 : text.split(this.#marks.repetition).length
  }

  /** Text of a component or subcomponent, unescaped; counted from 1, repetitions too. A field set to null (`""`) reads as empty. */
  part(number: number, component = 1, subcomponent = 1, repetition = 1): string {
    const marks = this.#marks
    const one = this.field(number).split(marks.repetition)[repetition - 1] ?? ''
    const text = (one.split(marks.component)[component - 1] ?? '').split(marks.subcomponent)[subcomponent - 1] ?? ''
    return text === '""' ? '' : unescaped(text, marks)
  }
}

/** Escape sequences of HL7 2.5.1, 2.7: the separators, hexadecimal bytes, a line break; highlighting is dropped, what is not known stays as written. */
function unescaped(text: string, marks: Marks): string {
  if (marks.escape === '' || !text.includes(marks.escape)) return text
  const pieces = text.split(marks.escape)
  let out = pieces[0]!
  for (let i = 1; i < pieces.length; i++) {
    const inside = pieces[i]!
    const meaning = i + 1 < pieces.length ? meaningOf(inside, marks) : undefined
    if (meaning === undefined) out += marks.escape + inside
    else {
      out += meaning + pieces[i + 1]!
      i++
    }
  }
  return out
}

function meaningOf(inside: string, marks: Marks): string | undefined {
  switch (inside) {
    case 'F':
      return marks.field
    case 'S':
      return marks.component
    case 'T':
      return marks.subcomponent
    case 'R':
      return marks.repetition
    case 'E':
      return marks.escape
    case '.br':
      return '\n'
    case 'H':
    case 'N':
      return ''
    default:
      return /^X([0-9A-F]{2})+$/i.test(inside) ? utf8(fromHex(inside.slice(1).toLowerCase())!) : undefined
  }
}

/** Names of the segments around a batch of messages. */
const ENVELOPE = new Set(['FHS', 'BHS', 'BTS', 'FTS'])

/** Does a text begin as HL7 version 2 does: a message, a batch, or a frame of MLLP? */
export const isHl7 = (text: string): boolean => /^[\uFEFF\u000B\s]*(MSH|FHS|BHS)[^\w\s]/.test(text)

/** Errors: `hl7-no-header`, `hl7-separators`, `hl7-segment`, each with its line. */
export function parseHl7(text: string): Result<readonly Hl7Message[], Issue> {
  const messages: { line: number; segments: Hl7Segment[] }[] = []
  let marks: Marks | undefined
  for (const [i, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = i + 1
    const written = raw.replaceAll(/[\uFEFF\u000B\u001C]/g, '')
    if (written.trim() === '') continue
    const name = written.slice(0, 3)
    if (ENVELOPE.has(name)) continue
    if (name === 'MSH') {
      const read = marksOf(written, line)
      if (!read.ok) return read
      marks = read.value
      messages.push({ line, segments: [] })
    }
    if (marks === undefined)
      return fail(issue('hl7-no-header', `the text begins with "${written.slice(0, 12)}", not with MSH`, 'give the message whole', line))
    if (!/^[A-Z][A-Z0-9]{2}$/.test(name) || (written.length > 3 && written[3] !== marks.field))
      return fail(
        issue(
          'hl7-segment',
          `"${written.slice(0, 12)}" is no segment: it begins with no name of three letters`,
          `a segment stands in a line of its own; a line break inside a field is written ${marks.escape}.br${marks.escape}`,
          line,
        ),
      )
    messages.at(-1)!.segments.push(new Hl7Segment(written, line, marks))
  }
  return messages.length === 0
    ? fail(issue('hl7-no-header', 'the file holds no message', 'give messages that begin with MSH', 1))
    : ok(messages)
}

function marksOf(header: string, line: number): Result<Marks, Issue> {
  const field = header[3] ?? ''
  const [component = '', repetition = '', escaping = '', subcomponent = ''] = header.slice(4).split(field)[0] ?? ''
  const all = [field, component, repetition, escaping, subcomponent].filter(mark => mark !== '')
  if (component === '' || repetition === '' || all.some(mark => /[\w\s]/.test(mark)) || new Set(all).size < all.length)
    return fail(issue('hl7-separators', `"${header.slice(0, 9)}" does not name the separators`, 'a header begins as MSH|^~\\& does', line))
  return ok({ field, component, repetition, escape: escaping, subcomponent })
}

const INSTANT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?([+-]\d{4})?$/

/** `20260324093000+0100` as RFC 3339; the zone of the message's own time (MSH-7) counts where a time has none. Undefined: no whole time, or no zone. */
export function hl7Instant(text: string, messageTime = ''): string | undefined {
  const match = INSTANT.exec(text.trim())
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second = '00', fraction, own] = match
  const zone = own ?? /[+-]\d{4}$/.exec(messageTime.trim())?.[0]
  if (zone === undefined) return undefined
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}${zone.slice(0, 3)}:${zone.slice(3)}`
}
