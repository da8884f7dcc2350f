// Matrix Market coordinate text (https://math.nist.gov/MatrixMarket/formats.html) as 10x writes it: rows are genes, columns are cells, sorted by cell.
// Fed by chunks of bytes of any size; memory holds the result only. Digits are read from bytes: the text is never made.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { SparseColumns } from './sparse-columns.ts'

const NEWLINE = 10
const SPACE = 32
const TAB = 9
const CARRIAGE_RETURN = 13
const ZERO = 48

/** Room for this many entries is asked for before any is read: half a gigabyte of addresses, of which a lying header takes nothing. */
const MOST_AT_ONCE = 1 << 26

/** Entries of whole lines whose cells ascend. The arrays are valid until the next call. */
export interface ParsedEntries {
  /** From 0. */
  readonly genes: Uint32Array
  readonly values: Float32Array
  /** Cell, from 1, and how many entries it has here; flat. */
  readonly runs: Uint32Array
  /** From 1. */
  readonly largestGene: number
}

/** A fast pass over the lines in [from, end) of a text; undefined when they are not plain enough, and the reader looks itself. */
export type EntryParser = (text: Uint8Array, from: number, end: number) => ParsedEntries | undefined

/** Incremental reader: `push` each chunk, then `finish`. */
export class MatrixMarketReader {
  readonly #parser: EntryParser | undefined
  #rows = 0
  #columns = 0
  #entries = -1
  #seen = 0
  #line = 1
  #bytes = 0
  #indices = new Uint32Array(0)
  #cells = new Uint32Array(0)
  #data = new Float32Array(0)
  #counts = new Uint32Array(0)
  #sorted = true
  #lastCell = 0
  #carry = new Uint8Array(0)
  #issue: Issue | undefined

  /** `parser`: a kernel of the rim for plain lines; whatever it does not take is read here. */
  constructor(parser?: EntryParser) {
    this.#parser = parser
  }

