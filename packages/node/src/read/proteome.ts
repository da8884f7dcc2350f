// Proteins of a FASTA one by one; headers of Ensembl and UniProt give gene and transcript.
import { type Caveat, caveat, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import type { HlaAllele } from '@cognate/core/bio'
import { geneInHeader } from '@cognate/core/format'
import { eachLine } from './text.ts'

export interface ReadProtein {
  /** First word of the header. */
  readonly id: string
  /** `transcript:` of Ensembl, or the id. */
  readonly transcript: string
  readonly gene: string
  readonly sequence: string
}

export interface ReadProteome {
  readonly proteins: number
  /** Of another species than man, as its headers say; undefined where they do not. */
  readonly foreign: string | undefined
}

/** Shorter ones of four letters alone may be proteins. */
const NUCLEIC_LENGTH = 20

/** `OS=Mus musculus` of UniProt, `ENSMUSP…` of Ensembl: an id of man has no letters between ENS and P. */
const foreignOf = (header: string): string | undefined => {
  const species = /\bOS=([A-Z]\S+ \S+)/.exec(header)?.[1]
  return species === undefined ? /^(ENS[A-Z]{3,})P\d/.exec(header)?.[1] : species === 'Homo sapiens' ? undefined : species
}

/** Errors: `fasta-no-header`, `fasta-empty`, `proteome-empty`, `proteome-nucleotides` (bases alone, such as Ensembl's cdna.all), those of the file. */
export async function eachProtein(path: string, take: (protein: ReadProtein) => void): Promise<Result<ReadProteome, Issue>> {
  let header = ''
  let pieces: string[] = []
  let proteins = 0
  let nucleic = 0
  let foreign: string | undefined
  let last = 0
  let empty: Issue | undefined
  const flush = (line: number) => {
    if (header === '') return
    if (pieces.length === 0)
      empty ??= issue('fasta-empty', `${header.slice(0, 40)} has no sequence: the file may have been cut`, 'copy the file again', line)
    const id = header.split(/\s/)[0]!
    const sequence = pieces.join('').toUpperCase()
    proteins++
    if (sequence.length >= NUCLEIC_LENGTH && /^[ACGTUN]+$/.test(sequence)) nucleic++
    foreign ??= foreignOf(header)
    take({
      id,
      transcript: /transcript:(\S+)/.exec(header)?.[1] ?? id,
      gene: geneInHeader(header),
      sequence,
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
  if (proteins === 0)
    return fail(inFile(path, issue('proteome-empty', 'the file holds no protein', 'give a protein FASTA such as Ensembl pep.all')))
  return nucleic === proteins
    ? fail(
        inFile(
          path,
          issue(
            'proteome-nucleotides',
            'every sequence is of bases alone: nothing of the proteome would be found',
            'give proteins, such as Ensembl pep.all, not cdna.all',
          ),
        ),
      )
    : ok({ proteins, foreign })
}

/** The alleles are of man, the proteome is not: what is found in it says little, and nothing found says nothing. */
export const foreignProteome = (foreign: string | undefined, alleles: readonly HlaAllele[]): readonly Caveat[] =>
  foreign === undefined || !alleles.some(allele => allele.startsWith('HLA-'))
    ? []
    : [caveat('proteome-species', `the proteome is of ${foreign}, the alleles are of man: give the human proteome`)]
