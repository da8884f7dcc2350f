// Lesions and their measurements as SDTM's TU and TR tables write them → one set a subject and reader. Nothing is dropped: what cannot be used is an issue with its row.
import { type CalendarDate, type Caveat, fail, type Issue, inFile, issue, ok, parseDate, type Result } from '../base/index.ts'
import { columnReader, lackingColumn, numberOf, type Table } from '../format/index.ts'
import type { Length } from './length.ts'
import { LENGTH_TESTS, SetBuilder } from './lesion-set.ts'

export type LesionRole = 'target' | 'non-target' | 'new'

export interface Lesion {
  readonly id: string
  readonly role: LesionRole
  /** Upper case; empty when not given. */
  readonly organ: string
  readonly node: boolean
  /** Visit at which it was named. */
  readonly visit: number
  readonly line: number
}

/** What one visit says of one lesion: a length, a state, or that it was not assessed. */
export interface Finding {
  readonly lesionId: string
  readonly date: CalendarDate | undefined
  readonly length: Length | undefined
  readonly state: 'absent' | 'present' | 'unequivocal' | 'equivocal' | undefined
  readonly line: number
}

export interface Visit {
  readonly number: number
  readonly name: string
  /** By lesion id. */
  readonly findings: ReadonlyMap<string, Finding>
}

export interface LesionSet {
  readonly subject: string
  /** `INVESTIGATOR`, or the name of an independent reader. */
  readonly reader: string
  /** Some row of TR is flagged as the accepted one (TRACPTFL). */
  readonly accepted: boolean
  readonly lesions: readonly Lesion[]
  /** In order of visit number; the first is baseline. */
  readonly visits: readonly Visit[]
  readonly caveats: readonly Caveat[]
}

export interface LesionTables {
  readonly sets: readonly LesionSet[]
  /** With line; of TU or TR, as the issue's file says. */
  readonly issues: readonly Issue[]
}

const ROLES = new Map<string, LesionRole>([
  ['TARGET', 'target'],
  ['NON-TARGET', 'non-target'],
  ['NEW', 'new'],
])

/**
 * `cut`: rows dated after it do not exist (a partial date that may be after it is an issue). `files`: names for the issues.
 * Errors: columns that are missing. Issues a row: `lesion-role`, `lesion-twice`, `lesion-unknown` (a TR row without a TU lesion), `lesion-unmeasured` (a TU lesion without a TR row),
 * `finding-twice` (two rows that differ), `node-axis` (a node without a short axis), `length-unit`, `length-value`, `date`, `date-partial`, `visit-number`, `target-late` (a target named after baseline).
 */
