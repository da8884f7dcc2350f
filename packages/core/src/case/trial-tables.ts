// A trial's SDTM tables at a data cut → its subjects: who was enrolled, what each was given, when, and what became of them. A row that cannot be used is an issue with its line.
import {
  type CalendarDate,
  editDistance,
  fail,
  type Issue,
  inFile,
  issue,
  isWhole,
  ok,
  parseDate,
  type Result,
  reportAt,
} from '../base/index.ts'
import { amountOf, columnReader, lackingColumn, numberOf, type Table } from '../format/index.ts'
import type { AdverseEvent } from '../infusion/index.ts'
import { ACCEPTED, type LesionSet, type ReaderCall, readLesions, readReaderCalls, setsOfReader } from '../response/index.ts'
import { DomainRows, withoutTwins } from './domain-rows.ts'
import type { TrialFile } from './trial-file.ts'

export const TRIAL_DOMAINS = ['dm', 'ex', 'ds', 'tu', 'tr', 'rs', 'ae', 'lb', 'persistence'] as const
export type TrialDomain = (typeof TRIAL_DOMAINS)[number]

/** A domain that is not there is undefined; `file` is what issues name. */
export type TrialTables = Readonly<Partial<Record<TrialDomain, { readonly file: string; readonly table: Table }>>>

export interface Exposure {
  readonly treatment: string
  readonly dose: number | undefined
  readonly unit: string
  /** Day number. */
  readonly day: number
}

export interface LabRow {
  readonly test: string
  readonly value: number | undefined
  readonly unit: string
  readonly low: number | undefined
  readonly high: number | undefined
  /** Days from infusion. */
  readonly day: number
  readonly baseline: boolean
}

export interface PersistenceSample {
  readonly sample: 'product' | 'blood' | 'tissue'
  /** `ALL`: any of the receptors. */
  readonly receptor: string
  readonly origin: string
  /** Days from infusion. */
  readonly day: number
  readonly method: string
  readonly value: number
  readonly unit: string
  readonly total: number
}

export interface TrialSubject {
  readonly id: string
  readonly age: string
  readonly sex: string
  /** Day numbers. */
  readonly enrolled: number
  readonly infusion: number | undefined
  readonly firstTreatment: number | undefined
  /** First day of the chemotherapy before the cells. */
  readonly conditioning: number | undefined
  readonly exposures: readonly Exposure[]
  /** Why a subject without infusion has none: DSDECOD of the last disposition. */
  readonly disposition: string
  readonly death: number | undefined
  readonly newTherapy: number | undefined
  readonly lastAlive: number | undefined
  readonly lesions: LesionSet | undefined
  readonly events: readonly AdverseEvent[]
  readonly labs: readonly LabRow[]
  readonly persistence: readonly PersistenceSample[]
}

export interface Trial {
  /** Enrolled by the cut, in order of id. */
  readonly subjects: readonly TrialSubject[]
  /** What the readers that count called themselves; undefined without rs. */
  readonly calls: readonly ReaderCall[] | undefined
  /** Of the tables that may be missing, those that are, or hold no row: nothing is known of what they tell. */
  readonly silent: readonly SilentDomain[]
  readonly issues: readonly Issue[]
}

export const SILENT_DOMAINS = { ae: 'adverse events', lb: 'laboratory values', persistence: 'transferred cells' } as const
export type SilentDomain = keyof typeof SILENT_DOMAINS

const NEEDED: Readonly<Partial<Record<TrialDomain, readonly string[]>>> = {
  dm: ['USUBJID'],
  ex: ['USUBJID', 'EXTRT', 'EXSTDTC'],
  ds: ['USUBJID', 'DSDECOD', 'DSSTDTC'],
  ae: ['USUBJID', 'AEDECOD', 'AETOXGR', 'AESTDTC'],
  lb: ['USUBJID', 'LBTESTCD', 'LBORRES', 'LBORRESU'],
  persistence: ['USUBJID', 'sample', 'receptor_id', 'day', 'method', 'value'],
}

