// A trial's SDTM tables as FHIR R4 resources, a row each, and back. A cell stands in the element that R4 has for it; one that none can hold stands in an extension named after its column, so
// that nothing is lost on the way. Where both hold the same cell, the extension counts. Whole: one table of homes, read both ways.
import { byText, type CalendarDate, parseDate } from '../base/index.ts'
import {
  Exact,
  element,
  elements,
  type FhirElement,
  type FhirFile,
  type FhirResource,
  LOINC,
  primitive,
  type Table,
  UCUM,
} from '../format/index.ts'
import { coded, FHIR_SYSTEM, idOf, type Resource } from './fhir-resource.ts'
import { TRIAL_DOMAINS, type TrialDomain, type TrialTables } from './trial-tables.ts'

const SDTM = `${FHIR_SYSTEM}/sdtm`
const SUBJECT = `${FHIR_SYSTEM}/subject`

type Cells = Readonly<Record<string, string>>
type Path = readonly (string | number)[]

/** Where a cell stands, and how it is written there; undefined: the element cannot hold this text. */
interface Home {
  readonly path: Path
  readonly write: (text: string) => unknown
  readonly read: (value: unknown) => string
}

const text = (...path: Path): Home => ({ path, write: value => value, read: primitive })
/** Decimals that JSON writes as they stand. */
const decimal = (...path: Path): Home => ({
  path,
  write: value => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? new Exact(value) : undefined),
  read: primitive,
})
/** Years, months, days; times with a zone. */
const moment = (...path: Path): Home => ({
  path,
  write: value => (/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(value) ? value : undefined),
  read: primitive,
})
const word = (words: Readonly<Record<string, string>>, ...path: Path): Home => ({
  path,
  write: value => words[value],
  read: value => Object.entries(words).find(([, theirs]) => theirs === primitive(value))?.[0] ?? '',
})

interface Shape {
  readonly type: string
  readonly homes: Readonly<Record<string, Home>>
  /** What R4 or its readers want beside the cells. */
  readonly around: object
}

const GRADES = Object.fromEntries([0, 1, 2, 3, 4, 5].map(grade => [String(grade), `grade ${grade}`]))
const LENGTHS: Readonly<Record<string, string>> = { LDIAM: '33728-7', DIAMETER: '33728-7', LPERP: '33729-5' }
const isDecimal = (value: string | undefined) => decimal().write(value ?? '') !== undefined
const observation = (code: object, more: object = {}) => ({ status: 'final', code, ...more })

