// A read-out as a FHIR R4 bundle: the study, its subjects, every row of its tables up to the cut, and the responses. Patients carry the study's id and nothing else of them.
// Response by RECIST is not modelled by mCODE: our own code system, https://cognate.example/fhir/recist.
import { dayText, parseDate } from '../base/index.ts'
import { bundleOf, coded, FHIR_SYSTEM, idOf, type Resource } from './fhir-resource.ts'
import { resourcesOfTables } from './fhir-tables.ts'
import type { ReadOut, SubjectReadOut } from './read-out.ts'
import { TRIAL_DOMAINS, type Trial, type TrialSubject, type TrialTables } from './trial-tables.ts'

/** Rows that one JSON text may hold; a trial of more is given as tables. */
export const MOST_BUNDLE_ROWS = 100_000

/** `trial`, `tables`: what the read-out was made of. Undefined: the tables have more rows than a bundle may hold. */
export function fhirBundle(out: ReadOut, { subjects }: Trial, tables: TrialTables): unknown {
  const { file } = out
  if (TRIAL_DOMAINS.reduce((sum, domain) => sum + (tables[domain]?.table.rows.length ?? 0), 0) > MOST_BUNDLE_ROWS) return undefined
  const cut = parseDate(file.data_cut)
  if (!cut.ok) throw new Error(`${file.data_cut} is no date`)
  const study: Resource = {
    resourceType: 'ResearchStudy',
    id: idOf(file.trial),
    status: 'active',
    title: file.title || file.trial,
    identifier: [{ system: `${FHIR_SYSTEM}/trial`, value: file.trial }],
  }
  const deaths = new Map(subjects.flatMap(({ id, death }) => (death === undefined ? [] : [[idOf(id), dayText(death)] as const])))
  const rows = resourcesOfTables(tables, {
    study: file.trial,
    product: file.product,
    cut: cut.value,
    subjects: new Map(subjects.map(({ id, infusion }) => [id, infusion])),
  })
  return bundleOf([
    study,
    ...rows.map(one => (one.resourceType === 'Patient' && deaths.has(one.id) ? { ...one, deceasedDateTime: deaths.get(one.id) } : one)),
    ...subjects.map(one => onStudy(one, study.id)),
    ...out.treated.flatMap(one => responsesOf(one, file.criteria)),
  ])
}

const onStudy = ({ id, death, enrolled }: TrialSubject, study: string): Resource => ({
  resourceType: 'ResearchSubject',
  id: idOf(id, 'subject'),
  status: death === undefined ? 'on-study' : 'off-study',
  study: { reference: `ResearchStudy/${study}` },
  individual: { reference: `Patient/${idOf(id)}` },
  period: { start: dayText(enrolled) },
})

const responsesOf = ({ subject, points }: SubjectReadOut, criteria: string): readonly Resource[] =>
  points
    .filter(point => point.overall !== undefined)
    .map(point => ({
      resourceType: 'Observation',
      id: idOf(subject.id, 'response', point.visitNumber),
      status: 'final',
      code: coded('recist', `overall-response-${criteria}`),
      subject: { reference: `Patient/${idOf(subject.id)}` },
      ...(point.date === undefined ? {} : { effectiveDateTime: point.date.text }),
      valueCodeableConcept: coded('recist', point.overall!),
      note: [{ text: point.reason }],
    }))
