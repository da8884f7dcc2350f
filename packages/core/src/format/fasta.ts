// FASTA and FASTQ (Cock 2010, doi:10.1093/nar/gkp1137) ↔ records. Sequence lines are joined; case is kept.
import { fail, type Issue, issue, ok, type Result } from '../base/index.ts'

export interface SequenceRecord {
  readonly id: string
  /** Rest of the header line after the id. */
  readonly description: string
  readonly sequence: string
  /** Phred+33 text, as long as the sequence; FASTQ only. */
  readonly quality?: string
}

const header = (line: string) => {
  const space = line.search(/\s/)
  return space < 0 ? { id: line.slice(1), description: '' } : { id: line.slice(1, space), description: line.slice(space + 1).trim() }
}

/** The gene that a protein's header names: `gene_symbol:KRAS` (Ensembl), `GN=KRAS` (UniProt); '' where it names none. */
export const geneInHeader = (text: string): string => /\bgene_symbol:(\S+)/.exec(text)?.[1] ?? /\bGN=(\S+)/.exec(text)?.[1] ?? ''

/** Errors: `fasta-no-header` (text before the first `>`), `fasta-letter` (a letter that no sequence has), `fasta-empty` (a record without a sequence). */
export function parseFasta(text: string): Result<readonly SequenceRecord[], Issue> {
  const records: SequenceRecord[] = []
  let current: { id: string; description: string; line: number } | undefined
  let empty: typeof current
  let pieces: string[] = []
  const flush = () => {
    if (current === undefined) return
    if (pieces.length === 0) empty ??= current
    records.push({ id: current.id, description: current.description, sequence: pieces.join('') })
    pieces = []
  }
  const lines = text.split(/\r?\n/)
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.startsWith('>')) {
      flush()
      current = { ...header(line), line: i + 1 }
    } else if (line.trim() !== '') {
      if (current === undefined)
        return fail(
          issue('fasta-no-header', `the first line is "${line.slice(0, 40)}", not a header`, 'start each record with ">name"', i + 1),
        )
      if (!/^[A-Za-z*.\-\s]+$/.test(line))
        return fail(
          issue(
            'fasta-letter',
            `"${line.slice(0, 40)}" holds a character that is no sequence letter`,
            'check that the file is FASTA and not compressed twice',
            i + 1,
          ),
        )
      pieces.push(line.replace(/\s+/g, ''))
    }
  }
  flush()
  return empty === undefined
    ? ok(records)
    : fail(
        issue(
          'fasta-empty',
          `${empty.id || 'a record'} has no sequence: the file may have been cut`,
          'copy the file again, or remove the record',
          empty.line,
        ),
      )
}

/** Four-line FASTQ. Errors: `fastq-malformed` with the record's first line. */
export function parseFastq(text: string): Result<readonly SequenceRecord[], Issue> {
  const lines = text.split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1) === '') lines.pop()
  const records: SequenceRecord[] = []
  for (let i = 0; i < lines.length; i += 4) {
    const [name = '', sequence = '', plus = '', quality = ''] = lines.slice(i, i + 4)
    if (!name.startsWith('@') || !plus.startsWith('+') || sequence.length !== quality.length || sequence === '') {
      return fail(
        issue(
          'fastq-malformed',
          `the record at this line is not four lines of @name, bases, +, qualities of equal length`,
          'check that the file was written completely',
          i + 1,
        ),
      )
    }
    records.push({ ...header(name), sequence, quality })
  }
  return ok(records)
}

/** FASTA with lines of `width` letters; 0 keeps a sequence on one line. */
export function formatFasta(records: readonly { id: string; description?: string; sequence: string }[], width = 60): string {
  let out = ''
  for (const record of records) {
    out += `>${record.id}${record.description === undefined || record.description === '' ? '' : ` ${record.description}`}\n`
    if (width === 0) out += `${record.sequence}\n`
    else for (let i = 0; i < record.sequence.length; i += width) out += `${record.sequence.slice(i, i + width)}\n`
  }
  return out
}