/** `product`: EXTRT of the cells. */
function shapeOf(domain: TrialDomain, row: Cells, product: string): Shape {
  switch (domain) {
    case 'dm':
      return {
        type: 'Patient',
        homes: { USUBJID: text('identifier', 0, 'value'), SEX: word({ F: 'female', M: 'male', U: 'unknown' }, 'gender') },
        around: { identifier: [{ system: SUBJECT }] },
      }
    case 'ds':
      return {
        type: 'Observation',
        homes: { DSDECOD: text('valueCodeableConcept', 'text'), DSSTDTC: moment('effectiveDateTime') },
        around: observation(coded('sdtm', 'disposition')),
      }
    case 'ex':
      return row.EXTRT?.toUpperCase() === product.toUpperCase()
        ? {
            type: 'Procedure',
            homes: { EXTRT: text('code', 'text'), EXSTDTC: moment('performedDateTime') },
            around: { status: 'completed', code: { coding: [{ system: `${FHIR_SYSTEM}/treatment`, code: row.EXTRT }] } },
          }
        : {
            type: 'MedicationAdministration',
            homes: {
              EXTRT: text('medicationCodeableConcept', 'text'),
              EXSTDTC: moment('effectiveDateTime'),
              EXDOSE: decimal('dosage', 'dose', 'value'),
              EXDOSU: text('dosage', 'dose', 'unit'),
            },
            around: { status: 'completed' },
          }
    case 'ae': {
      const grade = Number(row.AETOXGR)
      return {
        type: 'AdverseEvent',
        homes: {
          AEDECOD: text('event', 'text'),
          AESTDTC: moment('date'),
          AETOXGR: word(GRADES, 'severity', 'text'),
          AESER: word({ Y: 'serious', N: 'non-serious' }, 'seriousness', 'coding', 0, 'code'),
          AEREL: text('suspectEntity', 0, 'instance', 'display'),
        },
        around: {
          actuality: 'actual',
          ...(row.AESER === 'Y' || row.AESER === 'N'
            ? { seriousness: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/adverse-event-seriousness' }] } }
            : {}),
          ...(grade >= 1
            ? {
                severity: {
                  coding: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/adverse-event-severity',
                      code: grade >= 3 ? 'severe' : grade === 2 ? 'moderate' : 'mild',
                    },
                  ],
                },
              }
            : {}),
        },
      }
    }
    case 'tu':
      return {
        type: 'BodyStructure',
        homes: { TULNKID: text('identifier', 0, 'value'), TULOC: text('location', 'text'), TUORRES: text('morphology', 'text') },
        around: { identifier: [{ system: `${FHIR_SYSTEM}/lesion` }] },
      }
    case 'tr':
      return measurementShape(row)
    case 'rs':
      return {
        type: 'Observation',
        homes: { RSTESTCD: text('code', 'text'), RSSTRESC: text('valueCodeableConcept', 'text'), RSDTC: moment('effectiveDateTime') },
        around: observation({ coding: [{ system: `${SDTM}/rs`, code: row.RSTESTCD }] }),
      }
    case 'lb':
      return {
        type: 'Observation',
        homes: {
          LBTESTCD: text('code', 'text'),
          LBDTC: moment('effectiveDateTime'),
          LBORNRLO: decimal('referenceRange', 0, 'low', 'value'),
          LBORNRHI: decimal('referenceRange', 0, 'high', 'value'),
          ...(isDecimal(row.LBORRES)
            ? { LBORRES: decimal('valueQuantity', 'value'), LBORRESU: text('valueQuantity', 'unit') }
            : { LBORRES: text('valueString') }),
        },
        around: observation(
          { coding: [{ system: `${SDTM}/lb`, code: row.LBTESTCD }] },
          { category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }] },
        ),
      }
    case 'persistence':
      return {
        type: 'Observation',
        homes: {
          receptor_id: text('code', 'text'),
          method: text('method', 'text'),
          date: moment('effectiveDateTime'),
          ...(isDecimal(row.value)
            ? { value: decimal('valueQuantity', 'value'), unit: text('valueQuantity', 'unit') }
            : { value: text('valueString') }),
        },
        around: observation({ coding: [{ system: `${SDTM}/persistence`, code: row.receptor_id }] }),
      }
  }
}

/** A length in mm or cm is mCODE's tumour size; everything else of TR an observation of ours. */
function measurementShape(row: Cells): Shape {
  const homes = { TRDTC: moment('effectiveDateTime'), TRLNKID: text('focus', 0, 'display') }
  const code = LENGTHS[row.TRTESTCD ?? '']
  if (code === undefined || !isDecimal(row.TRSTRESC) || !['mm', 'cm'].includes(row.TRSTRESU ?? ''))
    return {
      type: 'Observation',
      homes: {
        ...homes,
        TRTESTCD: text('code', 'text'),
        TRSTRESC: text('valueString'),
        TRSTAT: word({ 'NOT DONE': 'not-performed' }, 'dataAbsentReason', 'coding', 0, 'code'),
      },
      around: observation(
        { coding: [{ system: `${SDTM}/tr`, code: row.TRTESTCD }] },
        row.TRSTAT === 'NOT DONE'
          ? { dataAbsentReason: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason' }] } }
          : {},
      ),
    }
  return {
    type: 'Observation',
    homes: {
      ...homes,
      TRSTRESC: decimal('component', 0, 'valueQuantity', 'value'),
      TRSTRESU: text('component', 0, 'valueQuantity', 'unit'),
      TRTESTCD: text('code', 'text'),
    },
    around: {
      meta: { profile: ['http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-tumor-size'] },
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'imaging' }] }],
      ...observation({ coding: [{ system: LOINC, code: '21889-1' }] }),
      component: [{ code: { coding: [{ system: LOINC, code }] }, valueQuantity: { system: UCUM, code: row.TRSTRESU } }],
    },
  }
}

