// Expression tables (salmon, kallisto, RSEM, StringTie, any TSV) → TPM by id. Missing is not zero. Version suffixes are stripped for matching only.
import { fail, type Issue, issue, nearest, ok, type Result } from '../base/index.ts'
import { columnReader, delimiterOf, parseDelimited } from '../format/index.ts'

export interface Expression {
  /** `salmon`, `kallisto`, `rsem-genes`, `rsem-isoforms`, `stringtie`, `tsv`. */
  readonly source: string
  readonly byTranscript: ReadonlyMap<string, number>
  /** Gene id or symbol. */
  readonly byGene: ReadonlyMap<string, number>
  /** Why the values may be no TPM; empty where nothing speaks against it. */
  readonly doubt: string
}

/** TPM sum to a million, of a whole table or of a part; a little more by rounding. */
const MOST_TPM = 1_050_000
/** Of so many genes the highest TPM is above 25 by far: below it they are logarithms. */
const WHOLE_TABLE = 5000
const LEAST_HIGHEST = 25

function doubtOf(rows: number, sum: number, highest: number): string {
  if (sum > MOST_TPM) return `the values sum to ${Math.round(sum).toLocaleString('en-US')}, and TPM to a million: are they counts?`
  return rows >= WHOLE_TABLE && highest < LEAST_HIGHEST
    ? `the highest of ${rows.toLocaleString('en-US')} values is ${highest}: are they logarithms?`
    : ''
}

/** `ENST00000456328.2` → `ENST00000456328`; `_PAR_Y` stays. */
export const stripVersion = (id: string): string => id.replace(/\.\d+(_PAR_Y)?$/, '$1')

const SHAPES: readonly { source: string; id: string; value: string; level: 'gene' | 'transcript' | 'either' }[] = [
  { source: 'salmon', id: 'Name', value: 'TPM', level: 'transcript' },
  { source: 'kallisto', id: 'target_id', value: 'tpm', level: 'transcript' },
  { source: 'rsem-isoforms', id: 'transcript_id', value: 'TPM', level: 'transcript' },
  { source: 'rsem-genes', id: 'gene_id', value: 'TPM', level: 'gene' },
  { source: 'stringtie', id: 'Gene ID', value: 'TPM', level: 'gene' },
  { source: 'tsv', id: 'gene', value: 'tpm', level: 'gene' },
  { source: 'tsv', id: 'transcript', value: 'tpm', level: 'transcript' },
]

/** Columns of a table that has none of the known headers; ids of Ensembl's transcripts are told from genes by themselves. */
export interface ExpressionColumns {
  readonly id: string
  readonly value: string
}

/** Recognised by header, or by the columns that are named. Errors: `expression-unknown` (header seen, shapes known), `expression-value` (line, text). */
export function parseExpression(text: string, named?: ExpressionColumns): Result<Expression, Issue> {
  const table = parseDelimited(text, { delimiter: named === undefined ? '\t' : delimiterOf(text) })
  if (!table.ok) return table
  const columns = table.value.columns
  const shapes = named === undefined ? SHAPES : [{ source: 'tsv', ...named, level: 'either' as const }]
  const shape = shapes.find(candidate => columns.includes(candidate.id) && columns.includes(candidate.value))
  if (shape === undefined) {
    return fail(
      issue(
        'expression-unknown',
        `the header is ${columns.slice(0, 8).join(', ')}`,
        `give one of: ${shapes.map(s => `${s.source} (${s.id}, ${s.value})`).join('; ')}`,
        1,
      ),
    )
  }
  const get = columnReader(columns)
  const byTranscript = new Map<string, number>()
  const byGene = new Map<string, number>()
  let [sum, highest] = [0, 0]
  const addTo = (map: Map<string, number>, id: string, value: number) => map.set(stripVersion(id), (map.get(stripVersion(id)) ?? 0) + value)
  for (const row of table.value.rows) {
    const value = Number(get(row, shape.value))
    if (get(row, shape.value) === '' || !(value >= 0 && value < Infinity))
      return fail(issue('expression-value', `${shape.value} is "${get(row, shape.value)}"`, 'expression is a number from 0', row.line))
    sum += value
    highest = Math.max(highest, value)
    const [id = '', gene = ''] = get(row, shape.id).split('|')
    // a gene's symbol finds it as well as its id
    if (shape.source === 'stringtie' && columns.includes('Gene Name') && get(row, 'Gene Name') !== '-')
      addTo(byGene, get(row, 'Gene Name'), value)
    // salmon's quant.genes.sf has the same header with genes in it
    if (shape.level === 'gene' || /^ENS[A-Z]*G\d/.test(id) || (shape.level === 'either' && !/^(ENS[A-Z]*T\d|[NX][MR]_\d)/.test(id)))
      addTo(byGene, id, value)
    else {
      addTo(byTranscript, id, value)
      if (gene !== '') addTo(byGene, gene, value)
      if (shape.source === 'rsem-isoforms' && columns.includes('gene_id')) addTo(byGene, get(row, 'gene_id'), value)
    }
  }
  return ok({ source: shape.source, byTranscript, byGene, doubt: doubtOf(table.value.rows.length, sum, highest) })
}

/** TPM of a transcript and of its gene; undefined where the table does not have them. */
export function expressionOf(
  expression: Expression,
  transcript: string,
  geneId: string,
  gene: string,
): { readonly transcript: number | undefined; readonly gene: number | undefined } {
  return {
    transcript: expression.byTranscript.get(stripVersion(transcript)),
    gene: expression.byGene.get(stripVersion(geneId)) ?? expression.byGene.get(gene),
  }
}

/** Errors: `expression-ids` when fewer than half of the case's transcripts or genes are found, with examples of both sides. */
export function checkExpressionIds(
  expression: Expression,
  wanted: readonly { transcript: string; geneId: string; gene: string }[],
): Result<undefined, Issue> {
  const found = wanted.filter(w => {
    const values = expressionOf(expression, w.transcript, w.geneId, w.gene)
    return values.gene !== undefined || values.transcript !== undefined
  }).length
  if (wanted.length === 0 || found * 2 >= wanted.length) return ok(undefined)
  const ours = wanted
    .slice(0, 3)
    .map(w => w.transcript)
    .join(', ')
  const theirs = [...expression.byTranscript.keys(), ...expression.byGene.keys()]
  return fail(
    issue(
      'expression-ids',
      `${found} of ${wanted.length} transcripts have an expression value; the variants name ${ours}, the table ${nearest(wanted[0]!.transcript, theirs.slice(0, 2000)).join(', ')}`,
      'use the same annotation for both, or leave the expression out',
    ),
  )
}
