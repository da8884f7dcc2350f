// What the variants of one haplotype do to one transcript: the whole coding sequence is rebuilt with all of them, then compared with the reference.
// Words and their attachment to records follow bcftools csq (Danecek and McCarthy 2017, doi:10.1093/bioinformatics/btx100), so that results can be held against it.
import { reverseComplement, translate } from '../bio/index.ts'
import { MEANS } from './consequence-words.ts'
import { type Edit, type Place, placeOf, spliceWords } from './edit.ts'
import type { Genome, SplicedTranscript, Transcript } from './transcript.ts'

/** A consequence that belongs to one edit and names no residues. */
export interface PlainConsequence {
  readonly edit: number
  readonly bits: number
}

/** A stretch of the protein changed by one edit or by several that share codons or a broken frame. */
export interface ResidueChange {
  /** Indices of the edits, in reading direction. */
  readonly edits: readonly number[]
  readonly bits: number
  /** 0-based residue of the reference at which the stretch begins, and of the changed protein. */
  readonly at: number
  readonly mutantAt: number
  /** Residues of both, codon for codon; a stop is `*`. Without `toEnd` the same frame goes on behind them. */
  readonly wildType: string
  readonly mutant: string
  /** The frame stays broken: `mutant` runs to its stop, through the 3' UTR if need be. */
  readonly toEnd: boolean
  /** The same, cut where the annotated coding sequence ends: what bcftools prints. */
  readonly mutantInFrame: string
  /** A stop stands before it on this haplotype. */
  readonly behindStop: boolean
}

export interface Consequences {
  readonly plain: readonly PlainConsequence[]
  readonly changes: readonly ResidueChange[]
  /** Edits that overlap one before them on the haplotype: not applied. */
  readonly conflicting: readonly number[]
}

interface RnaEdit {
  readonly edit: number
  readonly from: number
  readonly to: number
  readonly insert: string
  /** What is printed: the edit and the base before an indel. */
  readonly shownFrom: number
  readonly shownTo: number
}

const ATG: ReadonlySet<string> = new Set(['ATG'])
/** NCBI table 2's. */
const MITOCHONDRIAL_STARTS: ReadonlySet<string> = new Set(['ATG', 'ATA', 'ATT', 'ATC', 'GTG'])
/** NCBI table 1's, all three. */
export const ALTERNATIVE_STARTS: ReadonlySet<string> = new Set(['ATG', 'TTG', 'CTG'])

/** Edits of one haplotype, ascending on the genome, at one coding transcript. A codon of `starts` in the place of the start keeps it. */
export function consequencesOf(
  edits: readonly Edit[],
  spliced: SplicedTranscript,
  genome: Genome,
  starts = spliced.transcript.geneticCode === 2 ? MITOCHONDRIAL_STARTS : ATG,
): Consequences {
  const plain: PlainConsequence[] = []
  const applied: RnaEdit[] = []
  const conflicting: number[] = []
  const nmd = spliced.transcript.biotype === 'nonsense_mediated_decay' ? MEANS.NMD_transcript : 0
  let end = -1
  for (let i = 0; i < edits.length; i++) {
    const edit = edits[i]!
    const { place, read } = readEdit(edit, spliced, genome)
    if (place === 'outside') continue
    if (place === 'coding' || place === 'coding-edge') {
      if (read.start < end) {
        conflicting.push(i)
        continue
      }
      end = Math.max(read.end, read.start)
    }
    const splice = spliceWordsAsRead(edit, read, spliced.transcript, genome)
    if (place === 'intron') plain.push({ edit: i, bits: splice === 0 ? MEANS.intron : splice | nmd })
    else if (place === '5_prime_utr' || place === '3_prime_utr') plain.push({ edit: i, bits: utrWord(edit, place, spliced, genome) | splice | nmd })
    else {
      const direct = directConsequence(read, place, spliced, splice)
      if (direct !== undefined) plain.push({ edit: i, bits: direct | nmd })
      else {
        applied.push(...rnaEdits(place === 'coding' ? read : codingPart(read, spliced), i, spliced))
        if (splice !== 0) plain.push({ edit: i, bits: splice | nmd })
      }
    }
  }
  return { plain, changes: residueChanges(applied, spliced, nmd, starts), conflicting }
}

