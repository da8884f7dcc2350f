// What a receptor tolerates at each position of its peptide: from an alanine or X-scan, or from a pattern such as `E.DPI...Y`.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { RESIDUES, residueCode, STANDARD_RESIDUES, wordCodes } from '../bio/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'

export interface Motif {
  readonly name: string
  readonly length: number
  /** length × 20: 1 where the residue is allowed. */
  readonly allowed: Uint8Array
  /** length × 20: ln of the relative response; undefined for a pattern. */
  readonly weights: Float64Array | undefined
  /** Words whose summed weight reaches this count as hits too: that of the weakest word the assay called positive. */
  readonly threshold: number | undefined
}

/** Responses below this share of the native one mean that the residue is not allowed; low on purpose. */
const LEAST_RESPONSE = 0.1
const FLOOR = 0.01
/** An alanine scan: a position is free from this share on. */
const FREE_AT = 0.5

/** `E.DPI...Y`, `[ST].DP[IV]...Y`; capital letters, `.` or `x` for any residue. Errors: `motif-malformed`. */
export function parsePattern(text: string): Result<Motif, Issue> {
  const places = text.match(/\[[A-Z]+\]|\.|x|[A-Z]/g)
  const bad = () =>
    fail(issue('motif-malformed', `"${text}" is no pattern`, 'write one residue, [several] or . for each position, such as E.DPI...Y'))
  if (places === null || places.join('') !== text) return bad()
  const allowed = new Uint8Array(places.length * RESIDUES)
  for (const [i, place] of places.entries()) {
    const letters = place === '.' || place === 'x' ? STANDARD_RESIDUES : place.replace(/[[\]]/g, '')
    for (const letter of letters) {
      const code = residueCode(letter.charCodeAt(0))
      if (code < 0) return bad()
      allowed[i * RESIDUES + code] = 1
    }
  }
  return ok({ name: text, length: places.length, allowed, weights: undefined, threshold: undefined })
}

export interface ScanRow {
  /** 1-based. */
  readonly position: number
  /** Residue put there. */
  readonly residue: string
  readonly response: number
}

export interface Scan {
  readonly peptide: string
  readonly rows: readonly ScanRow[]
  /** Response to the unchanged peptide and to none. */
  readonly native: number
  readonly negative: number
  /** Smallest response that the assay calls positive; undefined: not stated. */
  readonly positiveFrom: number | undefined
}

/**
 * TSV with position, residue, response; rows `native` and `negative` in the column position give the two ends, `positive_from` the assay's own cut.
 * Errors: `scan-malformed`, naming the row.
 */
export function parseScan(text: string, peptide: string): Result<Scan, Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const bad = (what: string, line: number) =>
    fail(issue('scan-malformed', what, 'give columns position, residue, response, with rows native and negative', line))
  const get = columnReader(table.value.columns)
  for (const column of ['position', 'residue', 'response'])
    if (!table.value.columns.includes(column)) return bad(`there is no column ${column}`, 1)
  const rows: ScanRow[] = []
  const ends = new Map<string, number>()
  const lines = new Map<string, number>()
  for (const row of table.value.rows) {
    const response = Number(get(row, 'response'))
    const position = get(row, 'position')
    if (get(row, 'response') === '' || !Number.isFinite(response)) return bad(`the response is "${get(row, 'response')}"`, row.line)
    const key = `${position} ${get(row, 'residue').toUpperCase()}`.trim()
    if (lines.has(key)) return bad(`${key} stands on line ${lines.get(key)} too: give the mean of replicates`, row.line)
    lines.set(key, row.line)
    if (/^(native|negative|positive_from)$/.test(position)) {
      ends.set(position, response)
      continue
    }
    const at = Number(position)
    const residue = get(row, 'residue').toUpperCase()
    if (!Number.isInteger(at) || at < 1 || at > peptide.length) return bad(`position "${position}" is not in ${peptide}`, row.line)
    if (residue.length !== 1 || wordCodes(residue) === undefined) return bad(`"${residue}" is no residue`, row.line)
    rows.push({ position: at, residue, response })
  }
  const native = ends.get('native')
  if (native === undefined) return bad('there is no row native: the response to the unchanged peptide', 1)
  return ok({ peptide, rows, native, negative: ends.get('negative') ?? 0, positiveFrom: ends.get('positive_from') })
}

/** A motif from a scan. One residue per position (an alanine scan) tells only whether the position is free; several are taken one by one. */
export function motifOfScan(scan: Scan, blosum62: (a: string, b: string) => number): Motif {
  const { peptide, rows, native, negative } = scan
  const length = peptide.length
  const allowed = new Uint8Array(length * RESIDUES)
  const weights = new Float64Array(length * RESIDUES)
  const share = (response: number) => Math.max(0, (response - negative) / (native - negative || 1))
  const isAlanine = Array.from({ length }, (_, i) => rows.filter(row => row.position === i + 1).length).every(count => count <= 1)
  for (let i = 0; i < length; i++) {
    const own = rows.filter(row => row.position === i + 1)
    const free = isAlanine && (own[0] === undefined || share(own[0].response) >= FREE_AT)
    for (let code = 0; code < RESIDUES; code++) {
      const residue = STANDARD_RESIDUES[code]!
      const measured = own.find(row => row.residue === residue)
      const isNative = residue === peptide[i]
      let response: number
      if (isNative) response = 1
      else if (isAlanine) response = measured !== undefined ? share(measured.response) : free || blosum62(peptide[i]!, residue) >= 1 ? 1 : 0
      // a residue that was not tried is not excluded
      else response = measured === undefined ? 1 : share(measured.response)
      const ok = isAlanine ? isNative || free || blosum62(peptide[i]!, residue) >= 1 : response >= LEAST_RESPONSE
      allowed[i * RESIDUES + code] = ok ? 1 : 0
      weights[i * RESIDUES + code] = Math.log(Math.max(response, FLOOR))
    }
  }
  const positive = scan.positiveFrom === undefined ? [] : rows.filter(row => row.response >= scan.positiveFrom!)
  const threshold =
    positive.length === 0
      ? undefined
      : Math.min(...positive.map(row => weights[(row.position - 1) * RESIDUES + residueCode(row.residue.charCodeAt(0))]!))
  return { name: `${isAlanine ? 'alanine' : 'X'} scan of ${peptide}`, length, allowed, weights, threshold }
}

/** Summed weight of a word; 0 for the native one. */
export function motifWeight(motif: Motif, codes: ArrayLike<number>, at = 0): number {
  if (motif.weights === undefined) return Number.NaN
  let sum = 0
  for (let i = 0; i < motif.length; i++) sum += motif.weights[i * RESIDUES + codes[at + i]!]!
  return sum
}

export function fitsMotif(motif: Motif, codes: ArrayLike<number>, at = 0): boolean {
  for (let i = 0; i < motif.length; i++) {
    if (motif.allowed[i * RESIDUES + codes[at + i]!] !== 1)
      return motif.threshold !== undefined && motifWeight(motif, codes, at) >= motif.threshold
  }
  return true
}
