// The tables of a read-out.
import { dayText } from '../base/index.ts'
import type { Cell } from '../format/index.ts'
import { cellularKinetics } from '../infusion/index.ts'
import { bestImmuneResponse, formatLength, READER_CALL_COLUMNS, readerCallRow, type TimePoint } from '../response/index.ts'
import { type Landmark, landmarks, months, type ReadOut, type SubjectReadOut, sensitivity } from './read-out.ts'
import { EVENT_COLUMNS, type EventPart, eventRows } from './read-out-safety.ts'

export interface OutTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const date = (day: number | undefined): string => (day === undefined ? '' : dayText(day))

export const RESPONSE_COLUMNS = [
  'subject',
  'reader',
  'visit',
  'date',
  'sum_mm',
  'nadir_mm',
  'pct_baseline',
  'target',
  'nontarget',
  'new',
  'overall',
  'reason',
  'caveats',
] as const

export const responseRow = (point: TimePoint): readonly Cell[] => [
  point.subject,
  point.reader,
  point.visit,
  point.date?.text,
  point.sum === undefined ? undefined : formatLength(point.sum),
  point.nadir === undefined ? undefined : formatLength(point.nadir),
  point.change?.toFixed(6),
  point.target,
  point.nonTarget,
  point.newLesion ? 'yes' : 'no',
  point.overall ?? 'BASELINE',
  point.reason,
  point.caveats.map(caveat => caveat.code).join(';'),
]

/** Tables by file name. */
export function readOutTables(out: ReadOut): ReadonlyMap<string, OutTable> {
  const { file, treated } = out
  const tables = new Map<string, OutTable>()
  tables.set('response.tsv', { columns: RESPONSE_COLUMNS, rows: treated.flatMap(one => one.points.map(responseRow)) })
  tables.set('best-response.tsv', {
    columns: [
      'subject',
      'criteria',
      'best',
      'best_date',
      'confirmed_best',
      'confirmed_best_date',
      'first_response',
      'progression',
      'best_change_pct',
      'origins',
    ],
    rows: treated.map(one => [
      one.subject.id,
      file.criteria,
      one.best.response,
      date(one.best.day),
      one.confirmed.response,
      date(one.confirmed.day),
      date(one.response),
      date(one.progression),
      one.bestChange?.toFixed(6),
      one.origins.join(','),
    ]),
  })
  tables.set('endpoints.tsv', {
    columns: ['subject', 'endpoint', 'start', 'end', 'days', 'months', 'event', 'reason', 'censoring', 'clock'],
    rows: treated.flatMap(one =>
      (['TTP', 'PFS', 'DOR', 'OS'] as const).flatMap((name): (readonly Cell[])[] => {
        const end = one.endpoints[name]
        if (end === undefined) return []
        const from = name === 'DOR' ? one.response! : one.start
        return [
          [
            one.subject.id,
            name,
            date(from),
            date(end.date),
            end.days,
            months(end.days, file).toFixed(2),
            end.event ? 1 : 0,
            end.reason,
            file.censoring,
            file.clock,
          ],
        ]
      }),
    ),
  })
  tables.set('persistence.tsv', {
    columns: [
      'subject',
      'receptor',
      'origin',
      'method',
      'cmax_pct',
      'tmax_day',
      'last_detected_day',
      'auc_0_28_linear',
      'auc_0_28_linlog',
      'half_life_days',
      'one_month_pct',
    ],
    rows: treated.flatMap(kineticRows),
  })
  const graded = (source: string, grades: EventPart['grades']) =>
    [...grades].flatMap(([term, counts]) =>
      [...counts].toSorted(([a], [b]) => a - b).map(([grade, n]): readonly Cell[] => [source, term, grade, n]),
    )
  tables.set('toxicity.tsv', {
    columns: ['source', 'term', 'worst_grade', 'subjects'],
    rows: [
      ...out.adverseEvents.flatMap(({ name, grades }, i) => graded(i === 0 ? name : `adverse events ${name}`, grades)),
      ...graded(`laboratory, ${file.lab_criteria}`, out.laboratory),
      ...[...out.ungraded].map(([reason, n]): readonly Cell[] => ['laboratory, ungraded values', reason, '', n]),
    ],
  })
  if (file.criteria === 'recist-1.1')
    tables.set('irecist.tsv', {
      columns: ['subject', 'visit', 'date', 'overall', 'irecist', 'best'],
      rows: treated.flatMap(one =>
        one.immune
          .filter(({ response }) => response !== undefined)
          .map(({ point, response }): readonly Cell[] => [
            one.subject.id,
            point.visit,
            point.date?.text,
            point.overall,
            response,
            bestImmuneResponse(one.immune.flatMap(other => other.response ?? [])),
          ]),
      ),
    })
  tables.set('adverse-events.tsv', { columns: EVENT_COLUMNS, rows: eventRows(treated.map(one => one.subject)) })
  tables.set('sensitivity.tsv', {
    columns: ['endpoint', 'censoring', 'of_the_trial', 'subjects', 'events', 'median_months', 'lower', 'upper', 'interval'],
    rows: sensitivity(out).flatMap(({ name, preset, subjects, events, medians }) =>
      medians.map((m, i): readonly Cell[] => {
        const shown = (days: number | undefined) => (days === undefined ? 'not reached' : months(days, file).toFixed(2))
        const kind = file.intervals.survival[i]
        return [
          name,
          preset,
          preset === file.censoring ? 'yes' : 'no',
          subjects,
          events,
          shown(m.estimate),
          shown(m.lower),
          shown(m.upper),
          kind,
        ]
      }),
    ),
  })
  tables.set('landmarks.tsv', { columns: LANDMARK_COLUMNS, rows: landmarks(out).map(landmarkCells) })
  if (file.stopping_rules.length > 0)
    tables.set('stopping.tsv', {
      columns: ['rule', 'subjects', 'limit', 'state', 'citation'],
      rows: out.stopping.map(({ what, count, limit, state }, i) => [what, count, limit, state, file.stopping_rules[i]!.citation]),
    })
  if (out.calls !== undefined) tables.set('reader-calls.tsv', { columns: READER_CALL_COLUMNS, rows: out.calls.map(readerCallRow) })
  return tables
}

