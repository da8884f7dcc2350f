// Bases of a contig that a person wants as the germline allele has them: a likely error of sequencing, named one by one, by whom and why.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'
import type { GermlineBase } from './chain-input.ts'
import type { ReceptorInput } from './product.ts'

/** A wish, the chain it is of, and its line. */
export interface GermlineBaseWish extends GermlineBase {
  readonly receptorId: string
  readonly locus: string
  readonly line: number
}

const COLUMNS = ['receptor_id', 'locus', 'difference', 'person', 'reason'] as const

/** TSV of receptor_id, locus (TRA, TRB, …), difference (`V 123 A>G`, as the caveat writes it), person, reason. Errors: those of a table; `germline-base` with the line. */
export function parseGermlineBases(text: string): Result<readonly GermlineBaseWish[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: COLUMNS })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const wishes: GermlineBaseWish[] = []
  for (const row of table.value.rows) {
    const [receptorId, locus, difference, person, reason] = COLUMNS.map(name => get(row, name)) as [string, string, string, string, string]
    const empty = COLUMNS.find(name => get(row, name) === '')
    if (empty !== undefined)
      return fail(issue('germline-base', `${empty} is empty`, 'say which base, of which chain, who wants it and why', row.line))
    wishes.push({ receptorId, locus: locus.toUpperCase(), difference: difference.replace(/\s+/g, ' '), person, reason, line: row.line })
  }
  return ok(wishes)
}

/** The receptors with what is wished of their contigs. Errors: `germline-base` where a wish is of no receptor, no chain of it, or a chain without a contig. */
export function withGermlineBases(
  receptors: readonly ReceptorInput[],
  wishes: readonly GermlineBaseWish[],
): Result<readonly ReceptorInput[], Issue> {
  const byId = new Map(receptors.map(receptor => [receptor.receptorId, receptor]))
  for (const { receptorId, locus, line } of wishes) {
    const receptor = byId.get(receptorId)
    const chain = receptor === undefined ? undefined : [receptor.alpha, receptor.beta].find(one => one.locus === locus)
    if (chain === undefined)
      return fail(
        issue(
          'germline-base',
          `${receptor === undefined ? receptorId : `${locus} of ${receptorId}`} is not built`,
          'name a receptor that is, and its chain',
          line,
        ),
      )
    if ((chain.contig ?? '') === '')
      return fail(
        issue(
          'germline-base',
          `${locus} of ${receptorId} has no contig: its V and J are germline`,
          'give the contigs, or leave this row out',
          line,
        ),
      )
  }
  const of = (receptor: ReceptorInput, side: 'alpha' | 'beta') => {
    const own = wishes.filter(wish => wish.receptorId === receptor.receptorId && wish.locus === receptor[side].locus)
    return own.length === 0 ? receptor[side] : { ...receptor[side], germlineBases: own }
  }
  return ok(receptors.map(receptor => ({ ...receptor, alpha: of(receptor, 'alpha'), beta: of(receptor, 'beta') })))
}