/** Where a resource names whose it is. */
const OWNER: Readonly<Record<string, string>> = { BodyStructure: 'patient' }
/** Columns that hold the day of a row. */
const DATES: Readonly<Record<TrialDomain, string>> = {
  dm: '',
  ds: 'DSSTDTC',
  ex: 'EXSTDTC',
  ae: 'AESTDTC',
  tu: 'TUDTC',
  tr: 'TRDTC',
  rs: 'RSDTC',
  lb: 'LBDTC',
  persistence: 'date',
}

export interface TableResources {
  readonly study: string
  readonly product: string
  readonly cut: CalendarDate
  /** Day of the infusion of each subject that is told about; undefined: not infused. */
  readonly subjects: ReadonlyMap<string, number | undefined>
}

/** Rows of the subjects, up to the cut. */
export function resourcesOfTables(tables: TrialTables, of: TableResources): readonly Resource[] {
  const lesions = new Map<string, string>()
  const taken = new Set<string>()
  return TRIAL_DOMAINS.flatMap(domain => {
    const given = tables[domain]
    if (given === undefined) return []
    const counts = new Map<string, number>()
    return rowsOf(given.table)
      .filter(row => of.subjects.has(row.USUBJID ?? '') && isByCut(domain, row, of))
      .map(row => {
        const subject = row.USUBJID!
        const n = (counts.get(subject) ?? 0) + 1
        counts.set(subject, n)
        // a lesion is called by its name, unless another reader has called one so
        const short = domain === 'dm' ? idOf(subject) : idOf(subject, row.TULNKID ?? '')
        const id =
          (domain === 'dm' || (domain === 'tu' && row.TULNKID !== undefined)) && !taken.has(short) ? short : idOf(subject, domain, n)
        taken.add(id)
        if (domain === 'tu') lesions.set(`${subject}\t${row.TULNKID}\t${row.TUEVALID ?? ''}`, id)
        const lesion = domain === 'tr' ? lesions.get(`${subject}\t${row.TRLNKID}\t${row.TREVALID ?? ''}`) : undefined
        return resourceOf(domain, row, id, of, lesion)
      })
  })
}

const rowsOf = ({ columns, rows }: Table): readonly Cells[] =>
  rows.map(({ cells }) => Object.fromEntries(columns.flatMap((name, i) => ((cells[i] ?? '') === '' ? [] : [[name, cells[i]!]]))))

function isByCut(domain: TrialDomain, row: Cells, { cut, subjects }: TableResources): boolean {
  const written = row[DATES[domain]]
  const date = written === undefined ? undefined : parseDate(written)
  if (date?.ok === true) return date.value.first <= cut.last
  const infusion = subjects.get(row.USUBJID!)
  const day = row.DAY ?? row.day
  return infusion === undefined || day === undefined || !(infusion + Number(day) > cut.last)
}

function resourceOf(domain: TrialDomain, row: Cells, id: string, of: TableResources, lesion: string | undefined): Resource {
  const { type, homes, around } = shapeOf(domain, row, of.product)
  const patient = { reference: `Patient/${idOf(row.USUBJID!)}` }
  const { meta, ...rest } = around as { meta?: object }
  const resource: Record<string, unknown> = {
    resourceType: type,
    id,
    meta: { ...meta, tag: [{ system: SDTM, code: domain }] },
    ...rest,
    ...(domain === 'dm' ? {} : { [OWNER[type] ?? 'subject']: patient }),
    ...(domain === 'ae' ? { study: [{ reference: `ResearchStudy/${idOf(of.study)}` }] } : {}),
    ...(lesion === undefined ? {} : { focus: [{ reference: `BodyStructure/${lesion}` }] }),
  }
  const extension: { url: string; valueString: string }[] = []
  // whatever the order of the columns, the resource is the same
  for (const column of [...new Set([...Object.keys(homes), ...Object.keys(row).toSorted(byText)])]) {
    const cell = row[column]
    if (cell === undefined || isImplied(column, cell, domain, of.study)) continue
    const home = homes[column]
    const written = home?.write(cell)
    if (home !== undefined && written !== undefined) put(resource, home.path, written)
    else extension.push({ url: `${SDTM}/${column}`, valueString: cell })
  }
  // R4 wants a time of what was given
  if (type === 'MedicationAdministration' && resource.effectiveDateTime === undefined)
    resource.effectivePeriod = {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    }
  if (extension.length > 0) resource.extension = extension
  return resource as Resource
}

