// Measurements of a DICOM structured report (TID 1500): lengths in millimetres with the lesion's tracking ids and images. A unit that is no length and a report of another patient stop
// everything; sums are ours, never the report's.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type Length, parseLength } from './length.ts'

export interface ReportedNumber {
  readonly trackingId: string
  readonly trackingUid: string
  readonly axis: 'long' | 'short'
  /** As the report writes it: up to sixteen characters. */
  readonly value: string
  readonly unit: { readonly code: string; readonly scheme: string; readonly meaning: string }
  /** SOP instance UIDs of the images it was drawn on. */
  readonly images: readonly string[]
}

export interface MeasurementReport {
  readonly patientId: string
  readonly observer: string
  readonly numbers: readonly ReportedNumber[]
}

export interface ReportedLesion {
  readonly trackingId: string
  readonly trackingUid: string
  readonly observer: string
  /** To a hundredth of a millimetre, as lesions are recorded. */
  readonly long: Length | undefined
  readonly short: Length | undefined
  readonly images: readonly string[]
}

/** Decimal text to two decimals in millimetres, half up, without floating point. */
function hundredths(text: string, unit: 'mm' | 'cm'): Result<Length, Issue> {
  const match = /^\+?(\d+)(?:\.(\d*))?$/.exec(text.trim())
  if (match === null) return parseLength(text, unit)
  const digits = match[1]! + (match[2] ?? '')
  const keep = match[1]!.length + (unit === 'cm' ? 3 : 2)
  const padded = digits.padEnd(keep + 1, '0')
  const whole = BigInt(padded.slice(0, keep)) + (padded[keep]! >= '5' ? 1n : 0n)
  const plain = whole.toString().padStart(3, '0')
  return parseLength(`${plain.slice(0, -2)}.${plain.slice(-2)}`, 'mm')
}

/** `patient`: who the report has to be of. Errors: `sr-patient`, `sr-unit` (the unit as coded and as shown), `sr-empty`, `length-value`. */
export function readMeasurements(report: MeasurementReport, patient: string): Result<readonly ReportedLesion[], Issue> {
  if (report.patientId !== patient)
    return fail(
      issue(
        'sr-patient',
        `the report is of "${report.patientId}", not of "${patient}"`,
        'nothing was read: check which patient the report belongs to',
      ),
    )
  if (report.numbers.length === 0)
    return fail(issue('sr-empty', 'the report holds no long or short axis', 'give a report with measurements (TID 1500)'))
  const lesions = new Map<string, ReportedLesion>()
  for (const { trackingId, trackingUid, axis, value, unit, images } of report.numbers) {
    if (unit.scheme !== 'UCUM' || (unit.code !== 'mm' && unit.code !== 'cm'))
      return fail(
        issue(
          'sr-unit',
          `${axis} axis of ${trackingId || trackingUid} is in ${unit.code} (${unit.meaning}, ${unit.scheme})`,
          'give millimetres or centimetres: pixels and others are never converted',
        ),
      )
    const length = hundredths(value, unit.code)
    if (!length.ok) return length
    const key = trackingUid || trackingId
    const before = lesions.get(key) ?? { trackingId, trackingUid, observer: report.observer, long: undefined, short: undefined, images: [] }
    lesions.set(key, { ...before, [axis]: length.value, images: [...new Set([...before.images, ...images])] })
  }
  return ok([...lesions.values()])
}
