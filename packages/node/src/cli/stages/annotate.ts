// Stage `annotate`: contig FASTA or FASTQ → AIRR Rearrangement TSV.
import { caveat, Funnel, fail, type Issue, inFile, issue, ok, type Result } from '@cognate/core/base'
import type { Germline } from '@cognate/core/bio'
import { formatTsv, parseFasta, parseFastq, type SequenceRecord } from '@cognate/core/format'
import { ANNOTATION_COLUMNS, annotationCells, ContigAnnotator, novelBases, novelBaseText } from '@cognate/core/receptor'
import { shippedDSegments, shippedGermline } from '../../read/shipped.ts'
import { readStandardInput, readText } from '../../read/text.ts'
import { importedGermline } from '../../reference/germline.ts'
import { count, plural, type StageOutcome } from './stage.ts'

export interface AnnotateInput {
  /** FASTA or FASTQ, plain or gzip; `-` is standard input. */
  readonly contigs: string
  readonly species: 'human' | 'mouse'
  /** Name or folder of an imported IMGT germline; undefined: the shipped open set. */
  readonly reference?: string
}

async function readRecords(path: string): Promise<Result<readonly SequenceRecord[], Issue>> {
  const text = path === '-' ? await readStandardInput() : readText(path)
  if (!text.ok) return text
  const first = text.value.trimStart()[0]
  if (first === undefined) return fail(inFile(path, issue('contigs-empty', 'the file is empty', 'give contigs as FASTA or FASTQ', 1)))
  const records = first === '@' ? parseFastq(text.value) : parseFasta(text.value)
  return records.ok ? records : fail(inFile(path, records.issue))
}

export async function annotateContigs(input: AnnotateInput): Promise<StageOutcome> {
  const records = await readRecords(input.contigs)
  if (!records.ok) return records
  const germline: Result<Germline, Issue> =
    input.reference === undefined ? ok(shippedGermline(input.species)) : importedGermline(input.reference, input.species)
  if (!germline.ok) return germline
  const annotator = new ContigAnnotator(germline.value, shippedDSegments(input.species))
  const funnel = new Funnel('annotate')
  const contigs = records.value.map(record => {
    funnel.add('in', record.id)
    const contig = annotator.annotate(record.sequence)
    funnel.add(contig.reason !== '' ? contig.reason : contig.productive ? 'out' : 'not-productive', record.id)
    return contig
  })
  const novel = novelBases(
    contigs,
    records.value.map(record => record.quality),
  )
  const rows = records.value.map((record, i) => annotationCells(record.id, contigs[i]!, novel[i]))
  const alleles = new Map(novel.flat().flatMap(base => (base.kind === 'novel-allele' ? [[base.name, base] as const] : [])))
  const productive = funnel.count('out')
  return ok({
    files: new Map([['annotation.tsv', formatTsv(ANNOTATION_COLUMNS, rows)]]),
    funnel: funnel.rows(),
    caveats: [...alleles.values()].map(base => caveat('novel-allele', novelBaseText({ ...base, quality: undefined }))),
    headline: `${plural(records.value.length, 'contig')} → ${count(productive)} productive (${germline.value.release})`,
    ...(productive === 0
      ? { empty: 'no contig holds a productive receptor chain: is the species right, and are these V(D)J contigs?' }
      : {}),
  })
}
