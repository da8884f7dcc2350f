// The loops of V genes beside the junction, aligned by IMGT's unique numbering. IMGT's sequences may not be passed on, so the user brings them: the database of TCRdock or tcrdist3, or IMGT's
// own V-REGION sequences with their gaps.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { geneOf, translate } from '../bio/index.ts'
import { columnReader, delimiterOf, lackingColumn, parseDelimited, parseFasta } from '../format/index.ts'

/** Aligned CDR1, CDR2 and CDR2.5 of a V gene; `.` is a gap. */
export interface VLoops {
  readonly cdr1: string
  readonly cdr2: string
  readonly cdr25: string
}

/** Positions of IMGT's numbering, 1-based, both ends in it (doi:10.1016/S0145-305X(02)00039-3; CDR2.5 as Dash 2017 has it). */
const POSITIONS = { cdr1: [27, 38], cdr2: [56, 65], cdr25: [81, 86] } as const

const V_GENE = /^TR[ABGD]V/

/** Human ones, by gene or allele; a gene stands for its first allele. Errors: those of the two forms; `v-loops`: no human V gene. */
export function parseVLoops(text: string): Result<ReadonlyMap<string, VLoops>, Issue> {
  const named = text.startsWith('>') ? ofImgt(text) : ofTable(text)
  if (!named.ok) return named
  const loops = new Map<string, VLoops>()
  for (const [allele, found] of named.value) for (const key of [allele, geneOf(allele)]) if (!loops.has(key)) loops.set(key, found)
  if (loops.size > 0) return ok(loops)
  return fail(
    issue('v-loops', 'there is no human V gene', 'give the database of TCRdock or tcrdist3, or IMGT’s V-REGION sequences with gaps'),
  )
}

/** Columns organism, gene or id, and cdr1, cdr2, cdr2_5, or `cdrs` with the loops between `;`. */
function ofTable(text: string): Result<readonly (readonly [string, VLoops])[], Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const name = columns.includes('gene') ? 'gene' : 'id'
  const packed = columns.includes('cdrs')
  const lacking = lackingColumn(table.value, ['organism', name, ...(packed ? ['cdrs'] : ['cdr1', 'cdr2', 'cdr2_5'])])
  if (lacking !== undefined) return fail(lacking)
  return ok(
    rows
      .filter(row => get(row, 'organism') === 'human' && V_GENE.test(get(row, name)))
      .map(row => {
        const [cdr1 = '', cdr2 = '', cdr25 = ''] = packed
          ? get(row, 'cdrs').split(';')
          : ['cdr1', 'cdr2', 'cdr2_5'].map(column => get(row, column))
        return [get(row, name), { cdr1, cdr2, cdr25 }]
      }),
  )
}

/** `>AE000658|TRAV1-1*01|Homo_sapiens|F|V-REGION|…`, bases with gaps. An allele that ends before CDR2.5 is left out. Mouse TRAV have two columns more and are not read. */
function ofImgt(text: string): Result<readonly (readonly [string, VLoops])[], Issue> {
  const records = parseFasta(text)
  if (!records.ok) return records
  return ok(
    records.value.flatMap(({ id, description, sequence }) => {
      const [, allele = '', of = '', , region = ''] = `${id} ${description}`.split('|')
      if (!V_GENE.test(allele) || !/^homo[ _]sapiens/i.test(of) || region !== 'V-REGION' || sequence.length < 3 * POSITIONS.cdr25[1])
        return []
      const loop = ([from, to]: readonly [number, number]) =>
        Array.from({ length: to - from + 1 }, (_, i) => {
          const codon = sequence.slice(3 * (from - 1 + i), 3 * (from + i))
          return codon === '...' ? '.' : translate(codon.toUpperCase())
        }).join('')
      return [[allele, { cdr1: loop(POSITIONS.cdr1), cdr2: loop(POSITIONS.cdr2), cdr25: loop(POSITIONS.cdr25) }] as const]
    }),
  )
}
