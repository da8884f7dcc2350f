// A DICOM structured report of measurements (TID 1500, https://dicom.nema.org/medical/dicom/current/output/chtml/part16/chapter_A.html) → its numbers. Read by dicom-parser.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import type { MeasurementReport, ReportedNumber } from '@cognate/core/response'
import dicomParser, { type DataSet } from 'dicom-parser'
import { readBytes } from './text.ts'

const CONTENT = 'x0040a730'
const CONCEPT = 'x0040a043'
/** Code values of SNOMED (as SRT and as SCT) and DCM. */
const LONG = new Set(['G-A185', '103339001'])
const SHORT = new Set(['G-A186', '103340004'])
const TRACKING_ID = '112039'
const TRACKING_UID = '112040'
const OBSERVER = '121008'

const items = (set: DataSet, tag: string): readonly DataSet[] =>
  (set.elements[tag]?.items ?? []).flatMap(item => (item.dataSet === undefined ? [] : [item.dataSet]))
const text = (set: DataSet | undefined, tag: string): string => set?.string(tag) ?? ''
const codeOf = (set: DataSet, tag = CONCEPT): string => text(items(set, tag)[0], 'x00080100')

/** Errors: those of the file; `sr-file` (no DICOM, or damaged), `sr-kind` (no measurement report). */
export function readMeasurementReport(path: string): Result<MeasurementReport, Issue> {
  const bytes = readBytes(path)
  if (!bytes.ok) return bytes
  let root: DataSet
  try {
    root = dicomParser.parseDicom(bytes.value)
  } catch (fault) {
    const what = typeof fault === 'string' ? fault : ((fault as Error).message ?? String((fault as { exception?: unknown }).exception))
    return fail(inFile(path, issue('sr-file', `the file cannot be read as DICOM: ${what}`, 'export the structured report again')))
  }
  if (codeOf(root) !== '126000')
    return fail(
      inFile(
        path,
        issue(
          'sr-kind',
          `the file is a ${text(root, 'x00080060') || 'file of no kind'}, no Imaging Measurement Report`,
          'export measurements as a structured report (TID 1500)',
        ),
      ),
    )
  const numbers: ReportedNumber[] = []
  let observer = ''
  const walk = (set: DataSet, tracking: { readonly id: string; readonly uid: string }) => {
    const children = items(set, CONTENT)
    const named = (code: string, tag: string) =>
      text(
        children.find(child => codeOf(child) === code),
        tag,
      )
    const own = codeOf(set) === '125007' ? { id: named(TRACKING_ID, 'x0040a160'), uid: named(TRACKING_UID, 'x0040a124') } : tracking
    for (const child of children) {
      const code = codeOf(child)
      if (code === OBSERVER) observer = text(child, 'x0040a123')
      if (text(child, 'x0040a040') === 'NUM' && (LONG.has(code) || SHORT.has(code))) {
        const measured = items(child, 'x0040a300')[0]
        const unit = measured === undefined ? undefined : items(measured, 'x004008ea')[0]
        numbers.push({
          trackingId: own.id,
          trackingUid: own.uid,
          axis: LONG.has(code) ? 'long' : 'short',
          value: text(measured, 'x0040a30a'),
          unit: { code: text(unit, 'x00080100'), scheme: text(unit, 'x00080102'), meaning: text(unit, 'x00080104') },
          images: imagesBelow(child),
        })
      }
      walk(child, own)
    }
  }
  walk(root, { id: '', uid: '' })
  return ok({ patientId: text(root, 'x00100020'), observer, numbers })
}

function imagesBelow(set: DataSet): readonly string[] {
  return items(set, CONTENT).flatMap(child => [...items(child, 'x00081199').map(image => text(image, 'x00081155')), ...imagesBelow(child)])
}
