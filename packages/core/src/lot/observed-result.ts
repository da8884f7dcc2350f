// What a laboratory's system sends of one test, whatever the standard it speaks, as a row of results by the mapping that the site wrote for it. Nothing is guessed: what the mapping does not know
// waits with the reason.
import { z } from 'zod'
import { issue } from '../base/index.ts'
import type { Table, TableRow } from '../format/index.ts'
import { textSchema } from '../record/index.ts'
import { RESULT_NAMES, type WaitingResult } from './result-table.ts'

/** What every mapping says: the laboratory's codes, units and words, and ours. */
export const laboratoryMapping = {
  tests: z
    .array(
      z.strictObject({
        code: textSchema.describe('the laboratory’s code of the test'),
        system: textSchema.optional().describe('of that code, such as LN or http://loinc.org for LOINC'),
        test: textSchema.describe('test of the release specification'),
      }),
    )
    .min(1),
  units: z.record(z.string(), textSchema).default({}).describe('unit as the laboratory writes it to ours (UCUM)'),
  words: z.record(z.string(), textSchema).default({}).describe('coded or written answer to the word of the specification'),
  leave_out: z.array(textSchema).default([]).describe('codes that are no release tests'),
}
export interface LaboratoryMapping {
  readonly tests: readonly { readonly code: string; readonly system?: string | undefined; readonly test: string }[]
  readonly units: Readonly<Record<string, string>>
  readonly words: Readonly<Record<string, string>>
  readonly leave_out: readonly string[]
}

export interface ObservedResult {
  readonly line: number
  /** The laboratory's codes of the test: one, and its translations. */
  readonly codes: readonly { readonly code: string; readonly system: string }[]
  /** As it stands there, for the reader. */
  readonly named: string
  /** Different ids of samples that stand where the mapping says that it does. */
  readonly samples: readonly string[]
  /** Where that is. */
  readonly samplePlace: string
  /** Why it is no final result, and what to do. */
  readonly notFinal: { readonly what: string; readonly remedy: string } | undefined
  /** '' where none is sent; undefined: none of the kind that the mapping names, or several. */
  readonly subject: string | undefined
  readonly subjectPlace: string
  /** A number with its sign, or words; of words all that say the same, the code first. None: no single value. */
  readonly readings: readonly string[]
  /** What stands there instead of a value. */
  readonly unread: string
  readonly unit: string
  /** RFC 3339. */
  readonly tested: string | undefined
  /** Why there is none, and what to ask for. */
  readonly untimed: { readonly what: string; readonly remedy: string }
  readonly instrument: string
}

export interface ReadResults {
  /** Under the names that `matchResults` knows; a row's line is that of its observation. */
  readonly table: Table
  readonly waiting: readonly WaitingResult[]
  /** Observations whose code the mapping leaves out. */
  readonly leftOut: number
}

/** Where a standard's rows, and what waits, are put together. */
export class ResultRows {
  readonly waiting: WaitingResult[] = []
  readonly #standard: 'hl7' | 'fhir'
  readonly #mapping: LaboratoryMapping
  readonly #rows: TableRow[] = []
  #leftOut = 0

  constructor(standard: 'hl7' | 'fhir', mapping: LaboratoryMapping) {
    this.#standard = standard
    this.#mapping = mapping
  }

  wait(line: number, sample: string, code: string, what: string, remedy: string): void {
    this.waiting.push({ line, sample, issue: issue(`${this.#standard}-${code}`, what, remedy, line) })
  }

  isLeftOut(codes: readonly { readonly code: string }[]): boolean {
    const out = codes.some(({ code }) => this.#mapping.leave_out.includes(code))
    if (out) this.#leftOut++
    return out
  }

  /** Codes of what waits: `samples`, `no-sample`, `code`, `not-final`, `no-subject`, `value`, `word`, `time`, behind the standard's name. */
  add(one: ObservedResult): void {
    const read = readRow(one, this.#mapping)
    if ('cells' in read) this.#rows.push({ line: one.line, cells: RESULT_NAMES.map(name => read.cells[name] ?? '') })
    else this.wait(one.line, one.samples[0] ?? '', read.code, read.what, read.remedy)
  }

  done(): ReadResults {
    return { table: { columns: RESULT_NAMES, rows: this.#rows }, waiting: this.waiting, leftOut: this.#leftOut }
  }
}

type ReadRow =
  | { readonly cells: Readonly<Record<string, string>> }
  | { readonly code: string; readonly what: string; readonly remedy: string }

function readRow(one: ObservedResult, { tests, units, words }: LaboratoryMapping): ReadRow {
  const [sample, ...others] = one.samples
  const sampleRemedy = 'one order is of one sample; say in the mapping where its id stands'
  if (sample === undefined) return { code: 'no-sample', what: `${one.samplePlace} holds no sample`, remedy: sampleRemedy }
  if (others.length > 0) return { code: 'samples', what: `${one.samplePlace} names ${one.samples.join(' and ')}`, remedy: sampleRemedy }
  const test = tests.find(known =>
    one.codes.some(({ code, system }) => code === known.code && (known.system === undefined || known.system === system)),
  )?.test
  if (test === undefined)
    return {
      code: 'code',
      what: `the mapping does not know ${one.named}`,
      remedy: 'add the code to `tests` with the test that it is, or to `leave_out`',
    }
  if (one.notFinal !== undefined)
    return { code: 'not-final', what: `${test} of ${sample} is ${one.notFinal.what}`, remedy: one.notFinal.remedy }
  if (one.subject === undefined)
    return {
      code: 'no-subject',
      what: `${one.subjectPlace} holds no id of the kind that the mapping names, or several`,
      remedy: 'find out whose the sample is',
    }
  const first = one.readings[0]
  if (first === undefined) return { code: 'value', what: one.unread, remedy: 'enter it by hand from the laboratory’s report' }
  const word = isNumber(first) ? undefined : one.readings.map(reading => words[reading]).find(known => known !== undefined)
  if (word === undefined && !isNumber(first))
    return {
      code: 'word',
      what: `the mapping does not know the answer "${first}"`,
      remedy: 'add it to `words` with the word of the specification',
    }
  if (one.tested === undefined) return { code: 'time', ...one.untimed }
  return {
    cells: {
      sample,
      result: word ?? first,
      unit: word === undefined ? (units[one.unit] ?? one.unit) : 'text',
      tested_at: one.tested,
      test,
      subject: one.subject,
      instrument: one.instrument,
    },
  }
}

/** Begins as a number does; whether it is one, with a point and no thousands marks, is judged with its limit. */
const isNumber = (text: string): boolean => /^[<>]?\s*[-+.\d]/.test(text)
