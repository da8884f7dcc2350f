// Which allele of a gene is built when the receptor names none, or one that the reference has not: what the user prefers, and whether another may stand in.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import type { ArdenTable } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface AlleleChoice {
  /** `V TRAV10` → `04`: of a strain, or of the person. */
  readonly preferred: ReadonlyMap<string, string>
  /** A named allele that the reference has not gives way to another of the gene, with a caveat; else it is refused. */
  readonly fallback: boolean
  /** Older names of genes (Arden's `TRBV13S1`) to the reference's, by a table of the user. */
  readonly names: ArdenTable
}

export const NO_CHOICE: AlleleChoice = { preferred: new Map(), fallback: false, names: new Map() }

const REGIONS: Readonly<Record<string, 'V' | 'J'>> = { VARIABLE: 'V', JOINING: 'J' }

/**
 * stitchr's table (Gene, Allele, Region: VARIABLE, JOINING, LEADER, CONSTANT). Leaders go with their V and constants are a set of their own, so those rows are counted and not used.
 * Errors: `column-missing`, `preferred-region`, `preferred-twice` (two alleles of one gene), each with its line.
 */
export function parsePreferredAlleles(
  text: string,
): Result<{ readonly preferred: ReadonlyMap<string, string>; readonly unused: number }, Issue> {
  const table = parseDelimited(text, { delimiter: '\t', required: ['Gene', 'Allele', 'Region'] })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const preferred = new Map<string, string>()
  let unused = 0
  for (const row of rows) {
    const [gene, allele, region] = ['Gene', 'Allele', 'Region'].map(name => get(row, name)) as [string, string, string]
    if (region === 'LEADER' || region === 'CONSTANT') {
      unused++
      continue
    }
    const of = REGIONS[region]
    if (of === undefined)
      return fail(
        issue('preferred-region', `the region of ${gene} is "${region}"`, 'write VARIABLE, JOINING, LEADER or CONSTANT', row.line),
      )
    const key = `${of} ${gene}`
    const before = preferred.get(key)
    const number = allele.replace(/^\*/, '')
    if (before !== undefined && before !== number)
      return fail(issue('preferred-twice', `${gene} is to be *${before} and *${number}`, 'leave the one that is preferred', row.line))
    preferred.set(key, number)
  }
  return ok({ preferred, unused })
}

/** Two columns without a header: a name, and the genes that it may mean, comma-separated, as VDJdb's table has them; `#` begins a remark. Errors: `gene-names` with the line. */
export function parseGeneNames(text: string): Result<ArdenTable, Issue> {
  const names = new Map<string, readonly string[]>()
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [name = '', genes = ''] = line.split('\t').map(cell => cell.trim())
    const means = genes.split(',').filter(gene => gene !== '')
    if (name === '' || means.length === 0)
      return fail(
        issue('gene-names', `"${line.slice(0, 60)}" names no gene`, 'write a name, a tab, and its genes with commas between', i + 1),
      )
    names.set(name, [...(names.get(name) ?? []), ...means])
  }
  return ok(names)
}
