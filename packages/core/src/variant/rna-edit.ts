// A genome edit on a transcript's RNA: where it is read when its place can shift, and what it replaces there.
import { reverseComplement } from '../bio/index.ts'
import { type Edit, type Place, placeOf } from './edit.ts'
import type { Genome, SplicedTranscript } from './transcript.ts'

/** RNA offsets in reading direction; `insert` is in reading direction too. */
export interface RnaEdit {
  readonly edit: number
  readonly from: number
  readonly to: number
  readonly insert: string
  /** What is printed: the edit and the base before an indel. */
  readonly shownFrom: number
  readonly shownTo: number
}

/** An indel at an edge, read where the same change of the genome leaves the splice site, or else the exon, as it is: the sequence decides, not the coordinates. */
export function readEdit(edit: Edit, spliced: SplicedTranscript, genome: Genome): { readonly place: Place; readonly read: Edit } {
  const place = placeOf(edit, spliced)
  const pure = edit.start === edit.end
  const shiftable = pure || edit.insert === ''
  if (!shiftable || place === 'outside' || place === 'coding') return { place, read: edit }
  const { coding } = spliced.transcript
  const atEdge = pure && place !== '5_prime_utr' && place !== '3_prime_utr' && coding.includes(edit.start)
  if (place !== 'coding-edge' && !atEdge) return { place, read: edit }
  for (const read of shifted(edit, genome)) if (placeOf(read, spliced) === 'coding') return { place: 'coding', read }
  return { place, read: edit }
}

const LONGEST_SHIFT = 64

/** The same indel at its other places, nearest first, to either side; an unknown base is like no other. */
export function* shifted(edit: Edit, genome: Genome): Generator<Edit> {
  const { chromosome, start, end } = edit
  const length = Math.max(end - start, edit.insert.length)
  const most = Math.min(LONGEST_SHIFT, length + 8)
  const before = genome.bases(chromosome, start - most, start)
  const behind = genome.bases(chromosome, end, end + most)
  const moved = edit.insert === '' ? genome.bases(chromosome, start, end) : edit.insert
  let right = moved
  let left = moved
  let rightGoes = true
  let leftGoes = before.length === most
  for (let by = 1; by <= most && (rightGoes || leftGoes); by++) {
    rightGoes &&= behind.length >= by && behind[by - 1] === right[0] && right[0] !== 'N'
    if (rightGoes) {
      right = right.slice(1) + right[0]!
      yield { ...edit, start: start + by, end: end + by, insert: edit.insert === '' ? '' : right }
    }
    leftGoes &&= before[before.length - by] === left.at(-1) && left.at(-1) !== 'N'
    if (leftGoes) {
      left = left.at(-1)! + left.slice(0, -1)
      yield { ...edit, start: start - by, end: end - by, insert: edit.insert === '' ? '' : left }
    }
  }
}

/** Genome base at an RNA offset. */
export function baseAt(offset: number, spliced: SplicedTranscript): number {
  for (const piece of spliced.pieces) {
    const inside = offset - piece.offset
    if (inside >= 0 && inside < piece.end - piece.start) return spliced.transcript.forward ? piece.start + inside : piece.end - 1 - inside
  }
  return -1
}

/** The piece that holds an edit wholly. */
export function pieceOf(edit: Edit, spliced: SplicedTranscript) {
  return spliced.pieces.find(piece => edit.start >= piece.start && edit.end <= piece.end)
}

export function editedRna(edit: Edit, spliced: SplicedTranscript): string | undefined {
  const piece = pieceOf(edit, spliced)
  if (piece === undefined) return undefined
  const { forward } = spliced.transcript
  const from = piece.offset + (forward ? edit.start - piece.start : piece.end - edit.end)
  const to = from + (edit.end - edit.start)
  return spliced.sequence.slice(0, from) + (forward ? edit.insert : reverseComplement(edit.insert)) + spliced.sequence.slice(to)
}

/** Of a substitution of several bases that reaches over an edge, the coding bases. */
export function codingPart(edit: Edit, spliced: SplicedTranscript): Edit {
  const { coding } = spliced.transcript
  for (let i = 0; i < coding.length; i += 2) {
    const start = Math.max(edit.start, coding[i]!)
    const end = Math.min(edit.end, coding[i + 1]!)
    if (start < end) return { ...edit, start, end, insert: edit.insert.slice(start - edit.start, end - edit.start) }
  }
  return edit
}

export function rnaEdits(edit: Edit, index: number, spliced: SplicedTranscript): readonly RnaEdit[] {
  const { forward, coding } = spliced.transcript
  const out: RnaEdit[] = []
  // an indel is shown with the genome's base before it, or the one behind where that is not coding
  let shownStart = edit.start
  let shownEnd = edit.end
  if (edit.insert === '' || edit.start === edit.end) {
    let before = false
    for (let i = 0; i < coding.length; i += 2)
      if (edit.start - 1 >= coding[i]! && edit.start - 1 < coding[i + 1]! && edit.end <= coding[i + 1]!) before = true
    if (before) shownStart--
    else shownEnd++
  }
  for (const piece of spliced.pieces) {
    if (edit.start < piece.start || edit.end > piece.end || (edit.start === edit.end && edit.start === piece.end)) continue
    const at = (base: number) => piece.offset + (forward ? base - piece.start : piece.end - base)
    const [from, to] = forward ? [at(edit.start), at(edit.end)] : [at(edit.end), at(edit.start)]
    const [shownFrom, shownTo] = forward ? [at(shownStart), at(shownEnd)] : [at(shownEnd), at(shownStart)]
    out.push({ edit: index, from, to, insert: forward ? edit.insert : reverseComplement(edit.insert), shownFrom, shownTo })
  }
  return out
}