/** An indel at an edge, read where the same change of the genome leaves the splice site, or else the exon, as it is: the sequence decides, not the coordinates. */
function readEdit(edit: Edit, spliced: SplicedTranscript, genome: Genome): { readonly place: Place; readonly read: Edit } {
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

const SITES = MEANS.splice_acceptor | MEANS.splice_donor

/** An indel read inside the exon leaves the splice site as it was: a deletion still names the site it was written over. */
function spliceWordsAsRead(edit: Edit, read: Edit, transcript: Transcript, genome: Genome): number {
  if (read === edit) return spliceWords(edit, transcript, genome)
  if (edit.start === edit.end) return spliceWords(read, transcript, genome)
  const sites = spliceWords(edit, transcript, genome) & SITES
  return sites === 0 ? spliceWords(read, transcript, genome) : MEANS.synonymous | sites
}

const LONGEST_SHIFT = 64

/** The same indel at its other places, nearest first, to either side. */
function* shifted(edit: Edit, genome: Genome): Generator<Edit> {
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
    rightGoes &&= behind.length >= by && behind[by - 1] === right[0]
    if (rightGoes) {
      right = right.slice(1) + right[0]!
      yield { ...edit, start: start + by, end: end + by, insert: edit.insert === '' ? '' : right }
    }
    leftGoes &&= before[before.length - by] === left.at(-1)
    if (leftGoes) {
      left = left.at(-1)! + left.slice(0, -1)
      yield { ...edit, start: start - by, end: end - by, insert: edit.insert === '' ? '' : left }
    }
  }
}

/** An indel of the 5' UTR that could as well be read in the start codon, and leaves it whole, is `start_retained`. */
function utrWord(edit: Edit, place: '5_prime_utr' | '3_prime_utr', spliced: SplicedTranscript, genome: Genome): number {
  if (place === '5_prime_utr' && (edit.insert === '') !== (edit.start === edit.end) && spliced.transcript.completeStart)
    for (const read of shifted(edit, genome)) if (placeOf(read, spliced) !== '5_prime_utr' && touchesStart(read, spliced)) return MEANS.start_retained
  return MEANS[place]
}

/** Bits where residues cannot be told: the start lost or kept by shifting, an edge of the coding sequence deleted. */
function directConsequence(edit: Edit, place: 'coding' | 'coding-edge', spliced: SplicedTranscript, splice: number): number | undefined {
  const { transcript } = spliced
  const indel = edit.insert.length !== edit.end - edit.start
  const lengthWord = () => {
    const lost = codingBases(edit, transcript.coding) - (place === 'coding' ? edit.insert.length : 0)
    return lost % 3 !== 0 ? MEANS.frameshift : lost > 0 ? MEANS.inframe_deletion : MEANS.inframe_insertion
  }
  const first = transcript.coding[0]!
  const last = transcript.coding.at(-1)!
  const { forward } = transcript
  const beyondStart = forward ? edit.start < first : edit.end > last
  const beyondEnd = forward ? edit.end > last : edit.start < first
  const hitsStart = indel && touchesStart(edit, spliced)
  if (hitsStart && transcript.completeStart) {
    const kept = startKept(edit, spliced)
    if (kept === 'shifted') return MEANS.start_retained | (splice & ~MEANS.synonymous)
    if (kept === 'lost') return MEANS.start_lost | (reachesPieceEnd(edit, spliced) ? lengthWord() : 0) | splice
  }
  if (place === 'coding') return undefined
  if (!indel) return undefined
  if (beyondStart) return (transcript.completeStart ? MEANS.start_lost : MEANS.coding_sequence) | splice
  if (beyondEnd) {
    if (!transcript.completeEnd || transcript.coding.length === 0) return MEANS.coding_sequence | splice
    if (stopKept(edit, spliced)) return MEANS.stop_retained | splice
    return MEANS.stop_lost | lengthWord() | splice
  }
  if (!transcript.completeStart && !transcript.completeEnd && splice === 0) return MEANS.coding_sequence
  const codonsBehind = codingBases({ ...edit, ...(forward ? { start: edit.end, end: last } : { start: first, end: edit.start }) }, transcript.coding) >= 3
  return (codonsBehind || transcript.completeEnd ? lengthWord() : 0) | (splice & ~MEANS.synonymous)
}

/** Coding bases of the reference that an edit takes away. */
function codingBases(edit: Edit, coding: Int32Array): number {
  let bases = 0
  for (let i = 0; i < coding.length; i += 2) bases += Math.max(0, Math.min(edit.end, coding[i + 1]!) - Math.max(edit.start, coding[i]!))
  return bases
}

function touchesStart(edit: Edit, spliced: SplicedTranscript): boolean {
  const { codingStart, sequence, transcript } = spliced
  if (!sequence.startsWith('ATG', codingStart) && !isStartCodon(sequence.slice(codingStart, codingStart + 3), transcript.geneticCode)) return false
  for (let offset = codingStart; offset < codingStart + 3; offset++) {
    const base = baseAt(offset, spliced)
    if (edit.start === edit.end) {
      // between two bases of the start codon
      const inner = offset > codingStart && edit.start === (transcript.forward ? base : base + 1)
      if (inner) return true
    } else if (base >= edit.start && base < edit.end) return true
  }
  return false
}

