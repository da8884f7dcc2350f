// Makes examples/trial-crc: nine made-up subjects whose read-out has the summary that was published in July 2024 (seven treated, three responses of 4 to 7 months, median time to
// progression 4.6 months; NCI press release, doi:10.1038/s41591-024-03109-0). No row is a person. Courses are written here; doses, laboratory values and cells are drawn by a seed.
// Run: npm run example:trial. Whole because it is one list of courses and the tables made of it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dayNumber, dayText, seededRandom } from '@cognate/core/base'
import { type Cell, formatCsv } from '@cognate/core/format'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
/** Another folder may be named, to compare. */
const folder = process.argv[2] ?? join(root, 'examples/trial-crc')
const STUDY = 'SYN-CRC'

interface Lesion {
  readonly id: string
  readonly role: 'TARGET' | 'NON-TARGET'
  readonly organ: string
  /** Baseline, then each visit: mm of a target, the state of another. */
  readonly values: readonly (number | 'PRESENT' | 'ABSENT' | 'UNEQUIVOCAL')[]
}

interface Course {
  readonly id: string
  readonly age: number
  readonly sex: 'F' | 'M'
  readonly weight: number
  readonly infusion: readonly [number, number, number]
  /** Days from infusion of the assessments behind baseline. */
  readonly days: readonly number[]
  readonly lesions: readonly Lesion[]
  /** Visit (from 1) at which a new lesion is seen. */
  readonly newAt?: number
  readonly origins: readonly ('CD8' | 'CD4')[]
  /** Per cent of CD3+ at the peak, and how many days until half is left. */
  readonly peak: number
  readonly halfLife: number
  /** Days from infusion. */
  readonly death?: number
  readonly alive?: number
}

const target = (id: string, organ: string, ...values: number[]): Lesion => ({ id, role: 'TARGET', organ, values })
const other = (id: string, organ: string, ...values: ('PRESENT' | 'ABSENT' | 'UNEQUIVOCAL')[]): Lesion => ({
  id,
  role: 'NON-TARGET',
  organ,
  values,
})

const COURSES: readonly Course[] = [
  {
    id: '01',
    age: 58,
    sex: 'M',
    weight: 81,
    infusion: [2022, 1, 18],
    days: [43],
    lesions: [target('T01', 'LIVER', 36, 39), target('T02', 'LUNG', 22, 23), other('NT01', 'PERITONEUM', 'PRESENT', 'PRESENT')],
    newAt: 1,
    origins: ['CD8'],
    peak: 8,
    halfLife: 16,
    death: 240,
  },
  {
    id: '02',
    age: 44,
    sex: 'F',
    weight: 64,
    infusion: [2022, 3, 1],
    days: [42, 84, 126, 164],
    lesions: [
      target('T01', 'LIVER', 48, 30, 22, 24, 33),
      target('T02', 'LYMPH NODE', 24, 16, 12, 12, 14),
      other('NT01', 'BONE', 'PRESENT', 'PRESENT', 'PRESENT', 'PRESENT', 'PRESENT'),
    ],
    origins: ['CD8', 'CD8'],
    peak: 34,
    halfLife: 58,
    alive: 640,
  },
  {
    id: '03',
    age: 63,
    sex: 'M',
    weight: 92,
    infusion: [2022, 5, 24],
    days: [41, 79],
    lesions: [target('T01', 'LIVER', 51, 53, 66), target('T02', 'LIVER', 19, 19, 21)],
    origins: ['CD4'],
    peak: 21,
    halfLife: 26,
    death: 330,
  },
  {
    id: '04',
    age: 49,
    sex: 'F',
    weight: 58,
    infusion: [2022, 8, 9],
    days: [42, 84, 140],
    lesions: [target('T01', 'LUNG', 26, 23, 21, 27), target('T02', 'LYMPH NODE', 18, 16, 15, 17)],
    origins: ['CD8', 'CD8'],
    peak: 19,
    halfLife: 44,
    alive: 470,
  },
  {
    id: '05',
    age: 51,
    sex: 'M',
    weight: 77,
    infusion: [2022, 10, 11],
    days: [41, 83, 126, 168, 208],
    lesions: [
      target('T01', 'LUNG', 27, 16, 12, 10, 10, 15),
      target('T02', 'LUNG', 18, 10, 6, 5, 5, 8),
      target('T03', 'LYMPH NODE', 17, 12, 9, 9, 9, 10),
    ],
    origins: ['CD4'],
    peak: 37,
    halfLife: 74,
    alive: 400,
  },
  {
    id: '06',
    age: 39,
    sex: 'F',
    weight: 66,
    infusion: [2023, 1, 17],
    days: [43, 98],
    lesions: [target('T01', 'LIVER', 44, 43, 45), other('NT01', 'PERITONEUM', 'PRESENT', 'PRESENT', 'UNEQUIVOCAL')],
    origins: ['CD4'],
    peak: 9,
    halfLife: 22,
    death: 265,
  },
  {
    id: '07',
    age: 55,
    sex: 'M',
    weight: 79,
    infusion: [2021, 9, 28],
    days: [43, 86, 128, 170, 212, 256],
    lesions: [target('T01', 'LIVER', 41, 22, 10, 7, 7, 7, 7), target('T02', 'LUNG', 29, 17, 9, 6, 6, 7, 7)],
    newAt: 6,
    origins: ['CD8', 'CD4'],
    peak: 45,
    halfLife: 600,
    alive: 820,
  },
]
const NOT_TREATED = [
  { id: '08', age: 61, sex: 'F', enrolled: [2022, 2, 8], reason: 'SCREEN FAILURE', after: 30 },
  { id: '09', age: 47, sex: 'M', enrolled: [2022, 4, 19], reason: 'NO PRODUCT: TRANSDUCTION BELOW LIMIT', after: 150 },
] as const

