// What a user names for the own consequence engine → annotation, genome and phased neighbours, ready to use.
import { type Caveat, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import { parseVcfHeader, parseVcfRecord, type VcfHeader } from '@cognate/core/format'
import { alleleKey, editOf, type Neighbour, type OwnRoute, phaseOf, type TranscriptIndex, type UnknownPhase } from '@cognate/core/variant'
import { openImportedGenome } from '../reference/store.ts'
import { readReference } from './genome.ts'
import { eachLine } from './text.ts'

export interface OwnRouteInput {
  /** Name of an imported genome. */
  readonly reference?: string
  readonly annotation?: string
  readonly genome?: string
  readonly phased?: string
  readonly phasedSample?: string
  readonly unknownPhase: UnknownPhase
  /** Stretches of genome, by chromosome key, to hold beside the exons; an imported genome holds its own only. */
  readonly further?: ReadonlyMap<string, readonly number[]>
}

export interface OpenedRoute {
  readonly route: OwnRoute
  readonly caveats: readonly Caveat[]
}

/** Errors: `route-incomplete` when annotation and genome are not given together, and those of the files. */
export async function openOwnRoute(input: OwnRouteInput): Promise<Result<OpenedRoute, Issue>> {
  const opened = await openIndex(input)
  if (!opened.ok) return opened
  const { index, reference, caveats } = opened.value
  const phased = input.phased === undefined ? ok([]) : await readPhased(input.phased, input.phasedSample, index)
  if (!phased.ok) return phased
  return ok({ route: { index, reference, unknownPhase: input.unknownPhase, phased: { alleles: phased.value } }, caveats })
}

async function openIndex(
  input: OwnRouteInput,
): Promise<Result<{ index: TranscriptIndex; reference: string; caveats: readonly Caveat[] }, Issue>> {
  if (input.reference !== undefined) {
    const opened = openImportedGenome(input.reference)
    return opened.ok
      ? ok({ index: opened.value.index, reference: `${input.reference} (sha256 ${opened.value.sha256.slice(0, 12)})`, caveats: [] })
      : opened
  }
  if (input.annotation === undefined || input.genome === undefined) {
    return fail(
      issue(
        'route-incomplete',
        input.annotation === undefined ? 'a genome was given without an annotation' : 'an annotation was given without a genome',
        'give both --annotation and --genome, or --reference with an imported one',
      ),
    )
  }
  const read = await readReference(input.annotation, input.genome, { further: input.further })
  return read.ok ? ok({ ...read.value, reference: `${input.annotation} with ${input.genome}` }) : read
}

/** Alleles of one sample of a phased VCF that lie near a coding transcript. Errors: `sample-absent`, `sample-ambiguous`, those of the reader. */
async function readPhased(
  path: string,
  sampleName: string | undefined,
  index: TranscriptIndex,
): Promise<Result<readonly { key: string; neighbour: Neighbour }[], Issue>> {
  const head: string[] = []
  let header: VcfHeader | undefined
  let sample = 0
  const alleles: { key: string; neighbour: Neighbour }[] = []
  const read = await eachLine(path, (line, number) => {
    if (header === undefined) {
      head.push(line)
      if (line.startsWith('##')) return undefined
      const parsed = parseVcfHeader(head)
      if (!parsed.ok) return parsed.issue
      header = parsed.value
      const named = sampleName === undefined ? -1 : header.samples.indexOf(sampleName)
      if (named < 0 && header.samples.length !== 1)
        return issue(
          sampleName === undefined ? 'sample-ambiguous' : 'sample-absent',
          `the phased VCF has the samples ${header.samples.join(', ') || 'none'}${sampleName === undefined ? '' : `, not ${sampleName}`}`,
          'name one of these with --phased-sample',
          number,
        )
      sample = Math.max(0, named)
      return undefined
    }
    if (line.trim() === '') return undefined
    const record = parseVcfRecord(line, number, header)
    if (!record.ok) return record.issue
    const { chromosome, position, ref, alts } = record.value
    const name = index.genome.nameOf(chromosome)
    if (name === undefined || index.near(name, position - 1, position - 1 + ref.length).length === 0) return undefined
    const called = (record.value.samples[sample] ?? '').split(':')[record.value.format.indexOf('GT')]?.split(/[/|]/) ?? []
    for (const [alt, bases] of alts.entries()) {
      if (!called.includes(String(alt + 1)) || !/^[ACGTN]+$/.test(bases)) continue
      const edit = editOf(name, position, ref, bases)
      if (edit === undefined) continue
      const phase = phaseOf(record.value, sample, alt)
      alleles.push({ key: alleleKey(name, position, ref, bases), neighbour: { edit, phase, germline: true } })
    }
    return undefined
  })
  if (!read.ok) return read
  if (header === undefined)
    return fail(
      inFile(path, issue('vcf-header', 'the file ends before a #CHROM line', 'give a complete VCF file', Math.max(1, head.length))),
    )
  return ok(alleles)
}
