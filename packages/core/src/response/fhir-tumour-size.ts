// FHIR R4 Observations of tumour size (mCODE 4.0.0, http://hl7.org/fhir/us/mcode): LOINC 21889-1 with the longest dimension 33728-7 and others 33729-5. Read exactly.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { element, elements, LOINC, primitive, UCUM } from '../format/index.ts'
import { type Length, parseLength } from './length.ts'

const TUMOUR_SIZE = '21889-1'
const LONGEST = '33728-7'
const OTHER = '33729-5'

export interface TumourSize {
  /** Reference of the subject, such as `Patient/SYN-C01`. */
  readonly subject: string
  /** The lesion: reference of focus, or of the specimen. */
  readonly of: string
  readonly date: string
  readonly longest: Length | undefined
  readonly others: readonly Length[]
}

const hasCode = (concept: unknown, code: string): boolean =>
  elements(element(concept).coding).some(coding => coding.system === LOINC && coding.code === code)

/**
 * Errors: `fhir-resource` (no Observation), `fhir-code` (no tumour size), `fhir-focus` (neither focus nor specimen, or both: mCODE asks for one), `length-unit`, `length-value`,
 * `fhir-subject`.
 */
export function readTumourSize(resource: unknown): Result<TumourSize, Issue> {
  const observation = element(resource)
  if (observation.resourceType !== 'Observation')
    return fail(issue('fhir-resource', `the resource is ${String(observation.resourceType ?? 'none')}`, 'give Observations of tumour size'))
  if (!hasCode(observation.code, TUMOUR_SIZE))
    return fail(issue('fhir-code', 'the observation is no tumour size', `its code is LOINC ${TUMOUR_SIZE}`))
  const focus = elements(observation.focus)
  const specimen = element(observation.specimen)
  const named = focus.length > 0
  const hasSpecimen = Object.keys(specimen).length > 0
  if (named === hasSpecimen)
    return fail(
      issue(
        'fhir-focus',
        named ? 'the observation names a focus and a specimen' : 'the observation names neither focus nor specimen',
        'mCODE 4.0.0: name one of them',
      ),
    )
  const subject = String(element(observation.subject).reference ?? '')
  if (subject === '') return fail(issue('fhir-subject', 'the observation has no subject', 'name the patient'))
  const lengths: { readonly code: string; readonly length: Length }[] = []
  for (const component of elements(observation.component)) {
    const code = [LONGEST, OTHER].find(candidate => hasCode(component.code, candidate))
    if (code === undefined) continue
    const quantity = element(component.valueQuantity)
    const unit = quantity.system === undefined || quantity.system === UCUM ? String(quantity.code ?? quantity.unit ?? '') : ''
    const length = parseLength(primitive(quantity.value), unit)
    if (!length.ok) return length
    lengths.push({ code, length: length.value })
  }
  return ok({
    subject,
    of: String((named ? focus[0]! : specimen).reference ?? ''),
    date: String(observation.effectiveDateTime ?? ''),
    longest: lengths.find(({ code }) => code === LONGEST)?.length,
    others: lengths.filter(({ code }) => code === OTHER).map(({ length }) => length),
  })
}
