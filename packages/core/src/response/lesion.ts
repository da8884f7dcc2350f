// Lesions and their measurements as SDTM's TU and TR tables write them → one set a subject and reader. Nothing is dropped: what cannot be used is an issue with its row.
import { type CalendarDate, type Caveat, caveat, fail, type Issue, issue, ok, parseDate, type Result } from '../base/index.ts'
import { columnReader, type Table } from '../format/index.ts'
import { type Length, parseLength } from './length.ts'

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

const STATES = new Map<string, Finding['state']>([
  ['ABSENT', 'absent'],
  ['PRESENT', 'present'],
  ['UNEQUIVOCAL', 'unequivocal'],
  ['EQUIVOCAL', 'equivocal'],
])
const ROLES = new Map<string, LesionRole>([
  ['TARGET', 'target'],
  ['NON-TARGET', 'non-target'],
  ['NEW', 'new'],
])
/** In SDTM, DIAMETER is the diameter that counts; else the short axis of a node and the longest diameter of anything else. */
const LENGTH_TESTS = new Set(['DIAMETER', 'LDIAM', 'LPERP'])

const in_ = (file: string, problem: Issue): Issue => ({ ...problem, file })

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
    const missing = names.find(name => !table.columns.includes(name))
    if (missing !== undefined)
      return fail(in_(file, issue('column-missing', `there is no column ${missing}`, `the table needs ${names.join(', ')}`, 1)))
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
      issues.push(in_(file, { ...date.issue, line }))
      return 'wrong'
    }
    if (cut === undefined || date.value.last <= cut.last) return date.value
    if (date.value.first > cut.last) return 'after'
    issues.push(in_(file, issue('date-partial', `${text} may lie before or after the data cut ${cut.text}`, 'give the day', line)))
    return 'wrong'
  }
  const visitOf = (text: string, file: string, line: number): number | undefined => {
    const visit = Number(text)
    if (text !== '' && Number.isFinite(visit)) return visit
    issues.push(in_(file, issue('visit-number', `VISITNUM is "${text}"`, 'give the number of the visit', line)))
    return undefined
  }
  const own = reader(tu)
  for (const row of tu.rows) {
    const role = ROLES.get(own(row, 'TUORRES').toUpperCase())
    const id = own(row, 'TULNKID')
    if (role === undefined || id === '') {
      issues.push(
        in_(
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
      problem => issues.push(in_(files.tu, problem)),
    )
  }
  const found = reader(tr)
  for (const row of tr.rows) {
    const test = found(row, 'TRTESTCD').toUpperCase()
    if (test !== 'TUMSTATE' && !LENGTH_TESTS.has(test)) continue
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
      },
      problem => issues.push(in_(files.tr, problem)),
    )
  }
  const sets = [...builders.values()].map(builder => builder.finish(problem => issues.push(in_(files.tr, problem))))
  return ok({ sets: sets.filter(set => set.visits.length > 0), issues })
}

const reader = (table: Table) => {
  const get = columnReader(table.columns)
  const has = new Set(table.columns)
  return (row: Table['rows'][number], column: string) => (has.has(column) ? get(row, column).trim() : '')
}

const readerOf = (evaluator: string, id: string): string => (id !== '' ? id : evaluator === '' ? 'INVESTIGATOR' : evaluator)

interface TumourRow {
  readonly line: number
  readonly lesionId: string
  readonly test: string
  readonly text: string
  readonly unit: string
  readonly notDone: boolean
  readonly group: string
  readonly visit: number
  readonly visitName: string
  readonly date: CalendarDate | undefined
}

/** Gathers the rows of one subject and reader. */
class SetBuilder {
  readonly subject: string
  readonly reader: string
  readonly lesions = new Map<string, Lesion>()
  readonly rows = new Map<string, TumourRow>()
  readonly caveats: Caveat[] = []

  constructor(subject: string, reader: string) {
    this.subject = subject
    this.reader = reader
  }

  addLesion(lesion: Lesion, report: (problem: Issue) => void): void {
    const before = this.lesions.get(lesion.id)
    if (before === undefined) this.lesions.set(lesion.id, lesion)
    else if (before.role !== lesion.role || before.organ !== lesion.organ)
      report(
        issue(
          'lesion-twice',
          `lesion ${lesion.id} of ${this.subject} is ${before.role} in ${before.organ || 'no organ'} on line ${before.line} and ${lesion.role} in ${lesion.organ || 'no organ'} here`,
          'the baseline set is frozen: new disease is NEW, under another name',
          lesion.line,
        ),
      )
  }

  addRow(row: TumourRow, report: (problem: Issue) => void): void {
    const key = `${row.visit}\t${row.lesionId}\t${row.test}`
    const before = this.rows.get(key)
    if (before === undefined) this.rows.set(key, row)
    else if (before.text !== row.text || before.unit !== row.unit || before.notDone !== row.notDone)
      report(
        issue(
          'finding-twice',
          `${row.test} of lesion ${row.lesionId} of ${this.subject} at visit ${row.visit} is "${before.text}" on line ${before.line} and "${row.text}" here`,
          'keep one: a correction replaces its row',
          row.line,
        ),
      )
  }

