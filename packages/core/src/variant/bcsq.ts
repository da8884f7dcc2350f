// Consequences in bcftools' text form: `missense|KRAS|ENST00000256078|protein_coding|-|12G>12D|25245350C>T`, and `@POS` at the other records of a compound.
import type { Consequences, PlainConsequence, ResidueChange } from './consequence.ts'
import { MEANS, wordsOf } from './consequence-words.ts'
import type { Edit } from './edit.ts'
import type { Transcript } from './transcript.ts'

/** Residue lists longer than this are abbreviated, as by `bcftools csq -B`. */
export interface BcsqOptions {
  readonly brief?: number
}

export const biotypeWord = (biotype: string): string =>
  biotype === 'nonsense_mediated_decay' ? 'NMD' : biotype.endsWith('_gene') ? biotype.replace(/^((IG|TR)_[A-Z]+)_gene$/, '$1') : biotype

const NO_TRANSCRIPT = MEANS.intron | MEANS.non_coding
const CODING =
  MEANS.synonymous |
  MEANS.missense |
  MEANS.stop_lost |
  MEANS.stop_gained |
  MEANS.inframe_deletion |
  MEANS.inframe_insertion |
  MEANS.frameshift |
  MEANS.start_lost |
  MEANS.stop_retained |
  MEANS.inframe_altering |
  MEANS.start_retained
const SPLICE = MEANS.splice_acceptor | MEANS.splice_donor | MEANS.splice_region

export function plainText(bits: number, transcript: Transcript): string {
  const id = (bits & NO_TRANSCRIPT) !== 0 ? '' : transcript.id
  const strand = (bits & CODING) !== 0 && (bits & SPLICE) === 0 ? `|${transcript.forward ? '+' : '-'}` : ''
  return `${wordsOf(bits)}|${transcript.gene}|${id}|${biotypeWord(transcript.biotype)}${strand}`
}

function changeText(change: ResidueChange, bits: number, members: readonly Member[], transcript: Transcript, options: BcsqOptions): string {
  const head = `${change.behindStop ? '*' : ''}${wordsOf(bits)}|${transcript.gene}|${transcript.id}|${biotypeWord(transcript.biotype)}|${transcript.forward ? '+' : '-'}`
  const silent = (bits & (MEANS.synonymous | MEANS.stop_retained)) !== 0 && change.wildType === change.mutant
  const residues = silent
    ? shown(change.at, change.wildType, options)
    : `${shown(change.at, change.wildType, options)}>${shown(change.mutantAt, change.mutantInFrame, options)}`
  const bases = members.map(({ edit }) => `${edit.position}${edit.ref}>${edit.alt}`).join('+')
  return `${head}|${residues}|${bases}`
}

function shown(at: number, residues: string, { brief }: BcsqOptions): string {
  const listed = residues.endsWith('*') ? residues.length - 1 : residues.length
  if (brief === undefined || listed <= brief) return `${at + 1}${residues}`
  return `${at + 1}${residues.slice(0, brief)}..${at + residues.length}`
}

interface Member {
  readonly i: number
  readonly edit: Edit
}

function membersOf(change: ResidueChange, edits: readonly Edit[]): readonly Member[] {
  if (change.edits.length === 1) return [{ i: change.edits[0]!, edit: edits[change.edits[0]!]! }]
  return [...new Set(change.edits)].map(i => ({ i, edit: edits[i]! })).sort((a, b) => a.edit.position - b.edit.position)
}

/** Takes a text for the edit of that index; `weak` texts count only where nothing else is said of a record. */
export type Say = (edit: number, text: string, weak: boolean) => void

const WEAK = MEANS.intron | MEANS.non_coding | MEANS.coding_sequence

const sayPlain = ({ edit, bits }: PlainConsequence, transcript: Transcript, say: Say) =>
  say(edit, plainText(bits, transcript), (bits & WEAK) !== 0 && (bits & ~WEAK) === 0)

/**
 * Says what the edits of one haplotype do at one transcript. A compound is told at its first record (on the reverse strand its last),
 * the others point to it.
 */
export function sayBcsq(
  consequences: Consequences,
  edits: readonly Edit[],
  transcript: Transcript,
  say: Say,
  options: BcsqOptions = {},
): void {
  const { changes, plain } = consequences
  const merged = new Set<PlainConsequence>()
  for (const change of changes) {
    const members = membersOf(change, edits)
    const main = transcript.forward ? members[0]! : members.at(-1)!
    if ((change.bits & MEANS.start_lost) !== 0 && (change.toEnd || members.length > 1)) {
      say(main.i, plainText(change.bits, transcript), false)
      continue
    }
    let bits = change.bits
    if ((bits & (MEANS.start_lost | MEANS.start_retained)) !== 0) {
      for (const row of plain) {
        if (row.edit !== main.i) continue
        bits |= row.bits
        merged.add(row)
      }
    }
    say(main.i, changeText(change, bits, members, transcript, options), false)
    for (const member of members) if (member !== main) say(member.i, `@${main.edit.position}`, false)
  }
  for (const row of plain) if (!merged.has(row)) sayPlain(row, transcript, say)
}
