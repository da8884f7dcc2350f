// A laboratory's Observations (FHIR R4) as rows of results, by a mapping that the site writes once for the laboratory.
// What is preliminary, amended, marked as a test, without specimen or zone, or carries an element that changes its meaning waits with the reason.
import { z } from 'zod'
import { element, elements, type FhirElement, type FhirFile, type FhirResource, identifiersOf, primitive, UCUM } from '../format/index.ts'
import { instantSchema, textSchema } from '../record/index.ts'
import { laboratoryMapping, type ReadResults, ResultRows } from './observed-result.ts'

export const fhirMappingSchema = z.strictObject({
  fhir: textSchema.describe('name of the laboratory or its system'),
  sample: z
    .union([z.literal('accession'), z.strictObject({ system: textSchema.optional() })])
    .default({})
    .describe('which identifier of the specimen is the sample’s id: of a system, the only one, or the laboratory’s accession'),
  subject: z
    .union([z.literal('not-sent'), z.strictObject({ system: textSchema.optional() })])
    .describe('which identifier of the patient is the study id; not-sent: the sample alone decides'),
  time: z.enum(['effective', 'issued']).default('effective').describe('which time is that of the test'),
  ...laboratoryMapping,
})
export type FhirMapping = z.infer<typeof fhirMappingSchema>

/** Why an observation is no final result (http://hl7.org/fhir/R4/valueset-observation-status.html). */
const STATUS: Readonly<Record<string, string>> = {
  registered: 'registered, without a result yet',
  preliminary: 'preliminary',
  amended: 'amended after it was final',
  corrected: 'a correction of a final result',
  cancelled: 'cancelled',
  'entered-in-error': 'entered in error',
  unknown: 'of a status that the laboratory does not know',
}

export function fhirResults(file: FhirFile, mapping: FhirMapping): ReadResults {
  const results = new ResultRows('fhir', mapping)
  const observations = file.resources.filter(({ type }) => type === 'Observation')
  if (observations.length === 0)
    results.wait(1, '', 'empty', 'the file holds no Observation', 'have the laboratory give the results themselves, not a document of them')
  const seen = new Map<string, FhirResource>()
  for (const one of observations) {
    const before = one.id === '' ? undefined : seen.get(one.id)
    if (before === undefined) addObservation(one, file, mapping, results)
    else results.wait(one.line, '', 'twice', `Observation/${one.id} stands in line ${before.line} already`, 'leave one')
    seen.set(one.id, one)
  }
  return results.done()
}

function addObservation(one: FhirResource, file: FhirFile, mapping: FhirMapping, results: ResultRows): void {
  const { resource, line } = one
  const wait = (code: string, what: string, remedy: string) => results.wait(line, '', code, what, remedy)
  const components = elements(resource.component)
  if (elements(element(resource.meta).security).some(label => primitive(label.code) === 'HTEST'))
    wait('not-production', 'the observation is labelled as test data (HTEST)', 'have the laboratory send it for production')
  else if (isModified(resource) || components.some(isModified))
    wait(
      'modifier',
      'the observation has an element that changes its meaning (modifierExtension or implicitRules)',
      'enter it by hand from the laboratory’s report',
    )
  else if (components.length === 0 && resource.hasMember !== undefined && !hasValue(resource)) {
    // a panel has no value of its own: its members do
    const members = elements(resource.hasMember)
    const missing = members.filter(member => file.follow(member, one) === undefined).length
    if (missing > 0)
      wait(
        'member',
        `of the ${members.length} results of the panel ${missing} are not in the file`,
        'have the laboratory send them with the panel',
      )
  } else {
    if (components.length === 0 || hasValue(resource)) addPart(resource, one, file, mapping, results)
    for (const component of components) addPart(component, one, file, mapping, results)
  }
}

/** Whoever does not know what changes the meaning must not use the rest (http://hl7.org/fhir/R4/extensibility.html#modifierExtension). */
const isModified = (part: FhirElement): boolean => elements(part.modifierExtension).length > 0 || primitive(part.implicitRules) !== ''

const VALUES = [
  'Quantity',
  'CodeableConcept',
  'String',
  'Boolean',
  'Integer',
  'Range',
  'Ratio',
  'SampledData',
  'Time',
  'DateTime',
  'Period',
]
const valueKind = (part: FhirElement): string | undefined => VALUES.find(kind => part[`value${kind}`] !== undefined)
const hasValue = (part: FhirElement): boolean => valueKind(part) !== undefined || part.dataAbsentReason !== undefined