/** Errors: `domain-missing` (dm, ex, ds, tu or tr), `column-missing`, `cut-early` when the cut lies before the first enrolment. */
export function readTrial(given: TrialTables, file: TrialFile): Result<Trial, Issue> {
  const missing = (['dm', 'ex', 'ds', 'tu', 'tr'] as const).find(domain => given[domain] === undefined)
  if (missing !== undefined)
    return fail(
      issue('domain-missing', `there is no table ${missing}`, `put ${missing}.csv, ${missing}.xpt or ${missing}.json beside TRIAL.yaml`),
    )
  for (const [domain, columns] of Object.entries(NEEDED)) {
    const one = given[domain as TrialDomain]
    const lacking = one === undefined ? undefined : lackingColumn(one.table, columns)
    if (lacking !== undefined) return fail(inFile(one!.file, lacking))
  }
  if (given.lb !== undefined && !given.lb.table.columns.some(column => column === 'DAY' || column === 'LBDTC'))
    return fail(inFile(given.lb.file, issue('column-missing', 'there is no column DAY or LBDTC', 'give days from infusion, or dates', 1)))
  const cut = parseDate(file.data_cut)
  if (!cut.ok) return cut
  const issues: Issue[] = []
  const tables = withoutTwins(given, issues)
  const lesions = readLesions(tables.tu!.table, tables.tr!.table, cut.value, { tu: tables.tu!.file, tr: tables.tr!.file })
  if (!lesions.ok) return lesions
  const counted = setsOfReader(lesions.value, file.reader, tables.tr!.file)
  issues.push(...counted.issues)
  const calls = tables.rs === undefined ? undefined : readReaderCalls(tables.rs.table, tables.rs.file, cut.value)
  if (calls?.ok === false) return calls
  issues.push(...(calls?.value.issues ?? []))
  issues.push(...strangers(tables), ...unreadReader(lesions.value.sets, file.reader, tables.tr!.file))
  const of = new DomainRows(tables, cut.value, issues)
  const dispositions = of.bySubject(
    'ds',
    (get, row, report, day) => {
      const what = get(row, 'DSDECOD').toUpperCase()
      const meant = DISPOSITIONS.find(known => isNearly(what, known)) ?? DEATHS.get(what)
      if (meant !== undefined)
        report('disposition-spelling', `DSDECOD is "${what}"`, `write ${meant} if that is meant: it is counted as what it says`)
      return day === undefined ? undefined : { what, day, line: row.line }
    },
    'DSSTDTC',
  )
  const exposures = of.bySubject(
    'ex',
    (get, row, report, day): Exposure | undefined => {
      const dose = get(row, 'EXDOSE')
      if (dose !== '' && amountOf(dose) === undefined) report('dose', `EXDOSE is "${dose}"`, 'give a number from 0, or leave it empty')
      if (isNearly(get(row, 'EXTRT').toUpperCase(), file.product.toUpperCase()))
        report(
          'treatment-spelling',
          `EXTRT is "${get(row, 'EXTRT')}", the product ${file.product}`,
          'spell it alike if it is the product: it does not count as it now',
        )
      return day === undefined ? undefined : { treatment: get(row, 'EXTRT'), dose: numberOf(dose), unit: get(row, 'EXDOSU'), day }
    },
    'EXSTDTC',
  )
  const events = of.bySubject(
    'ae',
    (get, row, report, day): AdverseEvent | undefined => {
      const [grade, serious, end] = [get(row, 'AETOXGR'), get(row, 'AESER').toUpperCase(), get(row, 'AEENDTC')]
      const holds = /^[0-5]$/.test(grade)
      if (!holds) report('ae-grade', `AETOXGR is "${grade}"`, 'give a grade from 1 to 5; the event is left out until then')
      if (!['', 'Y', 'N'].includes(serious))
        report('yes-no', `AESER is "${serious}"`, 'write Y or N; the event counts as serious until then')
      if (end !== '' && !parseDate(end).ok) report('date', `AEENDTC is "${end}"`, 'write YYYY-MM-DD; the event has no end until then')
      if (get(row, 'AEDECOD') === '') report('ae-term', 'AEDECOD is empty', 'name the event')
      return (day === undefined && get(row, 'AESTDTC') !== '') || !holds
        ? undefined
        : {
            subject: get(row, 'USUBJID'),
            term: get(row, 'AEDECOD'),
            grade: Number(grade),
            serious: serious !== '' && serious !== 'N',
            related: get(row, 'AEREL'),
            start: day,
            end: endDay(end, cut.value),
            line: row.line,
          }
    },
    'AESTDTC',
    'the event counts as one since the infusion unless it ended before',
  )
  const sets = new Map(counted.sets.map(one => [one.subject, one]))
  const subjects: TrialSubject[] = []
  const dm = tables.dm!
  const get = columnReader(dm.table.columns)
  const everEnrolled = enrolledAtAnyTime(tables.ds!.table)
  for (const row of dm.table.rows) {
    const id = get(row, 'USUBJID')
    const own = dispositions.get(id) ?? []
    const enrolled = own.find(entry => entry.what === 'ENROLLED')?.day
    if (enrolled === undefined) {
      if (!everEnrolled.has(id))
        reportAt(issues, dm.file, row.line)(
          'not-enrolled',
          `${id} has no row ENROLLED in ds`,
          'add it: without a day of enrolment nobody is counted',
        )
      continue
    }
    const doses = (exposures.get(id) ?? []).toSorted((a, b) => a.day - b.day)
    const infusion = doses.find(exposure => exposure.treatment.toUpperCase() === file.product.toUpperCase())?.day
    const ends = own.filter(entry => entry.what !== 'ENROLLED')
    const dayOf = (what: string) => ends.filter(entry => entry.what === what).map(entry => entry.day)
    const death = dayOf('DEATH')[0]
    const set = sets.get(id)
    subjects.push({
      id,
      age: get(row, 'AGE'),
      sex: get(row, 'SEX'),
      enrolled,
      infusion,
      firstTreatment: doses[0]?.day,
      conditioning: doses.find(exposure => file.conditioning.some(drug => drug.toUpperCase() === exposure.treatment.toUpperCase()))?.day,
      exposures: doses,
      disposition: ends.at(-1)?.what ?? 'NOT YET TREATED',
      death,
      newTherapy: dayOf('NEW ANTI-CANCER THERAPY')[0],
      lastAlive: dayOf('LAST KNOWN ALIVE').at(-1),
      lesions: set,
      events: events.get(id) ?? [],
      labs: infusion === undefined ? [] : of.labs(id, infusion),
      persistence: infusion === undefined ? [] : of.persistence(id, infusion),
    })
    if (new Set(dayOf('DEATH')).size > 1)
      issues.push(
        inFile(
          tables.ds!.file,
          issue(
            'death-twice',
            `${id} died on two dates`,
            'keep one row DEATH; the first counts',
            own.find(entry => entry.what === 'DEATH')!.line,
          ),
        ),
      )
    issues.push(...impossible(id, death, infusion, enrolled, set, tables), ...partialVisits(set, tables.tr!.file))
  }
  if (subjects.length === 0)
    return fail(
      issue('cut-early', `nobody was enrolled by the data cut ${file.data_cut}`, 'choose a later cut, or check the rows ENROLLED of ds'),
    )
  return ok({
    subjects: subjects.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    calls: calls?.value.calls.filter(call => sets.get(call.subject)?.reader === call.reader),
    silent: (['ae', 'lb', 'persistence'] as const).filter(domain => (tables[domain]?.table.rows.length ?? 0) === 0),
    issues,
  })
}

