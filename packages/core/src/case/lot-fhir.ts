// A lot as a FHIR bundle of R4 or R5: the subject by study id, the starting specimen, a biologically derived product for each container, an observation for each result, the infusions, the drugs with
// them, the follow-up, and a provenance for each signature. Codes that no public system has are in our own.
import { Exact } from '../format/index.ts'
import type { DoseOrderData, DrugDose, FollowUpData, InfusionData } from '../infusion/index.ts'
import type { CertificateSignature, ContainerData, LotFile, ResultData, SpecimenData, TherapyData } from '../lot/index.ts'
import type { Row } from '../record/index.ts'
import { bundleOf, coded, identified, idOf, type Resource } from './fhir-resource.ts'

export interface LotBundleInput {
  readonly file: LotFile
  readonly specimen: Row<SpecimenData> | undefined
  readonly therapy: Row<TherapyData> | undefined
  readonly infusions: readonly Row<InfusionData>[]
  readonly orders: readonly Row<DoseOrderData>[]
  readonly followUps: readonly Row<FollowUpData>[]
  readonly signatures: readonly CertificateSignature[]
}

export const FHIR_RELEASES = ['R4', 'R5'] as const
export type FhirRelease = (typeof FHIR_RELEASES)[number]

export function lotBundle(input: LotBundleInput, release: FhirRelease = 'R4'): unknown {
  const { file, specimen, infusions, orders, followUps, signatures } = input
  const { row, lot } = file
  // a vector is nobody's
  const patient: Resource | undefined =
    lot.subject === '' ? undefined : { resourceType: 'Patient', id: idOf(lot.subject), identifier: [identified('subject', lot.subject)] }
  const subject = patient === undefined ? undefined : { reference: `Patient/${patient.id}` }
  const started: Resource | undefined =
    specimen === undefined
      ? undefined
      : {
          resourceType: 'Specimen',
          id: idOf(specimen.id),
          identifier: [identified('specimen', specimen.id), ...donationOf(specimen.data)],
          type: coded('specimen-kind', specimen.data.kind),
          subject,
          receivedTime: specimen.data.received_at,
          collection: { collectedDateTime: specimen.data.collected_at },
        }
  const products = file.containers.map(one => (release === 'R4' ? productOf(one, input, subject) : productInR5(one, input, subject)))
  const resources = [
    ...(patient === undefined ? [] : [patient]),
    ...(started === undefined ? [] : [started]),
    ...products,
    ...file.results.map(one => observationOf(one, file, subject)),
    ...infusions.map(one => procedureOf(one, subject)),
    ...orders.flatMap(({ id, data }) => (data.drugs ?? []).map((one, i) => drugOf(idOf(id, 'drug', i + 1), one, subject))),
    ...followUps.map(one => followUpOf(one, subject)),
    ...signatures.map(
      (one, i): Resource => ({
        resourceType: 'Provenance',
        id: idOf(row.id, 'signature', i + 1),
        target:
          products.length > 0
            ? products.map(product => ({ reference: `${product.resourceType}/${product.id}` }))
            : [{ display: `lot ${row.id}` }],
        recorded: one.time,
        activity: coded('signature-meaning', one.meaning),
        agent: [{ type: coded('command', one.command), who: { identifier: identified('account', one.account), display: one.name } }],
      }),
    ),
  ]
  return bundleOf(release === 'R4' ? resources : resources.map(inR5))
}

/** System of ISBT 128 donation numbers, as HL7's own example of R5 has it. */
const DONATION_SYSTEM = 'https://www.isbt128.org/uri/DonationIdentificationNumber'

const donationOf = ({ donation_number }: SpecimenData) =>
  donation_number === undefined ? [] : [{ system: DONATION_SYSTEM, value: donation_number }]

/** Container, lot, ours of the therapy, and what others call the therapy. */
const identifiersOf = ({ id, data }: Row<ContainerData>, { file, therapy }: LotBundleInput) => [
  identified('container', id),
  identified('lot', file.row.id),
  ...(data.coi === '' ? [] : [identified('chain-of-identity', data.coi)]),
  ...(data.coi === '' || therapy?.data.external_identity === undefined
    ? []
    : [identified('external-identity', therapy.data.external_identity)]),
]

