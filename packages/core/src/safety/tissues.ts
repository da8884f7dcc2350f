// Where a gene is expressed: tables in the layout of the Human Protein Atlas (one row a gene, one column a tissue). The table is the user's; its unit is as given.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'

/** Tissues in which an off-target reaction would harm most. A laboratory sets its own list; this one awaits a scientist's signature. */
export const ESSENTIAL_TISSUES: readonly RegExp[] = [
  /heart/i,
  /amygdala|caudate|cerebell|cortex|hippocamp|hypothalam|accumbens|putamen|substantia nigra|brain/i,
  /spinal cord/i,
  /^lung/i,
  /^liver/i,
  /^kidney/i,
  /skeletal muscle/i,
  /colon/i,
  /small intestine/i,
  /pancreas/i,
  /retina/i,
]

export const isEssential = (tissue: string): boolean => ESSENTIAL_TISSUES.some(pattern => pattern.test(tissue))

export interface TissueTable {
  readonly tissues: readonly string[]
  /** By gene symbol. */
  readonly byGene: ReadonlyMap<string, Float64Array>
}

const NOT_TISSUES = new Set(['ensembl_id', 'gene', 'gene_donor', 'gene_name', 'gene_symbol', 'group', 'spec_degree', 'tissues'])

/** A level of expression: a number from 0, NaN where none is given; undefined when the cell is neither. */
function levelOf(cell: string): number | undefined {
  if (/^(na|nan|-)?$/i.test(cell)) return Number.NaN
  const level = Number(cell)
  return level >= 0 && level < Number.POSITIVE_INFINITY ? level : undefined
}

/** A column that holds no number at all, such as a description, is no tissue. Errors: `tissues-malformed`. */
export function parseTissues(text: string): Result<TissueTable, Issue> {
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const get = columnReader(columns)
  const malformed = (what: string, remedy: string, line: number) => fail(issue('tissues-malformed', what, remedy, line))
  const gene = columns.find(name => /^gene(_donor|_name|_symbol)?$/i.test(name))
  const tissues = columns.filter(name => !NOT_TISSUES.has(name.toLowerCase()) && rows.some(row => Number(levelOf(get(row, name))) >= 0))
  if (gene === undefined || tissues.length === 0)
    return malformed(
      'no column names the gene, or none holds the numbers of a tissue',
      'give gene and one column a tissue, as the Human Protein Atlas does',
      1,
    )
  const byGene = new Map<string, Float64Array>()
  for (const row of rows) {
    const symbol = get(row, gene)
    const wrong = tissues.find(name => levelOf(get(row, name)) === undefined)
    if (wrong !== undefined) return malformed(`${wrong} of ${symbol} is "${get(row, wrong)}"`, 'give numbers from 0, or nothing', row.line)
    const levels = Float64Array.from(tissues, name => levelOf(get(row, name))!)
    const before = byGene.get(symbol)
    // of a symbol that several genes have, the higher of what they say
    byGene.set(
      symbol,
      before === undefined ? levels : levels.map((level, i) => (before[i]! > level || Number.isNaN(level) ? before[i]! : level)),
    )
  }
  return ok({ tissues, byGene })
}

export interface GeneExpression {
  readonly highest: { readonly tissue: string; readonly value: number } | undefined
  /** Highest among the essential tissues. */
  readonly essential: { readonly tissue: string; readonly value: number } | undefined
  /** Every essential tissue of at least one unit, highest first. */
  readonly essentials: readonly { readonly tissue: string; readonly value: number }[]
}

/** Highest values over several genes; undefined where no gene is in the table. */
export function expressionOf(genes: readonly string[], table: TissueTable): GeneExpression | undefined {
  const rows = genes.flatMap(gene => table.byGene.get(gene) ?? [])
  if (rows.length === 0) return undefined
  const values = table.tissues
    .map((tissue, i) => ({ tissue, value: Math.max(...rows.map(row => row[i]!).filter(value => !Number.isNaN(value))) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => b.value - a.value)
  const essentials = values.filter(({ tissue }) => isEssential(tissue))
  return { highest: values[0], essential: essentials[0], essentials: essentials.filter(({ value }) => value >= 1) }
}