/** What is counted of ds; other codes say why a subject without infusion has none. */
const DISPOSITIONS = ['ENROLLED', 'DEATH', 'LAST KNOWN ALIVE', 'NEW ANTI-CANCER THERAPY']
const DEATHS: ReadonlyMap<string, string> = new Map(['DIED', 'DEAD', 'DECEASED', 'EXPIRED', 'FATAL'].map(word => [word, 'DEATH']))

/** Not the same, and no more than two letters away, one of a short word. */
const isNearly = (text: string, known: string): boolean => text !== known && editDistance(text, known) <= Math.min(2, known.length >> 2)

/** Day on which an event had ended at the latest; of one that ended after the cut it is not yet known. */
const endDay = (text: string, cut: CalendarDate): number | undefined => {
  const date = text === '' ? undefined : parseDate(text)
  return date?.ok === true && date.value.last <= cut.last ? date.value.last : undefined
}

/** Rows of people whom dm does not know: they would vanish. */
function strangers(tables: TrialTables): readonly Issue[] {
  const get = columnReader(tables.dm!.table.columns)
  const known = new Set(tables.dm!.table.rows.map(row => get(row, 'USUBJID')))
  return TRIAL_DOMAINS.flatMap(domain => {
    const given = tables[domain]
    if (domain === 'dm' || given === undefined || !given.table.columns.includes('USUBJID')) return []
    const own = columnReader(given.table.columns)
    const first = new Map<string, number>()
    for (const row of given.table.rows) {
      const id = own(row, 'USUBJID')
      if (!known.has(id) && !first.has(id)) first.set(id, row.line)
    }
    return [...first].map(([id, line]) =>
      inFile(given.file, issue('subject-unknown', `"${id}" is not in dm`, 'add the subject to dm, or repair the name', line)),
    )
  })
}

