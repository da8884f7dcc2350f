// A read-out as CDISC datasets: SDTM's RS, and ADaM's ADSL, ADRS, ADTR and ADTTE with the traceability that the standard asks for.
import { dayText } from '../base/index.ts'
import { type Dataset, type DatasetColumn, type DatasetValue, datasetColumn } from '../format/index.ts'
import { millimetres } from '../response/index.ts'
import type { ReadOut } from './read-out.ts'

const date = (day: number | undefined): string => (day === undefined ? '' : dayText(day))

const text = (dataset: string, name: string, label: string): DatasetColumn => datasetColumn(dataset, name, label, 'string')
const number = (dataset: string, name: string, label: string): DatasetColumn => datasetColumn(dataset, name, label, 'float')
const flag = (yes: boolean): string => (yes ? 'Y' : 'N')

/** ADSL, ADRS, ADTR, ADTTE, and RS of SDTM. Source rows are named by domain, variable and sequence where one row stands behind a value. */
export function cdiscDatasets(out: ReadOut): readonly Dataset[] {
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
  const rs = make(
    'RS',
    'Disease Response and Clin Classification',
    [
      text('RS', 'STUDYID', 'Study Identifier'),
      text('RS', 'DOMAIN', 'Domain Abbreviation'),
      text('RS', 'USUBJID', 'Unique Subject Identifier'),
      number('RS', 'RSSEQ', 'Sequence Number'),
      text('RS', 'RSTESTCD', 'Assessment Short Name'),
      text('RS', 'RSCAT', 'Category for Assessment'),
      text('RS', 'RSORRES', 'Result or Finding in Original Units'),
      text('RS', 'RSSTRESC', 'Character Result/Finding in Std Format'),
      text('RS', 'RSEVAL', 'Evaluator'),
      number('RS', 'VISITNUM', 'Visit Number'),
      text('RS', 'VISIT', 'Visit Name'),
      text('RS', 'RSDTC', 'Date/Time of Assessment'),
    ],
    treated.flatMap(one =>
      one.points
        .filter(point => !point.baseline)
        .flatMap(point =>
          (
            [
              ['TRGRESP', point.target],
              ['NTRGRESP', point.nonTarget],
              ['OVRLRESP', point.overall],
            ] as const
          )
            .filter(([, response]) => response !== undefined)
            .map(([test, response]) => ({ point, test, response: response! })),
        )
        .map(({ point, test, response }, i): readonly DatasetValue[] => [
          study,
          'RS',
          one.subject.id,
          i + 1,
          test,
          file.criteria.toUpperCase().replace('-', ' '),
          response,
          response,
          point.reader,
          point.visitNumber,
          point.visit,
          point.date?.text ?? '',
        ]),
    ),
  )
  return [adsl, adrs, adtr, adtte, rs]
}