/** Whose the row is, and of which study and domain, is said otherwise. */
const isImplied = (column: string, cell: string, domain: TrialDomain, study: string): boolean =>
  (column === 'USUBJID' && domain !== 'dm') ||
  (column === 'DOMAIN' && cell === domain.toUpperCase()) ||
  (column === 'STUDYID' && cell === study)

function put(resource: Record<string, unknown>, path: Path, value: unknown): void {
  let at = resource as Record<string | number, unknown>
  for (const [i, step] of path.entries()) {
    if (i === path.length - 1) at[step] = value
    else {
      at[step] ??= typeof path[i + 1] === 'number' ? [] : {}
      at = at[step] as Record<string | number, unknown>
    }
  }
}

const take = (resource: FhirElement, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[step] : undefined),
    resource,
  )

export interface ReadTables {
  readonly study: string
  /** Columns in order of first appearance, rows in the order of the file. */
  readonly tables: ReadonlyMap<TrialDomain, { readonly columns: readonly string[]; readonly rows: readonly Cells[] }>
  /** Resources that stand for no row, by type. */
  readonly left: ReadonlyMap<string, number>
}

/** The tables of a bundle that `resourcesOfTables` wrote; what somebody else wrote is read where its type alone says what it is (patients, medication, adverse events). */
export function tablesOfResources(file: FhirFile): ReadTables {
  const found = new Map<TrialDomain, Cells[]>()
  const left = new Map<string, number>()
  const study = file.resources.find(({ type }) => type === 'ResearchStudy')
  const name = primitive(elements(study?.resource.identifier)[0]?.value) || (study?.id ?? '')
  for (const one of file.resources) {
    const domain = domainOf(one)
    if (domain === undefined) {
      left.set(one.type, (left.get(one.type) ?? 0) + 1)
      continue
    }
    const row = rowOf(one, domain, file, name)
    const rows = found.get(domain)
    if (rows === undefined) found.set(domain, [row])
    else rows.push(row)
  }
  const tables = new Map(
    TRIAL_DOMAINS.flatMap(domain => {
      const rows = found.get(domain)
      if (rows === undefined) return []
      const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
      return [[domain, { columns, rows }] as const]
    }),
  )
  return { study: name, tables, left }
}

const FOREIGN: Readonly<Record<string, TrialDomain>> = { Patient: 'dm', MedicationAdministration: 'ex', AdverseEvent: 'ae' }

function domainOf({ type, resource }: FhirResource): TrialDomain | undefined {
  const tag = elements(element(resource.meta).tag).find(({ system }) => system === SDTM)
  return TRIAL_DOMAINS.find(domain => domain === primitive(tag?.code)) ?? FOREIGN[type]
}

function rowOf(one: FhirResource, domain: TrialDomain, file: FhirFile, study: string): Cells {
  const { resource } = one
  const own = elements(resource.extension).flatMap(({ url, valueString }) =>
    primitive(url).startsWith(`${SDTM}/`) ? [[primitive(url).slice(SDTM.length + 1), primitive(valueString)] as const] : [],
  )
  const row: Record<string, string> = {
    ...(study === '' || domain === 'persistence' ? {} : { STUDYID: study, DOMAIN: domain.toUpperCase() }),
  }
  if (domain !== 'dm') {
    const patient = file.follow(resource[OWNER[one.type] ?? 'subject'], one)
    const ids = elements(patient?.identifier)
    row.USUBJID = primitive((ids.find(({ system }) => system === SUBJECT) ?? ids[0])?.value)
  }
  for (const [column, home] of everyHome(domain, one.type)) {
    const value = take(resource, home.path)
    const cell = value === undefined ? '' : home.read(value)
    if (cell !== '') row[column] = cell
  }
  return { ...row, ...Object.fromEntries(own) }
}

/** Of either form that a domain's resource can have. */
function everyHome(domain: TrialDomain, type: string): readonly (readonly [string, Home])[] {
  const forms: readonly Cells[] = [
    {
      EXTRT: type === 'Procedure' ? 'X' : '',
      LBORRES: '1',
      value: '1',
      TRTESTCD: 'LDIAM',
      TRSTRESC: '1',
      TRSTRESU: 'mm',
      AETOXGR: '1',
      AESER: 'Y',
    },
    { EXTRT: type === 'Procedure' ? 'X' : '' },
  ]
  return forms.flatMap(row => Object.entries(shapeOf(domain, row, 'X').homes))
}