/** The observation itself, or one of its components: that has code and value of its own, and the rest of the observation. */
function addPart(part: FhirElement, one: FhirResource, file: FhirFile, mapping: FhirMapping, results: ResultRows): void {
  const { resource, line } = one
  const concept = element(part.code)
  const codes = elements(concept.coding).map(({ code, system }) => ({ code: primitive(code), system: primitive(system) }))
  if (results.isLeftOut(codes)) return
  const status = primitive(resource.status)
  const subjects = mapping.subject === 'not-sent' ? [''] : idsBehind(resource.subject, one, file, 'identifier', mapping.subject.system)
  const time = primitive(mapping.time === 'issued' ? resource.issued : (resource.effectiveDateTime ?? resource.effectiveInstant))
  const { readings, unit } = readingsOf(part)
  const kind = valueKind(part)
  results.add({
    line,
    codes,
    named:
      codes.map(({ code, system }) => `${code} of ${system || 'no system'}`).join(', ') || `"${primitive(concept.text)}" without a code`,
    samples: samplesOf(one, file, mapping),
    samplePlace: mapping.sample === 'accession' ? 'the accession of the specimen' : 'the identifier of the specimen',
    notFinal:
      status === 'final'
        ? undefined
        : {
            what: STATUS[status] ?? `of the status "${status}"`,
            remedy:
              status === 'amended' || status === 'corrected'
                ? 'a result that stands is replaced only after its investigation invalidated it'
                : 'wait for the final result',
          },
    subject: subjects.length === 1 ? subjects[0] : undefined,
    subjectPlace: 'the patient',
    readings,
    unread:
      kind === undefined
        ? `it has no value${part.dataAbsentReason === undefined ? '' : `: ${wordsOf(part.dataAbsentReason).join(', ')}`}`
        : `its value${kind} is no single value with a sign that a reading can have`,
    unit,
    tested: instantSchema.safeParse(time).success ? time : undefined,
    untimed: {
      what: time === '' ? `the observation has no ${mapping.time} time` : `"${time}" is no whole time with its zone`,
      remedy: 'have the laboratory send times with their zone, such as 2026-03-24T09:30:00+01:00',
    },
    instrument: primitive(element(resource.device).display),
  })
}

/** Ids behind a Reference: of the resource that it leads to, and the one that it names itself. */
function idsBehind(reference: unknown, from: FhirResource, file: FhirFile, name: string, system: string | undefined): readonly string[] {
  const lists = [file.follow(reference, from)?.[name], element(reference)[name]].filter(list => list !== undefined)
  return identifiersOf(lists.flat(), system)
}

const samplesOf = (one: FhirResource, file: FhirFile, { sample }: FhirMapping): readonly string[] =>
  sample === 'accession'
    ? idsBehind(one.resource.specimen, one, file, 'accessionIdentifier', undefined)
    : idsBehind(one.resource.specimen, one, file, 'identifier', sample.system)

/** Code, display and text of a concept: what a mapping may know it by. */
function wordsOf(concept: unknown): readonly string[] {
  const { coding, text } = element(concept)
  const words = elements(coding).flatMap(one => [primitive(one.code), primitive(one.display)])
  return [...words, primitive(text)].filter(word => word !== '')
}

function readingsOf(part: FhirElement): { readonly readings: readonly string[]; readonly unit: string } {
  if (part.dataAbsentReason !== undefined) return { readings: [], unit: '' }
  const quantity = element(part.valueQuantity)
  const value = primitive(quantity.value)
  if (value !== '') {
    const comparator = primitive(quantity.comparator)
    // a limit that is itself included cannot be written as a reading
    const readings = comparator === '' || comparator === '<' || comparator === '>' ? [`${comparator}${value}`] : []
    const code = primitive(quantity.code)
    return { readings, unit: primitive(quantity.system) === UCUM && code !== '' ? code : primitive(quantity.unit) || code }
  }
  const plain = primitive(part.valueString ?? part.valueInteger ?? part.valueBoolean).trim()
  return { readings: plain === '' ? wordsOf(part.valueCodeableConcept) : [plain], unit: '' }
}
