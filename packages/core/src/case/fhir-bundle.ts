// A read-out as a FHIR R4 bundle: study, subjects, what was given, adverse events, lesions and responses. Patients carry the study's id and nothing else of them.
// Response by RECIST is not modelled by mCODE: our own code system, https://cognate.example/fhir/recist.
import { dayText } from '../base/index.ts'
import { tumourSizeResource } from '../response/index.ts'
import { bundleOf, coded, FHIR_SYSTEM, idOf, type Resource } from './fhir-resource.ts'
import type { ReadOut, SubjectReadOut } from './read-out.ts'

export function fhirBundle(out: ReadOut): unknown {
  const { file } = out
  const study: Resource = {
    resourceType: 'ResearchStudy',
    id: idOf(file.trial),
    status: 'active',
    title: file.title || file.trial,
    identifier: [{ system: `${FHIR_SYSTEM}/trial`, value: file.trial }],
  }
  const resources: readonly Resource[] = [study, ...out.treated.flatMap(one => subjectResources(one, out, study.id))]
  return bundleOf(resources)
}

function subjectResources(one: SubjectReadOut, { file }: ReadOut, study: string): readonly Resource[] {
  const { subject } = one
  const patient = idOf(subject.id)
  const reference = { reference: `Patient/${patient}` }
  const gender = subject.sex === 'F' ? 'female' : subject.sex === 'M' ? 'male' : 'unknown'
  const resources: Resource[] = [
    { resourceType: 'Patient', id: patient, identifier: [{ system: `${FHIR_SYSTEM}/subject`, value: subject.id }], gender },
    {
      resourceType: 'ResearchSubject',
      id: idOf(patient, 'subject'),
      status: subject.death === undefined ? 'on-study' : 'off-study',
      study: { reference: `ResearchStudy/${study}` },
      individual: reference,
      period: { start: dayText(subject.enrolled) },
    },
  ]
  subject.exposures.forEach((exposure, i) => {
    const isCells = exposure.treatment.toUpperCase() === file.product.toUpperCase()
    if (isCells)
      resources.push({
        resourceType: 'Procedure',
        id: idOf(patient, 'infusion', i + 1),
        status: 'completed',
        code: coded('treatment', exposure.treatment),
        subject: reference,
        performedDateTime: dayText(exposure.day),
      })
    else
      resources.push({
        resourceType: 'MedicationAdministration',
        id: idOf(patient, 'dose', i + 1),
        status: 'completed',
        medicationCodeableConcept: coded('treatment', exposure.treatment),
        subject: reference,
        effectiveDateTime: dayText(exposure.day),
        ...(exposure.dose === undefined ? {} : { dosage: { dose: { value: exposure.dose, unit: exposure.unit } } }),
      })
  })
  subject.events.forEach((event, i) => {
    resources.push({
      resourceType: 'AdverseEvent',
      id: idOf(patient, 'event', i + 1),
      actuality: 'actual',
      subject: reference,
      event: coded('ctcae-term', event.term),
      date: dayText(event.start),
      seriousness: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/adverse-event-seriousness', code: event.serious ? 'serious' : 'non-serious' },
        ],
      },
      severity: {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/adverse-event-severity',
            code: event.grade >= 3 ? 'severe' : event.grade === 2 ? 'moderate' : 'mild',
          },
        ],
        text: `grade ${event.grade}`,
      },
      study: [{ reference: `ResearchStudy/${study}` }],
    })
  })
  for (const visit of subject.lesions?.visits ?? [])
    for (const lesion of subject.lesions!.lesions) {
      const finding = visit.findings.get(lesion.id)
      if (finding?.length === undefined) continue
      // a node's short axis is no longest dimension
      const size = { subject: reference.reference, of: `BodyStructure/${idOf(patient, lesion.id)}`, date: finding.date?.text ?? '' }
      resources.push(
        tumourSizeResource(idOf(patient, lesion.id, 'visit', visit.number), {
          ...size,
          longest: lesion.node ? undefined : finding.length,
          others: lesion.node ? [finding.length] : [],
        }) as Resource,
      )
    }
  for (const lesion of subject.lesions?.lesions ?? [])
    resources.push({
      resourceType: 'BodyStructure',
      id: idOf(patient, lesion.id),
      patient: reference,
      description: `${lesion.role}${lesion.organ === '' ? '' : `, ${lesion.organ}`}`,
      identifier: [{ system: `${FHIR_SYSTEM}/lesion`, value: lesion.id }],
    })
  for (const point of one.points.filter(candidate => candidate.overall !== undefined))
    resources.push({
      resourceType: 'Observation',
      id: idOf(patient, 'response', point.visitNumber),
      status: 'final',
      code: coded('recist', `overall-response-${file.criteria}`),
      subject: reference,
      ...(point.date === undefined ? {} : { effectiveDateTime: point.date.text }),
      valueCodeableConcept: coded('recist', point.overall!),
      note: [{ text: point.reason }],
    })
  return resources
}
