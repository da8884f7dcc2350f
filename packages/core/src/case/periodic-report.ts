// The periodic report of a record: what was done, signed, refused and looked at in a period, and what stood open at its end. Counts only; each can be followed into the events.
// Times are compared as texts: an event's is RFC 3339 in UTC with milliseconds, and a day is its beginning.
import type { AuditEvent, RecordRow } from '../audit/index.ts'
import { escapeHtml, htmlTable } from '../format/index.ts'
import { PAGE_STYLE, RESEARCH_NOTICE } from './dossier.ts'

export interface Period {
  /** Days, `2026-01-01`; the second is not in it. */
  readonly since: string
  readonly until: string
}

export interface ReportLine {
  readonly section: string
  readonly what: string
  readonly count: number
}

export interface ReportSource {
  readonly record: Iterable<AuditEvent>
  /** Of the access log; empty where it was not exported. */
  readonly access: Iterable<AuditEvent>
  readonly rows: (table: 'lot' | 'deviation' | 'oos') => Iterable<RecordRow>
}

export function periodicReport({ record, access, rows }: ReportSource, period: Period): readonly ReportLine[] {
  const within = (time: string): boolean => time >= period.since && time < period.until
  const done = new Tally()
  const stops = new Tally()
  const signed = new Tally()
  const persons = new Tally()
  const clock = new Tally()
  for (const event of record) {
    if (!within(event.time)) continue
    done.add(event.command)
    persons.add(event.actor.account)
    if (event.action !== event.command) stops.add(event.action)
    if (event.signature !== null) signed.add(event.signature.meaning)
    if (event.clock.source === 'held') clock.add('events while the clock stood behind the log')
  }
  const refused = new Tally()
  const looked = new Tally()
  for (const event of access) {
    if (!within(event.time)) continue
    if (event.action === 'refused') refused.add(`${event.reason} (${event.command === 'refused' ? event.entity.id : event.command})`)
    else looked.add(event.action)
  }
  const lots = new Tally()
  for (const { data } of newestBefore(rows('lot'), period.until)) lots.add(`${data.stage}, ${data.disposition}`)
  return [
    ...done.lines('commands done'),
    ...stops.lines('stops and consequences'),
    ...signed.lines('signatures, by meaning'),
    ...persons.lines('events, by account'),
    ...refused.lines('refusals'),
    ...looked.lines('looks, exports and sign-ins'),
    ...clock.lines('clock'),
    ...standing('deviations', rows('deviation'), period),
    ...standing('investigations of results', rows('oos'), period),
    ...lots.lines('lots at the end'),
  ]
}

/** The report as a page; `log` is the name of the record's log. */
export function periodicReportHtml(lines: readonly ReportLine[], log: string, { since, until }: Period): string {
  const sections = [...new Set(lines.map(line => line.section))].map(
    section =>
      `<h2>${escapeHtml(section)}</h2>${htmlTable(
        ['what', 'count'],
        lines.filter(line => line.section === section).map(line => [line.what, String(line.count)]),
      )}`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeHtml(log)}: ${since} to ${until}</title><style>${PAGE_STYLE}</style></head><body><main><h1>${escapeHtml(log)}: ${since} to ${until}</h1><p class="note">${RESEARCH_NOTICE} A periodic report counts what the log says; whether that is as it should be is for quality assurance to judge. Verify the export before.</p>
${sections.join('\n')}</main></body></html>\n`
}

class Tally {
  readonly #counts = new Map<string, number>()

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1)
  }

  /** The most frequent first. */
  lines(section: string): readonly ReportLine[] {
    return [...this.#counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([what, count]) => ({ section, what, count }))
  }
}

function newestBefore(rows: Iterable<RecordRow>, until: string): readonly RecordRow[] {
  const newest = new Map<string, RecordRow>()
  for (const row of rows) if (row.valid_from < until && row.version > (newest.get(row.id)?.version ?? 0)) newest.set(row.id, row)
  return [...newest.values()]
}

/** Of what is opened once and ended once: how many were in the period, and what is still open. */
function standing(section: string, given: Iterable<RecordRow>, { since, until }: Period): readonly ReportLine[] {
  const rows = [...given]
  const newest = newestBefore(rows, until)
  const ended = new Tally()
  for (const { data, valid_from } of newest) if (data.status !== 'open' && valid_from >= since) ended.add(String(data.status))
  const open = newest.filter(({ data }) => data.status === 'open').map(({ id }) => id)
  return [
    { section, what: 'opened', count: rows.filter(row => row.version === 1 && row.valid_from >= since && row.valid_from < until).length },
    ...ended.lines(section),
    { section, what: ['open at the end', ...(open.length === 0 ? [] : [open.join(', ')])].join(': '), count: open.length },
  ]
}
