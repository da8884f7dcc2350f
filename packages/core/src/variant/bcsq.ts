// Consequences in bcftools' text form: `missense|KRAS|ENST00000256078|protein_coding|-|12G>12D|25245350C>T`, and `@POS` at the other records of a compound.
import { byText } from '../base/index.ts'
import type { Consequences, ResidueChange } from './consequence.ts'
import { MEANS, wordsOf } from './consequence-words.ts'
import type { Edit } from './edit.ts'
import type { Transcript } from './transcript.ts'

/** Residue lists longer than this are abbreviated, as by `bcftools csq -B`. */
export interface BcsqOptions {
  readonly brief?: number
}

export const biotypeWord = (biotype: string): string =>
  biotype === 'nonsense_mediated_decay' ? 'NMD' : biotype.replace(/^((IG|TR)_[A-Z]+)_gene$/, '$1')

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

function changeText(change: ResidueChange, bits: number, edits: readonly Edit[], transcript: Transcript, options: BcsqOptions): string {
  const head = `${change.behindStop ? '*' : ''}${wordsOf(bits)}|${transcript.gene}|${transcript.id}|${biotypeWord(transcript.biotype)}|${transcript.forward ? '+' : '-'}`
  const silent = (bits & (MEANS.synonymous | MEANS.stop_retained)) !== 0 && change.wildType === change.mutant
  const residues = silent
    ? shown(change.at, change.wildType, options)
    : `${shown(change.at, change.wildType, options)}>${shown(change.mutantAt, change.mutantInFrame, options)}`
  const bases = edits.map(edit => `${edit.position}${edit.ref}>${edit.alt}`).join('+')
  return `${head}|${residues}|${bases}`
}

function shown(at: number, residues: string, { brief }: BcsqOptions): string {
  const listed = residues.endsWith('*') ? residues.length - 1 : residues.length
  if (brief === undefined || listed <= brief) return `${at + 1}${residues}`
  return `${at + 1}${residues.slice(0, brief)}..${at + residues.length}`
}

/**
 * Text per edit of one haplotype at one transcript. A compound is told at its first record in reading direction of the genome's strand
 * (the last on the reverse strand), the others point to it.
 */
export function bcsqTexts(
  consequences: Consequences,
  edits: readonly Edit[],
  transcript: Transcript,
  options: BcsqOptions = {},
): readonly (readonly string[])[] {
  const out: string[][] = edits.map(() => [])
  const merged = new Set<number>()
  for (const change of consequences.changes) {
    const members = [...new Set(change.edits)].map(i => ({ i, edit: edits[i]! })).sort((a, b) => a.edit.position - b.edit.position)
    const main = transcript.forward ? members[0]! : members.at(-1)!
    const startLost = (change.bits & MEANS.start_lost) !== 0
    if (startLost && (change.toEnd || members.length > 1)) {
      out[main.i]!.push(plainText(change.bits, transcript))
      continue
    }
    let bits = change.bits
    if ((bits & (MEANS.start_lost | MEANS.start_retained)) !== 0) {
      for (const [at, plain] of consequences.plain.entries()) {
        if (plain.edit !== main.i) continue
        bits |= plain.bits
        merged.add(at)
      }
    }
    out[main.i]!.push(
      changeText(
        change,
        bits,
        members.map(member => member.edit),
        transcript,
        options,
      ),
    )
    for (const member of members) if (member !== main) out[member.i]!.push(`@${main.edit.position}`)
  }
  for (const [at, plain] of consequences.plain.entries()) if (!merged.has(at)) out[plain.edit]!.push(plainText(plain.bits, transcript))
  return out
}

const isWeak = (text: string): boolean => /^(intron|non_coding|coding_sequence)\|/.test(text)

/** Several transcripts' and haplotypes' texts of one record, in the order of text: introns and non-coding transcripts only where nothing else is said. */
export function joinedBcsq(texts: Iterable<string>): string {
  const sorted = [...new Set(texts)].sort(byText)
  const strong = sorted.filter(text => !isWeak(text))
  return (strong.length > 0 ? strong : sorted).join(',') || '.'
}
