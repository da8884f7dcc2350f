// A list of antigens that no variant explains: a viral protein, an endogenous retrovirus, a retained intron, another tool's peptides. FASTA, a table, or a sequence a line.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'
import { isStandardPeptide } from '../bio/index.ts'
import { columnReader, delimiterOf, geneInHeader, parseDelimited, parseFasta, type SequenceRecord } from '../format/index.ts'

export interface ListedAntigen {
  readonly id: string
  /** '' where the list names none. */
  readonly gene: string
  readonly sequence: string
  /** What the healthy cell makes in its place; '' : not given, then only the proteome tells what is self. */
  readonly wildType: string
}

/** A list is written by hand: so many residues of a protein are the largest known (titin has 34,350). */
const MOST_RESIDUES = 40_000

const tidy = (residues: string): string => residues.trim().toUpperCase().replace(/\*$/, '')

/**
 * FASTA (records `WT.x` and `MT.x` belong together, as `pvacseq generate_protein_fasta` writes them), TSV or CSV with sequence (or peptide), perhaps id, gene and
 * wild_type; or one sequence a line. Errors: `antigen-sequence`, `row-twice`, `antigens-empty`, and those of FASTA and tables; with their line.
 */
export function parseListedAntigens(text: string): Result<readonly ListedAntigen[], Issue> {
  const read = text.trimStart().startsWith('>') ? fromFasta(text) : fromTable(text)
  if (!read.ok) return read
  if (read.value.length === 0)
    return fail(issue('antigens-empty', 'the list names no antigen', 'give FASTA, or a table with the column sequence'))
  const lines = new Map<string, number>()
  for (const { id, sequence, wildType, line } of read.value) {
    const before = lines.get(id)
    if (before !== undefined)
      return fail(issue('row-twice', `${id} stands on line ${before} too`, 'give each antigen a name of its own', line))
    lines.set(id, line)
    for (const residues of [sequence, wildType])
      if (!/^[A-Z*]*$/.test(residues) || residues.length > MOST_RESIDUES)
        return fail(
          issue('antigen-sequence', `${id} has "${residues.slice(0, 40)}" for a sequence`, 'give amino acids, one letter each', line),
        )
    if (sequence === '') return fail(issue('antigen-sequence', `${id} has no sequence`, 'give the amino acids of the antigen', line))
    if (/^[ACGTUN]{30,}$/.test(sequence))
      return fail(issue('antigen-sequence', `${id} looks like bases, not residues`, 'translate it, or give the protein', line))
  }
  return read
}

type Listed = ListedAntigen & { readonly line: number }

function fromFasta(text: string): Result<readonly Listed[], Issue> {
  const records = parseFasta(text)
  if (!records.ok) return records
  const headers = text.split(/\r?\n/).flatMap((line, i) => (line.startsWith('>') ? [i + 1] : []))
  const wildTypes = new Map(records.value.filter(({ id }) => id.startsWith('WT.')).map(({ id, sequence }) => [id.slice(3), tidy(sequence)]))
  const antigens: Listed[] = []
  for (const [i, { id, description, sequence }] of records.value.entries()) {
    if (id.startsWith('WT.')) continue
    const name = id.startsWith('MT.') ? id.slice(3) : id
    const gene = geneOf(id, description)
    antigens.push({
      id: name,
      gene,
      sequence: tidy(sequence),
      wildType: id.startsWith('MT.') ? (wildTypes.get(name) ?? '') : '',
      line: headers[i]!,
    })
  }
  return ok(antigens)
}

/** Of `MT.1.KRAS.ENST….missense.12G/D`, or what the description names. */
const geneOf = (id: SequenceRecord['id'], description: string): string => /^MT\.\d+\.([^.]+)\./.exec(id)?.[1] ?? geneInHeader(description)

function fromTable(text: string): Result<readonly Listed[], Issue> {
  const lines = text.split(/\r?\n/)
  const first = lines.find(line => line.trim() !== '') ?? ''
  if (!/^(sequence|peptide)$/i.test(first.trim()) && isStandardPeptide(first.trim().toUpperCase()))
    return ok(
      lines.flatMap((line, i) =>
        line.trim() === '' ? [] : [{ id: tidy(line), gene: '', sequence: tidy(line), wildType: '', line: i + 1 }],
      ),
    )
  const table = parseDelimited(text, { delimiter: delimiterOf(text) })
  if (!table.ok) return table
  const { columns, rows } = table.value
  const column = ['sequence', 'peptide'].find(name => columns.includes(name))
  if (column === undefined)
    return fail(
      issue(
        'column-missing',
        `the header has neither sequence nor peptide; it has ${columns.slice(0, 30).join(', ')}`,
        'name the column of residues sequence',
        1,
      ),
    )
  const get = columnReader(columns)
  return ok(
    rows.map(row => {
      const sequence = tidy(get(row, column))
      return {
        id: get(row, 'id').trim() || sequence,
        gene: get(row, 'gene').trim(),
        sequence,
        wildType: tidy(get(row, 'wild_type')),
        line: row.line,
      }
    }),
  )
}