export function readLesions(
  tu: Table,
  tr: Table,
  cut?: CalendarDate,
  files: { readonly tu: string; readonly tr: string } = { tu: 'tu', tr: 'tr' },
): Result<LesionTables, Issue> {
  for (const [table, file, names] of [
    [tu, files.tu, ['USUBJID', 'TULNKID', 'TUORRES', 'VISITNUM']],
    [tr, files.tr, ['USUBJID', 'TRLNKID', 'TRTESTCD', 'TRSTRESC', 'VISITNUM']],
  ] as const) {
    const lacking = lackingColumn(table, names)
    if (lacking !== undefined) return fail(inFile(file, lacking))
  }
  const issues: Issue[] = []
  const builders = new Map<string, SetBuilder>()
  const of = (subject: string, reader: string): SetBuilder => {
    const key = `${subject}\t${reader}`
    const known = builders.get(key) ?? new SetBuilder(subject, reader)
    builders.set(key, known)
    return known
  }
  const dated = (text: string, file: string, line: number): CalendarDate | 'after' | 'wrong' | undefined => {
    if (text === '') return undefined
    const date = parseDate(text)
    if (!date.ok) {
      issues.push(inFile(file, { ...date.issue, line }))
      return 'wrong'
    }
    if (cut === undefined || date.value.last <= cut.last) return date.value
    if (date.value.first > cut.last) return 'after'
    issues.push(inFile(file, issue('date-partial', `${text} may lie before or after the data cut ${cut.text}`, 'give the day', line)))
    return 'wrong'
  }
  const visitOf = (text: string, file: string, line: number): number | undefined => {
    const visit = numberOf(text)
    if (visit !== undefined) return visit
    issues.push(inFile(file, issue('visit-number', `VISITNUM is "${text}"`, 'give the number of the visit', line)))
    return undefined
  }
  const own = columnReader(tu.columns)
  for (const row of tu.rows) {
    const role = ROLES.get(own(row, 'TUORRES').toUpperCase())
    const id = own(row, 'TULNKID')
    if (role === undefined || id === '') {
      issues.push(
        inFile(
          files.tu,
          issue(
            'lesion-role',
            `"${own(row, 'TUORRES')}" of lesion "${id}"`,
            'TUORRES is TARGET, NON-TARGET or NEW, TULNKID names the lesion',
            row.line,
          ),
        ),
      )
      continue
    }
    const visit = visitOf(own(row, 'VISITNUM'), files.tu, row.line)
    if (visit === undefined) continue
    const date = dated(own(row, 'TUDTC'), files.tu, row.line)
    if (date === 'after' || date === 'wrong') continue
    const organ = own(row, 'TULOC').toUpperCase()
    of(own(row, 'USUBJID'), readerOf(own(row, 'TUEVAL'), own(row, 'TUEVALID'))).addLesion(
      { id, role, organ, node: organ.includes('LYMPH NODE'), visit, line: row.line },
      problem => issues.push(inFile(files.tu, problem)),
    )
  }
  const found = columnReader(tr.columns)
  const unread: {
    readonly builder: SetBuilder
    readonly visit: number
    readonly lesion: string
    readonly test: string
    readonly line: number
  }[] = []
  for (const row of tr.rows) {
    const test = found(row, 'TRTESTCD').toUpperCase()
    if (test !== 'TUMSTATE' && !LENGTH_TESTS.has(test)) {
      const [visit, lesion] = [Number(found(row, 'VISITNUM')), found(row, 'TRLNKID')]
      const builder = builders.get(`${found(row, 'USUBJID')}\t${readerOf(found(row, 'TREVAL'), found(row, 'TREVALID'))}`)
      if (lesion !== '' && builder !== undefined) unread.push({ builder, visit, lesion, test, line: row.line })
      continue
    }
    const visit = visitOf(found(row, 'VISITNUM'), files.tr, row.line)
    if (visit === undefined) continue
    const date = dated(found(row, 'TRDTC'), files.tr, row.line)
    if (date === 'after' || date === 'wrong') continue
    of(found(row, 'USUBJID'), readerOf(found(row, 'TREVAL'), found(row, 'TREVALID'))).addRow(
      {
        line: row.line,
        lesionId: found(row, 'TRLNKID'),
        test,
        text: found(row, 'TRSTRESC'),
        unit: found(row, 'TRSTRESU'),
        notDone: found(row, 'TRSTAT').toUpperCase() === 'NOT DONE',
        group: found(row, 'TRGRPID').toUpperCase(),
        visit,
        visitName: found(row, 'VISIT'),
        date,
        accepted: found(row, 'TRACPTFL').toUpperCase() === 'Y',
      },
      problem => issues.push(inFile(files.tr, problem)),
    )
  }
  for (const { builder, visit, lesion, test, line } of unread)
    if (![...builder.rows.values()].some(row => row.visit === visit && row.lesionId === lesion))
      issues.push(
        inFile(
          files.tr,
          issue(
            'finding-unread',
            `TRTESTCD is "${test}", and lesion ${lesion} of ${builder.subject} has no length or state at visit ${visit}`,
            `TRTESTCD is TUMSTATE, ${[...LENGTH_TESTS].join(' or ')}`,
            line,
          ),
        ),
      )
  const sets = [...builders.values()].map(builder => builder.finish(problem => issues.push(inFile(files.tr, problem))))
  return ok({ sets: sets.filter(set => set.visits.length > 0), issues })
}

/** The reader that adjudication accepted, whoever it was of each subject. */
export const ACCEPTED = 'ACCEPTED'

/** Sets of one reader, or of the accepted one of each subject; `accepted-several`: two readers are flagged, and neither is taken. */
export function setsOfReader({ sets, issues }: LesionTables, name: string, file = 'tr'): LesionTables {
  if (name !== ACCEPTED) return { sets: sets.filter(set => set.reader === name), issues }
  const accepted = sets.filter(set => set.accepted)
  const readersOf = (subject: string) => accepted.filter(set => set.subject === subject).map(set => set.reader)
  const several = [...new Set(accepted.map(set => set.subject))].filter(subject => readersOf(subject).length > 1)
  return {
    sets: accepted.filter(set => !several.includes(set.subject)),
    issues: [
      ...issues,
      ...several.map(subject =>
        inFile(
          file,
          issue(
            'accepted-several',
            `${subject}: rows of ${readersOf(subject).join(' and ')} are flagged as accepted (TRACPTFL)`,
            'adjudicate: one reader’s lesions count for a subject, since each reader chose targets of their own',
          ),
        ),
      ),
    ],
  }
}

export const readerOf = (evaluator: string, id: string): string => (id !== '' ? id : evaluator === '' ? 'INVESTIGATOR' : evaluator)