const isStartCodon = (codon: string, table: 1 | 2): boolean => (table === 2 ? MITOCHONDRIAL_STARTS : ATG).has(codon)

/** Genome base at an RNA offset. */
export function baseAt(offset: number, spliced: SplicedTranscript): number {
  for (const piece of spliced.pieces) {
    const inside = offset - piece.offset
    if (inside >= 0 && inside < piece.end - piece.start) return spliced.transcript.forward ? piece.start + inside : piece.end - 1 - inside
  }
  return -1
}

/** The piece that holds an edit wholly. */
function pieceOf(edit: Edit, spliced: SplicedTranscript) {
  return spliced.pieces.find(piece => edit.start >= piece.start && edit.end <= piece.end)
}

function editedRna(edit: Edit, spliced: SplicedTranscript): string | undefined {
  const piece = pieceOf(edit, spliced)
  if (piece === undefined) return undefined
  const { forward } = spliced.transcript
  const from = piece.offset + (forward ? edit.start - piece.start : piece.end - edit.end)
  const to = from + (edit.end - edit.start)
  return spliced.sequence.slice(0, from) + (forward ? edit.insert : reverseComplement(edit.insert)) + spliced.sequence.slice(to)
}

/** `shifted`: the coding sequence stands whole in the edited RNA; `in-place`: a start codon stands where it stood. */
function startKept(edit: Edit, spliced: SplicedTranscript): 'shifted' | 'in-place' | 'lost' {
  const edited = editedRna(edit, spliced)
  if (edited === undefined) return 'lost'
  const shift = edited.length - spliced.sequence.length
  if (spliced.codingStart + shift >= 0 && edited.slice(spliced.codingStart + shift) === spliced.sequence.slice(spliced.codingStart)) return 'shifted'
  return edited.startsWith('ATG', spliced.codingStart) ? 'in-place' : 'lost'
}

function stopKept(edit: Edit, spliced: SplicedTranscript): boolean {
  const edited = editedRna(edit, spliced)
  return edited?.slice(0, spliced.codingEnd) === spliced.sequence.slice(0, spliced.codingEnd)
}

/** A deletion that takes the last base of a coding piece. */
function reachesPieceEnd(edit: Edit, spliced: SplicedTranscript): boolean {
  const { coding, forward } = spliced.transcript
  for (let i = 0; i < coding.length; i += 2)
    if (edit.start < coding[i + 1]! && edit.end > coding[i]! && (forward ? edit.end >= coding[i + 1]! : edit.start <= coding[i]!)) return true
  return false
}

/** Of a substitution of several bases that reaches over an edge, the coding bases. */
function codingPart(edit: Edit, spliced: SplicedTranscript): Edit {
  const { coding } = spliced.transcript
  for (let i = 0; i < coding.length; i += 2) {
    const start = Math.max(edit.start, coding[i]!)
    const end = Math.min(edit.end, coding[i + 1]!)
    if (start < end) return { ...edit, start, end, insert: edit.insert.slice(start - edit.start, end - edit.start) }
  }
  return edit
}

