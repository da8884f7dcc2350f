// SAS transport files, version 5 (TS-140 of SAS Institute): 80-byte records, NAMESTR entries of 140 bytes, numbers in the base-16 floating point of IBM System/360.
// Limits of the format: names of 8 characters, labels of 40, texts of 200 bytes, ASCII.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { latin1, utf8 } from './bytes.ts'
import type { Dataset, DatasetColumn, DatasetValue } from './dataset.ts'

const RECORD = 80
/** 136 on VAX/VMS. */
const NAMESTR = 140
/** Bytes of one observation that any real file stays below. */
const MOST_WIDTH = 1 << 24
const LIBRARY = 'HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  '
const MEMBER = 'HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  '
const DESCRIPTOR = 'HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  '
const OBSERVATIONS = 'HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000  '
const namestrHeader = (columns: number) =>
  `HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000${String(columns).padStart(4, '0')}00000000000000000000  `
/** Files carry the day they were written; ours do not, so that the same data give the same bytes. */
const STAMP = '01JAN60:00:00:00'

interface Variable {
  readonly name: string
  readonly label: string
  readonly numeric: boolean
  readonly length: number
  readonly position: number
  readonly format: string
}

const ascii = (bytes: Uint8Array, from: number, length: number): string => latin1(bytes.subarray(from, from + length)).trimEnd()

/** The dataset of a file. Errors: `xpt-header` (not a transport file, or one of version 8), `xpt-cut`, `xpt-variables`, `xpt-members` (several datasets). */
export function parseXpt(bytes: Uint8Array): Result<Dataset, Issue> {
  if (!latin1(bytes.subarray(0, 48)).startsWith('HEADER RECORD*******LIBRARY HEADER RECORD'))
    return fail(issue('xpt-header', 'the file does not start as a SAS transport file of version 5 does', 'export it with the XPORT engine'))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const member = 3 * RECORD
  const description = member + 2 * RECORD
  const names = description + 2 * RECORD
  if (!latin1(bytes.subarray(names, names + 27)).startsWith('HEADER RECORD*******NAMESTR'))
    return fail(issue('xpt-header', 'there is no list of variables where one must stand', 'export it with the XPORT engine, version 5'))
  const count = Number(latin1(bytes.subarray(names + 54, names + 58)))
  const written = Number(latin1(bytes.subarray(member + 74, member + 78)))
  const size = written === 136 ? 136 : NAMESTR
  const variables: Variable[] = []
  for (let i = 0; i < count; i++) {
    const at = names + RECORD + i * size
    if (!(count < 100_000) || at + size > bytes.length)
      return fail(issue('xpt-cut', `the file ends in variable ${i + 1} of ${count}`, 'copy the file again'))
    variables.push({
      numeric: view.getInt16(at) === 1,
      length: view.getInt16(at + 4),
      name: ascii(bytes, at + 8, 8),
      label: utf8(bytes.subarray(at + 16, at + 56)).trimEnd(),
      format: ascii(bytes, at + 56, 8),
      position: view.getInt32(at + 84),
    })
  }
  const odd = variables.findIndex(
    v => v.length < 1 || (v.numeric && v.length > 8) || v.position < 0 || v.position > MOST_WIDTH || v.name === '',
  )
  if (variables.length === 0 || odd >= 0)
    return fail(
      issue(
        'xpt-variables',
        odd < 0 ? 'the file names no variable' : `variable ${odd + 1} has no name, or an impossible length or place`,
        'export it with the XPORT engine',
      ),
    )
  const observations = names + RECORD + Math.ceil((count * size) / RECORD) * RECORD + RECORD
  const width = variables.reduce((most, v) => Math.max(most, v.position + v.length), 0)
  const rows: DatasetValue[][] = []
  if (bytes.length % RECORD !== 0)
    return fail(
      issue('xpt-cut', `the file has ${bytes.length} bytes, which is no whole number of records of ${RECORD}`, 'copy the file again'),
    )
  for (let at = observations; at < bytes.length; at += RECORD)
    if (bytes[at] === 0x48 && latin1(bytes.subarray(at, at + 26)) === 'HEADER RECORD*******MEMBER')
      return fail(issue('xpt-members', 'the file holds several datasets', 'export each dataset into a file of its own, as SDTM asks'))
  let at = observations
  for (; at + width <= bytes.length; at += width) {
    // blanks behind the last observation pad the record; an observation of blanks only is told by what follows
    if (bytes.length - at < RECORD && bytes.subarray(at).every(byte => byte === 0x20)) break
    rows.push(
      variables.map(v =>
        v.numeric
          ? readNumber(bytes, at + v.position, v.length)
          : utf8(bytes.subarray(at + v.position, at + v.position + v.length)).trimEnd(),
      ),
    )
  }
  if (!bytes.subarray(at).every(byte => byte === 0x20))
    return fail(issue('xpt-cut', `the file ends within row ${rows.length + 1}`, 'copy the file again'))
  const name = ascii(bytes, description + 8, 8)
  return ok({
    name,
    label: ascii(bytes, description + RECORD + 32, 40),
    columns: variables.map(
      (v): DatasetColumn => ({
        itemOID: `IT.${name}.${v.name}`,
        name: v.name,
        label: v.label,
        dataType: v.numeric ? 'float' : 'string',
        length: v.length,
        ...(v.format === '' ? {} : { displayFormat: v.format }),
      }),
    ),
    rows,
    attributes: {},
  })
}