const YAML = `# A made-up trial: no row is a person. It has the summary published in July 2024 (NCI press release; doi:10.1038/s41591-024-03109-0).
trial: ${STUDY}
synthetic: true
title: Personalised neoantigen-reactive TCR-T cells in colorectal cancer; synthetic
data_cut: '2023-12-31'
product: TCR-T CELLS
start: infusion
criteria: recist-1.1
reader: INVESTIGATOR
confirmation: {required: true, min_days: 28, max_ne: 1, accept_sd: false}
stable_min_days: 42
assessment_schedule: [{until: 1095, every: 42}]
censoring: fda
intervals: {proportion: [clopper-pearson, wilson], survival: [log, log-log], level: 0.95}
`

type Rows = (readonly Cell[])[]
const tables: Record<string, { readonly columns: readonly string[]; readonly rows: Rows }> = {
  dm: { columns: ['STUDYID', 'DOMAIN', 'USUBJID', 'AGE', 'AGEU', 'SEX', 'ARMCD', 'RFICDTC'], rows: [] },
  ds: { columns: ['STUDYID', 'DOMAIN', 'USUBJID', 'DSSEQ', 'DSDECOD', 'DSSTDTC'], rows: [] },
  ex: { columns: ['STUDYID', 'DOMAIN', 'USUBJID', 'EXSEQ', 'EXTRT', 'EXDOSE', 'EXDOSU', 'EXROUTE', 'EXSTDTC'], rows: [] },
  tu: {
    columns: [
      'STUDYID',
      'DOMAIN',
      'USUBJID',
      'TUSEQ',
      'TULNKID',
      'TUTESTCD',
      'TUORRES',
      'TULOC',
      'TUMETHOD',
      'TUEVAL',
      'VISITNUM',
      'VISIT',
      'TUDTC',
    ],
    rows: [],
  },
  tr: {
    columns: [
      'STUDYID',
      'DOMAIN',
      'USUBJID',
      'TRSEQ',
      'TRGRPID',
      'TRLNKID',
      'TRTESTCD',
      'TRSTRESC',
      'TRSTRESU',
      'TRSTAT',
      'TREVAL',
      'VISITNUM',
      'VISIT',
      'TRDTC',
    ],
    rows: [],
  },
  ae: { columns: ['STUDYID', 'DOMAIN', 'USUBJID', 'AESEQ', 'AEDECOD', 'AETOXGR', 'AESER', 'AEREL', 'AESTDTC', 'AEENDTC'], rows: [] },
  lb: { columns: ['STUDYID', 'DOMAIN', 'USUBJID', 'LBTESTCD', 'LBORRES', 'LBORRESU', 'LBORNRLO', 'LBORNRHI', 'DAY', 'LBBLFL'], rows: [] },
  persistence: { columns: ['USUBJID', 'sample', 'receptor_id', 'origin', 'day', 'method', 'value', 'unit', 'n_total'], rows: [] },
}