type Reference = { readonly reference: string } | undefined

function productOf(container: Row<ContainerData>, input: LotBundleInput, subject: Reference): Resource {
  const { id, data } = container
  const { lot, holds, template, steps } = input.file
  const may = (lot.disposition === 'released' || lot.disposition === 'conditional') && holds.length === 0 && data.holds.length === 0
  return {
    resourceType: 'BiologicallyDerivedProduct',
    id: idOf(id),
    identifier: identifiersOf(container, input),
    productCategory: lot.product_type === 'VECTOR' ? 'biologicalAgent' : 'cells',
    productCode: coded('product', lot.product_type),
    // what is left of it to give: nothing of a container that was given, or whose lot is not released
    status: may && data.stage !== 'given' && data.stage !== 'destroyed' ? 'available' : 'unavailable',
    quantity: 1,
    ...(subject === undefined ? {} : { collection: { source: subject } }),
    processing: template.steps.flatMap(step => {
      const done = steps.get(step.id)?.data
      return done === undefined || done.status === 'skipped'
        ? []
        : [{ description: `${step.id}: ${step.title}`, timeDateTime: done.performed_at }]
    }),
    ...(data.place === '' ? {} : { storage: [{ description: data.place }] }),
  }
}

/** R5 knows where a product comes from, which part of its lot it is, how it stands, until when it may be used, and properties; processing and storage are no more its own. */
function productInR5(container: Row<ContainerData>, input: LotBundleInput, subject: Reference): Resource {
  const { id, data } = container
  const { containers, lot, holds } = input.file
  const { specimen } = input
  const [donation] = specimen === undefined ? [] : donationOf(specimen.data)
  return {
    resourceType: 'BiologicallyDerivedProduct',
    id: idOf(id),
    productCategory: { system: 'http://hl7.org/fhir/product-category', code: lot.product_type === 'VECTOR' ? 'biologicalAgent' : 'cells' },
    productCode: coded('product', lot.product_type),
    identifier: identifiersOf(container, input),
    ...(specimen === undefined ? {} : { biologicalSourceEvent: donation ?? identified('specimen', specimen.id) }),
    division: `${containers.indexOf(container) + 1} of ${containers.length}`,
    productStatus: coded('container-stage', data.stage).coding[0],
    expirationDate: data.expires,
    ...(subject === undefined
      ? {}
      : { collection: { source: subject, ...(specimen === undefined ? {} : { collectedDateTime: specimen.data.collected_at }) } }),
    property: [
      { type: coded('property', 'volume'), valueQuantity: { value: new Exact(data.volume_ml), unit: 'mL' } },
      { type: coded('property', 'disposition'), valueCodeableConcept: coded('disposition', lot.disposition) },
      { type: coded('property', 'on hold'), valueBoolean: holds.length > 0 || data.holds.length > 0 },
    ],
  }
}

/** Of the other resources of a lot, what R5 calls otherwise. */
function inR5(resource: Resource): Resource {
  const { performedDateTime, performedPeriod, medicationCodeableConcept, effectiveDateTime, performer, ...rest } = resource
  switch (resource.resourceType) {
    case 'Procedure':
      return {
        ...rest,
        ...(performedDateTime === undefined ? {} : { occurrenceDateTime: performedDateTime }),
        ...(performedPeriod === undefined ? {} : { occurrencePeriod: performedPeriod }),
        performer,
      }
    case 'MedicationAdministration':
      return {
        ...rest,
        medication: { concept: medicationCodeableConcept },
        // spelled so in R5
        occurenceDateTime: effectiveDateTime,
        performer: (performer as readonly { readonly actor: unknown }[]).map(({ actor }) => ({ actor: { reference: actor } })),
      }
    default:
      return resource
  }
}

/** What a sign or a number is in FHIR; words stay words. */
function reportedValue(raw: string, unit: string): Readonly<Record<string, unknown>> {
  const reading = /^([<>]?)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.exec(raw.trim())
  if (reading === null) return { valueString: raw }
  const [, comparator, number] = reading
  return { valueQuantity: { value: new Exact(number!), unit, ...(comparator === '' ? {} : { comparator }) } }
}