/** IBM System/360: a sign, an exponent of 16 with excess 64, a fraction of up to 56 bits; a missing value is `.`, `_` or a letter and zeros. */
function readNumber(bytes: Uint8Array, at: number, length: number): number | null {
  const first = bytes[at]!
  let fraction = 0
  for (let i = 1; i < 8; i++) fraction = fraction * 256 + (i < length ? bytes[at + i]! : 0)
  if (fraction === 0) return first === 0 || first === 0x80 ? 0 : null
  return (first & 0x80 ? -1 : 1) * fraction * 16 ** ((first & 0x7f) - 64 - 14)
}

function writeNumber(view: DataView, at: number, value: number | null): void {
  if (value === null) {
    view.setUint8(at, 0x2e)
    return
  }
  if (value === 0) return
  let exponent = 64
  let fraction = Math.abs(value)
  while (fraction >= 1) {
    fraction /= 16
    exponent++
  }
  while (fraction < 1 / 16) {
    fraction *= 16
    exponent--
  }
  // 56 bits: 24 and 32, exact for every double
  const high = Math.floor(fraction * 2 ** 24)
  const low = (fraction * 2 ** 24 - high) * 2 ** 32
  view.setUint8(at, (value < 0 ? 0x80 : 0) | exponent)
  view.setUint8(at + 1, high >>> 16)
  view.setUint16(at + 2, high & 0xffff)
  view.setUint32(at + 4, low)
}

const NUMERIC = new Set(['integer', 'float', 'double', 'decimal'])
const EPOCH_1960_DAYS = 3653

const isNumeric = (column: DatasetColumn): boolean => NUMERIC.has(column.dataType) || column.targetDataType === 'integer'

/** Errors: `xpt-name`, `xpt-label`, `xpt-text` (longer than 200 bytes, or not ASCII), with row and column: nothing is cut or written as `?`. */
export function formatXpt(dataset: Dataset, dayOf: (iso: string) => number | undefined = () => undefined): Result<Uint8Array, Issue> {
  const { columns, rows } = dataset
  const notAscii = (text: string) => [...text].some(letter => letter.charCodeAt(0) > 126)
  for (const { name, label } of [{ name: dataset.name, label: dataset.label }, ...columns]) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,7}$/.test(name))
      return fail(issue('xpt-name', `"${name}" is no name of a transport file`, 'use at most 8 letters, digits and _'))
    if (label.length > 40 || notAscii(label))
      return fail(issue('xpt-label', `the label of ${name} is "${label}"`, 'use at most 40 ASCII characters'))
  }
  const numeric = columns.map(isNumeric)
  const lengths = columns.map((column, k) => {
    if (numeric[k]) return 8
    return Math.max(1, Math.min(200, column.length ?? 0), ...rows.map(row => String(row[k] ?? '').length))
  })
  for (const [i, row] of rows.entries())
    for (const [k, column] of columns.entries()) {
      const text = String(row[k] ?? '')
      if (!numeric[k] && (text.length > 200 || notAscii(text)))
        return fail(
          issue(
            'xpt-text',
            `row ${i + 1}, ${column.name}: ${notAscii(text) ? `"${text.slice(0, 30)}" is not ASCII` : `${text.length} characters`}`,
            'a transport file of version 5 holds 200 ASCII characters: write Dataset-JSON, or give a text that fits',
          ),
        )
    }
  const width = lengths.reduce((sum, length) => sum + length, 0)
  const names = Math.ceil((columns.length * NAMESTR) / RECORD) * RECORD
  const start = 8 * RECORD + names + RECORD
  const bytes = new Uint8Array(start + Math.ceil((rows.length * width) / RECORD) * RECORD).fill(0x20)
  const view = new DataView(bytes.buffer)
  const put = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  }
  const header = [
    LIBRARY,
    `${'SAS'.padEnd(8)}${'SAS'.padEnd(8)}${'SASLIB'.padEnd(8)}${'9.4'.padEnd(8)}${'COGNATE'.padEnd(8)}${' '.repeat(24)}${STAMP}`,
    STAMP,
    MEMBER,
    DESCRIPTOR,
    `${'SAS'.padEnd(8)}${dataset.name.padEnd(8)}${'SASDATA'.padEnd(8)}${'9.4'.padEnd(8)}${'COGNATE'.padEnd(8)}${' '.repeat(24)}${STAMP}`,
    `${STAMP}${' '.repeat(16)}${dataset.label.padEnd(40)}`,
    namestrHeader(columns.length),
  ]
  header.forEach((text, i) => {
    put(i * RECORD, text)
  })
  let position = 0
  columns.forEach((column, k) => {
    const at = 8 * RECORD + k * NAMESTR
    bytes.fill(0, at, at + NAMESTR)
    view.setInt16(at, numeric[k] ? 1 : 2)
    view.setInt16(at + 4, lengths[k]!)
    view.setInt16(at + 6, k + 1)
    put(at + 8, column.name.padEnd(8))
    put(at + 16, column.label.padEnd(40))
    put(at + 56, (column.displayFormat ?? '').replace(/\.$/, '').padEnd(8).slice(0, 8))
    put(at + 72, ' '.repeat(8))
    view.setInt32(at + 84, position)
    position += lengths[k]!
  })
  put(8 * RECORD + names, OBSERVATIONS)
  for (const [i, row] of rows.entries()) {
    let at = start + i * width
    for (const [k, column] of columns.entries()) {
      const cell = row[k] ?? null
      if (!numeric[k]) put(at, String(cell ?? ''))
      else {
        bytes.fill(0, at, at + 8)
        const days = typeof cell === 'string' && column.targetDataType === 'integer' ? dayOf(cell) : undefined
        writeNumber(view, at, cell === null ? null : days === undefined ? Number(cell) : days + EPOCH_1960_DAYS)
      }
      at += lengths[k]!
    }
  }
  return ok(bytes)
}
