// The tables of a read-out, and its ADaM datasets with the traceability that the standard asks for.
import { dayText } from '../base/index.ts'
import { type Cell, type Dataset, type DatasetColumn, type DatasetValue, datasetColumn } from '../format/index.ts'
import { cellularKinetics } from '../infusion/index.ts'
import { formatLength, millimetres, type TimePoint } from '../response/index.ts'
import { months, type ReadOut, type SubjectReadOut } from './read-out.ts'

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
  const graded = (source: string, grades: ReadOut['adverseEvents']) =>
    [...grades].flatMap(([term, counts]) =>
      [...counts].toSorted(([a], [b]) => a - b).map(([grade, n]): readonly Cell[] => [source, term, grade, n]),
    )
  tables.set('toxicity.tsv', {
    columns: ['source', 'term', 'worst_grade', 'subjects'],
    rows: [
      ...graded('adverse events', out.adverseEvents),
      ...graded(`laboratory, ${file.lab_criteria}`, out.laboratory),
      ...[...out.ungraded].map(([reason, n]): readonly Cell[] => ['laboratory, ungraded values', reason, '', n]),
    ],
  })
  return tables
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

const text = (dataset: string, name: string, label: string): DatasetColumn => datasetColumn(dataset, name, label, 'string')
const number = (dataset: string, name: string, label: string): DatasetColumn => datasetColumn(dataset, name, label, 'float')
const flag = (yes: boolean): string => (yes ? 'Y' : 'N')

/** ADSL, ADRS, ADTR and ADTTE. Source rows are named by domain, variable and sequence where one row stands behind a value. */
export function adamDatasets(out: ReadOut): readonly Dataset[] {
  const { file, treated } = out
  const study = file.trial
  const id = (dataset: string) => [text(dataset, 'STUDYID', 'Study Identifier'), text(dataset, 'USUBJID', 'Unique Subject Identifier')]
  const source = (dataset: string) => [
    text(dataset, 'SRCDOM', 'Source Data'),
    text(dataset, 'SRCVAR', 'Source Variable'),
    number(dataset, 'SRCSEQ', 'Source Sequence Number'),
  ]
  const make = (name: string, label: string, columns: readonly DatasetColumn[], rows: readonly (readonly DatasetValue[])[]): Dataset => ({
    name,
    label,
    columns,
    rows,
    attributes: {
      datasetJSONCreationDateTime: `${file.data_cut}T00:00:00`,
      datasetJSONVersion: '1.1.0',
      itemGroupOID: `IG.${name}`,
      originator: 'Cognate',
      studyOID: study,
    },
  })
  const adsl = make(
    'ADSL',
    'Subject-Level Analysis Dataset',
    [
      ...id('ADSL'),
      text('ADSL', 'AGE', 'Age'),
      text('ADSL', 'SEX', 'Sex'),
      text('ADSL', 'TRTSDT', 'Date of First Exposure to Treatment'),
      text('ADSL', 'SAFFL', 'Safety Population Flag'),
      text('ADSL', 'EVALFL', 'Evaluable Population Flag'),
    ],
    treated.map(one => [
      study,
      one.subject.id,
      one.subject.age,
      one.subject.sex,
      date(one.subject.infusion),
      'Y',
      flag(one.points.some(point => !point.baseline)),
    ]),
  )
  const adrs = make(
    'ADRS',
    'Disease Response Analysis Dataset',
    [
      ...id('ADRS'),
      text('ADRS', 'PARAMCD', 'Parameter Code'),
      text('ADRS', 'PARAM', 'Parameter'),
      text('ADRS', 'AVISIT', 'Analysis Visit'),
      text('ADRS', 'ADT', 'Analysis Date'),
      text('ADRS', 'AVALC', 'Analysis Value (C)'),
      ...source('ADRS'),
    ],
    treated.flatMap((one): (readonly DatasetValue[])[] => [
      ...one.points
        .filter(point => !point.baseline)
        .map((point): readonly DatasetValue[] => [
          study,
          one.subject.id,
          'OVR',
          `Overall Response, ${file.criteria}`,
          point.visit,
          point.date?.text ?? '',
          point.overall ?? '',
          'TR',
          'TRSTRESC',
          null,
        ]),
      [study, one.subject.id, 'BOR', 'Best Overall Response', '', date(one.best.day), one.best.response, 'ADRS', 'AVALC', null],
      [
        study,
        one.subject.id,
        'CBOR',
        'Confirmed Best Overall Response',
        '',
        date(one.confirmed.day),
        one.confirmed.response,
        'ADRS',
        'AVALC',
        null,
      ],
      [study, one.subject.id, 'RSP', 'Response', '', date(one.response), flag(one.response !== undefined), 'ADRS', 'AVALC', null],
      [
        study,
        one.subject.id,
        'PD',
        'Disease Progression',
        '',
        date(one.progression),
        flag(one.progression !== undefined),
        'ADRS',
        'AVALC',
        null,
      ],
    ]),
  )
  const adtr = make(
    'ADTR',
    'Tumour Results Analysis Dataset',
    [
      ...id('ADTR'),
      text('ADTR', 'PARAMCD', 'Parameter Code'),
      text('ADTR', 'AVISIT', 'Analysis Visit'),
      text('ADTR', 'ADT', 'Analysis Date'),
      number('ADTR', 'AVAL', 'Analysis Value'),
      number('ADTR', 'BASE', 'Baseline Value'),
      number('ADTR', 'PCHG', 'Percent Change from Baseline'),
      number('ADTR', 'NADIR', 'Nadir'),
      ...source('ADTR'),
    ],
    treated.flatMap(one => {
      const base = one.points.find(point => point.baseline)?.sum
      return one.points
        .filter(point => point.sum !== undefined)
        .map((point): readonly DatasetValue[] => [
          study,
          one.subject.id,
          'SDIAM',
          point.visit,
          point.date?.text ?? '',
          millimetres(point.sum!),
          base === undefined ? null : millimetres(base),
          point.change ?? null,
          point.nadir === undefined ? null : millimetres(point.nadir),
          'TR',
          'TRSTRESC',
          null,
        ])
    }),
  )
  const adtte = make(
    'ADTTE',
    'Time-to-Event Analysis Dataset',
    [
      ...id('ADTTE'),
      text('ADTTE', 'PARAMCD', 'Parameter Code'),
      text('ADTTE', 'STARTDT', 'Time-to-Event Origin Date'),
      text('ADTTE', 'ADT', 'Analysis Date'),
      number('ADTTE', 'AVAL', 'Analysis Value'),
      number('ADTTE', 'CNSR', 'Censor'),
      text('ADTTE', 'EVNTDESC', 'Event Description'),
      text('ADTTE', 'CNSDTDSC', 'Censor Date Description'),
      ...source('ADTTE'),
    ],
    treated.flatMap(one =>
      (['TTP', 'PFS', 'DOR', 'OS'] as const).flatMap((name): (readonly DatasetValue[])[] => {
        const end = one.endpoints[name]
        if (end === undefined) return []
        const from = name === 'DOR' ? one.response : one.start
        const domain = end.reason === 'death' || end.reason === 'alive' ? ['DS', 'DSSTDTC'] : ['ADRS', 'ADT']
        return [
          [
            study,
            one.subject.id,
            name,
            date(from),
            date(end.date),
            end.days,
            end.event ? 0 : 1,
            end.event ? end.reason : '',
            end.event ? '' : end.reason,
            domain[0]!,
            domain[1]!,
            null,
          ],
        ]
      }),
    ),
  )
  return [adsl, adrs, adtr, adtte]
}