function observationOf({ id, data }: Row<ResultData>, { row, lot, template }: LotFile, subject: Reference): Resource {
  const test = template.release.find(one => one.name === data.test)
  const limit = (text: string | null | undefined) =>
    text === null || text === undefined ? undefined : { value: new Exact(text), unit: test!.unit }
  const [low, high] = [limit(test?.low), limit(test?.high)]
  const sample = lot.samples[data.test]
  return {
    resourceType: 'Observation',
    id: idOf(id),
    identifier: [identified('result', id), identified('lot', row.id)],
    status: data.status === 'reviewed' ? 'final' : data.status === 'invalidated' ? 'cancelled' : 'preliminary',
    code: coded('release-test', data.test),
    ...(subject === undefined ? {} : { subject }),
    ...(sample === undefined ? {} : { specimen: { identifier: identified('sample', sample) } }),
    ...(data.instrument === '' ? {} : { device: { display: data.instrument } }),
    effectiveDateTime: data.tested_at,
    performer: [
      { identifier: identified('account', data.analyst) },
      ...(data.reviewer === '' ? [] : [{ identifier: identified('account', data.reviewer) }]),
    ],
    ...reportedValue(data.raw, data.unit),
    interpretation: [coded('verdict', data.verdict)],
    method: { text: data.method },
    ...(low === undefined && high === undefined
      ? {}
      : { referenceRange: [{ ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }] }),
  }
}

const procedureOf = ({ id, data }: Row<InfusionData>, subject: Reference): Resource => ({
  resourceType: 'Procedure',
  id: idOf(id),
  // R4 lets a procedure use no biologically derived product: the container is named by its identifier
  identifier: [identified('infusion', id), identified('container', data.container)],
  status: 'completed',
  code: coded('procedure', 'infusion of cells'),
  subject,
  ...(data.end === undefined
    ? { performedDateTime: data.started_at }
    : { performedPeriod: { start: data.started_at, end: data.end.stopped_at } }),
  performer: [data.given_by, ...data.verified_by].map(account => ({ actor: { identifier: identified('account', account) } })),
  ...(data.end === undefined
    ? {}
    : {
        note: [
          { text: `${data.end.volume_given_ml} mL given${data.end.why_not_all === '' ? '' : `: ${data.end.why_not_all}`}` },
          ...(data.end.reaction === '' ? [] : [{ text: `reaction: ${data.end.reaction}` }]),
        ],
      }),
})

const drugOf = (id: string, { drug, dose, at, amount, unit, why_withheld, recorded_by }: DrugDose, subject: Reference): Resource => ({
  resourceType: 'MedicationAdministration',
  id,
  status: amount === '' ? 'not-done' : 'completed',
  ...(amount === '' ? { statusReason: [{ text: why_withheld }] } : {}),
  medicationCodeableConcept: { text: drug },
  subject,
  effectiveDateTime: at,
  performer: [{ actor: { identifier: identified('account', recorded_by) } }],
  note: [{ text: `dose ${dose}` }],
  ...(amount === '' ? {} : { dosage: { dose: { value: new Exact(amount), unit } } }),
})

const followUpOf = ({ id, data }: Row<FollowUpData>, subject: Reference): Resource => ({
  resourceType: 'Observation',
  id: idOf(id),
  identifier: [identified('follow-up', id)],
  status: data.outcome === 'missed' ? 'cancelled' : data.outcome === 'archived' ? 'registered' : 'final',
  code: coded('follow-up', `replication-competent virus, ${data.visit}`),
  subject,
  effectiveDateTime: data.collected_at,
  performer: [{ identifier: identified('account', data.entered_by) }],
  ...(data.method === '' ? {} : { method: { text: data.method } }),
  ...(data.reason === '' ? {} : { note: [{ text: data.reason }] }),
  // nothing was found out of a sample that was not taken
  ...(data.outcome === 'missed'
    ? { dataAbsentReason: coded('outcome', 'missed') }
    : { valueCodeableConcept: coded('outcome', data.outcome) }),
})
