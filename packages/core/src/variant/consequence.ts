// What the variants of one haplotype do to one transcript: the whole coding sequence is rebuilt with all of them, then compared with the reference.
// Words and their attachment to records follow bcftools csq (Danecek and McCarthy 2017, doi:10.1093/bioinformatics/btx100), so that results can be held against it.
// Whole: words, start, stop and splice are read off the same rebuilt sequence.
import { residueOfCodon, reverseComplement, translate } from '../bio/index.ts'
import { MEANS } from './consequence-words.ts'
import { type Edit, placeOf, spliceWords } from './edit.ts'
import { baseAt, codingPart, editedRna, type RnaEdit, readEdit, rnaEdits, shifted } from './rna-edit.ts'
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
  /** Codons that lose or change a base, without the one shown before an indel: 0-based and one past the last; equal for an insertion between codons. */
  readonly exactFrom: number
  readonly exactTo: number
}

export interface Consequences {
  readonly plain: readonly PlainConsequence[]
  readonly changes: readonly ResidueChange[]
  /** Edits that overlap one before them on the haplotype: not applied. */
  readonly conflicting: readonly number[]
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
  const lone = edits.length === 1 ? loneSubstitution(edits[0]!, spliced, genome, starts) : undefined
  if (lone !== undefined) return lone
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
    else if (place === '5_prime_utr' || place === '3_prime_utr')
      plain.push({ edit: i, bits: utrWord(edit, place, spliced, genome) | splice | nmd })
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

/** The common case without its detours: one base of one codon. Undefined where the general way is needed. */
function loneSubstitution(edit: Edit, spliced: SplicedTranscript, genome: Genome, starts: ReadonlySet<string>): Consequences | undefined {
  if (edit.insert.length !== 1 || edit.end - edit.start !== 1) return undefined
  const { transcript, sequence, codingStart } = spliced
  const { coding, forward } = transcript
  if (transcript.selenocysteines.length > 0 || spliced.slips) return undefined
  let offset = -1
  let passed = 0
  for (let i = 0; i < coding.length; i += 2) {
    if (edit.start < coding[i]!) return undefined
    if (edit.start < coding[i + 1]!) {
      offset = passed + edit.start - coding[i]!
      break
    }
    passed += coding[i + 1]! - coding[i]!
  }
  if (offset < 0) return undefined
  if (!forward) offset = spliced.codingEnd - codingStart - 1 - offset
  const codon = Math.floor(offset / 3)
  const start = codingStart + 3 * codon
  const letter = forward ? edit.insert : reverseComplement(edit.insert)
  const edited = sequence.slice(start, codingStart + offset) + letter + sequence.slice(codingStart + offset + 1, start + 3)
  const wildType = spliced.residues[codon]!
  const mutant = residueOfCodon(edited, transcript.geneticCode)
  const nmd = transcript.biotype === 'nonsense_mediated_decay' ? MEANS.NMD_transcript : 0
  const splice = spliceWords(edit, transcript, genome)
  const bits = substitutionWords(codon, transcript.completeStart, wildType, mutant, starts.has(edited)) | nmd
  return {
    plain: splice === 0 ? [] : [{ edit: 0, bits: splice | nmd }],
    changes: [
      {
        edits: [0],
        bits,
        at: codon,
        mutantAt: codon,
        wildType,
        mutant,
        toEnd: false,
        mutantInFrame: mutant,
        behindStop: false,
        exactFrom: codon,
        exactTo: codon + 1,
      },
    ],
    conflicting: [],
  }
}

function substitutionWords(codon: number, completeStart: boolean, wildType: string, mutant: string, begins: boolean): number {
  if (codon === 0 && completeStart && wildType === 'M') {
    if (!begins) return MEANS.start_lost
    if (mutant !== 'M') return MEANS.start_retained
  }
  if (wildType === mutant) return wildType === '*' ? MEANS.stop_retained : MEANS.synonymous
  if (mutant === '*') return MEANS.stop_gained
  return wildType === '*' ? MEANS.stop_lost : MEANS.missense
}

const SITES = MEANS.splice_acceptor | MEANS.splice_donor

/** An indel read inside the exon leaves the splice site as it was: a deletion still names the site it was written over. */
function spliceWordsAsRead(edit: Edit, read: Edit, transcript: Transcript, genome: Genome): number {
  if (read === edit) return spliceWords(edit, transcript, genome)
  if (edit.start === edit.end) return spliceWords(read, transcript, genome)
  const sites = spliceWords(edit, transcript, genome) & SITES
  return sites === 0 ? spliceWords(read, transcript, genome) : MEANS.synonymous | sites
}

/** An indel of the 5' UTR that could as well be read in the start codon, and leaves it whole, is `start_retained`. */
function utrWord(edit: Edit, place: '5_prime_utr' | '3_prime_utr', spliced: SplicedTranscript, genome: Genome): number {
  if (place === '5_prime_utr' && (edit.insert === '') !== (edit.start === edit.end) && spliced.transcript.completeStart)
    for (const read of shifted(edit, genome))
      if (placeOf(read, spliced) !== '5_prime_utr' && touchesStart(read, spliced)) return MEANS.start_retained
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
  const codonsBehind =
    codingBases({ ...edit, ...(forward ? { start: edit.end, end: last } : { start: first, end: edit.start }) }, transcript.coding) >= 3
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
  if (!sequence.startsWith('ATG', codingStart) && !isStartCodon(sequence.slice(codingStart, codingStart + 3), transcript.geneticCode))
    return false
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

/** `shifted`: the coding sequence stands whole in the edited RNA; `in-place`: a start codon stands where it stood. */
function startKept(edit: Edit, spliced: SplicedTranscript): 'shifted' | 'in-place' | 'lost' {
  const edited = editedRna(edit, spliced)
  if (edited === undefined) return 'lost'
  const shift = edited.length - spliced.sequence.length
  if (spliced.codingStart + shift >= 0 && edited.slice(spliced.codingStart + shift) === spliced.sequence.slice(spliced.codingStart))
    return 'shifted'
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
    if (edit.start < coding[i + 1]! && edit.end > coding[i]! && (forward ? edit.end >= coding[i + 1]! : edit.start <= coding[i]!))
      return true
  return false
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
    const change = blockChange(
      members,
      codon(first.shownFrom),
      codon(shownTo - 1) + 1,
      before,
      shift - before,
      behindStop,
      spliced,
      nmd,
      starts,
    )
    out.push(change)
    behindStop ||=
      change.mutant.includes('*') &&
      codingStart + 3 * (change.at + change.wildType.length) <= codingEnd &&
      !change.toEnd &&
      !change.wildType.includes('*')
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
  const table = transcript.geneticCode
  let edited = ''
  let at = start
  for (const edit of members) {
    edited += sequence.slice(at, edit.from) + edit.insert
    at = edit.to
  }
  const wildType = spliced.residues.slice(from, broken ? undefined : to)
  const codingLength = edited.length + Math.max(0, codingEnd - at)
  const mutant = broken
    ? translatedToStop(edited, at, spliced)
    : withSelenocysteines(translate(edited + sequence.slice(at, codingStart + 3 * to), table), from, shift, members, spliced)
  const mutantInFrame = broken ? mutant.slice(0, Math.floor(codingLength / 3)) : mutant
  const begin = (edited.length >= 3 ? edited : edited + sequence.slice(at, at + 3)).slice(0, 3)
  return {
    edits: members.map(edit => edit.edit),
    bits: blockWords(members, from, wildType, mutantInFrame, shift, spliced, starts.has(begin)) | nmd,
    at: from,
    mutantAt: from + Math.floor(before / 3),
    wildType,
    mutant,
    toEnd: broken,
    mutantInFrame: broken ? mutantInFrame : inFrameShown(mutant, wildType),
    behindStop,
    ...exactCodons(members, codingStart),
  }
}

function exactCodons(members: readonly RnaEdit[], codingStart: number): { readonly exactFrom: number; readonly exactTo: number } {
  const first = members[0]!.from - codingStart
  const last = Math.max(...members.map(edit => edit.to)) - codingStart
  return { exactFrom: Math.floor(first / 3), exactTo: Math.ceil(last / 3) }
}

/** Bases behind a change that are translated at a time: a frame that is not the right one meets a stop soon. */
const STRETCH = 120

/** Residues of `edited` and what follows it from `at` on, up to and with the first stop. */
function translatedToStop(edited: string, at: number, { sequence, transcript }: SplicedTranscript): string {
  for (let more = STRETCH; ; more *= 4) {
    const residues = translate(edited + sequence.slice(at, at + more), transcript.geneticCode)
    const stop = residues.indexOf('*')
    if (stop >= 0) return residues.slice(0, stop + 1)
    if (at + more >= sequence.length) return residues
  }
}

const toStop = (residues: string): string => {
  const stop = residues.indexOf('*')
  return stop < 0 ? residues : residues.slice(0, stop + 1)
}

/** Behind a new stop nothing is shown, unless the reference has its stop there too. */
const inFrameShown = (mutant: string, wildType: string): string => (wildType.includes('*') ? mutant : toStop(mutant))

/** A substitution leaves the selenocysteines of its stretch as they are. */
function withSelenocysteines(
  residues: string,
  from: number,
  shift: number,
  members: readonly RnaEdit[],
  spliced: SplicedTranscript,
): string {
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
  if (shift % 3 !== 0)
    return MEANS.frameshift | (wildStop < 0 && mutantStop >= 0 ? MEANS.stop_gained : wildStop === 0 ? MEANS.stop_lost : 0)
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
