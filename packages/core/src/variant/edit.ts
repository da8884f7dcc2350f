// A small variant as a change of the genome, and what of a transcript's anatomy it touches. 0-based half-open on the genome.
import { MEANS } from './consequence-words.ts'
import type { Genome, SplicedTranscript, Transcript } from './transcript.ts'

export interface Edit {
  readonly chromosome: string
  /** Replaced bases; empty for an insertion, which stands before `start`. */
  readonly start: number
  readonly end: number
  readonly insert: string
  /** 1-based POS, REF and ALT as written. */
  readonly position: number
  readonly ref: string
  readonly alt: string
}

/** Trims what REF and ALT share, at the end first, but for an insertion's first base when it is shared; undefined when they are the same. */
export function editOf(chromosome: string, position: number, ref: string, alt: string): Edit | undefined {
  const anchor = alt.length > ref.length && ref[0] === alt[0] ? 1 : 0
  let tail = 0
  while (tail < ref.length - anchor && tail < alt.length - anchor && ref[ref.length - 1 - tail] === alt[alt.length - 1 - tail]) tail++
  let head = 0
  const most = Math.min(ref.length, alt.length) - tail
  while (head < most && ref[head] === alt[head]) head++
  if (head + tail === ref.length && head + tail === alt.length) return undefined
  const start = position - 1 + head
  return { chromosome, start, end: position - 1 + ref.length - tail, insert: alt.slice(head, alt.length - tail), position, ref, alt }
}

export const SPLICE_SITE = 2
export const REGION_INTRON = 8
export const REGION_EXON = 3

/** Bases of the edited genome from `from` on, in the coordinates of the edited sequence's left part. */
function editedAfter(edit: Edit, genome: Genome, from: number, length: number): string {
  // `from` lies at or before the edit
  const before = genome.bases(edit.chromosome, from, Math.min(edit.start, from + length))
  const rest = length - before.length
  if (rest <= 0) return before.slice(0, length)
  const tail = edit.insert + genome.bases(edit.chromosome, edit.end, edit.end + rest)
  return before + tail.slice(0, rest)
}

/** Bases of the edited genome before `to`, which lies at or behind the edit. */
function editedBefore(edit: Edit, genome: Genome, to: number, length: number): string {
  const behind = genome.bases(edit.chromosome, Math.max(edit.end, to - length), to)
  const rest = length - behind.length
  if (rest <= 0) return behind
  const head = genome.bases(edit.chromosome, edit.start - rest, edit.start) + edit.insert
  return head.slice(head.length - rest) + behind
}

/** Bits of splice words that an edit earns at the introns of a transcript. A site whose bases stay the same is `synonymous` with its word. */
export function spliceWords(edit: Edit, transcript: Transcript, genome: Genome): number {
  const { exons, forward } = transcript
  let bits = 0
  for (let i = 0; i < exons.length; i += 2) {
    const from = exons[i]!
    const to = exons[i + 1]!
    if (edit.start > to + REGION_INTRON || edit.end < from - REGION_INTRON) continue
    if (i > 0) bits |= leftEdge(edit, from, forward ? MEANS.splice_acceptor : MEANS.splice_donor, genome)
    if (i + 2 < exons.length) bits |= rightEdge(edit, to, forward ? MEANS.splice_donor : MEANS.splice_acceptor, genome)
  }
  return bits
}

