// HGVS names of a change on the genome and on a transcript's RNA (HGVS nomenclature 21.0, https://hgvs-nomenclature.org): indels as far 3' as they go.
import { reverseComplement } from '../bio/index.ts'
import type { Edit } from './edit.ts'
import { shifted } from './rna-edit.ts'
import type { Genome, SplicedTranscript } from './transcript.ts'

/** The same indel as far along the given strand as it goes. */
function mostThreePrime(edit: Edit, forward: boolean, genome: Genome): Edit {
  let best = edit
  for (;;) {
    let moved = best
    for (const read of shifted(best, genome)) if (forward ? read.start > moved.start : read.start < moved.start) moved = read
    if (moved === best) return best
    best = moved
  }
}

const isIndel = (edit: Edit): boolean => (edit.insert === '') !== (edit.start === edit.end)

/** `chr7:g.140753336A>T`; the chromosome as the genome names it. */
export function hgvsGenomic(edit: Edit, genome: Genome): string {
  const read = isIndel(edit) ? mostThreePrime(edit, true, genome) : edit
  return `${edit.chromosome}:g.${described(read, true, base => String(base + 1), genome)}`
}

/** `ENST00000256078:c.35G>A`; empty for a change outside the transcript. Positions in introns count from the nearer exon edge. */
export function hgvsCoding(edit: Edit, spliced: SplicedTranscript, genome: Genome): string {
  const { transcript } = spliced
  const read = isIndel(edit) ? mostThreePrime(edit, transcript.forward, genome) : edit
  if (read.start < transcript.start || read.end > transcript.end) return ''
  return `${transcript.id}:c.${described(read, transcript.forward, base => codingPosition(base, spliced), genome)}`
}

function described(edit: Edit, forward: boolean, name: (base: number) => string, genome: Genome): string {
  const strand = (bases: string) => (forward ? bases : reverseComplement(bases))
  const range = (start: number, end: number) => {
    const [first, last] = forward ? [start, end - 1] : [end - 1, start]
    return first === last ? name(first) : `${name(first)}_${name(last)}`
  }
  const { start, end, insert, chromosome } = edit
  if (start === end) {
    const length = insert.length
    const [from, to] = forward ? [start - length, start] : [start, start + length]
    if (genome.bases(chromosome, from, to) === insert) return `${range(from, to)}dup`
    const [before, behind] = forward ? [start - 1, start] : [start, start - 1]
    return `${name(before)}_${name(behind)}ins${strand(insert)}`
  }
  if (insert === '') return `${range(start, end)}del`
  if (insert.length === 1 && end - start === 1) return `${name(start)}${strand(genome.bases(chromosome, start, end))}>${strand(insert)}`
  return `${range(start, end)}delins${strand(insert)}`
}

/** `35`, `-12`, `*7`, `123+4`, `124-2`. */
function codingPosition(base: number, spliced: SplicedTranscript): string {
  const { forward } = spliced.transcript
  const inside = spliced.offsetsOf(base)[0]
  if (inside !== undefined) return exonicPosition(inside, spliced)
  for (let i = 0; i + 1 < spliced.pieces.length; i++) {
    const here = spliced.pieces[i]!
    const next = spliced.pieces[i + 1]!
    const [from, to] = forward ? [here.end, next.start] : [next.end, here.start]
    if (base < from || base >= to) continue
    const behind = forward ? base - from + 1 : to - base
    const before = forward ? to - base : base - from + 1
    const last = next.offset - 1
    return behind <= before ? `${exonicPosition(last, spliced)}+${behind}` : `${exonicPosition(next.offset, spliced)}-${before}`
  }
  return '?'
}

function exonicPosition(offset: number, { codingStart, codingEnd }: SplicedTranscript): string {
  if (offset < codingStart) return `-${codingStart - offset}`
  if (offset >= codingEnd) return `*${offset - codingEnd + 1}`
  return String(offset - codingStart + 1)
}
