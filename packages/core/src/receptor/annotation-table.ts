// Annotated contigs under AIRR Rearrangement's names (schema 1.4.1); coordinates 1-based and closed, as it wants them.
import { translate, vRegions } from '../bio/index.ts'
import type { Cell } from '../format/index.ts'
import { type AnnotatedContig, contigPlace, type PlacedSegment } from './contig-annotator.ts'
import { type NovelBase, novelBaseText } from './novel-allele.ts'

export const ANNOTATION_COLUMNS = [
  'sequence_id',
  'sequence',
  'rev_comp',
  'productive',
  'vj_in_frame',
  'stop_codon',
  'complete_vdj',
  'locus',
  'v_call',
  'd_call',
  'j_call',
  'c_call',
  'junction',
  'junction_aa',
  'sequence_alignment',
  'germline_alignment',
  'v_cigar',
  'd_cigar',
  'j_cigar',
  'v_sequence_start',
  'v_sequence_end',
  'd_sequence_start',
  'd_sequence_end',
  'j_sequence_start',
  'j_sequence_end',
  'c_sequence_start',
  'c_sequence_end',
  'v_germline_start',
  'v_germline_end',
  'j_germline_start',
  'j_germline_end',
  'v_identity',
  'j_identity',
  'fwr1',
  'cdr1',
  'fwr2',
  'cdr2',
  'fwr3',
  'fwr4',
  'cdr3',
  'np1',
  'np2',
  'leader_sequence',
  'chain_nt',
  'differences',
  'novel_bases',
  'reason',
  'caveats',
] as const

const truth = (value: boolean | undefined): string => (value === undefined ? '' : value ? 'T' : 'F')

/** `5S280M3S`-like text of an alignment in the contig. */
function cigar(placing: PlacedSegment<unknown> | undefined, length: number): string {
  if (placing === undefined) return ''
  let out = placing.start > 0 ? `${placing.start}S` : ''
  if (placing.germlineStart > 0) out += `${placing.germlineStart}N`
  let run = 0
  let kind = ''
  const flush = () => {
    if (run > 0) out += `${run}${kind}`
    run = 0
  }
  for (let i = 0; i < placing.contigAligned.length; i++) {
    const now =
      placing.contigAligned[i] === '-'
        ? 'D'
        : placing.germlineAligned[i] === '-'
          ? 'I'
          : placing.contigAligned[i] === placing.germlineAligned[i]
            ? '='
            : 'X'
    if (now !== kind) flush()
    kind = now
    run++
  }
  flush()
  return placing.end < length ? `${out}${length - placing.end}S` : out
}

interface Regions {
  readonly fwr1: string
  readonly cdr1: string
  readonly fwr2: string
  readonly cdr2: string
  readonly fwr3: string
}

/** Frameworks and loops of V by IMGT's numbering, through the alignment; CDR2 and FWR3 where the germline tells their border. */
function frameworks({ v, sequence, junctionStart }: AnnotatedContig): Regions {
  const none = { fwr1: '', cdr1: '', fwr2: '', cdr2: '', fwr3: '' }
  const regions = v === undefined ? undefined : vRegions(v.segment)
  if (v === undefined || regions === undefined) return none
  const at = (offset: number) => contigPlace(v, offset)
  const between = (from: number, to: number) => sequence.slice(at(from), at(to))
  if (at(0) < 0) return none
  const [cdr1, fwr2] = regions.cdr1
  const known = { fwr1: between(0, cdr1), cdr1: between(cdr1, fwr2) }
  if (regions.cdr2 === undefined) return { ...none, ...known, fwr2: '' }
  const [cdr2, fwr3] = regions.cdr2
  // FWR3 is 66-104: it holds the cysteine that the junction begins with
  const last = junctionStart === undefined ? '' : sequence.slice(at(fwr3), junctionStart + 3)
  return { ...known, fwr2: between(fwr2, cdr2), cdr2: between(cdr2, fwr3), fwr3: last }
}

export function annotationCells(id: string, contig: AnnotatedContig, novel: readonly NovelBase[] = []): readonly Cell[] {
  const { v, d, j, c, sequence, junctionStart, junctionEnd } = contig
  const junction = junctionStart === undefined || junctionEnd === undefined ? '' : sequence.slice(junctionStart, junctionEnd)
  const junctionAa = contig.inFrame === true ? translate(junction) : ''
  const span = (placing: { readonly start: number; readonly end: number } | undefined): readonly Cell[] =>
    placing === undefined ? [undefined, undefined] : [placing.start + 1, placing.end]
  const between = v !== undefined && j !== undefined && j.start > v.end ? sequence.slice(v.end, j.start) : ''
  const regions = frameworks(contig)
  const end = j?.end ?? v?.end ?? 0
  const joined = (side: 'contigAligned' | 'germlineAligned') =>
    v === undefined || j === undefined ? '' : `${v[side]}${side === 'contigAligned' ? between : 'N'.repeat(between.length)}${j[side]}`
  return [
    id,
    sequence,
    truth(contig.reversed),
    truth(contig.productive),
    truth(contig.inFrame),
    truth(contig.stopCodon),
    truth(v !== undefined && j !== undefined && v.germlineStart === 0 && j.germlineEnd >= j.segment.sequence.length - 1),
    contig.locus,
    v?.calls.join(','),
    d?.name,
    j?.calls.join(','),
    c?.calls.join(','),
    junction,
    junctionAa,
    joined('contigAligned'),
    joined('germlineAligned'),
    cigar(v, sequence.length),
    d === undefined ? undefined : `${d.start}S${d.end - d.start}=${sequence.length - d.end}S`,
    cigar(j, sequence.length),
    ...span(v),
    ...span(d),
    ...span(j),
    ...span(c),
    ...(v === undefined ? [undefined, undefined] : [v.germlineStart + 1, v.germlineEnd]),
    ...(j === undefined ? [undefined, undefined] : [j.germlineStart + 1, j.germlineEnd]),
    v === undefined ? undefined : Number(v.identity.toFixed(4)),
    j === undefined ? undefined : Number(j.identity.toFixed(4)),
    regions.fwr1,
    regions.cdr1,
    regions.fwr2,
    regions.cdr2,
    regions.fwr3,
    junctionEnd === undefined ? '' : sequence.slice(junctionEnd - 3, end),
    junction.slice(3, -3),
    d === undefined ? between : sequence.slice(v?.end ?? d.start, d.start),
    d === undefined ? '' : sequence.slice(d.end, j?.start ?? d.end),
    contig.leaderStart === undefined || v === undefined ? '' : sequence.slice(contig.leaderStart, v.start - v.germlineStart),
    contig.leaderStart === undefined || j === undefined ? '' : sequence.slice(contig.leaderStart, j.end),
    contig.differences.join(';'),
    novel.map(novelBaseText).join('; '),
    contig.reason,
    [...contig.caveats.map(other => other.code), ...new Set(novel.map(base => base.kind))].join(';'),
  ]
}
