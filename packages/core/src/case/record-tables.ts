// What the record holds of a study, as SDTM rows for the statistician: what was given (EX), what was to be given and was not, and why (EC), where specimens and products came from (BE), and what
// was measured in them (BS). Age, sex, consent and lesions are the clinic's: they are not in the record, and nothing stands for them.
import { type DoseOrderData, type GivenOrder, givenOrder, type InfusionData } from '../infusion/index.ts'
import type { LotFile, SpecimenData } from '../lot/index.ts'
import type { Row } from '../record/index.ts'

export interface StudyRecord {
  readonly study: string
  /** Subject of each specimen's chain of identity. */
  readonly specimens: readonly { readonly subject: string; readonly row: Row<SpecimenData> }[]
  readonly lots: readonly {
    readonly file: LotFile
    readonly orders: readonly Row<DoseOrderData>[]
    readonly infusions: readonly Row<InfusionData>[]
    /** RFC 3339; empty while it is not. */
    readonly releasedAt: string
  }[]
}

export interface SdtmTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export type RecordTables = Readonly<Record<'ex' | 'ec' | 'be' | 'bs', SdtmTable>>

const HEAD = ['STUDYID', 'DOMAIN', 'USUBJID'] as const

/** Rows by subject, then as they are given; numbered within the subject. */
function tableOf(
  study: string,
  domain: string,
  columns: readonly string[],
  rows: readonly (readonly [subject: string, ...cells: string[]])[],
): SdtmTable {
  const sequence = new Map<string, number>()
  return {
    columns: [...HEAD, `${domain}SEQ`, ...columns],
    rows: rows
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([subject, ...cells]) => {
        const n = (sequence.get(subject) ?? 0) + 1
        sequence.set(subject, n)
        return [study, domain, subject, String(n), ...cells]
      }),
  }
}

/** Short names of tests: letters and digits of SDTM's eight, told apart by a number where two would be one. */
function testCodes(names: Iterable<string>): ReadonlyMap<string, string> {
  const codes = new Map<string, string>()
  for (const name of [...new Set(names)].sort()) {
    const plain = name
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, '')
      .replace(/^(?=\d)/, 'T')
    let code = plain.slice(0, 8)
    for (let n = 2; [...codes.values()].includes(code); n++) code = `${plain.slice(0, 8 - String(n).length)}${n}`
    codes.set(name, code)
  }
  return codes
}

const text = (value: number | undefined): string => (value === undefined ? '' : String(value))

export function recordTables({ study, specimens, lots }: StudyRecord): RecordTables {
  const orders = lots.flatMap(({ file, orders, infusions, releasedAt }) =>
    orders.map(order => ({ file, order, given: givenOrder(order, file, infusions, releasedAt) })),
  )
  const results = lots.flatMap(({ file }) => file.results.map(row => ({ file, row })))
  const codes = testCodes(results.map(({ row }) => row.data.test))
  return {
    ex: tableOf(study, 'EX', ['EXTRT', 'EXDOSE', 'EXDOSU', 'EXROUTE', 'EXSTDTC', 'EXENDTC', 'EXLOT', 'EXREFID'], orders.flatMap(given)),
    ec: tableOf(study, 'EC', ['ECTRT', 'ECOCCUR', 'ECREASOC', 'ECDOSE', 'ECDOSU', 'ECSTDTC', 'ECLOT', 'ECREFID'], orders.flatMap(wanted)),
    be: tableOf(
      study,
      'BE',
      ['BEREFID', 'BETERM', 'BECAT', 'BESTDTC'],
      [
        ...specimens.flatMap(({ subject, row: { id, data } }): [string, string, string, string, string][] => [
          [subject, id, 'COLLECTING', data.kind.toUpperCase(), data.collected_at],
          [subject, id, 'RECEIVING', data.kind.toUpperCase(), data.received_at],
        ]),
        ...orders.flatMap(({ file, given: { containers } }) =>
          containers
            .filter(({ started_at }) => started_at !== '')
            .map(({ container, started_at }): [string, string, string, string, string] => [
              file.lot.subject,
              container,
              'ADMINISTERING',
              treatmentOf(file),
              started_at,
            ]),
        ),
      ],
    ),
    bs: tableOf(
      study,
      'BS',
      ['BSREFID', 'BSTESTCD', 'BSTEST', 'BSORRES', 'BSORRESU', 'BSMETHOD', 'BSSTAT', 'BSDTC'],
      results
        // an invalidated result was found to be none
        .filter(({ file, row }) => file.lot.subject !== '' && row.data.status !== 'invalidated')
        .map(({ file, row: { data } }) => [
          file.lot.subject,
          file.row.id,
          codes.get(data.test)!,
          data.test,
          data.raw,
          data.unit,
          data.method,
          data.status === 'reviewed' ? '' : 'NOT REVIEWED',
          data.tested_at,
        ]),
    ),
  }
}

interface Ordered {
  readonly file: LotFile
  readonly order: Row<DoseOrderData>
  readonly given: GivenOrder
}
type Cells = [subject: string, ...cells: string[]]

/** `TCR-T CELLS`: what `product` of TRIAL.yaml names. */
const treatmentOf = ({ lot }: LotFile): string => `${lot.product_type} CELLS`

const given = ({ file, order, given: { lot, subject, containers } }: Ordered): readonly Cells[] => [
  ...containers
    .filter(({ started_at }) => started_at !== '')
    .map(
      ({ container, cells, started_at, stopped_at }): Cells => [
        subject,
        treatmentOf(file),
        text(cells),
        'CELLS',
        'INTRAVENOUS',
        started_at,
        stopped_at,
        lot,
        container,
      ],
    ),
  ...(order.data.drugs ?? [])
    .filter(({ amount }) => amount !== '')
    .map(({ drug, amount, unit, at }): Cells => [subject, drug.toUpperCase(), amount, unit, '', at, '', '', '']),
]

const wanted = ({ file, order, given: { lot, subject, containers } }: Ordered): readonly Cells[] => [
  ...containers.map(
    ({ container, cells, started_at, why_not_all }): Cells => [
      subject,
      treatmentOf(file),
      started_at === '' ? 'N' : 'Y',
      why_not_all,
      started_at === '' ? '' : text(cells),
      'CELLS',
      started_at,
      lot,
      container,
    ],
  ),
  ...(order.data.drugs ?? []).map(
    ({ drug, amount, unit, at, why_withheld }): Cells => [
      subject,
      drug.toUpperCase(),
      amount === '' ? 'N' : 'Y',
      why_withheld,
      amount,
      unit,
      at,
      '',
      '',
    ],
  ),
]
