// Consequence words as bits, in the order in which bcftools csq prints them, with their Sequence Ontology terms (SO release 2024-06-05).

export const MEANS = {
  synonymous: 1 << 1,
  missense: 1 << 2,
  stop_lost: 1 << 3,
  stop_gained: 1 << 4,
  inframe_deletion: 1 << 5,
  inframe_insertion: 1 << 6,
  frameshift: 1 << 7,
  splice_acceptor: 1 << 8,
  splice_donor: 1 << 9,
  start_lost: 1 << 10,
  splice_region: 1 << 11,
  stop_retained: 1 << 12,
  '5_prime_utr': 1 << 13,
  '3_prime_utr': 1 << 14,
  non_coding: 1 << 15,
  intron: 1 << 16,
  inframe_altering: 1 << 18,
  NMD_transcript: 1 << 19,
  coding_sequence: 1 << 22,
  start_retained: 1 << 24,
} as const

export type Word = keyof typeof MEANS

const WORDS = Object.entries(MEANS) as readonly (readonly [Word, number])[]
/** NMD is said last, whatever its bit. */
const PRINTED = [...WORDS.filter(([word]) => word !== 'NMD_transcript'), ...WORDS.filter(([word]) => word === 'NMD_transcript')]

const SEQUENCE_ONTOLOGY: Readonly<Record<Word, string>> = {
  synonymous: 'synonymous_variant',
  missense: 'missense_variant',
  stop_lost: 'stop_lost',
  stop_gained: 'stop_gained',
  inframe_deletion: 'inframe_deletion',
  inframe_insertion: 'inframe_insertion',
  frameshift: 'frameshift_variant',
  splice_acceptor: 'splice_acceptor_variant',
  splice_donor: 'splice_donor_variant',
  start_lost: 'start_lost',
  splice_region: 'splice_region_variant',
  stop_retained: 'stop_retained_variant',
  '5_prime_utr': '5_prime_UTR_variant',
  '3_prime_utr': '3_prime_UTR_variant',
  non_coding: 'non_coding_transcript_variant',
  intron: 'intron_variant',
  inframe_altering: 'protein_altering_variant',
  NMD_transcript: 'NMD_transcript_variant',
  coding_sequence: 'coding_sequence_variant',
  start_retained: 'start_retained_variant',
}

const SAID = new Map<number, string>()

/** `missense&inframe_altering`. */
export function wordsOf(bits: number): string {
  let text = SAID.get(bits)
  if (text === undefined) {
    text = PRINTED.filter(([, bit]) => (bits & bit) !== 0)
      .map(([word]) => word)
      .join('&')
    SAID.set(bits, text)
  }
  return text
}

/** `frameshift_variant&splice_region_variant`. */
export const ontologyTermsOf = (bits: number): string =>
  PRINTED.filter(([, bit]) => (bits & bit) !== 0)
    .map(([word]) => SEQUENCE_ONTOLOGY[word])
    .join('&')
