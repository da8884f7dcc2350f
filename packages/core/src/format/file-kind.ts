// What a file is by its first bytes and its text: the kinds that a record keeps, and nothing that a computer would run.
// A library (file-type, MIT) knows hundreds of kinds, with ten packages and a newer Node than we ask for; the record takes twelve.

/** First bytes of each kind: PDF (ISO 32000), PNG, JPEG, TIFF, OOXML and other ZIP, gzip, DICOM (behind its preamble), flow cytometry (FCS 2.0 to 3.2), Sanger traces, HL7 in a frame of MLLP. */
const MAGIC = [
  ['pdf', 0, '%PDF-'],
  ['png', 0, '\u0089PNG\r\n\u001a\n'],
  ['jpeg', 0, '\u00ff\u00d8\u00ff'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['zip', 0, 'PK\u0003\u0004'],
  ['gzip', 0, '\u001f\u008b\b'],
  ['dicom', 128, 'DICM'],
  ['fcs', 0, 'FCS2.0'],
  ['fcs', 0, 'FCS3.'],
  ['ab1', 0, 'ABIF'],
  ['hl7', 0, '\u000bMSH'],
] as const

export type FileKind = (typeof MAGIC)[number][0] | 'text'
export const FILE_KINDS: readonly FileKind[] = [...new Set(MAGIC.map(([kind]) => kind)), 'text']

const begins = (bytes: Uint8Array, at: number, text: string): boolean =>
  bytes.length >= at + text.length && [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0))

/** Control characters that text has: tab, line feed, form feed, carriage return. */
const isControl = (byte: number): boolean => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13

/** Text has no control characters, in whatever alphabet an instrument writes it, or begins as UTF-16 does; and it is no script by its first line. Undefined: none of these. */
export function kindOfFile(bytes: Uint8Array): FileKind | undefined {
  const found = MAGIC.find(([, at, text]) => begins(bytes, at, text))
  if (found !== undefined) return found[0]
  if (begins(bytes, 0, '\u00ff\u00fe') || begins(bytes, 0, '\u00fe\u00ff')) return 'text'
  return bytes.length === 0 || begins(bytes, 0, '#!') || bytes.some(isControl) ? undefined : 'text'
}
