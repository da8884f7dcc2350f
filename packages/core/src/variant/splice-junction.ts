// regtools `cis-splice-effects identify` → junctions of the tumour's RNA that a somatic variant may have made. Coordinates of the table: `start` is the last base of the left exon and
// `end` the first of the right one, 1-based. Which are kept follows pVACsplice (griffithlab/pVACtools 6.0.5).
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { chromosomeKey } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

/** Which ends the annotation knows: donor, acceptor, both but not joined, both joined, none. */
export type Anchor = 'D' | 'A' | 'NDA' | 'DA' | 'N'

export interface SpliceJunction {
  readonly id: string
  readonly chromosome: string
  /** 0-based: end of the left exon, and start of the right one; what lies between is spliced out. */
  readonly left: number
  readonly right: number
  readonly reads: number
  /** Undefined: regtools could not tell. */
  readonly forward: boolean | undefined
  readonly anchor: Anchor
  /** 0-based half-open stretches of the variants beside it. */
  readonly variants: readonly { readonly chromosome: string; readonly start: number; readonly end: number }[]
}

const ANCHORS = new Set<string>(['D', 'A', 'NDA', 'DA', 'N'])
const REQUIRED = ['chrom', 'start', 'end', 'name', 'score', 'strand', 'anchor', 'variant_info']

/** Errors: `regtools-malformed` with line and cell, and those of a table. */
export function parseRegtools(text: string): Result<readonly SpliceJunction[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: REQUIRED })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const junctions: SpliceJunction[] = []
  for (const row of table.value.rows) {
    const bad = (what: string) =>
      fail(issue('regtools-malformed', what, 'give the table of regtools cis-splice-effects identify', row.line))
    const [start, end, reads] = ['start', 'end', 'score'].map(name => Number(get(row, name)))
    const anchor = get(row, 'anchor')
    if (![start, end, reads].every(Number.isInteger) || start! < 1 || end! <= start!)
      return bad(`start, end, score are ${get(row, 'start')}, ${get(row, 'end')}, ${get(row, 'score')}`)
    if (!ANCHORS.has(anchor)) return bad(`anchor is "${anchor}"`)
    const variants = get(row, 'variant_info')
      .split(',')
      .map(place => /^(.+):(\d+)-(\d+)$/.exec(place.trim()))
    if (variants.some(place => place === null)) return bad(`variant_info is "${get(row, 'variant_info')}"`)
    const strand = get(row, 'strand')
    junctions.push({
      id: get(row, 'name'),
      chromosome: chromosomeKey(get(row, 'chrom')),
      left: start!,
      right: end! - 1,
      reads: reads!,
      forward: strand === '+' || strand === '1' ? true : strand === '-' || strand === '-1' ? false : undefined,
      anchor: anchor as Anchor,
      variants: variants.map(place => ({ chromosome: chromosomeKey(place![1]!), start: Number(place![2]), end: Number(place![3]) })),
    })
  }
  return ok(junctions)
}

export interface JunctionRule {
  /** More reads than this. */
  readonly reads: number
  /** The variant lies in the junction, or at most this many bases outside. */
  readonly distance: number
}

export const DEFAULT_JUNCTION_RULE: JunctionRule = { reads: 10, distance: 100 }

/** Why a junction is left; undefined when it is kept: `known-junction`, `no-known-site`, `few-reads`, `no-strand`, `far-from-variant`. */
export function junctionFault(junction: SpliceJunction, rule: JunctionRule = DEFAULT_JUNCTION_RULE): string | undefined {
  if (junction.anchor === 'DA') return 'known-junction'
  if (junction.anchor === 'N') return 'no-known-site'
  if (junction.reads <= rule.reads) return 'few-reads'
  if (junction.forward === undefined) return 'no-strand'
  const near = junction.variants.some(
    ({ chromosome, start, end }) =>
      chromosome === junction.chromosome && end > junction.left - rule.distance && start < junction.right + rule.distance,
  )
  return near ? undefined : 'far-from-variant'
}