  finish(report: (problem: Issue) => void): LesionSet {
    const rows = [...this.rows.values()]
    const baseline = Math.min(...[...this.lesions.values()].filter(lesion => lesion.role !== 'new').map(lesion => lesion.visit))
    for (const row of rows) {
      if (this.lesions.has(row.lesionId)) continue
      if (row.group === 'NEW')
        this.lesions.set(row.lesionId, { id: row.lesionId, role: 'new', organ: '', node: false, visit: row.visit, line: row.line })
      else
        report(
          issue(
            'lesion-unknown',
            `lesion ${row.lesionId} of ${this.subject} is in no TU row of ${this.reader}`,
            'add it to TU, or repair the name',
            row.line,
          ),
        )
    }
    const measured = new Set(rows.map(row => row.lesionId))
    for (const lesion of this.lesions.values()) {
      if (!measured.has(lesion.id))
        report(
          issue(
            'lesion-unmeasured',
            `lesion ${lesion.id} of ${this.subject} (TU line ${lesion.line}) has no TR row of ${this.reader}`,
            'measure it, or write NOT DONE',
          ),
        )
      if (lesion.role === 'target' && lesion.visit > baseline)
        report(
          issue(
            'target-late',
            `target ${lesion.id} of ${this.subject} was named at visit ${lesion.visit}, behind baseline`,
            'the baseline set is frozen: new disease is NEW',
            lesion.line,
          ),
        )
    }
    const numbers = [...new Set(rows.map(row => row.visit))].sort((a, b) => a - b)
    const visits = numbers.map((number): Visit => {
      const here = rows.filter(row => row.visit === number)
      const findings = new Map<string, Finding>()
      for (const lesion of this.lesions.values()) {
        const finding = this.findingOf(
          lesion,
          here.filter(row => row.lesionId === lesion.id),
          report,
        )
        if (finding !== undefined) findings.set(lesion.id, finding)
      }
      return { number, name: here[0]!.visitName, findings }
    })
    this.noteSmallTargets(visits[0])
    return { subject: this.subject, reader: this.reader, lesions: [...this.lesions.values()], visits, caveats: this.caveats }
  }

  findingOf(lesion: Lesion, rows: readonly TumourRow[], report: (problem: Issue) => void): Finding | undefined {
    const first = rows[0]
    if (first === undefined) return undefined
    const base = { lesionId: lesion.id, date: first.date, line: first.line, length: undefined, state: undefined }
    const state = rows.find(row => row.test === 'TUMSTATE')
    if (lesion.role !== 'target' && state !== undefined) {
      const known = STATES.get(state.text.toUpperCase())
      if (known === undefined && state.text !== '' && !state.notDone)
        report(
          issue(
            'lesion-state',
            `"${state.text}" of lesion ${lesion.id} of ${this.subject}`,
            'write ABSENT, PRESENT, UNEQUIVOCAL or EQUIVOCAL, or leave it empty',
            state.line,
          ),
        )
      return { ...base, date: state.date, line: state.line, state: known }
    }
    const wanted = rows.find(row => row.test === 'DIAMETER') ?? rows.find(row => row.test === (lesion.node ? 'LPERP' : 'LDIAM'))
    if (wanted === undefined) {
      if (lesion.role === 'target' && rows.some(row => LENGTH_TESTS.has(row.test) && row.text !== ''))
        report(
          issue(
            'node-axis',
            `${lesion.node ? 'node' : 'lesion'} ${lesion.id} of ${this.subject} has ${rows.map(row => row.test).join(', ')} only`,
            lesion.node ? 'a node counts by its short axis (LPERP)' : 'give the longest diameter (LDIAM)',
            first.line,
          ),
        )
      return base
    }
    if (wanted.notDone || wanted.text === '') return { ...base, date: wanted.date, line: wanted.line }
    const length = parseLength(wanted.text, wanted.unit)
    if (!length.ok) {
      report({ ...length.issue, line: wanted.line })
      return { ...base, date: wanted.date, line: wanted.line }
    }
    if (wanted.unit === 'cm')
      this.caveats.push(caveat('centimetres', `lesion ${lesion.id} at visit ${wanted.visit}: ${wanted.text} cm were converted`))
    return { ...base, date: wanted.date, line: wanted.line, length: length.value }
  }

  noteSmallTargets(baseline: Visit | undefined): void {
    for (const lesion of this.lesions.values()) {
      const length = baseline?.findings.get(lesion.id)?.length
      if (lesion.role === 'target' && length !== undefined && length < (lesion.node ? 15_000_000 : 10_000_000))
        this.caveats.push(
          caveat(
            'target-small',
            `target ${lesion.id} is below ${lesion.node ? '15 mm short axis' : '10 mm'} at baseline: not measurable by RECIST 1.1`,
          ),
        )
    }
  }
}