function rnaEdits(edit: Edit, index: number, spliced: SplicedTranscript): readonly RnaEdit[] {
  const { forward, coding } = spliced.transcript
  const out: RnaEdit[] = []
  // an indel is shown with the genome's base before it, or the one behind where that is not coding
  let shownStart = edit.start
  let shownEnd = edit.end
  if (edit.insert === '' || edit.start === edit.end) {
    let before = false
    for (let i = 0; i < coding.length; i += 2) if (edit.start - 1 >= coding[i]! && edit.start - 1 < coding[i + 1]! && edit.end <= coding[i + 1]!) before = true
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

function residueChanges(edits: RnaEdit[], spliced: SplicedTranscript, nmd: number, starts: ReadonlySet<string>): readonly ResidueChange[] {
  if (edits.length === 0) return []
  edits.sort((a, b) => a.from - b.from || a.to - b.to)
  const { codingStart, codingEnd } = spliced
  const codon = (offset: number) => Math.floor((offset - codingStart) / 3)
  const out: ResidueChange[] = []
  let shift = 0
  let behindStop = false
  for (let i = 0; i < edits.length; ) {
    const before = shift
    const first = edits[i]!
    const members = [first]
    shift += first.insert.length - (first.to - first.from)
    let shownTo = first.shownTo
    for (i++; i < edits.length; i++) {
      const next = edits[i]!
      if ((shift - before) % 3 === 0 && codon(next.shownFrom) > codon(shownTo - 1)) break
      members.push(next)
      shift += next.insert.length - (next.to - next.from)
      shownTo = Math.max(shownTo, next.shownTo)
    }
    const change = blockChange(members, codon(first.shownFrom), codon(shownTo - 1) + 1, before, shift - before, behindStop, spliced, nmd, starts)
    out.push(change)
    behindStop ||= change.mutant.includes('*') && codingStart + 3 * (change.at + change.wildType.length) <= codingEnd && !change.toEnd && !change.wildType.includes('*')
  }
  return out
}

/** `from` and `to` are residues, `before` the bases gained upstream, `shift` those gained here. */
function blockChange(
  members: readonly RnaEdit[],
  from: number,
  to: number,
  before: number,
  shift: number,
  behindStop: boolean,
  spliced: SplicedTranscript,
  nmd: number,
  starts: ReadonlySet<string>,
): ResidueChange {
  const { codingStart, codingEnd, sequence, transcript } = spliced
  const start = codingStart + 3 * from
  const broken = shift % 3 !== 0
  const end = broken ? sequence.length : codingStart + 3 * to
  let edited = ''
  let at = start
  for (const edit of members) {
    edited += sequence.slice(at, edit.from) + edit.insert
    at = edit.to
  }
  const codingLength = edited.length + Math.max(0, codingEnd - at)
  edited += sequence.slice(at, end)
  const table = transcript.geneticCode
  const wildType = spliced.residues.slice(from, broken ? undefined : to)
  const whole = translate(edited, table)
  const mutant = broken ? toStop(whole) : withSelenocysteines(whole, from, shift, members, spliced)
  const mutantInFrame = broken ? toStop(translate(edited.slice(0, codingLength), table)) : mutant
  return {
    edits: members.map(edit => edit.edit),
    bits: blockWords(members, from, wildType, mutantInFrame, shift, spliced, starts.has(edited.slice(0, 3))) | nmd,
    at: from,
    mutantAt: from + Math.floor(before / 3),
    wildType,
    mutant,
    toEnd: broken,
    mutantInFrame: broken ? mutantInFrame : inFrameShown(mutant, wildType),
    behindStop,
  }
}

const toStop = (residues: string): string => {
  const stop = residues.indexOf('*')
  return stop < 0 ? residues : residues.slice(0, stop + 1)
}

/** Behind a new stop nothing is shown, unless the reference has its stop there too. */
const inFrameShown = (mutant: string, wildType: string): string => (wildType.includes('*') ? mutant : toStop(mutant))

/** A substitution leaves the selenocysteines of its stretch as they are. */
function withSelenocysteines(residues: string, from: number, shift: number, members: readonly RnaEdit[], spliced: SplicedTranscript): string {
  if (shift !== 0 || spliced.transcript.selenocysteines.length === 0) return residues
  const cells = [...residues]
  for (const at of spliced.selenocysteineResidues()) {
    const offset = spliced.codingStart + 3 * at
    const untouched = members.every(edit => edit.to <= offset || edit.from >= offset + 3)
    if (untouched && cells[at - from] === '*') cells[at - from] = 'U'
  }
  return cells.join('')
}

function blockWords(
  members: readonly RnaEdit[],
  from: number,
  wildType: string,
  mutant: string,
  shift: number,
  spliced: SplicedTranscript,
  begins: boolean,
): number {
  const indel = members.some(edit => edit.insert.length !== edit.to - edit.from)
  if (from === 0 && spliced.transcript.completeStart && wildType.startsWith('M') && !begins) return MEANS.start_lost
  if (from === 0 && spliced.transcript.completeStart && !indel && wildType === 'M' && mutant !== 'M') return MEANS.start_retained
  const wildStop = wildType.indexOf('*')
  const mutantStop = mutant.indexOf('*')
  if (shift % 3 !== 0) return MEANS.frameshift | (wildStop < 0 && mutantStop >= 0 ? MEANS.stop_gained : wildStop === 0 ? MEANS.stop_lost : 0)
  let bits = 0
  if (indel) bits |= shift === 0 ? MEANS.inframe_altering : shift > 0 ? MEANS.inframe_insertion : MEANS.inframe_deletion
  if (wildStop < 0 && mutantStop >= 0) {
    const brokenOnTheWay = members.length > 1 && members.some(edit => (edit.insert.length - (edit.to - edit.from)) % 3 !== 0)
    if (brokenOnTheWay) return MEANS.stop_gained | MEANS.frameshift
    return bits | MEANS.stop_gained
  }
  if (wildStop >= 0 && mutantStop < 0) return bits | MEANS.stop_lost
  if (wildStop >= 0 && wildType !== mutant && mutantStop < wildStop) return bits | MEANS.stop_gained
  if (wildType === mutant) return bits | (wildStop >= 0 ? MEANS.stop_retained : MEANS.synonymous)
  if (!indel || shift === 0) bits |= MEANS.missense
  return bits
}
