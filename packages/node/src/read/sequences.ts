// Named sequences of a FASTA, GenBank or SnapGene file, and a vector as one record.
import { basename } from 'node:path'
import { fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { type GenbankPart, type GenbankRecord, parseFasta, parseGenbank, parseSnapgene } from '@cognate/core/format'
import { readBytes, readParsed, readText } from './text.ts'

export interface NamedSequence {
  readonly id: string
  readonly sequence: string
  /** First base of the first CDS on the sequence's strand, and the base behind it; undefined when the file names none. */
  readonly coding: GenbankPart | undefined
}

const named = (record: GenbankRecord): NamedSequence => ({
  id: record.name,
  sequence: record.sequence,
  coding: record.features.find(feature => feature.type === 'CDS' && feature.strand === 1)?.parts[0],
})

const isSnapgene = (path: string): boolean => path.toLowerCase().endsWith('.dna')

function readSnapgene(path: string): Result<GenbankRecord, Issue> {
  const bytes = readBytes(path)
  if (!bytes.ok) return bytes
  const record = parseSnapgene(bytes.value, basename(path).slice(0, -'.dna'.length))
  return record.ok ? record : fail(inFile(path, record.issue))
}

/** Sequences of a FASTA, GenBank or SnapGene file; a SnapGene file holds one, named like the file. */
export function readSequences(path: string): Result<readonly NamedSequence[], Issue> {
  if (isSnapgene(path)) {
    const record = readSnapgene(path)
    return record.ok ? ok([named(record.value)]) : record
  }
  return readParsed(path, text => {
    if (text.trimStart().startsWith('LOCUS')) {
      const records = parseGenbank(text)
      return records.ok ? ok(records.value.map(named)) : records
    }
    const records = parseFasta(text)
    return records.ok
      ? ok(records.value.map(record => ({ id: record.id, sequence: record.sequence.toUpperCase(), coding: undefined })))
      : records
  })
}

/** A vector with its features: GenBank or SnapGene. Errors: those of the formats; `vector-records` when the file holds several. */
export function readPlasmid(path: string): Result<GenbankRecord, Issue> {
  if (isSnapgene(path)) return readSnapgene(path)
  const text = readText(path)
  if (!text.ok) return text
  const records = parseGenbank(text.value)
  if (!records.ok) return fail(inFile(path, records.issue))
  return records.value.length === 1
    ? ok(records.value[0]!)
    : fail(inFile(path, issue('vector-records', `the file holds ${records.value.length} records`, 'give the vector in a file of its own')))
}