/** Nobody has read as the reader that counts, though others have. */
function unreadReader(sets: readonly LesionSet[], name: string, file: string): readonly Issue[] {
  if (sets.length === 0 || sets.some(set => (name === ACCEPTED ? set.accepted : set.reader === name))) return []
  return [
    inFile(
      file,
      issue(
        'reader-unknown',
        name === ACCEPTED ? 'no row is flagged as accepted (TRACPTFL)' : `nobody called ${name} has read a lesion`,
        `set reader to one of ${[...new Set(sets.map(set => set.reader))].join(', ')}`,
      ),
    ),
  ]
}

function enrolledAtAnyTime(ds: Table): ReadonlySet<string> {
  const get = columnReader(ds.columns)
  return new Set(ds.rows.filter(row => get(row, 'DSDECOD').toUpperCase() === 'ENROLLED').map(row => get(row, 'USUBJID')))
}

/** A visit that dates an endpoint needs its day; its last possible one is taken, and said. One without any date is left out. */
function partialVisits(set: LesionSet | undefined, file: string): readonly Issue[] {
  return (set?.visits ?? []).slice(1).flatMap(visit => {
    const findings = [...visit.findings.values()]
    if (findings.length > 0 && findings.every(finding => finding.date === undefined))
      return [
        inFile(
          file,
          issue(
            'date-missing',
            `${set!.subject}, ${visit.name}: TRDTC is empty`,
            'give the date; the visit is left out until then',
            findings[0]!.line,
          ),
        ),
      ]
    const partial = findings.find(finding => finding.date !== undefined && !isWhole(finding.date))
    return partial === undefined
      ? []
      : [
          inFile(
            file,
            issue(
              'date-partial',
              `${set!.subject}, ${visit.name}: ${partial.date!.text} has no day; its last one was taken`,
              'give the day: times to an event depend on it',
              partial.line,
            ),
          ),
        ]
  })
}

/** Dates that contradict each other, both named. */
function impossible(
  id: string,
  death: number | undefined,
  infusion: number | undefined,
  enrolled: number,
  set: LesionSet | undefined,
  tables: TrialTables,
): readonly Issue[] {
  const problems: Issue[] = []
  const scans = (set?.visits ?? [])
    .flatMap(visit => [...visit.findings.values()])
    .flatMap(finding => (finding.date === undefined ? [] : [finding.date]))
  const last = scans.toSorted((a, b) => b.first - a.first)[0]
  if (death !== undefined && last !== undefined && last.first > death)
    problems.push(
      inFile(
        tables.tr!.file,
        issue('death-before-scan', `${id} has a scan on ${last.text} and died before it`, 'repair the date of death, or of the scan'),
      ),
    )
  if (infusion !== undefined && infusion < enrolled)
    problems.push(
      inFile(tables.ex!.file, issue('infusion-before-enrolment', `${id} was infused before enrolment`, 'repair one of the dates')),
    )
  return problems
}
