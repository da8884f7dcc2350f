// Proteins of a FASTA one by one; headers of Ensembl and UniProt give gene and transcript.
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { eachLine } from './text.ts'

export interface ReadProtein {
  /** First word of the header. */
  readonly id: string
  /** `transcript:` of Ensembl, or the id. */
  readonly transcript: string
  readonly gene: string
  readonly sequence: string
}

/** Number of proteins. Errors: `fasta-no-header`, `proteome-empty`, those of the file. */
export async function eachProtein(path: string, take: (protein: ReadProtein) => void): Promise<Result<number, Issue>> {
  let header = ''
  let pieces: string[] = []
  let proteins = 0
  let last = 0
  let empty: Issue | undefined
  const flush = (line: number) => {
    if (header === '') return
    if (pieces.length === 0)
      empty ??= issue('fasta-empty', `${header.slice(0, 40)} has no sequence: the file may have been cut`, 'copy the file again', line)
    const id = header.split(/\s/)[0]!
    proteins++
    take({
      id,
      transcript: /transcript:(\S+)/.exec(header)?.[1] ?? id,
      gene: /gene_symbol:(\S+)/.exec(header)?.[1] ?? /GN=(\S+)/.exec(header)?.[1] ?? '',
      sequence: pieces.join('').toUpperCase(),
    })
    pieces = []
  }
  const read = await eachLine(path, (line, number) => {
    last = number
    if (line.startsWith('>')) {
      flush(number - 1)
      header = line.slice(1)
    } else if (header === '' && line !== '')
      return issue('fasta-no-header', `the first line is "${line.slice(0, 40)}", not a header`, 'give a protein FASTA', number)
    else if (line.trim() !== '') pieces.push(line.trim())
    return empty
  })
  if (!read.ok) return read
  flush(last)
  if (empty !== undefined) return fail(inFile(path, empty))
  return proteins === 0
    ? fail(inFile(path, issue('proteome-empty', 'the file holds no protein', 'give a protein FASTA such as Ensembl pep.all')))
    : ok(proteins)
}