function leftEdge(edit: Edit, edge: number, site: number, genome: Genome): number {
  const { chromosome, start, end, insert } = edit
  const pure = start === end
  const touchesSite = pure ? start > edge - SPLICE_SITE && start < edge : start < edge && end > edge - SPLICE_SITE
  const outer = edge - REGION_INTRON
  if (touchesSite) {
    const before = genome.bases(chromosome, edge - SPLICE_SITE, edge)
    const now =
      end <= edge ? editedBefore(edit, genome, edge, SPLICE_SITE) : editedBefore({ ...edit, insert: '' }, genome, edit.end, SPLICE_SITE)
    if (insert.length !== end - start && before === now) return MEANS.synonymous | site
    return site
  }
  const inIntron = pure ? start > outer && start <= edge - SPLICE_SITE : start < edge - SPLICE_SITE && end > outer
  if (inIntron) {
    if (insert.length === end - start) return MEANS.splice_region
    const before = genome.bases(chromosome, outer, edge)
    return editedBefore(edit, genome, edge, REGION_INTRON) === before ? MEANS.synonymous | MEANS.splice_region : MEANS.splice_region
  }
  const inExon = pure ? start >= edge && start <= edge + REGION_EXON : start < edge + REGION_EXON && end > edge
  return inExon ? MEANS.splice_region : 0
}

function rightEdge(edit: Edit, edge: number, site: number, genome: Genome): number {
  const { chromosome, start, end, insert } = edit
  const pure = start === end
  const touchesSite = pure ? start >= edge && start < edge + SPLICE_SITE : start < edge + SPLICE_SITE && end > edge
  const outer = edge + REGION_INTRON
  if (touchesSite) {
    const before = genome.bases(chromosome, edge, edge + SPLICE_SITE)
    const now = start >= edge ? editedAfter(edit, genome, edge, SPLICE_SITE) : genome.bases(chromosome, end, end + SPLICE_SITE)
    if (insert.length !== end - start && before === now) return MEANS.synonymous | site
    return site
  }
  const inIntron = pure ? start >= edge + SPLICE_SITE && start < outer : end > edge + SPLICE_SITE && start < outer
  if (inIntron) {
    if (insert.length === end - start) return MEANS.splice_region
    const before = genome.bases(chromosome, edge, outer)
    return editedAfter(edit, genome, edge, REGION_INTRON) === before ? MEANS.synonymous | MEANS.splice_region : MEANS.splice_region
  }
  const inExon = pure ? start < edge && start > edge - REGION_EXON : end > edge - REGION_EXON && start < edge
  return inExon ? MEANS.splice_region : 0
}

/** Where an edit lies in a coding transcript. */
export type Place =
  /** Outside the transcript. */
  | 'outside'
  | 'intron'
  | '5_prime_utr'
  | '3_prime_utr'
  /** Wholly inside the coding part of one piece. */
  | 'coding'
  /** Reaches from coding bases over an edge of the coding part. */
  | 'coding-edge'

export function placeOf(edit: Edit, spliced: SplicedTranscript): Place {
  const { transcript } = spliced
  const { coding, exons, forward } = transcript
  const pure = edit.start === edit.end
  if (pure ? edit.start <= transcript.start || edit.start >= transcript.end : edit.end <= transcript.start || edit.start >= transcript.end)
    return 'outside'
  let touched = false
  for (let i = 0; i < coding.length; i += 2) {
    const from = coding[i]!
    const to = coding[i + 1]!
    if (
      pure
        ? edit.start < to && (edit.start > from || (edit.start === from && isBehindIntron(from, exons)))
        : edit.start >= from && edit.end <= to
    )
      return 'coding'
    if (!pure && edit.start < to && edit.end > from) touched = true
  }
  if (touched) return 'coding-edge'
  const first = coding[0]!
  const last = coding.at(-1)!
  for (let i = 0; i < exons.length; i += 2) {
    const from = exons[i]!
    const to = exons[i + 1]!
    const inside = pure ? edit.start >= from && edit.start <= to : edit.start < to && edit.end > from
    if (!inside) continue
    if (edit.end <= first) return forward ? '5_prime_utr' : '3_prime_utr'
    if (edit.start >= last) return forward ? '3_prime_utr' : '5_prime_utr'
  }
  return 'intron'
}

/** An insertion right behind an intron, on the genome, is read as the exon's first bases: the site before it stays as it is. */
function isBehindIntron(edge: number, exons: Int32Array): boolean {
  for (let i = 2; i < exons.length; i += 2) if (exons[i] === edge) return true
  return false
}
