// Alleles the tumour has lost, from LOHHLA's table or a TSV of `allele` with `lost` (true, false) or `status` (lost, kept, unknown), one row an allele or lesion:
// their peptides cannot be seen any more.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { genesOf, type HlaAllele, parseHlaAllele } from '../bio/index.ts'
import { columnReader, parseDelimited } from '../format/index.ts'

export interface HlaLoss {
  readonly allele: HlaAllele
  readonly lost: boolean
  /** Where it was looked at; '' where the table does not say. */
  readonly lesion: string
  readonly evidence: string
}

/** LOHHLA's own thresholds: fewer than half a copy left, and unequal coverage of the two alleles with p below 0.01 (McGranahan 2017, doi:10.1016/j.cell.2017.10.001). */
const LOST_COPIES = 0.5
const LOST_P_VALUE = 0.01

/** LOHHLA writes one row a locus; its columns are called HLA_A for every locus. Both alleles of the row are judged. */
function parseLohhla(text: string): Result<readonly HlaLoss[], Issue> {
  const table = parseDelimited(text, {
    delimiter: '\t',
    required: ['HLA_A_type1', 'HLA_A_type2', 'HLA_type1copyNum_withBAFBin', 'HLA_type2copyNum_withBAFBin', 'PVal_unique'],
  })
  if (!table.ok) return table
  const get = columnReader(table.value.columns)
  const losses: HlaLoss[] = []
  for (const row of table.value.rows) {
    const p = Number(get(row, 'PVal_unique'))
    for (const side of ['1', '2'] as const) {
      const allele = parseHlaAllele(get(row, `HLA_A_type${side}`))
      if (!allele.ok) return fail({ ...allele.issue, line: row.line })
      const written = get(row, `HLA_type${side}copyNum_withBAFBin`)
      const copies = Number(written)
      if (written === '' || written === 'NA' || Number.isNaN(copies)) continue
      const lost = copies < LOST_COPIES && p < LOST_P_VALUE
      losses.push({
        allele: allele.value.allele,
        lost,
        lesion: '',
        evidence: `LOHHLA: ${copies.toFixed(2)} copies, p ${get(row, 'PVal_unique')}`,
      })
    }
  }
  return ok(losses)
}

/** Errors: `column-missing`, `hla-unparsable`, `hla-loss-value`. An allele of status unknown says nothing and is no row. */
export function parseHlaLoss(text: string): Result<readonly HlaLoss[], Issue> {
  if (text.slice(0, text.indexOf('\n')).includes('HLA_A_type1')) return parseLohhla(text)
  const table = parseDelimited(text, { delimiter: '\t', required: ['allele'] })
  if (!table.ok) return table
  const column = ['lost', 'status'].find(name => table.value.columns.includes(name))
  if (column === undefined)
    return fail(
      issue(
        'column-missing',
        'the table has neither a column lost nor status',
        'add lost (true, false) or status (lost, kept, unknown)',
        1,
      ),
    )
  const get = columnReader(table.value.columns)
  const losses: HlaLoss[] = []
  for (const row of table.value.rows) {
    const allele = parseHlaAllele(get(row, 'allele'))
    if (!allele.ok) return fail({ ...allele.issue, line: row.line })
    const said = get(row, column).toLowerCase()
    const lost = STATUS.get(said)
    if (lost === undefined)
      return fail(issue('hla-loss-value', `${column} is "${get(row, column)}"`, 'write true or false, or lost, kept or unknown', row.line))
    if (lost === 'unknown') continue
    const facts = [get(row, 'evidence'), get(row, 'tool'), get(row, 'fraction') === '' ? '' : `fraction ${get(row, 'fraction')}`]
    losses.push({ allele: allele.value.allele, lost, lesion: get(row, 'lesion'), evidence: facts.filter(fact => fact !== '').join(', ') })
  }
  return ok(losses)
}

const STATUS: ReadonlyMap<string, boolean | 'unknown'> = new Map<string, boolean | 'unknown'>([
  ['true', true],
  ['lost', true],
  ['false', false],
  ['kept', false],
  ['unknown', 'unknown'],
])

/** Rows of each gene's allele, as `A*02:01`, or of a whole molecule where the table names one. */
export type HlaLosses = ReadonlyMap<string, readonly HlaLoss[]>

export function indexHlaLoss(losses: readonly HlaLoss[]): HlaLosses {
  const byName = new Map<string, HlaLoss[]>()
  for (const loss of losses) {
    const genes = genesOf(loss.allele)
    for (const name of genes.length === 1 ? genes[0]! : [loss.allele]) byName.set(name, [...(byName.get(name) ?? []), loss])
  }
  return byName
}

/**
 * `lost` when any row of the molecule says so, in whatever lesion, for either chain and for every allele it may be: a product that one lesion
 * cannot show is no product for the patient (Tran 2016, doi:10.1056/NEJMoa1609279). `kept` when rows say only that; undefined: not looked at.
 */
export function hlaStatus(
  losses: HlaLosses,
  molecule: HlaAllele,
): { readonly lost: boolean; readonly lesions: readonly string[] } | undefined {
  const rows = [molecule, ...genesOf(molecule).flat()].flatMap(name => losses.get(name) ?? [])
  const lost = rows.filter(row => row.lost)
  if (rows.length === 0) return undefined
  return { lost: lost.length > 0, lesions: [...new Set(lost.map(row => row.lesion).filter(lesion => lesion !== ''))] }
}
