// Rows of one subject and reader → its lesions and visits, with what does not fit together.
import { type CalendarDate, type Caveat, caveat, type Issue, issue } from '../base/index.ts'
import { parseLength } from './length.ts'
import type { Finding, Lesion, LesionSet, Visit } from './lesion.ts'

const STATES = new Map<string, Finding['state']>([
  ['ABSENT', 'absent'],
  ['PRESENT', 'present'],
  ['UNEQUIVOCAL', 'unequivocal'],
  ['EQUIVOCAL', 'equivocal'],
])
/** In SDTM, DIAMETER is the diameter that counts; else the short axis of a node and the longest diameter of anything else. */
export const LENGTH_TESTS = new Set(['DIAMETER', 'LDIAM', 'LPERP'])

export interface TumourRow {
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
  readonly accepted: boolean
}

/** Gathers the rows of one subject and reader. */
export class SetBuilder {
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
    else if (before.text !== row.text || before.unit !== row.unit || before.notDone !== row.notDone || before.date?.text !== row.date?.text)
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
    return {
      subject: this.subject,
      reader: this.reader,
      accepted: rows.some(row => row.accepted),
      lesions: [...this.lesions.values()],
      visits,
      caveats: this.caveats,
    }
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