const LANDMARK_COLUMNS = ['endpoint', 'months', 'at_risk', 'without_event_pct', 'lower', 'upper', 'interval']

const landmarkCells = ({ name, months: at, kind, found }: Landmark): readonly Cell[] => {
  const percent = (share: number | undefined) => (share === undefined || Number.isNaN(share) ? '' : (100 * share).toFixed(1))
  return [
    name,
    at,
    found?.atRisk ?? 0,
    found === undefined ? 'not followed' : percent(found.survival),
    percent(found?.lower),
    percent(found?.upper),
    kind,
  ]
}

function kineticRows(one: SubjectReadOut): readonly (readonly Cell[])[] {
  const blood = one.subject.persistence.filter(sample => sample.sample === 'blood')
  const series = new Map<string, typeof blood>()
  for (const sample of blood) {
    const key = `${sample.receptor}\t${sample.method}\t${sample.origin}`
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  return [...series].flatMap(([key, samples]): (readonly Cell[])[] => {
    const [receptor, method, origin] = key.split('\t')
    const kinetics = cellularKinetics(samples)
    if (kinetics === undefined) return []
    return [
      [
        one.subject.id,
        receptor,
        origin,
        method,
        kinetics.cmax,
        kinetics.tmax,
        kinetics.lastDetectedDay,
        kinetics.auc28Linear.toFixed(4),
        kinetics.auc28LinearLog.toFixed(4),
        kinetics.halfLifeDays?.toFixed(2),
        one.oneMonth,
      ],
    ]
  })
}
