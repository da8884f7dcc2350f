// Allele-specific copy number of a tumour: segments of ASCAT, FACETS, Sequenza, PURPLE or a plain TSV → one form. Segments are 1-based and inclusive, as all five write them.
import { fail, type Issue, issue, ok, type Result, refuse } from '../base/index.ts'
import { chromosomeKey } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface CopySegment {
  /** Without a leading `chr`. */
  readonly chromosome: string
  readonly start: number
  readonly end: number
  readonly total: number
  readonly minor: number
}

interface Shape {
  readonly source: string
  readonly chromosome: string
  readonly start: string
  readonly end: string
  /** Total and minor, or major and minor. */
  readonly total?: string
  readonly major?: string
  readonly minor: string
}

const SHAPES: readonly Shape[] = [
  { source: 'ascat', chromosome: 'chr', start: 'startpos', end: 'endpos', major: 'nMajor', minor: 'nMinor' },
  { source: 'facets', chromosome: 'chrom', start: 'start', end: 'end', total: 'tcn.em', minor: 'lcn.em' },
  { source: 'sequenza', chromosome: 'chromosome', start: 'start.pos', end: 'end.pos', total: 'CNt', minor: 'B' },
  { source: 'purple', chromosome: 'chromosome', start: 'start', end: 'end', total: 'copyNumber', minor: 'minorAlleleCopyNumber' },
  { source: 'tsv', chromosome: 'chrom', start: 'start', end: 'end', total: 'total', minor: 'minor' },
]

export interface CopyNumber {
  readonly source: string
  /** Segment of a 1-based position; undefined outside every segment, or where the minor copy number is not known. */
  readonly at: (chromosome: string, position: number) => CopySegment | undefined
  readonly segments: readonly CopySegment[]
}

const UNKNOWN = new Set(['', 'NA', 'NaN', 'nan', '.'])

const bare = (chromosome: string) => chromosomeKey(chromosome).replace(/^23$/, 'X').replace(/^24$/, 'Y')

/** Recognised by header. Errors: `copy-number-unknown` (header seen, forms known), `copy-number-value`. */
export function parseCopyNumber(text: string): Result<CopyNumber, Issue> {
  const table = parseDelimited(text.replaceAll('"', ''), { delimiter: '\t' })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const shape = SHAPES.find(s => [s.chromosome, s.start, s.end, s.minor, s.total ?? s.major!].every(name => columns.includes(name)))
  if (shape === undefined)
    return refuse(
      'copy-number-unknown',
      `the header is ${columns.slice(0, 8).join(', ')}`,
      `give one of: ${SHAPES.map(s => `${s.source} (${[s.chromosome, s.start, s.end, s.total ?? s.major, s.minor].join(', ')})`).join('; ')}`,
    )
  const get = columnReader(columns)
  const segments: CopySegment[] = []
  for (const row of rows) {
    const value = (name: string) => (UNKNOWN.has(get(row, name)) ? Number.NaN : Number(get(row, name)))
    const start = value(shape.start)
    const end = value(shape.end)
    const minor = value(shape.minor)
    const total = shape.total === undefined ? value(shape.major!) + minor : value(shape.total)
    if (!(Number.isFinite(start) && Number.isFinite(end) && end >= start))
      return fail(
        issue(
          'copy-number-value',
          `the segment runs from "${get(row, shape.start)}" to "${get(row, shape.end)}"`,
          'give whole numbers',
          row.line,
        ),
      )
    const wrong = [shape.minor, shape.total ?? shape.major!].find(name => !UNKNOWN.has(get(row, name)) && !Number.isFinite(value(name)))
    if (wrong !== undefined || get(row, shape.chromosome) === '')
      return fail(
        issue(
          'copy-number-value',
          wrong === undefined ? `${shape.chromosome} is empty` : `${wrong} is "${get(row, wrong)}"`,
          wrong === undefined ? 'name the chromosome' : 'give a number, or NA where it is not known',
          row.line,
        ),
      )
    // callers leave the minor copy number out where too few heterozygous sites lie
    if (Number.isNaN(minor) || Number.isNaN(total)) continue
    segments.push({ chromosome: bare(get(row, shape.chromosome)), start, end, total: Math.max(0, total), minor: Math.max(0, minor) })
  }
  return ok({
    source: shape.source,
    segments,
    at: (chromosome, position) => segments.find(s => s.chromosome === bare(chromosome) && s.start <= position && position <= s.end),
  })
}