  /** False once the input is known to be bad: stop feeding. */
  push(chunk: Uint8Array): boolean {
    if (this.#issue !== undefined) return false
    this.#bytes += chunk.length
    let from = 0
    if (this.#carry.length > 0) {
      // only the line that the pieces share is joined; the rest is read where it lies
      const stop = chunk.indexOf(NEWLINE) + 1
      const joined = new Uint8Array(this.#carry.length + (stop === 0 ? chunk.length : stop))
      joined.set(this.#carry)
      joined.set(chunk.subarray(0, stop === 0 ? chunk.length : stop), this.#carry.length)
      this.#carry = joined
      if (stop === 0) return true
      this.#carry = new Uint8Array(0)
      this.#lines(joined, 0, joined.length)
      from = stop
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > from) this.#lines(chunk, from, end)
    if (end < chunk.length) this.#carry = chunk.slice(Math.max(end, from))
    return this.#issue === undefined
  }

  finish(): Result<SparseColumns, Issue> {
    if (this.#issue === undefined && this.#carry.length > 0) {
      const last = new Uint8Array(this.#carry.length + 1)
      last.set(this.#carry)
      last[last.length - 1] = NEWLINE
      this.#lines(last, 0, last.length)
    }
    if (this.#issue !== undefined) return fail(this.#issue)
    if (this.#entries < 0)
      return fail(
        issue('matrix-header', 'the file has no size line', 'give a Matrix Market file (matrix.mtx or matrix.mtx.gz)', this.#line),
      )
    if (this.#seen !== this.#entries) {
      return fail(
        issue(
          'matrix-truncated',
          `the header promises ${this.#entries} entries, ${this.#seen} were read up to byte ${this.#bytes}`,
          'copy the file again',
          this.#line,
        ),
      )
    }
    return ok(this.#build())
  }

  #bad(what: string): void {
    this.#issue = issue('matrix-malformed', what, 'give a Matrix Market coordinate file: gene, cell, count on each line', this.#line)
  }

  #lines(text: Uint8Array, from: number, end: number): void {
    let at = from
    while (this.#entries < 0 && at < end && this.#issue === undefined) {
      const stop = text.indexOf(NEWLINE, at)
      this.#headerLine(String.fromCharCode(...text.subarray(at, Math.min(stop, at + 200))).trim())
      at = stop + 1
      this.#line++
    }
    if (this.#issue === undefined && this.#entries >= 0 && !this.#taken(text, at, end)) this.#entriesOf(text, at, end)
  }

  /** Lines through the kernel; false when it, or what it read, is not plain: nothing is changed then. */
  #taken(text: Uint8Array, from: number, end: number): boolean {
    const parsed = this.#sorted ? this.#parser?.(text, from, end) : undefined
    if (parsed === undefined || parsed.runs.length === 0) return false
    const { genes, values, runs, largestGene } = parsed
    const after = this.#seen + genes.length
    const lastCell = runs[runs.length - 2]!
    if (largestGene > this.#rows || runs[0]! < this.#lastCell || lastCell > this.#columns || after > this.#entries) return false
    while (after > this.#indices.length) this.#grow(Math.min(this.#entries, this.#indices.length * 2))
    this.#indices.set(genes, this.#seen)
    this.#data.set(values, this.#seen)
    for (let i = 0; i < runs.length; i += 2) this.#counts[runs[i]!]! += runs[i + 1]!
    this.#lastCell = lastCell
    this.#seen = after
    this.#line += genes.length
    return true
  }

  #headerLine(line: string): void {
    if (line.startsWith('%%MatrixMarket') && !/coordinate\s+(integer|real)\s+general/i.test(line)) {
      this.#bad(`the header is "${line}"; only coordinate integer or real general is read`)
      return
    }
    if (line === '' || line.startsWith('%')) return
    const sizes = line.split(/\s+/).map(Number)
    if (sizes.length !== 3 || !sizes.every(n => Number.isSafeInteger(n) && n >= 0 && n < 0x7fffffff)) {
      this.#bad(`the size line is "${line.slice(0, 60)}"`)
      return
    }
    const [rows = 0, columns = 0, entries = 0] = sizes
    if (entries > rows * columns) {
      this.#bad(`${entries} entries do not fit into ${rows} × ${columns}`)
      return
    }
    this.#rows = rows
    this.#columns = columns
    this.#entries = entries
    this.#grow(Math.min(entries, MOST_AT_ONCE))
    this.#counts = new Uint32Array(columns + 1)
  }

  /** Up to `MOST_AT_ONCE` entries the header is believed: memory that is not written to is not taken. Beyond, capacity follows what was read. */
  #grow(capacity: number): void {
    const indices = new Uint32Array(capacity)
    indices.set(this.#indices)
    const data = new Float32Array(capacity)
    data.set(this.#data)
    this.#indices = indices
    this.#data = data
    if (!this.#sorted) {
      const cells = new Uint32Array(capacity)
      cells.set(this.#cells)
      this.#cells = cells
    }
  }

  #entriesOf(text: Uint8Array, from: number, end: number): void {
    let at = from
    let seen = this.#seen
    const rows = this.#rows
    const columns = this.#columns
    const counts = this.#counts
    let lastCell = this.#lastCell
    let indices = this.#indices
    let data = this.#data
    let line = this.#line
    while (at < end) {
      let c = text[at]!
      if (c === NEWLINE || c === CARRIAGE_RETURN) {
        at++
        continue
      }
      let gene = 0
      while (c >= ZERO && c <= 57) {
        gene = gene * 10 + c - ZERO
        c = text[++at]!
      }
      let ends = c === SPACE || c === TAB
      while (c === SPACE || c === TAB) c = text[++at]!
      let cell = 0
      while (c >= ZERO && c <= 57) {
        cell = cell * 10 + c - ZERO
        c = text[++at]!
      }
      ends = ends && (c === SPACE || c === TAB)
      while (c === SPACE || c === TAB) c = text[++at]!
      let value = 0
      const valueStart = at
      while (c >= ZERO && c <= 57) {
        value = value * 10 + c - ZERO
        c = text[++at]!
      }
      if (c !== NEWLINE) {
        let stop = at
        while (text[stop] !== NEWLINE) stop++
        const written = String.fromCharCode(...text.subarray(valueStart, Math.min(stop, valueStart + 40))).trim()
        value = written === '' ? Number.NaN : Number(written)
        at = stop
      } else if (at === valueStart) value = Number.NaN
      at++
      if (!ends || gene < 1 || gene > rows || cell < 1 || cell > columns || !(value >= 0)) {
        this.#line = line
        this.#bad(`an entry is not gene 1-${rows}, cell 1-${columns}, count from 0`)
        return
      }
      line++
      if (seen === this.#entries) {
        this.#line = line
        this.#bad(`more entries than the ${this.#entries} of the header`)
        return
      }
      if (seen === indices.length) {
        this.#grow(Math.min(this.#entries, indices.length * 2))
        indices = this.#indices
        data = this.#data
      }
      if (cell < lastCell && this.#sorted) this.#unsort(seen)
      lastCell = cell
      indices[seen] = gene - 1
      data[seen] = value
      if (!this.#sorted) this.#cells[seen] = cell - 1
      counts[cell]!++
      seen++
    }
    this.#lastCell = lastCell
    this.#seen = seen
    this.#line = line
  }

  /** Entries so far were sorted by cell: their cells follow from the counts. */
  #unsort(seen: number): void {
    this.#sorted = false
    this.#cells = new Uint32Array(this.#indices.length)
    let at = 0
    for (let cell = 1; cell <= this.#columns; cell++) {
      const n = this.#counts[cell]!
      this.#cells.fill(cell - 1, at, at + n)
      at += n
    }
    if (at !== seen) throw new Error('counts and entries disagree')
  }

  #build(): SparseColumns {
    const indptr = new Uint32Array(this.#columns + 1)
    for (let cell = 1; cell <= this.#columns; cell++) indptr[cell] = indptr[cell - 1]! + this.#counts[cell]!
    const n = this.#entries
    if (this.#sorted)
      return { rows: this.#rows, columns: this.#columns, indptr, indices: this.#indices.subarray(0, n), data: this.#data.subarray(0, n) }
    const next = indptr.slice()
    const indices = new Uint32Array(n)
    const data = new Float32Array(n)
    for (let i = 0; i < n; i++) {
      const at = next[this.#cells[i]!]!++
      indices[at] = this.#indices[i]!
      data[at] = this.#data[i]!
    }
    return { rows: this.#rows, columns: this.#columns, indptr, indices, data }
  }
}
