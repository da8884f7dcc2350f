// immunoSEQ's sample export (Adaptive; versions 2 and 3) → contig rows of a bulk repertoire. `nucleotide` is the whole read: the junction stands in it from the V index on.
// Columns as in the documents of immunarch and of tcrdist3; no recorded file was at hand (docs/file-formats.md).
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { type ContigRow, contigRow, countIn, isJunctionAa } from './contig-row.ts'
import { columnReader, parseDelimited } from './delimited.ts'

export const isImmunoseqHeader = (header: string): boolean =>
  /(^|\t)(aminoAcid|amino_acid|cdr3_amino_acid)(\t|$)/.test(header) && /(^|\t)(vMaxResolved|vGeneName|v_resolved|v_gene)(\t|$)/.test(header)

/**
 * `rename` gives the standard name of a gene as Adaptive writes it (`TCRBV05-01*01`). A row whose junction bases do not translate in their length stays without them.
 * Errors: `immunoseq-columns`, `contig-count`, and those of a table.
 */
export function parseImmunoseq(text: string, rename: (gene: string) => string): Result<readonly ContigRow[], Issue> {
  const table = parseDelimited(text, { delimiter: '\t' })
  if (!table.ok) return table
  const { columns, rows: lines } = table.value
  const get = columnReader(columns)
  const among = (...names: readonly string[]) => names.find(name => columns.includes(name))
  const residues = among('cdr3_amino_acid', 'aminoAcid', 'amino_acid')
  const v = [among('vMaxResolved', 'v_resolved'), among('vGeneName', 'v_gene')]
  const j = [among('jMaxResolved', 'j_resolved'), among('jGeneName', 'j_gene')]
  const count = among('templates', 'seq_reads', 'count (templates/reads)', 'count (templates)', 'count', 'reads')
  const junction = among('cdr3_rearrangement')
  const read = among('nucleotide', 'rearrangement')
  const start = among('vIndex', 'v_index')
  const length = among('cdr3Length', 'cdr3_length')
  if (residues === undefined || count === undefined)
    return fail(
      issue(
        'immunoseq-columns',
        `the header has ${columns.slice(0, 12).join(', ')}`,
        'give the sample export with amino acids and templates',
        1,
      ),
    )
  const rows: ContigRow[] = []
  for (const row of lines) {
    const templates = countIn(get(row, count), count, row.line)
    if (!templates.ok) return templates
    const cell = (names: readonly (string | undefined)[]) =>
      names.map(name => (name === undefined ? '' : get(row, name))).find(text => text !== '' && !/^(unresolved|no data|na)$/i.test(text)) ??
      ''
    const aa = get(row, residues).toUpperCase()
    const from = Number(start === undefined ? '' : get(row, start))
    const bases = Number(length === undefined ? '' : get(row, length))
    const cut =
      junction !== undefined
        ? get(row, junction)
        : read === undefined || start === undefined
          ? ''
          : get(row, read).slice(from, from + bases)
    const productive = isJunctionAa(aa)
    rows.push(
      contigRow({
        line: row.line,
        cellId: '',
        sequenceId: `line-${row.line}`,
        vCall: rename(cell(v)),
        jCall: rename(cell(j)),
        productive,
        junction: cut.length === 3 * aa.length ? cut.toUpperCase() : '',
        junctionAa: productive ? aa : '',
        umiCount: templates.value,
      }),
    )
  }
  return ok(rows)
}