function makeSubject(course: Course): void {
  const random = seededRandom(`trial-crc ${course.id}`)
  const id = `SYN-C${course.id}`
  const infusion = dayNumber(...course.infusion)
  const at = (day: number) => dayText(infusion + day)
  const between = (low: number, high: number) => low + ((high - low) * random.below(1000)) / 1000
  const add = (domain: string, sequence: number | undefined, ...cells: Cell[]) =>
    tables[domain]!.rows.push([STUDY, domain.toUpperCase(), id, ...(sequence === undefined ? [] : [sequence]), ...cells])
  tables.dm!.rows.push([STUDY, 'DM', id, course.age, 'YEARS', course.sex, 'TCR-T', at(-120)])
  add('ds', 1, 'ENROLLED', at(-120))
  if (course.death !== undefined) add('ds', 2, 'DEATH', at(course.death))
  if (course.alive !== undefined) add('ds', 2, 'LAST KNOWN ALIVE', at(course.alive))

  let dose = 0
  const give = (day: number, treatment: string, amount: number, unit: string) =>
    add('ex', ++dose, treatment, amount, unit, 'INTRAVENOUS', at(day))
  // doses by weight and surface: the regimen's template (docs/file-formats.md), unverified numbers but for those with a source there
  const surface = Math.sqrt((170 * course.weight) / 3600)
  for (const day of [-44, -23, -2]) give(day, 'PEMBROLIZUMAB', 2 * course.weight, 'mg')
  for (const day of [-7, -6]) give(day, 'CYCLOPHOSPHAMIDE', 60 * course.weight, 'mg')
  for (let day = -7; day < -2; day++) give(day, 'FLUDARABINE', Number((25 * surface).toFixed(1)), 'mg')
  give(0, 'TCR-T CELLS', Number(between(0.4, 1.2).toFixed(2)), '10^9 cells')
  const doses = 3 + random.below(5)
  for (let k = 0; k < doses; k++) give(Math.floor(k / 3), 'ALDESLEUKIN', Number((0.72 * course.weight).toFixed(2)), '10^6 IU')

  const visits = [-9, ...course.days]
  for (const [k, lesion] of course.lesions.entries())
    add('tu', k + 1, lesion.id, 'TUMIDENT', lesion.role, lesion.organ, 'CT SCAN', 'INVESTIGATOR', 1, 'BASELINE', at(-9))

  let row = 0
  visits.forEach((day, v) => {
    const visit = v === 0 ? 'BASELINE' : `ASSESSMENT ${v}`
    for (const lesion of course.lesions) {
      const value = lesion.values[v]!
      const cells =
        typeof value === 'number' ? [lesion.organ === 'LYMPH NODE' ? 'LPERP' : 'LDIAM', String(value), 'mm'] : ['TUMSTATE', value, '']
      add('tr', ++row, lesion.role, lesion.id, ...cells, '', 'INVESTIGATOR', v + 1, visit, at(day))
    }
    if (course.newAt === v) {
      add('tu', course.lesions.length + 1, 'NEW01', 'TUMIDENT', 'NEW', 'LIVER', 'CT SCAN', 'INVESTIGATOR', v + 1, visit, at(day))
      add('tr', ++row, 'NEW', 'NEW01', 'TUMSTATE', 'UNEQUIVOCAL', '', '', 'INVESTIGATOR', v + 1, visit, at(day))
    }
  })

  const events: readonly (readonly [string, number, number, string, number])[] = [
    ['Neutrophil count decreased', 4, 1, 'CHEMOTHERAPY', 1],
    ['Platelet count decreased', 3 + random.below(2), 0.6, 'CHEMOTHERAPY', 3],
    ['Febrile neutropenia', 3, 0.5, 'CHEMOTHERAPY', 3],
    ['Fatigue', 1 + random.below(2), 0.8, 'CELLS', 2],
    ['Hypotension', 1 + random.below(2), 0.5, 'IL-2', 1],
    ['Hypoxia', 2 + random.below(2), 0.4, 'IL-2', 2],
    ['Acute kidney injury', 2, 0.4, 'IL-2', 3],
    ['Cytokine release syndrome', 1, 0.4, 'CELLS', 1],
  ]
  let event = 0
  for (const [term, grade, chance, cause, day] of events)
    if (random.below(1000) < 1000 * chance)
      add('ae', ++event, term, grade, grade >= 3 && cause === 'IL-2' ? 'Y' : 'N', cause, at(day), at(day + 4 + random.below(8)))

  // day → factor: chemotherapy before infusion, recovery behind it
  const labs = [
    ['HGB', 'g/L', 120, 160, [128, 98, 74, 82, 96, 118], 0],
    ['PLAT', '10^9/L', 150, 400, [230, 82, 18, 60, 120, 210], 0],
    ['NEUT', '10^9/L', 1.8, 7.5, [4.4, 1.1, 0.04, 0.9, 2.2, 3.8], 2],
    ['ALT', 'U/L', 7, 40, [25, 38, 150, 60, 40, 30], 0],
    ['CREAT', 'umol/L', 50, 100, [78, 84, 170, 110, 90, 80], 0],
  ] as const
  const labDays = [-8, -2, 3, 10, 21, 42]
  labDays.forEach((day, k) => {
    for (const [test, unit, low, high, levels, decimals] of labs)
      add(
        'lb',
        undefined,
        test,
        Number((levels[k]! * between(0.85, 1.15)).toFixed(decimals === 2 ? 2 : 1)),
        unit,
        low,
        high,
        day,
        k === 0 ? 'Y' : '',
      )
  })

  const sampleDays = [7, 14, 28, 56, 90, 168, 260, 365, 760].filter(day => day <= (course.halfLife > 300 ? 800 : course.days.at(-1)! + 5))
  const share = course.origins.map((_, k) => (course.origins.length === 1 ? 1 : k === 0 ? 0.7 : 0.3))
  const level = (day: number) => course.peak * (day <= 14 ? 0.5 + day / 28 : 2 ** (-(day - 14) / course.halfLife))
  for (const day of [0, ...sampleDays]) {
    const all = day === 0 ? 60 : Number((level(day) * between(0.95, 1.05)).toFixed(2))
    course.origins.forEach((origin, k) => {
      tables.persistence!.rows.push([
        id,
        day === 0 ? 'product' : 'blood',
        `${id}-R${k + 1}`,
        origin,
        day,
        'tcr-sequencing',
        Number((all * share[k]!).toFixed(3)),
        '% of CD3+',
        day === 0 ? 50_000 : 20_000,
      ])
    })
    tables.persistence!.rows.push([
      id,
      day === 0 ? 'product' : 'blood',
      'ALL',
      '',
      day,
      'flow mTCRb',
      Number((all * 1.03).toFixed(3)),
      '% of CD3+',
      100_000,
    ])
  }
}

mkdirSync(folder, { recursive: true })
for (const course of COURSES) makeSubject(course)
for (const { id, age, sex, enrolled, reason, after } of NOT_TREATED) {
  const day = dayNumber(...(enrolled as unknown as [number, number, number]))
  tables.dm!.rows.push([STUDY, 'DM', `SYN-C${id}`, age, 'YEARS', sex, 'TCR-T', dayText(day)])
  tables.ds!.rows.push(
    [STUDY, 'DS', `SYN-C${id}`, 1, 'ENROLLED', dayText(day)],
    [STUDY, 'DS', `SYN-C${id}`, 2, reason, dayText(day + after)],
  )
}
for (const [domain, { columns, rows }] of Object.entries(tables)) writeFileSync(join(folder, `${domain}.csv`), formatCsv(columns, rows))
writeFileSync(join(folder, 'TRIAL.yaml'), YAML)
